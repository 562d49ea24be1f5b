// What the processor can do, asked at run time. Kernels pick their instruction set by this.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cria {

/// Instruction sets that kernels distinguish, each including the ones before it.
enum class Isa { kPortable, kAvx2, kAvx512, kAvx512Bf16, kAmxBf16 };
inline constexpr Isa kIsas[] = {Isa::kPortable, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Bf16,
                                Isa::kAmxBf16};

/// The best set that this processor, its system (asked for AMX tile state once) and LimitIsa allow.
/// The same for the life of the process.
Isa DetectIsa();
/// Nothing above `limit` from now on. An invariant: nobody has asked DetectIsa() yet, since kernels
/// keep the answer. Throws Error if the processor lacks `limit`; `where` is the flag or variable.
/// Programs whose kernels are to follow call kernels::LimitInstructions instead.
void LimitIsa(Isa limit, const std::string& where);

const char* IsaName(Isa isa);
/// The set of that name; throws Error, which lists the names.
Isa ParseIsa(std::string_view name, const std::string& where);

/// Model name as the system reports it.
std::string CpuModel();
/// Cores of the machine, and those that this process may run on (taskset, mpirun, Slurm).
int AllCores();
int BoundCores();
int64_t TotalMemoryBytes();
int64_t AvailableMemoryBytes();
/// What this process holds itself, without pages of mapped files. 0 where the system does not say.
int64_t ProcessMemoryBytes();

}  // namespace cria
