// Ranks' parts joined by the axis that their shapes show.
#include "store/meta.h"

#include <algorithm>

#include "base/error.h"
#include "store/torch_file.h"

namespace cria::store {
namespace {

constexpr const char* kRemedy = "fetch the missing or damaged files of the release again";

std::vector<fs::path> ShardFiles(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("consolidated.") && name.ends_with(".pth")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

enum class Cut { kNone, kRows, kColumns };

// Which dimension the release's parallel layers cut. LLaMA 1 and 2 cut the embedding by columns,
// LLaMA 3 by rows: decided by the shape.
Cut CutOf(const NamedTensor& shard, int64_t n_shards, int64_t dim) {
  if (shard.shape.size() != 2) return Cut::kNone;
  const std::string& name = shard.name;
  if (name.ends_with(".wo.weight") || name.ends_with(".w2.weight")) return Cut::kColumns;
  if (name == "tok_embeddings.weight") {
    return shard.shape[1] * n_shards == dim ? Cut::kColumns : Cut::kRows;
  }
  return Cut::kRows;
}

// The output projection of the attention is cut by its columns, of which the model has dim: so many
// files make it whole.
void RequireAll(const std::vector<fs::path>& files, const TensorSet& shard, int64_t dim) {
  for (size_t i = 0; i < files.size() && files.size() > 1; ++i) {  // one may have any name
    const std::string name = fmt::format("consolidated.{:02}.pth", i);
    if (files[i].filename() == name) continue;
    throw Error(name + " is missing", files[i].parent_path().string(), kRemedy);
  }
  const char* const kName = "layers.0.attention.wo.weight";
  const Shape shape = shard.Contains(kName) ? shard.Get(kName).shape : Shape();
  if (shape.size() != 2 || shape[1] <= 0 || dim % shape[1] != 0) return;
  if (dim / shape[1] == std::ssize(files)) return;
  throw Error(fmt::format("the model has {} files consolidated.*.pth, here are {}", dim / shape[1],
                          files.size()),
              files[0].parent_path().string(), kRemedy);
}

bool IsRopeTable(const std::string& name) { return name.ends_with("rope.freqs"); }

// Joins the tensors of one name. Pieces point into the shards' mapped files.
NamedTensor Join(const std::vector<const NamedTensor*>& shards, int64_t dim) {
  NamedTensor whole = *shards.front();
  if (shards.size() == 1) return whole;
  const Cut cut = CutOf(whole, static_cast<int64_t>(shards.size()), dim);
  const std::vector<uint8_t> replica =
      cut == Cut::kNone ? ReadBytes(whole) : std::vector<uint8_t>();
  whole.axis = cut == Cut::kColumns ? 1 : 0;
  for (size_t i = 1; i < shards.size(); ++i) {
    const NamedTensor& shard = *shards[i];
    const std::string where = shard.where + ", tensor \"" + shard.name + "\"";
    if (shard.type != whole.type || shard.shape != shards.front()->shape) {
      throw Error("differs in shape or type between shards", where, kRemedy);
    }
    if (cut == Cut::kNone) {
      if (ReadBytes(shard) != replica)
        throw Error("replicated tensor differs between shards", where, kRemedy);
      continue;
    }
    whole.shape[whole.axis] += shard.shape[whole.axis];
    whole.pieces.push_back(shard.pieces.front());
  }
  return whole;
}

// Later releases of Meta in the same layout that are other models.
void RequireText(const Json& params, const std::string& where) {
  const std::pair<const char*, const char*> others[] = {
      {"moe_args", "a mixture of experts"},
      {"vision_chunk_size", "a model that sees pictures"},
      {"quantization_args", "a model with quantised weights in Meta's files"},
      {"lora_args", "a model with LoRA adapters in Meta's files"}};
  for (const auto& [key, what] : others) {
    if (params.contains(key) && !params[key].is_null()) {
      throw Error(fmt::format("{} is not supported ({})", what, key), where,
                  "cria runs LLaMA 1 to 3.2, text only");
    }
  }
}

}  // namespace

bool IsMeta(const fs::path& directory) {
  return fs::is_regular_file(directory / "params.json") && !ShardFiles(directory).empty();
}

TensorSet OpenMeta(const fs::path& directory) {
  TensorSet set;
  set.set_where(directory.string());
  set.set_metadata(ReadJson(directory / "params.json"));
  RequireText(set.metadata(), (directory / "params.json").string());
  const int64_t dim = JsonGet<int64_t>(set.metadata(), "dim", (directory / "params.json").string());
  std::vector<TensorSet> shards;
  const std::vector<fs::path> files = ShardFiles(directory);
  if (files.empty()) throw Error("no consolidated.*.pth", directory.string(), kRemedy);
  for (const fs::path& file : files) shards.push_back(OpenTorchFile(file));
  RequireAll(files, shards.front(), dim);
  for (const NamedTensor& first : shards.front().tensors()) {
    if (IsRopeTable(first.name)) continue;
    std::vector<const NamedTensor*> parts;
    for (const TensorSet& shard : shards) parts.push_back(&shard.Get(first.name));
    set.Add(Join(parts, dim));
  }
  for (TensorSet& shard : shards) {
    for (const NamedTensor& tensor : shard.tensors()) {
      if (!IsRopeTable(tensor.name) && !set.Contains(tensor.name)) {
        throw Error("tensor \"" + tensor.name + "\" is only in some shards", shard.where(),
                    kRemedy);
      }
    }
    set.Absorb(std::move(shard));
  }
  return set;
}

}  // namespace cria::store
