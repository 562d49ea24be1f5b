// How long to wait before a server is asked again.
#pragma once

#include <cstdint>
#include <string_view>

namespace cria::corpus {

struct BackOff {
  double first_seconds = 1;          ///< before the second try; doubles with every further one
  double longest_seconds = 120;      ///< the most that doubling reaches, before jitter
  double most_obeyed_seconds = 600;  ///< a longer Retry-After is cut to this

  /// The wait after the failed try number `tries` (1: the first), between 3/4 and 5/4 of the
  /// doubled wait: by a hash of url, tries and seed, so that many files do not come back at once
  /// and a run can be repeated. Not below what the server asked for, `asked_seconds` (0: nothing).
  double Seconds(std::string_view url, int tries, uint64_t seed, double asked_seconds) const;
};

/// A Retry-After field, seconds or an HTTP date, as seconds from `date` (the reply's Date field, by
/// the server's clock; if empty or bad, from `now_seconds` of the Unix epoch). 0 if it is neither
/// or lies in the past.
double RetryAfterSeconds(std::string_view retry_after, std::string_view date, int64_t now_seconds);

/// Whether a reply of this status may be another one later: 403 and 429 (how Common Crawl and
/// others throttle), 408, 425, and 5xx but for 501 and 505.
bool IsWorthRetrying(int status);

}  // namespace cria::corpus
