// The central directory from the end, ZIP64 where it says so.
#include "store/zip_archive.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace cria::store {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEnd = 0x06054b50;
constexpr uint32_t kEnd64 = 0x06064b50, kEnd64Locator = 0x07064b50;
constexpr uint64_t kEndBytes = 22, kLocatorBytes = 20, kEnd64Bytes = 56, kCentralBytes = 46;
constexpr uint64_t kLocalBytes = 30, kMaxComment = 65535;
constexpr uint32_t kIn64 = 0xFFFFFFFF;  // "see the ZIP64 field"

// Bounds-checked little-endian reads.
struct Reader {
  std::span<const uint8_t> bytes;
  const std::string& where;

  [[noreturn]] void Fail(const std::string& what, uint64_t offset) const {
    throw Error("damaged zip archive: " + what, fmt::format("{}, offset {}", where, offset),
                "the file is cut short or damaged; fetch it again");
  }
  std::span<const uint8_t> Range(uint64_t offset, uint64_t size) const {
    if (offset > bytes.size() || size > bytes.size() - offset)
      Fail("points outside the file", offset);
    return bytes.subspan(offset, size);
  }
  template <class T>
  T Get(uint64_t offset) const {
    T value;
    std::memcpy(&value, Range(offset, sizeof(T)).data(), sizeof(T));
    return value;
  }
};

struct Directory {
  uint64_t entries, size, offset;
};

Directory FindDirectory(const Reader& in) {
  if (in.bytes.size() < kEndBytes) in.Fail("too short", 0);
  const uint64_t newest = in.bytes.size() - kEndBytes;
  const uint64_t oldest = newest > kMaxComment ? newest - kMaxComment : 0;
  uint64_t at = newest;
  while (in.Get<uint32_t>(at) != kEnd ||
         in.Get<uint16_t>(at + 20) != in.bytes.size() - at - kEndBytes) {
    if (at == oldest) in.Fail("no end record; the file was cut short", in.bytes.size());
    --at;
  }
  Directory d{in.Get<uint16_t>(at + 10), in.Get<uint32_t>(at + 12), in.Get<uint32_t>(at + 16)};
  if (at >= kLocatorBytes && in.Get<uint32_t>(at - kLocatorBytes) == kEnd64Locator) {
    const uint64_t end64 = in.Get<uint64_t>(at - kLocatorBytes + 8);
    in.Range(end64, kEnd64Bytes);
    if (in.Get<uint32_t>(end64) != kEnd64) in.Fail("no ZIP64 end record", end64);
    d = {in.Get<uint64_t>(end64 + 32), in.Get<uint64_t>(end64 + 40), in.Get<uint64_t>(end64 + 48)};
  }
  in.Range(d.offset, d.size);
  if (d.entries > d.size / kCentralBytes)
    in.Fail("more entries than its directory holds", d.offset);
  return d;
}

struct CentralEntry {
  std::string name;
  uint64_t size, stored_size, header_offset;
  uint64_t next;  // offset of the next directory entry
};

// The ZIP64 extra field holds, in this order, only the values whose 32-bit field is all ones.
void ApplyZip64(const Reader& in, uint64_t extra, uint64_t extra_size, CentralEntry* entry) {
  const uint64_t end = extra + extra_size;
  while (extra + 4 <= end) {
    const uint16_t id = in.Get<uint16_t>(extra), size = in.Get<uint16_t>(extra + 2);
    uint64_t at = extra + 4;
    if (id == 1) {
      for (uint64_t* value : {&entry->size, &entry->stored_size, &entry->header_offset}) {
        if (*value != kIn64) continue;
        if (at + 8 > std::min(end, extra + 4 + size)) in.Fail("short ZIP64 field", extra);
        *value = in.Get<uint64_t>(at);
        at += 8;
      }
      return;
    }
    extra += 4 + size;
  }
}

CentralEntry ReadCentral(const Reader& in, uint64_t at) {
  in.Range(at, kCentralBytes);
  if (in.Get<uint32_t>(at) != kCentralHeader) in.Fail("bad directory entry", at);
  const uint16_t flags = in.Get<uint16_t>(at + 8), method = in.Get<uint16_t>(at + 10);
  const uint16_t name_size = in.Get<uint16_t>(at + 28), extra_size = in.Get<uint16_t>(at + 30);
  const uint16_t comment_size = in.Get<uint16_t>(at + 32);
  const auto name = in.Range(at + kCentralBytes, name_size);
  CentralEntry entry{std::string(name.begin(), name.end()), in.Get<uint32_t>(at + 24),
                     in.Get<uint32_t>(at + 20), in.Get<uint32_t>(at + 42),
                     at + kCentralBytes + name_size + extra_size + comment_size};
  if (method != 0 || (flags & 1) != 0) {
    in.Fail(
        fmt::format("entry \"{}\" is compressed or encrypted; torch never does that", entry.name),
        at);
  }
  in.Range(at + kCentralBytes + name_size, extra_size);
  ApplyZip64(in, at + kCentralBytes + name_size, extra_size, &entry);
  if (entry.size != entry.stored_size) in.Fail("stored size differs from size", at);
  return entry;
}

}  // namespace

bool IsZip(std::span<const uint8_t> bytes) {
  uint32_t magic = 0;
  if (bytes.size() >= 4) std::memcpy(&magic, bytes.data(), 4);
  return magic == kLocalHeader;
}

std::unordered_map<std::string, std::span<const uint8_t>> ReadZip(std::span<const uint8_t> bytes,
                                                                  const std::string& where) {
  const Reader in{bytes, where};
  const Directory directory = FindDirectory(in);
  std::unordered_map<std::string, std::span<const uint8_t>> entries;
  uint64_t at = directory.offset;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    const CentralEntry entry = ReadCentral(in, at);
    in.Range(entry.header_offset, kLocalBytes);
    if (in.Get<uint32_t>(entry.header_offset) != kLocalHeader) {
      in.Fail(fmt::format("entry \"{}\" has no local header", entry.name), entry.header_offset);
    }
    // The writer pads data to 64 bytes with the local extra field, which may differ from the
    // directory's.
    const uint64_t data = entry.header_offset + kLocalBytes +
                          in.Get<uint16_t>(entry.header_offset + 26) +
                          in.Get<uint16_t>(entry.header_offset + 28);
    if (!entries.emplace(entry.name, in.Range(data, entry.size)).second) {
      in.Fail(fmt::format("entry \"{}\" occurs twice", entry.name), at);
    }
    at = entry.next;
  }
  return entries;
}

}  // namespace cria::store
