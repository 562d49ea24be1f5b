// The curve, with its retimings.
#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace cria::train {

double Schedule::CosineProgress(int64_t step) const {
  int64_t from = warmup_steps, end = total_steps;
  double behind = 0;
  const auto at = [&](int64_t s) {
    if (end <= from) return 1.0;
    return behind + (1 - behind) * static_cast<double>(s - from) / static_cast<double>(end - from);
  };
  for (const Retiming& r : retimings) {
    if (step <= r.step) break;
    behind = at(r.step);
    from = r.step;
    end = r.total_steps;
  }
  return std::clamp(at(step), 0.0, 1.0);
}

double Schedule::LearningRate(int64_t step) const {
  CRIA_CHECK(step >= 1);
  if (step <= warmup_steps) {
    return peak * static_cast<double>(step) / static_cast<double>(warmup_steps);
  }
  CRIA_CHECK(total_steps > 0, "step {} asked before the end of the run is known", step);
  const double floor = peak * final_share;
  return floor + 0.5 * (peak - floor) * (1 + std::cos(std::numbers::pi * CosineProgress(step)));
}

Json ScheduleToJson(const Schedule& s) {
  Json retimings = Json::array();
  for (const Retiming& r : s.retimings) {
    retimings.push_back(Json{{"step", r.step}, {"total_steps", r.total_steps}});
  }
  return Json{{"peak", s.peak},
              {"final_share", s.final_share},
              {"warmup_steps", s.warmup_steps},
              {"total_steps", s.total_steps},
              {"retimings", retimings}};
}

Schedule ScheduleFromJson(const Json& json, const std::string& where) {
  Schedule s;
  s.peak = JsonGet<double>(json, "peak", where);
  s.final_share = JsonGet<double>(json, "final_share", where);
  s.warmup_steps = JsonGet<int64_t>(json, "warmup_steps", where);
  s.total_steps = JsonGet<int64_t>(json, "total_steps", where);
  const Json retimings = JsonGet<Json>(json, "retimings", where);
  for (const Json& r : retimings) {
    s.retimings.push_back(
        {JsonGet<int64_t>(r, "step", where), JsonGet<int64_t>(r, "total_steps", where)});
  }
  return s;
}

}  // namespace cria::train
