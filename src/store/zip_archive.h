// Entries of a zip file that are stored, not compressed: the container of torch.save. ZIP64
// included.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>

namespace cria::store {

/// Whether the bytes begin with a zip entry.
bool IsZip(std::span<const uint8_t> bytes);

/// Name -> bytes of every entry. Compressed or encrypted entries, repeated names and anything that
/// points outside the file throw Error at `where`.
std::unordered_map<std::string, std::span<const uint8_t>> ReadZip(std::span<const uint8_t> bytes,
                                                                  const std::string& where);

}  // namespace cria::store
