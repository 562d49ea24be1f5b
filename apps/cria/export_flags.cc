// Flags into what the exporters of model/ take.
#include "export_flags.h"

#include "base/interrupt.h"
#include "infer/load.h"

namespace cria::app {

void AddExportFlags(CLI::App* command, ExportFlags* flags) {
  command->add_option("model", flags->model, "Model, in any format")->required();
  command->add_option("--tokenizer", flags->tokenizer, "Tokenizer (default: the one of the model)");
  command->add_option("--name", flags->name,
                      "Name in the file (default: that of the model's path)");
  command->add_flag("--force", flags->force, "Replace what is there");
}

Export::Export(const Context& context, const ExportFlags& flags, const std::string& label)
    : model_(OpenModel(flags.model)) {
  const fs::path words = flags.tokenizer.empty() ? model_.tokenizer : fs::path(flags.tokenizer);
  if (!words.empty()) tokenizer_ = infer::LoadTokenizer(words);
  if (tokenizer_ && tokenizer_->vocab_size() > model_.config.vocab_size) {
    throw Error(fmt::format("the tokenizer has {} pieces, the model's vocabulary {}",
                            tokenizer_->vocab_size(), model_.config.vocab_size),
                words.string(), "name the tokenizer of this model with --tokenizer");
  }
  if (!tokenizer_) {
    context.Log(LogLevel::kWarning, "no tokenizer beside the model; none is written");
  }
  model_.Verify(context);  // damage would get digests of its own
  options_.force = flags.force;
  options_.name = flags.name.empty() ? fs::path(flags.model).stem().string() : flags.name;
  options_.progress = [this, label, style = flags.progress_style()](int64_t parameters) {
    ThrowIfInterrupted();
    if (!progress_) {
      progress_ =
          std::make_unique<Progress>(style, label, ParameterCount(model_.config), "parameters");
    }
    progress_->Update(done_ += parameters);
  };
}

}  // namespace cria::app
