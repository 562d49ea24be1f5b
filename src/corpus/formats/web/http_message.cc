// Heads by lines, chunks by sizes, codings by zlib; each in one pass over the bytes.
#include "corpus/formats/web/http_message.h"

#include <zlib.h>

#include <algorithm>

#include "base/error.h"

namespace cria::corpus {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// More layers than this are an attack: each can multiply the work by a thousand.
constexpr int kMaxCodings = 3;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool SameName(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return Lower(x) == Lower(y); });
}

std::string Lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), Lower);
  return out;
}

std::string_view Stripped(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

// The names of a comma-separated list, in lower case, without parameters.
std::vector<std::string> Names(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    const std::string_view name = Stripped(list.substr(0, std::min(comma, list.find(';'))));
    if (!name.empty()) names.push_back(Lowered(name));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return names;
}

// Bytes that someone could have meant to be read: for bodies that claim a coding they do not have.
bool LooksPlain(std::string_view bytes) {
  for (const char c : bytes.substr(0, 512)) {
    const auto byte = static_cast<uint8_t>(c);
    if ((byte < 0x20 && kBlanks.find(c) == kBlanks.npos && c != '\f' && c != '\x1b') ||
        byte == 0x7f) {
      return false;
    }
  }
  return true;
}

// Takes one line of the chunked coding, "1a3f;name=value\r\n", off the front of `rest`; its size,
// or -1 if it is no such line. Sizes that do not fit are longer than any body: capped.
int64_t ChunkSize(std::string_view* rest) {
  constexpr int64_t kCap = int64_t{1} << 40;
  int64_t size = 0;
  size_t at = 0;
  for (; at < rest->size(); ++at) {
    const char c = Lower((*rest)[at]);
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) break;
    size = std::min(kCap, size * 16 + digit);
  }
  if (at == 0) return -1;
  constexpr size_t kMaxLine = 4096;
  const size_t end = rest->substr(0, at + kMaxLine).find('\n', at);
  if (end == rest->npos) return -1;
  const std::string_view after = Stripped(rest->substr(at, end - at));
  if (!after.empty() && after[0] != ';') return -1;
  rest->remove_prefix(end + 1);
  return size;
}

bool SkipLineEnd(std::string_view* rest) {
  const size_t bytes = rest->starts_with("\r\n") ? 2 : rest->starts_with('\n') ? 1 : 0;
  rest->remove_prefix(bytes);
  return bytes > 0;
}

