// Started by mpirun: the checks of comm/rank_checks.h over MPI, then, on request, a rank that falls
// silent. Exit status 0 if all is well.
#include <signal.h>

#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "comm/mpi.h"
#include "comm/rank_checks.h"

int main(int argc, char** argv) {
  using namespace cria::comm;
  const bool silent = argc > 1 && std::strcmp(argv[1], "silent") == 0;
  const auto ranks = MakeMpi({.timeout_s = silent ? 2.0 : 60.0});
  const std::string fault = CheckAll(*ranks);
  if (!fault.empty()) {
    std::fprintf(stderr, "rank %d: %s\n", ranks->rank(), fault.c_str());
    AbortMpi(1);
  }
  Barrier(*ranks);
  if (!silent) {
    if (ranks->rank() == 0) std::printf("%d ranks agree\n", ranks->size());
    return 0;
  }
  if (ranks->rank() == 1) ::raise(SIGSTOP);
  try {
    Barrier(*ranks);
  } catch (const cria::Error& error) {
    std::fprintf(stderr, "rank %d: %s\n", ranks->rank(), error.what());
    AbortMpi(3);
  }
  return 1;
}
