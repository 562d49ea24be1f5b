// What is shown while files are fetched: a line that is drawn anew, and above it why is waited.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <utility>

#include "base/progress.h"
#include "corpus/fetch/fetcher.h"

namespace cria::app {

/// "fetch 12/90000 files, 3.2 GB, 12.3 MB/s, 8.1 TB left: 7h00m". The rate is that of the last
/// seconds, for servers slow down and speed up. Safe to use from several threads.
class FetchLine {
 public:
  explicit FetchLine(Progress::Style style) : style_(style), drawn_(Clock::now()) {}
  ~FetchLine();

  /// corpus::Fetch, telling of its progress here.
  corpus::FetchReport Fetch(const Context& context, const std::vector<corpus::FetchEntry>& entries,
                            const fs::path& out, corpus::FetchOptions options);

  void Show(const corpus::FetchProgress& progress);
  /// A line that stays. Of many in half a second the first, so that a thousand files that wait do
  /// not push everything else away.
  void Say(const std::string& text);

 private:
  using Clock = std::chrono::steady_clock;

  std::string Text(const corpus::FetchProgress& progress) const;

  const Progress::Style style_;
  std::mutex mutex_;
  Clock::time_point drawn_, said_ = {};
  std::deque<std::pair<Clock::time_point, int64_t>> seen_;
  bool open_ = false;
};

}  // namespace cria::app
