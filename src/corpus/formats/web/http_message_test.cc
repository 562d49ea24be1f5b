// Stored HTTP responses: heads in the shapes that servers write, chunks and codings, honest or not.
#include "corpus/formats/web/http_message.h"

#include <gtest/gtest.h>

#include "corpus/formats/deflated_text.h"

namespace cria::corpus {
namespace {

// Text that does not shrink to a few bytes, so that cuts and faults have a place.
std::string Prose() {
  std::string text;
  for (unsigned i = 0, x = 1; i < 900; ++i) {
    x = x * 1664525 + 1013904223;
    text += std::to_string(x >> 12) + " llamas graze, ";
  }
  return text;
}

struct Decoded {
  BodyFault fault;
  std::string body;
  bool operator==(const Decoded&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Decoded& decoded) {
  return out << static_cast<int>(decoded.fault) << " " << decoded.body.size() << " "
             << decoded.body.substr(0, 80);
}

Decoded Decode(const std::string& fields, const std::string& body, int64_t max_bytes = 1 << 20) {
  HttpMessage message;
  const std::string bytes = "HTTP/1.1 200 OK\r\n" + fields + "\r\n" + body;
  EXPECT_TRUE(message.Parse(bytes));
  std::string scratch;
  std::string_view decoded;
  const BodyFault fault = DecodeBody(message, max_bytes, &scratch, &decoded);
  return {fault, fault == BodyFault::kNone ? std::string(decoded) : ""};
}

Decoded Whole(std::string body) { return {BodyFault::kNone, std::move(body)}; }
Decoded Fault(BodyFault fault) { return {fault, ""}; }

TEST(HttpMessageTest, FieldsInAnyCaseOrderAndFold) {
  HeaderFields fields;
  fields.Parse(
      "X-Long: one\r\n  two\r\n\tthree \r\nno colon here\r\n and its continuation\r\n"
      "content-TYPE :  text/html \nSet-Cookie: a\nSet-Cookie: b\nEmpty:\n");
  EXPECT_EQ(fields.Get("content-type"), "text/html");
  EXPECT_EQ(fields.Get("Content-Type"), "text/html");
  EXPECT_EQ(fields.Get("x-long").substr(0, 3), "one");
  EXPECT_EQ(fields.Get("x-long").substr(fields.Get("x-long").size() - 5), "three");
  EXPECT_EQ(fields.Get("x-long").find_first_of("\r\n"), std::string_view::npos);
  EXPECT_EQ(fields.Get("Set-Cookie"), "a");
  EXPECT_EQ(fields.List("set-cookie"), "a,b");
  EXPECT_EQ(fields.Get("Empty"), "");
  EXPECT_EQ(fields.Get("continuation"), "");
  fields.Parse(" a fold with nothing before it\nA: b");
  EXPECT_EQ(fields.Get("a"), "b");
  EXPECT_EQ(fields.Get("x-long"), "") << "Parse must forget what was there";
}

TEST(HttpMessageTest, StatusLines) {
  HttpMessage message;
  EXPECT_TRUE(message.Parse("HTTP/1.1 404 Not Found\r\nA: b\r\n\r\nbody\r\n\r\nmore"));
  EXPECT_EQ(message.status, 404);
  EXPECT_EQ(message.body, "body\r\n\r\nmore");
  EXPECT_TRUE(message.Parse("HTTP/2 200\n\nx"));
  EXPECT_EQ(message.status, 200);
  EXPECT_EQ(message.body, "x");
  EXPECT_EQ(message.fields.Get("A"), "");
  EXPECT_TRUE(message.Parse("HTTP/1.0 200 OK\r\nA: cut in the he"));
  EXPECT_EQ(message.fields.Get("A"), "cut in the he");
  EXPECT_EQ(message.body, "");
  for (const char* bad : {"", "HTTP/", "HTTP/1.1", "HTTP/1.1 \r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
                          "GET / HTTP/1.1\r\n\r\n", "<html>"}) {
    EXPECT_FALSE(message.Parse(bad)) << bad;
  }
  EXPECT_FALSE(message.Parse("HTTP/1.1 200 OK\r\n" + std::string(kMaxHeadBytes, 'x') + "\r\n\r\n"));
}

TEST(HttpMessageTest, Chunks) {
  const std::string chunked = "Transfer-Encoding: Chunked\r\n";
  EXPECT_EQ(Decode(chunked, "5\r\nHello\r\n00007;name=\"v\"\r\n, world\r\n0\r\nTrailer: x\r\n\r\n"),
            Whole("Hello, world"));
  EXPECT_EQ(Decode(chunked, "5 \nHello\n0\n\n"), Whole("Hello"));
  EXPECT_EQ(Decode(chunked, "A\r\nHello"), Whole("Hello")) << "cut short";
  EXPECT_EQ(Decode(chunked, "<p>not chunked</p>"), Whole("<p>not chunked</p>"));
  EXPECT_EQ(Decode(chunked, "add a word"), Whole("add a word")) << "begins with hex digits";
  EXPECT_EQ(Decode(chunked, "5\r\nHello\r\n, world"), Whole("Hello, world")) << "no second size";
  EXPECT_EQ(Decode(chunked, "3\r\nHello\r\n0\r\n\r\n"), Whole("Hello\r\n0\r\n\r\n"))
      << "wrong size";
  EXPECT_EQ(Decode(chunked, "ffffffffffffffffffff\r\nHello"), Whole("Hello"));
  EXPECT_EQ(Decode(chunked, ""), Whole(""));
  EXPECT_EQ(Decode("", "5\r\nHello\r\n0\r\n\r\n"), Whole("5\r\nHello\r\n0\r\n\r\n")) << "not said";
}

TEST(HttpMessageTest, Codings) {
  const std::string prose = Prose();
  EXPECT_EQ(Decode("Content-Encoding: gzip\r\n", Gzip(prose)), Whole(prose));
  EXPECT_EQ(Decode("Content-Encoding: X-GZIP\r\n", Gzip(prose) + Gzip("more")),
            Whole(prose + "more"));
  EXPECT_EQ(Decode("Content-Encoding: gzip\r\n", Gzip(prose) + "trailing"), Whole(prose));
  EXPECT_EQ(Decode("Content-Encoding: deflate\r\n", Deflate(prose, 15)), Whole(prose));
  EXPECT_EQ(Decode("Content-Encoding: deflate\r\n", Deflate(prose, -15)), Whole(prose)) << "bare";
  EXPECT_EQ(Decode("Content-Encoding: deflate, gzip\r\n", Gzip(Deflate(prose, 15))), Whole(prose));
  EXPECT_EQ(
      Decode("Content-Encoding: deflate\r\nContent-Encoding: gzip\r\n", Gzip(Deflate(prose, 15))),
      Whole(prose));
  EXPECT_EQ(Decode("Content-Encoding: identity\r\n", prose), Whole(prose));
  EXPECT_EQ(Decode("Content-Encoding: gzip\r\n", prose), Whole(prose)) << "stored unpacked";
  EXPECT_EQ(Decode("Content-Encoding: deflate\r\n", "<p>plain</p>"), Whole("<p>plain</p>"));
  EXPECT_EQ(Decode("Content-Encoding: br\r\n", prose), Whole(prose)) << "stored unpacked";
  EXPECT_EQ(Decode("Content-Encoding: br\r\n", Deflate(prose, -15)),
            Fault(BodyFault::kUnknownCoding));
  EXPECT_EQ(Decode("Content-Encoding: gzip,gzip,gzip,gzip,gzip\r\n", Gzip("x")),
            Fault(BodyFault::kUnknownCoding));
  EXPECT_EQ(Decode("Content-Encoding: gzip\r\n", ""), Whole(""));
}

TEST(HttpMessageTest, ChunksOfACodedBody) {
  const std::string prose = Prose(), packed = Gzip(prose);
  const std::string chunks = "10\r\n" + packed.substr(0, 16) + "\r\n" + [&] {
    char size[32];
    std::snprintf(size, sizeof size, "%zX\r\n", packed.size() - 16);
    return std::string(size);
  }() + packed.substr(16) + "\r\n0\r\n\r\n";
  EXPECT_EQ(Decode("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", chunks),
            Whole(prose));
  EXPECT_EQ(Decode("Transfer-Encoding: gzip, chunked\r\n", chunks), Whole(prose));
  EXPECT_EQ(Decode("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", packed),
            Whole(prose))
      << "unchunked by the crawler";
}

TEST(HttpMessageTest, DamageAndBounds) {
  const std::string prose = Prose(), packed = Gzip(prose);
  const Decoded cut = Decode("Content-Encoding: gzip\r\n", packed.substr(0, packed.size() / 2));
  EXPECT_EQ(cut.fault, BodyFault::kNone);
  EXPECT_GT(cut.body.size(), prose.size() / 4);
  EXPECT_TRUE(prose.starts_with(cut.body));
  std::string broken = packed;
  broken[broken.size() / 2] = static_cast<char>(broken[broken.size() / 2] ^ 0x55);
  EXPECT_EQ(Decode("Content-Encoding: gzip\r\n", broken), Fault(BodyFault::kDamaged));
  EXPECT_EQ(Decode("Content-Encoding: gzip\r\n", std::string("\0\1\2", 3)),
            Fault(BodyFault::kDamaged));
  const std::string bomb = Gzip(std::string(2 << 20, ' '));
  EXPECT_EQ(Decode("Content-Encoding: gzip\r\n", bomb), Fault(BodyFault::kTooLong));
  EXPECT_EQ(Decode("Content-Encoding: gzip, gzip\r\n", Gzip(bomb)), Fault(BodyFault::kTooLong));
  EXPECT_EQ(Decode("", std::string(11, 'x'), 10), Fault(BodyFault::kTooLong));
  EXPECT_EQ(Decode("", std::string(10, 'x'), 10), Whole(std::string(10, 'x')));
}

TEST(HttpMessageTest, ContentType) {
  EXPECT_EQ(MediaType("Text/HTML; charset=utf-8"), "text/html");
  EXPECT_EQ(MediaType(" text/html , text/plain"), "text/html");
  EXPECT_EQ(MediaType(""), "");
  EXPECT_EQ(CharsetParameter("text/html; charset=UTF-8"), "utf-8");
  EXPECT_EQ(CharsetParameter("text/html;Charset = \"Windows-1251\""), "windows-1251");
  EXPECT_EQ(CharsetParameter("text/html; charset='euc-kr'; x=y"), "euc-kr");
  EXPECT_EQ(CharsetParameter("text/html; charset-hint; charset=big5"), "big5");
  EXPECT_EQ(CharsetParameter("text/html; charset="), "");
  EXPECT_EQ(CharsetParameter("text/html; charset=" + std::string(60, 'a')), "");
  EXPECT_EQ(CharsetParameter("text/html; charset=utf-8//TRANSLIT"), "utf-8");
  EXPECT_EQ(CharsetParameter("text/html"), "");
}

}  // namespace
}  // namespace cria::corpus
