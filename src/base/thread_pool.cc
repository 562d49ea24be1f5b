// Workers that wait for a job and take its indices one by one from a counter.
#include "base/thread_pool.h"

#include "base/error.h"

namespace cria {
namespace {

// Waits until `value` differs from `old`: a short spin first, since kernels follow each other
// within microseconds, then sleep.
template <class T>
void WaitWhileEqual(std::atomic<T>& value, T old) {
  for (int i = 0; i < 2000; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  CRIA_CHECK(threads >= 1, "threads = {}", threads);
  for (int t = 1; t < threads; ++t) workers_.emplace_back([this, t] { Work(t); });
}

ThreadPool::~ThreadPool() {
  stop_.store(true);
  generation_.fetch_add(1);
  generation_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::Run(int64_t n, const std::function<void(int64_t, int)>& task) {
  if (n <= 0) return;
  if (workers_.empty() || n == 1) {
    for (int64_t i = 0; i < n; ++i) task(i, 0);
    return;
  }
  task_ = &task;
  n_ = n;
  error_ = nullptr;
  next_.store(0, std::memory_order_relaxed);
  joined_.store(0, std::memory_order_release);  // open
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  Drain(0);
  // All indices are taken: whoever comes now is not needed.
  uint32_t joined = joined_.fetch_or(kClosed, std::memory_order_acq_rel) | kClosed;
  for (; joined != kClosed; joined = joined_.load(std::memory_order_acquire)) {
    WaitWhileEqual(joined_, joined);
  }
  if (error_) std::rethrow_exception(error_);
}

// False: the job is over.
bool ThreadPool::Join() {
  uint32_t joined = joined_.load(std::memory_order_acquire);
  while ((joined & kClosed) == 0) {
    if (joined_.compare_exchange_weak(joined, joined + 1, std::memory_order_acq_rel)) return true;
  }
  return false;
}

void ThreadPool::Drain(int thread) {
  try {
    for (int64_t i = next_.fetch_add(1); i < n_; i = next_.fetch_add(1)) (*task_)(i, thread);
  } catch (...) {
    next_.store(n_);
    std::lock_guard<std::mutex> lock(error_mutex_);
    if (!error_) error_ = std::current_exception();
  }
}

void ThreadPool::Work(int thread) {
  uint32_t seen = 0;
  while (true) {
    WaitWhileEqual(generation_, seen);
    seen = generation_.load(std::memory_order_acquire);
    if (stop_.load()) return;
    if (!Join()) continue;
    Drain(thread);
    if (joined_.fetch_sub(1, std::memory_order_acq_rel) == (kClosed | 1)) joined_.notify_one();
  }
}

}  // namespace cria
