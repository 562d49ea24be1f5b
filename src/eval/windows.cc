// First windows and the ones that advance by the stride.
#include "eval/windows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace cria::eval {

std::vector<Window> CutIntoWindows(std::span<const int32_t> ids, int64_t context, int64_t stride) {
  CRIA_CHECK(context >= 1 && stride >= 1 && stride <= context, "context {}, stride {}", context,
             stride);
  std::vector<Window> windows;
  const int64_t size = static_cast<int64_t>(ids.size());
  for (int64_t counted = 1; counted < size;) {
    const int64_t end = std::min(size, counted + (counted == 1 ? context : stride));
    const int64_t begin = std::max<int64_t>(0, end - 1 - context);
    windows.push_back({ids.subspan(begin, end - begin), counted - begin});
    counted = end;
  }
  return windows;
}

std::string WindowRule(int64_t context, int64_t stride) {
  return fmt::format(
      "Each document is encoded by itself with BOS in front and scored in windows of {} tokens "
      "that "
      "advance by {}; every token is counted once, and after a document's first window it is seen "
      "with at least {} tokens before it. BOS and EOS are not counted. Bits per byte is the sum of "
      "-log2 p over the tokens divided by the UTF-8 bytes of the text.",
      context, stride, context - stride);
}

}  // namespace cria::eval
