// The stages of `cria raise` after training: bits per byte and questions out of the
// held-out text, the compressors beside it, and samples.
#include "eval/continuations.h"
#include "eval/held_out_task.h"
#include "eval/llama_language_model.h"
#include "eval_tasks.h"
#include "held_out.h"
#include "infer/engine.h"
#include "infer/load.h"
#include "prompt_file.h"
#include "raise_training.h"

namespace cria::app {
namespace {

// What the model says after each prompt. Each has its own random stream.
std::vector<std::string> ContinueAll(const Run& run, const infer::LoadedModel& model) {
  const SamplesTable& table = run.recipe.samples;
  const tokenizer::Tokenizer& tokenizer = *model.tokenizer;
  std::vector<infer::Request> requests;
  for (const std::string& prompt : table.prompts) {
    infer::Request request;
    request.prompt = PromptIds(tokenizer, prompt, false, "[samples]");
    request.max_new_tokens = table.max_tokens;
    request.sampling.temperature = table.temperature;
    request.sampling.top_p = table.top_p;
    request.seed = run.recipe.seed;
    request.sequence = requests.size();
    request.stop_tokens = tokenizer.end_ids();
    requests.push_back(std::move(request));
  }
  const KvType type = model.llama->ExactKvType();
  infer::LlamaStepModel step_model(
      model.llama.get(), type,
      infer::SuitableBlocks(*model.llama, type, std::ssize(requests), model.config.max_seq_len));
  infer::Engine engine(run.context, &step_model, {.tokenizer = &tokenizer});
  std::vector<std::string> texts;
  for (infer::Completion& done : infer::RunAll(&engine, std::move(requests))) {
    texts.push_back(std::move(done.text));
  }
  return texts;
}

// The tasks that are made of the held-out text; none where it is too little for a question.
Json AnswerQuestions(const Run& run, const std::vector<eval::HeldOutDocument>& documents,
                     const tokenizer::Tokenizer& tokenizer, eval::LanguageModel* model) {
  const eval::TextCodec codec = CodecOf(tokenizer);
  const eval::ContinuationOptions options = {.questions = run.recipe.evaluation.questions,
                                             .seed = run.recipe.seed,
                                             .fits = [&](const std::string& text) {
                                               return std::ssize(codec.encode(text)) <=
                                                      model->context_length();
                                             }};
  Json tasks = Json::array();
  const auto answer = [&](eval::TaskSpec task, std::vector<eval::Question> questions) {
    if (questions.empty()) return;
    Progress progress(run.progress, task.name, std::ssize(questions), "questions");
    const eval::TaskResult result =
        eval::RunTask(model, codec, std::move(task), std::move(questions),
                      {.progress = [&](int64_t done, int64_t) { progress.Update(done); }});
    progress.Finish();
    tasks.push_back(ToJson(eval::Summary(result)));
  };
  answer(eval::ContinuationTask(), eval::WhichContinuation(documents, options));
  answer(eval::LastWordTask(), eval::WhichLastWord(documents, options));
  return tasks;
}

}  // namespace

void EvaluateStage(const Run& run, const corpus::Manifest& corpus,
                   const std::string& model_digest) {
  const EvaluationTable& table = run.recipe.evaluation;
  Json key = {
      {"version", 1}, {"corpus", corpus.digest}, {"model", model_digest}, {"stride", table.stride}};
  if (table.questions > 0) key.update({{"questions", table.questions}, {"seed", run.recipe.seed}});
  run.stages->Run("evaluation", key, {run.paths.evaluation()}, [&] {
    const infer::LoadedModel model = infer::LoadModel(*run.context, run.paths.training());
    const std::vector<eval::HeldOutDocument> documents =
        ReadHeldOut(*run.context, run.paths.corpus(), *model.tokenizer, 0);
    eval::LlamaLanguageModel language_model(run.context, model.llama.get());
    std::unique_ptr<Progress> progress;
    const eval::TextEvaluation evaluation = eval::EvaluateText(
        &language_model, documents,
        {.stride = table.stride, .progress = [&](int64_t done, int64_t total) {
           if (!progress) {
             progress = std::make_unique<Progress>(run.progress, "scoring", total, "tokens");
           }
           progress->Update(done);
         }});
    progress->Finish();
    Json json = ToJson(evaluation);
    if (table.questions > 0) {
      json["tasks"] = AnswerQuestions(run, documents, *model.tokenizer, &language_model);
    }
    WriteJson(run.paths.evaluation(), json);
  });
}

void CompareStage(const Run& run, const corpus::Manifest& corpus,
                  const tokenizer::Tokenizer& tokenizer) {
  const Json key = {{"version", 1}, {"corpus", corpus.digest}};
  run.stages->Run("compressors", key, {run.paths.compressors()}, [&] {
    const auto documents = ReadHeldOut(*run.context, run.paths.corpus(), tokenizer, 0);
    WriteJson(run.paths.compressors(), ToJson(eval::CompareCompressors(*run.context, documents)));
  });
}

void SamplesStage(const Run& run, const std::string& model_digest) {
  const SamplesTable& table = run.recipe.samples;
  const Json key = {{"version", 1},
                    {"model", model_digest},
                    {"seed", run.recipe.seed},
                    {"temperature", table.temperature},
                    {"top_p", table.top_p},
                    {"max_tokens", table.max_tokens},
                    {"prompts", table.prompts}};
  run.stages->Run("samples", key, {run.paths.samples()}, [&] {
    const infer::LoadedModel model = infer::LoadModel(*run.context, run.paths.training());
    Json samples = Json::array();
    const std::vector<std::string> texts = ContinueAll(run, model);
    for (size_t i = 0; i < texts.size(); ++i) {
      samples.push_back({{"prompt", table.prompts[i]}, {"continuation", texts[i]}});
    }
    WriteJson(run.paths.samples(),
              {{"settings",
                fmt::format("Temperature {:g}, top-p {:g}, seed {}, at most {} tokens each; the "
                            "prompt stands in front. First tries, nothing chosen.",
                            table.temperature, table.top_p, run.recipe.seed, table.max_tokens)},
               {"samples", samples}});
  });
}

void PrintSamples(const Run& run) {
  const Json samples = ReadJson(run.paths.samples());
  for (const Json& sample : samples["samples"]) {
    fmt::print("\n--- {}{}\n", sample.value("prompt", ""), sample.value("continuation", ""));
  }
}

}  // namespace cria::app
