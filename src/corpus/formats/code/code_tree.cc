// Licences first, then the files: an archive may hold the licence behind what it covers.
#include "corpus/formats/code/code_tree.h"

#include <algorithm>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "base/ascii.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/utf8.h"
#include "corpus/formats/code/code_header.h"
#include "corpus/formats/code/code_language.h"
#include "corpus/formats/code/code_notices.h"
#include "corpus/formats/encoding.h"
#include "corpus/formats/licences/licence.h"
#include "corpus/formats/licences/licence_map.h"
#include "corpus/formats/licences/licence_name.h"
#include "corpus/formats/licences/licence_prose.h"

namespace cria::corpus {
namespace {

constexpr size_t kNoticeBytes = 32768;  // of a file, where it may state its own licence

bool IsInGit(std::string_view path) {
  return path.starts_with(".git/") || path.find("/.git/") != path.npos;
}

// Whether a file that states `said` is not under the `licence` of what it stands in. Prose that
// names several may mean the choice that the repository leaves: "both the GPLv2 and Apache 2.0".
bool Contradicts(const NoticeStatement& said, const std::string& licence) {
  const std::string& own = said.licence;
  if (own.empty() || IsAllowedLicence(own)) return false;
  if (said.is_tagged || licence.find(" OR ") == std::string::npos) return true;
  const std::string choice = ReplaceAll(own, " AND ", " OR ");
  if (!IsAllowedLicence(choice)) return true;
  for (std::string_view rest = choice; !rest.empty();) {
    const size_t end = std::min(rest.find(" OR "), rest.size());
    if (licence.find(LicenceFamily(rest.substr(0, end))) == std::string::npos) return true;
    rest.remove_prefix(std::min(end + 4, rest.size()));
  }
  return false;
}

class Reader {
 public:
  Reader(const CodeTreeOptions& options, TextSink* sink) : options_(options), sink_(sink) {}

  void Read(const CodeFiles& files) {
    files.ForEach(
        [this](std::string_view path) {
          licences_.AddName(path);
          return !IsInGit(path) && LicenceMap::Wants(path);
        },
        [this](std::string_view path, std::string_view bytes) { licences_.AddFile(path, bytes); });
    files.ForEach([this](std::string_view path) { return Wanted(path); },
                  [this](std::string_view path, std::string_view bytes) { Take(path, bytes); });
  }

 private:
  bool Wanted(std::string_view path) {
    ThrowIfInterrupted();
    if (FileName(path) == ".git" || IsInGit(path)) return false;
    answer_ = licences_.Find(path);
    path_in_repository_ =
        path.substr(answer_.repository.empty() ? 0 : answer_.repository.size() + 1);
    // First the name: pictures and tables are not counted as losses of sources' licences.
    if (const char* reason = CodePathRejectReason(path_in_repository_, options_.rules)) {
      sink_->Lose({.reason = reason, .part = RepairUtf8(path), .by_choice = true});
      return false;
    }
    if (IsLicenceFile(FileName(path))) {
      sink_->Lose({.reason = "licence_file", .part = RepairUtf8(path), .by_choice = true});
      return false;
    }
    // The bytes are wanted even if the licence refuses the file: they are counted.
    return true;
  }

  void Take(std::string_view path, std::string_view bytes) {
    const auto lose = [&](std::string_view reason, std::string why = {}) {
      sink_->Lose({.reason = reason,
                   .bytes = static_cast<int64_t>(bytes.size()),
                   .why = std::move(why),
                   .part = RepairUtf8(path),
                   .excerpt = bytes,
                   .by_choice = true});
    };
    if (answer_.licence.empty()) return lose("licence_unknown");
    if (!IsAllowedLicence(answer_.licence)) return lose("licence_not_allowed", answer_.licence);
    if (static_cast<int64_t>(bytes.size()) > kMaxRawTextBytes) return lose("too_long");
    if (LooksBinary(bytes)) return lose("binary");
    for (const std::string& notice : NoticesIn(bytes.substr(0, kNoticeBytes), path)) {
      const NoticeStatement own = ReadNotice(notice);
      if (!Contradicts(own, answer_.licence)) continue;
      return lose("licence_not_allowed", own.licence + ", as the file itself says");
    }
    RawText out;
    out.text = ToUtf8(bytes, "");
    if (const char* reason = CodeRejectReason(path_in_repository_, out.text, options_.rules)) {
      return lose(reason);
    }
    if (options_.cut_headers) out.text = WithoutCodeHeader(out.text, path);
    // A file of a notice and nothing else.
    if (out.text.find_first_not_of(" \t\r\n") == std::string::npos) return lose("empty");
    out.part = RepairUtf8(path);
    out.meta = {{"licence", answer_.licence},
                {"repository", RepairUtf8(answer_.repository)},
                {"path", RepairUtf8(path_in_repository_)},
                {"language", LanguageOfFile(path)->name}};
    sink_->Take(std::move(out));
  }

  const CodeTreeOptions& options_;
  TextSink* sink_;
  LicenceMap licences_;
  LicenceMap::Answer answer_;  // of the file that Wanted() said yes to last
  std::string path_in_repository_;
};

// A folder on disk. Its list is made once: both passes see the same files.
class FolderFiles : public CodeFiles {
 public:
  FolderFiles(const fs::path& root, TextSink* sink) : sink_(sink) {
    std::error_code error;
    if (!fs::is_directory(root, error)) {
      throw Error("no folder of repositories", root.string(), "name a folder that is there");
    }
    std::vector<fs::path> open = {root};
    while (!open.empty()) {
      const fs::path folder = std::move(open.back());
      open.pop_back();
      ThrowIfInterrupted();
      for (fs::directory_iterator at(folder, error), end; !error && at != end;
           at.increment(error)) {
        std::error_code ignored;
        const fs::file_status status = at->symlink_status(ignored);
        const bool git = at->path().filename() == ".git";
        if (git || status.type() == fs::file_type::regular) {
          files_.push_back({RepairUtf8(at->path().lexically_relative(root).string()), at->path()});
        } else if (status.type() == fs::file_type::directory) {
          open.push_back(at->path());
        }
      }
      if (error && folder == root) {
        throw Error(fmt::format("cannot read the folder: {}", error.message()), root.string(),
                    "give it read permission");
      }
      if (error) {
        sink_->Lose({.reason = "unreadable",
                     .why = fmt::format("{}: {}", folder.string(), error.message()),
                     .part = RepairUtf8(folder.lexically_relative(root).string())});
      }
      error.clear();
    }
    std::sort(files_.begin(), files_.end());
  }

  void ForEach(const std::function<bool(std::string_view)>& wanted,
               const std::function<void(std::string_view, std::string_view)>& take) const override {
    for (const auto& [name, path] : files_) {
      if (!wanted(name)) continue;
      std::optional<MappedFile> file;
      try {
        file.emplace(path);
      } catch (const Error& error) {
        sink_->Lose({.reason = "unreadable", .why = error.what(), .part = name});
      }
      if (file) take(name, file->text());
    }
  }

 private:
  TextSink* sink_;
  std::vector<std::pair<std::string, fs::path>> files_;
};

}  // namespace

void ReadCodeTree(const CodeFiles& files, const CodeTreeOptions& options, TextSink* sink) {
  Reader(options, sink).Read(files);
}

void ReadCodeFolder(const fs::path& root, const CodeTreeOptions& options, TextSink* sink) {
  ReadCodeTree(FolderFiles(root, sink), options, sink);
}

}  // namespace cria::corpus
