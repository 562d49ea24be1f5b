// NCCL, looked for when several GPUs are used: programs for one GPU run without it.
#pragma once

#include <memory>
#include <string>

#include "comm/communicator.h"
#include "kernels/cuda/device.h"

namespace cria::kernels::cuda {

/// Whether the library is there.
bool FindNccl();
/// With its version; it must be there.
std::string NcclName();

/// See ConnectDevices; the library must be there, and the GPUs different ones. Transfers of a tag
/// begin together, with Launch.
std::unique_ptr<comm::Communicator> MakeNcclRanks(comm::Communicator* ranks, CudaDevice* device);

}  // namespace cria::kernels::cuda
