// Where NCCL's header was not found: bytes go by way of the processor's memory.
#include "base/error.h"
#include "kernels/cuda/target/nccl_ranks.h"

namespace cria::kernels::cuda {

bool FindNccl() { return false; }
std::string NcclName() { return {}; }

std::unique_ptr<comm::Communicator> MakeNcclRanks(comm::Communicator*, CudaDevice*) {
  CRIA_CHECK(false, "no NCCL");
  return nullptr;
}

}  // namespace cria::kernels::cuda
