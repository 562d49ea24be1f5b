// CPUID, and asking the kernel for the AMX tiles; memory figures from /proc.
#include "base/cpu.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "base/error.h"

namespace cria {
namespace {

#if defined(__x86_64__)
bool HasAmxBf16() {
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  const bool amx_bf16 = (d & (1u << 22)) && (d & (1u << 25));  // AMX-INT8 came with it
  const bool amx_tile = d & (1u << 24);
  if (!amx_bf16 || !amx_tile) return false;
  // Linux hands out the 8 KB of tile state on request (arch_prctl ARCH_REQ_XCOMP_PERM, XTILEDATA).
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

bool HasAvx512Bf16() {
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 5));
}
#endif

int64_t MemInfoBytes(const std::string& key) {
  std::ifstream in("/proc/meminfo");
  std::string name, unit;
  int64_t kib = 0;
  while (in >> name >> kib >> unit) {
    if (name == key + ":") return kib * 1024;
  }
  return 0;
}

Isa Detect() {
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512dq");
  if (avx512 && HasAvx512Bf16()) return HasAmxBf16() ? Isa::kAmxBf16 : Isa::kAvx512Bf16;
  if (avx512) return Isa::kAvx512;
  if (avx2) return Isa::kAvx2;
#endif
  return Isa::kPortable;
}

std::atomic<Isa> isa_limit = Isa::kAmxBf16;
std::atomic<bool> isa_asked = false;

}  // namespace

Isa DetectIsa() {
  static const Isa isa = [] {
    isa_asked = true;
    return std::min(Detect(), isa_limit.load());
  }();
  return isa;
}

void LimitIsa(Isa limit, const std::string& where) {
  CRIA_CHECK(!isa_asked, "the instruction set is limited after kernels were chosen");
  const Isa best = Detect();
  if (limit > best) {
    throw Error(fmt::format("this processor has no {}", IsaName(limit)), where,
                fmt::format("ask for {} or less", IsaName(best)));
  }
  isa_limit = limit;
}

Isa ParseIsa(std::string_view name, const std::string& where) {
  std::string names;
  for (const Isa isa : kIsas) {
    if (name == IsaName(isa)) return isa;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", IsaName(isa));
  }
  throw Error(fmt::format("no instruction set \"{}\"", name), where, "one of " + names);
}

const char* IsaName(Isa isa) {
  switch (isa) {
    case Isa::kPortable:
      return "portable";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx512Bf16:
      return "avx512-bf16";
    case Isa::kAmxBf16:
      return "amx-bf16";
  }
  return "?";
}

std::string CpuModel() {
  std::ifstream in("/proc/cpuinfo");
  std::string line;
  while (std::getline(in, line)) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

int AllCores() { return static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN))); }

int BoundCores() {
  cpu_set_t set;  // of 1024 cores; on larger machines the call fails
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return AllCores();
  return std::max(1, CPU_COUNT(&set));
}

int64_t TotalMemoryBytes() { return MemInfoBytes("MemTotal"); }
int64_t AvailableMemoryBytes() { return MemInfoBytes("MemAvailable"); }

int64_t ProcessMemoryBytes() {
  std::ifstream file("/proc/self/status");
  std::string word;
  while (file >> word) {
    if (word != "RssAnon:") continue;
    int64_t kilobytes = 0;
    file >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

}  // namespace cria
