// Parses the registry, finds the entry of a file on disk, and hashes what the file holds.
#include "eval/sets.h"

#include <algorithm>
#include <memory>
#include <set>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/units.h"
#include "eval/task_data.h"

namespace cria::eval {
namespace {

constexpr std::string_view kSetKeys[] = {"name",    "title",    "source", "licence", "archive",
                                         "by_hand", "verified", "note",   "files"};
constexpr std::string_view kFileKeys[] = {
    "path",     "url",  "archive",         "member",      "bytes",           "records",  "sha256",
    "verified", "note", "recorded_sha256", "recorded_by", "unpacked_sha256", "subset_of"};
constexpr std::string_view kArchiveKeys[] = {"url", "bytes", "sha256", "recorded_by"};

[[noreturn]] void Fail(const std::string& what, const std::string& where) {
  throw Error(what, where, "correct the registry of evaluation sets");
}

void CheckKeys(const Json& json, std::span<const std::string_view> keys, const std::string& where) {
  if (!json.is_object()) Fail("the entry is no object", where);
  for (const auto& entry : json.items()) {
    if (std::find(keys.begin(), keys.end(), entry.key()) == keys.end()) {
      Fail(fmt::format("unknown key \"{}\"", entry.key()), where);
    }
  }
}

std::string TextOr(const Json& json, const char* key, std::string fallback,
                   const std::string& where) {
  return JsonGetOr<std::string>(json, key, std::move(fallback), where);
}

std::string DigestOr(const Json& json, const char* key, const std::string& where) {
  std::string digest = TextOr(json, key, "", where);
  const bool hex = digest.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!digest.empty() && (!hex || digest.size() != 64)) {
    Fail(fmt::format("{} is no SHA-256 in small letters: \"{}\"", key, digest), where);
  }
  return digest;
}

int64_t CountOr(const Json& json, const char* key, const std::string& where) {
  const int64_t count = JsonGetOr<int64_t>(json, key, -1, where);
  if (count == 0 || count < -1) Fail(fmt::format("{} must be above 0", key), where);
  return count;
}

// Below the folder of its set, and nowhere else.
void CheckPath(const SetFile& file, const std::string& where) {
  const bool inside = file.path.starts_with(file.set + "/") && file.path != file.set + "/";
  const std::string padded = "/" + file.path;
  const bool steps =
      padded.find("/.") != std::string::npos || padded.find("//") != std::string::npos;
  if (!inside || steps) Fail("the path does not lie in the folder of its set", where);
}

void TakeArchive(const Json& set, const Json& entry, const std::string& where, SetFile* file) {
  const Json& archive = entry.contains("archive") ? entry["archive"] : set["archive"];
  CheckKeys(archive, kArchiveKeys, where);
  file->url = JsonGet<std::string>(archive, "url", where);
  file->archive_bytes = CountOr(archive, "bytes", where);
  file->archive_sha256 = DigestOr(archive, "sha256", where);
  file->archive_recorded_by = TextOr(archive, "recorded_by", "", where);
}

SetFile FileFromJson(const Json& set, const Json& entry, const std::string& registry) {
  SetFile file;
  file.set = JsonGet<std::string>(set, "name", registry);
  file.path = JsonGet<std::string>(entry, "path", registry);
  const std::string where = registry + ", " + file.path;
  CheckKeys(entry, kFileKeys, where);
  CheckPath(file, where);
  file.member = TextOr(entry, "member", "", where);
  if (!file.member.empty()) {
    if (!entry.contains("archive") && !set.contains("archive")) Fail("no archive", where);
    TakeArchive(set, entry, where, &file);
  } else {
    file.url = JsonGet<std::string>(entry, "url", where);
  }
  file.title = JsonGet<std::string>(set, "title", where);
  file.source = JsonGet<std::string>(set, "source", where);
  file.licence = JsonGet<std::string>(set, "licence", where);
  file.by_hand = TextOr(set, "by_hand", "", where);
  file.verified = TextOr(entry, "verified", TextOr(set, "verified", "", where), where);
  file.note = TextOr(entry, "note", TextOr(set, "note", "", where), where);
  file.subset_of = TextOr(entry, "subset_of", "", where);
  file.bytes = CountOr(entry, "bytes", where);
  file.records = CountOr(entry, "records", where);
  file.sha256 = DigestOr(entry, "sha256", where);
  file.recorded_sha256 = DigestOr(entry, "recorded_sha256", where);
  file.recorded_by = TextOr(entry, "recorded_by", "", where);
  file.unpacked_sha256 = DigestOr(entry, "unpacked_sha256", where);
  if (file.sha256.empty() && file.note.empty() && file.recorded_by.empty()) {
    Fail("neither a digest nor a note that says why", where);
  }
  if (!file.sha256.empty() && file.verified.empty()) Fail("how is the digest known?", where);
  if (file.recorded_sha256.empty() != file.recorded_by.empty()) {
    Fail("recorded_sha256 and recorded_by belong together", where);
  }
  return file;
}

// The entry of a file of this name, packed or unpacked in another way than published.
const SetFile* EntryOf(const std::string& path) {
  if (const SetFile* file = FindSetFile(path)) return file;
  const std::string plain(UnpackedName(path));
  if (const SetFile* file = FindSetFile(plain)) return file;
  const SetFile* packed = FindSetFile(plain + ".gz");
  return packed != nullptr && !packed->unpacked_sha256.empty() ? packed : nullptr;
}

std::string HashUnpacked(const fs::path& path) {
  constexpr size_t kPieceBytes = size_t{1} << 20;
  const auto piece = std::make_unique<char[]>(kPieceBytes);
  TextReader reader(path);
  Sha256 hash;
  while (const size_t size = reader.ReadSome(piece.get(), kPieceBytes)) {
    hash.Update(piece.get(), size);
  }
  return hash.Hex();
}

int64_t CountRecords(const fs::path& path) {
  TextReader reader(path);
  std::string line;
  int64_t records = 0;
  while (reader.NextLine(&line)) records += line.find_first_not_of(" \t\r") != std::string::npos;
  return records;
}

}  // namespace

