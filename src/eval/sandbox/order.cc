// Head, then a table of offsets, then what they point to. The reader's copy of the table is turned
// into pointers.
#include "eval/sandbox/order.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cmath>
#include <cstring>
#include <string>

#include "base/error.h"

namespace cria::eval::sandbox {
namespace {

constexpr int64_t kMaxFiles = 1000;
constexpr int64_t kPageBytes = 4096;

void Require(bool holds, const std::string& what, const std::string& where) {
  if (!holds) throw Error(what, where, "correct the request to the sandbox");
}

bool IsText(const std::string& text) { return text.find('\0') == std::string::npos; }

void CheckLimits(const SandboxLimits& limits) {
  constexpr double kDay = 24 * 3600;
  const auto within = [](double value, double most) { return value > 0 && value <= most; };
  Require(within(limits.seconds, kDay) && within(limits.cpu_seconds, kDay),
          "the time is not above 0 and at most a day", "limits.seconds, limits.cpu_seconds");
  Require(limits.memory_bytes > 0 && limits.file_bytes > 0 && limits.output_bytes >= 0,
          "the bytes are not above 0",
          "limits.memory_bytes, limits.file_bytes, limits.output_bytes");
  Require(limits.processes > 0 && limits.processes <= 4096, "not from 1 to 4096",
          "limits.processes");
}

// Strings and blocks one after the other, found through the table in front.
class Body {
 public:
  explicit Body(size_t slots) : table_(slots) {}

  void AddString(const std::string& text) { Add(text.c_str(), text.size() + 1); }
  void AddBlock(const std::string& bytes) {
    const int64_t size = bytes.size();
    AddNumber(size);
    bytes_.append(bytes);
  }
  void AddNull() { table_[next_++] = -1; }

  std::string Join(const Order::Head& head) const {
    const int64_t start = sizeof(head) + table_.size() * sizeof(int64_t);
    std::string all(start, '\0');
    std::memcpy(all.data(), &head, sizeof(head));
    for (size_t i = 0; i < table_.size(); ++i) {
      const int64_t offset = table_[i] < 0 ? 0 : start + table_[i];
      std::memcpy(all.data() + sizeof(head) + i * sizeof(int64_t), &offset, sizeof(offset));
    }
    return all + bytes_;
  }

 private:
  void AddNumber(int64_t number) { Add(reinterpret_cast<const char*>(&number), sizeof(number)); }
  void Add(const char* bytes, size_t size) {
    table_[next_++] = bytes_.size();
    bytes_.append(bytes, size);
  }

  std::vector<int64_t> table_;
  size_t next_ = 0;
  std::string bytes_;
};

}  // namespace

void CheckRequest(const SandboxRequest& request) {
  Require(!request.command.empty() && request.command[0].starts_with('/'),
          "the command does not begin with the absolute path of a program", "command");
  for (const std::string& argument : request.command) {
    Require(IsText(argument), "an argument holds a zero byte", "command");
  }
  for (const auto& [name, value] : request.environment) {
    Require(!name.empty() && IsText(name) && IsText(value) && name.find('=') == std::string::npos,
            "not the name and value of a variable", "environment: " + name);
  }
  CheckLimits(request.limits);
  int64_t bytes = 0;
  for (const auto& [name, contents] : request.files) {
    Require(!name.empty() && IsText(name) && name.find('/') == std::string::npos && name != "." &&
                name != ".." && name.size() <= 255,
            "not a plain file name", "files: " + name);
    bytes += (static_cast<int64_t>(contents.size()) + kPageBytes - 1) / kPageBytes * kPageBytes;
  }
  Require(std::ssize(request.files) <= kMaxFiles && bytes <= request.limits.file_bytes,
          fmt::format("{} files of {} bytes do not fit into the private folder",
                      request.files.size(), bytes),
          "files, limits.file_bytes");
}

Descriptor WriteOrder(const SandboxRequest& request) {
  Order::Head head;
  head.seconds = request.limits.seconds;
  head.cpu_seconds = static_cast<int64_t>(std::ceil(request.limits.cpu_seconds));
  head.memory_bytes = request.limits.memory_bytes;
  head.processes = request.limits.processes;
  head.file_bytes = request.limits.file_bytes;
  head.arguments = std::ssize(request.command);
  std::vector<std::string> variables = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8",
                                        std::string("HOME=") + kSandboxFolder,
                                        std::string("TMPDIR=") + kSandboxFolder};
  for (const auto& [name, value] : request.environment) {
    const std::string start = name + "=";
    std::erase_if(variables, [&](const std::string& old) { return old.starts_with(start); });
    variables.push_back(start + value);
  }
  head.variables = std::ssize(variables);
  head.files = std::ssize(request.files);
  // The limit of names bounds what the kernel spends on empty files.
  fmt::format_to_n(head.folder_options, sizeof(head.folder_options) - 1,
                   "size={},nr_inodes={},mode=700", head.file_bytes, kMaxFiles + 100);

  Body body(head.arguments + 1 + head.variables + 1 + 2 * head.files);
  for (const std::string& argument : request.command) body.AddString(argument);
  body.AddNull();
  for (const std::string& variable : variables) body.AddString(variable);
  body.AddNull();
  for (const auto& [name, contents] : request.files) {
    body.AddString(name);
    body.AddBlock(contents);
  }
  return MakeSealedFile(body.Join(head));
}

bool Order::Map(int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0) return false;
  void* const map = ::mmap(nullptr, status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  if (map == MAP_FAILED) return false;
  base_ = static_cast<char*>(map);
  slots_ = reinterpret_cast<char**>(base_ + sizeof(Head));
  static_assert(sizeof(char*) == sizeof(int64_t) && sizeof(Head) % sizeof(int64_t) == 0);
  const int64_t slots = head().arguments + 1 + head().variables + 1 + 2 * head().files;
  for (int64_t i = 0; i < slots; ++i) {
    int64_t offset;
    std::memcpy(&offset, slots_ + i, sizeof(offset));
    slots_[i] = offset == 0 ? nullptr : base_ + offset;
  }
  return true;
}

std::string_view Order::file_contents(int64_t i) const {
  const char* block = names()[2 * i + 1];
  int64_t size;
  std::memcpy(&size, block, sizeof(size));
  return {block + sizeof(size), static_cast<size_t>(size)};
}

}  // namespace cria::eval::sandbox
