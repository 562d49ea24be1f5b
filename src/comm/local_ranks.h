// For tests: a function on several ranks, each a thread of its own.
#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "comm/local.h"

namespace cria::comm {

/// Runs f on `size` ranks and rethrows what the first failing one threw.
inline void RunRanks(int size, const std::function<void(Communicator&)>& f, double timeout_s = 60) {
  LocalGroup group(size, timeout_s);
  std::vector<std::thread> threads;
  std::exception_ptr first;
  std::mutex mutex;
  for (int rank = 0; rank < size; ++rank) {
    threads.emplace_back([&, rank] {
      Communicator& own = group.rank(rank);
      try {
        f(own);
      } catch (...) {
        {
          const std::lock_guard lock(mutex);
          if (!first) first = std::current_exception();
        }
        own.Cancel();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (first) std::rethrow_exception(first);
}

}  // namespace cria::comm
