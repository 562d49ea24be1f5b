// Cuts a file's text (WarcUnpacker) into records and finds its way back after damage; reads every
// byte a bounded number of times, whatever the file says.
#include "corpus/formats/web/warc.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/interrupt.h"
#include "base/utf8.h"
#include "corpus/formats/web/warc_digest.h"
#include "corpus/formats/web/warc_unpacker.h"

namespace cria::corpus {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

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
  WarcUnpacker text;
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
    const WarcStop stop = text.stop();
    if (stop == WarcStop::kDamage) Damage("compressed data do not unpack");
    if (stop == WarcStop::kTruncated) Truncated();
    if (stop == WarcStop::kEnd || stop == WarcStop::kTruncated) break;
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
  if (text.stop() == WarcStop::kEnd || text.stop() == WarcStop::kTruncated) {
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
      if (text.stop() == WarcStop::kEnd || text.stop() == WarcStop::kTruncated)
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
  if (next == after.npos) return more || text.stop() != WarcStop::kDamage || text.proven();
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
    if (text.stop() == WarcStop::kEnd || text.stop() == WarcStop::kTruncated) {
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
