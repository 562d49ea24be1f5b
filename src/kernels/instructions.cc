// The limit told to Highway in its own terms.
#include "kernels/instructions.h"

#include <hwy/targets.h>

namespace cria::kernels {
namespace {

/// Highway's targets above `limit`; it orders them from the best, the lowest bit, to EMU128 and
/// scalar code. Where plain code is the only set (not x86), none of these bits is its baseline's.
int64_t TargetsAbove(Isa limit) {
  switch (limit) {
    case Isa::kPortable:
      return HWY_EMU128 - 1;
    case Isa::kAvx2:
      return HWY_AVX2 - 1;
    case Isa::kAvx512:
    case Isa::kAvx512Bf16:
    case Isa::kAmxBf16:
      return HWY_AVX3 - 1;
  }
  return 0;
}

}  // namespace

void LimitInstructions(Isa limit, const std::string& where) {
  LimitIsa(limit, where);
  hwy::DisableTargets(TargetsAbove(limit));
}

}  // namespace cria::kernels
