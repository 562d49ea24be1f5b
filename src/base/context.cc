// Defaults of a context: all cores, no log.
#include "base/context.h"

#include <algorithm>

namespace cria {

Context::Context(int threads, LogSink sink)
    : pool_(std::make_unique<ThreadPool>(
          threads > 0 ? threads : std::max(1u, std::thread::hardware_concurrency()))),
      sink_(std::move(sink)) {}

}  // namespace cria
