// The devices that runs are planned for, as data. Peaks are the makers'; StepTime multiplies them
// by the shares that programs reach.
#pragma once

#include <span>
#include <string>

namespace cria::plan {

struct Device {
  std::string name;
  double matrix_flops_per_s = 0;   ///< dense bf16 with fp32 accumulation
  double memory_bytes = 0;         ///< that a program gets
  double memory_bytes_per_s = 0;   ///< read or write
  double link_bytes_per_s = 0;     ///< to the other devices of its node, one direction
  int per_node = 1;                ///< devices of a node
  double network_bytes_per_s = 0;  ///< to other nodes, per device, one direction
  double watts = 0;                ///< at full load, without the building's overhead
  double dollars_per_hour = 0;     ///< a rented one; 0: not known
  bool operator==(const Device&) const = default;
};

/// A100-40GB, A100-80GB, H100, H200.
std::span<const Device> KnownDevices();

/// Upper and lower case are one. Throws Error with the list of names, naming `flag`.
const Device& FindDevice(const std::string& name, const std::string& flag);

struct Devices {
  Device device;
  int64_t count = 1;
};
/// "2048xA100-80GB", or one device by its name.
Devices ParseDevices(const std::string& text, const std::string& flag);

}  // namespace cria::plan
