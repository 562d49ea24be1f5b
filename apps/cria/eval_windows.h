// The tasks `perplexity` and `kl` of `cria eval`: named window rules over one long text.
#pragma once

#include <string>
#include <vector>

#include "command.h"
#include "eval/bits_per_byte.h"
#include "eval/report_page.h"
#include "infer/load.h"

namespace cria::app {

struct WindowTasks {
  bool perplexity = false, kl = false;
  int64_t window = 512;  ///< of llama.cpp's rule
  std::string against;   ///< the original, for kl
  Precision precision = DefaultPrecision();
};

struct WindowResults {
  Json json = Json::object();
  std::vector<eval::Table> tables;
};

/// Runs both rules (perplexity), or llama.cpp's with both models in step (kl), over the documents
/// laid end to end. Throws Error if the text is too short, or the two models do not share a
/// vocabulary.
WindowResults RunWindowTasks(const Context& context, const CommonFlags& flags,
                             const WindowTasks& tasks, const infer::LoadedModel& model,
                             const std::vector<eval::HeldOutDocument>& documents);

}  // namespace cria::app
