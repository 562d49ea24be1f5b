// Two layers: Unpacker gives the file's text and knows where gzip members begin and break;
// WarcReader cuts the text into records and finds its way back after damage. Both read every byte
// a bounded number of times, whatever the file says.
#include "corpus/formats/warc.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/utf8.h"
#include "corpus/formats/warc_digest.h"

namespace cria::corpus {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;
constexpr std::string_view kGzipMagic = "\x1f\x8b\x08";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool BeginsWarc(std::string_view text) {
  return text.size() > 5 && text.starts_with("WARC/") && IsDigit(text[5]);
}

// Why the text goes no further for now.
enum class Stop {
  kNone,
  kRecord,     // a gzip member begins here, and a WARC record with it
  kDamage,     // compressed data do not unpack; what follows, if anything, is another place
  kTruncated,  // the file ends within compressed data
  kEnd,
};

// The text of a file as a window that grows behind and is consumed in front.
class Unpacker {
 public:
  explicit Unpacker(std::string_view file) : file_(file), gzip_(file.starts_with(kGzipMagic)) {
    if (!gzip_) {
      stop_ = Stop::kEnd;
      return;
    }
    CRIA_CHECK(inflateInit2(&stream_, 31) == Z_OK, "zlib has no memory");
    look_back_bytes_ = std::max(file.size(), size_t{16} << 20);
  }
  ~Unpacker() {
    if (gzip_) inflateEnd(&stream_);
  }
  Unpacker(const Unpacker&) = delete;

  bool gzip() const { return gzip_; }
  size_t file_bytes() const { return file_.size(); }
  /// Where in the file the window begins, or its gzip member.
  size_t offset() const { return gzip_ ? shown_ : at_; }
  /// Bytes of the file that are not needed again, but to look back after damage.
  size_t consumed() const { return at_; }
  Stop stop() const { return fence_ ? Stop::kRecord : stop_; }
  /// At Stop::kDamage: whether the text before it is proven by its member's checksum.
  bool proven() const { return proven_; }

  /// Whether a gzip member begins at this byte of the window; knows it of the last member only.
  bool MemberBegins(size_t at) const { return gzip_ && begin_ + at == last_start_; }

  std::string_view window() const {
    if (!gzip_) return file_.substr(at_);
    // The first bytes of a member stay hidden until it is known whether a record begins there.
    const size_t end = begins_ != kNowhere ? begins_ : end_;
    return {buffer_.data() + begin_, end - begin_};
  }

  /// Makes the window at least `bytes` long; false if something stops it before.
  bool Grow(size_t bytes) {
    while (window().size() < bytes) {
      if (fence_ || stop_ != Stop::kNone) return false;
      MakeRoom();
      Inflate();
    }
    return true;
  }

  void Skip(size_t bytes) {
    CRIA_CHECK(bytes <= window().size(), "{} > {}", bytes, window().size());
    if (!gzip_) {
      at_ += bytes;
      return;
    }
    begin_ += bytes;
  }

  /// Passes a stop, once the window is empty. Returns the bytes of the file passed over.
  size_t GoOn() {
    if (fence_) {
      fence_ = false;
      begins_ = kNowhere;
      shown_ = member_;
      Settle(held_);
      return 0;
    }
    if (stop_ != Stop::kDamage) return 0;
    begin_ = end_ = 0;
    begins_ = last_start_ = kNowhere;
    const size_t from = at_;
    if (resume_ == kNowhere) {
      at_ = file_.size();
      stop_ = Stop::kEnd;
    } else {
      BeginMember(resume_);
      shown_ = resume_;
      stop_ = Stop::kNone;
    }
    return at_ > from ? at_ - from : 0;
  }

 private:
  static constexpr size_t kNowhere = static_cast<size_t>(-1);

  // Moves what is left to the front when that is the smaller half, and doubles the buffer
  // otherwise: every byte is moved a bounded number of times.
  void MakeRoom() {
    if (begin_ == end_ && begins_ == kNowhere) {
      begin_ = end_ = 0;
      last_start_ = kNowhere;
    }
    if (buffer_.size() >= end_ + kPieceBytes) return;
    if (begin_ > 0 && begin_ >= end_ - begin_) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      if (begins_ != kNowhere) begins_ -= begin_;
      last_start_ =
          last_start_ == kNowhere || last_start_ < begin_ ? kNowhere : last_start_ - begin_;
      begin_ = 0;
    }
    if (buffer_.size() < end_ + kPieceBytes) {
      buffer_.resize(std::max(2 * buffer_.size(), end_ + kPieceBytes));
    }
  }

