// The one list of parameters: name, shape, role, how it is sharded, whether it decays.
// Initialisation, optimizer, checkpoints, converters and parallelism all read it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/context.h"
#include "model/config.h"
#include "tensor/buffer.h"
#include "tensor/tensor_view.h"

namespace cria {

enum class ParameterRole { kEmbedding, kMatrix, kResidualMatrix, kNorm, kOutput };
/// Dimension of the [out, in] matrix that Meta's model-parallel shards cut; norms are replicated.
enum class ShardAxis { kReplicated, kRows, kColumns };

struct ParameterSpec {
  std::string name;  ///< Meta's: layers.0.attention.wq.weight
  Shape shape;       ///< [out, in] or [dim]
  ParameterRole role;
  ShardAxis shard;
  bool decays;     ///< weight decay: matrices only
  int64_t offset;  ///< first element in the parameter block
  int64_t elements() const { return ElementCount(shape); }
};

/// All parameters in block order: tok_embeddings, then per layer attention_norm, wq wk wv, wo,
/// ffn_norm, w1 w3, w2, then norm, output (absent when tied). wq wk wv and w1 w3 are neighbours, so
/// each group is one [sum of out, in] matrix for the kernels.
std::vector<ParameterSpec> ListParameters(const ModelConfig& config);

/// Shape of one of them. The name must be on the list.
Shape ParameterShape(const ModelConfig& config, const std::string& name);

/// Neighbouring parameters: elements [offset, offset + elements) of the whole block.
struct ParameterRange {
  int64_t offset = 0, elements = 0;
  int64_t end() const { return offset + elements; }
};

/// The block cut into what training computes and moves as one: group 0 the embedding, group 1 + l
/// layer l, the last one the final norm with the output (the norm alone when tied).
std::vector<ParameterRange> ParameterGroups(const ModelConfig& config);

/// fp32 values of everything ListParameters names, weights, gradients or moments, in one contiguous
/// block; or of some ranges of it, one behind the other, where several ranks share the whole.
class ParameterBlock {
 public:
  explicit ParameterBlock(const ModelConfig& config);
  /// Holds only these ranges, in ascending order. On an accelerator its values are for kernels
  /// alone.
  ParameterBlock(const ModelConfig& config, std::vector<ParameterRange> held,
                 Accelerator* accelerator = nullptr);
  const std::vector<ParameterSpec>& specs() const { return specs_; }
  const std::vector<ParameterRange>& held() const { return held_; }
  const ParameterSpec& spec(const std::string& name) const;
  int64_t size() const { return values_.size(); }
  float* data() { return values_.data(); }
  const float* data() const { return values_.data(); }
  /// Memory of a range that lies in one of the held ones.
  std::span<float> values(const ParameterRange& range) {
    return values_.span().subspan(Place(range), range.elements);
  }
  std::span<const float> values(const ParameterRange& range) const {
    return values_.span().subspan(Place(range), range.elements);
  }
  std::span<float> values(const ParameterSpec& s) {
    return values(ParameterRange{s.offset, s.elements()});
  }
  std::span<const float> values(const ParameterSpec& s) const {
    return values(ParameterRange{s.offset, s.elements()});
  }
  /// The parts of a range that are held, in ascending order.
  std::vector<ParameterRange> HeldOf(const ParameterRange& range) const;

 private:
  int64_t Place(const ParameterRange& range) const;

  std::vector<ParameterSpec> specs_;
  std::vector<ParameterRange> held_;
  std::vector<int64_t> places_;  // of the held ranges in values_
  Buffer<float> values_;
};

}  // namespace cria
