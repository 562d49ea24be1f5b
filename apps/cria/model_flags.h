// Flags that every command that runs a model shares, and the model they name.
#pragma once

#include <string>

#include "command.h"
#include "infer/load.h"
#include "infer/sampler.h"

namespace cria::app {

struct ModelFlags : CommonFlags {
  std::string model, tokenizer, precision;

  /// Adds MODEL, --tokenizer, --precision and --device.
  void AddTo(CLI::App* command);
  infer::LoadedModel Load(const Context& context, bool needs_tokenizer = true) const;
};

/// Adds --context, and reads what was given; throws Error if the model was made for less.
void AddContextFlag(CLI::App* command, int64_t* tokens);
int64_t ContextTokens(int64_t asked, const ModelConfig& config);

/// Adds --precision, and reads what was given; empty: the best of what computes.
void AddPrecisionFlag(CLI::App* command, std::string* precision);
Precision PrecisionNamed(const std::string& precision, const Context& context);
/// Of --device, before it is opened.
Precision DefaultPrecisionOn(const std::string& device);

/// Adds --temperature, --top-p and --max-gen-len with the defaults of the original release.
struct SamplingFlags {
  infer::SamplingOptions sampling;
  int64_t max_gen_len = 256;
  void AddTo(CLI::App* command);
};

}  // namespace cria::app