  int Step(char* to, size_t room, size_t* produced) {
    constexpr size_t kMost = size_t{1} << 30;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(file_.data() + at_));
    stream_.avail_in = static_cast<uInt>(std::min(file_.size() - at_, kMost));
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(std::min(room, kMost));
    const uInt in = stream_.avail_in, out = stream_.avail_out;
    const int code = inflate(&stream_, Z_NO_FLUSH);
    at_ += in - stream_.avail_in;
    *produced = out - stream_.avail_out;
    return code;
  }

  void Inflate() {
    ThrowIfInterrupted();
    size_t produced;
    const int code = Step(buffer_.data() + end_, kPieceBytes, &produced);
    end_ += produced;
    if (begins_ != kNowhere && end_ - begins_ > 5) {
      fence_ = BeginsWarc({buffer_.data() + begins_, end_ - begins_});
      held_ = code;
      if (fence_) return;
      begins_ = kNowhere;
      shown_ = member_;
    }
    Settle(code);
  }

  // Acts on what zlib said last.
  void Settle(int code) {
    if (code == Z_STREAM_END) {
      EndMember();
    } else if (code == Z_BUF_ERROR && at_ == file_.size()) {
      Break(Stop::kTruncated);
    } else if (code != Z_OK) {
      Break(Stop::kDamage);
    }
  }

  void EndMember() {
    begins_ = last_start_ = end_;
    if (file_.substr(at_).starts_with(kGzipMagic)) {
      BeginMember(at_);
    } else if (file_.find_first_not_of('\0', at_) == file_.npos) {
      begins_ = kNowhere;
      stop_ = Stop::kEnd;  // padding of tapes and of blocks is no damage
    } else {
      Break(Stop::kDamage);
    }
  }

  void BeginMember(size_t at) {
    at_ = member_ = at;
    inflateReset(&stream_);
  }

  // Looks for a member to go on with. Damage shows late, so the search begins within the member
  // that broke, as long as the looking back has cost no more than the file is long.
  void Break(Stop stop) {
    proven_ = begins_ != kNowhere;
    const size_t broke = at_;
    size_t from = member_ + 1;
    resume_ = kNowhere;
    while ((from = file_.find(kGzipMagic, from)) != file_.npos) {
      if (Unpacks(from)) {
        resume_ = from;
        break;
      }
      const size_t cost = at_ - from;
      from = cost <= look_back_bytes_ ? from + 1 : std::max(from + 1, at_);
      look_back_bytes_ -= std::min(cost, look_back_bytes_);
    }
    at_ = broke;
    stop_ = stop == Stop::kTruncated && resume_ == kNowhere ? stop : Stop::kDamage;
  }

  // Whether a member begins at `at`: three bytes of magic stand in compressed data by chance, and
  // then the first symbols after them are impossible.
  bool Unpacks(size_t at) {
    at_ = at;
    inflateReset(&stream_);
    std::array<char, 64> out;
    size_t have = 0;
    while (have < out.size()) {
      size_t produced;
      const int code = Step(out.data() + have, out.size() - have, &produced);
      have += produced;
      if (code == Z_STREAM_END) return true;
      if (code != Z_OK) return false;
    }
    return true;
  }

  std::string_view file_;
  bool gzip_;
  size_t at_ = 0;      // next byte of the file
  size_t member_ = 0;  // where the gzip member begins that is unpacked
  size_t shown_ = 0;   // the same of the last one that the window shows
  z_stream stream_ = {};
  Stop stop_ = Stop::kNone;
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

// -1 if it is no plain number.
int64_t ParseLength(std::string_view text) {
  if (text.empty() || text.size() > 18 || !std::all_of(text.begin(), text.end(), IsDigit)) {
    return -1;
  }
  int64_t length = 0;
  for (const char c : text) length = 10 * length + (c - '0');
  return length;
}

