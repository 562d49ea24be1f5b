// The same order from memory and from the file, and what is left in the scratch folder.
#include "corpus/formats/stack_exchange/post_sorter.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"

namespace cria::corpus {
namespace {

std::vector<std::string> Sorted(int64_t memory_bytes, int64_t* runs) {
  const fs::path scratch = fs::path(testing::TempDir()) / "post_sorter";
  fs::create_directories(scratch);
  std::vector<std::string> order;
  {
    PostSorter sorter(scratch, memory_bytes);
    uint64_t random = 1;
    for (int i = 0; i < 3000; ++i) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      Post post;
      post.question_id = static_cast<int64_t>(random >> 40) % 200;
      post.is_answer = static_cast<int64_t>(random >> 35) % 3 > 0;
      post.score = static_cast<int64_t>(random >> 50) % 12 - 3;
      post.id = static_cast<int64_t>(random >> 45) % 900;
      post.text = std::string(random % 500, 'x') + std::to_string(i);
      post.title = std::string(i % 3, 't');
      sorter.Add(std::move(post));
    }
    Post last;
    last.question_id = -1;
    for (Post post; sorter.Next(&post);) {
      EXPECT_LE(last.question_id, post.question_id);
      if (last.question_id == post.question_id && last.is_answer == post.is_answer) {
        EXPECT_GE(last.score, post.score);
        if (last.score == post.score) {
          EXPECT_LE(last.id, post.id);
        }
      }
      order.push_back(post.text + post.title + std::to_string(post.id));
      last = std::move(post);
    }
    *runs = sorter.runs();
  }
  EXPECT_TRUE(fs::is_empty(scratch));
  return order;
}

TEST(PostSorter, MemoryAndFileAgree) {
  int64_t none = 0, some = 0;
  const std::vector<std::string> in_memory = Sorted(int64_t{1} << 30, &none);
  const std::vector<std::string> merged = Sorted(1, &some);
  EXPECT_EQ(none, 0);
  EXPECT_GT(some, 10);
  EXPECT_EQ(in_memory.size(), 3000u);
  EXPECT_EQ(in_memory, merged);
}

TEST(PostSorter, NothingAndNoFolder) {
  PostSorter empty("/nowhere", 1);
  Post post;
  EXPECT_FALSE(empty.Next(&post));
  PostSorter homeless("/nowhere", 1);
  post.text.assign(1 << 17, 'x');
  EXPECT_THROW(homeless.Add(post), Error);
}

}  // namespace
}  // namespace cria::corpus
