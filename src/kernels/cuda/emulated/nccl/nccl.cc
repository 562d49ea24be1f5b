// A stand-in for libnccl.so.2 whose ranks are threads of one process. A group goes to its stream
// and is done there, once its counterparts have come; memory that it receives into is garbage until
// then. Calls take a while; an abort comes back only when every rank has called it, as the
// library's may, and an end in peace too.
#include <nccl.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace {

// Then the groups do not fit together.
constexpr std::chrono::seconds kPatience{2};
constexpr std::chrono::seconds kAbortPatience{20};

using Way = std::pair<int, int>;  // from, to

struct Message {
  const void* bytes;
  size_t size;
};

struct World;

}  // namespace

struct ncclComm {
  World* world;
  int size, rank;
  int questions = 0;
  bool aborted = false, finalizes = false;
  ncclResult_t failure = ncclSuccess;
};

namespace {

struct World {
  std::mutex mutex;
  std::condition_variable changed;
  int joined = 0, aborted = 0, finalizing = 0;
  std::map<Way, std::deque<Message>> sent;
  std::map<Way, int64_t> posted, taken;
  std::deque<ncclComm> ranks;  // work under way may know one that was destroyed: they stay
};

// An abort may outlive the program's statics.
std::mutex& worlds_mutex = *new std::mutex;
std::map<int, World>& worlds = *new std::map<int, World>;

struct Asked {
  int peer;
  bool sends;
  void* bytes;
  size_t size;
};
struct Group {
  ncclComm* comm = nullptr;
  cudaStream_t stream = nullptr;
  std::vector<Asked> asked;
};
thread_local std::unique_ptr<Group> open;
std::atomic<int64_t> groups = 0;

// Waits for `f`; false if it does not come to that.
template <class F>
bool Await(ncclComm* comm, std::unique_lock<std::mutex>* lock, F f) {
  const auto settled = [&] { return comm->aborted || f(); };
  if (!comm->world->changed.wait_for(*lock, kPatience, settled)) comm->failure = ncclRemoteError;
  return !comm->aborted && comm->failure == ncclSuccess;
}

void Receive(ncclComm* comm, const Asked& asked, std::unique_lock<std::mutex>* lock) {
  World& world = *comm->world;
  const Way way{asked.peer, comm->rank};
  std::deque<Message>& messages = world.sent[way];
  if (!Await(comm, lock, [&] { return !messages.empty(); })) return;
  if (messages.front().size != asked.size) {
    comm->failure = ncclInvalidArgument;
    return;
  }
  std::memcpy(asked.bytes, messages.front().bytes, asked.size);
  messages.pop_front();
  ++world.taken[way];
  world.changed.notify_all();
}

void RunGroup(void* argument) {
  const std::unique_ptr<Group> group(static_cast<Group*>(argument));
  ncclComm* const comm = group->comm;
  World& world = *comm->world;
  for (const Asked& asked : group->asked) {
    if (!asked.sends) std::memset(asked.bytes, 0xAA, asked.size);
  }
  std::unique_lock lock(world.mutex);
  if (comm->aborted) return;
  std::map<Way, int64_t> last;
  for (const Asked& asked : group->asked) {
    if (!asked.sends) continue;
    const Way way{comm->rank, asked.peer};
    world.sent[way].push_back({asked.bytes, asked.size});
    last[way] = ++world.posted[way];
    world.changed.notify_all();
  }
  for (const Asked& asked : group->asked) {
    if (!asked.sends && comm->failure == ncclSuccess) Receive(comm, asked, &lock);
  }
  for (const auto& [way, number] : last) {
    Await(comm, &lock, [&, w = way, n = number] { return world.taken[w] >= n; });
  }
}

ncclResult_t Ask(ncclComm* comm, cudaStream_t stream, const Asked& asked) {
  if (!open || asked.peer == comm->rank || asked.peer < 0 || asked.peer >= comm->size) {
    return ncclInvalidArgument;
  }
  open->comm = comm;
  open->stream = stream;
  open->asked.push_back(asked);
  return ncclSuccess;
}

}  // namespace

extern "C" {

// For tests: so many were begun, of all ranks.
int64_t StandInGroups() { return groups; }

ncclResult_t ncclGetVersion(int* version) {
  *version = NCCL_VERSION_CODE;
  return ncclSuccess;
}

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
  const std::lock_guard lock(world->mutex);
  *comm = &world->ranks.emplace_back(ncclComm{world, size, rank});
  ++world->joined;
  return ncclInProgress;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* state) {
  const std::lock_guard lock(comm->world->mutex);
  const bool waits = comm->world->joined < comm->size || comm->questions++ % 3 == 0 ||
                     (comm->finalizes && comm->world->finalizing < comm->size);
  *state = comm->failure != ncclSuccess ? comm->failure : waits ? ncclInProgress : ncclSuccess;
  return ncclSuccess;
}

ncclResult_t ncclCommFinalize(ncclComm_t comm) {
  const std::lock_guard lock(comm->world->mutex);
  comm->finalizes = true;
  ++comm->world->finalizing;
  return ncclInProgress;
}
ncclResult_t ncclCommDestroy(ncclComm_t) { return ncclSuccess; }

ncclResult_t ncclCommAbort(ncclComm_t comm) {
  std::unique_lock lock(comm->world->mutex);
  comm->aborted = true;
  ++comm->world->aborted;
  comm->world->changed.notify_all();
  comm->world->changed.wait_for(lock, kAbortPatience,
                                [&] { return comm->world->aborted == comm->size; });
  return ncclSuccess;
}

const char* ncclGetErrorString(ncclResult_t) { return "the stand-in refuses"; }

ncclResult_t ncclGroupStart() {
  open = std::make_unique<Group>();
  return ncclSuccess;
}
ncclResult_t ncclSend(const void* bytes, size_t size, ncclDataType_t, int peer, ncclComm_t comm,
                      cudaStream_t stream) {
  return Ask(comm, stream, {peer, true, const_cast<void*>(bytes), size});
}
ncclResult_t ncclRecv(void* bytes, size_t size, ncclDataType_t, int peer, ncclComm_t comm,
                      cudaStream_t stream) {
  return Ask(comm, stream, {peer, false, bytes, size});
}
ncclResult_t ncclGroupEnd() {
  Group* const group = open.release();
  if (group->comm == nullptr) {  // an empty one
    delete group;
    return ncclSuccess;
  }
  ++groups;
  cudaLaunchHostFunc(group->stream, RunGroup, group);
  return ncclInProgress;
}

}  // extern "C"
