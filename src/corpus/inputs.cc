// Packages fetched, folders walked, contents hashed.
#include "corpus/inputs.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "comm/collectives.h"
#include "corpus/file_list.h"
#include "corpus/formats/packages/debian.h"
#include "corpus/reader.h"

namespace cria::corpus {
namespace {

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
    exclude.push_back("usr/share/doc/*/{copyright,changelog*,NEWS*,README.Debian*,TO?O*}");
    exclude.push_back("usr/share/lintian/**");
  }
  for (const std::string& file : ListFiles(package.root, Patterns(input), exclude)) {
    const fs::path path = package.root / file;
    info.bytes += static_cast<int64_t>(fs::file_size(path));
    ++info.files;
    set->files.push_back({source, &input, path, package.name + "/" + file,
                          static_cast<int64_t>(fs::file_size(path)), Hash64(package.sha256)});
  }
  if (info.files == 0) NoFile("package " + package.name);
  set->inputs.push_back(std::move(info));
}

// What is read as one: a file, or a repository (a folder, or an archive of them).
std::vector<std::string> ListUnits(const Input& input) {
  const bool folder = fs::is_directory(input.path);
  if (!folder || input.reader != ReaderKind::kRepositories) {
    return ListFiles(input.path, folder ? Patterns(input) : std::vector<std::string>(),
                     input.exclude);
  }
  std::set<std::string> names;
  for (const std::string& file : ListFiles(input.path, input.files, input.exclude)) {
    names.insert(file.substr(0, file.find('/')));
  }
  return {names.begin(), names.end()};
}

struct Contents {
  uint64_t hash = 0;
  int64_t bytes = 0;
};

// Read, not mapped: where a mapped file shrinks, the program dies.
Contents HashFile(const fs::path& path) {
  const auto state = [&path] { return std::pair(fs::file_size(path), fs::last_write_time(path)); };
  const auto before = state();
  Hash64Stream hash;
  Contents contents;
  ReadPieces(path, [&](std::string_view piece) {
    ThrowIfInterrupted();
    hash.Update(piece);
    contents.bytes += static_cast<int64_t>(piece.size());
  });
  if (state() != before || contents.bytes != static_cast<int64_t>(before.first)) {
    throw Error("the file changed while it was read", path.string(),
                "wait until nothing writes to it, and start again");
  }
  contents.hash = hash.Digest();
  return contents;
}

Contents Hash(const fs::path& path) {
  if (fs::is_directory(path)) {
    Contents all;
    for (const std::string& name : ListFiles(path, {}, {})) {
      const Contents file = HashFile(path / name);
      all = {Hash64(fmt::format("{}\n{:016x}", name, file.hash), all.hash), all.bytes + file.bytes};
    }
    return all;
  }
  Contents contents = HashFile(path);
  for (const fs::path& companion : CompanionFiles(path)) {
    contents.hash = Hash64(fmt::format("{:016x}", HashFile(companion).hash), contents.hash);
  }
  return contents;
}

void AddFolder(const Context& context, const Team& team, int source, const Input& input,
               FileSet* set) {
  InputInfo info{"", input.path_text, "", "", input.licence, 0, 0};
  const bool folder = fs::is_directory(input.path);
  const std::vector<std::string> files = ListUnits(input);
  std::vector<uint64_t> hashes(files.size());
  std::vector<int64_t> sizes(files.size());
  // Every rank reads its share of the files.
  std::vector<int64_t> cuts;
  for (int rank = 0; rank <= team.size(); ++rank) {
    cuts.push_back(std::ssize(files) * rank / team.size());
  }
  const int64_t first = cuts[static_cast<size_t>(team.rank())];
  context.ParallelFor(cuts[static_cast<size_t>(team.rank()) + 1] - first, [&](int64_t own) {
    const auto i = static_cast<size_t>(first + own);
    const Contents contents = Hash(folder ? input.path / files[i] : input.path);
    hashes[i] = contents.hash;
    sizes[i] = contents.bytes;
  });
  if (team.size() > 1) {
    comm::AllGatherV(*team.ranks, std::span<uint64_t>(hashes), cuts);
    comm::AllGatherV(*team.ranks, std::span<int64_t>(sizes), cuts);
  }
  Sha256 digest;
  for (size_t i = 0; i < files.size(); ++i) {
    digest.Update(fmt::format("{}\n{:016x}\n", files[i], hashes[i]));
    std::string origin = fs::path(input.path_text).filename().string();
    if (folder) origin += (origin.empty() ? "" : "/") + files[i];
    set->files.push_back({source, &input, folder ? input.path / files[i] : input.path,
                          std::move(origin), sizes[i], hashes[i]});
  }
  if (files.empty()) NoFile(input.path.string());
  info.files = static_cast<int64_t>(files.size());
  for (const int64_t size : sizes) info.bytes += size;
  info.sha256 = digest.Hex();
  set->inputs.push_back(std::move(info));
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
  // The leader fetches; the others find the packages in the cache, one after the other, since who
  // looks there locks it.
  const Team& team = options.team;
  std::map<std::string, DebianPackage> packages;
  for (int turn = 0; turn < team.size(); ++turn) {
    if (turn == team.rank()) packages = FetchAll(context, recipe, options);
    if (team.size() > 1) comm::Barrier(*team.ranks);
  }
  FileSet set;
  for (size_t s = 0; s < recipe.sources.size(); ++s) {
    const size_t first = set.inputs.size();
    for (const Input& input : recipe.sources[s].inputs) {
      if (input.debian.empty()) {
        AddFolder(context, options.team, static_cast<int>(s), input, &set);
      }
      for (const std::string& name : input.debian) {
        AddPackage(static_cast<int>(s), input, packages.at(name), &set);
      }
    }
    for (size_t i = first; i < set.inputs.size(); ++i)
      set.inputs[i].source = recipe.sources[s].name;
  }
  return set;
}

}  // namespace cria::corpus
