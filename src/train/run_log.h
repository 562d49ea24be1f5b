// RUN/log.jsonl: what happened, one JSON object per line (docs/formats/run.md).
#pragma once

#include <cstdio>
#include <memory>
#include <vector>

#include "train/observer.h"

namespace cria::train {

/// Writes the log. A resumed run drops the lines of steps that it will do again, so the file reads
/// as if the run had never stopped.
class RunLog : public Observer {
 public:
  /// `rollbacks`: lines of those that lie behind the resumed step.
  RunLog(fs::path path, int64_t resumed_step, int64_t rollbacks);
  void OnStep(const StepReport& report) override;
  void OnValidation(const ValidationReport& report) override;
  /// Drops the lines of steps that are undone.
  void OnRollback(const RollbackReport& report) override;
  void OnSchedule(int64_t step, const Schedule& schedule) override;

 private:
  void Open(const char* mode);
  void Write(const Json& line);
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  fs::path path_;
  std::unique_ptr<std::FILE, Close> file_;
};

struct LogStep {
  int64_t step = 0, tokens = 0;
  double loss = 0, learning_rate = 0, gradient_norm = 0, elapsed_s = 0, tokens_per_s = 0;
  bool applied = true;
};

struct LogValidation {
  int64_t step = 0, tokens = 0;
  double elapsed_s = 0, loss = 0, bits_per_byte = 0;
};

/// `step`: the first that was done again, with other batches.
struct LogRollback {
  int64_t step = 0, from_step = 0, skipped_batches = 0;
};

/// The log read back, for reports.
struct LogRecord {
  std::vector<LogStep> steps;
  std::vector<LogRollback> rollbacks;
  std::vector<LogValidation> validations;
};
LogRecord ReadRunLog(const fs::path& path);

}  // namespace cria::train
