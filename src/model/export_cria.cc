// A checkpoint folder of cria, of weights alone.
#include "base/error.h"
#include "model/export_tensor.h"
#include "store/checkpoint.h"

namespace cria {

void ExportCria(const Context& context, const ModelFiles& model,
                const tokenizer::Tokenizer* tokenizer, const fs::path& out,
                const ExportOptions& options) {
  RequireAbsent(out, options.force);
  if (fs::exists(out) && !fs::is_empty(out) && !store::IsCheckpoint(out)) {
    throw Error("--force replaces a checkpoint here, and this is none", out.string(),
                "name another place with --out, or remove it yourself");
  }
  store::CheckpointWriter writer(out);
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
