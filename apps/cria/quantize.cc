// `cria quantize`: a model in fewer bits, as a GGUF file, with what every tensor lost.
#include <cmath>

#include "base/ascii.h"
#include "base/error.h"
#include "base/units.h"
#include "export_flags.h"
#include "held_out.h"
#include "infer/quantize_mix.h"
#include "model/importance.h"
#include "output_path.h"
#include "result_table.h"

namespace cria::app {
namespace {

struct Flags : ExportFlags {
  std::string type, output_type, embedding_type;
  std::vector<std::string> texts;
  std::string tokens = "32K", imatrix, save_imatrix, report;
  CLI::App* command = nullptr;  // asked which flags were given
};

std::optional<DType> TypeNamed(const std::string& name, const std::string& flag) {
  if (name.empty()) return std::nullopt;
  for (int t = 0; t <= static_cast<int>(DType::kQ6_K); ++t) {
    const DType type = static_cast<DType>(t);
    const bool number = type == DType::kF32 || type == DType::kF16 || type == DType::kBF16;
    if (LowerAscii(DTypeName(type)) == LowerAscii(name) && (number || IsQuantized(type)))
      return type;
  }
  throw Error(fmt::format("there is no type \"{}\"", name), flag,
              "use f32, f16, bf16, q8_0, q4_0, q4_1, q5_0, q5_1, q2_k, q3_k, q4_k, q5_k or q6_k");
}

Importance RunCalibration(const Context& context, const Flags& flags, Export* work) {
  if (work->tokenizer() == nullptr) {
    throw Error("no tokenizer to encode the calibration text with", "--calibrate",
                "name one with --tokenizer");
  }
  const int64_t limit = ParseCount(flags.tokens, "--calibrate-tokens");
  std::vector<int32_t> ids;
  for (const auto& document : ReadTexts(context, flags.texts, *work->tokenizer(), 0)) {
    for (const int32_t id : document.ids) {
      if (id >= 0 && static_cast<int64_t>(ids.size()) < limit) ids.push_back(id);
    }
  }
  Progress progress(flags.progress_style(), "calibrate", work->model().config.n_layers, "layers");
  CalibrationOptions options;
  options.bos_id = work->tokenizer()->bos_id();
  options.progress = [&](int64_t done, int64_t) { progress.Update(done); };
  Importance importance = Calibrate(context, work->model(), ids, options);
  progress.Finish();
  importance.text = fs::path(flags.texts.front()).filename();
  return importance;
}

Importance GetImportance(const Context& context, const Flags& flags, Export* work) {
  Importance importance;
  if (!flags.texts.empty()) importance = RunCalibration(context, flags, work);
  if (!flags.imatrix.empty()) {
    importance = ReadImportance(context, flags.imatrix, work->model().config);
  }
  if (!flags.save_imatrix.empty()) WriteImportance(flags.save_imatrix, importance);
  return importance;
}

void CheckFlags(const Flags& flags) {
  if (!flags.texts.empty() && !flags.imatrix.empty()) {
    throw Error("importance is given twice", "--calibrate, --imatrix", "give one of them");
  }
  if (flags.texts.empty() && !flags.save_imatrix.empty()) {
    throw Error("there is no importance to save", "--save-imatrix", "give --calibrate TEXT too");
  }
  if (flags.texts.empty() && flags.command->count("--calibrate-tokens") > 0) {
    throw Error("there is no text to read", "--calibrate-tokens", "give --calibrate TEXT too");
  }
  if (!flags.save_imatrix.empty()) {
    RequireWritable(flags.save_imatrix, flags.force, "--save-imatrix");
  }
  if (!flags.report.empty()) RequireReport(flags.report, flags.force, "--report");
  RequireWritableFile(flags.out, flags.force, "--out");
  std::vector<std::string> inputs = flags.texts;
  inputs.insert(inputs.end(), {flags.model, flags.tokenizer, flags.imatrix});
  for (const auto& [path, flag] : {std::pair(flags.out, "--out"),
                                   {flags.report, "--report"},
                                   {flags.save_imatrix, "--save-imatrix"}}) {
    if (!path.empty()) RequireNoInput(path, inputs, flag);
  }
  RequireDistinct(flags.out, "--out", flags.report, "--report");
  RequireDistinct(flags.out, "--out", flags.save_imatrix, "--save-imatrix");
  RequireDistinct(flags.report, "--report", flags.save_imatrix, "--save-imatrix");
}

// A row of the report.
struct Written {
  std::string name;
  TensorError error;
};

eval::Table ErrorTable(const std::vector<Written>& tensors, bool weighted) {
  eval::Table table{.caption = "RMS error is relative to the tensor's own root mean square.",
                    .columns = {{"Tensor"},
                                {"Type"},
                                {"Bytes", true},
                                {"RMS error", true},
                                {"SNR dB", true},
                                {"Max error", true}},
                    .rows = {}};
  if (weighted) {
    table.columns.push_back({"Weighted", true});
    table.caption +=
        " Weighted: the same with squares times the importance of their columns, which is what "
        "the error does to the outputs.";
  }
  for (const auto& [name, e] : tensors) {
    table.rows.push_back({name, DTypeName(e.type), std::to_string(e.bytes),
                          fmt::format("{:.3e}", e.relative_rms), fmt::format("{:.1f}", e.snr_db),
                          fmt::format("{:.3e}", e.max)});
    if (!weighted) continue;
    table.rows.back().push_back(e.weighted_rms < 0 ? "-" : fmt::format("{:.3e}", e.weighted_rms));
  }
  return table;
}

Json ErrorJson(const std::vector<Written>& tensors) {
  Json json = Json::array();
  for (const auto& [name, e] : tensors) {
    json.push_back({{"name", name},
                    {"type", DTypeName(e.type)},
                    {"bytes", e.bytes},
                    {"rms_error", e.rms},
                    {"relative_rms_error", e.relative_rms},
                    {"snr_db", e.snr_db},  // null where there is no error
                    {"max_error", e.max}});
    if (e.weighted_rms >= 0) json.back()["weighted_relative_rms_error"] = e.weighted_rms;
  }
  return json;
}

void Report(const Flags& flags, const std::string& mix, int64_t parameters,
            const Importance& importance, const std::vector<Written>& tensors) {
  const int64_t stored = OpenModel(flags.out).stored_bytes();
  const double bits = 8.0 * static_cast<double>(stored) / static_cast<double>(parameters);
  Json json = {{"out", flags.out},
               {"type", mix},
               {"stored_bytes", stored},
               {"bits_per_weight", bits},
               {"tensors", ErrorJson(tensors)}};
  if (!importance.columns.empty()) {
    json["importance"] = {{"text", importance.text}, {"tokens", importance.tokens}};
  }
  eval::Table table = ErrorTable(tensors, !importance.columns.empty());
  table.caption = fmt::format("{}: {}, {:.2f} bits per weight. ", flags.out,
                              FormatBytes(static_cast<double>(stored)), bits) +
                  table.caption;
  if (!flags.report.empty()) {
    WriteResult(flags.report, fmt::format("{} in {}", flags.model, mix), json, {table});
  }
  if (flags.json) {
    fmt::print("{}\n", json.dump(1));
  } else {
    PrintTable(table);
  }
}

// K types have blocks of 256; rows that are none take coarser ones.
void WarnOfShortRows(const Context& context, const infer::QuantizeMix& mix, const ModelConfig& c) {
  if (mix.name.find("_k") == std::string::npos) return;
  int64_t matrices = 0, others = 0;
  for (const ParameterSpec& spec : ListParameters(c)) {
    if (spec.shape.size() != 2) continue;
    ++matrices;
    others += spec.shape[1] % BlockElements(DType::kQ4_K) != 0;
  }
  if (others == 0) return;
  context.Log(LogLevel::kWarning,
              fmt::format("{} of {} matrices have rows that are no multiples of 256, and take "
                          "types without K: see the table",
                          others, matrices));
}

void RunQuantize(const Flags& flags) {
  CheckFlags(flags);
  const Context context = flags.MakeContext();
  const infer::QuantizeMix& mix = infer::FindMix(flags.type);
  infer::MixOptions mix_options{.calibrated = !flags.texts.empty() || !flags.imatrix.empty(),
                                .output = TypeNamed(flags.output_type, "--output-type"),
                                .embedding = TypeNamed(flags.embedding_type, "--embedding-type")};
  Export work(context, flags, "quantize");
  const ModelFiles& model = work.model();
  if (IsQuantized(model.Tensor("layers.0.attention.wq.weight").type)) {
    context.Log(
        LogLevel::kWarning,
        "the model is quantised already: errors add up; begin with the original if you can");
  }
  const Importance importance = GetImportance(context, flags, &work);
  WarnOfShortRows(context, mix, model.config);
  std::vector<Written> tensors;
  work.options().report = [&](const ParameterSpec& spec, const TensorError& error) {
    tensors.push_back({spec.name, error});
  };
  ExportGguf(
      context, model, work.tokenizer(), flags.out, work.options(),
      [&](const ParameterSpec& spec) {
        return GgufTensorPlan{infer::TypeInMix(mix, spec, model.config, mix_options),
                              importance.Of(spec.name)};
      },
      mix.file_type);
  work.Finish();
  Report(flags, mix.name, ParameterCount(model.config), importance, tensors);
}

}  // namespace

void AddQuantizeCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* c = AddCommand(app, "quantize", "Write a model in fewer bits, as a GGUF file", &flags,
                           [] { RunQuantize(flags); });
  flags.command = c;
  AddExportFlags(c, &flags);
  std::string types;
  for (const infer::QuantizeMix& mix : infer::QuantizeMixes()) {
    types += (types.empty() ? "" : ", ") + mix.name;
  }
  c->add_option("--type", flags.type, types)->required();
  c->add_option("--out", flags.out, "The .gguf file to write")->required();
  c->add_option("--output-type", flags.output_type,
                "Type of the output matrix (default: by --type)");
  c->add_option("--embedding-type", flags.embedding_type,
                "Type of the embedding (default: by --type)");
  c->add_option(
      "--calibrate", flags.texts,
      "Text files that the model reads first: errors then weigh by what the weights meet");
  c->add_option("--calibrate-tokens", flags.tokens, "Tokens of it to read at most")
      ->capture_default_str();
  c->add_option("--imatrix", flags.imatrix, "Importance from a GGUF file instead (llama-imatrix)");
  c->add_option("--save-imatrix", flags.save_imatrix, "Keep the importance as such a file");
  c->add_option("--report", flags.report, "Write what each tensor lost: .html, .json or .md");
  c->footer("Example: cria quantize llama/7B --type q4_k_m --out llama-7b.q4_k_m.gguf");
}

}  // namespace cria::app
