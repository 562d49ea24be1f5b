// Reading and writing numbers with units.
#include "base/units.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"

namespace cria {
namespace {

std::string_view TrimLeft(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  return s;
}

// Takes a non-negative decimal number off the front; false if there is none.
bool TakeNumber(std::string_view* text, double* value) {
  const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), *value);
  if (code != std::errc() || !(*value >= 0) || !std::isfinite(*value)) return false;
  text->remove_prefix(static_cast<size_t>(end - text->data()));
  return true;
}

[[noreturn]] void BadValue(std::string_view text, const std::string& flag, const char* example) {
  throw Error(fmt::format("cannot read \"{}\"", text), flag,
              fmt::format("write it like {}", example));
}

}  // namespace

int64_t ParseCount(std::string_view text, const std::string& flag) {
  constexpr const char* kExample = "10M, 6.7B or 1.4T";
  std::string_view rest = TrimLeft(text);
  double value = 0;
  if (!TakeNumber(&rest, &value)) BadValue(text, flag, kExample);
  rest = TrimLeft(rest);
  std::string_view word = rest.substr(0, rest.find(' '));
  constexpr std::string_view kLetters = "kKmMbBgGtT";
  constexpr double kFactors[] = {1e3, 1e6, 1e9, 1e9, 1e12};
  const size_t unit = word.size() == 1 ? kLetters.find(word[0]) : std::string_view::npos;
  if (unit != std::string_view::npos) {
    value *= kFactors[unit / 2];
    rest = TrimLeft(rest.substr(1));
    word = rest.substr(0, rest.find(' '));
  }
  const std::string_view words[] = {"", "tokens", "parameters", "steps"};
  const bool known = std::find(std::begin(words), std::end(words), word) != std::end(words);
  if (!known || !TrimLeft(rest.substr(word.size())).empty() || value > 9e18) {
    BadValue(text, flag, kExample);
  }
  return std::llround(value);
}

int64_t ParseBytes(std::string_view text, const std::string& flag) {
  std::string_view rest = TrimLeft(text);
  double value = 0;
  if (!TakeNumber(&rest, &value)) BadValue(text, flag, "8GB or 512MiB");
  rest = TrimLeft(rest);
  const std::string_view units[] = {"B", "KB", "MB", "GB", "TB", "", "KiB", "MiB", "GiB", "TiB"};
  for (int i = 0; i < 10; ++i) {
    if (rest != units[i]) continue;
    value *= std::pow(i < 5 ? 1000.0 : 1024.0, i % 5);
    if (value > 9e18) break;
    return std::llround(value);
  }
  BadValue(text, flag, "8GB or 512MiB");
}

double ParseSeconds(std::string_view text, const std::string& flag) {
  std::string_view rest = TrimLeft(text);
  double total = 0;
  bool any = false;
  while (!rest.empty()) {
    double value = 0;
    if (!TakeNumber(&rest, &value)) BadValue(text, flag, "30min, 90s or 1h30m");
    rest = TrimLeft(rest);
    size_t letters = 0;
    while (letters < rest.size() && rest[letters] >= 'a' && rest[letters] <= 'z') ++letters;
    const std::string_view unit = rest.substr(0, letters);
    if (unit.empty() || unit == "m" || unit == "min" || unit == "minutes") {
      value *= 60;
    } else if (unit == "h" || unit == "hours") {
      value *= 3600;
    } else if (unit == "d" || unit == "days") {
      value *= 86400;
    } else if (unit != "s" && unit != "sec" && unit != "seconds") {
      BadValue(text, flag, "30min, 90s or 1h30m");
    }
    rest = TrimLeft(rest.substr(letters));
    total += value;
    any = true;
  }
  // Above 300 years there is no date, and no number of steps, for it.
  if (!any || total > 1e10) BadValue(text, flag, "30min, 90s or 1h30m");
  return total;
}

std::string FormatCount(double n) {
  const char* suffix[] = {"", "K", "M", "B", "T"};
  int i = 0;
  while (std::fabs(n) >= 999.95 && i < 4) {
    n /= 1000;
    ++i;
  }
  return i == 0 ? fmt::format("{:.0f}", n)
                : fmt::format("{:.{}f}{}", n, n < 99.95 ? 1 : 0, suffix[i]);
}

std::string FormatBytes(double bytes) {
  const char* suffix[] = {"B", "KB", "MB", "GB", "TB"};
  int i = 0;
  while (std::fabs(bytes) >= 999.95 && i < 4) {
    bytes /= 1000;
    ++i;
  }
  return fmt::format("{:.{}f} {}", bytes, i == 0 ? 0 : (bytes < 99.95 ? 1 : 0), suffix[i]);
}

std::string FormatWhole(int64_t n) {
  std::string text = std::to_string(n);
  const int64_t digits_from = n < 0 ? 1 : 0;
  for (int64_t at = std::ssize(text) - 3; at > digits_from; at -= 3) {
    text.insert(static_cast<size_t>(at), ",");
  }
  return text;
}

std::string FormatSeconds(double s) {
  if (!std::isfinite(s)) return "?";
  if (s < 9.95) return fmt::format("{:.1f}s", s);
  const int64_t t = std::llround(s);
  if (t < 60) return fmt::format("{}s", t);
  if (t < 3600) return fmt::format("{}m{:02}s", t / 60, t % 60);
  return fmt::format("{}h{:02}m", t / 3600, t % 3600 / 60);
}

}  // namespace cria
