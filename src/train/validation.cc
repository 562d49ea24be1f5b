// Mean loss over windows, and the bytes that their targets stand for.
#include "train/validation.h"

#include <algorithm>
#include <numbers>

namespace cria::train {

double ValidationScore::bits_per_byte() const {
  return text_bytes > 0 ? nats / std::numbers::ln2 / static_cast<double>(text_bytes) : 0;
}

Validation Validate(const Context& context, Llama* model, const std::vector<HoldoutWindow>& windows,
                    int64_t rows) {
  Validation result;
  for (size_t first = 0; first < windows.size(); first += static_cast<size_t>(rows)) {
    const size_t end = std::min(windows.size(), first + static_cast<size_t>(rows));
    const size_t seq_len = static_cast<size_t>(windows[first].batch.seq_len);
    Batch batch;
    batch.rows = static_cast<int64_t>(end - first);
    batch.seq_len = windows[first].batch.seq_len;
    for (size_t w = first; w < end; ++w) {
      const Batch& row = windows[w].batch;
      batch.tokens.insert(batch.tokens.end(), row.tokens.begin(), row.tokens.end());
      batch.targets.insert(batch.targets.end(), row.targets.begin(), row.targets.end());
    }
    std::vector<float> loss(batch.tokens.size());
    model->Loss(context, batch, loss);
    for (size_t w = first; w < end; ++w) {
      ValidationScore score;
      score.text_bytes = windows[w].text_bytes;
      for (size_t i = 0; i < seq_len; ++i) {
        score.nats += loss[(w - first) * seq_len + i];
        score.targets += windows[w].batch.targets[i] >= 0;
      }
      for (ValidationScore* sum : {&result.total, &result.sources[windows[w].source]}) {
        sum->nats += score.nats;
        sum->targets += score.targets;
        sum->text_bytes += score.text_bytes;
      }
    }
  }
  return result;
}

}  // namespace cria::train
