// zstd, zlib, bzip2 and lzma streams behind one reader and one writer of lines.
#include "base/compressed_file.h"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "base/error.h"

namespace cria {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 18;
// xz -9 needs 65 MiB; a header may ask for 4 GiB.
constexpr uint64_t kMaxXzMemoryBytes = uint64_t{256} << 20;
constexpr size_t kNoLimit = std::numeric_limits<size_t>::max() - 1;

enum class Packing { kPlain, kGzip, kZstd, kBzip2, kXz };

Packing PackingOf(std::span<const uint8_t> bytes) {
  const auto has = [&](size_t at, std::initializer_list<uint8_t> magic) {
    return bytes.size() >= at + magic.size() &&
           std::equal(magic.begin(), magic.end(), bytes.begin() + static_cast<ptrdiff_t>(at));
  };
  if (has(0, {0x1f, 0x8b})) return Packing::kGzip;
  if (has(0, {0x28, 0xb5, 0x2f, 0xfd})) return Packing::kZstd;
  if (has(0, {0xfd, '7', 'z', 'X', 'Z', 0})) return Packing::kXz;
  // "BZh" and a digit are text as well; the mark of the first block, or of the end, is not.
  if (has(0, {'B', 'Z', 'h'}) && (has(4, {0x31, 0x41, 0x59, 0x26, 0x53, 0x59}) ||
                                  has(4, {0x17, 0x72, 0x45, 0x38, 0x50, 0x90}))) {
    return Packing::kBzip2;
  }
  return Packing::kPlain;
}

const char* BzipFault(int code) {
  switch (code) {
    case BZ_DATA_ERROR_MAGIC:
      return "no bzip2 stream where one should begin";
    case BZ_MEM_ERROR:
      return "bzip2 is out of memory";
    default:
      return "a bzip2 block does not match its checksum";
  }
}

const char* XzFault(lzma_ret code) {
  switch (code) {
    case LZMA_FORMAT_ERROR:
      return "no xz stream where one should begin";
    case LZMA_MEMLIMIT_ERROR:
    case LZMA_MEM_ERROR:
      return "needs more than 256 MiB to unpack (xz)";
    case LZMA_OPTIONS_ERROR:
      return "xz options that the library does not know";
    default:
      return "xz data do not match their checksum";
  }
}

}  // namespace

std::string_view UnpackedName(std::string_view name) {
  for (const std::string_view ending : kPackedEndings) {
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  }
  return name;
}

struct TextReader::State {
  explicit State(const fs::path& path) : file(path) {}
  Packing packing = Packing::kPlain;
  MappedFile file;
  size_t offset = 0;   // consumed compressed bytes
  std::string buffer;  // decompressed, not yet handed out from `start`
  size_t start = 0;
  int64_t line_bytes = 0;
  z_stream gzip{};
  ZSTD_DStream* zstd = nullptr;
  bz_stream bzip2{};
  lzma_stream xz = LZMA_STREAM_INIT;
  bool frame_open = false;
  bool bzip2_open = false;
  std::string fault;  // found behind bytes that are handed out first

  std::string_view ahead() const { return std::string_view(buffer).substr(start); }
  std::span<const uint8_t> rest() const { return file.bytes().subspan(offset); }

  [[noreturn]] void Damaged(const std::string& why) const {
    throw Error(fmt::format("damaged compressed data: {}", why),
                fmt::format("{} near byte {}", file.path().string(), offset),
                "fetch or write the file again");
  }

  void OpenBzip2() {
    CRIA_CHECK(BZ2_bzDecompressInit(&bzip2, 0, 0) == BZ_OK);
    bzip2_open = true;
  }
  void CloseBzip2() {
    if (bzip2_open) BZ2_bzDecompressEnd(&bzip2);
    bzip2_open = false;
  }

  // Each takes from rest(), moves `offset`, keeps `frame_open`, notes a `fault`, and returns the
  // number of bytes written to `to`.
  size_t Plain(char* to, size_t size);
  size_t Gzip(char* to, size_t size);
  size_t Zstd(char* to, size_t size);
  size_t Bzip2(char* to, size_t size);
  size_t Xz(char* to, size_t size);
};

size_t TextReader::State::Plain(char* to, size_t size) {
  const size_t n = std::min(rest().size(), size);
  std::memcpy(to, rest().data(), n);
  offset += n;
  return n;
}

