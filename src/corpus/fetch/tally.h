// How far a fetch is: files and bytes that are done and, as well as can be told, left.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

namespace cria::corpus {

struct FetchProgress {
  int64_t files = 0, done_files = 0, failed_files = 0;  ///< failed ones are among the done
  int64_t fetched_bytes = 0;                            ///< that came over the net in this run
  int64_t left_bytes = -1;  ///< an estimate where servers did not yet tell sizes; -1: none known
  int waiting = 0;          ///< connections that wait before a retry
};

/// Safe to use from several threads. A slot is a connection.
class Tally {
 public:
  Tally(int slots, const std::vector<int64_t>& sizes);  ///< of all files; -1: not known

  /// A slot turns to a file of that size, -1 if not known.
  void Begin(int slot, int64_t size_bytes);
  /// Where it is in it; `total_bytes` as the server says, -1 if it does not.
  void At(int slot, int64_t position_bytes, int64_t total_bytes);
  void Wait(int slot, bool waiting);
  void End(int slot, bool failed);
  void AddFetched(int64_t bytes);

  FetchProgress progress() const;
  /// Bytes that the files of all slots still need, as far as their sizes are known.
  int64_t ActiveLeftBytes() const;

 private:
  struct Slot {
    bool active = false, waiting = false;
    int64_t position = 0, total = -1;
  };

  mutable std::mutex mutex_;
  FetchProgress progress_;
  std::vector<Slot> slots_;
  int64_t queued_bytes_ = 0, queued_unknown_files_ = 0;
  int64_t known_bytes_ = 0, known_files_ = 0;  // for the mean size
};

}  // namespace cria::corpus
