// Flags of commands that run many requests at once, and the engine they make.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "infer/draft_model.h"
#include "infer/engine.h"
#include "model_flags.h"

namespace cria::app {

struct EngineFlags {
  std::string kv_type, speculate;
  int64_t context_tokens = 0, batch = 16;

  void AddBatchTo(CLI::App* command, const char* what);
  void AddSpeculationTo(CLI::App* command);  ///< --speculate
};

/// Adds --kv-type, and reads what was given; empty: the type in which `model` is exact.
void AddKvTypeFlag(CLI::App* command, std::string* kv_type);
KvType KvTypeNamed(const std::string& name, const Llama& model);

/// The sampling rules beyond temperature and top-p, and where a text ends.
struct MoreSamplingFlags {
  std::vector<std::string> stop;
  void AddTo(CLI::App* command, infer::SamplingOptions* sampling);
};

/// A model, a pool, what speculation needs, and the engine over them.
class RunningEngine {
 public:
  /// The pool holds `sequences` requests of `tokens` tokens, within reason; both are cut to the
  /// flags' batch and context. `context` and `flags` outlive this. Throws Error if the draft model
  /// has another vocabulary.
  RunningEngine(const Context* context, const ModelFlags& model_flags, const EngineFlags& flags,
                infer::LoadedModel model, int64_t sequences, int64_t tokens);

  const infer::LoadedModel& model() const { return model_; }
  infer::Engine* engine() { return engine_.get(); }

 private:
  void LoadDraft(const Context* context, const ModelFlags& model_flags, const std::string& path,
                 int64_t sequences, int64_t tokens);

  infer::LoadedModel model_, draft_;
  std::unique_ptr<infer::StepModel> step_model_, draft_step_model_;
  std::unique_ptr<infer::Drafter> drafter_;
  std::unique_ptr<infer::Engine> engine_;
};

}  // namespace cria::app
