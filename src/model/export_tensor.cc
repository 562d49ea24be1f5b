// Conversion of one tensor.
#include "model/export_tensor.h"

#include <algorithm>
#include <atomic>
#include <numeric>

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
        tensor.where, "write it as bf16 or f32: convert --dtype, quantize --type");
  }
}

// A quantised block with such values is lost whole, and an error that leaves them out says nothing.
void RequireFinite(const store::NamedTensor& tensor, const TensorError& error) {
  if (error.not_finite > 0) {
    throw Error(fmt::format("tensor \"{}\" has {} values that are infinite or not a number",
                            tensor.name, error.not_finite),
                tensor.where, "the model is damaged: fetch it again, or see cria verify");
  }
  if (error.overflowed > 0) {
    throw Error(fmt::format("tensor \"{}\" has {} values too large for {}", tensor.name,
                            error.overflowed, DTypeName(error.type)),
                tensor.where, "write it as bf16 or f32: convert --dtype, quantize --type");
  }
}

}  // namespace

void StreamRows(const Context& context, const ModelFiles& model, const store::NamedTensor& tensor,
                const GgufTensorPlan& plan, RowRange rows,
                const std::function<void(int64_t parameters)>& progress,
                const std::function<void(std::vector<uint8_t>)>& sink, TensorErrorMeter* meter) {
  const auto pass = [&](const store::NamedTensor& part) {
    sink(ConvertTensor(context, part, plan, meter));
    model.tensors.LetGo(part);
    if (progress) progress(part.elements());
  };
  if (tensor.shape.size() != 2) return pass(tensor);
  if (rows.end < 0) rows.end = tensor.shape[0];
  const int64_t granule = std::lcm(rows.granule, store::RowGranule(tensor));
  const int64_t columns = std::max<int64_t>(1, tensor.shape[1]);
  const int64_t step = std::max<int64_t>(1, rows.piece_elements / columns / granule) * granule;
  for (int64_t at = rows.begin; at < rows.end; at += step) {
    pass(store::SliceRows(tensor, at, std::min(rows.end, at + step)));
  }
}

store::OutputTensor StreamedTensor(const Context& context, const ModelFiles& model,
                                   const store::NamedTensor& tensor, std::string name,
                                   GgufTensorPlan plan, const ExportOptions& options,
                                   std::function<void(const TensorError&)> report) {
  const DType type = plan.type;
  return {std::move(name), type, tensor.shape,
          [&context, &model, &tensor, plan = std::move(plan), &options,
           report = std::move(report)](const store::ByteSink& sink) {
            TensorErrorMeter meter(plan.type);
            StreamRows(
                context, model, tensor, plan, {}, options.progress,
                [&sink](const std::vector<uint8_t>& bytes) { sink(bytes); },
                report ? &meter : nullptr);
            if (report) report(meter.Result());
          }};
}

std::vector<uint8_t> ConvertTensor(const Context& context, const store::NamedTensor& tensor,
                                   const GgufTensorPlan& plan, TensorErrorMeter* meter) {
  const bool same = plan.type == tensor.type;
  std::vector<float> values;
  if (!same || meter != nullptr) {
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
  if (meter != nullptr) {
    meter->Add(context, values, bytes, tensor.shape.back(), plan.importance);
    RequireFinite(tensor, meter->Result());
  }
  return bytes;
}

}  // namespace cria
