// `cria quantize`: a model in fewer bits, as a GGUF file, with the error of every tensor.
#include <cmath>

#include "base/interrupt.h"
#include "base/units.h"
#include "export_flags.h"
#include "infer/quantize_mix.h"

namespace cria::app {
namespace {

struct Flags : ExportFlags {
  std::string type;
};

struct TensorError {
  std::string name;
  DType type;
  int64_t bytes;
  double rms, snr_db;  ///< root of the mean squared error; 10 lg(sum x^2 / sum error^2)
};

// In pieces of rows, whose pages are given back.
TensorError Compare(const Context& context, const ModelFiles& model, const ModelFiles& quantized,
                    const std::string& name) {
  const store::NamedTensor& original = model.tensors.Get(model.prefix + name);
  const store::NamedTensor& written = quantized.tensors.Get(name);
  const int64_t granule = store::RowGranule(original);
  const int64_t step =
      std::max<int64_t>(1, (int64_t{1} << 24) / original.shape[1] / granule) * granule;
  double squares = 0, errors = 0;
  std::vector<float> x, y;
  for (int64_t row = 0; row < original.shape[0]; row += step) {
    const int64_t end = std::min(original.shape[0], row + step);
    const store::NamedTensor from = store::SliceRows(original, row, end);
    const store::NamedTensor to = store::SliceRows(written, row, end);
    x.resize(static_cast<size_t>(from.elements()));
    y.resize(x.size());
    store::ReadAsFloat(context, from, x);
    store::ReadAsFloat(context, to, y);
    model.tensors.LetGo(from);
    quantized.tensors.LetGo(to);
    for (size_t i = 0; i < x.size(); ++i) {
      squares += static_cast<double>(x[i]) * x[i];
      errors += (static_cast<double>(x[i]) - y[i]) * (static_cast<double>(x[i]) - y[i]);
    }
  }
  return {written.name, written.type, written.stored_bytes(),
          std::sqrt(errors / static_cast<double>(original.elements())),
          10 * std::log10(squares / errors)};
}

void RunQuantize(const Flags& flags) {
  const Context context = flags.MakeContext();
  const infer::QuantizeMix& mix = infer::FindMix(flags.type);
  Export work(context, flags, "quantize");
  const ModelFiles& model = work.model();
  ExportGguf(
      context, model, work.tokenizer(), flags.out, work.options(),
      [&](const ParameterSpec& spec) {
        return GgufTensorPlan{infer::TypeInMix(mix, spec, model.config.n_layers), {}};
      },
      mix.file_type);
  work.Finish();
  Json report = {{"out", flags.out}, {"type", mix.name}};
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
    const TensorError e = Compare(context, model, written, spec.name);
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
  AddExportFlags(c, &flags);
  std::string types;
  for (const infer::QuantizeMix& mix : infer::QuantizeMixes()) {
    types += (types.empty() ? "" : ", ") + mix.name;
  }
  c->add_option("--type", flags.type, types)->required();
  c->add_option("--out", flags.out, "The .gguf file to write")->required();
  c->footer("Example: cria quantize llama/7B --type q4_k_m --out llama-7b.q4_k_m.gguf");
}

}  // namespace cria::app
