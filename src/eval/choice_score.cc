// Requests of a few hundred questions at a time, choices of one question side by side, so that
// their context is read once.
#include "eval/choice_score.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace cria::eval {
namespace {

constexpr size_t kQuestionsAtOnce = 128;
constexpr const char* kUnconditional = "Answer:";  // LLaMA, section 3; Brown et al. 2020

int64_t Characters(const std::string& choice) {
  const size_t first = choice.starts_with(' ') ? 1 : 0;
  return std::count_if(choice.begin() + static_cast<std::ptrdiff_t>(first), choice.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

Request Split(const EncodeText& encode, const std::string& context, const std::string& choice) {
  Request request;
  request.context = encode(context);
  const std::vector<int32_t> whole = encode(context + choice);
  // A tokenizer that joins the two leaves the last id to the choice.
  const size_t cut = std::min(request.context.size(), whole.size() - 1);
  request.context.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
  request.continuation.assign(whole.begin() + static_cast<std::ptrdiff_t>(cut), whole.end());
  return request;
}

// One question's requests, with as many shots as fit; empty if it fits with none.
std::vector<Request> Requests(const LanguageModel& model, const EncodeText& encode,
                              const Question& question, int64_t* shots) {
  for (*shots = std::ssize(question.shots);; --*shots) {
    std::vector<Request> requests;
    bool fits = true;
    for (size_t c = 0; c < question.choices.size() && fits; ++c) {
      requests.push_back(
          Split(encode, question.ContextOf(c, static_cast<size_t>(*shots)), question.choices[c]));
      const int64_t ids =
          std::ssize(requests.back().context) + std::ssize(requests.back().continuation);
      fits = ids <= model.context_length() + 1;
    }
    if (fits) return requests;
    if (*shots == 0) return {};
  }
}

void Count(TaskResult* result) {
  double guesses = 0;
  for (size_t q = 0; q < result->questions.size(); ++q) {
    const Question& question = result->questions[q];
    const QuestionScore& score = result->scores[q];
    if (score.choices.empty()) {
      ++result->not_fitting;
      continue;
    }
    result->fewer_shots += score.shots < std::ssize(question.shots);
    guesses += 1.0 / static_cast<double>(score.choices.size());
    for (const Measure measure : {Measure::kLikelihood, Measure::kCharacters, Measure::kAnswer}) {
      if (measure == Measure::kAnswer && result->task.measure != measure) continue;
      result->accuracy[static_cast<size_t>(measure)].Add(score.Pick(measure) == question.gold);
    }
  }
  const int64_t counted = std::ssize(result->questions) - result->not_fitting;
  result->chance = counted > 0 ? guesses / static_cast<double>(counted) : 0;
}

}  // namespace

double ChoiceScore::Value(Measure measure) const {
  if (measure == Measure::kAnswer) return logprob - answer_logprob;
  if (measure == Measure::kLikelihood) return logprob;
  return logprob / static_cast<double>(std::max<int64_t>(1, characters));
}

int QuestionScore::Pick(Measure measure) const {
  const auto best = std::max_element(choices.begin(), choices.end(),
                                     [&](const ChoiceScore& a, const ChoiceScore& b) {
                                       return a.Value(measure) < b.Value(measure);
                                     });
  return static_cast<int>(best - choices.begin());
}

double Accuracy::standard_error() const {
  if (total < 2) return 0;
  return std::sqrt(value() * (1 - value()) / static_cast<double>(total - 1));
}

std::map<std::string, Accuracy> TaskResult::Groups() const {
  std::map<std::string, Accuracy> groups;
  for (size_t q = 0; q < questions.size(); ++q) {
    if (scores[q].choices.empty()) continue;
    groups[questions[q].group].Add(scores[q].Pick(task.measure) == questions[q].gold);
  }
  return groups;
}

TaskResult RunChoiceTask(LanguageModel* model, const EncodeText& encode, TaskSpec task,
                         std::vector<Question> questions,
                         const std::function<void(int64_t, int64_t)>& progress) {
  TaskResult result;
  result.task = std::move(task);
  result.questions = std::move(questions);
  const bool unconditional = result.task.measure == Measure::kAnswer;
  result.scores.resize(result.questions.size());
  for (size_t first = 0; first < result.questions.size(); first += kQuestionsAtOnce) {
    const size_t end = std::min(result.questions.size(), first + kQuestionsAtOnce);
    std::vector<Request> requests;
    std::vector<ChoiceScore*> to;
    for (size_t q = first; q < end; ++q) {
      const Question& question = result.questions[q];
      QuestionScore& score = result.scores[q];
      std::vector<Request> own = Requests(*model, encode, question, &score.shots);
      score.choices.resize(own.size());
      for (size_t c = 0; c < own.size(); ++c) {
        score.choices[c].characters = Characters(question.choices[c]);
        requests.push_back(std::move(own[c]));
        to.push_back(&score.choices[c]);
      }
    }
    const size_t conditional = requests.size();
    for (size_t q = first; q < end && unconditional; ++q) {
      for (size_t c = 0; c < result.scores[q].choices.size(); ++c) {
        requests.push_back(Split(encode, kUnconditional, result.questions[q].choices[c]));
        to.push_back(&result.scores[q].choices[c]);
      }
    }
    const std::vector<ContinuationScore> scores = model->Loglikelihood(requests);
    for (size_t i = 0; i < scores.size(); ++i) {
      (i < conditional ? to[i]->logprob : to[i]->answer_logprob) = scores[i].logprob;
    }
    if (progress) progress(static_cast<int64_t>(end), std::ssize(result.questions));
  }
  Count(&result);
  return result;
}

}  // namespace cria::eval
