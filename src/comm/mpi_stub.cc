// Compiled in the place of mpi.cc where there is no MPI.
#include <cstdlib>

#include "base/error.h"
#include "comm/mpi.h"

namespace cria::comm {

std::unique_ptr<Communicator> MakeMpi(const MpiOptions&) {
  throw Error("started as one of several ranks, but this program was built without MPI", "mpirun",
              "install libopenmpi-dev and build again, or start it without mpirun");
}

void AbortMpi(int status) { std::_Exit(status); }

}  // namespace cria::comm
