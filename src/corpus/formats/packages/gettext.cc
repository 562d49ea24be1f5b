// The .mo format: both byte orders, bounds checked.
#include "corpus/formats/packages/gettext.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/error.h"
#include "corpus/formats/encoding.h"

namespace cria::corpus {
namespace {

constexpr uint32_t kMagic = 0x950412de;
constexpr size_t kMinEntryBytes = 80, kDocumentBytes = 6000;

// "Content-Type: text/plain; charset=KOI8-R" in the header entry.
std::string CharsetOf(std::string_view header) {
  constexpr std::string_view kKey = "charset=";
  const size_t at = header.find(kKey);
  if (at == header.npos) return "";
  header.remove_prefix(at + kKey.size());
  return std::string(header.substr(0, header.find_first_of(" \t\r\n;")));
}

}  // namespace

std::vector<std::string> ReadGettext(std::string_view mo, const std::string& charset,
                                     const std::string& where) {
  const auto fail = [&] { throw Error("damaged message file", where, "fetch it again"); };
  bool swap = false;
  const auto u32 = [&](size_t at) {
    if (at + 4 > mo.size()) fail();
    uint32_t value;
    std::memcpy(&value, mo.data() + at, 4);
    return swap ? __builtin_bswap32(value) : value;
  };
  swap = u32(0) != kMagic;
  if (u32(0) != kMagic) fail();
  const size_t count = u32(8), table = u32(16);
  std::vector<std::string> documents;
  std::string document, declared = charset;
  size_t total = 0;
  for (size_t i = 0; i < count; ++i) {
    const size_t length = u32(table + 8 * i), offset = u32(table + 8 * i + 4);
    if (offset + length > mo.size()) fail();
    std::string_view entry = mo.substr(offset, length);
    total += length;
    if (total > mo.size()) fail();  // entries overlap: a small file could grow without end
    entry = entry.substr(0, entry.find('\0'));  // the first plural form
    if (i == 0) {                               // the header
      if (declared.empty()) declared = CharsetOf(entry);
      continue;
    }
    if (entry.size() < kMinEntryBytes) continue;
    if (!document.empty()) document += "\n\n";
    document += ToUtf8(entry, declared);
    if (document.size() >= kDocumentBytes)
      documents.push_back(std::move(document)), document.clear();
  }
  if (!document.empty()) documents.push_back(std::move(document));
  return documents;
}

}  // namespace cria::corpus
