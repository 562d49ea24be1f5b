// RAPL counters under /sys, with their wrap-around.
#include "eval/energy.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <system_error>

namespace cria::eval {
namespace {

std::optional<uint64_t> ReadNumber(const fs::path& path) {
  std::ifstream file(path);
  uint64_t value = 0;
  if (file >> value) return value;
  return std::nullopt;
}

}  // namespace

PowerMeter::PowerMeter(const fs::path& powercap) {
  std::error_code error;
  for (fs::directory_iterator it(powercap, error), end; !error && it != end; it.increment(error)) {
    // Packages are intel-rapl:0, :1 (AMD too); intel-rapl:0:0 is a part of one and not added.
    const std::string name = it->path().filename();
    if (!name.starts_with("intel-rapl:") || std::count(name.begin(), name.end(), ':') != 1) {
      continue;
    }
    const auto now = ReadNumber(it->path() / "energy_uj");
    const auto range = ReadNumber(it->path() / "max_energy_range_uj");
    if (now && range) counters_.push_back({it->path() / "energy_uj", *now, *range});
  }
}

double PowerMeter::ReadJoules() {
  for (Counter& counter : counters_) {
    const uint64_t now = ReadNumber(counter.path).value_or(counter.last);
    const uint64_t used =
        now >= counter.last ? now - counter.last : counter.range - counter.last + now;
    joules_ += static_cast<double>(used) * 1e-6;
    counter.last = now;
  }
  return joules_;
}

}  // namespace cria::eval
