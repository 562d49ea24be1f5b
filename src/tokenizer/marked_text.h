// Text that remembers which of its bytes came from outside (messages, tools), so that a
// conversation cannot write a model's control tokens: those are looked for in the template's own
// bytes only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cria::tokenizer {

/// Bytes [begin, end) of a text.
struct ByteSpan {
  size_t begin, end;
  bool operator==(const ByteSpan&) const = default;
};

class MarkedText {
 public:
  MarkedText() = default;
  MarkedText(std::string bytes, bool foreign) : bytes_(std::move(bytes)) {
    if (foreign && !bytes_.empty()) foreign_.push_back({0, bytes_.size()});
  }

  const std::string& bytes() const { return bytes_; }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  /// Where bytes from outside stand: in order, apart from each other, none empty.
  const std::vector<ByteSpan>& foreign() const { return foreign_; }
  /// True if any byte of [begin, end) came from outside.
  bool TouchesForeign(size_t begin, size_t end) const;

  void Append(std::string_view bytes, bool foreign);
  void Append(const MarkedText& other) { AppendPart(other, 0, other.size()); }
  /// Bytes [begin, end) of another text with their marks.
  void AppendPart(const MarkedText& other, size_t begin, size_t end);
  MarkedText Part(size_t begin, size_t end) const;

 private:
  void Mark(size_t begin, size_t end);

  std::string bytes_;
  std::vector<ByteSpan> foreign_;
};

}  // namespace cria::tokenizer
