// What passes between a model in training and whoever keeps its parameters: gradients going out,
// weights coming in, one group of parameters at a time (ParameterGroups). That is what lets ranks
// share the keeping, and exchange one group while another is computed.
#pragma once

#include "model/parameters.h"

namespace cria {

/// Receives the gradients of a backward pass. Groups are opened from the last to the first; with
/// tied embeddings group 0 is opened first and closed last.
class GradientSink {
 public:
  virtual ~GradientSink() = default;
  /// Memory for the gradients of a group, in the order of the block. All of it will be written;
  /// what stands there is lost.
  virtual float* Open(int group) = 0;
  /// The gradients of the group are complete.
  virtual void Close(int group) = 0;
};

/// The plain sink: a whole block.
class GradientBlock : public GradientSink {
 public:
  GradientBlock(const ModelConfig& config, ParameterBlock* block)
      : groups_(ParameterGroups(config)), block_(block) {}
  float* Open(int group) override {
    return block_->values(groups_[static_cast<size_t>(group)]).data();
  }
  void Close(int) override {}

 private:
  std::vector<ParameterRange> groups_;
  ParameterBlock* block_;
};

/// Gives the weights of layers when they are needed, for a model that keeps none of its own.
class WeightSource {
 public:
  virtual ~WeightSource() = default;
  /// fp32 weights of a group, valid until the next call. `next` is the group that will be asked for
  /// then, so that it can be on its way; -1: none.
  virtual const float* Fetch(int group, int next) = 0;
};

}  // namespace cria