// The header line of an ARC record, "URL IP date type length" (version 1) or with five more fields
// before the length (version 2), as the fields of a WARC record; empty if it is none. URLs may hold
// spaces, so that fields are counted from the end. Internet Archive, "Arc File Format", 1996.
std::string FieldsOfArcLine(std::string_view line) {
  while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
  std::array<std::string_view, 10> words;  // from the end
  size_t count = 0;
  for (std::string_view rest = line; count < words.size() && !rest.empty(); ++count) {
    const size_t space = rest.rfind(' ');
    words[count] = rest.substr(space + 1);  // npos + 1 == 0
    rest = space == rest.npos ? std::string_view() : rest.substr(0, space);
  }
  const auto is_date = [](std::string_view w) {
    return w.size() == 14 && std::all_of(w.begin(), w.end(), IsDigit);
  };
  const size_t date = count > 2 && is_date(words[2]) ? 2 : count > 7 && is_date(words[7]) ? 7 : 0;
  if (date == 0 || count < date + 3 || ParseLength(words[0]) < 0) return "";
  const size_t url_bytes = static_cast<size_t>(words[date + 1].data() - line.data()) - 1;
  const std::string_view url = line.substr(0, url_bytes), d = words[date];
  const bool http = url.starts_with("http");
  return fmt::format(
      "WARC-Type: {}\nWARC-Target-URI: {}\nWARC-Date: {}-{}-{}T{}:{}:{}Z\nContent-Type: {}\n"
      "Content-Length: {}\n",
      http                             ? "response"
      : url.starts_with("filedesc://") ? "warcinfo"
                                       : "resource",
      url, d.substr(0, 4), d.substr(4, 2), d.substr(6, 2), d.substr(8, 2), d.substr(10, 2),
      d.substr(12, 2), http ? "application/http" : words[date - 1], words[0]);
}

}  // namespace

std::string WarcRecord::Name() const {
  std::string_view id = fields.Get("WARC-Record-ID");
  if (id.starts_with('<') && id.ends_with('>')) id = id.substr(1, id.size() - 2);
  constexpr std::string_view kScheme = "urn:uuid:";
  if (id.starts_with(kScheme)) id.remove_prefix(kScheme.size());
  if (!id.empty()) return IsValidUtf8(id) ? std::string(id) : RepairUtf8(id);
  return fmt::format("{}#{}", RepairUtf8(url()), number);
}

std::string_view WarcRecord::url() const {
  std::string_view url = fields.Get("WARC-Target-URI");
  if (url.starts_with('<') && url.ends_with('>')) url = url.substr(1, url.size() - 2);
  return url;
}

struct WarcReader::State {
  State(std::string_view bytes, TextSink* sink) : text(bytes), losses(sink) {}
  State(MappedFile mapped, TextSink* sink)
      : file(std::move(mapped)), text(file->text()), losses(sink) {}

  bool FindRecord();
  bool ReadRecord();
  bool AtRecord();
  size_t HeadBytes();
  void SeekRecord();
  void PassOver(size_t head, int64_t length);
  void CutShort(size_t head);
  bool EndsWhole(size_t bytes);
  void Pass(size_t bytes);
  void Damage(std::string_view what, std::string name = {});
  void CountDamage();
  void Truncated(std::string name = {});
  void Release();

  std::optional<MappedFile> file;
  Unpacker text;
  TextSink* losses;
  WarcRecord record;
  size_t used = 0;  // bytes of the window that the last record takes
  bool arc = false, any = false, truncated = false, done = false;
  bool damaged = false;  // passing over what cannot be read, and not yet counted
  int64_t damaged_bytes = 0;
  std::string damage, damaged_name, damaged_start;
  size_t released = 0;
};

void WarcReader::State::Pass(size_t bytes) {
  if (damaged) {
    damaged_bytes += static_cast<int64_t>(bytes);
    const size_t room = kMaxExcerptBytes - std::min(kMaxExcerptBytes, damaged_start.size());
    damaged_start.append(text.window().substr(0, std::min(bytes, room)));
  }
  text.Skip(bytes);
}

void WarcReader::State::Damage(std::string_view what, std::string name) {
  if (damaged) return;  // one stretch of damage is one loss, whatever else is wrong in it
  damaged = true;
  damaged_bytes = 0;
  damaged_start.clear();
  damaged_name = name.empty() ? fmt::format("byte {}", text.offset()) : std::move(name);
  damage =
      fmt::format("{} at byte {}: {}", text.gzip() ? "gzip member" : "record", text.offset(), what);
}

void WarcReader::State::CountDamage() {
  if (!damaged) return;
  damaged = false;
  losses->Lose({.reason = "damaged_record",
                .bytes = damaged_bytes,
                .why = damage,
                .part = damaged_name,
                .excerpt = damaged_start});
}

