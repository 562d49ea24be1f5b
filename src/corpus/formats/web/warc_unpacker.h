// The text of a web archive's file, plain or of gzip members, as a window that grows behind and is
// consumed in front. Knows where members begin and break, and finds the next one after damage; not
// what a record is, but for the word that one begins with.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace cria::corpus {

/// Whether a record of a WARC file begins here.
bool BeginsWarc(std::string_view text);

/// Why the text goes no further for now.
enum class WarcStop {
  kNone,
  kRecord,     ///< a gzip member begins here, and a WARC record with it
  kDamage,     ///< compressed data do not unpack; what follows, if anything, is another place
  kTruncated,  ///< the file ends within compressed data
  kEnd,
};

/// Reads every byte a bounded number of times, whatever the file says.
class WarcUnpacker {
 public:
  explicit WarcUnpacker(std::string_view file);
  ~WarcUnpacker();
  WarcUnpacker(const WarcUnpacker&) = delete;

  bool gzip() const { return gzip_; }
  size_t file_bytes() const { return file_.size(); }
  /// Where in the file the window begins, or its gzip member.
  size_t offset() const { return gzip_ ? shown_ : at_; }
  /// Bytes of the file that are not needed again, but to look back after damage.
  size_t consumed() const { return at_; }
  WarcStop stop() const { return fence_ ? WarcStop::kRecord : stop_; }
  /// At WarcStop::kDamage: whether the text before it is proven by its member's checksum.
  bool proven() const { return proven_; }

  /// Whether a gzip member begins at this byte of the window; knows it of the last member only.
  bool MemberBegins(size_t at) const { return gzip_ && begin_ + at == last_start_; }

  std::string_view window() const;
  /// Makes the window at least `bytes` long; false if something stops it before.
  bool Grow(size_t bytes);
  void Skip(size_t bytes);

  /// Passes a stop, once the window is empty. Returns the bytes of the file passed over.
  size_t GoOn();

 private:
  static constexpr size_t kNowhere = static_cast<size_t>(-1);

  // Moves what is left to the front when that is the smaller half, and doubles the buffer
  // otherwise: every byte is moved a bounded number of times.
  void MakeRoom();

  int Step(char* to, size_t room, size_t* produced);
  void Inflate();
  // Acts on what zlib said last.
  void Settle(int code);

  void EndMember();
  void BeginMember(size_t at);
  // Looks for a member to go on with. Damage shows late, so the search begins within the member
  // that broke, as long as the looking back has cost no more than the file is long.
  void Break(WarcStop stop);

  // Whether a member begins at `at`: three bytes of magic stand in compressed data by chance, and
  // then the first symbols after them are impossible.
  bool Unpacks(size_t at);

  std::string_view file_;
  bool gzip_;
  size_t at_ = 0;      // next byte of the file
  size_t member_ = 0;  // where the gzip member begins that is unpacked
  size_t shown_ = 0;   // the same of the last one that the window shows
  z_stream stream_ = {};
  WarcStop stop_ = WarcStop::kNone;
  std::string buffer_;  // text in [begin_, end_)
  size_t begin_ = 0, end_ = 0;
  size_t begins_ = kNowhere;      // where in the buffer the text of the last member begins
  size_t last_start_ = kNowhere;  // the same, and kept when no record begins there
  bool fence_ = false;            // a record begins at begins_, and the window ends before it
  int held_ = Z_OK;               // what zlib said of the bytes behind the fence
  bool proven_ = false;
  size_t resume_ = kNowhere;
  size_t look_back_bytes_ = 0;
};

}  // namespace cria::corpus
