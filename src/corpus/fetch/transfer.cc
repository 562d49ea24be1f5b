// Tries and their verdicts. What is final, what is worth a wait, what begins anew.
#include "corpus/fetch/transfer.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/units.h"
#include "corpus/fetch/url.h"

namespace cria::corpus {
namespace {

using Kind = FetchOutcome::Kind;

// A disk that is full to the last byte harms more than this program.
constexpr int64_t kSpareBytes = int64_t{64} << 20;
// So many new bytes make a try a success: a bad line ends no file that still grows.
constexpr int64_t kGrowthBytes = int64_t{1} << 20;
// A server whose ranges never fit is asked for the whole so often without a pause.
constexpr int kMaxAnew = 2;

FetchOutcome Failed(std::string reason, std::string detail) {
  return {Kind::kFailed, std::move(reason), std::move(detail)};
}

std::string NowText() {
  const time_t now = time(nullptr);
  struct tm utc = {};
  gmtime_r(&now, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

// Whether a web page came in place of a compressed file: the error or login page of a server that
// says 200 all the same. Apache calls x.html.gz text/html too, so the bytes decide.
bool IsPageForArchive(const std::string& name, const HttpHead& head, std::string_view bytes) {
  static constexpr std::pair<std::string_view, std::string_view> kMagic[] = {
      {".gz", "\x1f\x8b"},
      {".bz2", "BZh"},
      {".xz",
       "\xfd"
       "7z"},
      {".7z", "7z\xbc\xaf"},
      {".zst", "\x28\xb5\x2f\xfd"},
      {".zip", "PK"}};
  if (!head.content_type.starts_with("text/html")) return false;
  for (const auto& [ending, magic] : kMagic) {
    if (name.ends_with(ending)) return bytes.size() >= 4 && !bytes.starts_with(magic);
  }
  return false;
}

}  // namespace

Transfer::Transfer(const TransferRoom& room, int slot)
    : room_(room), slot_(slot), client_(room.http, room.stop) {}

FetchOutcome Transfer::Run(const FetchEntry& entry) {
  entry_ = &entry;
  host_ = ParseUrl(entry.url)->authority;
  wrong_sha256_.clear();
  std::unique_ptr<PartFile> part;
  try {
    if (const auto standing = Standing()) return *standing;
    part = std::make_unique<PartFile>(room_.out / entry.name, entry.url, entry.digests, room_.stop);
  } catch (const Interrupted&) {
    return {};
  } catch (const Error& error) {
    return Failed("no_place", error.what());
  }
  FetchOutcome outcome = Obtain(part.get());
  // What is missing or wrong on the server is of no use here either.
  if (outcome.reason == "missing" || outcome.reason == "size" || outcome.reason == "digest") {
    part->Restart();
  }
  return outcome;
}

FetchOutcome Transfer::TheirFile(const std::string& why) const {
  return Failed("foreign_file", fmt::format("{} {}; move it away", entry_->name, why));
}

// Whether the file is there already, or may not be touched; nothing if it is to be fetched.
std::optional<FetchOutcome> Transfer::Standing() {
  const fs::path path = room_.out / entry_->name;
  std::error_code failed;
  if (!fs::is_regular_file(path, failed)) return std::nullopt;
  const int64_t bytes = static_cast<int64_t>(fs::file_size(path));
  std::optional<FetchedFile> record = room_.fetched->Find(entry_->name);
  const Digests& wanted = entry_->digests;
  const auto lacks = [](const std::string& want, const std::string& have) {
    return !want.empty() && have.empty();
  };
  Digests known;
  if (record.has_value()) {
    // Ours, so it may be fetched anew where it is not what it was, or not what is wanted.
    known = record->digests;
    if (bytes != record->bytes || (entry_->size_bytes >= 0 && bytes != entry_->size_bytes) ||
        !DigestFault(wanted, known).empty()) {
      return std::nullopt;
    }
    const bool proven = !wanted.empty();
    if (record->url != entry_->url && !proven) return TheirFile("was fetched from " + record->url);
    if (!room_.verify && !lacks(wanted.sha1, known.sha1) && !lacks(wanted.md5, known.md5)) {
      return FetchOutcome{Kind::kThere, "", ""};
    }
  } else {
    known.sha256 = PartFile::CommittedSha256(path);
    if (known.empty() && wanted.empty()) return TheirFile("stands there, and fetch did not put it");
  }
  const Digests got = DigestsOf(path, wanted, room_.stop);
  if (got.empty()) return FetchOutcome{};
  const bool good = DigestFault(known, got).empty() && DigestFault(wanted, got).empty();
  if (!good && record.has_value()) return std::nullopt;
  if (!good) return TheirFile("stands there with other contents: " + DigestFault(wanted, got));
  if (!record.has_value())
    record = FetchedFile{entry_->name, entry_->url, bytes, {}, "", "", NowText()};
  record->digests = got;
  Record(*record);
  return FetchOutcome{Kind::kThere, "", ""};
}

// Writes down that the file is there.
void Transfer::Record(const FetchedFile& file) {
  room_.fetched->Add(file);
  PartFile::Forget(room_.out / entry_->name);
}

FetchOutcome Transfer::Obtain(PartFile* part) {
  part_ = part;
  int64_t reached = part->size_bytes();
  int tries = 0, anew = 0;
  while (true) {
    room_.tally->Wait(slot_, true);
    const bool may = room_.hosts->Enter(host_);
    room_.tally->Wait(slot_, false);
    if (!may) {
      if (room_.stop()) return {};
      return Failed("host_given_up", "other files of " + host_ + " failed too often");
    }
    Attempt attempt = Try();
    if (attempt.kind == Attempt::Kind::kWhole) {
      room_.hosts->Worked(host_);
      return {Kind::kFetched, "", ""};
    }
    if (attempt.kind == Attempt::Kind::kFinal) {
      if (attempt.reason != "refused") room_.hosts->Worked(host_);
      return Failed(attempt.reason, attempt.detail);
    }
    if (attempt.kind == Attempt::Kind::kAnew) {
      part->Restart();
      if (++anew <= kMaxAnew) continue;
    }
    part->Keep();
    if (attempt.kind == Attempt::Kind::kStopped) return {};
    if (part->size_bytes() >= reached + kGrowthBytes) {
      reached = part->size_bytes();
      tries = 0;
    }
    if (++tries > room_.retries) {
      room_.hosts->Failed(host_);
      return Failed(attempt.reason, fmt::format("{}, tried {} times", attempt.detail, tries));
    }
    if (!PauseAfter(attempt, tries)) return {};
  }
}

bool Transfer::PauseAfter(const Attempt& attempt, int tries) {
  const double seconds =
      room_.back_off.Seconds(entry_->url, tries, room_.seed, attempt.asked_seconds);
  room_.log(
      fmt::format("{}: {}; again in {}", entry_->url, attempt.detail, FormatSeconds(seconds)));
  if (attempt.pauses_host) {
    room_.hosts->Pause(host_, seconds);  // Enter waits
    return true;
  }
  room_.tally->Wait(slot_, true);
  const bool slept = SleepUnless(seconds, room_.stop);
  room_.tally->Wait(slot_, false);
  return slept;
}

Transfer::Attempt Transfer::Try() {
  ended_.reset();
  head_ = HttpHead();
  room_.tally->At(slot_, part_->size_bytes(), part_->total_bytes());
  if (part_->size_bytes() > 0 && part_->IsWhole()) return JudgeWhole();
  HttpRequest request;
  request.url = entry_->url;
  request.if_range = part_->validator();
  // Without a validator only a digest can tell whether the halves belong together.
  if (part_->size_bytes() > 0 && (!request.if_range.empty() || !entry_->digests.empty())) {
    request.from_byte = part_->size_bytes();
  }
  asked_from_ = request.from_byte;
  return Judge(client_.Get(request, this));
}

bool Transfer::End(Attempt attempt) {
  ended_ = std::move(attempt);
  return false;
}

bool Transfer::Begin(const HttpHead& head) {
  head_ = head;
  if (head.status != 200 && head.status != 206) return true;
  if (head.status == 206) {
    if (asked_from_ == 0 || head.range_begin != asked_from_ || part_->IsOther(head)) {
      return End({Attempt::Kind::kAnew, "connection", "the server's ranges do not fit"});
    }
  } else if (part_->size_bytes() > 0) {
    part_->Restart();
  }
  part_->Describe(head);
  const int64_t total = head.total_bytes();
  if (total >= 0 && entry_->size_bytes >= 0 && total != entry_->size_bytes) {
    return End({Attempt::Kind::kFinal, "size",
                fmt::format("the list says {} bytes, the server {}", entry_->size_bytes, total)});
  }
  room_.tally->At(slot_, part_->size_bytes(), total);
  RequireFreeSpace(room_.out, room_.tally->ActiveLeftBytes() + kSpareBytes);
  return true;
}

bool Transfer::Take(std::string_view bytes) {
  if (part_->size_bytes() == 0 && IsPageForArchive(entry_->name, head_, bytes)) {
    return End(
        {Attempt::Kind::kRetry, "web_page", "the server sent a web page in place of the file"});
  }
  if (entry_->size_bytes >= 0 && part_->size_bytes() + std::ssize(bytes) > entry_->size_bytes) {
    return End({Attempt::Kind::kFinal, "size",
                fmt::format("more than the {} bytes that the list says", entry_->size_bytes)});
  }
  part_->Write(bytes);
  room_.tally->AddFetched(std::ssize(bytes));
  room_.tally->At(slot_, part_->size_bytes(), part_->total_bytes());
  room_.rate->Take(std::ssize(bytes), room_.stop);
  return true;
}

Transfer::Attempt Transfer::Judge(const HttpResult& result) {
  if (room_.stop()) return {};
  if (ended_.has_value()) return *ended_;
  const int status = result.head.status;
  const std::string said = fmt::format("the server says {}", status);
  if (result.end == HttpEnd::kRefused) return {Attempt::Kind::kFinal, "refused", result.why};
  if (status == 404 || status == 410) return {Attempt::Kind::kFinal, "missing", said};
  if (status == 416) return {Attempt::Kind::kAnew, "unavailable", said};
  if (IsWorthRetrying(status)) {
    const HttpHead& head = result.head;
    const double asked = RetryAfterSeconds(head.retry_after, head.date, time(nullptr));
    return {Attempt::Kind::kRetry, "unavailable", said, asked,
            status == 429 || status == 503 || asked > 0};
  }
  if (result.end == HttpEnd::kCut) return {Attempt::Kind::kRetry, "connection", result.why};
  if (status != 200 && status != 206) return {Attempt::Kind::kFinal, "refused", said};
  return JudgeWhole();
}

Transfer::Attempt Transfer::JudgeWhole() {
  const int64_t bytes = part_->size_bytes();
  const int64_t wanted = part_->total_bytes() >= 0 ? part_->total_bytes() : entry_->size_bytes;
  if (wanted >= 0 && bytes != wanted) {
    return {Attempt::Kind::kRetry, "connection",
            fmt::format("{} bytes came, {} were to come", bytes, wanted)};
  }
  const Digests digests = part_->Finish();
  if (const std::string fault = DigestFault(entry_->digests, digests); !fault.empty()) {
    part_->Restart();
    // Twice the same is what the server has; otherwise the way here may have been at fault.
    const bool same = wrong_sha256_ == digests.sha256;
    wrong_sha256_ = digests.sha256;
    return {same ? Attempt::Kind::kFinal : Attempt::Kind::kRetry, "digest", fault};
  }
  part_->Commit(digests.sha256);
  Record({entry_->name, entry_->url, bytes, digests, part_->etag(), part_->last_modified(),
          NowText()});
  return {Attempt::Kind::kWhole, "", ""};
}

}  // namespace cria::corpus
