// The progress line's wording and when it is drawn.
#include "progress_line.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdio>

#include "base/units.h"

namespace cria::app {

std::string FormatStep(const train::StepReport& r, double bits_per_byte) {
  std::string line = fmt::format("step {}", r.step);
  if (r.last_step > 0) line += fmt::format("/{}", r.last_step);
  line += fmt::format("  loss {:.4f}", r.loss);
  if (bits_per_byte > 0) line += fmt::format("  val {:.4f} bits/byte", bits_per_byte);
  line += fmt::format("  lr {:.2e}  grad {:.2f}  {} tokens/s", r.learning_rate, r.gradient_norm,
                      FormatCount(r.tokens_per_s));
  if (r.ceiling_share > 0) line += fmt::format("  {:.0f} % of ceiling", 100 * r.ceiling_share);
  if (r.skipped_steps > 0) line += fmt::format("  {} skipped", r.skipped_steps);
  if (r.seconds_left > 0) line += fmt::format("  {} left", FormatSeconds(r.seconds_left));
  return line;
}

namespace {

// "1.2 GB of memory; computed again: norms; 4 ranks, ZeRO 2"
std::string FormatMemory(const train::RunStart& s) {
  std::string line = FormatBytes(static_cast<double>(s.pass->bytes)) + " of memory";
  if (s.layout.ranks > 1) line += " per rank";
  if (s.pass->memory.recompute > Recompute::kNone) {
    line += fmt::format("; computed again: {}", RecomputeName(s.pass->memory.recompute));
  }
  if (s.pass->memory.stream_layers || s.layout.zero == 3) line += "; weights packed layer by layer";
  const train::Layout& layout = s.layout;
  if (layout.ranks > 1) line += fmt::format("; {} ranks", layout.ranks);
  if (layout.tensor > 1) line += fmt::format(", {} share every layer", layout.tensor);
  if (layout.data() > 1) line += fmt::format(", ZeRO {}", layout.zero);
  if (!s.carrier.empty()) line += fmt::format("; from GPU to GPU by {}", s.carrier);
  return line;
}

}  // namespace

ProgressLine::~ProgressLine() {
  if (open_) std::fputs("\n", stderr);
}

void ProgressLine::OnStart(const train::RunStart& s) {
  if (!s.earlier_processor.empty()) {
    spdlog::warn(
        "The run was computed by {} so far, by {} from here on: the last bits will differ.",
        s.earlier_processor, s.processor);
  }
  if (style_ == Progress::Style::kQuiet) return;
  fmt::print(stderr,
             "{} {} parameters: dim {}, {} layers, {} heads, hidden {}, vocabulary {}; {}\n"
             "{} tokens per step ({} x {}, {} at once), peak learning rate {:.2e}, {}\n",
             s.step > 0 ? fmt::format("resuming at step {}:", s.step) : "training",
             FormatCount(static_cast<double>(s.parameters)), s.config->dim, s.config->n_layers,
             s.config->n_heads, s.config->hidden_dim, s.config->vocab_size,
             PrecisionName(s.options->precision), s.plan->batch_tokens(), s.plan->batch_rows,
             s.plan->seq_len, s.plan->micro_rows, s.plan->schedule.peak,
             train::OptimizerName(s.options->optimizer.kind));
  fmt::print(stderr, "{}\n", FormatMemory(s));
  drawn_ = std::chrono::steady_clock::now();
}

void ProgressLine::OnStep(const train::StepReport& report) {
  latest_ = report;
  if (style_ == Progress::Style::kQuiet) return;
  const auto period = style_ == Progress::Style::kTerminal ? std::chrono::milliseconds(200)
                                                           : std::chrono::milliseconds(10000);
  if (std::chrono::steady_clock::now() - drawn_ >= period) Draw(false);
}

void ProgressLine::OnValidation(const train::ValidationReport& report) {
  bits_per_byte_ = report.score.total.bits_per_byte();
  if (style_ != Progress::Style::kQuiet) Draw(true);
}

void ProgressLine::OnRollback(const train::RollbackReport& r) {
  if (style_ == Progress::Style::kQuiet) return;
  if (open_) std::fputs("\r\033[K", stderr);
  open_ = false;
  fmt::print(stderr, "step {}: loss {:.4f}, where {:.4f} is usual: ", r.step, r.loss, r.usual);
  if (r.to_step < 0) {
    fmt::print(stderr, "no checkpoint yet to go back to\n");
  } else {
    fmt::print(stderr, "back to step {}, and on behind the batches since ({} left out so far)\n",
               r.to_step, r.skipped_batches);
  }
}

void ProgressLine::OnEnd(const train::RunSummary& s) {
  if (style_ == Progress::Style::kQuiet) return;
  if (open_) std::fputs("\r\033[K", stderr);
  open_ = false;
  fmt::print(stderr, "{} steps, {} tokens in {}: {} tokens/s", s.steps,
             FormatCount(static_cast<double>(s.tokens)), FormatSeconds(s.seconds),
             FormatCount(s.tokens_per_s));
  if (s.ceiling_share > 0) fmt::print(stderr, ", {:.0f} % of ceiling", 100 * s.ceiling_share);
  fmt::print(stderr, "; loss {:.4f}", s.loss);
  if (s.bits_per_byte > 0) fmt::print(stderr, ", held out {:.4f} bits/byte", s.bits_per_byte);
  if (s.sent_bytes > 0) {
    fmt::print(stderr, "; sent {} per step and rank, {:.0f} % of the time waiting",
               FormatBytes(static_cast<double>(s.sent_bytes)), 100 * s.waited_share);
  }
  fmt::print(stderr, "; {} of memory", FormatBytes(static_cast<double>(s.memory_bytes)));
  if (s.skipped_steps > 0) fmt::print(stderr, "; {} steps skipped (not finite)", s.skipped_steps);
  if (s.rollbacks > 0) {
    fmt::print(stderr, "; went back {} times, {} batches left out", s.rollbacks, s.skipped_batches);
  }
  fmt::print(stderr, "\n");
}

// A line that stays marks each validation; the others are drawn over on a terminal.
void ProgressLine::Draw(bool stays) {
  drawn_ = std::chrono::steady_clock::now();
  const bool terminal = style_ == Progress::Style::kTerminal;
  fmt::print(stderr, "{}{}{}", terminal ? "\r\033[K" : "", FormatStep(latest_, bits_per_byte_),
             terminal && !stays ? "" : "\n");
  std::fflush(stderr);
  open_ = terminal && !stays;
}

}  // namespace cria::app
