// The threads of a block as Boost.Context fibers that are kept from block to block.
#include "kernels/cuda/emulated/fibers.h"

#include <algorithm>
#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "kernels/cuda/emulated/cuda_language.h"

namespace cria::kernels::cuda::emulated {
namespace {

constexpr size_t kStackBytes = 64 << 10;
constexpr unsigned kMostThreads = 1024;
constexpr int64_t kGuardBytes = 1024;  ///< on both sides of shared memory
constexpr uint8_t kPoison = 0xFF;      ///< NaN in all formats

/// Where a thread stands between two turns; threads that meet are equal in this.
struct Place {
  const char* word = "the end";
  const char* file = "";
  unsigned line = 0;

  bool operator==(const Place& other) const {
    return line == other.line && Same(word, other.word) && Same(file, other.file);
  }
  static bool Same(const char* a, const char* b) { return a == b || std::strcmp(a, b) == 0; }
};
constexpr const char* kBarrier = "__syncthreads";

struct PendingCopy {
  void* to;
  const void* from;  ///< null: zeros
  int group;
};

void Copy16(void* to, const void* from) {
  if (from == nullptr) {
    std::memset(to, 0, 16);
  } else {
    std::memcpy(to, from, 16);
  }
}

struct Thread {
  uint3 index{};
  int lane = 0, warp = 0;
  bool ended = false;
  Place place;
  unsigned meetings = 0;  ///< of its warp so far
  std::vector<PendingCopy> copies;
  int groups = 0;          ///< of copies, ended
  Thread* next = nullptr;  ///< runs when this one stops; null: the scheduler
  boost::context::fiber fiber;
};

/// A lane can be one meeting ahead of those that have yet to read the last one's deposits.
struct Warp {
  Deposit deposits[2][kWarp];
};

uint64_t Mix(uint64_t x) {
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return x ^ x >> 31;
}

class Grid {
 public:
  Grid() : shared_(static_cast<size_t>(kMostSharedBytes + 2 * kGuardBytes + 128)) {}

  void Run(const dim3& grid, const dim3& block, int64_t shared_bytes,
           const std::function<void()>& body);
  /// Lets the others run until all are at the same place.
  void Meet(const char* word, const std::source_location& place) {
    running_->place = {word, place.file_name(), place.line()};
    RunNext();
  }

  Thread* running() const { return running_; }
  Warp& warp(int i) { return warps_[static_cast<size_t>(i)]; }
  bool copies_at_once() const { return copies_at_once_; }
  uint8_t* shared() {
    const uintptr_t begin = reinterpret_cast<uintptr_t>(shared_.data()) + kGuardBytes;
    return reinterpret_cast<uint8_t*>((begin + 127) / 128 * 128);
  }

 private:
  void Check(const dim3& grid, const dim3& block, int64_t shared_bytes) const;
  void SetThreads(const dim3& block);
  void AddThread();
  void RunBlock(uint64_t chance);
  void StartThreads(bool lanes_backward);
  void RunWarp(int warp, bool backward);
  void RunNext();
  void Switch(boost::context::fiber* from, boost::context::fiber* to);
  void CheckGuards(int64_t shared_bytes);
  void CheckSame(Thread* thread, const Thread& other, const char* whole);

