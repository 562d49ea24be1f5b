// On a terminal drawn over itself, elsewhere a line every ten seconds.
#include "fetch_line.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/units.h"

namespace cria::app {

FetchLine::~FetchLine() {
  if (open_) std::fputs("\n", stderr);
}

corpus::FetchReport FetchLine::Fetch(const Context& context,
                                     const std::vector<corpus::FetchEntry>& entries,
                                     const fs::path& out, corpus::FetchOptions options) {
  options.on_retry = [this](const std::string& why) { Say(why); };
  return corpus::Fetch(context, entries, out, options,
                       [this](const corpus::FetchProgress& progress) { Show(progress); });
}

void FetchLine::Show(const corpus::FetchProgress& progress) {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  seen_.emplace_back(now, progress.fetched_bytes);
  while (seen_.size() > 2 && now - seen_.front().first > std::chrono::seconds(15)) {
    seen_.pop_front();
  }
  if (style_ == Progress::Style::kQuiet) return;
  const bool terminal = style_ == Progress::Style::kTerminal;
  if (!terminal && now - drawn_ < std::chrono::seconds(10)) return;
  drawn_ = now;
  fmt::print(stderr, "{}{}{}", terminal ? "\r\033[K" : "", Text(progress), terminal ? "" : "\n");
  std::fflush(stderr);
  open_ = terminal;
}

void FetchLine::Say(const std::string& text) {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (style_ == Progress::Style::kQuiet || now - said_ < std::chrono::milliseconds(500)) return;
  said_ = now;
  fmt::print(stderr, "{}{}\n", open_ ? "\r\033[K" : "", text);
  std::fflush(stderr);
  open_ = false;
}

std::string FetchLine::Text(const corpus::FetchProgress& progress) const {
  const double seconds =
      std::chrono::duration<double>(seen_.back().first - seen_.front().first).count();
  const double bytes = double(seen_.back().second - seen_.front().second);
  const double rate = seconds > 0 ? bytes / seconds : 0;
  std::string text = fmt::format("fetch {}/{} files, {}, {}/s", progress.done_files, progress.files,
                                 FormatBytes(double(progress.fetched_bytes)), FormatBytes(rate));
  if (progress.left_bytes >= 0) {
    text += fmt::format(", {} left", FormatBytes(double(progress.left_bytes)));
    if (rate > 0) text += ": " + FormatSeconds(double(progress.left_bytes) / rate);
  }
  if (progress.failed_files > 0) text += fmt::format(", {} failed", progress.failed_files);
  if (progress.waiting > 0) text += fmt::format(", {} waiting to try again", progress.waiting);
  return text;
}

}  // namespace cria::app
