// Folders by name; the repository is the outermost that looks like one, the licence the innermost.
#include "corpus/formats/licence_map.h"

#include <algorithm>
#include <vector>

#include "corpus/formats/code_language.h"
#include "corpus/formats/licence.h"
#include "corpus/formats/licence_name.h"
#include "corpus/formats/package_metadata.h"

namespace cria::corpus {
namespace {

constexpr std::string_view kOther = "LicenseRef-other";

std::string_view FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == path.npos ? std::string_view() : path.substr(0, slash);
}

bool IsLicencesFolder(std::string_view folder) {
  const std::string_view name = FileName(folder);
  return name == "LICENSES" || name == "LICENCES";
}

// Of files that are named after their licences, as LICENSE-MIT and LICENSE-APACHE, the user may
// choose one; of others, all hold.
bool NamesAChoice(std::string_view name) {
  return (name.starts_with("LICENSE-") || name.starts_with("LICENCE-") ||
          name.starts_with("LICENSE_") || name.starts_with("LICENSE.") ||
          name.starts_with("UNLICENSE")) &&
         !name.ends_with(".md") && !name.ends_with(".txt") && !name.ends_with(".rst");
}

std::string Joined(const std::vector<std::string>& ids, std::string_view with) {
  if (ids.size() == 1) return ids[0];
  std::string out;
  for (const std::string& id : ids) {
    if (!out.empty()) out.append(" ").append(with) += ' ';
    out += id.find(' ') == std::string::npos ? id : "(" + id + ")";
  }
  return out;
}

}  // namespace

bool LicenceMap::Wants(std::string_view path) {
  const std::string_view name = FileName(path);
  return IsLicenceFile(name) || IsPackageMetadata(name) || IsLicencesFolder(FolderOf(path));
}

void LicenceMap::AddFile(std::string_view path, std::string_view bytes) {
  const std::string_view name = FileName(path);
  std::string_view folder = FolderOf(path);
  const bool in_licences = IsLicencesFolder(folder);
  if (in_licences) folder = FolderOf(folder);
  if (in_licences || IsLicenceFile(name)) {
    folders_[std::string(folder)].files[std::string(name)] = LicenceOfText(bytes);
    return;
  }
  std::string declared = LicenceOfMetadata(name, bytes);
  if (!declared.empty()) {
    folders_[std::string(folder)].metadata[std::string(name)] = std::move(declared);
  }
}

void LicenceMap::AddName(std::string_view path) {
  size_t at = path == ".git" || path.starts_with(".git/") ? 0 : path.find("/.git");
  if (at == path.npos) return;
  const size_t end = at + (at == 0 ? 4 : 5);
  if (end < path.size() && path[end] != '/') return;
  folders_[std::string(path.substr(0, at))].has_git = true;
}

// COPYRIGHT counts only where nothing else is there: it often is a list of owners. A file that
// cannot be told leaves the whole undecided.
std::string LicenceMap::Decide(const Folder& folder) {
  std::vector<std::string> ids;
  bool choice = true, unknown = false;
  const bool only_copyright =
      std::all_of(folder.files.begin(), folder.files.end(),
                  [](const auto& file) { return file.first.starts_with("COPYRIGHT"); });
  for (const auto& [name, id] : folder.files) {
    if (name.starts_with("COPYRIGHT") && !only_copyright) continue;
    unknown |= id.empty();
    choice &= NamesAChoice(name);
    if (!id.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  if (ids.empty()) return "";
  if (choice && !unknown) return Joined(ids, "OR");
  // What the package, or one of the files, says of all of them decides between several.
  if (ids.size() > 1 && !unknown) {
    std::vector<std::string> words;
    for (const auto& [name, declared] : folder.metadata) words.push_back(declared);
    for (const std::string& id : ids) {
      if (id.find(" OR ") != std::string::npos) words.push_back(id);
    }
    for (const std::string& declared : words) {
      const bool names_all = std::all_of(ids.begin(), ids.end(), [&](const std::string& id) {
        return declared.find(id) != std::string::npos;
      });
      if (names_all) return declared;
    }
  }
  if (unknown) ids.emplace_back(kOther);
  return Joined(ids, "AND");
}

const LicenceMap::Folder* LicenceMap::Get(std::string_view folder) const {
  const auto found = folders_.find(folder);
  return found == folders_.end() ? nullptr : &found->second;
}

LicenceMap::Answer LicenceMap::Find(std::string_view path) const {
  std::vector<std::string_view> chain = {""};  // folders from the root to the file's own
  for (size_t at = path.find('/'); at != path.npos; at = path.find('/', at + 1)) {
    chain.push_back(path.substr(0, at));
  }
  constexpr size_t kMaxRepositoryDepth = 2;
  size_t repository = 0;
  while (repository < chain.size() && repository <= kMaxRepositoryDepth &&
         Get(chain[repository]) == nullptr) {
    ++repository;
  }
  if (repository == chain.size() || repository > kMaxRepositoryDepth) return {};
  Answer answer;
  answer.repository = chain[repository];
  const Folder* described = nullptr;
  for (size_t i = chain.size(); i-- > repository;) {
    const Folder* folder = Get(chain[i]);
    if (folder == nullptr) continue;
    if (!folder->files.empty()) {
      answer.licence = Decide(*folder);
      return answer;
    }
    if (described == nullptr && !folder->metadata.empty()) described = folder;
  }
  if (described == nullptr) return answer;
  std::vector<std::string> ids;
  for (const auto& [name, id] : described->metadata) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  answer.licence = Joined(ids, "AND");
  return answer;
}

}  // namespace cria::corpus