void WarcReader::State::Truncated(std::string name) {
  if (truncated) return;
  truncated = true;
  losses->Lose({.reason = "truncated_file",
                .bytes = static_cast<int64_t>(text.window().size()),
                .why = fmt::format("the file ends within a record, at byte {}", text.file_bytes()),
                .part = name.empty() ? fmt::format("byte {}", text.offset()) : std::move(name),
                .excerpt = text.window()});
}

// At the front of the window; grows it as far as that takes.
bool WarcReader::State::AtRecord() {
  text.Grow(16);
  if (BeginsWarc(text.window())) return true;
  if (!any && text.window().starts_with("filedesc://")) arc = true;
  if (!arc) return false;
  constexpr size_t kLongestLine = 16 << 10;
  for (size_t want = 256; want <= kLongestLine; want *= 2) {
    const bool more = text.Grow(want);
    const std::string_view window = text.window().substr(0, want);
    const size_t end = window.find('\n');
    if (end != window.npos) return !FieldsOfArcLine(window.substr(0, end)).empty();
    if (!more) return false;
  }
  return false;
}

// Passes over bytes to the next line that may begin a record, or to the next stop.
void WarcReader::State::SeekRecord() {
  const std::string_view mark = arc ? "\nhttp" : "\nWARC/";
  while (true) {
    const bool more = text.Grow(kPieceBytes);
    const std::string_view window = text.window();
    const size_t at = window.find(mark);
    if (at != window.npos) return Pass(at + 1);
    Pass(more ? window.size() - mark.size() + 1 : window.size());
    if (!more || !text.gzip()) return;
  }
}

// False at the end of the file; otherwise the window begins with a record's header.
bool WarcReader::State::FindRecord() {
  while (true) {
    text.Grow(1);
    const std::string_view window = text.window();
    if (!window.empty()) {
      const size_t blank = std::min(window.find_first_not_of("\r\n"), window.size());
      if (blank > 0) {
        Pass(blank);
      } else if (AtRecord()) {
        CountDamage();
        return true;
      } else {
        Damage("no record where one should begin");
        SeekRecord();
      }
      continue;
    }
    const Stop stop = text.stop();
    if (stop == Stop::kDamage) Damage("compressed data do not unpack");
    if (stop == Stop::kTruncated) Truncated();
    if (stop == Stop::kEnd || stop == Stop::kTruncated) break;
    damaged_bytes += static_cast<int64_t>(text.GoOn());
  }
  if (any || truncated) {
    CountDamage();
  } else if (text.file_bytes() > 0) {
    losses->Lose({.reason = "not_web_archive",
                  .bytes = static_cast<int64_t>(text.file_bytes()),
                  .why = "no record of a WARC or ARC file",
                  .excerpt = damaged_start});
  }
  return false;
}

// Bytes of the header with the empty line that ends it; 0 if it does not end before another begins.
size_t WarcReader::State::HeadBytes() {
  for (size_t line = 0;;) {
    size_t end;
    while ((end = text.window().find('\n', line)) == std::string_view::npos) {
      const size_t have = text.window().size();
      if (have > kMaxHeadBytes || !text.Grow(have + 1)) return 0;
    }
    const std::string_view content = text.window().substr(line, end - line);
    if (arc) return end + 1;
    if (content.empty() || content == "\r") return end + 1;
    if (end > kMaxHeadBytes || (line > 0 && BeginsWarc(content))) return 0;
    line = end + 1;
  }
}

// The file, the member or what unpacks of it ends before the record that begins the window does.
void WarcReader::State::CutShort(size_t head) {
  const size_t next = text.window().find("\nWARC/", head - 1);
  std::string name = head > 1 ? record.Name() : std::string();
  if (next != std::string_view::npos) {
    Damage("the record is longer than the place to the next one", std::move(name));
    return Pass(next + 1);
  }
  if (text.stop() == Stop::kEnd || text.stop() == Stop::kTruncated) {
    Truncated(std::move(name));
  } else {
    Damage("the record does not end where its length says", std::move(name));
  }
  Pass(text.window().size());
}

