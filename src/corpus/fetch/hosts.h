// Manners towards servers, shared by all connections: a server that asks for a pause is left alone
// by all of them, and one that refuses file after file is not asked any more.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

namespace cria::corpus {

/// Sleeps, but not on when `stop` turns true (asked 20 times a second). True if it slept it all.
bool SleepUnless(double seconds, const std::function<bool()>& stop);

class Hosts {
 public:
  /// So many files in a row that failed after all retries end the use of a host.
  static constexpr int kFailuresInARow = 3;

  /// `delay_seconds` lie between the starts of two requests to one host.
  Hosts(double delay_seconds, std::function<bool()> stop)
      : delay_seconds_(delay_seconds), stop_(std::move(stop)) {}

  /// Before each request: waits until `host` may be asked. False if it was given up, or `stop`
  /// turned true.
  bool Enter(const std::string& host);
  /// Nobody enters for so long.
  void Pause(const std::string& host, double seconds);
  /// A reply that shows that the host works.
  void Worked(const std::string& host);
  /// A file for which all retries failed.
  void Failed(const std::string& host);

 private:
  using Clock = std::chrono::steady_clock;
  struct Host {
    Clock::time_point closed_until;  // it asked for a pause
    Clock::time_point next_at;       // the delay since the last request
    int failures = 0;
  };

  const double delay_seconds_;
  const std::function<bool()> stop_;
  std::mutex mutex_;
  std::unordered_map<std::string, Host> hosts_;
};

/// Bytes per second over all connections together.
class RateLimit {
 public:
  /// `bytes_per_second` 0: no limit.
  explicit RateLimit(int64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}
  /// Waits as long as bytes that have just come must be waited for.
  void Take(int64_t bytes, const std::function<bool()>& stop);

 private:
  using Clock = std::chrono::steady_clock;
  const int64_t bytes_per_second_;
  std::mutex mutex_;
  Clock::time_point free_at_{};
};

}  // namespace cria::corpus
