// Products of a few figures.
#include "plan/run_cost.h"

namespace cria::plan {

RunCost CostOf(const ModelConfig& config, double tokens, const Devices& devices,
               double tokens_per_s_per_device, const Surroundings& surroundings) {
  const auto parameters = static_cast<double>(ParameterCount(config));
  RunCost cost;
  cost.device_hours = tokens / tokens_per_s_per_device / 3600;
  cost.seconds = cost.device_hours * 3600 / static_cast<double>(devices.count);
  cost.mwh = cost.device_hours * devices.device.watts * surroundings.pue / 1e6;
  cost.t_co2eq = cost.mwh * surroundings.kg_co2_per_kwh;
  cost.dollars = cost.device_hours * devices.device.dollars_per_hour;
  cost.token_bytes = tokens * (config.vocab_size <= 65536 ? 2 : 4);
  cost.checkpoint_bytes = parameters * 12;
  cost.model_bytes = parameters * 2;
  return cost;
}

}  // namespace cria::plan
