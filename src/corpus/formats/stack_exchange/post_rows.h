// The rows of a Stack Exchange archive's Posts.xml, cut out of bytes that come in pieces of any
// size. What the posts say is not its business.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace cria::corpus {

/// One <row .../>. The texts are as they stand in the file: character references not decoded.
struct PostRow {
  int64_t id = 0;
  int64_t type = 0;       ///< PostTypeId: 1 question, 2 answer, others are wikis and tag texts
  int64_t parent_id = 0;  ///< the question of an answer, 0 for others
  int64_t score = 0;      ///< may be negative; 0 if absent
  std::string_view title, body, tags, created;
};

/// A longer row is damaged: the sites allow bodies of 30,000 characters.
inline constexpr size_t kMaxPostRowBytes = size_t{4} << 20;

/// Holds the unfinished row only. Linear in the bytes, whatever they are.
class PostRowScanner {
 public:
  /// `take` gets each row that can be read, with its bytes in the file; its views are dead
  /// afterwards. `damaged` gets the others: what there is of them, where they begin in the file,
  /// and the fault in words.
  PostRowScanner(std::function<void(const PostRow&, int64_t)> take,
                 std::function<void(std::string_view, int64_t, const std::string&)> damaged)
      : take_(std::move(take)), damaged_(std::move(damaged)) {}

  void Feed(std::string_view piece);
  /// The end of the file: a row that is still open is damaged.
  void Finish();

 private:
  bool FindRow();
  bool FindRowEnd();
  void Damaged(size_t end, const char* why);
  void Parse(std::string_view row);

  std::function<void(const PostRow&, int64_t)> take_;
  std::function<void(std::string_view, int64_t, const std::string&)> damaged_;
  std::string buffer_;
  int64_t offset_ = 0;  // of the buffer's front in the file
  size_t row_ = 0;      // where the open row begins, or where the search for one goes on
  size_t at_ = 0;       // up to where the open row was looked at
  bool in_row_ = false;
  char quote_ = 0;  // of the attribute value that `at_` stands in, or 0
};

}  // namespace cria::corpus
