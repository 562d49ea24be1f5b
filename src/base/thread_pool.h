// A fixed set of worker threads and one primitive, "run f(0..n-1)". Not a task graph.
//
// Results never depend on the number of threads: an index is a unit of work with a fixed content,
// only the thread that runs it varies.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace cria {

class ThreadPool {
 public:
  /// `threads` >= 1 counts the calling thread.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Runs task(index, thread) for every index in [0, n); thread is in [0, threads()). Returns when
  /// all are done, whether or not every worker was awake in time: where other programs hold the
  /// cores, it takes no longer than alone. Rethrows the first exception. Not reentrant: a task must
  /// not call Run.
  void Run(int64_t n, const std::function<void(int64_t, int)>& task);

 private:
  static constexpr uint32_t kClosed = uint32_t{1} << 31;
  void Work(int thread);
  bool Join();
  void Drain(int thread);

  std::vector<std::thread> workers_;
  const std::function<void(int64_t, int)>* task_ = nullptr;
  int64_t n_ = 0;
  std::atomic<int64_t> next_{0};
  std::atomic<uint32_t> generation_{0};    // of jobs: what idle workers wait for
  std::atomic<uint32_t> joined_{kClosed};  // workers in the job, and whether others may join it
  std::atomic<bool> stop_{false};
  std::mutex error_mutex_;
  std::exception_ptr error_;
};

}  // namespace cria
