// One file from its server to its place, over as many tries as it takes. Which files, and how many
// at once, is the fetcher's business.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "corpus/fetch/back_off.h"
#include "corpus/fetch/fetch_list.h"
#include "corpus/fetch/fetched_log.h"
#include "corpus/fetch/hosts.h"
#include "corpus/fetch/http_client.h"
#include "corpus/fetch/part_file.h"
#include "corpus/fetch/tally.h"

namespace cria::corpus {

struct FetchOutcome {
  enum class Kind { kFetched, kThere, kFailed, kStopped } kind = Kind::kStopped;
  /// If it failed, one word: missing, refused, unavailable, connection, digest, size, web_page,
  /// foreign_file, no_place, host_given_up.
  std::string reason;
  std::string detail;  ///< the fault in words
};

/// What all transfers of a fetch share.
struct TransferRoom {
  fs::path out;
  HttpOptions http;
  BackOff back_off;
  int retries = 10;
  uint64_t seed = 1;
  bool verify = false;  ///< read again what is there
  std::function<bool()> stop;
  std::function<void(const std::string&)> log;  ///< of single tries; called from any thread
  FetchedLog* fetched = nullptr;
  Hosts* hosts = nullptr;
  RateLimit* rate = nullptr;
  Tally* tally = nullptr;
};

/// A connection: used by one thread, for one file after the other.
class Transfer : private HttpBody {
 public:
  Transfer(const TransferRoom& room, int slot);

  /// Throws Error if nothing more can be written (a full disk); faults of the server or of this one
  /// file are the outcome.
  FetchOutcome Run(const FetchEntry& entry);

 private:
  struct Attempt {
    enum class Kind { kWhole, kAnew, kRetry, kFinal, kStopped } kind = Kind::kStopped;
    std::string reason, detail;
    double asked_seconds = 0;  // by Retry-After
    bool pauses_host = false;  // the server is busy, not the file broken
  };

  FetchOutcome Obtain(PartFile* part);
  std::optional<FetchOutcome> Standing();
  FetchOutcome TheirFile(const std::string& why) const;
  Attempt Try();
  Attempt Judge(const HttpResult& result);
  Attempt JudgeWhole();
  void Record(const FetchedFile& file);
  bool PauseAfter(const Attempt& attempt, int tries);

  bool Begin(const HttpHead& head) override;
  bool Take(std::string_view bytes) override;
  bool End(Attempt attempt);

  const TransferRoom& room_;
  const int slot_;
  HttpClient client_;
  // Of the running file:
  const FetchEntry* entry_ = nullptr;
  std::string host_;
  PartFile* part_ = nullptr;
  HttpHead head_;
  int64_t asked_from_ = 0;
  std::optional<Attempt> ended_;  // by Begin or Take, with this verdict
  std::string wrong_sha256_;      // of a whole transfer whose digest was not as the list says
};

}  // namespace cria::corpus
