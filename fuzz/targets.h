// What is fuzzed: each reader of outside bytes as a function of bytes. Returns for any input; Error
// is caught inside, everything else is a finding.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace cria::fuzz {

struct Target {
  std::string_view name;  ///< also the folder of its corpus
  void (*run)(std::span<const uint8_t> input);
};

std::span<const Target> Targets();
/// Null if there is none of that name.
const Target* FindTarget(std::string_view name);

}  // namespace cria::fuzz
