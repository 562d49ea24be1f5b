// Learning rate: linear warm-up, then a cosine from the peak to a share of it (LLaMA, section 2.2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace cria::train {

/// A run bounded by time found itself faster or slower than planned: after `step` its end became
/// `total_steps`.
struct Retiming {
  int64_t step = 0, total_steps = 0;
};

struct Schedule {
  double peak = 0, final_share = 0.1;
  int64_t warmup_steps = 0;
  int64_t total_steps = 0;  ///< as first planned; 0: not known yet, only the warm-up can be asked
  std::vector<Retiming> retimings = {};

  /// The last step of the run as planned now; 0: not known yet.
  int64_t LastStep() const {
    return retimings.empty() ? total_steps : retimings.back().total_steps;
  }
  /// Share of the cosine that lies behind after step `step`, in [0, 1]. Continuous over retimings.
  double CosineProgress(int64_t step) const;
  /// Of step `step`, 1-based: peak * step / warmup, then
  /// min + (peak - min) / 2 * (1 + cos(pi * progress)).
  double LearningRate(int64_t step) const;
};

Json ScheduleToJson(const Schedule& schedule);
Schedule ScheduleFromJson(const Json& json, const std::string& where);

}  // namespace cria::train
