// The files of src/eval/tasks and src/eval/data, built into the program (task_data.cc is
// generated).
#pragma once

#include <span>

namespace cria::eval {

struct TaskFile {
  const char *name, *json;
};
extern const std::span<const TaskFile> kTaskFiles;  // sorted by name
extern const char* const kPublishedResults;
extern const char* const kEvaluationSets;

}  // namespace cria::eval
