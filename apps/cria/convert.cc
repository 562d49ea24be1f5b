// `cria convert`: a model in another program's files, bit for bit where the type allows it.
#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "export_flags.h"
#include "output_path.h"

namespace cria::app {
namespace {

struct Flags : ExportFlags {
  std::string to, dtype;
  int shards = 0;
};

std::optional<DType> TypeNamed(const std::string& name) {
  if (name == "f32") return DType::kF32;
  if (name == "f16") return DType::kF16;
  if (name == "bf16") return DType::kBF16;
  return std::nullopt;
}

// No other format has blocks: what they stand for does not fit in F16.
void WarnOfRounding(const Context& context, const ModelFiles& model) {
  const bool quantised =
      std::any_of(model.tensors.tensors().begin(), model.tensors.tensors().end(),
                  [](const store::NamedTensor& tensor) { return IsQuantized(tensor.type); });
  if (!quantised) return;
  context.Log(LogLevel::kWarning,
              "the model is quantised: its weights are written rounded to F16; --dtype f32 writes "
              "what they stand for, exactly");
}

void RunConvert(const Flags& flags) {
  if (flags.shards > 1 && (flags.to == "gguf" || flags.to == "cria")) {
    throw Error(fmt::format("a {} model is not cut into shards", flags.to), "--shards",
                "leave it out, or convert --to meta or hf");
  }
  if (flags.to == "gguf") {
    RequireWritableFile(flags.out, flags.force, "--out");
    RequireNoInput(flags.out, {flags.model, flags.tokenizer}, "--out");
  }
  const Context context = flags.MakeContext();
  Export work(context, flags, "convert");
  if (flags.to != "gguf" && flags.dtype.empty()) WarnOfRounding(context, work.model());
  work.options().type = TypeNamed(flags.dtype);
  work.options().shards = flags.shards;
  if (flags.to == "meta") {
    ExportMeta(context, work.model(), work.tokenizer(), flags.out, work.options());
  } else if (flags.to == "hf") {
    ExportHuggingFace(context, work.model(), work.tokenizer(), flags.out, work.options());
  } else if (flags.to == "gguf") {
    ExportGguf(context, work.model(), work.tokenizer(), flags.out, work.options());
  } else {
    ExportCria(context, work.model(), work.tokenizer(), flags.out, work.options());
  }
  work.Finish();
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
  AddExportFlags(c, &flags);
  c->add_option("--to", flags.to, "Format to write")
      ->required()
      ->check(CLI::IsMember({"meta", "hf", "gguf", "cria"}));
  c->add_option("--out", flags.out, "Folder to write, or the .gguf file")->required();
  c->add_option("--dtype", flags.dtype, "Type of the matrices (default: as stored)")
      ->check(CLI::IsMember({"f32", "f16", "bf16"}));
  c->add_option("--shards", flags.shards,
                "Files: model-parallel ranks of a Meta folder, parts of a Hugging Face one")
      ->check(CLI::Range(1, 1000));
  c->footer("Example: cria convert llama/7B --to gguf --out llama-7b.gguf");
}

}  // namespace cria::app
