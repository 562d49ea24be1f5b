// What a run costs: time, energy, carbon, money, disk.
#pragma once

#include "plan/best_layout.h"

namespace cria::plan {

/// The paper's constants (section 6): the building's overhead and the grid's mean in the US.
struct Surroundings {
  double pue = 1.1;  ///< power of the building over that of the devices
  double kg_co2_per_kwh = 0.385;
};

struct RunCost {
  double device_hours = 0, seconds = 0;
  double mwh = 0;          ///< device-hours x watts x PUE (paper, section 6): no hosts, no network
  double t_co2eq = 0;      ///< MWh x 1000 kWh x kg / 1000
  double dollars = 0;      ///< 0: the device's price is not known
  double token_bytes = 0;  ///< token shards: 2 bytes a token, 4 where ids need more
  double checkpoint_bytes = 0;  ///< one, to go on from: master weights and moments
  double model_bytes = 0;       ///< the result, bf16
};

RunCost CostOf(const ModelConfig& config, double tokens, const Devices& devices,
               double tokens_per_s_per_device, const Surroundings& surroundings = {});

}  // namespace cria::plan
