// The fields of an HTTP reply that a fetcher looks at. Lines in, values out; no network.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cria::corpus {

struct HttpHead {
  int status = 0;
  int64_t content_bytes = -1;  ///< Content-Length; -1: not said
  int64_t range_begin = -1;    ///< of "Content-Range: bytes BEGIN-END/TOTAL"; -1: not said
  int64_t range_total = -1;    ///< -1: not said, or '*'
  std::string etag, last_modified, retry_after, date, content_type;

  /// The size of the whole file, of which this reply may be a part; -1: not said.
  int64_t total_bytes() const;
  /// What If-Range may hold: a strong ETag, else Last-Modified, else nothing.
  std::string strong_validator() const;
};

/// Takes one line of a head. A status line starts a new head: that of the reply after a redirect.
/// Values longer than 1000 bytes are passed over, and so is what cannot be understood.
void ReadHeadLine(std::string_view line, HttpHead* head);

}  // namespace cria::corpus
