// A device with memory of its own that computes beside the processor, one stream of work in order.
// A context that has one hands it to whoever needs memory there; kernels find it in the context.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace cria {

class Accelerator {
 public:
  virtual ~Accelerator() = default;

  /// As its maker names it.
  virtual std::string name() const = 0;
  struct Memory {
    int64_t total_bytes = 0, free_bytes = 0;
  };
  virtual Memory memory() const = 0;

  /// Zeroed, 256-byte aligned. Throws Error if the device has not so much left.
  virtual void* Allocate(int64_t bytes) = 0;
  /// Waits for the work that may still use it, and forgets replays.
  virtual void Free(void* memory) noexcept = 0;

  /// From the processor's memory; `from` may change once this returns.
  virtual void Upload(void* to, const void* from, int64_t bytes) = 0;
  /// To the processor's memory; what was asked for before is done, and the bytes are there, once
  /// this returns.
  virtual void Download(void* to, const void* from, int64_t bytes) = 0;
  /// The same, but leaves the bytes in memory of its own, where they stay until the next transfer;
  /// null if they are too many for that.
  virtual const void* Fetch(const void* from, int64_t bytes) = 0;
  /// Within the device's memory.
  virtual void Copy(void* to, const void* from, int64_t bytes) = 0;
  virtual void Zero(void* to, int64_t bytes) = 0;
  /// Until all work is done.
  virtual void Wait() = 0;

  /// Runs `f`, which only asks for work on this device, always the same for the same key: what it
  /// asked for is recorded, and asked for as a whole from then on. `f` must allocate nothing. The
  /// first call for a key runs `f` itself, so that its memory is there before the recording.
  virtual void Replay(uint64_t key, const std::function<void()>& f) = 0;
  /// Forgets all recordings: memory that they use is about to move.
  virtual void ForgetReplays() = 0;
};

}  // namespace cria
