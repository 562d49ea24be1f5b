// The read-only root of a sandbox: a small tmpfs with binds of the host's program folders.
#include "eval/sandbox/tree.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "eval/sandbox/sandbox.h"

namespace cria::eval::sandbox {
namespace {

namespace fs = std::filesystem;
using Kind = TreeEntry::Kind;

// Where the host's root hangs while the binds are made.
constexpr char kHostRoot[] = "/host";
// A folder that every host has; the new root lies over it for a moment.
constexpr char kMountPoint[] = "/usr";
// Of <sys/mount.h> and <fcntl.h>, which clash with <linux/mount.h> in some C libraries.
constexpr unsigned long kDetach = 2;     // MNT_DETACH
constexpr unsigned kRecursive = 0x8000;  // AT_RECURSIVE

// By number, for the same reason, and since older C libraries lack mount_setattr.
bool Mount(const char* source, const char* target, const char* type, unsigned long flags,
           const char* options) {
  return ::syscall(SYS_mount, source, target, type, flags, options) == 0;
}

// Takes rights away from a mount and, with kRecursive, from all that is mounted below it.
bool Restrict(const char* path, unsigned flags, uint64_t attributes) {
  struct mount_attr attr = {};
  attr.attr_set = attributes;
  return ::syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attr, sizeof(attr)) == 0;
}

bool MakeFolder(const char* path) { return ::mkdir(path, 0755) == 0 || errno == EEXIST; }

bool MakeEmptyFile(const char* path) {
  const int fd = ::open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  return fd >= 0 && ::close(fd) == 0;
}

// With all that is mounted below the source: a container may have its drivers there.
bool Bind(const TreeEntry& entry, uint64_t attributes) {
  return Mount(entry.source.c_str(), entry.path.c_str(), nullptr, MS_BIND | MS_REC, nullptr) &&
         Restrict(entry.path.c_str(), kRecursive, attributes);
}

bool MakeEntry(const TreeEntry& entry) {
  constexpr uint64_t kFiles = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  constexpr uint64_t kDevice = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
  const char* path = entry.path.c_str();
  switch (entry.kind) {
    case Kind::kFolder:
      return MakeFolder(path);
    case Kind::kLink:
      return ::symlink(entry.source.c_str(), path) == 0 || errno == EEXIST;
    case Kind::kBoundFolder:
      return MakeFolder(path) && Bind(entry, kFiles);
    case Kind::kBoundFile:
      return MakeEmptyFile(path) && Bind(entry, kFiles);
    case Kind::kBoundDevice:
      return MakeEmptyFile(path) && Bind(entry, kDevice);
  }
  return false;
}

std::string OnHost(const fs::path& path) { return kHostRoot + path.string(); }

// As on the host: a folder, a link such as /lib -> usr/lib, a file, or not there at all.
void AddAsOnHost(const fs::path& path, Tree* tree) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (fs::is_symlink(status)) {
    tree->entries.push_back({Kind::kLink, path, fs::read_symlink(path)});
  } else if (fs::is_directory(status)) {
    tree->entries.push_back({Kind::kBoundFolder, path, OnHost(path)});
  } else if (fs::is_regular_file(status)) {
    tree->entries.push_back({Kind::kBoundFile, path, OnHost(path)});
  }
}

bool IsWithin(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

void AddReadable(const fs::path& given, Tree* tree) {
  std::error_code error;
  const fs::path real = fs::canonical(given, error);
  fs::path path = fs::absolute(given).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // a slash at the end
  bool allowed = !error && fs::is_directory(real) && path != "/" && real != "/";
  for (const char* closed : {"/proc", "/sys", "/dev", "/etc", kSandboxFolder, kHostRoot}) {
    allowed &= !IsWithin(path, closed) && !IsWithin(real, closed);
  }
  if (!allowed) {
    throw Error("programs in the sandbox cannot be given this folder to read", given.string(),
                "name the folder in which their interpreter is installed");
  }
  if (IsWithin(path, "/usr")) return;  // there already
  for (fs::path parent = "/"; const fs::path& part : path.parent_path().relative_path()) {
    parent /= part;
    tree->entries.push_back({Kind::kFolder, parent, ""});
  }
  tree->entries.push_back({Kind::kBoundFolder, path, OnHost(real)});
}

// The whole new root up to the moment where the host's is let go.
bool MakeTree(const Tree& tree, TreeFailure* failure) {
  *failure = {Step::kMount};
  // Nothing that is mounted here may show up on the host.
  if (!Mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr)) return false;
  if (!Mount("tmpfs", kMountPoint, "tmpfs", MS_NOSUID | MS_NODEV, "size=256k,mode=755")) {
    return false;
  }
  *failure = {Step::kRoot};
  if (::chdir(kMountPoint) != 0 || ::mkdir(kHostRoot + 1, 0755) != 0) return false;
  if (::syscall(SYS_pivot_root, ".", kHostRoot + 1) != 0 || ::chdir("/") != 0) return false;
  for (const TreeEntry& entry : tree.entries) {
    *failure = {Step::kBind, static_cast<int>(&entry - tree.entries.data())};
    if (!MakeEntry(entry)) return false;
  }
  return true;
}

}  // namespace

Tree PlanTree(const std::vector<fs::path>& also_readable) {
  Tree tree;
  for (const char* path : {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    AddAsOnHost(path, &tree);
  }
  tree.entries.push_back({Kind::kFolder, "/etc", ""});
  AddAsOnHost("/etc/ld.so.cache", &tree);
  AddAsOnHost("/etc/alternatives", &tree);  // where some systems keep the link python3
  tree.entries.push_back({Kind::kFolder, "/dev", ""});
  for (const char* device :
       {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}) {
    tree.entries.push_back({Kind::kBoundDevice, device, OnHost(device)});
  }
  for (const fs::path& path : also_readable) AddReadable(path, &tree);
  // Temporary files and named semaphores go to the private folder, and count there.
  tree.entries.push_back({Kind::kFolder, kSandboxFolder, ""});
  tree.entries.push_back({Kind::kLink, "/tmp", kSandboxFolder});
  tree.entries.push_back({Kind::kLink, "/dev/shm", kSandboxFolder});
  return tree;
}

bool EnterTree(const Tree& tree, const char* folder_options, TreeFailure* failure) {
  if (!MakeTree(tree, failure)) return false;
  *failure = {Step::kFolder};
  if (!Mount("tmpfs", kSandboxFolder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, folder_options)) {
    return false;
  }
  *failure = {Step::kRoot};
  if (::syscall(SYS_umount2, kHostRoot, kDetach) != 0 || ::rmdir(kHostRoot) != 0) return false;
  return Restrict("/", 0, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

}  // namespace cria::eval::sandbox
