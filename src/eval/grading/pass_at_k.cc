// The product form: no factorials, no loss of digits.
#include "eval/grading/pass_at_k.h"

#include <algorithm>

#include "base/error.h"

namespace cria::eval {

double PassAtK(int64_t n, int64_t c, int64_t k) {
  CRIA_CHECK(c >= 0 && c <= n, "{} right of {} samples", c, n);
  CRIA_CHECK(k >= 1 && k <= n, "pass@{} of {} samples", k, n);
  if (n - c < k) return 1;
  // C(n-c, k) / C(n, k) has c and k in like roles, so the shorter product serves; its factors are
  // (n - longer - i) / (n - i).
  const auto [shorter, longer] = std::minmax(c, k);
  double all_wrong = 1;
  for (int64_t i = 0; i < shorter; ++i) {
    all_wrong *= static_cast<double>(n - longer - i) / static_cast<double>(n - i);
  }
  return 1 - all_wrong;
}

}  // namespace cria::eval
