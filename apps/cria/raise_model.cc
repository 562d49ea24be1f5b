// The stages of `cria raise` after training: bits per byte, the compressors beside it, and samples.
#include "base/interrupt.h"
#include "eval/llama_language_model.h"
#include "held_out.h"
#include "infer/generate.h"
#include "infer/load.h"
#include "raise_training.h"

namespace cria::app {
namespace {

// What the model says after `prompt`. Each prompt has its own random stream.
std::string Continue(const Run& run, const infer::LoadedModel& model, const std::string& prompt,
                     uint64_t sequence) {
  const SamplesTable& table = run.recipe.samples;
  const tokenizer::Tokenizer& tokenizer = *model.tokenizer;
  std::vector<int32_t> ids = {tokenizer.bos_id()};
  tokenizer.Encode(prompt, &ids);
  Sequence tokens(model.llama.get(), model.config.max_seq_len);
  infer::Sampler sampler({table.temperature, table.top_p}, run.recipe.seed, sequence);
  std::vector<int32_t> all = ids;
  infer::Generate(*run.context, &tokens, ids,
                  {table.max_tokens, {tokenizer.eos_id(), tokenizer.bos_id()}}, &sampler,
                  [&](int32_t id) {
                    ThrowIfInterrupted();
                    all.push_back(id);
                    return true;
                  });
  const std::string text = tokenizer.Decode(all);
  return text.substr(std::min(prompt.size(), text.size()));
}

}  // namespace

void EvaluateStage(const Run& run, const corpus::Manifest& corpus,
                   const std::string& model_digest) {
  const Json key = {{"version", 1},
                    {"corpus", corpus.digest},
                    {"model", model_digest},
                    {"stride", run.recipe.evaluation.stride}};
  run.stages->Run("evaluation", key, {run.paths.evaluation()}, [&] {
    const infer::LoadedModel model = infer::LoadModel(*run.context, run.paths.training());
    const std::vector<eval::HeldOutDocument> documents =
        ReadHeldOut(*run.context, run.paths.corpus(), *model.tokenizer, 0);
    eval::LlamaLanguageModel language_model(run.context, model.llama.get());
    std::unique_ptr<Progress> progress;
    const eval::TextEvaluation evaluation = eval::EvaluateText(
        &language_model, documents,
        {.stride = run.recipe.evaluation.stride, .progress = [&](int64_t done, int64_t total) {
           if (!progress) {
             progress = std::make_unique<Progress>(run.progress, "scoring", total, "tokens");
           }
           progress->Update(done);
         }});
    progress->Finish();
    WriteJson(run.paths.evaluation(), ToJson(evaluation));
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
    for (size_t i = 0; i < table.prompts.size(); ++i) {
      ThrowIfInterrupted();
      const std::string& prompt = table.prompts[i];
      samples.push_back({{"prompt", prompt}, {"continuation", Continue(run, model, prompt, i)}});
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
