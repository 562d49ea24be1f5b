// The values that training begins with.
#pragma once

#include "base/context.h"
#include "model/tensor_share.h"

namespace cria {

/// Normal with standard deviation 1 / sqrt(dim), of the residual output projections (wo, w2)
/// 1 / sqrt(2 n_layers dim); norms 1. The paper does not state its own; at its sizes this is near
/// the usual 0.02, at small ones it learns faster (docs/LOG.md). Each tensor has its own random
/// streams, so the values depend neither on threads nor on what else the block holds.
void InitializeParameters(const Context& context, const ModelConfig& config, uint64_t seed,
                          ParameterBlock* parameters);

/// The same values of a whole model, of which `parameters`, a block of ShareConfig, keeps its part.
void InitializeShare(const Context& context, const ModelConfig& config, uint64_t seed,
                     const TensorShare& share, ParameterBlock* parameters);

}  // namespace cria
