// CudaDevice on the CUDA runtime.
#include "kernels/cuda/device.h"

#include <cuda_runtime.h>
#include <fmt/format.h>

#include <cstring>

#include "base/error.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/target/runtime.h"

namespace cria::kernels::cuda {
namespace {

// Pageable memory is staged by the driver while the processor waits; what the engine and the
// trainer send in every step goes by way of pinned memory of our own.
constexpr int64_t kStagingBytes = int64_t{16} << 20, kStagedBytes = int64_t{4} << 20;

}  // namespace

void CheckCuda(int error, const char* what) {
  if (error == cudaSuccess) return;
  const auto code = static_cast<cudaError_t>(error);
  if (code == cudaErrorMemoryAllocation) {
    throw Error(fmt::format("the GPU's memory is full ({})", what), "--device cuda",
                "take a smaller model, context or batch, or another GPU");
  }
  throw Error(fmt::format("CUDA: {} ({})", cudaGetErrorString(code), what), "--device cuda",
              "if it comes again, run under compute-sanitizer and report what it says");
}

CudaDevice::CudaDevice(int number) : state_(std::make_unique<State>()) {
  int devices = 0;
  const cudaError_t found = cudaGetDeviceCount(&devices);
  if (found != cudaSuccess || number >= devices) {
    throw Error(found != cudaSuccess ? fmt::format("no GPU: {}", cudaGetErrorString(found))
                                     : fmt::format("no GPU {}, there are {}", number, devices),
                "--device", "take --device cpu, or look at nvidia-smi for the GPU and its driver");
  }
  CheckCuda(cudaSetDevice(number), "choosing the GPU");
  CheckCuda(cudaGetDeviceProperties(&state_->properties, number), "its properties");
  // As an A100 has; smaller GPUs of the same generation have less.
  constexpr int kLeastSharedBytes = 163 << 10;
  if (state_->properties.sharedMemPerBlockOptin < kLeastSharedBytes) {
    throw Error(
        fmt::format("{} has {} KB of shared memory for a block, the kernels take up to {}",
                    state_->properties.name, state_->properties.sharedMemPerBlockOptin >> 10,
                    kLeastSharedBytes >> 10),
        "--device", "take an A100, H100, H200 or later, or --device cpu");
  }
  if (state_->properties.major < 8) {
    throw Error(fmt::format("{} multiplies no bf16", state_->properties.name), "--device",
                "cria needs compute capability 8.0 (A100) or later");
  }
  CheckCuda(cudaStreamCreateWithFlags(&state_->stream, cudaStreamNonBlocking), "a stream");
  CheckCuda(cudaHostAlloc(&state_->staging, kStagingBytes, cudaHostAllocDefault), "pinned memory");
  CheckCuda(cudaEventCreateWithFlags(&state_->staging_free, cudaEventDisableTiming), "an event");
  CheckCuda(cudaEventCreate(&state_->begin), "an event");
  CheckCuda(cudaEventCreate(&state_->end), "an event");
}

// Errors of a device that is being left are of no use to anybody.
CudaDevice::~CudaDevice() {
  cudaStreamSynchronize(state_->stream);
  state_->products.reset();
  state_->DropReplays();
  for (uint8_t* memory : state_->scratch) cudaFree(memory);
  cudaFreeHost(state_->staging);
  for (cudaEvent_t event : {state_->staging_free, state_->begin, state_->end}) {
    cudaEventDestroy(event);
  }
  cudaStreamDestroy(state_->stream);
}

std::string CudaDevice::name() const { return state_->properties.name; }
void* CudaDevice::stream() const { return state_->stream; }
int CudaDevice::multiprocessors() const { return state_->properties.multiProcessorCount; }
int64_t CudaDevice::shared_bytes() const {
  return static_cast<int64_t>(state_->properties.sharedMemPerBlockOptin);
}

bool CudaDevice::overlaps_kernels() const { return state_->properties.major >= 9; }

Accelerator::Memory CudaDevice::memory() const {
  size_t free = 0, total = 0;
  CheckCuda(cudaMemGetInfo(&free, &total), "free memory");
  return {static_cast<int64_t>(total), static_cast<int64_t>(free)};
}

void* CudaDevice::Allocate(int64_t bytes) {
  CRIA_CHECK(!state_->recording, "memory asked for while a pass is recorded");
  void* memory = nullptr;
  const cudaError_t error = cudaMalloc(&memory, static_cast<size_t>(bytes));
  if (error == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // it is told here
    const Memory left = this->memory();
    throw Error(
        fmt::format("the GPU's memory is full: {:.2f} GB more are needed, {:.2f} of {:.2f} "
                    "GB are free",
                    static_cast<double>(bytes) * 1e-9, static_cast<double>(left.free_bytes) * 1e-9,
                    static_cast<double>(left.total_bytes) * 1e-9),
        "--device cuda", "take a smaller model, context or batch, or another GPU");
  }
  CheckCuda(error, "memory");
  Zero(memory, bytes);
  return memory;
}

// cudaFree waits for the device. A recorded pass may know the memory.
void CudaDevice::Free(void* memory) noexcept {
  state_->DropReplays();
  cudaFree(memory);
}

void CudaDevice::Upload(void* to, const void* from, int64_t bytes) {
  CRIA_CHECK(!state_->recording, "an upload while a pass is recorded");
  if (bytes > kStagedBytes) {
    CheckCuda(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyHostToDevice,
                              state_->stream),
              "an upload");
    return Wait();
  }
  if (state_->staging_at + bytes > kStagingBytes) {
    CheckCuda(cudaEventSynchronize(state_->staging_free), "an upload");
    state_->staging_at = 0;
  }
  uint8_t* const staged = state_->staging + state_->staging_at;
  state_->staging_at += bytes;
  std::memcpy(staged, from, static_cast<size_t>(bytes));
  CheckCuda(cudaMemcpyAsync(to, staged, static_cast<size_t>(bytes), cudaMemcpyHostToDevice,
                            state_->stream),
            "an upload");
  CheckCuda(cudaEventRecord(state_->staging_free, state_->stream), "an upload");
}

