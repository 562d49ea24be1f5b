// NCCL refuses two ranks on one GPU; such, and those without it, talk through the processor.
#include "kernels/cuda/device_ranks.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "comm/collectives.h"
#include "comm/staged.h"
#include "kernels/cuda/target/nccl_ranks.h"
#include "kernels/cuda/target/runtime.h"

namespace cria::kernels::cuda {
namespace {

// Where a rank's GPU is, and whether it has the library.
struct Place {
  uint64_t host = 0;
  int32_t domain = 0, bus = 0, device = 0, has_nccl = 0;
  bool IsSameGpu(const Place& other) const {
    return host == other.host && domain == other.domain && bus == other.bus &&
           device == other.device;
  }
};

Place PlaceOf(CudaDevice* device) {
  std::array<char, 256> name = {};
  ::gethostname(name.data(), name.size() - 1);
  const cudaDeviceProp& gpu = device->state().properties;
  return {Hash64(name.data()), gpu.pciDomainID, gpu.pciBusID, gpu.pciDeviceID, FindNccl() ? 1 : 0};
}

}  // namespace

std::unique_ptr<comm::Communicator> ConnectDevices(comm::Communicator* ranks,
                                                   Accelerator* accelerator) {
  auto* const device = static_cast<CudaDevice*>(accelerator);
  std::vector<Place> places(static_cast<size_t>(ranks->size()));
  comm::AllGather(*ranks, PlaceOf(device), std::span<Place>(places));
  bool by_nccl = true;
  for (auto place = places.begin(); place != places.end(); ++place) {
    const bool shared = std::any_of(places.begin(), place,
                                    [&](const Place& other) { return place->IsSameGpu(other); });
    by_nccl = by_nccl && !shared && place->has_nccl != 0;
  }
  if (by_nccl) return MakeNcclRanks(ranks, device);
  return comm::MakeStaged(ranks, accelerator);
}

}  // namespace cria::kernels::cuda
