// External merge sort. One file holds all runs, so that the number of runs is not bounded by the
// number of files a process may open.
#include "corpus/formats/stack_exchange/post_sorter.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <queue>
#include <tuple>
#include <vector>

#include "base/error.h"

namespace cria::corpus {
namespace {

constexpr int64_t kMinMemoryBytes = int64_t{64} << 10;
constexpr size_t kWriteBytes = size_t{1} << 20;
// Each run reads ahead this much at least; fewer would be a seek for every post.
constexpr size_t kMinReadBytes = size_t{16} << 10;

// What precedes the bytes of a post in the file: eight numbers.
using Head = std::array<int64_t, 8>;

int64_t MemoryOf(const Post& post) {
  return static_cast<int64_t>(sizeof(Post) + sizeof(int64_t) + post.text.capacity() +
                              post.title.capacity() + post.tags.capacity());
}

bool Before(const Post& a, const Post& b) {
  return std::tie(a.question_id, a.is_answer, b.score, a.id) <
         std::tie(b.question_id, b.is_answer, a.score, b.id);
}

// A file without a name.
class ScratchFile {
 public:
  explicit ScratchFile(const fs::path& folder) : folder_(folder) {
    std::string name = (folder / "posts-XXXXXX").string();
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ < 0) Fail("cannot write temporary files");
    ::unlink(name.c_str());
  }
  ~ScratchFile() { ::close(fd_); }
  ScratchFile(const ScratchFile&) = delete;

  void Write(std::string_view bytes) {
    buffer_.append(bytes);
    if (buffer_.size() >= kWriteBytes) Flush();
  }
  void Flush() {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
      const ssize_t n = ::write(fd_, rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) Fail("cannot write temporary files");
      rest.remove_prefix(static_cast<size_t>(n));
      size_ += n;
    }
    buffer_.clear();
  }
  /// Up to `size` bytes at `offset`, appended.
  void Read(int64_t offset, size_t size, std::string* out) const {
    const size_t old = out->size();
    out->resize(old + size);
    size_t done = 0;
    while (done < size) {
      const ssize_t n = ::pread(fd_, out->data() + old + done, size - done,
                                static_cast<off_t>(offset + static_cast<int64_t>(done)));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) Fail("cannot read temporary files back");
      done += static_cast<size_t>(n);
    }
  }
  int64_t size() const { return size_ + static_cast<int64_t>(buffer_.size()); }

 private:
  [[noreturn]] void Fail(const char* what) const {
    throw Error(fmt::format("{}: {}", what, std::strerror(errno)), folder_.string(),
                "name a folder with room for the texts of the archive");
  }
  fs::path folder_;
  int fd_ = -1;
  int64_t size_ = 0;
  std::string buffer_;
};

// Reads one run from front to end.
class RunReader {
 public:
  RunReader(const ScratchFile* file, int64_t begin, int64_t end, size_t read_bytes)
      : file_(file), offset_(begin), end_(end), read_bytes_(read_bytes) {}

  bool Next(Post* post) {
    if (start_ == buffer_.size() && offset_ == end_) return false;
    Head head;
    Need(sizeof(head));
    std::memcpy(head.data(), buffer_.data() + start_, sizeof(head));
    start_ += sizeof(head);
    *post = {head[0], head[1], head[2], head[3], {}, {}, {}, {}};
    std::string* const parts[] = {&post->text, &post->title, &post->tags, &post->created};
    for (size_t i = 0; i < 4; ++i) {
      const auto bytes = static_cast<size_t>(head[4 + i]);
      Need(bytes);
      parts[i]->assign(buffer_, start_, bytes);
      start_ += bytes;
    }
    return true;
  }

 private:
  void Need(size_t bytes) {
    if (buffer_.size() - start_ >= bytes) return;
    buffer_.erase(0, start_);
    start_ = 0;
    const auto left = static_cast<size_t>(end_ - offset_);
    const size_t size = std::min(left, std::max(read_bytes_, bytes - buffer_.size()));
    file_->Read(offset_, size, &buffer_);
    offset_ += static_cast<int64_t>(size);
    CRIA_CHECK(buffer_.size() >= bytes, "a run ends within a post");
  }

