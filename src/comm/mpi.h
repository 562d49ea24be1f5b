// Ranks that mpirun or Slurm started, over Open MPI or another MPI.
#pragma once

#include <memory>

#include "comm/communicator.h"

namespace cria::comm {

struct MpiOptions {
  double timeout_s = 300;  ///< silence after which Wait throws
};

/// Joins the ranks. Once per process, on the thread that will destroy it. Throws Error if the
/// program was built without MPI or the MPI at hand serves no threads.
std::unique_ptr<Communicator> MakeMpi(const MpiOptions& options);

/// Ends the processes of all ranks with this exit status. For after the message was printed.
[[noreturn]] void AbortMpi(int status);

}  // namespace cria::comm
