// Documents to token shards: `cria tokenize`. The one place of this room that sees text.
#pragma once

#include <vector>

#include "base/context.h"
#include "base/progress.h"
#include "data/manifest.h"
#include "tokenizer/tokenizer.h"

namespace cria {

struct TokenizeOptions {
  bool force = false;  ///< overwrite shards made from something else
  Progress::Style progress = Progress::Style::kQuiet;
};

/// Writes OUT/{train,holdout}/<source>.tok, OUT/tokenizer.model and, last, OUT/manifest.json. Each
/// document becomes BOS, its ids, EOS (marks the tokenizer lacks are left out). The same bytes for
/// any number of threads. Shards that already stand there, made from the same corpus by the same
/// tokenizer, are kept and their manifest returned; others throw Error unless `force`.
ShardManifest TokenizeCorpus(const Context& context, const fs::path& corpus_dir,
                             const tokenizer::Tokenizer& tokenizer, const fs::path& out_dir,
                             const TokenizeOptions& options);

/// For each id, the bytes of text it stands for (marks: 0), to turn nats into bits per byte.
std::vector<int32_t> TokenTextBytes(const tokenizer::Tokenizer& tokenizer);

}  // namespace cria
