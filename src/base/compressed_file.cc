// zstd and zlib streams behind one reader and one writer of lines.
#include "base/compressed_file.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <cstring>
#include <vector>

#include "base/error.h"

namespace cria {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 18;

}  // namespace

struct TextReader::State {
  explicit State(const fs::path& path) : file(path) {}
  enum class Kind { kPlain, kGzip, kZstd } kind = Kind::kPlain;
  MappedFile file;
  size_t offset = 0;   // consumed compressed bytes
  std::string buffer;  // decompressed, not yet handed out from `start`
  size_t start = 0;
  z_stream gzip{};
  ZSTD_DStream* zstd = nullptr;
  bool frame_open = false;

  [[noreturn]] void Damaged(const std::string& why) const {
    throw Error(fmt::format("damaged compressed data: {}", why),
                fmt::format("{} near byte {}", file.path().string(), offset),
                "fetch or write the file again");
  }
};

TextReader::TextReader(const fs::path& path) : state_(std::make_unique<State>(path)) {
  const auto bytes = state_->file.bytes();
  const auto starts = [&](std::initializer_list<uint8_t> magic) {
    return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
  };
  if (starts({0x1f, 0x8b})) {
    state_->kind = State::Kind::kGzip;
    CRIA_CHECK(inflateInit2(&state_->gzip, 15 + 16) == Z_OK);
  } else if (starts({0x28, 0xb5, 0x2f, 0xfd})) {
    state_->kind = State::Kind::kZstd;
    state_->zstd = ZSTD_createDStream();
  }
}

TextReader::~TextReader() {
  if (state_->kind == State::Kind::kGzip) inflateEnd(&state_->gzip);
  if (state_->zstd != nullptr) ZSTD_freeDStream(state_->zstd);
}

bool TextReader::Fill() {
  State& s = *state_;
  const auto bytes = s.file.bytes();
  if (s.offset >= bytes.size()) {
    if (s.frame_open) s.Damaged("the file is cut short");
    return false;
  }
  s.buffer.erase(0, s.start);
  s.start = 0;
  const size_t old = s.buffer.size();
  const size_t left = bytes.size() - s.offset;
  if (s.kind == State::Kind::kPlain) {
    const size_t n = std::min(left, kChunkBytes);
    s.buffer.append(reinterpret_cast<const char*>(bytes.data() + s.offset), n);
    s.offset += n;
    return true;
  }
  s.buffer.resize(old + kChunkBytes);
  size_t produced = 0;
  if (s.kind == State::Kind::kGzip) {
    const size_t given = std::min(left, size_t{1} << 30);
    s.gzip.next_in = const_cast<Bytef*>(bytes.data() + s.offset);
    s.gzip.avail_in = static_cast<uInt>(given);
    s.gzip.next_out = reinterpret_cast<Bytef*>(s.buffer.data() + old);
    s.gzip.avail_out = static_cast<uInt>(kChunkBytes);
    s.frame_open = true;
    const int code = inflate(&s.gzip, Z_NO_FLUSH);
    s.offset += given - s.gzip.avail_in;
    produced = kChunkBytes - s.gzip.avail_out;
    if (code == Z_STREAM_END) {
      s.frame_open = false;
      inflateReset(&s.gzip);
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      s.Damaged(s.gzip.msg != nullptr ? s.gzip.msg : "gzip error");
    } else if (produced == 0 && s.gzip.avail_in == given) {
      s.Damaged("the file is cut short");
    }
  } else {
    ZSTD_inBuffer in{bytes.data() + s.offset, left, 0};
    ZSTD_outBuffer out{s.buffer.data() + old, kChunkBytes, 0};
    const size_t code = ZSTD_decompressStream(s.zstd, &out, &in);
    if (ZSTD_isError(code)) s.Damaged(ZSTD_getErrorName(code));
    s.offset += in.pos;
    produced = out.pos;
    s.frame_open = code != 0;
    if (produced == 0 && in.pos == 0) s.Damaged("the file is cut short");
  }
  s.buffer.resize(old + produced);
  return true;
}

bool TextReader::NextLine(std::string* line) {
  State& s = *state_;
  size_t searched = s.start;
  while (true) {
    const size_t end = s.buffer.find('\n', searched);
    if (end != std::string::npos) {
      line->assign(s.buffer, s.start, end - s.start);
      s.start = end + 1;
      return true;
    }
    searched = s.buffer.size() - s.start;  // position after Fill moved the rest to the front
    if (!Fill()) break;
  }
  if (s.start == s.buffer.size()) return false;
  line->assign(s.buffer, s.start, std::string::npos);
  s.start = s.buffer.size();
  return true;
}

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
