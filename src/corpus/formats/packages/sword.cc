// Index and block files of a zText module; verses with their markup taken off.
#include "corpus/formats/packages/sword.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "corpus/formats/html/html.h"

namespace cria::corpus {
namespace {

constexpr size_t kBlockRecord = 12;  // offset, compressed size, size: little-endian u32 each
constexpr size_t kVerseRecord = 10;  // block u32, offset u32, size u16

uint32_t U32(std::string_view bytes, size_t at) {
  uint32_t value;
  std::memcpy(&value, bytes.data() + at, 4);
  return value;
}

std::string Inflate(std::string_view bzz, std::string_view bzs, size_t block,
                    const std::string& where) {
  const auto fail = [&] {
    throw Error("damaged SWORD text", fmt::format("{} block {}", where, block), "fetch it again");
  };
  if ((block + 1) * kBlockRecord > bzs.size()) fail();
  const size_t offset = U32(bzs, block * kBlockRecord);
  const size_t packed = U32(bzs, block * kBlockRecord + 4);
  uLongf size = U32(bzs, block * kBlockRecord + 8);
  if (offset + packed > bzz.size() || size > (uLongf{1} << 30)) fail();
  std::string text(size, '\0');
  if (uncompress(reinterpret_cast<Bytef*>(text.data()), &size,
                 reinterpret_cast<const Bytef*>(bzz.data() + offset),
                 static_cast<uLong>(packed)) != Z_OK) {
    fail();
  }
  text.resize(size);
  return text;
}

void AppendEntity(std::string_view name, std::string* out) {
  constexpr std::pair<std::string_view, char> kEntities[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [known, c] : kEntities) {
    if (name == known) *out += c;
  }
}

// Verse markup to text. Notes are left out; a paragraph mark becomes an empty line, a line of verse
// its own line.
void AppendVerse(std::string_view markup, std::string* out) {
  while (!markup.empty()) {
    const size_t next = std::min(markup.find_first_of("<&"), markup.size());
    out->append(markup.substr(0, next));
    markup.remove_prefix(next);
    if (markup.empty()) return;
    if (markup[0] == '&') {
      const size_t end = markup.find(';');
      if (end == markup.npos || end > 8) {
        *out += '&';
        markup.remove_prefix(1);
      } else {
        AppendEntity(markup.substr(1, end - 1), out);
        markup.remove_prefix(end + 1);
      }
      continue;
    }
    const size_t end = std::min(markup.find('>'), markup.size() - 1);
    const std::string_view tag = markup.substr(1, end - 1);
    markup.remove_prefix(end + 1);
    if (tag.ends_with('/') ? false
                           : tag.starts_with("note") || tag.starts_with("title") || tag == "RF") {
      const std::string close = tag == "RF"               ? "<Rf>"
                                : tag.starts_with("note") ? "</note>"
                                                          : "</title>";
      const size_t stop = markup.find(close);
      markup.remove_prefix(stop == markup.npos ? markup.size() : stop + close.size());
    } else if (tag.find("\"x-p\"") != tag.npos || tag.find("\"paragraph\"") != tag.npos ||
               tag == "p" || tag == "CM") {
      if (tag.find("eID") == tag.npos) *out += "\n\n";
    } else if (tag.starts_with("l ") || tag == "l" || tag.starts_with("lb") || tag == "CL") {
      if (tag.find("eID") == tag.npos) *out += '\n';
    }
  }
}

// White space within lines collapses, lines end without it, at most one empty line.
std::string Tidy(std::string_view text) {
  std::string out;
  int newlines = 0;
  bool space = false;
  for (const char c : text) {
    if (c == '\n') {
      ++newlines;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      space = true;
    } else {
      if (!out.empty()) {
        if (newlines > 0) {
          out.append(std::min(newlines, 2), '\n');
        } else if (space) {
          out += ' ';
        }
      }
      newlines = 0;
      space = false;
      out += c;
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> ReadSwordText(std::string_view bzs, std::string_view bzv,
                                       std::string_view bzz, const std::string& where) {
  std::vector<std::string> chapters;
  std::string chapter, block_text;
  size_t block = SIZE_MAX;
  const auto flush = [&] {
    std::string text = Tidy(chapter);
    if (!text.empty()) chapters.push_back(std::move(text));
    chapter.clear();
  };
  for (size_t at = 0; at + kVerseRecord <= bzv.size(); at += kVerseRecord) {
    uint16_t size;
    std::memcpy(&size, bzv.data() + at + 8, 2);
    if (size == 0) continue;
    if (U32(bzv, at) != block) {
      block = U32(bzv, at);
      block_text = Inflate(bzz, bzs, block, where);
    }
    const size_t offset = U32(bzv, at + 4);
    if (offset + size > block_text.size()) {
      throw Error("damaged SWORD text", fmt::format("{} verse {}", where, at / kVerseRecord),
                  "fetch it again");
    }
    const std::string_view verse = std::string_view(block_text).substr(offset, size);
    const size_t mark = verse.find("<chapter ");
    if (mark != verse.npos && verse.find("sID", mark) != verse.npos) flush();
    AppendVerse(verse, &chapter);
    chapter += ' ';
  }
  flush();
  return chapters;
}

}  // namespace cria::corpus
