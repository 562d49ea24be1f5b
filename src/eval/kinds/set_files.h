// The files of a set: the first of several names that is there, plain or packed.
#pragma once

#include "eval/task_records.h"
#include "eval/task_spec.h"

namespace cria::eval {

inline constexpr const char* kRestoreSet = "restore the file from its source, or correct the task";

/// The file itself or a compressed one (.gz, .zst), whichever is there.
fs::path Packed(const fs::path& file);
/// The first of the files under `key` of the task that is there; an empty path: none.
fs::path FirstThere(const TaskSpec& task, const char* key, const fs::path& folder);
/// The same of "files", or an Error that names them.
fs::path FirstOf(const TaskSpec& task, const fs::path& folder);

/// Every file that the task reads and that is there, whole folders included; sorted, each once.
std::vector<fs::path> FilesOf(const TaskSpec& task, const fs::path& folder);

/// Without blanks and line ends around it (ASCII).
std::string Strip(std::string_view text);

using RecordReader = std::vector<Record> (*)(const fs::path& path);

/// The first `task.shots` records of "examples" or, where none is there, of the questions, which
/// lose them: the paper does not say how examples are drawn.
std::vector<Record> TakeExamples(const TaskSpec& task, const fs::path& folder,
                                 std::vector<Record>* questions, RecordReader read = ReadJsonLines);

}  // namespace cria::eval
