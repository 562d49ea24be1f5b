// Packed files: every packing read whole, in blocks and in lines, in several streams, and damaged.
#include "base/compressed_file.h"

#include <bzlib.h>
#include <gtest/gtest.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <functional>
#include <vector>

#include "base/error.h"

namespace cria {
namespace {

std::string Lines(int from, int to) {
  std::string all;
  for (int i = from; i < to; ++i) all += fmt::format("line {} of {} words\n", i, i * 7919 % 1000);
  return all;
}

std::string Bzip2(std::string_view bytes) {
  std::string out(bytes.size() + bytes.size() / 100 + 600, '\0');
  auto size = static_cast<unsigned>(out.size());
  std::string in(bytes);
  EXPECT_EQ(BZ2_bzBuffToBuffCompress(out.data(), &size, in.data(), static_cast<unsigned>(in.size()),
                                     1, 0, 0),
            BZ_OK);
  return out.substr(0, size);
}

std::string Xz(std::string_view bytes) {
  std::string out(lzma_stream_buffer_bound(bytes.size()), '\0');
  size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, nullptr,
                                    reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(),
                                    reinterpret_cast<uint8_t*>(out.data()), &size, out.size()),
            LZMA_OK);
  return out.substr(0, size);
}

std::string Gzip(std::string_view bytes) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, bytes.size()) + 32, '\0');
  std::string in(bytes);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Zstd(std::string_view bytes) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress2(context, out.data(), out.size(), bytes.data(), bytes.size()));
  ZSTD_freeCCtx(context);
  return out;
}

std::string Plain(std::string_view bytes) { return std::string(bytes); }

class Packed : public testing::TestWithParam<std::string (*)(std::string_view)> {
 protected:
  std::string Pack(std::string_view bytes) const { return GetParam()(bytes); }
  fs::path Write(std::string_view bytes) const {
    WriteFile(path_, bytes);
    return path_;
  }
  void TearDown() override { fs::remove(path_); }

  const fs::path path_ =
      fs::path(testing::TempDir()) /
      fmt::format("cria_packed_{}", reinterpret_cast<uintptr_t>(GetParam()) & 0xfffff);
};

using Damaged = Packed;

TEST_P(Packed, AllStreamsAreReadInEveryWay) {
  const std::string first = Lines(0, 30000), second = Lines(30000, 30003), all = first + second;
  Write(Pack(first) + Pack(second));
  EXPECT_EQ(TextReader(path_).ReadAll(), all);
  EXPECT_THROW(TextReader(path_).ReadAll(1000), Error);

  TextReader lines(path_);
  std::string line, joined;
  while (lines.NextLine(&line)) {
    EXPECT_EQ(lines.line_bytes(), static_cast<int64_t>(line.size()));
    joined += line + "\n";
  }
  EXPECT_EQ(joined, all);

  TextReader blocks(path_);
  ASSERT_TRUE(blocks.NextLine(&line));  // blocks go on behind a line
  std::string rest;
  char block[7777];
  while (const size_t n = blocks.ReadSome(block, sizeof block)) rest.append(block, n);
  EXPECT_EQ(line + "\n" + rest, all);
  EXPECT_EQ(blocks.ReadSome(block, sizeof block), 0u);
}

TEST_P(Packed, LongLinesAreCutAndCounted) {
  const std::string text =
      "ab\n" + std::string(700000, 'x') + "\n12345\n123456\n\n" + std::string(300000, 'y');
  Write(Pack(text));
  TextReader reader(path_);
  std::vector<std::pair<std::string, int64_t>> got;
  std::string line;
  while (reader.NextLine(&line, 5)) got.emplace_back(line, reader.line_bytes());
  const std::vector<std::pair<std::string, int64_t>> want = {
      {"ab", 2}, {"xxxxxx", 700000}, {"12345", 5}, {"123456", 6}, {"", 0}, {"yyyyyy", 300000}};
  EXPECT_EQ(got, want);
}

TEST_P(Packed, AnEmptyFileOrStreamIsTheEnd) {
  for (const std::string& bytes : {std::string(), Pack("")}) {
    Write(bytes);
    std::string line;
    EXPECT_FALSE(TextReader(path_).NextLine(&line));
    EXPECT_EQ(TextReader(path_).ReadAll(), "");
  }
}

TEST_P(Damaged, WhatStandsBeforeTheDamageIsHandedOut) {
  const std::string first = Lines(0, 30000), second = Lines(30000, 60000);
  const std::string head = Pack(first), tail = Pack(second);
  std::vector<std::string> broken = {
      head + tail.substr(0, tail.size() / 2), head + tail.substr(0, tail.size() - 1),
      head + tail.substr(0, 3), head + "no stream at all", head + tail};
  broken.back()[head.size() + tail.size() / 2] ^= 0x10;
  for (size_t i = 0; i < broken.size(); ++i) {
    Write(broken[i]);
    EXPECT_THROW(TextReader(path_).ReadAll(), Error) << i;
    TextReader reader(path_);
    std::string got;
    char block[5000];
    EXPECT_THROW(while (const size_t n = reader.ReadSome(block, sizeof block)) got.append(block, n),
                 Error);
    EXPECT_THROW(reader.ReadSome(block, sizeof block), Error) << "the fault stays";
    ASSERT_GE(got.size(), first.size()) << i;
    // Unchecked bytes may differ where one bit was turned.
    EXPECT_EQ(got.substr(0, first.size()), first) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Damaged, testing::Values(Gzip, Zstd, Bzip2, Xz));
INSTANTIATE_TEST_SUITE_P(All, Packed, testing::Values(Plain, Gzip, Zstd, Bzip2, Xz));

TEST(PackedText, TextThatBeginsLikeBzip2IsText) {
  const fs::path path = fs::path(testing::TempDir()) / "cria_packed_text";
  for (const char* text : {"BZh9 is how it begins\n", "BZh91AY&SX",
                           "\xfd"
                           "7zXY"}) {
    WriteFile(path, text);
    EXPECT_EQ(TextReader(path).ReadAll(), text);
  }
  fs::remove(path);
}

}  // namespace
}  // namespace cria
