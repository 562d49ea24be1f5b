// Defaults of a context: all cores, no log.
#include "base/context.h"

#include "base/cpu.h"

namespace cria {

Context::Context(int threads, LogSink sink, std::unique_ptr<Accelerator> accelerator)
    : pool_(std::make_unique<ThreadPool>(threads > 0 ? threads : BoundCores())),
      sink_(std::move(sink)),
      accelerator_(std::move(accelerator)) {}

}  // namespace cria
