// A checkpoint folder of cria, of weights alone.
#include "base/error.h"
#include "model/export_tensor.h"
#include "store/checkpoint.h"

namespace cria {

namespace {

// --force replaces what this program wrote, nothing else.
void RequireOnlyParts(const fs::path& out) {
  if (!fs::is_directory(out)) return;
  for (const auto& entry : fs::directory_iterator(out)) {
    const std::string name = entry.path().filename().string();
    const bool part =
        entry.is_regular_file() && (name.ends_with(".bin") || name == store::kManifestName ||
                                    name.starts_with("tokenizer") || name == "chat_template.jinja");
    if (part) continue;
    throw Error("--force replaces a model here, and this is no part of one", entry.path().string(),
                "name another place with --out, or move it");
  }
}

}  // namespace

void ExportCria(const Context& context, const ModelFiles& model,
                const tokenizer::Tokenizer* tokenizer, const fs::path& out,
                const ExportOptions& options) {
  RequireAbsent(out, options.force);
  if (fs::exists(out) && !fs::is_empty(out) && !store::IsCheckpoint(out)) {
    throw Error("--force replaces a checkpoint here, and this is none", out.string(),
                "name another place with --out, or remove it yourself");
  }
  RequireOnlyParts(out);
  store::CheckpointWriter writer(out, options.force);
  for (const ParameterSpec& spec : ListParameters(model.config)) {
    const store::NamedTensor& stored = StoredTensor(model, spec);
    writer.AddStreamed(StreamedTensor(context, model, stored, "weights/" + spec.name,
                                      {ScalarTypeOf(stored, options), {}}, options));
  }
  Json state = Json::object();
  if (tokenizer != nullptr) {
    writer.AddFile(tokenizer->file_name(), tokenizer->bytes());
    state["tokenizer_sha256"] = tokenizer->digest();
    if (const auto* chat = tokenizer->FindTemplate("default")) {
      writer.AddFile("chat_template.jinja", chat->text);
    }
  }
  writer.Commit(context, ConfigToJson(model.config), state);
}

}  // namespace cria