  std::vector<uint8_t> shared_;
  std::vector<std::unique_ptr<Thread>> threads_;
  std::vector<Warp> warps_;
  int count_ = 0;  ///< threads of the block
  const std::function<void()>* body_ = nullptr;
  Thread* running_ = nullptr;
  boost::context::fiber scheduler_;
  boost::context::fiber* left_ = nullptr;  ///< belongs to what ran before the last switch
  bool copies_at_once_ = false;
  uint64_t launches_ = 0;
};

constinit thread_local Grid* this_grid = nullptr;

void Grid::Check(const dim3& grid, const dim3& block, int64_t shared_bytes) const {
  if (running_ != nullptr) Fail("a kernel launches a kernel");
  const uint64_t threads = uint64_t{block.x} * block.y * block.z;
  if (threads == 0 || threads > kMostThreads || block.z > 64) {
    Fail("a block of %u x %u x %u threads", block.x, block.y, block.z);
  }
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7FFFFFFFu || grid.y > 0xFFFF ||
      grid.z > 0xFFFF) {
    Fail("a grid of %u x %u x %u blocks", grid.x, grid.y, grid.z);
  }
  if (shared_bytes < 0 || shared_bytes > kMostSharedBytes) {
    Fail("%lld bytes of shared memory", static_cast<long long>(shared_bytes));
  }
}

void Grid::SetThreads(const dim3& block) {
  count_ = static_cast<int>(block.x * block.y * block.z);
  warps_.resize(static_cast<size_t>(count_ + kWarp - 1) / kWarp);
  while (static_cast<int>(threads_.size()) < count_) AddThread();
  for (int i = 0; i < count_; ++i) {
    const unsigned u = static_cast<unsigned>(i);
    threads_[u]->index = {u % block.x, u / block.x % block.y, u / block.x / block.y};
    threads_[u]->lane = i % kWarp;
    threads_[u]->warp = i / kWarp;
  }
}

// Ends when the fiber is destroyed, which throws through RunNext().
void Grid::AddThread() {
  Thread* const thread = threads_.emplace_back(std::make_unique<Thread>()).get();
  thread->fiber = boost::context::fiber(std::allocator_arg,
                                        boost::context::protected_fixedsize_stack(kStackBytes),
                                        [this, thread](boost::context::fiber&& before) {
                                          *left_ = std::move(before);
                                          while (body_ != nullptr) {
                                            (*body_)();
                                            thread->ended = true;
                                            thread->place = {};
                                            RunNext();
                                          }
                                          return std::move(scheduler_);
                                        });
}

// Blocks go forward and backward in turn.
void Grid::Run(const dim3& grid, const dim3& block, int64_t shared_bytes,
               const std::function<void()>& body) {
  Check(grid, block, shared_bytes);
  SetThreads(block);
  body_ = &body;
  blockDim = block;
  gridDim = grid;
  ++launches_;
  const uint64_t blocks = uint64_t{grid.x} * grid.y * grid.z;
  std::memset(shared_.data(), kPoison, shared_.size());
  for (uint64_t i = 0; i < blocks; ++i) {
    const uint64_t b = launches_ % 2 == 0 ? i : blocks - 1 - i;
    blockIdx = {static_cast<unsigned>(b % grid.x), static_cast<unsigned>(b / grid.x % grid.y),
                static_cast<unsigned>(b / grid.x / grid.y)};
    if (i > 0) std::memset(shared(), kPoison, static_cast<size_t>(shared_bytes));
    RunBlock(Mix(Mix(launches_) + b));
    CheckGuards(shared_bytes);
  }
}

void Grid::CheckGuards(int64_t shared_bytes) {
  const uint8_t* begin = shared();
  for (int64_t i = 1; i <= kGuardBytes; ++i) {
    if (begin[-i] != kPoison) {
      Fail("block (%u, %u, %u) wrote %lld bytes before shared memory", blockIdx.x, blockIdx.y,
           blockIdx.z, static_cast<long long>(i));
    }
    if (begin[shared_bytes + i - 1] != kPoison) {
      Fail("block (%u, %u, %u) wrote %lld bytes behind the end of shared memory", blockIdx.x,
           blockIdx.y, blockIdx.z, static_cast<long long>(i - 1));
    }
  }
}

void Grid::CheckSame(Thread* thread, const Thread& other, const char* whole) {
  const Place &here = thread->place, &there = other.place;
  if (here == there) return;
  running_ = thread;
  Fail("%s (%s:%u) is reached by part of a %s; thread (%u, %u, %u) is at %s (%s:%u)", here.word,
       here.file, here.line, whole, other.index.x, other.index.y, other.index.z, there.word,
       there.file, there.line);
}

void Grid::StartThreads(bool lanes_backward) {
  for (int i = 0; i < count_; ++i) {
    Thread& thread = *threads_[static_cast<size_t>(i)];
    thread.ended = false;
    thread.meetings = 0;
    thread.copies.clear();
    thread.groups = 0;
    const int next = lanes_backward ? i - 1 : i + 1;
    const bool has_next = next >= 0 && next < count_ && next / kWarp == i / kWarp;
    thread.next = has_next ? threads_[static_cast<size_t>(next)].get() : nullptr;
  }
}

// Each warp goes on until it ends or waits for the block, so that what needs a barrier and has none
// goes wrong in one order of warps at least.
void Grid::RunBlock(uint64_t chance) {
  const bool backward = chance & 1, lanes_backward = chance & 2;
  copies_at_once_ = (chance & 12) == 0;
  StartThreads(lanes_backward);
  const int warps = static_cast<int>(warps_.size());
  do {
    for (int i = 0; i < warps; ++i) RunWarp(backward ? warps - 1 - i : i, lanes_backward);
    for (int i = 1; i < warps; ++i) {
      CheckSame(threads_[static_cast<size_t>(i * kWarp)].get(), *threads_[0], "block");
    }
  } while (!threads_[0]->ended);
}

void Grid::RunWarp(int warp, bool backward) {
  const int first = warp * kWarp, last = std::min(first + kWarp, count_) - 1;
  Thread* const leader = threads_[static_cast<size_t>(first)].get();
  while (true) {
    running_ = threads_[static_cast<size_t>(backward ? last : first)].get();
    threadIdx = running_->index;
    Switch(&scheduler_, &running_->fiber);
    for (int i = first + 1; i <= last; ++i) {
      CheckSame(threads_[static_cast<size_t>(i)].get(), *leader, "warp");
    }
    if (leader->ended || leader->place.word == kBarrier) return;
    if (last - first + 1 == kWarp) continue;
    running_ = leader;
    Fail("%s (%s:%u) in a warp of %d lanes", leader->place.word, leader->place.file,
         leader->place.line, last - first + 1);
  }
}

void Grid::RunNext() {
  Thread* const thread = running_;
  running_ = thread->next;
  if (running_ == nullptr) return Switch(&thread->fiber, &scheduler_);
  threadIdx = running_->index;
  Switch(&thread->fiber, &running_->fiber);
}

// Whoever switches back here has said where its own fiber belongs.
void Grid::Switch(boost::context::fiber* from, boost::context::fiber* to) {
  left_ = from;
  boost::context::fiber before = std::move(*to).resume();
  *left_ = std::move(before);
}

}  // namespace

