// PKWARE's APPNOTE, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14-16 (ends).
#include "store/zip_writer.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace cria::store {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEnd = 0x06054b50;
constexpr uint32_t kEnd64 = 0x06064b50, kEnd64Locator = 0x07064b50;
constexpr uint16_t kVersion = 45;        // needed to read ZIP64
constexpr uint16_t kDate = 0x21;         // 1980-01-01: the same bytes every time
constexpr uint16_t kPaddingId = 0x4246;  // "FB", as torch.save names its padding
constexpr uint16_t kZip64Id = 1;
constexpr size_t kAlignment = 64, kLocalBytes = 30;
constexpr size_t kCrcOffset = 14;  // in a local header

template <class T>
void Put(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof value);
}

// What local header and directory say alike: version, flags, method, time, date, sum, sizes.
void PutCommon(uint32_t crc, uint32_t size, std::string* out) {
  Put(kVersion, out);
  Put<uint16_t>(0x0800, out);  // names are UTF-8
  Put<uint16_t>(0, out);       // stored
  Put<uint16_t>(0, out);
  Put(kDate, out);
  Put(crc, out);
  Put(size, out);
  Put(size, out);
}

}  // namespace

void ZipWriter::Begin(const std::string& name, uint64_t size) {
  CRIA_CHECK(size < std::numeric_limits<uint32_t>::max(), "{}", name);
  const uint64_t offset = static_cast<uint64_t>(file_.written_bytes());
  const size_t bare = offset + kLocalBytes + name.size() + 4;
  const size_t padding = (kAlignment - bare % kAlignment) % kAlignment;
  std::string header;
  Put(kLocalHeader, &header);
  PutCommon(0, static_cast<uint32_t>(size), &header);  // the sum is put in at the end
  Put(static_cast<uint16_t>(name.size()), &header);
  Put(static_cast<uint16_t>(4 + padding), &header);
  header += name;
  Put(kPaddingId, &header);
  Put(static_cast<uint16_t>(padding), &header);
  header.append(padding, 'Z');
  file_.Write(header);
  entries_.push_back({name, 0, static_cast<uint32_t>(size), offset});
  written_ = 0;
}

void ZipWriter::Write(std::string_view bytes) {
  Entry& entry = entries_.back();
  entry.crc = static_cast<uint32_t>(
      ::crc32_z(entry.crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  file_.Write(bytes);
  written_ += bytes.size();
}

void ZipWriter::End() {
  const Entry& entry = entries_.back();
  CRIA_CHECK(written_ == entry.size, "{}: {} of {} bytes", entry.name, written_, entry.size);
  std::string crc;
  Put(entry.crc, &crc);
  file_.Overwrite(static_cast<int64_t>(entry.offset + kCrcOffset), crc);
}

void ZipWriter::Add(const std::string& name, std::string_view bytes) {
  Begin(name, bytes.size());
  Write(bytes);
  End();
}

void ZipWriter::Commit() {
  const uint64_t begin = static_cast<uint64_t>(file_.written_bytes());
  std::string out;
  for (const Entry& entry : entries_) {
    const bool far = entry.offset >= std::numeric_limits<uint32_t>::max();
    Put(kCentralHeader, &out);
    Put(kVersion, &out);  // made by
    PutCommon(entry.crc, entry.size, &out);
    Put(static_cast<uint16_t>(entry.name.size()), &out);
    Put<uint16_t>(far ? 12 : 0, &out);  // extra field
    Put<uint16_t>(0, &out);             // comment
    Put<uint16_t>(0, &out);             // disk
    Put<uint16_t>(0, &out);             // internal attributes
    Put<uint32_t>(0, &out);             // external attributes
    Put(far ? std::numeric_limits<uint32_t>::max() : static_cast<uint32_t>(entry.offset), &out);
    out += entry.name;
    if (far) {
      Put(kZip64Id, &out);
      Put<uint16_t>(8, &out);
      Put(entry.offset, &out);
    }
  }
  const uint64_t size = out.size(), end64 = begin + size, count = entries_.size();
  Put(kEnd64, &out);
  Put<uint64_t>(44, &out);  // bytes of this record behind this field
  Put(kVersion, &out);
  Put(kVersion, &out);
  Put<uint32_t>(0, &out);
  Put<uint32_t>(0, &out);
  Put(count, &out);
  Put(count, &out);
  Put(size, &out);
  Put(begin, &out);
  Put(kEnd64Locator, &out);
  Put<uint32_t>(0, &out);
  Put(end64, &out);
  Put<uint32_t>(1, &out);
  // The old end record: the same where it fits, else "see the ZIP64 one".
  const uint16_t short_count = static_cast<uint16_t>(std::min<uint64_t>(count, 0xFFFF));
  Put(kEnd, &out);
  Put<uint32_t>(0, &out);
  Put(short_count, &out);
  Put(short_count, &out);
  Put(static_cast<uint32_t>(std::min<uint64_t>(size, 0xFFFFFFFF)), &out);
  Put(static_cast<uint32_t>(std::min<uint64_t>(begin, 0xFFFFFFFF)), &out);
  Put<uint16_t>(0, &out);
  file_.Write(out);
  file_.Commit();
}

}  // namespace cria::store
