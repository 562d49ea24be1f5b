// The ladder of lab/matmul.md, "One core": nanoseconds for 64 products of tiles, 2 x 2 tiles of C
// over 512 elements of k, A in L1, B (512 KB) and C (528 KB) in L2. Depends on nothing of cria; on
// a processor with AMX:
//   g++ -std=c++20 -O2 -mavx512f lab/tile_loops.cc -o build/tile_loops && build/tile_loops
// Best of many short runs: another load on the same core makes any of them up to four times as
// slow.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int kSteps = 16, kSlices = 8, kPanels = 16;
constexpr long kTileBytes = 1024,
               kSums = 528;  // floats of a row of C, off powers of two

// What a loop does. kSumsBetween: sums are loaded at their first product and stored behind their
// last, not all at the ends.
enum : unsigned { kSumsKept = 0, kSumsMoved = 1, kPrefetched = 2, kAhead = 4, kSumsBetween = 8 };

struct alignas(64) Shapes {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

template <int kTile>
inline void Load(const void* from, long stride) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(stride), "i"(kTile) : "memory");
}
template <int kTile>
inline void LoadOnce(const void* from) {
  asm volatile("tileloaddt1 (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(64L), "i"(kTile) : "memory");
}
template <int kTile>
inline void Store(void* to, long stride) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(stride), "i"(kTile) : "memory");
}
template <int kC, int kA, int kB>
inline void Multiply() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(kC), "i"(kA), "i"(kB));
}
template <int kTile>
inline void Zero() {
  asm volatile("tilezero %%tmm%c0" ::"i"(kTile));
}

/// Numbers as products have them: bf16 around 1, of both signs.
char* Numbers(size_t bytes) {
  constexpr size_t kHuge = size_t{2} << 20;
  void* memory = std::aligned_alloc(kHuge, (bytes + kHuge - 1) / kHuge * kHuge);
  madvise(memory, bytes, MADV_HUGEPAGE);
  auto* halves = static_cast<uint16_t*>(memory);
  for (size_t i = 0; i < bytes / 2; ++i)
    halves[i] = static_cast<uint16_t>(0x3C00 + (std::rand() & 0x83FF));
  return static_cast<char*>(memory);
}

template <unsigned kWhat>
void Loop(const char* a_all, const char* b_all, float* c_all) {
  constexpr long kStride = kSums * 4;
  for (int s = 0; s < kSlices; ++s) {
    for (int p = 0; p < kPanels; ++p) {
      const char *a = a_all + s * kSteps * 2 * kTileBytes, *b = b_all + p * kSteps * 2 * kTileBytes;
      const char* next_panel = p + 1 < kPanels ? b + kSteps * 2 * kTileBytes : b_all;
      float *c0 = c_all + s * 32 * kSums + p * 32, *c2 = c0 + 16 * kSums;
      const char* ahead = reinterpret_cast<const char*>(c0 + 32);
      if ((kWhat & kAhead) && s == 0 && p == 0) LoadOnce<6>(b), LoadOnce<7>(b + kTileBytes);
      if (!(kWhat & kSumsMoved)) {
        Zero<0>(), Zero<1>(), Zero<2>(), Zero<3>();
      } else if (!(kWhat & kSumsBetween)) {
        Load<0>(c0, kStride), Load<1>(c0 + 16, kStride), Load<2>(c2, kStride),
            Load<3>(c2 + 16, kStride);
      }
      for (int k = 0; k < kSteps; ++k, a += 2 * kTileBytes, b += 2 * kTileBytes) {
        const bool first = (kWhat & kSumsBetween) && k == 0,
                   last = (kWhat & kSumsBetween) && k + 1 == kSteps;
        if (kWhat & kPrefetched) {
          for (int r = 0; r < 2; ++r, ahead += kStride) {
            __builtin_prefetch(ahead), __builtin_prefetch(ahead + 64);
          }
        }
        if (kWhat & kAhead) {
          const char* next = k + 1 < kSteps ? b + 2 * kTileBytes : next_panel;
          Load<4>(a, 64);
          if (first) Load<0>(c0, kStride);
          Multiply<0, 4, 6>();
          Load<5>(a + kTileBytes, 64);
          if (first) Load<2>(c2, kStride);
          Multiply<2, 5, 6>();
          LoadOnce<6>(next);
          if (first) Load<1>(c0 + 16, kStride);
          Multiply<1, 4, 7>();
          if (first) Load<3>(c2 + 16, kStride);
          Multiply<3, 5, 7>();
          LoadOnce<7>(next + kTileBytes);
        } else {
          Load<4>(a, 64);
          LoadOnce<6>(b);
          Multiply<0, 4, 6>();
          LoadOnce<7>(b + kTileBytes);
          Multiply<1, 4, 7>();
          Load<5>(a + kTileBytes, 64);
          Multiply<2, 5, 6>();
          Multiply<3, 5, 7>();
        }
        if (last)
          Store<0>(c0, kStride), Store<2>(c2, kStride), Store<1>(c0 + 16, kStride),
              Store<3>(c2 + 16, kStride);
      }
      if ((kWhat & kSumsMoved) && !(kWhat & kSumsBetween)) {
        Store<0>(c0, kStride), Store<1>(c0 + 16, kStride), Store<2>(c2, kStride),
            Store<3>(c2 + 16, kStride);
      }
    }
  }
}

template <unsigned kWhat>
void Measure(const char* name, const char* a, const char* b, float* c) {
  using Clock = std::chrono::steady_clock;
  double best = 1e9;
  for (int run = 0; run < 200; ++run) {
    if (run % 10 == 0) std::memset(c, 0, sizeof(float) * kSlices * 32 * kSums);
    const auto start = Clock::now();
    Loop<kWhat>(a, b, c);
    best = std::min(best, std::chrono::duration<double, std::nano>(Clock::now() - start).count());
  }
  std::printf("%-70s %4.0f ns\n", name, best / (kSlices * kPanels));
}

}  // namespace

int main() {
  constexpr int kRequestPermission = 0x1023, kTileBytesData = 18;
  if (syscall(SYS_arch_prctl, kRequestPermission, kTileBytesData) != 0) {
    std::fputs("this processor or kernel has no AMX\n", stderr);
    return 1;
  }
  const char *a = Numbers(size_t{2} << 20), *b = Numbers(size_t{2} << 20);
  auto* c = reinterpret_cast<float*>(Numbers(size_t{2} << 20));
  const Shapes shapes;
  asm volatile("ldtilecfg %0" ::"m"(shapes));
  Measure<kSumsKept>("B when it is wanted, no sums", a, b, c);
  Measure<kSumsKept | kAhead>("B a step ahead, no sums", a, b, c);
  Measure<kSumsMoved>("B when wanted, sums at the ends", a, b, c);
  Measure<kSumsMoved | kPrefetched>("B when wanted, sums at the ends, prefetched", a, b, c);
  Measure<kSumsMoved | kAhead>("B a step ahead, sums at the ends", a, b, c);
  Measure<kSumsMoved | kAhead | kSumsBetween | kPrefetched>(
      "B a step ahead, sums between the products, prefetched", a, b, c);
  asm volatile("tilerelease");
}
