// Posts in the order of their questions, for archives larger than memory: sorted runs go to one
// temporary file and are merged. Knows what to order by, not what posts say.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/file.h"

namespace cria::corpus {

struct Post {
  int64_t question_id = 0;
  int64_t is_answer = 0;  ///< 0 or 1
  int64_t id = 0;
  int64_t score = 0;
  std::string text;
  std::string title, tags, created;  ///< of questions
};

/// Order: question id; the question before its answers; answers by score, highest first, then by
/// id; posts of one id in the order they were added.
class PostSorter {
 public:
  /// Holds at most about `memory_bytes` (at least 64 KiB) of posts; what is more goes to a file in
  /// `scratch`, which has no name there and is gone with this object, after a crash too. Disk: the
  /// bytes of the texts.
  PostSorter(fs::path scratch, int64_t memory_bytes);
  ~PostSorter();

  /// Throws Error if the scratch folder cannot be written.
  void Add(Post post);
  /// After the last Add: the next post, false at the end.
  bool Next(Post* post);
  /// Runs that went to the file.
  int64_t runs() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cria::corpus
