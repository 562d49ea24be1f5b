// The device as plain memory of the processor; work is done when it is asked for.
#include "kernels/cuda/device.h"

#include <chrono>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "comm/staged.h"
#include "kernels/cuda/device_ranks.h"
#include "kernels/cuda/emulated/device_state.h"
#include "kernels/cuda/emulated/fibers.h"
#include "kernels/cuda/operations.h"

namespace cria::kernels::cuda {
namespace {

constexpr int64_t kTotalBytes = int64_t{8} << 30;
constexpr int64_t kGuardBytes = 256;  ///< behind each piece of memory
constexpr uint8_t kGuard = 0xA5, kPoison = 0xFF;

uint8_t* AllocateGuarded(int64_t bytes, uint8_t fill) {
  const size_t whole = static_cast<size_t>((bytes + kGuardBytes + 255) / 256 * 256);
  uint8_t* memory = static_cast<uint8_t*>(std::aligned_alloc(256, whole));
  if (memory == nullptr) throw std::bad_alloc();
  std::memset(memory, fill, static_cast<size_t>(bytes));
  std::memset(memory + bytes, kGuard, kGuardBytes);
  return memory;
}

void CheckGuard(const void* memory, int64_t bytes) {
  const uint8_t* guard = static_cast<const uint8_t*>(memory) + bytes;
  for (int64_t i = 0; i < kGuardBytes; ++i) {
    CRIA_CHECK(guard[i] == kGuard, "a kernel wrote {} bytes behind the end of {} bytes", i, bytes);
  }
}

}  // namespace

namespace emulated {

// FNV-1a.
void WorkLog::AddBytes(const void* bytes, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    hash_ = (hash_ ^ static_cast<const uint8_t*>(bytes)[i]) * 0x100000001B3u;
  }
}

}  // namespace emulated

bool Built() { return true; }
int CountDevices() { return 1; }

DeviceRanks ConnectDevices(comm::Communicator* ranks, Accelerator* accelerator) {
  return {comm::MakeStaged(ranks, accelerator), "the processor's memory", 1};
}

std::unique_ptr<Accelerator> OpenDevice(int number) { return std::make_unique<CudaDevice>(number); }

CudaDevice::CudaDevice(int number) : state_(std::make_unique<State>()) {
  if (number != 0) {
    throw Error(fmt::format("there is no GPU {}", number), "--device", "the emulation has one: 0");
  }
}

CudaDevice::~CudaDevice() {
  for (const State::Scratch& scratch : state_->scratch) {
    if (scratch.memory == nullptr) continue;
    CheckGuard(scratch.memory, scratch.asked_bytes);
    std::free(scratch.memory);
  }
  for (const auto& [memory, bytes] : state_->allocated) std::free(memory);
}

std::string CudaDevice::name() const { return "emulated GPU"; }
Accelerator::Memory CudaDevice::memory() const {
  return {kTotalBytes, kTotalBytes - state_->allocated_bytes};
}
void* CudaDevice::stream() const { return nullptr; }
// Few, so that blocks which take several pieces of work do so in tests.
int CudaDevice::multiprocessors() const { return 8; }
int64_t CudaDevice::shared_bytes() const { return emulated::kMostSharedBytes; }
bool CudaDevice::overlaps_kernels() const { return false; }

void* CudaDevice::Allocate(int64_t bytes) {
  CRIA_CHECK(!state_->is_recorded, "{} bytes in a replay", bytes);
  if (bytes > memory().free_bytes) {
    throw Error(fmt::format("the emulated GPU has no {} bytes left", bytes), "device memory",
                "use a smaller model or batch");
  }
  void* memory = AllocateGuarded(bytes, 0);
  state_->allocated[memory] = bytes;
  state_->allocated_bytes += bytes;
  return memory;
}

void CudaDevice::Free(void* memory) noexcept {
  if (memory == nullptr) return;
  CRIA_CHECK(!state_->is_recorded, "memory is freed in a replay");
  const auto found = state_->allocated.find(memory);
  CRIA_CHECK(found != state_->allocated.end(), "{} was not allocated here", memory);
  CheckGuard(memory, found->second);
  ForgetReplays();  // one may know the memory
  state_->allocated_bytes -= found->second;
  state_->allocated.erase(found);
  std::free(memory);
}

void CudaDevice::Upload(void* to, const void* from, int64_t bytes) {
  CRIA_CHECK(!state_->is_recorded, "an upload in a replay");
  std::memcpy(to, from, static_cast<size_t>(bytes));
}
void CudaDevice::Download(void* to, const void* from, int64_t bytes) {
  CRIA_CHECK(!state_->is_recorded, "a download in a replay");
  std::memcpy(to, from, static_cast<size_t>(bytes));
}
const void* CudaDevice::Fetch(const void* from, int64_t) {
  CRIA_CHECK(!state_->is_recorded, "a download in a replay");
  return from;
}
void CudaDevice::Copy(void* to, const void* from, int64_t bytes) {
  state_->log.Add(to);
  state_->log.Add(from);
  state_->log.Add(bytes);
  std::memmove(to, from, static_cast<size_t>(bytes));
}
void CudaDevice::Zero(void* to, int64_t bytes) {
  state_->log.Add(to);
  state_->log.Add(bytes);
  std::memset(to, 0, static_cast<size_t>(bytes));
}
void CudaDevice::Wait() { CRIA_CHECK(!state_->is_recorded, "a wait in a replay"); }

// A device records the second call and repeats that; here it runs again, and must ask for the same.
void CudaDevice::Replay(uint64_t key, const std::function<void()>& f) {
  CRIA_CHECK(!state_->in_replay, "a replay in a replay");
  const auto found = state_->replays.find(key);
  const bool first = found == state_->replays.end();
  const struct Leave {
    State& state;
    ~Leave() { state.in_replay = state.is_recorded = false; }  // f may throw Error
  } leave{*state_};
  state_->in_replay = true;
  state_->is_recorded = !first;
  state_->log.Clear();
  f();
  if (first) {
    state_->replays[key] = std::nullopt;
    return;
  }
  CRIA_CHECK(!found->second || found->second == state_->log.hash(),
             "the replay {} asks for other work than before", key);
  found->second = state_->log.hash();
}

void CudaDevice::ForgetReplays() {
  CRIA_CHECK(!state_->is_recorded, "recordings are forgotten in a replay");
  state_->replays.clear();
}

double CudaDevice::Time(const std::function<void()>& f) {
  const auto begin = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

// Poisoned each time, so that values kept from an earlier operation show.
void* CudaDevice::ScratchBytes(Place place, int64_t bytes) {
  State::Scratch& scratch = state_->scratch[place];
  if (scratch.memory != nullptr) CheckGuard(scratch.memory, scratch.asked_bytes);
  if (bytes > scratch.bytes || scratch.memory == nullptr) {
    CRIA_CHECK(!state_->is_recorded, "scratch memory grows to {} bytes in a replay", bytes);
    std::free(scratch.memory);
    scratch.memory = AllocateGuarded(bytes, kPoison);
    scratch.bytes = bytes;
    ForgetReplays();
  }
  scratch.asked_bytes = bytes;
  uint8_t* memory = static_cast<uint8_t*>(scratch.memory);
  std::memset(memory, kPoison, static_cast<size_t>(bytes));
  std::memset(memory + bytes, kGuard, kGuardBytes);
  return memory;
}

}  // namespace cria::kernels::cuda
