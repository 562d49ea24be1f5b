// Walks /proc/PID/task/*/children.
#include "eval/sandbox/tree_memory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace cria::eval::sandbox {
namespace {

namespace fs = std::filesystem;

// Processes come and go while this reads; what is not there is not counted.
std::vector<int> Children(int pid) {
  std::vector<int> children;
  std::error_code error;
  fs::directory_iterator task(fmt::format("/proc/{}/task", pid), error);
  for (; !error && task != fs::directory_iterator(); task.increment(error)) {
    std::ifstream list(task->path() / "children");
    for (int child; list >> child;) children.push_back(child);
  }
  return children;
}

int64_t ResidentBytes(int pid) {
  std::ifstream file(fmt::format("/proc/{}/statm", pid));
  int64_t size_pages = 0, resident_pages = 0;
  file >> size_pages >> resident_pages;
  return resident_pages * ::sysconf(_SC_PAGESIZE);
}

// With shared pages divided among those who share them.
int64_t ProportionalBytes(int pid) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid));
  for (std::string word; file >> word;) {
    int64_t kibibytes = 0;
    if (word == "Pss:" && file >> kibibytes) return kibibytes << 10;
  }
  return 0;
}

}  // namespace

int64_t DescendantBytes(int pid, int64_t exact_above) {
  std::vector<int> found = Children(pid);
  // The process limit of a run bounds this; a list that grows as it is read does not.
  constexpr size_t kMost = 10000;
  for (size_t i = 0; i < found.size() && found.size() < kMost; ++i) {
    const std::vector<int> more = Children(found[i]);
    found.insert(found.end(), more.begin(), more.end());
  }
  int64_t resident = 0;
  for (const int process : found) resident += ResidentBytes(process);
  if (resident <= exact_above) return resident;
  int64_t proportional = 0;
  for (const int process : found) proportional += ProportionalBytes(process);
  return proportional;
}

}  // namespace cria::eval::sandbox
