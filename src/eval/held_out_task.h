// What a task of questions out of held-out text has come to, by source and by language: what a run
// keeps of it and its report shows.
#pragma once

#include <map>
#include <string>

#include "base/json.h"
#include "eval/task_run.h"

namespace cria::eval {

/// Means are of outcomes: 1 for a question that is answered rightly, 0 for another.
struct HeldOutTask {
  std::string name, title, note;
  double chance = 0;  ///< share that a guess gets
  Mean total = {};
  std::map<std::string, Mean> by_source = {}, by_language = {};
};

/// Of questions whose groups are a source and a language; those that did not fit the model are left
/// out.
HeldOutTask Summary(const TaskResult& result);

Json ToJson(const HeldOutTask& task);
HeldOutTask HeldOutTaskFromJson(const Json& json, const std::string& where);

}  // namespace cria::eval
