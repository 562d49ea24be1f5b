// A walk of folders in sorted order, with globs of * ** ? and {a,b}.
#include "corpus/file_list.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"

namespace cria::corpus {
namespace {

bool Match(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    if (pattern.starts_with("**")) {
      pattern.remove_prefix(2);
      if (pattern.starts_with('/')) {  // "**/" also matches nothing
        pattern.remove_prefix(1);
        if (Match(pattern, path)) return true;
        for (size_t i = path.find('/'); i != path.npos; i = path.find('/', i + 1)) {
          if (Match(pattern, path.substr(i + 1))) return true;
        }
        return false;
      }
      for (size_t i = 0; i <= path.size(); ++i) {
        if (Match(pattern, path.substr(i))) return true;
      }
      return false;
    }
    if (pattern[0] == '*') {
      pattern.remove_prefix(1);
      for (size_t i = 0; i <= path.size(); ++i) {
        if (Match(pattern, path.substr(i))) return true;
        if (i < path.size() && path[i] == '/') return false;
      }
      return false;
    }
    if (pattern[0] == '{') {
      const size_t end = pattern.find('}');
      if (end == pattern.npos) return false;
      std::string_view choices = pattern.substr(1, end - 1);
      while (true) {
        const size_t comma = std::min(choices.find(','), choices.size());
        if (Match(std::string(choices.substr(0, comma)).append(pattern.substr(end + 1)), path)) {
          return true;
        }
        if (comma == choices.size()) return false;
        choices.remove_prefix(comma + 1);
      }
    }
    if (pattern[0] == '[' && pattern.size() >= 5 && pattern[2] == '-' && pattern[4] == ']') {
      if (path.empty() || path[0] < pattern[1] || path[0] > pattern[3]) return false;
      pattern.remove_prefix(5);
      path.remove_prefix(1);
      continue;
    }
    if (path.empty() || (pattern[0] != path[0] && (pattern[0] != '?' || path[0] == '/')))
      return false;
    pattern.remove_prefix(1);
    path.remove_prefix(1);
  }
  return path.empty();
}

bool AnyMatch(const std::vector<std::string>& patterns, const std::string& path) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return GlobMatch(pattern, path); });
}

}  // namespace

bool GlobMatch(std::string_view pattern, std::string_view path) {
  if (pattern.find('/') == pattern.npos) path = path.substr(path.rfind('/') + 1);
  return Match(pattern, path);
}

std::vector<std::string> ListFiles(const fs::path& root, const std::vector<std::string>& files,
                                   const std::vector<std::string>& exclude) {
  std::error_code error;
  const fs::file_status status = fs::status(root, error);
  if (!fs::exists(status)) {
    throw Error("no such file or folder", root.string(), "correct the path in the recipe");
  }
  if (fs::is_regular_file(status)) return {root.filename().string()};
  std::vector<std::string> list;
  fs::recursive_directory_iterator it(root, error), end;
  const auto check = [&] {
    if (error)
      throw Error("cannot read folder: " + error.message(), root.string(),
                  "make it readable, or name another folder in the recipe");
  };
  check();
  while (it != end) {
    if ((list.size() & 1023) == 0) ThrowIfInterrupted();
    std::error_code unknown;  // a link in a circle, say; such an entry is not a file
    if (it->is_symlink(unknown)) {
      if (it->is_directory(unknown)) it.disable_recursion_pending();
    } else if (it->is_regular_file(unknown)) {
      std::string path = it->path().lexically_relative(root).generic_string();
      if ((files.empty() || AnyMatch(files, path)) && !AnyMatch(exclude, path)) {
        list.push_back(std::move(path));
      }
    }
    it.increment(error);
    check();
  }
  std::sort(list.begin(), list.end());
  return list;
}

}  // namespace cria::corpus
