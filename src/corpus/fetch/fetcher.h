// Fetches many files over few connections, so that a repeated call does only what is missing. Lists
// are read elsewhere; nothing is unpacked.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/context.h"
#include "corpus/fetch/fetch_list.h"
#include "corpus/fetch/tally.h"

namespace cria::corpus {

struct FetchOptions {
  int connections = 2;
  int retries = 10;               ///< after the first try, as long as no new bytes come
  double first_wait_seconds = 1;  ///< before the first retry; doubles
  double stall_seconds = 60;      ///< without a byte, then the try has failed
  double delay_seconds = 0;       ///< between the starts of two requests to one server
  int64_t bytes_per_second = 0;   ///< of all connections together; 0: no limit
  bool verify = false;            ///< read again what is there, and fetch what is damaged
  std::string agent = "cria";     ///< the User-Agent field
  uint64_t seed = 1;              ///< of the jitter of waits
  /// Told why and how long is waited before a file is tried again; from any thread, one at a time.
  /// Unset: the log's debug level.
  std::function<void(const std::string& why)> on_retry = nullptr;
};

struct FetchFailure {
  std::string url, name, reason, detail;  ///< reason: see FetchOutcome
};

struct FetchReport {
  int64_t files = 0, fetched = 0, there = 0;
  int64_t not_tried = 0;      ///< of an interrupted fetch, begun ones included
  int64_t fetched_bytes = 0;  ///< over the net in this run
  double seconds = 0;
  bool interrupted = false;
  std::vector<FetchFailure> failures;  ///< in the order of the entries
};

/// Puts every entry's file below `out`, whole and with its digests checked, and a line for it into
/// out/fetched.jsonl; see docs/fetching.md for what is retried and what fails. `on_progress`, if
/// given, is called a few times a second from this thread. An interrupt (base/interrupt.h) keeps
/// what has come. Throws Error if `out` cannot be written or the disk is, or would be, full.
FetchReport Fetch(const Context& context, const std::vector<FetchEntry>& entries,
                  const fs::path& out, const FetchOptions& options,
                  const std::function<void(const FetchProgress&)>& on_progress);

}  // namespace cria::corpus
