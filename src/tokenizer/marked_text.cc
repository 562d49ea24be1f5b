// Marks are kept sorted and joined, so that joining and cutting are linear in what is copied.
#include "tokenizer/marked_text.h"

#include <algorithm>

namespace cria::tokenizer {
namespace {

// The first span that ends behind `at`.
std::vector<ByteSpan>::const_iterator FirstBehind(const std::vector<ByteSpan>& spans, size_t at) {
  return std::upper_bound(spans.begin(), spans.end(), at,
                          [](size_t value, const ByteSpan& span) { return value < span.end; });
}

}  // namespace

bool MarkedText::TouchesForeign(size_t begin, size_t end) const {
  const auto it = FirstBehind(foreign_, begin);
  return it != foreign_.end() && it->begin < end;
}

void MarkedText::Mark(size_t begin, size_t end) {
  if (begin >= end) return;
  if (!foreign_.empty() && foreign_.back().end == begin) {
    foreign_.back().end = end;
  } else {
    foreign_.push_back({begin, end});
  }
}

void MarkedText::Append(std::string_view bytes, bool foreign) {
  const size_t begin = bytes_.size();
  bytes_.append(bytes);
  if (foreign) Mark(begin, bytes_.size());
}

void MarkedText::AppendPart(const MarkedText& other, size_t begin, size_t end) {
  const size_t base = bytes_.size();
  bytes_.append(other.bytes_, begin, end - begin);
  for (auto it = FirstBehind(other.foreign_, begin); it != other.foreign_.end() && it->begin < end;
       ++it) {
    Mark(base + std::max(it->begin, begin) - begin, base + std::min(it->end, end) - begin);
  }
}

MarkedText MarkedText::Part(size_t begin, size_t end) const {
  MarkedText part;
  part.AppendPart(*this, begin, end);
  return part;
}

}  // namespace cria::tokenizer
