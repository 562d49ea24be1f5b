// A trained model ready to be measured: weights and tokenizer of a run or checkpoint folder.
#pragma once

#include <memory>

#include "base/context.h"
#include "base/file.h"
#include "model/llama.h"
#include "tokenizer/tokenizer.h"

namespace cria::app {

struct RunModel {
  std::unique_ptr<Llama> llama;
  std::unique_ptr<tokenizer::Tokenizer> tokenizer;
};

/// `folder` is a run (its newest checkpoint is taken) or a checkpoint. `tokenizer`: another file
/// than the one beside the weights; empty: that one. Damage throws Error.
RunModel OpenRunModel(const Context& context, const fs::path& folder,
                      const fs::path& tokenizer = {});

}  // namespace cria::app
