// The processor.
#include "test_context.h"

namespace cria {

Context TestContext(int threads) { return Context(threads); }

}  // namespace cria
