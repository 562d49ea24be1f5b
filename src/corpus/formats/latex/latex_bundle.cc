// Names of files, and a light look at which file reads which.
#include "corpus/formats/latex/latex_bundle.h"

#include <algorithm>

#include "corpus/formats/latex/latex_comments.h"
#include "corpus/formats/latex/latex_scan.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kMaxNameBytes = 512;

std::string_view Folder(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == kNone ? std::string_view() : path.substr(0, slash);
}

bool IsFigure(std::string_view name) {
  for (const std::string_view ending :
       {".tikz", ".pgf", ".pdf_tex", ".eps_tex", ".pstex_t", ".bbl"}) {
    if (name.ends_with(ending)) return true;
  }
  return false;
}

std::string_view Trimmed(std::string_view name) {
  const size_t begin = name.find_first_not_of(" \t\n\"");
  if (begin == kNone) return {};
  return name.substr(begin, name.find_last_not_of(" \t\n\"") + 1 - begin);
}

}  // namespace

std::string LatexFileName(std::string_view text, size_t at, bool import, size_t* end) {
  std::string name(LatexGroup(text, at, kMaxNameBytes, end));
  if (*end != kNone) {
    if (!import) return name;
    const std::string_view leaf = LatexGroup(text, *end, kMaxNameBytes, end);
    return *end == kNone ? "" : name + "/" + std::string(leaf);
  }
  const size_t begin = SkipLatexBlanks(text, at);
  const std::string_view rest = text.substr(begin, kMaxNameBytes);
  const size_t size = std::min(rest.find_first_of(" \t\n\\{}"), rest.size());
  *end = begin + size;
  return std::string(rest.substr(0, size));
}

std::string NormalLatexPath(std::string_view folder, std::string_view name) {
  name = Trimmed(name);
  if (name.empty() || name[0] == '/' || name.size() + folder.size() > 2 * kMaxNameBytes) return "";
  const std::string path =
      folder.empty() ? std::string(name) : std::string(folder) + "/" + std::string(name);
  std::vector<std::string_view> parts;
  const std::string_view view = path;
  for (size_t begin = 0; begin <= view.size();) {
    const size_t end = std::min(view.find('/', begin), view.size());
    const std::string_view part = view.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return "";
    } else {
      parts.pop_back();
    }
  }
  std::string normal;
  for (const std::string_view part : parts) {
    if (!normal.empty()) normal += '/';
    normal += part;
  }
  return normal;
}

void LatexBundle::Add(std::string_view name, std::string_view text) {
  LatexFile file;
  file.name = NormalLatexPath("", name);
  if (file.name.empty()) file.name = name;
  file.is_ignored = text.substr(0, 4096).find("%auto-ignore") != kNone;
  file.text = StripLatexComments(text);
  // A part made with the package subfiles is a document only when it is typeset alone.
  const size_t body = file.text.find("\\begin{document}");
  const std::string_view head = std::string_view(file.text).substr(0, body);
  file.has_body = body != std::string::npos && head.find("]{subfiles}") == kNone;
  const auto [place, is_new] = by_name_.try_emplace(file.name, files_.size());
  if (is_new) {
    files_.push_back(std::move(file));
  } else {
    files_[place->second] = std::move(file);
  }
}

const LatexFile* LatexBundle::Lookup(std::string_view folder, std::string_view name) const {
  const std::string path = NormalLatexPath(folder, name);
  if (path.empty() || IsFigure(path)) return nullptr;
  for (const char* ending : {".tex", "", ".ltx", ".latex", ".TEX"}) {
    const auto found = by_name_.find(path + ending);
    if (found != by_name_.end()) return &files_[found->second];
  }
  return nullptr;
}

const LatexFile* LatexBundle::Find(std::string_view name, const LatexFile& document,
                                   const LatexFile& from) const {
  const LatexFile* file = Lookup(Folder(document.name), name);
  return file != nullptr ? file : Lookup(Folder(from.name), name);
}

const LatexFile* LatexBundle::FindStyle(std::string_view name, const LatexFile& document) const {
  const std::string path = NormalLatexPath(Folder(document.name), name);
  const auto found = by_name_.find(path + ".sty");
  return path.empty() || found == by_name_.end() ? nullptr : &files_[found->second];
}

std::vector<size_t> LatexBundle::Includes(const LatexFile& file) const {
  std::vector<size_t> files;
  const std::string_view text = file.text;
  for (size_t at = text.find('\\'); at != kNone; at = text.find('\\', at)) {
    const size_t end = ControlEnd(text, at);
    const std::string_view word = text.substr(at + 1, end - at - 1);
    at = end;
    if (word != "input" && word != "include" && word != "subfile" && word != "import" &&
        word != "subimport" && word != "InputIfFileExists") {
      continue;
    }
    size_t name_end = 0;
    const std::string path = LatexFileName(text, end, word.ends_with("import"), &name_end);
    const LatexFile* found = Find(path, file, file);
    if (found != nullptr && found != &file) files.push_back(by_name_.at(found->name));
  }
  return files;
}

// For each file, the one with a \begin{document}: itself, or the first of those it reads;
// files_.size() if none has.
std::vector<size_t> LatexBundle::BodyFiles(const std::vector<std::vector<size_t>>& readers) const {
  std::vector<size_t> bodies(files_.size(), files_.size());
  for (size_t i = 0; i < files_.size(); ++i) {
    if (!files_[i].has_body) continue;
    bodies[i] = i;
    std::vector<size_t> todo = {i};
    while (!todo.empty()) {
      const size_t file = todo.back();
      todo.pop_back();
      for (const size_t reader : readers[file]) {
        if (bodies[reader] != files_.size()) continue;
        bodies[reader] = i;
        todo.push_back(reader);
      }
    }
  }
  return bodies;
}

LatexBundle::Roots LatexBundle::FindRoots() {
  std::vector<std::vector<size_t>> readers(files_.size());
  for (size_t i = 0; i < files_.size(); ++i) {
    for (const size_t included : Includes(files_[i])) {
      readers[included].push_back(i);
      files_[included].is_included = true;
    }
  }
  const std::vector<size_t> bodies = BodyFiles(readers);
  std::vector<size_t> roots;
  for (size_t i = 0; i < files_.size(); ++i) {
    const std::string_view name = files_[i].name;
    if (files_[i].is_included || files_[i].is_ignored || name.ends_with(".sty") ||
        name.ends_with(".cls")) {
      continue;
    }
    roots.push_back(i);
  }
  std::sort(roots.begin(), roots.end(),
            [&](size_t a, size_t b) { return files_[a].name < files_[b].name; });
  Roots found;
  std::vector<bool> seen(files_.size() + 1, false);
  for (const size_t i : roots) {
    if (bodies[i] == files_.size()) {
      found.others.push_back(&files_[i]);
    } else if (!seen[bodies[i]]) {
      seen[bodies[i]] = true;
      found.documents.push_back(&files_[i]);
    }
  }
  return found;
}

}  // namespace cria::corpus
