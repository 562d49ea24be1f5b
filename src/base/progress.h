// A progress line on stderr with rate and time left. On a terminal it redraws itself; elsewhere it
// prints a line now and then. Quiet mode prints nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace cria {

class Progress {
 public:
  enum class Style { kQuiet, kLines, kTerminal };
  /// kTerminal if stderr is a terminal, else kLines.
  static Style DetectStyle();

  /// `total` <= 0: unknown. `unit` is printed after the rate ("documents", "MB", ...).
  Progress(Style style, std::string label, int64_t total, std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;

  /// Call as often as you like from one thread; redraws at most ten times a second.
  void Update(int64_t done, const std::string& note = "");
  /// Draws the final line.
  void Finish(const std::string& note = "");

 private:
  void Draw(bool last, const std::string& note);
  using Clock = std::chrono::steady_clock;
  Style style_;
  std::string label_;
  int64_t total_, done_ = 0;
  std::string unit_;
  Clock::time_point start_, drawn_;
  bool finished_ = false;
};

}  // namespace cria
