// Doubling waits with a jitter that can be repeated.
#include "corpus/fetch/back_off.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/hash.h"
#include "corpus/fetch/http_client.h"

namespace cria::corpus {

double BackOff::Seconds(std::string_view url, int tries, uint64_t seed,
                        double asked_seconds) const {
  const double doubled =
      std::min(longest_seconds, std::ldexp(first_seconds, std::clamp(tries - 1, 0, 60)));
  const uint64_t hash = Hash64(fmt::format("{} {}", tries, url), seed);
  const double jitter = 0.75 + 0.5 * std::ldexp(static_cast<double>(hash >> 11), -53);
  return std::max(doubled * jitter, std::min(asked_seconds, most_obeyed_seconds));
}

double RetryAfterSeconds(std::string_view retry_after, std::string_view date, int64_t now_seconds) {
  const char* end = retry_after.data() + retry_after.size();
  double seconds = 0;
  const bool digits =
      !retry_after.empty() && retry_after.find_first_not_of("0123456789") == std::string_view::npos;
  if (digits) {
    int64_t whole = 0;
    const auto [stop, error] = std::from_chars(retry_after.data(), end, whole);
    return error == std::errc() ? static_cast<double>(whole) : 1e18;  // more than fits
  }
  if (const auto at = ParseHttpDate(retry_after)) {
    seconds = static_cast<double>(*at - ParseHttpDate(date).value_or(now_seconds));
  }
  return std::max(seconds, 0.0);
}

bool IsWorthRetrying(int status) {
  if (status == 403 || status == 408 || status == 425 || status == 429) return true;
  return status >= 500 && status < 600 && status != 501 && status != 505;
}

}  // namespace cria::corpus