struct Inflater {
  explicit Inflater(int window_bits) {
    CRIA_CHECK(inflateInit2(&stream, window_bits) == Z_OK, "zlib has no memory");
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  z_stream stream = {};
};

enum class Unpacked { kAll, kDamaged, kTooLong };

// Appends to `out`. `window_bits` as zlib has them: 31 for gzip (all members), 15 for zlib, -15 for
// bare deflate. The end may be missing.
Unpacked Unpack(std::string_view packed, int window_bits, int64_t max_bytes, std::string* out) {
  Inflater inflater(window_bits);
  z_stream& stream = inflater.stream;
  constexpr size_t kStep = size_t{64} << 10;
  size_t size = 0;
  const auto finish = [&](Unpacked result) {
    out->resize(size);
    return result;
  };
  while (true) {
    if (out->size() < size + kStep) out->resize(std::max(size + kStep, 2 * size));
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(std::min<size_t>(packed.size(), size_t{1} << 30));
    stream.next_out = reinterpret_cast<Bytef*>(out->data() + size);
    stream.avail_out = static_cast<uInt>(std::min<size_t>(out->size() - size, size_t{1} << 30));
    const uInt in = stream.avail_in, room = stream.avail_out;
    const int code = inflate(&stream, Z_NO_FLUSH);
    packed.remove_prefix(in - stream.avail_in);
    size += room - stream.avail_out;
    if (static_cast<int64_t>(size) > max_bytes) return finish(Unpacked::kTooLong);
    if (code == Z_STREAM_END) {
      if (window_bits != 31 || !packed.starts_with("\x1f\x8b")) return finish(Unpacked::kAll);
      inflateReset(&stream);
    } else if (code == Z_BUF_ERROR && packed.empty()) {
      return finish(Unpacked::kAll);
    } else if (code != Z_OK) {
      return finish(Unpacked::kDamaged);
    }
  }
}

// "deflate" is zlib's format by the standard and bare deflate by some servers.
Unpacked UnpackDeflate(std::string_view packed, int64_t max_bytes, std::string* out) {
  const auto byte = [&](size_t i) {
    return static_cast<unsigned>(static_cast<uint8_t>(packed[i]));
  };
  if (packed.size() >= 2 && (byte(0) & 15) == 8 && (byte(0) * 256 + byte(1)) % 31 == 0) {
    const Unpacked result = Unpack(packed, 15, max_bytes, out);
    if (result != Unpacked::kDamaged || !out->empty()) return result;
  }
  out->clear();
  return Unpack(packed, -15, max_bytes, out);
}

// Takes the coding `name` off `*body`; `*scratch` then holds the bytes.
BodyFault TakeOff(const std::string& name, int64_t max_bytes, std::string* scratch,
                  std::string_view* body) {
  // What servers write when there is no coding; "utf-8" is a common mistake.
  for (const char* none : {"identity", "none", "binary", "utf-8", "8bit", "7bit", "chunked"}) {
    if (name == none) return BodyFault::kNone;
  }
  const bool gzip = name == "gzip" || name == "x-gzip";
  if (!gzip && name != "deflate" && name != "x-deflate") {
    return LooksPlain(*body) ? BodyFault::kNone : BodyFault::kUnknownCoding;
  }
  if (body->empty()) return BodyFault::kNone;
  // Many archives keep the field of a body that is stored unpacked.
  if (gzip && !body->starts_with("\x1f\x8b")) {
    return LooksPlain(*body) ? BodyFault::kNone : BodyFault::kDamaged;
  }
  std::string out;
  const Unpacked result =
      gzip ? Unpack(*body, 31, max_bytes, &out) : UnpackDeflate(*body, max_bytes, &out);
  if (result == Unpacked::kTooLong) return BodyFault::kTooLong;
  if (result == Unpacked::kDamaged) {
    return !gzip && LooksPlain(*body) ? BodyFault::kNone : BodyFault::kDamaged;
  }
  scratch->swap(out);  // not earlier: `*body` may lie in it
  *body = *scratch;
  return BodyFault::kNone;
}

}  // namespace

void HeaderFields::Parse(std::string_view lines) {
  lines_ = lines;
  fields_.clear();
  bool open = false;  // whether a continuation line has a field to continue
  for (size_t begin = 0; begin < lines_.size();) {
    const size_t end = std::min(lines_.find('\n', begin), lines_.size());
    const std::string_view line = std::string_view(lines_).substr(begin, end - begin);
    if (line.starts_with(' ') || line.starts_with('\t')) {
      if (open) {
        // The line end between the two becomes blanks, and the value one view over both.
        const size_t from = static_cast<size_t>(fields_.back().value.data() - lines_.data());
        size_t gap = from + fields_.back().value.size();
        if (lines_[gap - 1] == '\r') --gap;
        std::fill(lines_.begin() + gap, lines_.begin() + begin, ' ');
        fields_.back().value = std::string_view(lines_).substr(from, end - from);
      }
    } else {
      const size_t colon = line.find(':');
      open = colon != line.npos;
      if (open) fields_.push_back({Stripped(line.substr(0, colon)), line.substr(colon + 1)});
    }
    begin = end + 1;
  }
  for (Field& field : fields_) field.value = Stripped(field.value);
}

std::string_view HeaderFields::Get(std::string_view name) const {
  for (const Field& field : fields_) {
    if (SameName(field.name, name)) return field.value;
  }
  return {};
}