void CudaDevice::Download(void* to, const void* from, int64_t bytes) {
  if (const void* fetched = Fetch(from, bytes)) {
    std::memcpy(to, fetched, static_cast<size_t>(bytes));
    return;
  }
  CheckCuda(
      cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyDeviceToHost, state_->stream),
      "a download");
  Wait();
}

// All that was staged has left once the stream is empty.
const void* CudaDevice::Fetch(const void* from, int64_t bytes) {
  CRIA_CHECK(!state_->recording, "a download while a pass is recorded");
  if (bytes > kStagingBytes) return nullptr;
  Wait();
  CheckCuda(cudaMemcpyAsync(state_->staging, from, static_cast<size_t>(bytes),
                            cudaMemcpyDeviceToHost, state_->stream),
            "a download");
  Wait();
  state_->staging_at = 0;
  return state_->staging;
}

void CudaDevice::Copy(void* to, const void* from, int64_t bytes) {
  CheckCuda(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyDeviceToDevice,
                            state_->stream),
            "a copy");
}

void CudaDevice::Zero(void* to, int64_t bytes) {
  CheckCuda(cudaMemsetAsync(to, 0, static_cast<size_t>(bytes), state_->stream), "zeroing");
}

void CudaDevice::Wait() { CheckCuda(cudaStreamSynchronize(state_->stream), "work on the GPU"); }

// Known keys have run once: what `f` needs is there.
void CudaDevice::Replay(uint64_t key, const std::function<void()>& f) {
  constexpr size_t kMost = 512;
  const auto known = state_->graphs.find(key);
  if (known == state_->graphs.end()) {
    f();
    if (state_->graphs.size() >= kMost) ForgetReplays();
    state_->graphs[key] = nullptr;
    return;
  }
  if (known->second == nullptr) known->second = state_->Record(f);
  CheckCuda(cudaGraphLaunch(known->second, state_->stream), "a recorded pass");
}

namespace {

// Ends the recording also where it failed.
struct Recording {
  explicit Recording(CudaDevice::State* s) : state(s) {
    CheckCuda(cudaStreamBeginCapture(state->stream, cudaStreamCaptureModeThreadLocal),
              "recording a pass");
    state->recording = true;
  }
  ~Recording() {
    if (state->recording) cudaStreamEndCapture(state->stream, &graph);
    state->recording = false;
    if (graph != nullptr) cudaGraphDestroy(graph);
  }
  Recording(const Recording&) = delete;

  cudaGraphExec_t Finish() {
    state->recording = false;
    CheckCuda(cudaStreamEndCapture(state->stream, &graph), "recording a pass");
    cudaGraphExec_t executable = nullptr;
    CheckCuda(cudaGraphInstantiate(&executable, graph, 0), "a recorded pass");
    return executable;
  }

  CudaDevice::State* state;
  cudaGraph_t graph = nullptr;
};

}  // namespace

cudaGraphExec_t CudaDevice::State::Record(const std::function<void()>& f) {
  Recording pass(this);
  f();
  return pass.Finish();
}

// Memory is freed by destructors, also after an error of the device: nothing is thrown.
void CudaDevice::State::DropReplays() noexcept {
  if (graphs.empty()) return;
  cudaStreamSynchronize(stream);
  for (const auto& [key, graph] : graphs) {
    if (graph != nullptr) cudaGraphExecDestroy(graph);
  }
  graphs.clear();
}

void CudaDevice::ForgetReplays() {
  CRIA_CHECK(!state_->recording, "memory moves while a pass is recorded");
  state_->DropReplays();
}

void* CudaDevice::ScratchBytes(Place place, int64_t bytes) {
  int64_t& have = state_->scratch_bytes[place];
  if (have < bytes) {
    ForgetReplays();
    cudaFree(state_->scratch[place]);
    state_->scratch[place] = nullptr;
    have = 0;
    state_->scratch[place] = static_cast<uint8_t*>(Allocate(bytes));
    have = bytes;
  }
  return state_->scratch[place];
}

double CudaDevice::Time(const std::function<void()>& f) {
  CheckCuda(cudaEventRecord(state_->begin, state_->stream), "timing");
  f();
  CheckCuda(cudaEventRecord(state_->end, state_->stream), "timing");
  CheckCuda(cudaEventSynchronize(state_->end), "timing");
  float ms = 0;
  CheckCuda(cudaEventElapsedTime(&ms, state_->begin, state_->end), "timing");
  return ms;
}

bool Built() { return true; }

int CountDevices() {
  int devices = 0;
  return cudaGetDeviceCount(&devices) == cudaSuccess ? devices : 0;
}
std::unique_ptr<Accelerator> OpenDevice(int number) { return std::make_unique<CudaDevice>(number); }

}  // namespace cria::kernels::cuda
