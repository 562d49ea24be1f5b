// The stages of a long command: each leaves a stamp of what it was made from and is skipped while
// that has not changed; time and energy add up over interruptions. Knows nothing of the work
// itself.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "eval/energy.h"

namespace cria::app {

struct StageRecord {
  std::string name;
  double seconds = 0;      ///< of the run that made what stands there
  double joules = 0;       ///< 0: no energy counter
  double seconds_now = 0;  ///< of this command
  bool skipped = false;
};

class Stages {
 public:
  /// Stamps stand in `folder`. `total` is for the numbering of messages.
  Stages(fs::path folder, int total);
  ~Stages();
  Stages(const Stages&) = delete;

  /// True if the stage has run with an equal `key` and all `products` exist.
  bool UpToDate(const std::string& name, const Json& key,
                const std::vector<fs::path>& products) const;

  /// Runs `body` unless up to date, then writes the stamp. When the body throws, the time it took
  /// is kept and counts to the stage once it is done with the same key.
  void Run(const std::string& name, const Json& key, const std::vector<fs::path>& products,
           const std::function<void()>& body);

  /// Makes a stage run again.
  void Forget(const std::string& name) { fs::remove(StampPath(name)); }

  const std::vector<StageRecord>& records() const { return records_; }

 private:
  fs::path StampPath(const std::string& name) const { return folder_ / (name + ".json"); }
  fs::path PartialPath(const std::string& name) const { return folder_ / (name + ".partial.json"); }
  void RunBody(const std::string& name, const Json& key, const std::function<void()>& body,
               StageRecord* record);

  fs::path folder_;
  int total_;
  std::vector<StageRecord> records_;
  eval::PowerMeter meter_;
  std::mutex meter_mutex_;
  std::jthread meter_reader_;  // reads before the counters wrap around
};

}  // namespace cria::app
