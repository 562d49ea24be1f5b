// Results of tasks beside the published ones: tables for people, JSON in the layout of
// lm-evaluation-harness, a line a question.
#pragma once

#include <vector>

#include "eval/report_page.h"
#include "eval/task_run.h"

namespace cria::eval {

/// A row a task: this model with its standard error and chance, then the models of the paper.
/// Categories of MMLU have rows of their own.
Table TaskTable(const std::vector<TaskResult>& results, const std::string& model);

/// The same as bars, as shares: this model, a guess, and the model `beside` of the paper. Tasks
/// without a number are left out; without any: no picture.
Charts TaskChart(const std::vector<TaskResult>& results, const std::string& model,
                 const std::string& beside = "LLaMA 7B");

/// What a reader must know of these numbers: cut sets, questions left out, choices of ours where
/// the paper is silent. One sentence a paragraph.
std::vector<std::string> TaskNotes(const std::vector<TaskResult>& results);

/// {"results": {task: {"acc,none": ..., "acc_stderr,none": ..., "acc_norm,none": ...}}, "configs":
/// {task: ...}, "versions": {task: 1}, "n-shot", "n-samples" and so on.
Json TaskJson(const std::vector<TaskResult>& results, Profile profile);

/// One question and what the model made of it.
Json SampleJson(const TaskResult& result, size_t question);

}  // namespace cria::eval
