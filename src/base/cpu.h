// What the processor can do, asked at run time. Kernels pick their instruction set by this.
#pragma once

#include <cstdint>
#include <string>

namespace cria {

/// Instruction sets that kernels distinguish, each including the ones before it.
enum class Isa { kPortable, kAvx2, kAvx512, kAvx512Bf16, kAmxBf16 };

/// The best set this processor and kernel allow (asks Linux for AMX tile state once).
Isa DetectIsa();
const char* IsaName(Isa isa);

/// Model name as the system reports it.
std::string CpuModel();
int64_t TotalMemoryBytes();
int64_t AvailableMemoryBytes();

}  // namespace cria
