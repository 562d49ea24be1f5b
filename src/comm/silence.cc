// The errors of waiting.
#include "comm/silence.h"

namespace cria::comm {
namespace {
constexpr const char* kRemedy =
    "see what that rank or its machine said last; then go on from the last checkpoint";
}

Error Silent(int rank, double seconds) {
  return {fmt::format("no word from rank {} for {:.0f} s", rank, seconds),
          fmt::format("rank {}", rank), kRemedy};
}

Error Gone(int rank) {
  return {fmt::format("rank {} is gone", rank), fmt::format("rank {}", rank), kRemedy};
}

Error GaveUp(int own_rank) {
  return {"this rank gave up", fmt::format("rank {}", own_rank), kRemedy};
}

}  // namespace cria::comm
