// Formats recognised by content; sizes that a format leaves open are read off the tensors.
#include "model/checkpoint.h"

#include <algorithm>

#include "base/error.h"
#include "store/checkpoint.h"
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

template <class T>
T ValueOr(const Json& json, const char* key, T fallback) {
  return json.contains(key) && !json[key].is_null() ? JsonGet<T>(json, key, "params.json")
                                                    : fallback;
}

// Sizes that params.json leaves open are read off the tensors.
ModelConfig ConfigFromTensors(const store::TensorSet& tensors, int64_t max_seq_len) {
  const Json& meta = tensors.metadata();
  const std::string& where = tensors.where();
  ModelConfig c;
  c.dim = JsonGet<int64_t>(meta, "dim", where);
  c.n_layers = JsonGet<int>(meta, "n_layers", where);
  c.n_heads = JsonGet<int>(meta, "n_heads", where);
  c.norm_eps = ValueOr(meta, "norm_eps", 1e-5);
  c.rope_theta = ValueOr(meta, "rope_theta", 10000.0);
  c.max_seq_len = ValueOr(meta, "max_seq_len", max_seq_len);
  const auto rows = [&](const char* name) {
    const Shape& shape = tensors.Get(name).shape;
    if (shape.size() != 2) throw Error(fmt::format("{} is no matrix", name), where, "not a LLaMA");
    return shape[0];
  };
  c.vocab_size = rows("tok_embeddings.weight");
  c.hidden_dim = rows("layers.0.feed_forward.w1.weight");
  if (c.n_heads <= 0) throw Error("n_heads must be positive", where, "repair params.json");
  c.head_dim = static_cast<int>(rows("layers.0.attention.wq.weight") / c.n_heads);
  if (c.head_dim <= 0) throw Error("wq has fewer rows than heads", where, "repair params.json");
  c.n_kv_heads = static_cast<int>(rows("layers.0.attention.wk.weight") / c.head_dim);
  c.tied_embeddings = !tensors.Contains("output.weight");
  if (meta.contains("use_scaled_rope") && meta["use_scaled_rope"].is_boolean() &&
      meta["use_scaled_rope"].get<bool>()) {
    throw Error("scaled rotary embedding (LLaMA 3.1 and later) is not supported yet", where,
                "use a LLaMA 1, 2 or 3 model");
  }
  ValidateConfig(c, where);
  return c;
}

ModelFiles OpenCria(const fs::path& folder, const fs::path& run) {
  store::Checkpoint checkpoint = store::OpenCheckpoint(folder, "weights");
  ModelFiles files;
  files.format = "cria";
  files.config = ConfigFromJson(checkpoint.config, folder.string());
  files.tensors = std::move(checkpoint.tensors);
  files.prefix = "weights/";
  files.state = std::move(checkpoint.state);
  files.tokenizer = FirstExisting({folder / "tokenizer.model", run / "tokenizer.model"});
  files.path = folder;
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
    ModelFiles files;
    files.format = "meta";
    files.tensors = store::OpenMeta(path);
    files.config = ConfigFromTensors(files.tensors, 2048);
    files.tokenizer =
        FirstExisting({path / "tokenizer.model", path.parent_path() / "tokenizer.model"});
    files.path = path;
    return files;
  }
  throw Error("no model in this folder", path.string(),
              "name a run or checkpoint folder of cria, or a Meta folder (params.json and "
              "consolidated.*.pth)");
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
  if (store::IsLlama2c(path)) {
    ModelFiles files;
    files.format = "llama2.c";
    files.tensors = store::OpenLlama2c(path);
    files.config = ConfigFromTensors(files.tensors, 2048);
    const fs::path folder = path.parent_path();
    files.tokenizer = FirstExisting({folder / "tokenizer.model", folder / "tokenizer.bin"});
    files.path = path;
    return files;
  }
  throw Error("not a model file this program knows", path.string(),
              "name a cria run, a Meta folder, or a llama2.c .bin file");
}

ParameterBlock ReadParameters(const Context& context, const ModelFiles& files) {
  if (files.stored_bytes() <= kAlwaysVerifiedBytes) {
    files.tensors.Verify(context, [&](const store::NamedTensor& tensor) {
      return tensor.name.starts_with(files.prefix);
    });
  }
  ParameterBlock block(files.config);
  for (const ParameterSpec& spec : block.specs()) {
    const store::NamedTensor& tensor = files.tensors.Get(files.prefix + spec.name);
    if (tensor.shape != spec.shape) {
      throw Error(fmt::format("{} has shape {}, the model needs {}", spec.name,
                              ShapeString(tensor.shape), ShapeString(spec.shape)),
                  tensor.where, "the file does not fit its configuration");
    }
    store::ReadAsFloat(context, tensor, block.values(spec));
  }
  return block;
}

}  // namespace cria
