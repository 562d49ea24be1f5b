// A thread per connection takes the next file; this thread watches.
#include "corpus/fetch/fetcher.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

#include "base/error.h"
#include "base/interrupt.h"
#include "corpus/fetch/transfer.h"

namespace cria::corpus {
namespace {

using Kind = FetchOutcome::Kind;

// Ctrl-C goes to the thread that watches; a connection that the server closed is an error code, not
// a signal that ends the program.
void BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

std::vector<int64_t> Sizes(const std::vector<FetchEntry>& entries) {
  std::vector<int64_t> sizes;
  for (const FetchEntry& entry : entries) sizes.push_back(entry.size_bytes);
  return sizes;
}

// Before hours of work: what is known of sizes must fit.
void RequireSpaceForAll(const std::vector<FetchEntry>& entries, const fs::path& out) {
  int64_t missing_bytes = 0;
  for (const FetchEntry& entry : entries) {
    std::error_code absent;
    if (entry.size_bytes < 0 || fs::exists(out / entry.name, absent)) continue;
    const uintmax_t part = fs::file_size(out / (entry.name + ".part"), absent);
    const int64_t have = absent ? 0 : static_cast<int64_t>(part);
    const int64_t need = std::max<int64_t>(entry.size_bytes - have, 0);
    missing_bytes = std::min(missing_bytes, INT64_MAX - need) + need;
  }
  RequireFreeSpace(out, missing_bytes);
}

class Fetcher {
 public:
  Fetcher(const Context& context, const std::vector<FetchEntry>& entries, const fs::path& out,
          const FetchOptions& options)
      : context_(context),
        entries_(entries),
        outcomes_(entries.size()),
        connections_(static_cast<int>(std::clamp<int64_t>(
            options.connections, 1, std::max<int64_t>(std::ssize(entries), 1)))),
        lock_(out),
        fetched_(out),
        hosts_(options.delay_seconds, [this] { return Stopped(); }),
        rate_(options.bytes_per_second),
        tally_(connections_, Sizes(entries)) {
    room_.out = out;
    room_.http.agent = options.agent;
    room_.http.stall_seconds = options.stall_seconds;
    room_.http.connect_seconds = std::min(30.0, options.stall_seconds);
    room_.back_off.first_seconds = options.first_wait_seconds;
    room_.retries = options.retries;
    room_.seed = options.seed;
    room_.verify = options.verify;
    room_.stop = [this] { return Stopped(); };
    room_.log = [this, on_retry = options.on_retry](const std::string& line) {
      const std::lock_guard lock(log_mutex_);
      if (on_retry) return on_retry(line);
      context_.Log(LogLevel::kDebug, line);
    };
    room_.fetched = &fetched_;
    room_.hosts = &hosts_;
    room_.rate = &rate_;
    room_.tally = &tally_;
  }

  FetchReport Run(const std::function<void(const FetchProgress&)>& on_progress) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (int slot = 0; slot < connections_; ++slot) {
      threads.emplace_back([this, slot] { Work(slot); });
    }
    try {
      while (running_ > 0) {
        if (on_progress) on_progress(tally_.progress());
        SleepUnless(0.2, [this] { return running_ == 0; });
      }
    } catch (...) {
      Fail(std::current_exception());
    }
    for (std::thread& thread : threads) thread.join();
    if (failure_ != nullptr) std::rethrow_exception(failure_);
    FetchReport report = Report();
    const auto seconds = std::chrono::steady_clock::now() - start;
    report.seconds = std::chrono::duration<double>(seconds).count();
    return report;
  }

 private:
  bool Stopped() const { return InterruptRequested() || failed_; }

  void Fail(std::exception_ptr failure) {
    const std::lock_guard lock(log_mutex_);
    if (failure_ == nullptr) failure_ = std::move(failure);
    failed_ = true;
  }

  void Work(int slot) {
    BlockSignals();
    try {
      Transfer transfer(room_, slot);
      while (!Stopped()) {
        const size_t index = next_++;
        if (index >= entries_.size()) break;
        tally_.Begin(slot, entries_[index].size_bytes);
        outcomes_[index] = transfer.Run(entries_[index]);
        tally_.End(slot, outcomes_[index].kind == Kind::kFailed);
      }
    } catch (...) {
      Fail(std::current_exception());
    }
    --running_;
  }

  FetchReport Report() const {
    FetchReport report;
    report.files = std::ssize(entries_);
    report.fetched_bytes = tally_.progress().fetched_bytes;
    for (size_t i = 0; i < entries_.size(); ++i) {
      const FetchOutcome& outcome = outcomes_[i];
      switch (outcome.kind) {
        case Kind::kFetched:
          ++report.fetched;
          break;
        case Kind::kThere:
          ++report.there;
          break;
        case Kind::kStopped:
          ++report.not_tried;
          break;
        case Kind::kFailed:
          report.failures.push_back(
              {entries_[i].url, entries_[i].name, outcome.reason, outcome.detail});
          break;
      }
    }
    report.interrupted = report.not_tried > 0;
    return report;
  }

  const Context& context_;
  const std::vector<FetchEntry>& entries_;
  std::vector<FetchOutcome> outcomes_;  // each written by the thread that took the entry
  const int connections_;
  DirectoryLock lock_;
  FetchedLog fetched_;
  Hosts hosts_;
  RateLimit rate_;
  Tally tally_;
  TransferRoom room_;
  std::atomic<size_t> next_{0};
  std::atomic<int> running_{connections_};
  std::atomic<bool> failed_{false};
  std::mutex log_mutex_;
  std::exception_ptr failure_;
};

}  // namespace

FetchReport Fetch(const Context& context, const std::vector<FetchEntry>& entries,
                  const fs::path& out, const FetchOptions& options,
                  const std::function<void(const FetchProgress&)>& on_progress) {
  std::error_code failed;
  fs::create_directories(out, failed);
  if (failed) throw Error("cannot create: " + failed.message(), out.string(), "check the path");
  RequireSpaceForAll(entries, out);
  return Fetcher(context, entries, out, options).Run(on_progress);
}

}  // namespace cria::corpus
