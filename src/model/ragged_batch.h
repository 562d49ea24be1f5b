// The segments of one forward pass as rows: prompt segments' rows first, then generated ones', as
// the products want them (PhaseRows).
#pragma once

#include <vector>

#include "model/layer.h"
#include "model/llama.h"

namespace cria {

struct RaggedBatch {
  PhaseRows phases;
  std::vector<int32_t> tokens, positions;       // [N]
  std::vector<kernels::PagedSegment> segments;  // in the order of the rows
  PhaseRows wanted;                             // rows that get logits
  std::vector<int32_t> wanted_rows;             // [wanted] ascending
  std::vector<int64_t> logit_rows;              // [wanted] where the caller wants each

  /// Checks that tokens, positions and block tables are within the model's bounds.
  RaggedBatch(const ModelConfig& config, std::span<const Segment> given);
  /// True if the caller's order is that of the rows.
  bool in_order() const;
  /// True if every segment is one generated token that wants its logits: steps of decoding.
  bool OneGeneratedRowEach() const;

 private:
  void Add(const ModelConfig& config, const Segment& segment, int64_t first_logit_row);
};

}  // namespace cria