// A record that is too long to be held.
void WarcReader::State::PassOver(size_t head, int64_t length) {
  int64_t left = static_cast<int64_t>(head) + length;
  if (!text.gzip() && left > static_cast<int64_t>(text.window().size())) return CutShort(head);
  const std::string start(text.window().substr(0, kMaxExcerptBytes));
  while (left > 0) {
    const int64_t want = text.gzip() ? std::min<int64_t>(left, kPieceBytes) : left;
    const bool more = text.Grow(static_cast<size_t>(want));
    const size_t bytes = std::min(static_cast<size_t>(want), text.window().size());
    text.Skip(bytes);
    left -= static_cast<int64_t>(bytes);
    if (!more) {
      if (text.stop() == Stop::kEnd || text.stop() == Stop::kTruncated)
        return Truncated(record.Name());
      return Damage("the record does not end where its length says", record.Name());
    }
  }
  losses->Lose({.reason = "too_long",
                .bytes = length,
                .why = fmt::format("a record of {} bytes", length),
                .part = record.Name(),
                .excerpt = start});
}

// Whether after `bytes` of the window comes what may come after a record: a record, or nothing.
bool WarcReader::State::EndsWhole(size_t bytes) {
  constexpr size_t kLook = 64;
  const bool more = text.Grow(bytes + kLook);
  const std::string_view after = text.window().substr(bytes);
  const size_t next = after.find_first_not_of("\r\n");
  if (next == after.npos) return more || text.stop() != Stop::kDamage || text.proven();
  if (more && after.size() - next < 6) return true;
  if (text.MemberBegins(bytes + next)) return true;
  if (arc) return next > 0 || after.size() == 0;
  constexpr std::string_view kMark = "WARC/";
  return BeginsWarc(after.substr(next)) || (!more && kMark.starts_with(after.substr(next)));
}

// Fills `record` from the header at the front of the window. False if it is no whole record; then
// it is passed over and counted, or will be when the next is found.
bool WarcReader::State::ReadRecord() {
  record.offset = static_cast<int64_t>(text.offset());
  const size_t head = HeadBytes();
  if (head == 0) {
    if (text.stop() == Stop::kEnd || text.stop() == Stop::kTruncated) {
      CutShort(1);
    } else {
      Damage("the header does not end");
      Pass(1);
    }
    return false;
  }
  const std::string_view lines = text.window().substr(0, head);
  record.fields.Parse(arc ? FieldsOfArcLine(lines.substr(0, head - 1)) : std::string(lines));
  const int64_t length = ParseLength(record.fields.Get("Content-Length"));
  if (length < 0) {
    Damage("no Content-Length");
    Pass(head);
    return false;
  }
  any = true;
  ++record.number;
  if (length > kMaxRawTextBytes) {
    PassOver(head, length);
    return false;
  }
  const size_t bytes = head + static_cast<size_t>(length);
  if (!text.Grow(bytes)) {
    CutShort(head);
    return false;
  }
  if (!EndsWhole(bytes)) {
    Damage("no record follows where its length says", record.Name());
    Pass(head);
    return false;
  }
  used = bytes;
  record.type = record.fields.Get("WARC-Type");
  record.block = text.window().substr(head, static_cast<size_t>(length));
  const bool block = HasDigest(record.fields.Get("WARC-Block-Digest"), record.block);
  if (block && HasPayloadDigest(record)) return true;
  losses->Lose({.reason = "digest_mismatch",
                .bytes = length,
                .why = fmt::format("record {} at byte {}: the {} is not what its digest says",
                                   record.number, record.offset, block ? "payload" : "block"),
                .part = record.Name(),
                .excerpt = record.block});
  return false;
}

// Gives the memory of the file's read part back now and then.
void WarcReader::State::Release() {
  constexpr size_t kStep = size_t{64} << 20;
  if (!file || text.consumed() < released + kStep) return;
  file->LetGo(file->bytes().subspan(released, text.consumed() - released));
  released = text.consumed();
}

WarcReader::WarcReader(std::string_view bytes, TextSink* losses)
    : state_(std::make_unique<State>(bytes, losses)) {}

WarcReader::WarcReader(MappedFile file, TextSink* losses)
    : state_(std::make_unique<State>(std::move(file), losses)) {}

WarcReader::~WarcReader() = default;

const WarcRecord* WarcReader::Next() {
  while (true) {
    if (state_->done) return nullptr;
    ThrowIfInterrupted();
    state_->text.Skip(std::exchange(state_->used, 0));
    state_->Release();
    state_->done = !state_->FindRecord();
    if (!state_->done && state_->ReadRecord()) return &state_->record;
  }
}

}  // namespace cria::corpus
