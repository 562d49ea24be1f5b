// Looked up in the folder of the sets.
#include "eval/kinds/set_files.h"

#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "base/compressed_file.h"
#include "base/error.h"

namespace cria::eval {

fs::path Packed(const fs::path& file) {
  if (fs::exists(file)) return file;
  for (const std::string_view ending : kPackedEndings) {
    const fs::path packed = file.string() + std::string(ending);
    if (fs::exists(packed)) return packed;
  }
  return file;
}

fs::path FirstThere(const TaskSpec& task, const char* key, const fs::path& folder) {
  for (const auto& name : JsonGetOr<std::vector<std::string>>(task.body, key, {}, task.where)) {
    const fs::path file = Packed(folder / name);
    if (fs::exists(file)) return file;
  }
  return {};
}

fs::path FirstOf(const TaskSpec& task, const fs::path& folder) {
  const fs::path found = FirstThere(task, "files", folder);
  if (!found.empty()) return found;
  const auto names = JsonGet<std::vector<std::string>>(task.body, "files", task.where);
  throw Error(fmt::format("the questions of {} are not there", task.name), folder.string(),
              fmt::format("put {} there (cria eval fetch --list says where they come from)",
                          fmt::join(names, " or ")));
}

std::vector<fs::path> FilesOf(const TaskSpec& task, const fs::path& folder) {
  std::vector<fs::path> found;
  for (const char* key : {"files", "examples", "folders"}) {
    const fs::path first = FirstThere(task, key, folder);
    if (!first.empty()) found.push_back(first);
  }
  for (const char* key : {"labels", "statistics", "folder", "articles", "lists"}) {
    const auto name = JsonGetOr<std::string>(task.body, key, "", task.where);
    const fs::path path = Packed(folder / name);
    if (!name.empty() && fs::exists(path)) found.push_back(path);
  }
  std::set<fs::path> files;
  for (const fs::path& path : found) {
    if (!fs::is_directory(path)) {
      files.insert(path);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      const bool about = entry.path().filename().string().starts_with("README");
      if (entry.is_regular_file() && !about) files.insert(entry.path());
    }
  }
  return {files.begin(), files.end()};
}

std::string Strip(std::string_view text) { return std::string(Trimmed(text, " \t\r\n")); }

std::vector<Record> TakeExamples(const TaskSpec& task, const fs::path& folder,
                                 std::vector<Record>* questions, RecordReader read) {
  const auto shots = static_cast<size_t>(task.shots);
  std::vector<Record> examples;
  const fs::path training = FirstThere(task, "examples", folder);
  if (!training.empty()) {
    examples = read(training);
    examples.resize(std::min(shots, examples.size()));
  } else {
    const auto end =
        questions->begin() + static_cast<std::ptrdiff_t>(std::min(shots, questions->size()));
    examples.assign(questions->begin(), end);
    questions->erase(questions->begin(), end);
  }
  return examples;
}

}  // namespace cria::eval