  const ScratchFile* file_;
  int64_t offset_, end_;
  size_t read_bytes_;
  std::string buffer_;
  size_t start_ = 0;
};

}  // namespace

struct PostSorter::State {
  fs::path scratch;
  int64_t memory_bytes = 0;
  std::vector<Post> posts;  // of the run that grows
  int64_t held_bytes = 0;
  std::optional<ScratchFile> file;
  std::vector<int64_t> run_ends;
  bool merging = false;
  size_t next = 0;  // of `posts`, when nothing went to the file
  std::vector<RunReader> readers;
  std::vector<Post> heads;  // the next post of each run
  std::vector<size_t> heap;

  void Sort() { std::stable_sort(posts.begin(), posts.end(), Before); }

  void WriteRun() {
    if (!file) file.emplace(scratch);
    Sort();
    for (const Post& post : posts) {
      const std::string_view parts[] = {post.text, post.title, post.tags, post.created};
      Head head = {post.question_id, post.is_answer, post.id, post.score};
      for (size_t i = 0; i < 4; ++i) head[4 + i] = static_cast<int64_t>(parts[i].size());
      file->Write({reinterpret_cast<const char*>(head.data()), sizeof(head)});
      for (const std::string_view part : parts) file->Write(part);
    }
    run_ends.push_back(file->size());
    posts.clear();
    held_bytes = 0;
  }

  // For the heap, whose front is the largest: the run whose post comes later; of equal posts the
  // run that was written later.
  bool Later(size_t a, size_t b) const {
    if (Before(heads[b], heads[a])) return true;
    return !Before(heads[a], heads[b]) && a > b;
  }
  auto Order() {
    return [this](size_t a, size_t b) { return Later(a, b); };
  }

  void StartMerge() {
    merging = true;
    if (!file) return Sort();
    if (!posts.empty()) WriteRun();
    std::vector<Post>().swap(posts);
    file->Flush();
    const auto share = static_cast<size_t>(memory_bytes) / run_ends.size();
    const size_t read_bytes = std::max(kMinReadBytes, std::min(share, size_t{8} << 20));
    int64_t begin = 0;
    heads.resize(run_ends.size());
    for (size_t i = 0; i < run_ends.size(); ++i) {
      readers.emplace_back(&*file, begin, run_ends[i], read_bytes);
      begin = run_ends[i];
      if (readers[i].Next(&heads[i])) heap.push_back(i);
    }
    std::make_heap(heap.begin(), heap.end(), Order());
  }
};

PostSorter::PostSorter(fs::path scratch, int64_t memory_bytes) : state_(std::make_unique<State>()) {
  state_->scratch = std::move(scratch);
  state_->memory_bytes = std::max(kMinMemoryBytes, memory_bytes);
}
PostSorter::~PostSorter() = default;

void PostSorter::Add(Post post) {
  State& s = *state_;
  CRIA_CHECK(!s.merging);
  s.held_bytes += MemoryOf(post);
  s.posts.push_back(std::move(post));
  if (s.held_bytes > s.memory_bytes) s.WriteRun();
}

bool PostSorter::Next(Post* post) {
  State& s = *state_;
  if (!s.merging) s.StartMerge();
  if (!s.file) {
    if (s.next == s.posts.size()) return false;
    *post = std::move(s.posts[s.next++]);
    return true;
  }
  if (s.heap.empty()) return false;
  std::pop_heap(s.heap.begin(), s.heap.end(), s.Order());
  const size_t run = s.heap.back();
  *post = std::move(s.heads[run]);
  if (s.readers[run].Next(&s.heads[run])) {
    std::push_heap(s.heap.begin(), s.heap.end(), s.Order());
  } else {
    s.heap.pop_back();
  }
  return true;
}

int64_t PostSorter::runs() const { return static_cast<int64_t>(state_->run_ends.size()); }

}  // namespace cria::corpus
