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

namespace {

void Encode(const Context& context, const store::NamedTensor& tensor, const GgufTensorPlan& plan,
            std::span<const float> values, std::vector<uint8_t>* bytes) {
  const int64_t elements = tensor.elements();
  if (IsQuantized(plan.type)) {
    const int64_t columns = tensor.shape.back();
    return kernels::Quantize(context, plan.type, values.data(), elements / columns, columns,
                             plan.importance, bytes->data());
  }
  constexpr int64_t kBlock = int64_t{1} << 18;
  std::atomic<bool> fits = true;
  context.ParallelFor((elements + kBlock - 1) / kBlock, [&](int64_t b) {
    const int64_t begin = b * kBlock, n = std::min(kBlock, elements - begin);
    if (!ConvertFromFloat(plan.type, values.data() + begin, n,
                          bytes->data() + StoredBytes(plan.type, begin))) {
      fits = false;
    }
  });
  if (!fits) {
    throw Error(
        fmt::format("tensor \"{}\" has values too large for {}", tensor.name, DTypeName(plan.type)),
        tensor.where, "convert with --dtype bf16 or f32");
  }
}

}  // namespace

std::vector<uint8_t> ConvertTensor(const Context& context, const store::NamedTensor& tensor,
                                   const GgufTensorPlan& plan, TensorError* error) {
  const bool same = plan.type == tensor.type;
  std::vector<float> values;
  if (!same || error != nullptr) {
    values.resize(static_cast<size_t>(tensor.elements()));
    store::ReadAsFloat(context, tensor, values);
  }
  std::vector<uint8_t> bytes;
  if (same) {
    bytes = store::ReadBytes(tensor);
  } else {
    bytes.resize(static_cast<size_t>(StoredBytes(plan.type, tensor.elements())));
    Encode(context, tensor, plan, values, &bytes);
  }
  if (error != nullptr) {
    *error = MeasureError(context, plan.type, values, bytes, tensor.shape.back(), plan.importance);
  }
  return bytes;
}

}  // namespace cria
