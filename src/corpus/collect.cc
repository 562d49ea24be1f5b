// Files read in parallel; results in the order of the files, whichever thread was first.
#include "corpus/collect.h"

#include <algorithm>
#include <atomic>
#include <map>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/utf8.h"
#include "corpus/debian.h"
#include "corpus/encoding.h"
#include "corpus/file_list.h"
#include "corpus/filter.h"
#include "corpus/language.h"
#include "corpus/reader.h"

namespace cria::corpus {
namespace {

// Files are read in batches, so that progress moves and an interrupt is seen soon.
constexpr size_t kBatchFiles = 256;

std::map<std::string, DebianPackage> FetchAll(const Context& context, const Recipe& recipe,
                                              const BuildOptions& options) {
  std::vector<std::string> names;
  for (const Source& source : recipe.sources) {
    for (const Input& input : source.inputs) {
      for (const std::string& name : input.debian) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      }
    }
  }
  std::map<std::string, DebianPackage> packages;
  if (names.empty()) return packages;
  for (DebianPackage& package :
       FetchPackages(context, names, options.cache_dir, options.progress)) {
    packages.emplace(package.name, std::move(package));
  }
  return packages;
}

std::vector<std::string> Patterns(const Input& input) {
  return input.files.empty() ? DefaultFiles(input.reader) : input.files;
}

[[noreturn]] void NoFile(const std::string& where) {
  throw Error("no file to read", where, "correct \"files\", \"reader\" or the path in the recipe");
}

void AddPackage(int source, const Input& input, const DebianPackage& package, FileSet* set) {
  InputInfo info{"", package.name, package.version, package.sha256, input.licence, 0, 0};
  std::vector<std::string> exclude = input.exclude;
  if (input.files.empty()) {  // the packaging's own files are no text of the source
    exclude.push_back("usr/share/doc/*/{copyright,changelog*,NEWS*,README.Debian*,TODO*}");
    exclude.push_back("usr/share/lintian/**");
  }
  for (const std::string& file : ListFiles(package.root, Patterns(input), exclude)) {
    const fs::path path = package.root / file;
    info.bytes += static_cast<int64_t>(fs::file_size(path));
    ++info.files;
    set->files.push_back({source, &input, path, package.name + "/" + file});
  }
  if (info.files == 0) NoFile("package " + package.name);
  set->inputs.push_back(std::move(info));
}

void AddFolder(const Context& context, int source, const Input& input, FileSet* set) {
  InputInfo info{"", input.path_text, "", "", input.licence, 0, 0};
  const bool folder = fs::is_directory(input.path);
  const std::vector<std::string> files =
      ListFiles(input.path, folder ? Patterns(input) : std::vector<std::string>(), input.exclude);
  std::vector<uint64_t> hashes(files.size());
  std::atomic<int64_t> bytes = 0;
  context.ParallelFor(static_cast<int64_t>(files.size()), [&](int64_t i) {
    const MappedFile file(folder ? input.path / files[i] : input.path);
    hashes[i] = Hash64(file.text());
    for (const fs::path& companion : CompanionFiles(file.path())) {
      hashes[i] = Hash64(MappedFile(companion).text(), hashes[i]);
    }
    bytes += static_cast<int64_t>(file.bytes().size());
  });
  Sha256 digest;
  for (size_t i = 0; i < files.size(); ++i) {
    digest.Update(fmt::format("{}\n{:016x}\n", files[i], hashes[i]));
    std::string origin = fs::path(input.path_text).filename().string();
    if (folder) origin += (origin.empty() ? "" : "/") + files[i];
    set->files.push_back(
        {source, &input, folder ? input.path / files[i] : input.path, std::move(origin)});
  }
  if (files.empty()) NoFile(input.path.string());
  info.files = static_cast<int64_t>(files.size());
  info.bytes = bytes;
  info.sha256 = digest.Hex();
  set->inputs.push_back(std::move(info));
}

/// What one file became.
struct FileDrafts {
  std::vector<Draft> drafts;
  Count read;
  std::map<std::string, Count> drops;
  std::string warning;
};

bool IsWanted(const Source& source, const std::string& language) {
  return source.languages.empty() || language.empty() ||
         std::find(source.languages.begin(), source.languages.end(), language) !=
             source.languages.end();
}

void AddText(const Recipe& recipe, const RawFile& file, RawText raw, FileDrafts* out) {
  const Source& source = recipe.sources[static_cast<size_t>(file.source)];
  const bool code = source.kind == SourceKind::kCode;
  const auto drop = [&](const char* reason, size_t bytes) {
    ++out->drops[reason].documents;
    out->drops[reason].bytes += static_cast<int64_t>(bytes);
  };
  ++out->read.documents;
  out->read.bytes += static_cast<int64_t>(raw.text.size());
  std::string language = raw.language;
  if (file.input->language == "path") {
    const std::string said = LanguageFromPath(file.origin);
    if (!said.empty()) language = said;
  } else if (!file.input->language.empty()) {
    language = file.input->language;
  }
  if (code) language.clear();
  if (!IsWanted(source, language)) return drop("language_not_wanted", raw.text.size());
  std::string text = CleanText(code ? raw.text : RepairMojibake(std::move(raw.text)), code);
  std::vector<std::string> parts = CutText(std::move(text), recipe.filters.max_document_bytes);
  for (size_t p = 0; p < parts.size(); ++p) {
    if (const char* reason = RejectReason(parts[p], code, recipe.filters)) {
      drop(reason, parts[p].size());
      continue;
    }
    Draft draft;
    draft.source = file.source;
    draft.code = code;
    Document& document = draft.document;
    std::string origin = RepairUtf8(file.origin);  // names of files may be any bytes
    if (!raw.part.empty()) origin += "#" + raw.part;
    if (parts.size() > 1) origin += fmt::format("{}{}", raw.part.empty() ? "#" : "/", p);
    document.id = DocumentId(origin, parts[p]);
    document.text = std::move(parts[p]);
    document.source = source.name;
    document.language = language;
    document.meta = {{"origin", origin}, {"licence", file.input->licence}};
    if (!raw.title.empty()) document.meta["title"] = CleanText(raw.title, false);
    out->drafts.push_back(std::move(draft));
  }
}

FileDrafts ReadFile(const Recipe& recipe, const RawFile& file) {
  FileDrafts out;
  const Source& source = recipe.sources[static_cast<size_t>(file.source)];
  ReaderKind reader = file.input->reader;
  if (reader == ReaderKind::kAuto && source.kind == SourceKind::kCode) reader = ReaderKind::kCode;
  FileTexts texts = ReadTexts(file.path, reader, file.input->charset);
  out.warning = std::move(texts.warning);
  for (const auto& [reason, loss] : texts.losses) out.drops[reason] = {loss.items, loss.bytes};
  for (RawText& raw : texts.texts) AddText(recipe, file, std::move(raw), &out);
  return out;
}

}  // namespace

