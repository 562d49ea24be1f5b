// A stand-in for libnccl.so.2 whose ranks are threads of one process: sends and receives of a group
// are done when it ends, and a group ends only once its counterparts have come.
#include <nccl.h>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

namespace {

constexpr std::chrono::seconds kPatience{2};  // then the groups do not fit together

using Way = std::pair<int, int>;  // from, to

struct Message {
  const void* bytes;
  size_t size;
};

struct World {
  std::mutex mutex;
  std::condition_variable changed;
  int joined = 0;
  std::map<Way, std::deque<Message>> sent;
  std::map<Way, int64_t> posted, taken;
};

std::mutex worlds_mutex;
std::map<int, World> worlds;

struct Asked {
  ncclComm_t comm;
  int peer;
  bool sends;
  void* bytes;
  size_t size;
};
thread_local std::vector<Asked> group;

}  // namespace

struct ncclComm {
  World* world;
  int size, rank;
  int questions = 0;
};

namespace {

ncclResult_t Receive(const Asked& asked) {
  World& world = *asked.comm->world;
  const Way way{asked.peer, asked.comm->rank};
  std::unique_lock lock(world.mutex);
  std::deque<Message>& messages = world.sent[way];
  if (!world.changed.wait_for(lock, kPatience, [&] { return !messages.empty(); })) {
    return ncclRemoteError;
  }
  if (messages.front().size != asked.size) return ncclInvalidArgument;
  std::memcpy(asked.bytes, messages.front().bytes, asked.size);
  messages.pop_front();
  ++world.taken[way];
  world.changed.notify_all();
  return ncclSuccess;
}

}  // namespace

extern "C" {

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  const std::lock_guard lock(worlds_mutex);
  const int number = static_cast<int>(worlds.size());
  worlds[number];
  std::memcpy(id, &number, sizeof number);
  return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int size, ncclUniqueId id, int rank,
                                    ncclConfig_t*) {
  int number = 0;
  std::memcpy(&number, &id, sizeof number);
  World* world = nullptr;
  {
    const std::lock_guard lock(worlds_mutex);
    world = &worlds[number];
  }
  *comm = new ncclComm{world, size, rank};
  const std::lock_guard lock(world->mutex);
  ++world->joined;
  return ncclInProgress;
}

// Everything takes a while.
ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* state) {
  const std::lock_guard lock(comm->world->mutex);
  const bool waits = comm->world->joined < comm->size || comm->questions++ % 3 == 0;
  *state = waits ? ncclInProgress : ncclSuccess;
  return ncclSuccess;
}

ncclResult_t ncclCommFinalize(ncclComm_t) { return ncclSuccess; }
ncclResult_t ncclCommDestroy(ncclComm_t comm) {
  delete comm;
  return ncclSuccess;
}
ncclResult_t ncclCommAbort(ncclComm_t comm) { return ncclCommDestroy(comm); }
const char* ncclGetErrorString(ncclResult_t) { return "the stand-in refuses"; }

ncclResult_t ncclGroupStart() {
  group.clear();
  return ncclSuccess;
}
ncclResult_t ncclSend(const void* bytes, size_t size, ncclDataType_t, int peer, ncclComm_t comm,
                      cudaStream_t) {
  group.push_back({comm, peer, true, const_cast<void*>(bytes), size});
  return ncclSuccess;
}
ncclResult_t ncclRecv(void* bytes, size_t size, ncclDataType_t, int peer, ncclComm_t comm,
                      cudaStream_t) {
  group.push_back({comm, peer, false, bytes, size});
  return ncclSuccess;
}

ncclResult_t ncclGroupEnd() {
  std::vector<std::pair<Way, int64_t>> sent;
  for (const Asked& asked : group) {
    if (!asked.sends) continue;
    World& world = *asked.comm->world;
    const Way way{asked.comm->rank, asked.peer};
    const std::lock_guard lock(world.mutex);
    world.sent[way].push_back({asked.bytes, asked.size});
    sent.emplace_back(way, ++world.posted[way]);
    world.changed.notify_all();
  }
  for (const Asked& asked : group) {
    if (asked.sends) continue;
    if (const ncclResult_t result = Receive(asked); result != ncclSuccess) return result;
  }
  for (const auto& [way, number] : sent) {
    World& world = *group.front().comm->world;
    std::unique_lock lock(world.mutex);
    const auto taken = [&, w = way, n = number] { return world.taken[w] >= n; };
    if (!world.changed.wait_for(lock, kPatience, taken)) return ncclRemoteError;
  }
  return ncclInProgress;
}

}  // extern "C"
