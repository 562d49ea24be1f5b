// Near-copies of held-out texts: a model that has read them cannot be measured on them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

namespace cria::corpus {

class NearCopies {
 public:
  /// A text goes when more than `share` of its shingles, runs of 8 words (letters and digits, ASCII
  /// in lower case), are found in held-out text.
  explicit NearCopies(double share) : share_(share) {}
  void HoldOut(std::string_view text);
  void Merge(const NearCopies& other);
  bool empty() const { return held_out_.empty(); }
  const std::unordered_set<uint64_t>& shingles() const { return held_out_; }
  void Insert(uint64_t shingle) { held_out_.insert(shingle); }

  /// What stays or goes together.
  enum class Unit {
    kParagraph,
    kTitled,  ///< a paragraph, but nothing stays without the first one: a question's title
    kText,
  };
  struct Verdict {
    bool document = false;  ///< goes whole: more than half of its bytes do
    int64_t paragraphs = 0, bytes = 0;
    std::string kept;  ///< where paragraphs go
  };
  Verdict Judge(std::string_view text, Unit unit) const;

 private:
  bool IsNearCopy(std::string_view text) const;
  double share_;
  std::unordered_set<uint64_t> held_out_;
};

}  // namespace cria::corpus