FileSet FindFiles(const Context& context, const Recipe& recipe, const BuildOptions& options) {
  // A wrong path is told before anything is fetched.
  for (const Source& source : recipe.sources) {
    for (const Input& input : source.inputs) {
      if (input.debian.empty() && !fs::exists(input.path)) {
        throw Error("no such file or folder", input.path.string(),
                    "correct the path of source \"" + source.name + "\" in the recipe");
      }
    }
  }
  const std::map<std::string, DebianPackage> packages = FetchAll(context, recipe, options);
  FileSet set;
  for (size_t s = 0; s < recipe.sources.size(); ++s) {
    const size_t first = set.inputs.size();
    for (const Input& input : recipe.sources[s].inputs) {
      if (input.debian.empty()) AddFolder(context, static_cast<int>(s), input, &set);
      for (const std::string& name : input.debian) {
        AddPackage(static_cast<int>(s), input, packages.at(name), &set);
      }
    }
    for (size_t i = first; i < set.inputs.size(); ++i)
      set.inputs[i].source = recipe.sources[s].name;
  }
  return set;
}

std::vector<Draft> ReadDrafts(const Context& context, const Recipe& recipe, const FileSet& set,
                              Progress::Style style, std::vector<Count>* read, Drops* drops) {
  std::vector<Draft> drafts;
  read->assign(recipe.sources.size(), {});
  const auto total = static_cast<int64_t>(set.files.size());
  Progress progress(style, "Reading", total, "files");
  for (size_t start = 0; start < set.files.size(); start += kBatchFiles) {
    ThrowIfInterrupted();
    const size_t count = std::min(kBatchFiles, set.files.size() - start);
    std::vector<FileDrafts> batch(count);
    context.ParallelFor(static_cast<int64_t>(count), [&](int64_t i) {
      batch[i] = ReadFile(recipe, set.files[start + static_cast<size_t>(i)]);
    });
    for (size_t i = 0; i < count; ++i) {
      const int source = set.files[start + i].source;
      (*read)[source].documents += batch[i].read.documents;
      (*read)[source].bytes += batch[i].read.bytes;
      for (const auto& [reason, lost] : batch[i].drops) {
        AddDrop(drops, source, reason, lost.documents, lost.bytes);
      }
      if (!batch[i].warning.empty())
        context.Log(LogLevel::kWarning, "Left out: " + batch[i].warning);
      std::move(batch[i].drafts.begin(), batch[i].drafts.end(), std::back_inserter(drafts));
    }
    progress.Update(static_cast<int64_t>(start + count));
  }
  progress.Finish();
  return drafts;
}

}  // namespace cria::corpus
