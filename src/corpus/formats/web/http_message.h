// One HTTP response as a crawler stored it: status, header fields, and the body with its transfer
// and content codings taken off. Not a client: nothing is fetched, and nothing is refused for
// style.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// Named lines of a head, as HTTP, WARC and mail write them: "Name: value", any order, continued by
/// lines that start with a blank. Lines without a colon are passed over.
class HeaderFields {
 public:
  HeaderFields() = default;
  HeaderFields(const HeaderFields&) = delete;  // the views point into this object
  HeaderFields& operator=(const HeaderFields&) = delete;

  /// Replaces what was there by the fields of `lines`, which are copied.
  void Parse(std::string_view lines);

  /// Value of the first field with this name (letters of either case), without blanks around it;
  /// empty if there is none. Valid until the next Parse.
  std::string_view Get(std::string_view name) const;

  /// Values of all fields with this name, joined by commas.
  std::string List(std::string_view name) const;

 private:
  struct Field {
    std::string_view name, value;
  };
  std::string lines_;
  std::vector<Field> fields_;
};

/// Longer heads are taken for damage.
inline constexpr size_t kMaxHeadBytes = size_t{1} << 20;

struct HttpMessage {
  int status = 0;
  HeaderFields fields;
  std::string_view body;  ///< as it was sent; points into what was parsed

  /// False if `message` does not begin with a status line ("HTTP/1.1 200 OK"), or its head is
  /// longer than kMaxHeadBytes. A message that ends within its head has an empty body.
  bool Parse(std::string_view message);
};

enum class BodyFault {
  kNone,
  kDamaged,        ///< compressed data that do not unpack
  kTooLong,        ///< more than the bound when unpacked
  kUnknownCoding,  ///< a content coding that is not gzip or deflate ("br"), and no plain text
};

/// Without chunks, if the message says that it has them and the body looks like it; a body that
/// only claims to be chunked stays as it is, as browsers and crawlers treat it. From the first
/// chunk whose size is wrong the rest is taken as it is. Points into the message or `scratch`.
std::string_view WithoutChunks(const HttpMessage& message, std::string* scratch);

/// The body without chunks and content codings, at most `max_bytes` of it. Data that were cut short
/// give what unpacks. Points into the message or `scratch`.
BodyFault DecodeBody(const HttpMessage& message, int64_t max_bytes, std::string* scratch,
                     std::string_view* body);

/// "Text/HTML; charset=utf-8" -> "text/html".
std::string MediaType(std::string_view content_type);

/// "text/html; charset="UTF-8"" -> "utf-8"; empty if none is declared.
std::string CharsetParameter(std::string_view content_type);

}  // namespace cria::corpus
