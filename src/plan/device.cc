// The table and its names.
#include "plan/device.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"

namespace cria::plan {
namespace {

// Data sheets of NVIDIA (A100 2021, H100 SXM 2023, H200 2024): dense BF16, HBM, NVLink (half of the
// sum of both directions), board power. Nodes of 8 with one 200 Gb/s (A100) or 400 Gb/s (H100,
// H200) adapter for each device, as DGX and the common clouds have. Memory as the driver
// shows it, less 1.5 GB for itself and the libraries. Prices: rented by the hour in large numbers,
// 2025-2026, a figure to be replaced by one's own.
const Device kDevices[] = {
    {"A100-40GB", 312e12, 40.8e9, 1.555e12, 300e9, 8, 25e9, 400, 1.3},
    {"A100-80GB", 312e12, 83.5e9, 2.039e12, 300e9, 8, 25e9, 400, 1.8},
    {"H100", 989e12, 83.5e9, 3.35e12, 450e9, 8, 50e9, 700, 2.5},
    {"H200", 989e12, 148.5e9, 4.8e12, 450e9, 8, 50e9, 700, 3.2},
};

}  // namespace

std::span<const Device> KnownDevices() { return kDevices; }

const Device& FindDevice(const std::string& name, const std::string& flag) {
  const auto same = [&](const std::string& known) {
    return std::equal(name.begin(), name.end(), known.begin(), known.end(), [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) ==
             std::tolower(static_cast<unsigned char>(b));
    });
  };
  std::string names;
  for (const Device& device : kDevices) {
    if (same(device.name)) return device;
    names += (names.empty() ? "" : ", ") + device.name;
  }
  throw Error(fmt::format("no device \"{}\" is known", name), flag,
              "write how many of what, such as 8xH100: " + names);
}

Devices ParseDevices(const std::string& text, const std::string& flag) {
  constexpr int64_t kMost = 10'000'000;
  const size_t x = text.find_first_of("xX"), digits = text.find_first_not_of("0123456789");
  const bool counted = x != std::string::npos && x > 0 && digits == x;
  Devices devices;
  if (counted) devices.count = x > 9 ? kMost + 1 : std::stoll(text.substr(0, x));
  if (devices.count < 1 || devices.count > kMost) {
    throw Error(fmt::format("from 1 to {} devices can be planned", kMost), flag, "such as 8xH100");
  }
  devices.device = FindDevice(counted ? text.substr(x + 1) : text, flag);
  return devices;
}

}  // namespace cria::plan
