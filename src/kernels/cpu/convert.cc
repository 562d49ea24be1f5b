// fp32 to bf16 and back, rounded to the nearest even.
#include "kernels/convert.h"

#include <algorithm>
#include <cstring>

#include "base/cpu.h"
#include "kernels/cuda/operations.h"

namespace cria::kernels {
namespace {

constexpr int64_t kBlock = int64_t{1} << 15;

// One source for every instruction set: the loop is plain enough for the compiler's vectoriser.
inline __attribute__((always_inline)) void RoundLoop(int64_t n, const float* from, BF16* to) {
  for (int64_t i = 0; i < n; ++i) to[i] = BF16(from[i]);
}
void RoundPortable(int64_t n, const float* from, BF16* to) { RoundLoop(n, from, to); }
#if defined(__x86_64__)
__attribute__((target("avx2"))) void RoundAvx2(int64_t n, const float* from, BF16* to) {
  RoundLoop(n, from, to);
}
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) void RoundAvx512(int64_t n,
                                                                               const float* from,
                                                                               BF16* to) {
  RoundLoop(n, from, to);
}
#endif

void Round(int64_t n, const float* from, BF16* to) {
#if defined(__x86_64__)
  if (DetectIsa() >= Isa::kAvx512) return RoundAvx512(n, from, to);
  if (DetectIsa() >= Isa::kAvx2) return RoundAvx2(n, from, to);
#endif
  RoundPortable(n, from, to);
}
void Round(int64_t n, const float* from, float* to) {
  std::memcpy(to, from, static_cast<size_t>(n) * sizeof(float));
}

}  // namespace

template <class T>
void Convert(const Context& context, int64_t n, const float* from, T* to) {
  if (context.accelerator() != nullptr) {
    return cuda::Convert(context, n, from, to);
  }
  context.ParallelFor((n + kBlock - 1) / kBlock, [&](int64_t b) {
    const int64_t begin = b * kBlock;
    Round(std::min(kBlock, n - begin), from + begin, to + begin);
  });
}

void WidenToFloat(const Context& context, int64_t n, const BF16* from, float* to) {
  if (context.accelerator() != nullptr) return cuda::WidenToFloat(context, n, from, to);
  context.ParallelFor((n + kBlock - 1) / kBlock, [&](int64_t b) {
    const int64_t begin = b * kBlock;
    ConvertToFloat(DType::kBF16, reinterpret_cast<const uint8_t*>(from + begin),
                   std::min(kBlock, n - begin), to + begin);
  });
}

template void Convert<float>(const Context&, int64_t, const float*, float*);
template void Convert<BF16>(const Context&, int64_t, const float*, BF16*);

}  // namespace cria::kernels
