// `cria convert`: a model in another program's files, bit for bit where the type allows it.
#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "command.h"
#include "infer/load.h"
#include "model/export.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::string model, tokenizer, out, to, dtype, name;
  int shards = 0;
  bool force = false;
};

std::optional<DType> TypeNamed(const std::string& name) {
  if (name == "f32") return DType::kF32;
  if (name == "f16") return DType::kF16;
  if (name == "bf16") return DType::kBF16;
  return std::nullopt;
}

std::optional<tokenizer::Tokenizer> FindTokenizer(const Flags& flags, const ModelFiles& model) {
  const fs::path path = flags.tokenizer.empty() ? model.tokenizer : fs::path(flags.tokenizer);
  if (path.empty()) return std::nullopt;
  return infer::LoadTokenizer(path);
}

void RunConvert(const Flags& flags) {
  const Context context = flags.MakeContext();
  const ModelFiles model = OpenModel(flags.model);
  const auto tokenizer = FindTokenizer(flags, model);
  if (!tokenizer) context.Log(LogLevel::kWarning, "no tokenizer beside the model; none is written");
  ExportOptions options;
  options.type = TypeNamed(flags.dtype);
  options.shards = flags.shards;
  options.force = flags.force;
  options.name = flags.name.empty() ? fs::path(flags.model).stem().string() : flags.name;
  const int64_t parts = flags.to == "meta" ? std::max(1, flags.shards) : 1;
  Progress progress(flags.progress_style(), "convert", ParameterCount(model.config), "parameters");
  int64_t done = 0;
  options.progress = [&](const std::string& name, int64_t) {
    ThrowIfInterrupted();
    done += model.tensors.Get(name).elements() / parts;
    progress.Update(done);
  };
  const tokenizer::Tokenizer* words = tokenizer ? &*tokenizer : nullptr;
  if (flags.to == "meta") {
    ExportMeta(context, model, words, flags.out, options);
  } else if (flags.to == "hf") {
    ExportHuggingFace(context, model, words, flags.out, options);
  } else if (flags.to == "gguf") {
    ExportGguf(context, model, words, flags.out, options);
  } else {
    ExportCria(context, model, words, flags.out, options);
  }
  progress.Finish();
  if (flags.json) {
    fmt::print("{}\n", Json{{"model", flags.model}, {"to", flags.to}, {"out", flags.out}}.dump());
  } else {
    fmt::print("{}\n", flags.out);
  }
}

}  // namespace

void AddConvertCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* c = AddCommand(app, "convert", "Write a model in the files of another program", &flags,
                           [] { RunConvert(flags); });
  c->add_option("model", flags.model, "Model, in any format")->required();
  c->add_option("--to", flags.to, "Format to write")
      ->required()
      ->check(CLI::IsMember({"meta", "hf", "gguf", "cria"}));
  c->add_option("--out", flags.out, "Folder to write, or the .gguf file")->required();
  c->add_option("--dtype", flags.dtype, "Type of the matrices (default: as stored)")
      ->check(CLI::IsMember({"f32", "f16", "bf16"}));
  c->add_option("--shards", flags.shards,
                "Files: model-parallel ranks of a Meta folder, parts of a Hugging Face one")
      ->check(CLI::Range(1, 1000));
  c->add_option("--tokenizer", flags.tokenizer, "Tokenizer (default: the one of the model)");
  c->add_option("--name", flags.name, "Name in the file (default: that of the model's path)");
  c->add_flag("--force", flags.force, "Replace what is there");
  c->footer("Example: cria convert llama/7B --to gguf --out llama-7b.gguf");
}

}  // namespace cria::app
