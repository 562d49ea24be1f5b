// A file of no bytes is tried: permissions, disks without room for a name, and mounts that are read
// only all show.
#include "output_path.h"

#include <re2/re2.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/system_error.h"

namespace cria::app {
namespace {

// Throws Error if no file can be made in `folder`.
void TryFolder(const fs::path& folder, const std::string& flag) {
  if (!fs::exists(folder)) {
    throw Error("no such folder", flag + " " + folder.string(), "make it");
  }
  std::string name = (folder / ".cria-XXXXXX").string();
  const int fd = ::mkstemp(name.data());
  if (fd < 0) ThrowSystemError(flag + ": no file can be made", folder);
  ::unlink(name.c_str());
  ::close(fd);
}

bool IsSame(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

// x-00002-of-00003.gguf -> x; empty: no part of a split file.
std::string SplitName(const fs::path& path) {
  std::string name;
  RE2::FullMatch(path.filename().string(), R"((.+)-\d{5}-of-\d{5}\.gguf)", &name);
  return name;
}

}  // namespace

void RequireWritable(const fs::path& path, bool force, const std::string& flag) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::fifo || status.type() == fs::file_type::character) return;
  if (fs::is_directory(status)) {
    throw Error("a folder stands where a file is to be written", flag + " " + path.string(),
                "name a file in it, or another place");
  }
  RequireAbsent(path, force);
  TryFolder(fs::absolute(BehindLink(path)).parent_path(), flag);
}

void RequireWritableFile(const fs::path& path, bool force, const std::string& flag) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status)) {
    throw Error("this is no file, and cannot be replaced by one", flag + " " + path.string(),
                "name a file");
  }
  RequireWritable(path, force, flag);
}

void RequireWritableFolder(const fs::path& folder, const std::string& flag) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw Error("cannot make the folder: " + error.message(), flag + " " + folder.string(),
                "check the path and its permissions");
  }
  TryFolder(folder, flag);
}

void RequireReport(const fs::path& path, bool force, const std::string& flag) {
  const fs::path ending = path.extension();
  if (ending != ".html" && ending != ".json" && ending != ".md") {
    throw Error(fmt::format("no report is written as \"{}\"", ending.string()),
                flag + " " + path.string(), "end its name in .html, .json or .md");
  }
  RequireWritable(path, force, flag);
  const fs::path pictures = path.parent_path() / path.stem();
  if (ending == ".md" && fs::exists(pictures) && !fs::is_directory(pictures)) {
    throw Error("the pictures of a .md go into this folder, which is a file",
                flag + " " + pictures.string(), "name another file");
  }
  if (ending == ".md" && fs::exists(pictures)) TryFolder(pictures, flag);
}

bool IsOfModel(const fs::path& file) {
  const std::string name = file.filename().string(), ending = file.extension().string();
  for (const char* other : {".html", ".md", ".jsonl", ".svg", ".log", ".txt", ".lock"}) {
    if (ending == other) return false;
  }
  constexpr const char* kParts[] = {
      "config.json", "generation_config.json",  "params.json",       "manifest.json",
      "run.json",    "special_tokens_map.json", "added_tokens.json", "chat_template.json"};
  return ending != ".json" || name.ends_with(".index.json") || name.starts_with("tokenizer") ||
         std::find(std::begin(kParts), std::end(kParts), name) != std::end(kParts);
}

void RequireNoInput(const fs::path& path, const std::vector<std::string>& inputs,
                    const std::string& flag) {
  const auto refuse = [&](const fs::path& input) {
    throw Error("this is an input, and would be overwritten", flag + " " + path.string(),
                "name another file than " + input.string());
  };
  if (!fs::is_regular_file(path)) return;
  for (const fs::path input : inputs) {
    if (IsSame(path, input)) refuse(input);
    const bool beside = !input.empty() && fs::is_regular_file(input) &&
                        IsSame(fs::absolute(path).parent_path(), fs::absolute(input).parent_path());
    const std::string split = SplitName(input);
    if (beside && (path.filename().string().starts_with("tokenizer") ||
                   (!split.empty() && split == SplitName(path)))) {
      refuse(path);
    }
    if (!fs::is_directory(input)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(
             input, fs::directory_options::follow_directory_symlink |
                        fs::directory_options::skip_permission_denied)) {
      if (entry.is_regular_file() && IsOfModel(entry.path()) && IsSame(path, entry.path())) {
        refuse(entry.path());
      }
    }
  }
}

void RequireDistinct(const std::string& path, const std::string& flag, const std::string& other,
                     const std::string& other_flag) {
  if (path.empty() || other.empty()) return;
  if (fs::weakly_canonical(fs::absolute(path)) != fs::weakly_canonical(fs::absolute(other))) return;
  throw Error("two results in one file", fmt::format("{}, {} {}", flag, other_flag, other),
              "name two files");
}

}  // namespace cria::app
