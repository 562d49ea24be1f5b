// The errors of waiting.
#include "comm/silence.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace cria::comm {
namespace {
constexpr const char* kRemedy =
    "see what that rank or its machine said last; then go on from the last checkpoint";
}

Error Silent(std::span<const int> ranks, double seconds) {
  constexpr size_t kNamed = 8;
  const auto named = ranks.first(std::min(ranks.size(), kNamed));
  std::string who = fmt::format("rank{} {}", ranks.size() > 1 ? "s" : "", fmt::join(named, ", "));
  if (ranks.size() > kNamed) who += fmt::format(" and {} more", ranks.size() - kNamed);
  return {fmt::format("no word from {}{} for {:.0f} s", ranks.size() > 1 ? "at least one of " : "",
                      who, seconds),
          who, kRemedy};
}

Error Gone(int rank) {
  return {fmt::format("rank {} is gone", rank), fmt::format("rank {}", rank), kRemedy};
}

Error GaveUp(int own_rank) {
  return {"this rank gave up", fmt::format("rank {}", own_rank), kRemedy};
}

}  // namespace cria::comm
