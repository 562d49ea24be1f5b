// What the exporters share: the list of tensors to write, each made when its turn comes.
#pragma once

#include "model/export.h"
#include "store/output_tensor.h"

namespace cria {

/// Type in which a matrix is written: options.type, or its own, or F16 if that is quantised.
DType ScalarTypeOf(const store::NamedTensor& tensor, const ExportOptions& options);

/// Row-major bytes of a tensor in another type. Bytes of the same type are passed through. Throws
/// Error if a value is too large for F16. `error`, if not null, receives what was lost.
std::vector<uint8_t> ConvertTensor(const Context& context, const store::NamedTensor& tensor,
                                   const GgufTensorPlan& plan, TensorError* error = nullptr);

/// The stored tensor of a parameter, its shape held to the configuration.
const store::NamedTensor& StoredTensor(const ModelFiles& model, const ParameterSpec& spec);

}  // namespace cria
