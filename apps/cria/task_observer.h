// `cria train --tasks`: asks questions of public sets at every validation, and draws accuracy over
// tokens seen (LLaMA, Figure 2). RUN/tasks.json (what is asked), tasks.jsonl and tasks.html.
#pragma once

#include "eval_tasks.h"
#include "tokenizer/tokenizer.h"
#include "train/observer.h"

namespace cria::app {

class TaskObserver : public train::Observer {
 public:
  /// Reads the sets at once; throws Error for what is wrong with them. All outlive this but
  /// `flags`.
  TaskObserver(const Context* context, const TaskFlags& flags,
               const tokenizer::Tokenizer* tokenizer, fs::path run);

  void OnStart(const train::RunStart& start) override;
  void OnValidation(const train::ValidationReport& report) override;
  void OnRollback(const train::RollbackReport& report) override;

 private:
  void KeepUpTo(int64_t step);
  void Write() const;
  void Draw() const;

  const Context* context_;
  Json settings_;
  std::vector<TaskSet> sets_;
  const tokenizer::Tokenizer* tokenizer_;
  fs::path run_;
  int64_t seq_len_ = 0, pass_tokens_ = 0;
  std::vector<Json> lines_;
};

}  // namespace cria::app
