// Runs the threads of a grid on the processor: a block at a time, a fiber for each thread, which
// stops where the threads of its warp or block must meet. Everything that a GPU leaves open (order
// of blocks, warps and lanes, when a copy arrives) is chosen by chance, by a fixed seed; whatever a
// GPU calls undefined aborts with the place. One grid at a time on an OS thread.
#pragma once

#include <cstdint>
#include <functional>
#include <source_location>

#include "kernels/cuda/emulated/vector_types.h"

namespace cria::kernels::cuda::emulated {

inline constexpr int kWarp = 32;
inline constexpr int64_t kMostSharedBytes = 227 << 10;  ///< of a block, on sm_90

/// Runs `thread` once for each thread of the grid.
void RunGrid(const dim3& grid, const dim3& block, int64_t shared_bytes,
             const std::function<void()>& thread);

// For the running thread.

/// What a lane hands to the others of its warp.
struct Deposit {
  alignas(16) uint32_t words[6];
};
/// Waits until all 32 lanes are here; then what they handed over, by lane, valid until this lane's
/// next meeting. `word` is a literal: what the lanes meet for.
const Deposit* MeetWarp(const char* word, const Deposit& mine, const std::source_location& place);
/// Waits until all threads of the block are here.
void MeetBlock(const std::source_location& place);
int Lane();
uint8_t* Shared();

/// Either at once or when waited for; both happen.
void BeginCopy16(void* to, const void* from, bool whole);
void EndGroupOfCopies();
void WaitForGroups(int left);

/// Aborts with the running thread's place in the grid, if one runs.
[[noreturn]] void Fail(const char* format, ...) __attribute__((format(printf, 1, 2)));
/// Fails unless `address` is a multiple of `bytes`.
void CheckAligned(const char* what, const void* address, uintptr_t bytes);

}  // namespace cria::kernels::cuda::emulated