std::string HeaderFields::List(std::string_view name) const {
  std::string list;
  for (const Field& field : fields_) {
    if (SameName(field.name, name)) list.append(list.empty() ? "" : ",").append(field.value);
  }
  return list;
}

bool HttpMessage::Parse(std::string_view message) {
  status = 0;
  body = {};
  if (!message.starts_with("HTTP/")) return false;
  const std::string_view head = message.substr(0, kMaxHeadBytes);
  const size_t line_end = std::min(head.find('\n'), head.size());
  const size_t space = head.substr(0, line_end).find(' ');
  if (space == head.npos) return false;
  const std::string_view code = Stripped(head.substr(space, line_end - space)).substr(0, 3);
  if (code.size() != 3 || code.find_first_not_of("0123456789") != code.npos) return false;
  for (const char c : code) status = status * 10 + (c - '0');
  size_t begin = std::min(line_end + 1, head.size());
  const size_t fields_begin = begin;
  while (begin < head.size()) {
    const size_t end = head.find('\n', begin);
    if (end == head.npos) break;
    const std::string_view line = head.substr(begin, end - begin);
    if (line.empty() || line == "\r") {
      fields.Parse(head.substr(fields_begin, begin - fields_begin));
      body = message.substr(end + 1);
      return true;
    }
    begin = end + 1;
  }
  if (message.size() > kMaxHeadBytes) return false;
  fields.Parse(head.substr(fields_begin));
  return true;
}

std::string_view WithoutChunks(const HttpMessage& message, std::string* scratch) {
  const std::vector<std::string> codings = Names(message.fields.List("Transfer-Encoding"));
  if (std::find(codings.begin(), codings.end(), "chunked") == codings.end()) return message.body;
  std::string_view rest = message.body;
  if (ChunkSize(&rest) < 0) return message.body;
  rest = message.body;
  scratch->clear();
  while (!rest.empty()) {
    const std::string_view before = rest;
    const int64_t size = ChunkSize(&rest);
    if (size == 0) break;  // what follows are fields
    if (size < 0) {
      scratch->append(before);
      break;
    }
    const size_t bytes = std::min<size_t>(static_cast<size_t>(size), rest.size());
    scratch->append(rest.substr(0, bytes));
    rest.remove_prefix(bytes);
    if (!SkipLineEnd(&rest)) {
      scratch->append(rest);
      break;
    }
  }
  return *scratch;
}

BodyFault DecodeBody(const HttpMessage& message, int64_t max_bytes, std::string* scratch,
                     std::string_view* body) {
  *body = WithoutChunks(message, scratch);
  std::vector<std::string> codings = Names(message.fields.List("Content-Encoding"));
  for (std::string& coding : Names(message.fields.List("Transfer-Encoding"))) {
    codings.push_back(std::move(coding));
  }
  if (codings.size() > kMaxCodings + 1) return BodyFault::kUnknownCoding;
  for (size_t i = codings.size(); i-- > 0;) {
    const BodyFault fault = TakeOff(codings[i], max_bytes, scratch, body);
    if (fault != BodyFault::kNone) return fault;
  }
  return static_cast<int64_t>(body->size()) > max_bytes ? BodyFault::kTooLong : BodyFault::kNone;
}

std::string MediaType(std::string_view content_type) {
  return Lowered(Stripped(content_type.substr(0, content_type.find_first_of(";,"))));
}

std::string CharsetParameter(std::string_view content_type) {
  const std::string text = Lowered(content_type);
  for (size_t at = text.find("charset"); at != text.npos; at = text.find("charset", at + 7)) {
    std::string_view rest = Stripped(std::string_view(text).substr(at + 7));
    if (!rest.starts_with('=')) continue;
    rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\"'"), rest.size()));
    const size_t end = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.:");
    constexpr size_t kLongestName = 40;
    const std::string_view name = rest.substr(0, end);
    if (!name.empty() && name.size() <= kLongestName) return std::string(name);
  }
  return "";
}

}  // namespace cria::corpus
