// The line a run shows on stderr: redrawn on a terminal, now and then elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "base/progress.h"
#include "train/observer.h"

namespace cria::app {

class ProgressLine : public train::Observer {
 public:
  explicit ProgressLine(Progress::Style style) : style_(style) {}
  ~ProgressLine() override;

  void OnStart(const train::RunStart& start) override;
  void OnStep(const train::StepReport& report) override;
  void OnValidation(const train::ValidationReport& report) override;
  void OnRollback(const train::RollbackReport& report) override;
  void OnEnd(const train::RunSummary& summary) override;

 private:
  void Draw(bool stays);

  Progress::Style style_;
  train::StepReport latest_;
  double bits_per_byte_ = 0;
  std::chrono::steady_clock::time_point drawn_;
  bool open_ = false;  // a redrawn line stands on the terminal
};

/// "step 120/1500  loss 4.231  val 2.104 bits/byte  lr 3.0e-03 ...".
std::string FormatStep(const train::StepReport& report, double bits_per_byte);

}  // namespace cria::app
