// Ranks with a GPU each: what carries bytes from the memory of one GPU to another's.
#pragma once

#include <memory>
#include <string>

#include "base/accelerator.h"
#include "comm/communicator.h"

namespace cria::kernels::cuda {

struct DeviceRanks {
  /// The same ranks, about bytes in the memory of their GPUs.
  std::unique_ptr<comm::Communicator> ranks;
  std::string carrier;  ///< what carries the bytes, and why not NCCL
  int sharers = 1;      ///< ranks that have this one's GPU, this one included
};

/// The ranks of `ranks`, about bytes in the memory of `accelerator`, this rank's: by NCCL, if every
/// rank finds it and has a GPU of its own, else by way of the processor's memory. Called by all of
/// them, for one thread each; both arguments outlive the result. What NCCL keeps on the GPU is
/// taken here. Throws Error that says what NCCL said.
DeviceRanks ConnectDevices(comm::Communicator* ranks, Accelerator* accelerator);

}  // namespace cria::kernels::cuda