size_t TextReader::State::Gzip(char* to, size_t size) {
  const size_t given = std::min(rest().size(), size_t{1} << 30);
  gzip.next_in = const_cast<Bytef*>(rest().data());
  gzip.avail_in = static_cast<uInt>(given);
  gzip.next_out = reinterpret_cast<Bytef*>(to);
  gzip.avail_out = static_cast<uInt>(size);
  frame_open = true;
  const int code = inflate(&gzip, Z_NO_FLUSH);
  offset += given - gzip.avail_in;
  if (code == Z_STREAM_END) {
    frame_open = false;
    inflateReset(&gzip);
  } else if (code != Z_OK && code != Z_BUF_ERROR) {
    fault = gzip.msg != nullptr ? gzip.msg : "gzip error";
  }
  return size - gzip.avail_out;
}

size_t TextReader::State::Zstd(char* to, size_t size) {
  ZSTD_inBuffer in{rest().data(), rest().size(), 0};
  ZSTD_outBuffer out{to, size, 0};
  const size_t code = ZSTD_decompressStream(zstd, &out, &in);
  offset += in.pos;
  if (ZSTD_isError(code)) fault = ZSTD_getErrorName(code);
  frame_open = code != 0;
  return out.pos;
}

size_t TextReader::State::Bzip2(char* to, size_t size) {
  if (!bzip2_open) OpenBzip2();
  const size_t given = std::min(rest().size(), size_t{1} << 30);
  // bzlib takes a char* but does not write to it.
  bzip2.next_in = const_cast<char*>(reinterpret_cast<const char*>(rest().data()));
  bzip2.avail_in = static_cast<unsigned>(given);
  bzip2.next_out = to;
  bzip2.avail_out = static_cast<unsigned>(size);
  frame_open = true;
  const int code = BZ2_bzDecompress(&bzip2);
  offset += given - bzip2.avail_in;
  if (code == BZ_STREAM_END) {  // a multistream dump holds one stream for every 100 pages
    frame_open = false;
    CloseBzip2();
  } else if (code != BZ_OK) {
    fault = BzipFault(code);
  }
  return size - bzip2.avail_out;
}

size_t TextReader::State::Xz(char* to, size_t size) {
  const size_t given = rest().size();
  xz.next_in = rest().data();
  xz.avail_in = given;
  xz.next_out = reinterpret_cast<uint8_t*>(to);
  xz.avail_out = size;
  frame_open = true;
  const lzma_ret code = lzma_code(&xz, LZMA_FINISH);  // all that is left was given
  offset += given - xz.avail_in;
  if (code == LZMA_STREAM_END) {
    frame_open = false;
  } else if (code != LZMA_OK && code != LZMA_BUF_ERROR) {
    fault = XzFault(code);
  }
  return size - xz.avail_out;
}

TextReader::TextReader(const fs::path& path) : state_(std::make_unique<State>(path)) {
  State& s = *state_;
  s.packing = PackingOf(s.file.bytes());
  if (s.packing == Packing::kGzip) {
    CRIA_CHECK(inflateInit2(&s.gzip, 15 + 16) == Z_OK);
  } else if (s.packing == Packing::kZstd) {
    s.zstd = ZSTD_createDStream();
  } else if (s.packing == Packing::kXz) {
    CRIA_CHECK(lzma_stream_decoder(&s.xz, kMaxXzMemoryBytes, LZMA_CONCATENATED) == LZMA_OK);
  }
}

TextReader::~TextReader() {
  if (state_->packing == Packing::kGzip) inflateEnd(&state_->gzip);
  if (state_->zstd != nullptr) ZSTD_freeDStream(state_->zstd);
  state_->CloseBzip2();
  lzma_end(&state_->xz);
}

// 0 only at the end of the file.
size_t TextReader::Unpack(char* to, size_t size) {
  State& s = *state_;
  while (s.fault.empty()) {
    if (s.rest().empty() && !s.frame_open) return 0;
    const size_t before = s.offset;
    size_t produced = 0;
    switch (s.packing) {
      case Packing::kPlain:
        return s.Plain(to, size);
      case Packing::kGzip:
        produced = s.Gzip(to, size);
        break;
      case Packing::kZstd:
        produced = s.Zstd(to, size);
        break;
      case Packing::kBzip2:
        produced = s.Bzip2(to, size);
        break;
      case Packing::kXz:
        produced = s.Xz(to, size);
        break;
    }
    if (produced > 0) return produced;
    if (s.fault.empty() && s.offset == before && s.frame_open) s.fault = "the file is cut short";
  }
  s.Damaged(s.fault);
}

bool TextReader::Fill() {
  State& s = *state_;
  s.buffer.erase(0, s.start);
  s.start = 0;
  const size_t old = s.buffer.size();
  s.buffer.resize(old + kChunkBytes);
  size_t produced = 0;
  try {
    produced = Unpack(s.buffer.data() + old, kChunkBytes);
  } catch (...) {
    s.buffer.resize(old);
    throw;
  }
  s.buffer.resize(old + produced);
  return produced > 0;
}

