// What a computation runs with: threads, where log lines go, the device that takes the kernels.
// Passed explicitly; there is no global state.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/accelerator.h"
#include "base/thread_pool.h"

namespace cria {

enum class LogLevel { kDebug, kInfo, kWarning };

class Context {
 public:
  using LogSink = std::function<void(LogLevel, std::string_view)>;

  /// `threads` <= 0 means all cores.
  explicit Context(int threads = 0, LogSink sink = nullptr,
                   std::unique_ptr<Accelerator> accelerator = nullptr);

  /// Takes the kernels and keeps what they work on; null: the processor does. Outlives all memory
  /// that was had of it.
  Accelerator* accelerator() const { return accelerator_.get(); }

  int threads() const { return pool_->threads(); }
  void Log(LogLevel level, std::string_view line) const {
    if (sink_) sink_(level, line);
  }

  /// Runs f(i) for i in [0, n); each index has fixed content, so results do not depend on threads.
  void ParallelFor(int64_t n, const std::function<void(int64_t)>& f) const {
    pool_->Run(n, [&f](int64_t i, int) { f(i); });
  }
  /// The same with the index of the running thread, for per-thread scratch memory.
  void ParallelForThread(int64_t n, const std::function<void(int64_t, int)>& f) const {
    pool_->Run(n, f);
  }

 private:
  std::unique_ptr<ThreadPool> pool_;
  LogSink sink_;
  std::unique_ptr<Accelerator> accelerator_;
};

}  // namespace cria
