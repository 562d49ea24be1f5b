// A model ready to run: weights packed, tokenizer at hand.
#pragma once

#include <memory>
#include <optional>

#include "model/checkpoint.h"
#include "model/llama.h"
#include "tokenizer/tokenizer.h"

namespace cria::infer {

struct LoadOptions {
  fs::path tokenizer;                                 ///< empty: the one beside the model
  std::optional<Precision> precision = std::nullopt;  ///< none: DefaultPrecision
  bool needs_tokenizer = true;
};

struct LoadedModel {
  ModelConfig config;
  std::unique_ptr<Llama> llama;
  std::unique_ptr<tokenizer::Tokenizer> tokenizer;  ///< null only if not needed and not there
};

/// A tokenizer from any file that has one: those of Tokenizer::Load, and GGUF.
tokenizer::Tokenizer LoadTokenizer(const fs::path& path);

/// Throws Error if the model or its tokenizer is missing or damaged, or they do not fit together.
LoadedModel LoadModel(const Context& context, const fs::path& path,
                      const LoadOptions& options = {});

}  // namespace cria::infer
