// Folders by name; the repository is the outermost that looks like one, the licence the innermost.
#include "corpus/formats/licences/licence_map.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"
#include "corpus/formats/code/code_language.h"
#include "corpus/formats/licences/licence.h"
#include "corpus/formats/licences/licence_name.h"
#include "corpus/formats/licences/licence_parts.h"
#include "corpus/formats/licences/licence_prose.h"
#include "corpus/formats/licences/package_metadata.h"

namespace cria::corpus {
namespace {

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

bool IsReadme(std::string_view name) {
  const std::string lower = LowerAscii(name);
  if (!lower.starts_with("readme")) return false;
  const std::string_view suffix = std::string_view(lower).substr(6);
  return suffix.empty() || suffix == ".md" || suffix == ".txt" || suffix == ".rst" ||
         suffix == ".markdown" || suffix == ".org";
}

// A link that an archive or a checkout without links gives as a file: "../LICENSE"; or a page of
// the documentation that shows it.
// A page of documentation that takes the licence in from its file: "{!LICENSE!}".
bool IsInclusion(std::string_view bytes) {
  constexpr size_t kMaxPage = 400;
  if (bytes.size() > kMaxPage) return false;
  for (const std::string_view directive : {"{!", "{literalinclude}", "literalinclude::",
                                           ".. include::", "--8<--", "{% include", "@@include("}) {
    if (bytes.find(directive) != bytes.npos) return true;
  }
  return false;
}

bool IsLink(std::string_view bytes) {
  constexpr size_t kMaxLinkBytes = 256;
  if (bytes.size() >= kMaxLinkBytes) return false;
  return (bytes.starts_with("../") || bytes.starts_with("./")) &&
         bytes.find_first_of(" \t\n") >= bytes.size() - 1;
}

// The file LICENSE of a package of R: fields for the gaps of a text that stands elsewhere.
bool IsListOfOwners(std::string_view bytes) {
  constexpr size_t kMaxBytes = 2000;
  if (bytes.size() > kMaxBytes) return false;
  bool year = false, holder = false;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (Trimmed(line).empty() || (holder && (line[0] == ' ' || line[0] == '\t'))) continue;
    const std::string lower = LowerAscii(line.substr(0, 18));
    year |= lower.starts_with("year:");
    holder |= lower.starts_with("copyright holder:");
    if (!StartsWithAny(lower, {"year:", "copyright holder:", "organization:"})) return false;
  }
  return year && holder;
}

bool IsGnu(std::string_view id) { return id.find("GPL") != id.npos; }

void Add(const std::string& id, std::vector<std::string>* ids) {
  if (!id.empty() && std::find(ids->begin(), ids->end(), id) == ids->end()) ids->push_back(id);
}

// Whether a README's sentence leaves the choice between all of `ids` that are not allowed and one
// that is.
bool Covers(const std::vector<std::string>& choice, const std::vector<std::string>& ids) {
  const auto named = [&](const std::string& id) {
    return std::any_of(choice.begin(), choice.end(), [&](const std::string& name) {
      return LicenceFamily(name) == LicenceFamily(id);
    });
  };
  return std::any_of(ids.begin(), ids.end(),
                     [&](const std::string& id) { return IsAllowedLicence(id) && named(id); }) &&
         std::all_of(ids.begin(), ids.end(),
                     [&](const std::string& id) { return IsAllowedLicence(id) || named(id); });
}

}  // namespace

bool LicenceMap::Wants(std::string_view path) {
  const std::string_view name = FileName(path);
  return IsLicenceFile(name) || IsPackageMetadata(name) || IsReadme(name) ||
         IsLicencesFolder(FolderOf(path));
}

