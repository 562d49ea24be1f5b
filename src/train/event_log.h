// RUN/tensorboard/: the run as TensorBoard's event files, for people's own tools.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "train/observer.h"

namespace cria::train {

/// Scalars by step: train/loss, train/learning_rate, train/gradient_norm, train/tokens,
/// speed/tokens_per_s, speed/ceiling_share, validation/loss, validation/bits_per_byte and
/// validation/bits_per_byte/SOURCE. A resumed run writes a file of its own whose start makes
/// TensorBoard drop the steps that are done again. Throws Error where a file cannot be written.
class EventLog : public Observer {
 public:
  EventLog(const fs::path& folder, int64_t resumed_step);
  void OnStep(const StepReport& report) override;
  void OnValidation(const ValidationReport& report) override;
  void OnRollback(const RollbackReport& report) override;

 private:
  void Restart(int64_t step);
  void Write(int64_t step, const std::string& payload);
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  fs::path path_;
  std::unique_ptr<std::FILE, Close> file_;
};

/// CRC-32C (Castagnoli), as in TFRecord files.
uint32_t Crc32c(std::string_view bytes);

}  // namespace cria::train