void RunGrid(const dim3& grid, const dim3& block, int64_t shared_bytes,
             const std::function<void()>& thread) {
  static thread_local Grid runner;
  this_grid = &runner;
  runner.Run(grid, block, shared_bytes, thread);
}

const Deposit* MeetWarp(const char* word, const Deposit& mine, const std::source_location& place) {
  Thread& thread = *this_grid->running();
  Deposit* const deposits = this_grid->warp(thread.warp).deposits[thread.meetings++ % 2];
  deposits[thread.lane] = mine;
  this_grid->Meet(word, place);
  return deposits;
}

void MeetBlock(const std::source_location& place) { this_grid->Meet(kBarrier, place); }
int Lane() { return this_grid->running()->lane; }
uint8_t* Shared() { return this_grid->shared(); }

void BeginCopy16(void* to, const void* from, bool whole) {
  CheckAligned("CopyAsync16 to", to, 16);
  CheckAligned("CopyAsync16 from", from, 16);
  if (!whole) from = nullptr;
  if (this_grid->copies_at_once()) return Copy16(to, from);
  Thread& thread = *this_grid->running();
  thread.copies.push_back({to, from, thread.groups});
}

void EndGroupOfCopies() { ++this_grid->running()->groups; }

void WaitForGroups(int left) {
  Thread& thread = *this_grid->running();
  size_t done = 0;
  while (done < thread.copies.size() && thread.copies[done].group < thread.groups - left) {
    Copy16(thread.copies[done].to, thread.copies[done].from);
    ++done;
  }
  thread.copies.erase(thread.copies.begin(),
                      thread.copies.begin() + static_cast<std::ptrdiff_t>(done));
}

void Fail(const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  std::fputs("emulated GPU: ", stderr);
  std::vfprintf(stderr, format, arguments);
  va_end(arguments);
  const Thread* thread = this_grid == nullptr ? nullptr : this_grid->running();
  if (thread != nullptr) {
    std::fprintf(stderr, "\n  in thread (%u, %u, %u) of block (%u, %u, %u)", thread->index.x,
                 thread->index.y, thread->index.z, blockIdx.x, blockIdx.y, blockIdx.z);
  }
  std::fputs("\n", stderr);
  std::abort();
}

void CheckAligned(const char* what, const void* address, uintptr_t bytes) {
  if (reinterpret_cast<uintptr_t>(address) % bytes != 0) {
    Fail("%s %p, which is no multiple of %d", what, address, static_cast<int>(bytes));
  }
}

}  // namespace cria::kernels::cuda::emulated
