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
  std::vector<std::vector<uint8_t>> kept;  // the writer wants all bytes at once
  for (const ParameterSpec& spec : ListParameters(model.config)) {
    const store::NamedTensor& stored = StoredTensor(model, spec);
    const DType type = ScalarTypeOf(stored, options);
    const auto view = store::ContiguousView(stored);
    std::span<const uint8_t> bytes;
    if (view && type == stored.type) {
      bytes = view->bytes;  // straight from the mapped file
    } else {
      kept.push_back(ConvertTensor(context, stored, {type, {}}));
      bytes = kept.back();
    }
    writer.Add("weights/" + spec.name, type, spec.shape, bytes);
    if (options.progress) options.progress(stored.elements());
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
