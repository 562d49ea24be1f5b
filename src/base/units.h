// Sizes and times as people write them: 10M, 6.7B, 1.4T, "4M tokens", 30min, 1h30m, 8GB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cria {

/// "10M" -> 10'000'000 (K, M, B or G, T: powers of 1000; a blank before the letter and the words
/// tokens, parameters and steps behind it are allowed).
/// `flag` names the origin in the Error.
int64_t ParseCount(std::string_view text, const std::string& flag);
/// "8GB" -> 8e9, "64MiB" -> 64 * 2^20 bytes.
int64_t ParseBytes(std::string_view text, const std::string& flag);
/// "30min", "90s", "1.5h", "1h30m"; a bare number is minutes.
double ParseSeconds(std::string_view text, const std::string& flag);

std::string FormatCount(double n);      ///< 12.3M
std::string FormatWhole(int64_t n);     ///< 1,234,567
std::string FormatBytes(double bytes);  ///< 45.6 MB
std::string FormatSeconds(double s);    ///< 2h05m, 3m07s, 4.2s

}  // namespace cria
