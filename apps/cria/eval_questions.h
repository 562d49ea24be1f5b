// `cria eval` with tasks that are questions: a local model or a remote one, what judges its
// replies, and the report.
#pragma once

#include "eval_tasks.h"

namespace cria::app {

struct QuestionFlags : CommonFlags, TaskFlags {
  std::string model;  ///< a path, or the address of an endpoint (http, https)
  std::string tokenizer, precision, kv_type;
  int64_t batch = 64;        ///< requests at once
  std::string served_model;  ///< its name there
  int64_t served_context = 2048;
  std::string served_bos;  ///< what its training puts in front of a text
  std::string cache;       ///< folder that keeps what the model said; empty: beside --out
  std::string judge;       ///< folder of a judge of toxicity
  std::string python = "/usr/bin/python3";
  std::string out;
  std::string as;  ///< a model of the paper to compare with: "LLaMA 7B"
  bool run_code = false;
  bool force = false;  ///< samples there are replaced

  /// Adds those of them that `cria eval` has for questions alone.
  void AddTo(CLI::App* eval);
  CLI::App* command = nullptr;  ///< asked which flags were given
  bool is_remote() const { return model.starts_with("http://") || model.starts_with("https://"); }
};

/// Their names, which tasks that score text refuse.
std::vector<const char*> QuestionFlagNames();

/// Everything from reading the sets to the report.
void AskQuestions(const QuestionFlags& flags);

}  // namespace cria::app
