// Conversion of one tensor.
#include "model/export_tensor.h"

#include <atomic>

#include "base/error.h"
#include "kernels/quantize.h"

namespace cria {

DType ScalarTypeOf(const store::NamedTensor& tensor, const ExportOptions& options) {
  if (options.type) return *options.type;
  return IsQuantized(tensor.type) ? DType::kF16 : tensor.type;
}

const store::NamedTensor& StoredTensor(const ModelFiles& model, const ParameterSpec& spec) {
  const store::NamedTensor& tensor = model.tensors.Get(model.prefix + spec.name);
  if (tensor.shape != spec.shape) {
    throw Error(fmt::format("{} has shape {}, the model needs {}", spec.name,
                            ShapeString(tensor.shape), ShapeString(spec.shape)),
                tensor.where, "the file does not fit its configuration");
  }
  return tensor;
}

std::vector<uint8_t> ConvertTensor(const Context& context, const store::NamedTensor& tensor,
                                   const GgufTensorPlan& plan) {
  if (plan.type == tensor.type) return store::ReadBytes(tensor);
  std::vector<float> values(static_cast<size_t>(tensor.elements()));
  store::ReadAsFloat(context, tensor, values);
  std::vector<uint8_t> bytes(static_cast<size_t>(StoredBytes(plan.type, tensor.elements())));
  if (IsQuantized(plan.type)) {
    const int64_t columns = tensor.shape.back();
    kernels::Quantize(context, plan.type, values.data(), tensor.elements() / columns, columns,
                      plan.importance, bytes.data());
    return bytes;
  }
  constexpr int64_t kBlock = int64_t{1} << 18;
  std::atomic<bool> fits = true;
  context.ParallelFor((tensor.elements() + kBlock - 1) / kBlock, [&](int64_t b) {
    const int64_t begin = b * kBlock, n = std::min(kBlock, tensor.elements() - begin);
    if (!ConvertFromFloat(plan.type, values.data() + begin, n,
                          bytes.data() + StoredBytes(plan.type, begin))) {
      fits = false;
    }
  });
  if (!fits) {
    throw Error(
        fmt::format("tensor \"{}\" has values too large for {}", tensor.name, DTypeName(plan.type)),
        tensor.where, "convert with --dtype bf16 or f32");
  }
  return bytes;
}

}  // namespace cria
