// zlib's inflate over members, and the search for a member to go on with.
#include "corpus/formats/web/warc_unpacker.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"
#include "base/interrupt.h"

namespace cria::corpus {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;
constexpr std::string_view kGzipMagic = "\x1f\x8b\x08";

}  // namespace

bool BeginsWarc(std::string_view text) {
  return text.size() > 5 && text.starts_with("WARC/") && text[5] >= '0' && text[5] <= '9';
}

WarcUnpacker::WarcUnpacker(std::string_view file)
    : file_(file), gzip_(file.starts_with(kGzipMagic)) {
  if (!gzip_) {
    stop_ = WarcStop::kEnd;
    return;
  }
  CRIA_CHECK(inflateInit2(&stream_, 31) == Z_OK, "zlib has no memory");
  look_back_bytes_ = std::max(file.size(), size_t{16} << 20);
}

WarcUnpacker::~WarcUnpacker() {
  if (gzip_) inflateEnd(&stream_);
}

std::string_view WarcUnpacker::window() const {
  if (!gzip_) return file_.substr(at_);
  // The first bytes of a member stay hidden until it is known whether a record begins there.
  const size_t end = begins_ != kNowhere ? begins_ : end_;
  return {buffer_.data() + begin_, end - begin_};
}

bool WarcUnpacker::Grow(size_t bytes) {
  while (window().size() < bytes) {
    if (fence_ || stop_ != WarcStop::kNone) return false;
    MakeRoom();
    Inflate();
  }
  return true;
}

void WarcUnpacker::Skip(size_t bytes) {
  CRIA_CHECK(bytes <= window().size(), "{} > {}", bytes, window().size());
  if (!gzip_) {
    at_ += bytes;
    return;
  }
  begin_ += bytes;
}

size_t WarcUnpacker::GoOn() {
  if (fence_) {
    fence_ = false;
    begins_ = kNowhere;
    shown_ = member_;
    Settle(held_);
    return 0;
  }
  if (stop_ != WarcStop::kDamage) return 0;
  begin_ = end_ = 0;
  begins_ = last_start_ = kNowhere;
  const size_t from = at_;
  if (resume_ == kNowhere) {
    at_ = file_.size();
    stop_ = WarcStop::kEnd;
  } else {
    BeginMember(resume_);
    shown_ = resume_;
    stop_ = WarcStop::kNone;
  }
  return at_ > from ? at_ - from : 0;
}

void WarcUnpacker::MakeRoom() {
  if (begin_ == end_ && begins_ == kNowhere) {
    begin_ = end_ = 0;
    last_start_ = kNowhere;
  }
  if (buffer_.size() >= end_ + kPieceBytes) return;
  if (begin_ > 0 && begin_ >= end_ - begin_) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    if (begins_ != kNowhere) begins_ -= begin_;
    last_start_ = last_start_ == kNowhere || last_start_ < begin_ ? kNowhere : last_start_ - begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + kPieceBytes) {
    buffer_.resize(std::max(2 * buffer_.size(), end_ + kPieceBytes));
  }
}

int WarcUnpacker::Step(char* to, size_t room, size_t* produced) {
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

void WarcUnpacker::Inflate() {
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

void WarcUnpacker::Settle(int code) {
  if (code == Z_STREAM_END) {
    EndMember();
  } else if (code == Z_BUF_ERROR && at_ == file_.size()) {
    Break(WarcStop::kTruncated);
  } else if (code != Z_OK) {
    Break(WarcStop::kDamage);
  }
}

void WarcUnpacker::EndMember() {
  begins_ = last_start_ = end_;
  if (file_.substr(at_).starts_with(kGzipMagic)) {
    BeginMember(at_);
  } else if (file_.find_first_not_of('\0', at_) == file_.npos) {
    begins_ = kNowhere;
    stop_ = WarcStop::kEnd;  // padding of tapes and of blocks is no damage
  } else {
    Break(WarcStop::kDamage);
  }
}

void WarcUnpacker::BeginMember(size_t at) {
  at_ = member_ = at;
  inflateReset(&stream_);
}

void WarcUnpacker::Break(WarcStop stop) {
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
  stop_ = stop == WarcStop::kTruncated && resume_ == kNowhere ? stop : WarcStop::kDamage;
}

bool WarcUnpacker::Unpacks(size_t at) {
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

}  // namespace cria::corpus
