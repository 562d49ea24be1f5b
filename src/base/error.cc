// What a failed CRIA_CHECK prints before it aborts.
#include "base/error.h"

#include <cstdio>
#include <cstdlib>

namespace cria::internal {

void CheckFailed(const char* file, int line, const char* condition, const std::string& message) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s %s\n", file, line, condition, message.c_str());
  std::abort();
}

}  // namespace cria::internal
