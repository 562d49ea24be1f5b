// A stand-in for the parts of the CUDA runtime that the carrier over NCCL uses: a stream is a
// thread that does its work in order, a while after it was asked for.
#include "kernels/cuda/target/runtime.h"

#include <cuda_runtime.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "base/error.h"

namespace {

constexpr std::chrono::microseconds kDelay{300};

struct Stream {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> work;
  bool ending = false;
  std::thread thread = std::thread([this] { Serve(); });

  ~Stream() {
    {
      const std::lock_guard lock(mutex);
      ending = true;
      changed.notify_all();
    }
    thread.join();  // what was asked for is still done
  }
  void Add(std::function<void()> what) {
    const std::lock_guard lock(mutex);
    work.push_back(std::move(what));
    changed.notify_all();
  }
  void Serve() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return ending || !work.empty(); });
      if (work.empty()) return;
      const std::function<void()> next = std::move(work.front());
      work.pop_front();
      lock.unlock();
      std::this_thread::sleep_for(kDelay);
      next();
      lock.lock();
    }
  }
};

struct Event {
  std::mutex mutex;
  std::condition_variable changed;
  int64_t recorded = 0, done = 0;

  int64_t Record() {
    const std::lock_guard lock(mutex);
    return ++recorded;
  }
  int64_t Recorded() {
    const std::lock_guard lock(mutex);
    return recorded;
  }
  void Reach(int64_t number) {
    const std::lock_guard lock(mutex);
    done = std::max(done, number);
    changed.notify_all();
  }
  void Await(int64_t number) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done >= number; });
  }
  bool IsDone() {
    const std::lock_guard lock(mutex);
    return done >= recorded;
  }
};

// Work under way may know one that was destroyed: they stay.
Event* NewEvent() {
  static std::mutex& mutex = *new std::mutex;
  static std::deque<Event>& all = *new std::deque<Event>;
  const std::lock_guard lock(mutex);
  return &all.emplace_back();
}

Event& Of(cudaEvent_t event) { return *reinterpret_cast<Event*>(event); }
// Each rank, a thread, computes on a stream of its own.
Stream& Of(cudaStream_t stream) {
  thread_local Stream of_this_rank;
  return stream == nullptr ? of_this_rank : *reinterpret_cast<Stream*>(stream);
}

}  // namespace

extern "C" {

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = reinterpret_cast<cudaStream_t>(new Stream);
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete &Of(stream);
  return cudaSuccess;
}
cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t f, void* argument) {
  Of(stream).Add([f, argument] { f(argument); });
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = reinterpret_cast<cudaEvent_t>(NewEvent());
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t) { return cudaSuccess; }
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  Of(stream).Add([&of = Of(event), number = Of(event).Record()] { of.Reach(number); });
  return cudaSuccess;
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
  return Of(event).IsDone() ? cudaSuccess : cudaErrorNotReady;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  Of(stream).Add([&of = Of(event), number = Of(event).Recorded()] { of.Await(number); });
  return cudaSuccess;
}
const char* cudaGetErrorString(cudaError_t) { return "the stand-in refuses"; }

}  // extern "C"

namespace cria::kernels::cuda {

void CheckCuda(int error, const char* what) { CRIA_CHECK(error == cudaSuccess, "{}", what); }

}  // namespace cria::kernels::cuda
