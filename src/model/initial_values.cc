// One initialisation, of which every share cuts its part.
#include "model/initial_values.h"

#include <cmath>

#include "base/random.h"

namespace cria {

void InitializeShare(const Context& context, const ModelConfig& config, uint64_t seed,
                     const TensorShare& share, ParameterBlock* parameters) {
  const std::vector<ParameterSpec> whole = ListParameters(config);
  const double std_of_inputs = 1 / std::sqrt(static_cast<double>(config.dim));
  const double residual_std = std_of_inputs / std::sqrt(2.0 * config.n_layers);
  // Blocks of fixed size have a stream each, so large tensors fill on all cores.
  constexpr int64_t kBlock = 1 << 16;
  uint64_t stream = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    const ParameterSpec& spec = whole[i];
    const int64_t own_offset = parameters->specs()[i].offset;
    const TensorBox box = BoxOf(spec, share);
    const bool norm = spec.role == ParameterRole::kNorm;
    const double std = spec.role == ParameterRole::kResidualMatrix ? residual_std : std_of_inputs;
    const int64_t blocks = (spec.elements() + kBlock - 1) / kBlock;
    context.ParallelFor(blocks, [&](int64_t b) {
      const int64_t first = b * kBlock, end = std::min(first + kBlock, spec.elements());
      std::vector<float> values;  // once one of them is held
      box.ForEachStretch(first, end, [&](int64_t place, int64_t in_box, int64_t count) {
        const int64_t own = own_offset + in_box;
        for (const ParameterRange& part : parameters->HeldOf({own, count})) {
          if (values.empty()) {
            values.assign(static_cast<size_t>(end - first), 1.0f);
            RandomStream random(seed, RandomPurpose::kInit, stream + static_cast<uint64_t>(b));
            for (float& value : values) {
              if (!norm) value = static_cast<float>(std * random.NextNormal());
            }
          }
          std::copy_n(values.begin() + (place - first + part.offset - own), part.elements,
                      parameters->values(part).begin());
        }
      });
    });
    if (!norm) stream += static_cast<uint64_t>(blocks);
  }
}

void InitializeParameters(const Context& context, const ModelConfig& config, uint64_t seed,
                          ParameterBlock* parameters) {
  InitializeShare(context, config, seed, {}, parameters);
}

}  // namespace cria
