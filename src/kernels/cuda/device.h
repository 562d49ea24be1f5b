// One GPU as an accelerator: its memory, its one stream of work, recorded passes. Implemented
// twice: target/ on the CUDA runtime, emulated/ on the processor, so that kernels are tested
// without a GPU.
#pragma once

#include <memory>

#include "base/context.h"

namespace cria::kernels::cuda {

class CudaDevice final : public Accelerator {
 public:
  /// GPU `number` of this machine. Throws Error if there is none or its driver is too old.
  explicit CudaDevice(int number);
  ~CudaDevice() override;
  /// The context's accelerator, which is one of these.
  static CudaDevice& Of(const Context& context) {
    return static_cast<CudaDevice&>(*context.accelerator());
  }

  std::string name() const override;
  Memory memory() const override;
  void* Allocate(int64_t bytes) override;
  void Free(void* memory) noexcept override;
  void Upload(void* to, const void* from, int64_t bytes) override;
  void Download(void* to, const void* from, int64_t bytes) override;
  const void* Fetch(const void* from, int64_t bytes) override;
  void Copy(void* to, const void* from, int64_t bytes) override;
  void Zero(void* to, int64_t bytes) override;
  void Wait() override;
  void Replay(uint64_t key, const std::function<void()>& f) override;
  void ForgetReplays() override;

  /// cudaStream_t; work asked for on it is done in order.
  void* stream() const;
  int multiprocessors() const;
  /// Most shared memory of a block of threads.
  int64_t shared_bytes() const;
  /// Whether a kernel may begin while the one before it ends (compute capability 9.0).
  bool overlaps_kernels() const;

  /// Memory for the values between the kernels of one operation: they last until the next operation
  /// that asks for the same place. Grows (and then waits and forgets replays); not zeroed.
  enum Place { kFirst, kSecond, kThird, kWeights, kProducts, kPlaces };
  template <class T>
  T* Scratch(Place place, int64_t elements) {
    return static_cast<T*>(ScratchBytes(place, elements * static_cast<int64_t>(sizeof(T))));
  }

  /// Milliseconds that the work asked for in `f` takes on the device.
  double Time(const std::function<void()>& f);

  struct State;
  State& state() { return *state_; }

 private:
  void* ScratchBytes(Place place, int64_t bytes);
  std::unique_ptr<State> state_;
};

}  // namespace cria::kernels::cuda
