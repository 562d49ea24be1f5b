// NCCL refuses two ranks on one GPU; such, and those without it, talk through the processor.
#include "kernels/cuda/device_ranks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "comm/collectives.h"
#include "comm/staged.h"
#include "kernels/cuda/target/nccl_ranks.h"
#include "kernels/cuda/target/runtime.h"

namespace cria::kernels::cuda {
namespace {

// Which GPU a rank has, and whether it has the library.
struct Place {
  cudaUUID_t gpu = {};
  bool has_nccl = false;
  bool IsSameGpu(const Place& other) const {
    return std::memcmp(&gpu, &other.gpu, sizeof gpu) == 0;
  }
};

// Empty: NCCL can carry.
std::string WhyNotNccl(const std::vector<Place>& places) {
  for (size_t rank = 0; rank < places.size(); ++rank) {
    if (!places[rank].has_nccl) {
      return fmt::format("rank {} finds no libnccl.so.2, or was built without its header", rank);
    }
    for (size_t other = 0; other < rank; ++other) {
      if (places[rank].IsSameGpu(places[other])) {
        return fmt::format("ranks {} and {} have one GPU", other, rank);
      }
    }
  }
  return {};
}

}  // namespace

DeviceRanks ConnectDevices(comm::Communicator* ranks, Accelerator* accelerator) {
  auto* const device = static_cast<CudaDevice*>(accelerator);
  const Place own{device->state().properties.uuid, FindNccl()};
  std::vector<Place> places(static_cast<size_t>(ranks->size()));
  comm::AllGather(*ranks, own, std::span<Place>(places));
  DeviceRanks connected;
  connected.sharers = static_cast<int>(std::count_if(
      places.begin(), places.end(), [&](const Place& place) { return place.IsSameGpu(own); }));
  const std::string why_not = WhyNotNccl(places);
  if (why_not.empty()) {
    connected.carrier = NcclName();
    connected.ranks = MakeNcclRanks(ranks, device);
  } else {
    connected.carrier = fmt::format("the processor's memory ({})", why_not);
    connected.ranks = comm::MakeStaged(ranks, accelerator);
  }
  return connected;
}

}  // namespace cria::kernels::cuda
