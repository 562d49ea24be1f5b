// Ranks with a GPU each: what carries bytes from the memory of one GPU to another's.
#pragma once

#include <memory>

#include "base/accelerator.h"
#include "comm/communicator.h"

namespace cria::kernels::cuda {

/// The ranks of `ranks`, about bytes in the memory of `accelerator`, this rank's: by NCCL, if every
/// rank finds it and has a GPU of its own, else by way of the processor's memory. Called by all of
/// them, for one thread each; both arguments outlive this. Throws Error that says what NCCL said.
std::unique_ptr<comm::Communicator> ConnectDevices(comm::Communicator* ranks,
                                                   Accelerator* accelerator);

}  // namespace cria::kernels::cuda
