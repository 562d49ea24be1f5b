// Requests of a few hundred questions at a time, choices of one question side by side, so that
// the engine can share what they have in common.
#include "eval/task_run.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "base/hash.h"

namespace cria::eval {
namespace {

constexpr size_t kQuestionsAtOnce = 128;
constexpr size_t kTextsAtOnce = 128;
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
    RequireNumber(scores[i].logprob, "a question of " + result->task.name);
    (i < conditional ? to[i]->logprob : to[i]->answer_logprob) = scores[i].logprob;
    if (i < conditional) to[i]->tokens = scores[i].tokens;
    result->cut_contexts += scores[i].cut;
  }
}

// What one sample is asked for; nothing if it does not fit the context with any number of shots.
std::optional<GenerateRequest> Prompt(const LanguageModel& model, const TextCodec& codec,
                                      const TaskSpec& task, const Question& question,
                                      int64_t* shots) {
  GenerateRequest request{.max_new_tokens = task.writing.max_tokens,
                          .temperature = task.writing.temperature,
                          .top_p = task.writing.top_p,
                          .stop_texts = task.writing.stop};
  for (*shots = std::ssize(question.shots); *shots >= 0; --*shots) {
    request.prompt = codec.encode(question.ContextOf(0, static_cast<size_t>(*shots)));
    if (std::ssize(request.prompt) + request.max_new_tokens <= model.context_length()) {
      return request;
    }
  }
  *shots = 0;
  return std::nullopt;
}

// Up to the first of the stop texts.
std::string CutAt(std::string text, const std::vector<std::string>& stop) {
  size_t end = text.size();
  for (const std::string& mark : stop) end = std::min(end, text.find(mark));
  text.resize(end);
  return text;
}

// The same for questions without choices. What is drawn depends on the question, the number of the
// sample and the seed, not on what else is asked.
void WriteReplies(LanguageModel* model, const TextCodec& codec, uint64_t seed, size_t first,
                  size_t end, TaskResult* result) {
  std::vector<GenerateRequest> requests;
  std::vector<std::string*> to;
  for (size_t q = first; q < end; ++q) {
    const Question& question = result->questions[q];
    QuestionScore& score = result->scores[q];
    const std::optional<GenerateRequest> one =
        Prompt(*model, codec, result->task, question, &score.shots);
    score.fits = one.has_value();
    if (!one) continue;
    score.written.resize(static_cast<size_t>(result->task.writing.samples));
    for (size_t s = 0; s < score.written.size(); ++s) {
      requests.push_back(*one);
      requests.back().seed = seed ^ Hash64(question.id);
      requests.back().sequence = s;
      to.push_back(&score.written[s]);
    }
  }
  const std::vector<WrittenText> written = model->GenerateAll(requests);
  for (size_t i = 0; i < written.size(); ++i) {
    *to[i] = CutAt(codec.decode(written[i].ids), result->task.writing.stop);
    result->cut_replies += written[i].cut;
  }
}

// Questions [first, end) judged, side by side where there are threads for it.
void Judge(const Graders& graders, size_t first, size_t end, TaskResult* result) {
  std::mutex mutex;
  std::exception_ptr failure;
  const auto judge = [&](int64_t i) {
    const size_t q = first + static_cast<size_t>(i);
    if (!result->scores[q].fits) return;
    try {
      result->values[q] =
          result->task.kind->Judge(result->task, result->questions[q], result->scores[q], graders);
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
  };
  const auto questions = static_cast<int64_t>(end - first);
  if (graders.context != nullptr) {
    graders.context->ParallelFor(questions, judge);
  } else {
    for (int64_t i = 0; i < questions; ++i) judge(i);
  }
  if (failure) std::rethrow_exception(failure);
}

void Count(TaskResult* result) {
  double guesses = 0;
  for (size_t q = 0; q < result->questions.size(); ++q) {
    if (!result->scores[q].fits) {
      ++result->not_fitting;
      continue;
    }
    result->fewer_shots += result->scores[q].shots < result->task.shots;
    guesses += result->task.kind->Chance(result->questions[q]);
  }
  const int64_t counted = std::ssize(result->questions) - result->not_fitting;
  result->chance = counted > 0 ? guesses / static_cast<double>(counted) : 0;
}

}  // namespace

double Mean::standard_error() const {
  if (count < 2) return 0;
  const auto n = static_cast<double>(count);
  return std::sqrt(std::max(0.0, squares / n - value() * value()) / (n - 1));
}

Mean TaskResult::MeanOf(size_t metric) const {
  Mean mean;
  for (const std::vector<double>& of_question : values) {
    if (!of_question.empty()) mean.Add(of_question.at(metric));
  }
  return mean;
}

std::map<std::string, Mean> TaskResult::Groups() const {
  std::map<std::string, Mean> groups;
  for (size_t q = 0; q < questions.size(); ++q) {
    if (values[q].empty()) continue;
    for (const std::string& group : questions[q].groups) groups[group].Add(values[q][0]);
  }
  return groups;
}

TaskResult RunTask(LanguageModel* model, const TextCodec& codec, TaskSpec task,
                   std::vector<Question> questions, const RunOptions& options) {
  task.kind->Require(task, options.graders);
  TaskResult result;
  result.metrics = task.kind->Metrics(task);
  result.task = std::move(task);
  result.questions = std::move(questions);
  result.set_questions = std::max(options.set_questions, std::ssize(result.questions));
  result.scores.resize(result.questions.size());
  result.values.resize(result.questions.size());
  const bool writes = result.task.measure == Measure::kWritten;
  const size_t at_once =
      writes ? std::max<size_t>(1, kTextsAtOnce / static_cast<size_t>(result.task.writing.samples))
             : kQuestionsAtOnce;
  for (size_t first = 0; first < result.questions.size(); first += at_once) {
    const size_t end = std::min(result.questions.size(), first + at_once);
    if (writes) {
      WriteReplies(model, codec, options.seed, first, end, &result);
    } else {
      RankChoices(model, codec, first, end, &result);
    }
    Judge(options.graders, first, end, &result);
    if (options.progress) {
      options.progress(static_cast<int64_t>(end), std::ssize(result.questions));
    }
  }
  Count(&result);
  return result;
}

}  // namespace cria::eval
