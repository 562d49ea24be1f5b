// apt-get download and dpkg-deb, run without a shell; unpacked folders appear whole or not at all.
#include "corpus/formats/packages/debian.h"

#include <unistd.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/units.h"
#include "corpus/process.h"

namespace cria::corpus {
namespace {

constexpr const char* kOwnText = "or use folders of your own text (path = \"...\" in the recipe)";

/// A folder that is removed again when the work in it did not end.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(fs::path path) : path_(std::move(path)) {
    std::error_code error;
    fs::remove_all(path_, error);
    fs::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

struct DebName {
  std::string package, version;
};

// name_version_arch.deb, with ':' of the version written as %3a.
DebName ParseDebName(const std::string& file) {
  const size_t first = file.find('_');
  const size_t second = first == file.npos ? first : file.find('_', first + 1);
  if (second == file.npos || !file.ends_with(".deb")) return {};
  DebName name{file.substr(0, first), file.substr(first + 1, second - first - 1)};
  for (size_t at = name.version.find("%3a"); at != std::string::npos;
       at = name.version.find("%3a")) {
    name.version.replace(at, 3, ":");
  }
  return name;
}

// Newest cached .deb of every package (greatest file name where there are several).
std::map<std::string, fs::path> CachedDebs(const fs::path& folder) {
  std::map<std::string, fs::path> debs;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string file = entry.path().filename().string();
    const DebName name = ParseDebName(file);
    if (name.package.empty()) continue;
    fs::path& known = debs[name.package];
    if (known.empty() || known.filename().string() < file) known = entry.path();
  }
  return debs;
}

bool HasPackageLists() {
  std::error_code error;
  for (fs::directory_iterator it("/var/lib/apt/lists", error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().filename().string().find("_Packages") != std::string::npos) return true;
  }
  return false;
}

void RequirePackageLists(const Context& context, const fs::path& folder) {
  if (HasPackageLists()) return;
  if (geteuid() != 0) {
    throw Error("apt-get has no package lists yet", "/var/lib/apt/lists",
                fmt::format("run: sudo apt-get update, {}", kOwnText));
  }
  context.Log(LogLevel::kInfo, "No package lists yet: running apt-get update");
  const ProcessResult result = RunProgram({"apt-get", "update", "-q"}, folder, nullptr);
  if (result.status != 0) {
    throw Error("apt-get update failed: " + result.output.substr(0, 600), "/etc/apt/sources.list",
                fmt::format("check the network and apt's sources, {}", kOwnText));
  }
}

std::string ErrorLines(const std::string& output) {
  std::string lines;
  for (size_t at = 0; at < output.size();) {
    const size_t end = std::min(output.find('\n', at), output.size());
    if (output.compare(at, 2, "E:") == 0) lines += output.substr(at, end - at) + " ";
    at = end + 1;
  }
  return lines.empty() ? output.substr(0, 400) : lines;
}

int64_t FolderBytes(const fs::path& folder) {
  int64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code vanished;
    const auto size = it->is_regular_file(vanished) ? it->file_size(vanished) : 0;
    if (!vanished) bytes += static_cast<int64_t>(size);
  }
  return bytes;
}

void Download(const Context& context, const std::vector<std::string>& names, const fs::path& debs,
              Progress::Style style) {
  for (const char* program : {"apt-get", "dpkg-deb"}) {
    if (!HasProgram(program)) {
      throw Error(
          fmt::format("{} is not here: packages come from Debian's package manager", program),
          fmt::format("packages {}", fmt::join(names, " ")),
          fmt::format("run this on Debian or Ubuntu, {}", kOwnText));
    }
  }
  const TemporaryFolder partial(debs / fmt::format("partial-{}.tmp", getpid()));
  RequirePackageLists(context, partial.path());
  RequireFreeSpace(debs, int64_t{1} << 30);
  std::vector<std::string> command = {"apt-get", "download", "-q"};
  // As root apt would switch to a user who may not be able to write here.
  if (geteuid() == 0) command.insert(command.end(), {"-o", "APT::Sandbox::User=root"});
  command.insert(command.end(), names.begin(), names.end());
  Progress progress(style, fmt::format("Fetching {} packages", names.size()), 0, "MB");
  const ProcessResult result = RunProgram(
      command, partial.path(), [&] { progress.Update(FolderBytes(partial.path()) / 1'000'000); });
  // Whatever came completely is kept, so that a second attempt goes on from there: apt-get gives a
  // file its final name only when its checksum is right.
  int64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(partial.path())) {
    if (entry.path().extension() != ".deb") continue;
    bytes += static_cast<int64_t>(entry.file_size());
    fs::rename(entry.path(), debs / entry.path().filename());
  }
  SyncDirectory(debs);
  if (result.status != 0) {
    throw Error(
        "apt-get could not fetch the packages: " + ErrorLines(result.output),
        fmt::format("packages {}", fmt::join(names, " ")),
        fmt::format("check the network and the names; after a long time run apt-get update; {}",
                    kOwnText));
  }
  progress.Update(bytes / 1'000'000);
  progress.Finish(FormatBytes(static_cast<double>(bytes)));
}

void Unpack(const fs::path& deb, const fs::path& root) {
  if (fs::is_directory(root)) return;
  const TemporaryFolder partial(root.string() + ".tmp");
  const ProcessResult result = RunProgram({"dpkg-deb", "-x", deb.string(), partial.path().string()},
                                          partial.path(), nullptr);
  if (result.status != 0) {
    throw Error("cannot unpack: " + ErrorLines(result.output), deb.string(),
                "delete this file, it will be fetched again");
  }
  fs::rename(partial.path(), root);
}

}  // namespace

std::vector<DebianPackage> FetchPackages(const Context& context,
                                         const std::vector<std::string>& names,
                                         const fs::path& cache, Progress::Style style) {
  const fs::path cache_dir = fs::absolute(cache);  // apt-get and dpkg-deb run in other folders
  const fs::path debs = cache_dir / "debian", unpacked = cache_dir / "unpacked";
  std::error_code error;
  fs::create_directories(debs, error);
  fs::create_directories(unpacked, error);
  if (error) {
    throw Error("cannot make the cache folder: " + error.message(), cache_dir.string(),
                "name a cache folder that you may write to (CRIA_CACHE)");
  }
  const DirectoryLock lock(cache_dir);
  std::map<std::string, fs::path> cached = CachedDebs(debs);
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    if (!cached.contains(name)) missing.push_back(name);
  }
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  if (!missing.empty()) {
    Download(context, missing, debs, style);
    cached = CachedDebs(debs);
    for (const std::string& name : missing) {
      if (!cached.contains(name)) {
        throw Error("apt-get did not deliver the package", name,
                    "name a real package, not a virtual one");
      }
    }
  }
  std::vector<DebianPackage> packages(names.size());
  context.ParallelFor(static_cast<int64_t>(names.size()), [&](int64_t i) {
    ThrowIfInterrupted();
    const fs::path deb = cached.at(names[i]);
    DebianPackage& package = packages[i];
    package.name = names[i];
    package.version = ParseDebName(deb.filename().string()).version;
    package.sha256 = Sha256File(deb);
    package.deb_bytes = static_cast<int64_t>(fs::file_size(deb));
    package.root = unpacked / deb.stem();
    Unpack(deb, package.root);
  });
  return packages;
}

}  // namespace cria::corpus
