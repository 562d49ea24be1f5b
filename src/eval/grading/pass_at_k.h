// pass@k: the chance that at least one of k samples is right, estimated from n of them.
#pragma once

#include <cstdint>

namespace cria::eval {

/// The unbiased estimate 1 - C(n-c, k) / C(n, k) for `n` samples of one problem, `c` of them right
/// (Chen et al. 2021, equation 1). Needs 0 <= c <= n and 1 <= k <= n: fewer samples than k say
/// nothing about k. A benchmark's figure is the mean over its problems.
double PassAtK(int64_t n, int64_t c, int64_t k);

}  // namespace cria::eval
