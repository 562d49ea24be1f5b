// cria bench model: a model of a real shape with random weights, to measure with.
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/units.h"
#include "command.h"
#include "infer/quantize_mix.h"
#include "model/random_model.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::string params = "1.1B", type = "q4_0", out;
  bool force = false;
};

// TinyLlama 1.1B and Llama 3.1 8B beside the shapes of the paper.
ModelConfig Shape(const std::string& name) {
  ModelConfig c;
  if (name == "1.1B") {
    c = {.dim = 2048,
         .n_layers = 22,
         .n_heads = 32,
         .n_kv_heads = 4,
         .head_dim = 64,
         .hidden_dim = 5632,
         .vocab_size = 32000,
         .rope_scaling = {}};
    c.norm_eps = 1e-5;
    return c;
  }
  if (name == "8B") {
    c = {.dim = 4096,
         .n_layers = 32,
         .n_heads = 32,
         .n_kv_heads = 8,
         .head_dim = 128,
         .hidden_dim = 14336,
         .vocab_size = 128256,
         .rope_scaling = {}};
    c.norm_eps = 1e-5;
    c.rope_theta = 500000;
    return c;
  }
  if (IsPreset(name)) return PresetConfig(name);
  // LLaMA's vocabulary, which the smallest have no room for.
  const int64_t params = ParseCount(name, "--params");
  return DeriveConfig(params, params < 2'000'000 ? 512 : 32000, 2048);
}

DType ScalarType(const std::string& name) {
  if (name == "bf16") return DType::kBF16;
  if (name == "f16") return DType::kF16;
  return DType::kF32;
}

void RunModel(const Flags& flags) {
  const Context context = flags.MakeContext();
  const ModelConfig config = Shape(flags.params);
  Progress progress(flags.progress_style(), "model", ParameterCount(config), "parameters");
  ExportOptions options;
  options.force = flags.force;
  options.name = "random " + flags.params;
  int64_t done = 0;
  options.progress = [&](int64_t parameters) {
    ThrowIfInterrupted();
    progress.Update(done += parameters);
  };
  const bool scalar = flags.type == "bf16" || flags.type == "f16" || flags.type == "f32";
  const infer::QuantizeMix& mix = infer::FindMix(scalar ? "q8_0" : flags.type, "f32, f16, bf16");
  const uint32_t file_type = !scalar                ? mix.file_type
                             : flags.type == "bf16" ? 32u
                             : flags.type == "f16"  ? 1u
                                                    : 0u;
  WriteRandomGguf(
      context, config, flags.seed, flags.out, options,
      [&](const ParameterSpec& spec) {
        return GgufTensorPlan{scalar ? ScalarType(flags.type) : infer::TypeInMix(mix, spec, config),
                              {}};
      },
      file_type);
  progress.Finish();
}

}  // namespace

void AddBenchModel(CLI::App* bench) {
  auto f = std::make_shared<Flags>();
  CLI::App* c = AddCommand(bench, "model", "Write a model of a real shape with random weights",
                           f.get(), [f] { RunModel(*f); });
  c->add_option("--params", f->params,
                "1.1B, 8B, 7B, 13B, 33B, 65B, or a number of parameters, about")
      ->capture_default_str();
  c->add_option("--type", f->type, "f32, f16, bf16, or a type of `cria quantize`")
      ->capture_default_str();
  c->add_option("--out", f->out, "The .gguf file to write")->required();
  c->add_flag("--force", f->force, "Replace the file");
}

}  // namespace cria::app
