// Weights on their way between ranks of a run whose products are in bf16: matrices are sent as the
// products read them, rounded, which changes no bit of what is packed; norms and the embedding,
// which are read in fp32, as they are.
#pragma once

#include <vector>

#include "model/parameters.h"

namespace cria::train {

class CompactRuns {
 public:
  /// Of the parameters of `config`, a share's. Without `half` everything is sent as fp32.
  CompactRuns(const ModelConfig& config, bool half);

  /// Length of the message that holds a run.
  int64_t Bytes(const ParameterRange& run) const;
  /// `values` are those of the run, as are those that Unpack writes.
  void Pack(const Context& context, const ParameterRange& run, const float* values,
            uint8_t* message) const;
  void Unpack(const Context& context, const ParameterRange& run, const uint8_t* message,
              float* values) const;

 private:
  // Calls f(part of the run, whether it is sent in bf16) in ascending order.
  template <class F>
  void ForEachPart(const ParameterRange& run, F f) const;

  struct Stretch {
    ParameterRange range;
    bool half;
  };
  std::vector<Stretch> stretches_;  // the whole block
};

}  // namespace cria::train
