// What is divided, and by what.
#include "model/tensor_share.h"

#include "base/error.h"

namespace cria {

ModelConfig ShareConfig(const ModelConfig& config, int ranks) {
  ModelConfig share = config;
  share.n_heads /= ranks;
  share.n_kv_heads /= ranks;
  share.hidden_dim /= ranks;
  share.vocab_size /= ranks;
  return share;
}

void RequireDivisible(const ModelConfig& c, int ranks, const std::string& where) {
  const std::pair<int64_t, const char*> sizes[] = {{c.n_heads, "attention heads"},
                                                   {c.n_kv_heads, "key/value heads"},
                                                   {c.hidden_dim, "hidden units"},
                                                   {c.vocab_size, "tokens of the vocabulary"}};
  for (const auto& [size, name] : sizes) {
    if (size % ranks == 0) continue;
    throw Error(fmt::format("{} {} cannot be divided among {} ranks", size, name, ranks), where,
                "choose a number that divides heads, hidden size and vocabulary");
  }
}

TensorBox BoxOf(const ParameterSpec& whole, const TensorShare& share) {
  const bool matrix = whole.shape.size() == 2;
  const int64_t rows = matrix ? whole.shape[0] : 1, width = whole.shape.back();
  TensorBox box{width, 0, rows, 0, width};
  const bool by_rows = whole.role == ParameterRole::kEmbedding || whole.shard == ShardAxis::kRows;
  if (by_rows) {
    box.rows = rows / share.ranks;
    box.first_row = share.rank * box.rows;
  } else if (whole.shard == ShardAxis::kColumns) {
    box.columns = width / share.ranks;
    box.first_column = share.rank * box.columns;
  }
  return box;
}

}  // namespace cria
