// Requests of a few hundred questions at a time, choices of one question side by side, so that
// the engine can share what they have in common.
#include "eval/task_run.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "eval/closed_book.h"

namespace cria::eval {
namespace {

constexpr size_t kQuestionsAtOnce = 128;
constexpr int64_t kAnswerTokens = 32;              // the longest answers of both sets have fewer
constexpr const char* kUnconditional = "Answer:";  // LLaMA, section 3; Brown et al. 2020

int64_t Characters(const std::string& choice) {
  const size_t first = choice.starts_with(' ') ? 1 : 0;
  return std::count_if(choice.begin() + static_cast<std::ptrdiff_t>(first), choice.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

// Blanks at the end of a context belong to what follows: a tokenizer joins them to it.
Request Split(const TextCodec& codec, std::string context, std::string choice) {
  const size_t kept = context.find_last_not_of(" \t\n\r") + 1;  // 0 where there is nothing else
  choice = context.substr(kept) + choice;
  context.resize(kept);
  Request request;
  request.context = codec.encode(context);
  const std::vector<int32_t> whole = codec.encode(context + choice);
  // A tokenizer that joins the two leaves the last id to the choice.
  const size_t cut = std::min(request.context.size(), whole.size() - 1);
  if (cut == 0) {
    throw Error("a context without any token", "the task",
                "give it a text: this model's tokenizer puts no BOS in front");
  }
  request.context.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
  request.continuation.assign(whole.begin() + static_cast<std::ptrdiff_t>(cut), whole.end());
  return request;
}

// One question's requests, with as many shots as fit; empty if it fits with none.
std::vector<Request> Requests(const LanguageModel& model, const TextCodec& codec,
                              const Question& question, int64_t* shots) {
  for (*shots = std::ssize(question.shots);; --*shots) {
    std::vector<Request> requests;
    bool fits = true;
    for (size_t c = 0; c < question.choices.size() && fits; ++c) {
      requests.push_back(
          Split(codec, question.ContextOf(c, static_cast<size_t>(*shots)), question.choices[c]));
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
    if (!score.fits) {
      ++result->not_fitting;
      continue;
    }
    result->fewer_shots += score.shots < result->task.shots;
    if (!score.choices.empty()) guesses += 1.0 / static_cast<double>(score.choices.size());
    for (int m = 0; m < kMeasures; ++m) {
      const Measure measure = static_cast<Measure>(m);
      // Any choices can be ranked by likelihood and by characters.
      const bool own = measure == result->task.measure;
      if (!own && (measure >= Measure::kAnswer || score.choices.empty())) continue;
      result->accuracy[static_cast<size_t>(m)].Add(IsRight(question, score, measure));
    }
  }
  const int64_t counted = std::ssize(result->questions) - result->not_fitting;
  result->chance = counted > 0 ? guesses / static_cast<double>(counted) : 0;
}

// Questions [first, end) of the result.
void RankChoices(LanguageModel* model, const TextCodec& codec, size_t first, size_t end,
                 TaskResult* result) {
  const bool unconditional = result->task.measure == Measure::kAnswer;
  std::vector<Request> requests;
  std::vector<ChoiceScore*> to;
  for (size_t q = first; q < end; ++q) {
    const Question& question = result->questions[q];
    QuestionScore& score = result->scores[q];
    std::vector<Request> own = Requests(*model, codec, question, &score.shots);
    score.fits = !own.empty();
    score.choices.resize(own.size());
    for (size_t c = 0; c < own.size(); ++c) {
      score.choices[c].characters = Characters(question.choices[c]);
      requests.push_back(std::move(own[c]));
      to.push_back(&score.choices[c]);
    }
  }
  const size_t conditional = requests.size();
  for (size_t q = first; q < end && unconditional; ++q) {
    for (size_t c = 0; c < result->scores[q].choices.size(); ++c) {
      requests.push_back(Split(codec, kUnconditional, result->questions[q].choices[c]));
      to.push_back(&result->scores[q].choices[c]);
    }
  }
  const std::vector<ContinuationScore> scores = model->Loglikelihood(requests);
  for (size_t i = 0; i < scores.size(); ++i) {
    if (!std::isfinite(scores[i].logprob)) {
      throw Error("the model gives no numbers", "a question of " + result->task.name,
                  "check its weights: cria verify MODEL");
    }
    (i < conditional ? to[i]->logprob : to[i]->answer_logprob) = scores[i].logprob;
  }
}

// The same for questions without choices: written greedily, at most kAnswerTokens.
void WriteAnswers(LanguageModel* model, const TextCodec& codec, size_t first, size_t end,
                  TaskResult* result) {
  const std::vector<int32_t> line_end = codec.encode("\n");
  std::vector<GenerateRequest> requests;
  std::vector<QuestionScore*> to;
  for (size_t q = first; q < end; ++q) {
    const Question& question = result->questions[q];
    QuestionScore& score = result->scores[q];
    for (score.shots = std::ssize(question.shots); score.shots >= 0; --score.shots) {
      GenerateRequest request{
          .prompt = codec.encode(question.ContextOf(0, static_cast<size_t>(score.shots))),
          .stop = {line_end.back()},
          .max_new_tokens = kAnswerTokens};
      if (std::ssize(request.prompt) + kAnswerTokens > model->context_length()) continue;
      requests.push_back(std::move(request));
      to.push_back(&score);
      break;
    }
    score.fits = score.shots >= 0;
  }
  const std::vector<std::vector<int32_t>> written = model->GenerateAll(requests);
  for (size_t i = 0; i < written.size(); ++i) to[i]->answer = CutAnswer(codec.decode(written[i]));
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
    if (!scores[q].fits) continue;
    groups[questions[q].group].Add(IsRight(questions[q], scores[q], task.measure));
  }
  return groups;
}

bool IsRight(const Question& question, const QuestionScore& score, Measure measure) {
  if (measure != Measure::kExactMatch) return score.Pick(measure) == question.gold;
  const std::string said = NormalizeAnswer(score.answer);
  return std::any_of(question.answers.begin(), question.answers.end(),
                     [&](const std::string& answer) { return NormalizeAnswer(answer) == said; });
}

TaskResult RunTask(LanguageModel* model, const TextCodec& codec, TaskSpec task,
                   std::vector<Question> questions,
                   const std::function<void(int64_t, int64_t)>& progress) {
  TaskResult result;
  result.task = std::move(task);
  result.questions = std::move(questions);
  result.scores.resize(result.questions.size());
  const auto run = result.task.measure == Measure::kExactMatch ? WriteAnswers : RankChoices;
  for (size_t first = 0; first < result.questions.size(); first += kQuestionsAtOnce) {
    const size_t end = std::min(result.questions.size(), first + kQuestionsAtOnce);
    run(model, codec, first, end, &result);
    if (progress) progress(static_cast<int64_t>(end), std::ssize(result.questions));
  }
  Count(&result);
  return result;
}

}  // namespace cria::eval
