// The list itself, and blocks that hold some of it.
#include "model/parameters.h"

#include <algorithm>

#include "base/error.h"

namespace cria {

std::vector<ParameterSpec> ListParameters(const ModelConfig& c) {
  std::vector<ParameterSpec> specs;
  int64_t offset = 0;
  const auto add = [&](std::string name, Shape shape, ParameterRole role, ShardAxis shard) {
    const int64_t elements = ElementCount(shape);
    specs.push_back(
        {std::move(name), std::move(shape), role, shard, role != ParameterRole::kNorm, offset});
    offset += elements;
  };
  const int64_t q = int64_t{c.n_heads} * c.head_dim, kv = int64_t{c.n_kv_heads} * c.head_dim;
  using enum ParameterRole;
  add("tok_embeddings.weight", {c.vocab_size, c.dim}, kEmbedding, ShardAxis::kColumns);
  for (int l = 0; l < c.n_layers; ++l) {
    const std::string layer = "layers." + std::to_string(l) + ".";
    add(layer + "attention_norm.weight", {c.dim}, kNorm, ShardAxis::kReplicated);
    add(layer + "attention.wq.weight", {q, c.dim}, kMatrix, ShardAxis::kRows);
    add(layer + "attention.wk.weight", {kv, c.dim}, kMatrix, ShardAxis::kRows);
    add(layer + "attention.wv.weight", {kv, c.dim}, kMatrix, ShardAxis::kRows);
    add(layer + "attention.wo.weight", {c.dim, q}, kResidualMatrix, ShardAxis::kColumns);
    add(layer + "ffn_norm.weight", {c.dim}, kNorm, ShardAxis::kReplicated);
    add(layer + "feed_forward.w1.weight", {c.hidden_dim, c.dim}, kMatrix, ShardAxis::kRows);
    add(layer + "feed_forward.w3.weight", {c.hidden_dim, c.dim}, kMatrix, ShardAxis::kRows);
    add(layer + "feed_forward.w2.weight", {c.dim, c.hidden_dim}, kResidualMatrix,
        ShardAxis::kColumns);
  }
  add("norm.weight", {c.dim}, kNorm, ShardAxis::kReplicated);
  if (!c.tied_embeddings) add("output.weight", {c.vocab_size, c.dim}, kOutput, ShardAxis::kRows);
  return specs;
}

Shape ParameterShape(const ModelConfig& c, const std::string& name) {
  // Layers are alike: one of each kind answers for all.
  ModelConfig one = c;
  one.n_layers = 1;
  std::string first = name;
  if (name.starts_with("layers.")) first = "layers.0" + name.substr(name.find('.', 7));
  for (ParameterSpec& spec : ListParameters(one)) {
    if (spec.name == first) return std::move(spec.shape);
  }
  CRIA_CHECK(false, "no parameter {}", name);
}

std::vector<ParameterRange> ParameterGroups(const ModelConfig& config) {
  std::vector<ParameterRange> groups;
  std::string group = "none yet";
  for (const ParameterSpec& spec : ListParameters(config)) {
    // "layers.12.attention.wq.weight" -> "layers.12."; what stands before or behind the layers: "".
    const bool in_layer = spec.name.starts_with("layers.");
    const std::string name = in_layer ? spec.name.substr(0, spec.name.find('.', 7) + 1) : "";
    if (name != group) groups.push_back({spec.offset, 0});
    group = name;
    groups.back().elements += spec.elements();
  }
  return groups;
}

ParameterBlock::ParameterBlock(const ModelConfig& config)
    : ParameterBlock(config, {{0, ParameterCount(config)}}) {
  CRIA_CHECK(specs_.back().offset + specs_.back().elements() == values_.size());
}

ParameterBlock::ParameterBlock(const ModelConfig& config, std::vector<ParameterRange> held,
                               Accelerator* accelerator)
    : specs_(ListParameters(config)), held_(std::move(held)) {
  int64_t size = 0;
  for (const ParameterRange& range : held_) {
    places_.push_back(size);
    size += range.elements;
  }
  values_ = Buffer<float>(size, accelerator);
}

int64_t ParameterBlock::Place(const ParameterRange& range) const {
  const auto next = std::upper_bound(
      held_.begin(), held_.end(), range.offset,
      [](int64_t offset, const ParameterRange& held) { return offset < held.offset; });
  CRIA_CHECK(next != held_.begin(), "parameter {} is not held here", range.offset);
  const ParameterRange& held = *(next - 1);
  CRIA_CHECK(range.end() <= held.end(), "parameters {} to {} are not held here", range.offset,
             range.end());
  return places_[static_cast<size_t>(next - 1 - held_.begin())] + range.offset - held.offset;
}

const ParameterSpec& ParameterBlock::spec(const std::string& name) const {
  for (const ParameterSpec& s : specs_) {
    if (s.name == name) return s;
  }
  CRIA_CHECK(false, "no parameter {}", name);
}

std::vector<ParameterRange> ParameterBlock::HeldOf(const ParameterRange& range) const {
  std::vector<ParameterRange> parts;
  for (const ParameterRange& held : held_) {
    const int64_t first = std::max(held.offset, range.offset);
    const int64_t end = std::min(held.end(), range.end());
    if (first < end) parts.push_back({first, end - first});
  }
  return parts;
}

}  // namespace cria
