// The ranks of one training run as the command line sees them: started by mpirun or Slurm, joined
// here, ended together.
#pragma once

#include <functional>
#include <memory>

#include "comm/communicator.h"
#include "command.h"
#include "kernels/cuda/device_ranks.h"

namespace cria::app {

/// True if a launcher of MPI programs started this process.
bool StartedAsRank();

/// False for ranks above 0, before they have joined: what is said of the command line is said once.
bool SpeaksForAllRanks();

/// Cores for this rank where nobody said how many threads to use: those it is bound to, or an equal
/// share of the machine with the other ranks on it.
int DefaultThreadsOfRank();

/// The device of this rank where --device names none: of the GPUs that its process sees, the one by
/// its number on the machine. Throws Error if the machine has several GPUs, but more ranks.
std::string DeviceOfRank(const std::string& device);

/// The GPUs of all ranks connected, this rank's among them. Throws Error if ranks share one and
/// `device`, their --device, does not name it by number: that is for trials.
kernels::cuda::DeviceRanks ConnectGpus(comm::Communicator* ranks, Accelerator* accelerator,
                                       const std::string& device);

/// Joins the ranks that were started together and runs `body` on each; a process that was started
/// alone gets null. A failure on one rank is printed, with its number, and ends all of them:
/// `timeout_s` bounds how long any waits for another.
void RunRanks(double timeout_s, const std::function<void(comm::Communicator* ranks)>& body);

}  // namespace cria::app
