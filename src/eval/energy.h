// Energy and carbon of a run by the paper's formula (section 6): Wh = hours x watts x PUE,
// CO2 = MWh x 0.385 t. The watts come from the processor's own counter where it can be read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file.h"

namespace cria::eval {

constexpr double kPowerUsageEffectiveness = 1.1;  // paper, section 6
constexpr double kKgCo2PerKwh = 0.385;            // US average, paper, section 6
/// Assumed where no counter can be read: a server processor under full load with its share of
/// memory and board, per hardware thread.
constexpr double kAssumedWattsPerCpu = 10;

struct Energy {
  double hours = 0, watts = 0;
  bool measured = false;  ///< watts from the processor's counter, else assumed
  double watt_hours() const { return hours * watts * kPowerUsageEffectiveness; }
  double co2_grams() const { return watt_hours() * kKgCo2PerKwh; }
};

/// Mean power of the processor packages since construction, from the RAPL counters in powercap.
class PowerMeter {
 public:
  explicit PowerMeter(const fs::path& powercap = "/sys/class/powercap");
  /// False where the counters are absent or may not be read; ReadJoules is then 0.
  bool available() const { return !counters_.empty(); }
  /// Joules since construction. Call at least once a minute: the counters wrap around.
  double ReadJoules();

 private:
  struct Counter {
    fs::path path;
    uint64_t last = 0, range = 0;
  };
  std::vector<Counter> counters_;
  double joules_ = 0;
};

}  // namespace cria::eval
