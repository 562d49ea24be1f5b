// Fixed windows of held-out text, to follow a run while it trains. Full evaluation is eval's.
#pragma once

#include <string>
#include <vector>

#include "data/batch.h"
#include "data/manifest.h"

namespace cria {

/// A window of one source: a batch of one row and the bytes of text that its targets stand for.
struct HoldoutWindow {
  std::string source;
  Batch batch;
  int64_t text_bytes = 0;
};

/// About `count` windows of `seq_len` ids, spread evenly over each source's held-out text; a source
/// gets its proportion of them, at least one. The same for every run on these shards.
/// `token_bytes` [vocab_size]: bytes of text that an id stands for (TokenTextBytes). The blank that
/// the tokenizer puts before a document is not counted.
std::vector<HoldoutWindow> ReadHoldoutWindows(const fs::path& folder, const ShardManifest& manifest,
                                              const std::vector<int32_t>& token_bytes,
                                              int64_t seq_len, int64_t count);

}  // namespace cria
