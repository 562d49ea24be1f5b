// `cria quantize`: a model in fewer bits, as a GGUF file, with the error of every tensor.
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/units.h"
#include "command.h"
#include "infer/load.h"
#include "infer/quantize_mix.h"
#include "model/export.h"
#include "store/gguf.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::string model, tokenizer, out, type, name;
  bool force = false;
};

struct TensorError {
  std::string name;
  DType type;
  int64_t bytes;
  double rms, snr_db;  ///< root of the mean squared error; 10 lg(sum x^2 / sum error^2)
};

TensorError Compare(const Context& context, const store::NamedTensor& original,
                    const store::NamedTensor& written) {
  std::vector<float> x(static_cast<size_t>(original.elements())), y(x.size());
  store::ReadAsFloat(context, original, x);
  store::ReadAsFloat(context, written, y);
  double squares = 0, errors = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    squares += static_cast<double>(x[i]) * x[i];
    errors += (static_cast<double>(x[i]) - y[i]) * (static_cast<double>(x[i]) - y[i]);
  }
  return {written.name, written.type, written.stored_bytes(),
          std::sqrt(errors / static_cast<double>(x.size())), 10 * std::log10(squares / errors)};
}

Json Write(const Context& context, const Flags& flags, const ModelFiles& model) {
  const infer::QuantizeMix& mix = infer::FindMix(flags.type);
  std::optional<tokenizer::Tokenizer> tokenizer;
  const fs::path words = flags.tokenizer.empty() ? model.tokenizer : fs::path(flags.tokenizer);
  if (!words.empty()) tokenizer = infer::LoadTokenizer(words);
  if (!tokenizer) context.Log(LogLevel::kWarning, "no tokenizer beside the model; none is written");
  ExportOptions options;
  options.force = flags.force;
  options.name = flags.name.empty() ? fs::path(flags.model).stem().string() : flags.name;
  Progress progress(flags.progress_style(), "quantize", ParameterCount(model.config), "parameters");
  int64_t done = 0;
  options.progress = [&](const std::string& name, int64_t) {
    ThrowIfInterrupted();
    progress.Update(done += model.tensors.Get(name).elements());
  };
  const int layers = model.config.n_layers;
  ExportGguf(
      context, model, tokenizer ? &*tokenizer : nullptr, flags.out, options,
      [&](const ParameterSpec& spec, DType) {
        return GgufTensorPlan{infer::TypeInMix(mix, spec, layers), {}};
      },
      mix.file_type);
  progress.Finish();
  return {{"out", flags.out}, {"type", mix.name}};
}

void RunQuantize(const Flags& flags) {
  const Context context = flags.MakeContext();
  infer::FindMix(flags.type);
  const ModelFiles model = OpenModel(flags.model);
  Json report = Write(context, flags, model);
  const ModelFiles written = OpenModel(flags.out);
  const double bits = 8.0 * static_cast<double>(written.stored_bytes()) /
                      static_cast<double>(ParameterCount(model.config));
  report["stored_bytes"] = written.stored_bytes();
  report["bits_per_weight"] = bits;
  report["tensors"] = Json::array();
  if (!flags.json) {
    fmt::print("{:<42} {:<5} {:>10} {:>11} {:>8}\n", "tensor", "type", "bytes", "rms error",
               "SNR dB");
  }
  for (const ParameterSpec& spec : ListParameters(model.config)) {
    ThrowIfInterrupted();
    if (spec.role == ParameterRole::kNorm) continue;
    const TensorError e = Compare(context, model.tensors.Get(model.prefix + spec.name),
                                  written.tensors.Get(spec.name));
    report["tensors"].push_back({{"name", e.name},
                                 {"type", DTypeName(e.type)},
                                 {"bytes", e.bytes},
                                 {"rms_error", e.rms},
                                 {"snr_db", e.snr_db}});
    if (flags.json) continue;
    fmt::print("{:<42} {:<5} {:>10} {:>11.3e} {:>8.1f}\n", e.name, DTypeName(e.type), e.bytes,
               e.rms, e.snr_db);
  }
  if (flags.json) {
    fmt::print("{}\n", report.dump(1));
  } else {
    fmt::print("{}: {}, {:.2f} bits per weight\n", flags.out,
               FormatBytes(static_cast<double>(written.stored_bytes())), bits);
  }
}

}  // namespace

void AddQuantizeCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* c = AddCommand(app, "quantize", "Write a model in fewer bits, as a GGUF file", &flags,
                           [] { RunQuantize(flags); });
  c->add_option("model", flags.model, "Model, in any format")->required();
  c->add_option("--type", flags.type,
                "q8_0, q4_0, q4_1, q5_0, q5_1, q2_k, q2_k_s, q3_k_s, q3_k_m, q3_k_l, q4_k_s, "
                "q4_k_m, q5_k_s, q5_k_m, q6_k")
      ->required();
  c->add_option("--out", flags.out, "The .gguf file to write")->required();
  c->add_option("--tokenizer", flags.tokenizer, "Tokenizer (default: the one of the model)");
  c->add_option("--name", flags.name, "Name in the file (default: that of the model's path)");
  c->add_flag("--force", flags.force, "Replace what is there");
  c->footer("Example: cria quantize llama/7B --type q4_k_m --out llama-7b.q4_k_m.gguf");
}

}  // namespace cria::app
