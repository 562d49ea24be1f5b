// What the exporters share: the list of tensors to write, each made when its turn comes.
#pragma once

#include "model/export.h"
#include "store/output_tensor.h"

namespace cria {

/// Type in which a matrix is written: options.type, or its own, or F16 if that is quantised.
DType ScalarTypeOf(const store::NamedTensor& tensor, const ExportOptions& options);

/// Row-major bytes of a tensor in another type. Bytes of the same type are passed through. Throws
/// Error if a value is too large for F16. `meter`, if not null, is told what was lost;
/// with it values that are no numbers are an Error too.
std::vector<uint8_t> ConvertTensor(const Context& context, const store::NamedTensor& tensor,
                                   const GgufTensorPlan& plan, TensorErrorMeter* meter = nullptr);

/// Rows of a matrix for StreamRows; `end` -1: all.
struct RowRange {
  int64_t begin = 0, end = -1;
  int64_t granule = 1;                        ///< pieces are multiples of it
  int64_t piece_elements = int64_t{1} << 24;  ///< about; 64 MB as fp32, beside the bytes written
};
/// ConvertTensor in pieces of a bounded number of rows, each handed to `sink` and its pages of the
/// model's file given back. `progress` (may be empty) is told the parameters of each.
void StreamRows(const Context& context, const ModelFiles& model, const store::NamedTensor& tensor,
                const GgufTensorPlan& plan, RowRange rows,
                const std::function<void(int64_t parameters)>& progress,
                const std::function<void(std::vector<uint8_t>)>& sink,
                TensorErrorMeter* meter = nullptr);
/// A whole tensor by StreamRows; `report`, if any, is told its error. The references must outlive
/// the writing.
store::OutputTensor StreamedTensor(const Context& context, const ModelFiles& model,
                                   const store::NamedTensor& tensor, std::string name,
                                   GgufTensorPlan plan, const ExportOptions& options,
                                   std::function<void(const TensorError&)> report = nullptr);

/// The stored tensor of a parameter, its shape held to the configuration.
const store::NamedTensor& StoredTensor(const ModelFiles& model, const ParameterSpec& spec);

}  // namespace cria
