// The large memory areas that a fork hands on, such as a model's weights, and how the child gets
// rid of them: it would copy their page tables at every further fork, and keep what the parent
// changes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace cria::eval::sandbox {

struct Area {
  char* begin = nullptr;
  size_t bytes = 0;
};

/// The private areas of this process of 16 MiB or more that are not of a file, or none where /proc
/// cannot be read or a sanitizer is at work. For use before the fork.
std::vector<Area> FindLargeAreas();

/// In the child: empties the areas, except those in which one of the `needed` addresses lies. They
/// stay mapped and read as zeros. Only system calls.
void EmptyAreas(std::span<const Area> areas, std::span<const void* const> needed);

}  // namespace cria::eval::sandbox
