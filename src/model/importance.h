// How much each input column of a matrix matters: the mean square of what meets it while the model
// reads a text. Quantisers weigh their errors by it (llama.cpp's "importance matrix").
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "model/checkpoint.h"
#include "model/llama.h"

namespace cria {

struct Importance {
  /// By Meta's name of the matrix, mean of x^2 for each input column. The embedding is there only
  /// where it is the output matrix too.
  std::map<std::string, std::vector<float>> columns;
  int64_t tokens = 0;  ///< means are over these
  int64_t window = 0;  ///< tokens that were read in one piece
  std::string text;    ///< where they came from

  /// Of one tensor; empty if it has none.
  std::vector<float> Of(const std::string& name) const;
};

struct CalibrationOptions {
  int64_t window = 512;  ///< capped by the model's context
  int32_t bos_id = 1;    ///< put in place of each window's first id; -1: nothing is
  Precision precision = DefaultPrecision();
  std::function<void(int64_t done_layers, int64_t layers)> progress = nullptr;
};

/// Lets the model read `ids` in windows and collects the squares. Goes layer by layer over all
/// windows at once: memory is that of one layer and 4 dim bytes per token, whatever the depth. Sums
/// have a fixed order: the same bits for any number of threads. Throws Error if the ids do not fill
/// one window.
Importance Calibrate(const Context& context, const ModelFiles& model, std::span<const int32_t> ids,
                     const CalibrationOptions& options);

/// llama.cpp's GGUF form of the same: `NAME.in_sum2`, `NAME.counts` (tools/imatrix). Written
/// atomically; read with every size held to the configuration. Throws Error.
void WriteImportance(const fs::path& path, const Importance& importance);
Importance ReadImportance(const Context& context, const fs::path& path, const ModelConfig& config);

}  // namespace cria
