// Records of a web archive file, one after the other: WARC (ISO 28500, versions 0.17 to 1.1) and
// the older ARC, plain or gzip. Knows records and their digests, not what a page says.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "corpus/formats/raw_text.h"
#include "corpus/formats/web/http_message.h"

namespace cria::corpus {

struct WarcRecord {
  HeaderFields fields;
  std::string_view type;   ///< WARC-Type: "response", "conversion"; of an ARC, what it would be
  std::string_view block;  ///< at most kMaxRawTextBytes
  int64_t number = 0;      ///< place in the file, from 1, counting dropped records too
  int64_t offset = 0;      ///< bytes of the file before the record, or before its gzip member

  /// WARC-Target-URI, without the angle brackets that some writers put around it.
  std::string_view url() const;
  /// The UUID of WARC-Record-ID; where there is none, URL and number. Valid UTF-8.
  std::string Name() const;
};

/// Reads front to end and holds one record in memory. What it cannot hand out is told to `losses`:
///   damaged_record   header, length or compressed data are wrong; goes on at the next record that
///                    can be found ("WARC/" at a line's start, or the next gzip member)
///   digest_mismatch  the block or its payload is not what its digest says
///   too_long         more than kMaxRawTextBytes; passed over without being held
///   truncated_file   the file ends within a record or a gzip member
///   not_web_archive  no record anywhere
class WarcReader {
 public:
  /// `bytes` and `losses` outlive the reader.
  WarcReader(std::string_view bytes, TextSink* losses);
  WarcReader(MappedFile file, TextSink* losses);
  ~WarcReader();

  /// The next whole record, valid until the next call; null at the end. Throws Interrupted, and
  /// what `losses` throws.
  const WarcRecord* Next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cria::corpus