size_t TextReader::ReadSome(char* to, size_t size) {
  State& s = *state_;
  const size_t ready = std::min(size, s.ahead().size());
  if (ready == 0) return size == 0 ? 0 : Unpack(to, std::min(size, size_t{1} << 30));
  s.ahead().copy(to, ready);
  s.start += ready;
  return ready;
}

bool TextReader::NextLine(std::string* line) { return NextLine(line, kNoLimit); }

bool TextReader::NextLine(std::string* line, size_t max_bytes) {
  State& s = *state_;
  s.line_bytes = 0;  // of the line, already dropped from the buffer
  line->clear();
  size_t searched = 0;  // of ahead(), without a line end
  while (true) {
    const size_t end = s.ahead().find('\n', searched);
    const size_t known = std::min(end, s.ahead().size());
    const bool too_long = static_cast<size_t>(s.line_bytes) + known > max_bytes;
    if (end != std::string::npos || too_long) {
      const size_t room = max_bytes + 1 - line->size();
      line->append(s.ahead().substr(0, std::min(known, room)));
      s.line_bytes += static_cast<int64_t>(known);
      s.start += known;
      searched = 0;
      if (end != std::string::npos) {
        ++s.start;
        return true;
      }
    } else {
      searched = known;
    }
    if (!Fill()) break;
  }
  const bool any = s.line_bytes > 0 || !s.ahead().empty();
  line->append(s.ahead());  // within the limit, else the loop took it
  s.line_bytes += static_cast<int64_t>(s.ahead().size());
  s.start = s.buffer.size();
  return any;
}

int64_t TextReader::line_bytes() const { return state_->line_bytes; }

std::string TextReader::ReadAll(int64_t max_bytes) {
  while (Fill()) {
    if (static_cast<int64_t>(state_->buffer.size() - state_->start) <= max_bytes) continue;
    throw Error(fmt::format("unpacks to more than {} bytes", max_bytes),
                state_->file.path().string(), "cut it into smaller files, if it is honest");
  }
  std::string all = state_->buffer.substr(state_->start);
  state_->start = state_->buffer.size();
  return all;
}

struct ZstdWriter::State {
  explicit State(const fs::path& path) : file(path), context(ZSTD_createCCtx()) {}
  ~State() { ZSTD_freeCCtx(context); }
  void Push(std::string_view bytes, ZSTD_EndDirective end) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::vector<char> chunk(ZSTD_CStreamOutSize());
    size_t rest = 1;
    while (end == ZSTD_e_end ? rest != 0 : in.pos < in.size) {
      ZSTD_outBuffer out{chunk.data(), chunk.size(), 0};
      rest = ZSTD_compressStream2(context, &out, &in, end);
      CRIA_CHECK(!ZSTD_isError(rest), "{}", ZSTD_getErrorName(rest));
      file.Write(chunk.data(), out.pos);
    }
  }
  AtomicFile file;
  ZSTD_CCtx* context;
};

ZstdWriter::ZstdWriter(const fs::path& path, int level) : state_(std::make_unique<State>(path)) {
  ZSTD_CCtx_setParameter(state_->context, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(state_->context, ZSTD_c_checksumFlag, 1);
}
ZstdWriter::~ZstdWriter() = default;
void ZstdWriter::Write(std::string_view bytes) { state_->Push(bytes, ZSTD_e_continue); }
void ZstdWriter::Commit() {
  state_->Push({}, ZSTD_e_end);
  state_->file.Commit();
}

int64_t XzSize(std::string_view bytes) {
  std::vector<uint8_t> out(lzma_stream_buffer_bound(bytes.size()));
  size_t size = 0;
  const lzma_ret code = lzma_easy_buffer_encode(9 | LZMA_PRESET_EXTREME, LZMA_CHECK_CRC64, nullptr,
                                                reinterpret_cast<const uint8_t*>(bytes.data()),
                                                bytes.size(), out.data(), &size, out.size());
  CRIA_CHECK(code == LZMA_OK, "lzma code {}", static_cast<int>(code));
  return static_cast<int64_t>(size);
}

int64_t ZstdUltraSize(std::string_view bytes) {
  std::vector<char> out(ZSTD_compressBound(bytes.size()));
  const size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 22);
  CRIA_CHECK(!ZSTD_isError(size), "{}", ZSTD_getErrorName(size));
  return static_cast<int64_t>(size);
}

}  // namespace cria
