// Windows taken evenly from every source's held-out shard.
#include "data/holdout.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace cria {
namespace {

HoldoutWindow MakeWindow(const std::string& source, const std::vector<int32_t>& ids,
                         const std::vector<int32_t>& token_bytes, int32_t bos_id) {
  HoldoutWindow window{source, {}, 0};
  window.batch.rows = 1;
  window.batch.seq_len = static_cast<int64_t>(ids.size()) - 1;
  window.batch.tokens.assign(ids.begin(), ids.end() - 1);
  for (size_t i = 1; i < ids.size(); ++i) {
    const bool counted = ids[i] != bos_id;
    window.batch.targets.push_back(counted ? ids[i] : -1);
    if (!counted) continue;
    const int32_t bytes = token_bytes[static_cast<size_t>(ids[i])];
    window.text_bytes += ids[i - 1] == bos_id ? std::max(0, bytes - 1) : bytes;
  }
  return window;
}

}  // namespace

std::vector<HoldoutWindow> ReadHoldoutWindows(const fs::path& folder, const ShardManifest& manifest,
                                              const std::vector<int32_t>& token_bytes,
                                              int64_t seq_len, int64_t count) {
  CRIA_CHECK(token_bytes.size() == static_cast<size_t>(manifest.vocab_size));
  std::vector<HoldoutWindow> windows;
  for (const ShardSource& source : manifest.sources) {
    if (source.holdout.file.empty() || source.proportion <= 0) continue;
    const TokenShard shard = OpenShard(folder, manifest, source.holdout);
    const int64_t available = shard.tokens() / (seq_len + 1);
    const int64_t wanted =
        std::max<int64_t>(1, std::llround(source.proportion * static_cast<double>(count)));
    const int64_t n = std::min(wanted, available);
    for (int64_t i = 0; i < n; ++i) {
      // Middle of the i-th of n equal parts; whole windows, so that none overlap.
      const int64_t first = (2 * i + 1) * available / (2 * n) * (seq_len + 1);
      std::vector<int32_t> ids(static_cast<size_t>(seq_len + 1));
      shard.Read(first, seq_len + 1, ids.data());
      windows.push_back(MakeWindow(source.name, ids, token_bytes, manifest.bos_id));
    }
  }
  return windows;
}

}  // namespace cria