void LicenceMap::AddFile(std::string_view path, std::string_view bytes) {
  const std::string_view name = FileName(path);
  std::string_view folder = FolderOf(path);
  if (IsLink(bytes) || IsInclusion(bytes)) return;
  const bool listed = IsLicencesFolder(folder);
  if (listed) folder = FolderOf(folder);
  Folder& at = folders_[std::string(folder)];
  at.decided.reset();
  if (IsListOfOwners(bytes)) {
    at.has_metadata = true;
    return;
  }
  if (listed) {
    at.listed[std::string(name)] = ReadLicence(bytes);
  } else if (IsLicenceFile(name)) {
    at.files[std::string(name)] = ReadLicence(bytes);
  } else if (IsReadme(name)) {
    ReadmeStatement said = LicenceOfReadme(bytes);
    if (!said.licence.empty() || !said.choices.empty()) at.readme = std::move(said);
  } else {
    at.has_metadata = true;
    std::string declared = LicenceOfMetadata(name, bytes);
    if (!declared.empty()) at.metadata[std::string(name)] = std::move(declared);
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
  const auto& files = folder.files.empty() ? folder.listed : folder.files;
  std::vector<std::string> ids;
  bool choice = files.size() > 1, unknown = false, points_to_choice = false;
  const bool only_copyright = std::all_of(files.begin(), files.end(), [](const auto& file) {
    return file.first.starts_with("COPYRIGHT");
  });
  for (const auto& [name, said] : files) {
    if (name.starts_with("COPYRIGHT") && !only_copyright) continue;
    // "Under either of the licenses in A and B": the file itself is none.
    points_to_choice |= said.offers_choice;
    if (said.offers_choice && said.licence.empty()) continue;
    unknown |= said.licence.empty();
    choice &= NamesAChoice(name) && !IsGnu(said.licence);
    Add(said.licence, &ids);
  }
  if (ids.empty()) return "";
  if (choice && !unknown) return JoinedLicences(ids, "OR");
  // What the package, one of the files or the README says of all of them decides between several.
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
    const bool covered =
        std::any_of(folder.readme.choices.begin(), folder.readme.choices.end(),
                    [&](const std::vector<std::string>& named) { return Covers(named, ids); });
    if (points_to_choice || covered) return JoinedLicences(ids, "OR");
  }
  // A package that calls itself GNU's beside an MIT text: one of them is wrong.
  for (const auto& [name, declared] : folder.metadata) {
    if (IsGnu(declared) && !IsAllowedLicence(declared)) Add(declared, &ids);
  }
  if (unknown) ids.emplace_back(kOtherLicence);
  return JoinedLicences(ids, "AND");
}

bool LicenceMap::IsRepository(const Folder& folder) {
  return folder.has_git || !folder.files.empty() || !folder.listed.empty() ||
         !folder.metadata.empty();
}

std::string LicenceMap::Declared(const Folder& folder) {
  std::vector<std::string> ids;
  for (const auto& [name, id] : folder.metadata) Add(id, &ids);
  return JoinedLicences(ids, "AND");
}

// The licence of a part that a licence file of the folder names; `path` begins in the folder.
std::string LicenceMap::OfPart(const Folder& folder, std::string_view path) {
  for (const auto& [name, said] : folder.files) {
    for (const LicenceStatement::Part& part : said.parts) {
      for (const std::string& named : part.paths) {
        if (FitsNamedPath(path, named)) return part.licence;
      }
    }
  }
  return "";
}

LicenceMap::Folder* LicenceMap::Get(std::string_view folder) {
  const auto found = folders_.find(folder);
  return found == folders_.end() ? nullptr : &found->second;
}

LicenceMap::Answer LicenceMap::Find(std::string_view path) {
  std::vector<std::string_view> chain = {""};  // folders from the root to the file's own
  for (size_t at = path.find('/'); at != path.npos; at = path.find('/', at + 1)) {
    chain.push_back(path.substr(0, at));
  }
  constexpr size_t kMaxRepositoryDepth = 2;
  size_t repository = 0;
  while (repository < chain.size() && repository <= kMaxRepositoryDepth) {
    const Folder* folder = Get(chain[repository]);
    if (folder != nullptr && IsRepository(*folder)) break;
    ++repository;
  }
  if (repository == chain.size() || repository > kMaxRepositoryDepth) return {};
  Answer answer;
  answer.repository = chain[repository];
  for (size_t i = chain.size(); i-- > repository;) {
    Folder* folder = Get(chain[i]);
    if (folder == nullptr || (folder->files.empty() && folder->listed.empty())) continue;
    answer.licence = OfPart(*folder, path.substr(chain[i].empty() ? 0 : chain[i].size() + 1));
    if (!folder->decided) folder->decided = Decide(*folder);
    if (answer.licence.empty()) answer.licence = *folder->decided;
    return answer;
  }
  bool readmes = true;  // those above a package or a checkout are not about it
  for (size_t i = chain.size(); i-- > repository && answer.licence.empty();) {
    const Folder* folder = Get(chain[i]);
    if (folder == nullptr) continue;
    answer.licence = Declared(*folder);
    if (answer.licence.empty() && readmes) answer.licence = folder->readme.licence;
    readmes &= !folder->has_git && !folder->has_metadata;
  }
  return answer;
}

}  // namespace cria::corpus
