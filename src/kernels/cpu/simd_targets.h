// Which instruction sets Highway compiles the kernels for. Include before any Highway header: few
// sets, since each costs build time. Scalable vectors are left out: kernels keep vectors in arrays.
#pragma once

#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