std::vector<SetFile> SetFilesFromJson(const Json& json, const std::string& where) {
  std::vector<SetFile> files;
  std::set<std::string> paths;
  for (const Json& set : JsonGet<Json>(json, "sets", where)) {
    CheckKeys(set, kSetKeys, where);
    for (const Json& entry : JsonGet<Json>(set, "files", where)) {
      files.push_back(FileFromJson(set, entry, where));
      if (!paths.insert(files.back().path).second) {
        Fail("the path occurs twice", where + ", " + files.back().path);
      }
    }
  }
  return files;
}

std::span<const SetFile> KnownSetFiles() {
  static const std::vector<SetFile> files =
      SetFilesFromJson(ParseJson(kEvaluationSets, "sets.json"), "sets.json");
  return files;
}

const SetFile* FindSetFile(std::string_view path) {
  const std::span<const SetFile> files = KnownSetFiles();
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const SetFile& file) { return file.path == path; });
  return found == files.end() ? nullptr : &*found;
}

const char* SetStateName(SetState state) {
  switch (state) {
    case SetState::kOriginal:
      return "original";
    case SetState::kAltered:
      return "altered";
    case SetState::kUnknown:
      break;
  }
  return "unknown";
}

SetState CheckSetFile(const fs::path& folder, const fs::path& file) {
  const fs::path below = fs::absolute(file).lexically_normal().lexically_relative(
      fs::absolute(folder).lexically_normal());
  const SetFile* known = EntryOf(below.generic_string());
  if (known == nullptr) return SetState::kUnknown;
  if (!known->subset_of.empty()) return SetState::kAltered;
  const std::string& wanted =
      known->unpacked_sha256.empty() ? known->digest() : known->unpacked_sha256;
  if (!wanted.empty()) {
    return HashUnpacked(file) == wanted ? SetState::kOriginal : SetState::kAltered;
  }
  const bool lines = known->path.ends_with(".jsonl") && known->records > 0;
  return lines && CountRecords(file) != known->records ? SetState::kAltered : SetState::kUnknown;
}

std::string DescribeSetFile(const SetFile& file) {
  std::string line = file.path;
  if (file.records > 0) line += fmt::format(", {} records", file.records);
  if (file.bytes > 0) line += ", " + FormatBytes(static_cast<double>(file.bytes));
  line += "; " + file.licence + "; ";
  if (file.url.empty()) {
    line += "no original";
  } else {
    line += file.member.empty() ? file.url : fmt::format("{} in {}", file.member, file.url);
  }
  if (!file.sha256.empty()) {
    line += "; sha256 " + file.sha256;
  } else if (!file.recorded_sha256.empty()) {
    line += fmt::format("; sha256 {} ({})", file.recorded_sha256, file.recorded_by);
  } else {
    line += file.subset_of.empty() ? "; no digest known" : "; a part of " + file.subset_of;
  }
  return line;
}

}  // namespace cria::eval
