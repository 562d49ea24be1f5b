// Drawing the line, and the rate it shows.
#include "base/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "base/units.h"

namespace cria {

Progress::Style Progress::DetectStyle() {
  return ::isatty(STDERR_FILENO) ? Style::kTerminal : Style::kLines;
}

Progress::Progress(Style style, std::string label, int64_t total, std::string unit)
    : style_(style),
      label_(std::move(label)),
      total_(total),
      unit_(std::move(unit)),
      start_(Clock::now()),
      drawn_(start_) {}

Progress::~Progress() {
  if (!finished_ && style_ == Style::kTerminal) std::fputs("\n", stderr);
}

void Progress::Update(int64_t done, const std::string& note) {
  done_ = done;
  if (style_ == Style::kQuiet) return;
  const auto now = Clock::now();
  const auto period = style_ == Style::kTerminal ? std::chrono::milliseconds(100)
                                                 : std::chrono::milliseconds(10000);
  if (now - drawn_ < period) return;
  drawn_ = now;
  Draw(false, note);
}

void Progress::Finish(const std::string& note) {
  if (finished_) return;
  finished_ = true;
  if (style_ != Style::kQuiet) Draw(true, note);
}

void Progress::Draw(bool last, const std::string& note) {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  std::string line = fmt::format("{:<12}", label_);
  if (total_ > 0) {
    const double share = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
    const int filled = static_cast<int>(share * 24);
    line += fmt::format(" [{}{}] {:3.0f}%", std::string(filled, '#'), std::string(24 - filled, '.'),
                        share * 100);
  }
  line += fmt::format(" {} {}, {} {}/s", FormatCount(static_cast<double>(done_)), unit_,
                      FormatCount(rate), unit_);
  if (last) {
    line += fmt::format(", {}", FormatSeconds(seconds));
  } else if (total_ > 0 && rate > 0) {
    line += fmt::format(", {} left", FormatSeconds(static_cast<double>(total_ - done_) / rate));
  }
  if (!note.empty()) line += ", " + note;
  if (style_ == Style::kTerminal) {
    fmt::print(stderr, "\r\033[K{}{}", line, last ? "\n" : "");
  } else {
    fmt::print(stderr, "{}\n", line);
  }
  std::fflush(stderr);
}

}  // namespace cria
