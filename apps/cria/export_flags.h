// What `convert` and `quantize` share: a model to read, a place to write, the tokenizer that goes
// along.
#pragma once

#include <memory>
#include <optional>

#include "command.h"
#include "model/export.h"

namespace cria::app {

struct ExportFlags : CommonFlags {
  std::string model, tokenizer, out, name;
  bool force = false;
};

/// Adds all of them but --out, whose help the command gives.
void AddExportFlags(CLI::App* command, ExportFlags* flags);

/// A model on its way into other files, with a progress line until it is destroyed.
class Export {
 public:
  Export(const Context& context, const ExportFlags& flags, const std::string& label);

  const ModelFiles& model() const { return model_; }
  /// Null, with a warning, if there is none beside the model and none was named.
  const tokenizer::Tokenizer* tokenizer() const { return tokenizer_ ? &*tokenizer_ : nullptr; }
  /// Name, force and progress are set.
  ExportOptions& options() { return options_; }
  void Finish() {
    if (progress_) progress_->Finish();
  }

 private:
  const ModelFiles model_;
  std::optional<tokenizer::Tokenizer> tokenizer_;
  std::unique_ptr<Progress> progress_;  // from the first tensor on
  int64_t done_ = 0;
  ExportOptions options_;
};

}  // namespace cria::app
