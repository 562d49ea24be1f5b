// Lines are added by one write each, so that only the last can be torn.
#include "corpus/fetch/fetched_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/json.h"

namespace cria::corpus {
namespace {

[[noreturn]] void Fail(const char* what, const fs::path& path) {
  throw Error(fmt::format("{}: {}", what, std::strerror(errno)), path.string(),
              "check the disk and the path");
}

}  // namespace

std::string ToJsonLine(const FetchedFile& file) {
  Json line{{"name", file.name},
            {"url", file.url},
            {"bytes", file.bytes},
            {"sha256", file.digests.sha256}};
  if (!file.digests.sha1.empty()) line["sha1"] = file.digests.sha1;
  if (!file.digests.md5.empty()) line["md5"] = file.digests.md5;
  if (!file.etag.empty()) line["etag"] = file.etag;
  if (!file.last_modified.empty()) line["last_modified"] = file.last_modified;
  line["date"] = file.date;
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<FetchedFile> FetchedFileOf(std::string_view line) {
  const Json json = TryParseJson(line);
  if (!json.is_object()) return std::nullopt;
  FetchedFile file;
  try {
    const std::string where;
    file.name = JsonGet<std::string>(json, "name", where);
    file.url = JsonGet<std::string>(json, "url", where);
    file.bytes = JsonGet<int64_t>(json, "bytes", where);
    file.digests.sha256 = JsonGet<std::string>(json, "sha256", where);
    file.digests.sha1 = JsonGetOr<std::string>(json, "sha1", "", where);
    file.digests.md5 = JsonGetOr<std::string>(json, "md5", "", where);
    file.etag = JsonGetOr<std::string>(json, "etag", "", where);
    file.last_modified = JsonGetOr<std::string>(json, "last_modified", "", where);
    file.date = JsonGetOr<std::string>(json, "date", "", where);
  } catch (const Error&) {
    return std::nullopt;
  }
  return file;
}

FetchedLog::FetchedLog(const fs::path& folder) : path_(folder / kFetchedLogName) {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0) Fail("cannot open", path_);
  try {
    Load();
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

FetchedLog::~FetchedLog() { ::close(fd_); }

void FetchedLog::Load() {
  const std::string text = ReadFile(path_);
  const size_t whole = text.rfind('\n') + 1;  // npos + 1 is 0
  if (whole < text.size() && ::ftruncate(fd_, static_cast<off_t>(whole)) != 0) {
    Fail("cannot cut", path_);
  }
  int64_t number = 1;
  for (size_t at = 0; at < whole; ++number) {
    const size_t end = text.find('\n', at);
    auto file = FetchedFileOf(std::string_view(text).substr(at, end - at));
    if (!file.has_value()) {
      throw Error("no record of a fetched file", fmt::format("{} line {}", path_.string(), number),
                  "remove the line; its file is then to be moved away, or checked by a digest");
    }
    files_[file->name] = std::move(*file);
    at = end + 1;
  }
}

std::optional<FetchedFile> FetchedLog::Find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(name);
  return found == files_.end() ? std::nullopt : std::optional(found->second);
}

void FetchedLog::Add(const FetchedFile& file) {
  const std::string line = ToJsonLine(file) + "\n";
  const std::lock_guard lock(mutex_);
  ssize_t n = 0;
  do {
    n = ::write(fd_, line.data(), line.size());
  } while (n < 0 && errno == EINTR);
  if (n != std::ssize(line)) {
    if (n >= 0) errno = ENOSPC;
    Fail("cannot write", path_);
  }
  if (::fsync(fd_) != 0) Fail("cannot flush", path_);
  files_[file.name] = file;
}

}  // namespace cria::corpus
