// Formats recognised by content; sizes that a format leaves open are read off the tensors.
#include "model/checkpoint.h"

#include <algorithm>

#include "base/error.h"
#include "store/checkpoint.h"
#include "store/gguf.h"
#include "store/hugging_face.h"
#include "store/llama2c.h"
#include "store/meta.h"

namespace cria {
namespace {

constexpr int64_t kAlwaysVerifiedBytes = int64_t{1} << 30;

fs::path FirstExisting(std::initializer_list<fs::path> candidates) {
  for (const fs::path& path : candidates) {
    if (fs::is_regular_file(path)) return path;
  }
  return {};
}

// Meta's params.json says only that frequencies are scaled; the numbers are those of the release
// (llama-models, apply_scaling), with 32 for the small models of LLaMA 3.2.
RopeScaling ScalingFromMetadata(const Json& meta, const ModelConfig& c, const std::string& where) {
  if (JsonGetOr(meta, "use_scaled_rope", false, where)) {
    RopeScaling scaling;
    scaling.kind = RopeScaling::Kind::kLlama3;
    scaling.factor = JsonGetOr(meta, "rope_scaling_factor", c.dim < 4096 ? 32.0 : 8.0, where);
    return scaling;
  }
  if (meta.contains("rope_factors")) {
    const auto factors = JsonGet<std::vector<float>>(meta, "rope_factors", where);
    return RopeScalingFromFactors(factors, c.head_dim, c.rope_theta, where);
  }
  return meta.contains("rope_scaling") ? RopeScalingFromJson(meta["rope_scaling"], where)
                                       : RopeScaling();
}

// Sizes that the metadata leaves open are read off the tensors.
ModelConfig ConfigFromTensors(const store::TensorSet& tensors, int64_t max_seq_len) {
  const Json& meta = tensors.metadata();
  const std::string& where = tensors.where();
  ModelConfig c;
  c.dim = JsonGet<int64_t>(meta, "dim", where);
  c.n_layers = JsonGet<int>(meta, "n_layers", where);
  c.n_heads = JsonGet<int>(meta, "n_heads", where);
  c.norm_eps = JsonGetOr(meta, "norm_eps", 1e-5, where);
  c.rope_theta = JsonGetOr(meta, "rope_theta", 10000.0, where);
  c.max_seq_len = JsonGetOr(meta, "max_seq_len", max_seq_len, where);
  const auto rows = [&](const char* name) {
    const Shape& shape = tensors.Get(name).shape;
    if (shape.size() != 2) throw Error(fmt::format("{} is no matrix", name), where, "not a LLaMA");
    return shape[0];
  };
  c.vocab_size = rows("tok_embeddings.weight");
  c.hidden_dim = rows("layers.0.feed_forward.w1.weight");
  const std::string remedy = "the configuration does not fit the tensors; fetch both again";
  if (c.n_heads <= 0) throw Error("the number of heads must be positive", where, remedy);
  c.head_dim = static_cast<int>(rows("layers.0.attention.wq.weight") / c.n_heads);
  if (c.head_dim <= 0) throw Error("wq has fewer rows than heads", where, remedy);
  c.n_kv_heads = static_cast<int>(rows("layers.0.attention.wk.weight") / c.head_dim);
  c.tied_embeddings = !tensors.Contains("output.weight");
  c.rope_scaling = ScalingFromMetadata(meta, c, where);
  ValidateConfig(c, where);
  return c;
}

// A configuration may claim any size; what follows it allocates by it, so the tensors come first.
void RequireWhole(const ModelFiles& files) {
  for (const ParameterSpec& spec : ListParameters(files.config)) files.Tensor(spec.name);
}

// A model of another program, whose tensors carry Meta's names and metadata.
ModelFiles FromTensors(const char* format, const fs::path& path, store::TensorSet tensors,
                       fs::path tokenizer) {
  ModelFiles files;
  files.format = format;
  files.tensors = std::move(tensors);
  files.config = ConfigFromTensors(files.tensors, 2048);
  files.notes = JsonGetOr<std::vector<std::string>>(files.tensors.metadata(), "notes", {},
                                                    files.tensors.where());
  files.tokenizer = std::move(tokenizer);
  files.path = path;
  RequireWhole(files);
  return files;
}

ModelFiles OpenCria(const fs::path& folder, const fs::path& run) {
  store::Checkpoint checkpoint = store::OpenCheckpoint(folder, "weights");
  ModelFiles files;
  files.format = "cria";
  files.config = ConfigFromJson(checkpoint.config, folder.string());
  files.tensors = std::move(checkpoint.tensors);
  files.prefix = "weights/";
  files.state = std::move(checkpoint.state);
  files.tokenizer = FirstExisting(
      {folder / "tokenizer.model", run / "tokenizer.model", folder / "tokenizer.json"});
  files.path = folder;
  RequireWhole(files);
  return files;
}

ModelFiles OpenFolder(const fs::path& path) {
  if (store::IsCheckpoint(path)) return OpenCria(path, path);
  const fs::path latest = store::LatestCheckpoint(path);
  if (!latest.empty()) return OpenCria(latest, path);
  // What `cria raise` leaves holds the training run in a folder of its own.
  const fs::path raised = store::LatestCheckpoint(path / "train");
  if (!raised.empty()) return OpenCria(raised, path / "train");
  if (store::IsMeta(path)) {
    return FromTensors(
        "meta", path, store::OpenMeta(path),
        FirstExisting({path / "tokenizer.model", path.parent_path() / "tokenizer.model",
                       path / "tokenizer.json"}));
  }
  if (store::IsHuggingFace(path)) {
    return FromTensors("huggingface", path, store::OpenHuggingFace(path),
                       FirstExisting({path / "tokenizer.json", path / "tokenizer.model"}));
  }
  throw Error("no model in this folder", path.string(),
              "name a run or checkpoint folder of cria, a Meta folder (params.json and "
              "consolidated.*.pth), or a Hugging Face folder (config.json and safetensors)");
}

}  // namespace

int64_t ModelFiles::stored_bytes() const {
  int64_t bytes = 0;
  for (const store::NamedTensor& tensor : tensors.tensors()) {
    if (tensor.name.starts_with(prefix)) bytes += tensor.stored_bytes();
  }
  return bytes;
}

ModelFiles OpenModel(const fs::path& path) {
  if (!fs::exists(path)) {
    throw Error("there is no such model", path.string(), "check the path of MODEL");
  }
  if (fs::is_directory(path)) return OpenFolder(path);
  if (store::IsGguf(path)) {
    store::TensorSet tensors = store::OpenLlamaGguf(path);
    const bool has_tokenizer = tensors.metadata()["gguf"].contains("tokenizer.ggml.tokens");
    return FromTensors("gguf", path, std::move(tensors), has_tokenizer ? path : fs::path());
  }
  if (store::IsLlama2c(path)) {
    const fs::path folder = path.parent_path();
    return FromTensors("llama2.c", path, store::OpenLlama2c(path),
                       FirstExisting({folder / "tokenizer.model", folder / "tokenizer.bin"}));
  }
  throw Error("not a model file this program knows", path.string(),
              "name a cria run, a Meta or Hugging Face folder, a .gguf or a llama2.c .bin file");
}

const store::NamedTensor& ModelFiles::Tensor(const std::string& name) const {
  const store::NamedTensor& tensor = tensors.Get(prefix + name);
  const Shape shape = ParameterShape(config, name);
  if (tensor.shape != shape) {
    throw Error(fmt::format("{} has shape {}, the model needs {}", name, ShapeString(tensor.shape),
                            ShapeString(shape)),
                tensor.where, "the file does not fit its configuration");
  }
  return tensor;
}

void ModelFiles::VerifySmall(const Context& context) const {
  if (stored_bytes() <= kAlwaysVerifiedBytes) Verify(context);
}

void ModelFiles::Verify(const Context& context) const {
  tensors.Verify(context,
                 [&](const store::NamedTensor& tensor) { return tensor.name.starts_with(prefix); });
}

ParameterBlock ReadParameters(const Context& context, const ModelFiles& files) {
  files.VerifySmall(context);
  ParameterBlock block(files.config);
  for (const ParameterSpec& spec : block.specs()) {
    store::ReadAsFloat(context, files.Tensor(spec.name), block.values(spec));
  }
  return block;
}

}  // namespace cria
