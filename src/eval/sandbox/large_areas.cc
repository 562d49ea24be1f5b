// Reads /proc/self/maps; empties with madvise.
#include "eval/sandbox/large_areas.h"

#include <sys/mman.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

// There in a program that is built with the sanitizer, and null in any other.
extern "C" __attribute__((weak)) void __asan_init();  // NOLINT
extern "C" __attribute__((weak)) void __tsan_init();  // NOLINT

namespace cria::eval::sandbox {

std::vector<Area> FindLargeAreas() {
  constexpr ptrdiff_t kLeastBytes = 16 << 20;
  std::vector<Area> areas;
  // Sanitizers keep what they need to live in areas that look the same.
  if (__asan_init != nullptr || __tsan_init != nullptr) return areas;
  std::ifstream maps("/proc/self/maps");
  // "BEGIN-END PERMISSIONS OFFSET DEVICE INODE NAME", without a name if it is not of a file.
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    void *begin = nullptr, *end = nullptr;
    char dash = 0;
    std::string permissions, offset, device, inode, name;
    fields >> begin >> dash >> end >> permissions >> offset >> device >> inode >> name;
    const ptrdiff_t bytes = static_cast<char*>(end) - static_cast<char*>(begin);
    if (permissions == "rw-p" && inode == "0" && (name.empty() || name.starts_with("[anon")) &&
        bytes >= kLeastBytes) {
      areas.push_back({static_cast<char*>(begin), static_cast<size_t>(bytes)});
    }
  }
  return areas;
}

void EmptyAreas(std::span<const Area> areas, std::span<const void* const> needed) {
  for (const Area& area : areas) {
    const bool keep = std::any_of(needed.begin(), needed.end(), [&](const void* address) {
      return address >= area.begin && address < area.begin + area.bytes;
    });
    if (!keep) ::madvise(area.begin, area.bytes, MADV_DONTNEED);
  }
}

}  // namespace cria::eval::sandbox
