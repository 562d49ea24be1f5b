// Mean loss over windows, and the bytes that their targets stand for.
#include "train/validation.h"

#include <algorithm>
#include <numbers>

#include "comm/collectives.h"

namespace cria::train {

double ValidationScore::bits_per_byte() const {
  return text_bytes > 0 ? nats / std::numbers::ln2 / static_cast<double>(text_bytes) : 0;
}

namespace {

Batch Windows(const std::vector<HoldoutWindow>& windows, size_t first, size_t end) {
  Batch batch{static_cast<int64_t>(end - first), windows[first].batch.seq_len, {}, {}};
  for (size_t w = first; w < end; ++w) {
    const Batch& row = windows[w].batch;
    batch.tokens.insert(batch.tokens.end(), row.tokens.begin(), row.tokens.end());
    batch.targets.insert(batch.targets.end(), row.targets.begin(), row.targets.end());
  }
  return batch;
}

// Nats of each window.
std::vector<double> Losses(const Context& context, Llama* model,
                           const std::vector<HoldoutWindow>& windows, int64_t rows,
                           comm::Communicator* ranks) {
  const int64_t n = std::ssize(windows), passes = (n + rows - 1) / rows;
  const int64_t count = ranks != nullptr ? ranks->size() : 1;
  const int64_t mine = ranks != nullptr ? ranks->rank() : 0;
  const int64_t rounds = (passes + count - 1) / count;
  // Every rank has as many passes, one that has no windows left repeats the first ones for nothing:
  // the others may need its weights.
  std::vector<double> own(static_cast<size_t>(rounds * rows));
  for (int64_t round = 0; round < rounds; ++round) {
    const int64_t pass = round * count + mine < passes ? round * count + mine : 0;
    const int64_t first = pass * rows, end = std::min(n, first + rows);
    const Batch batch = Windows(windows, static_cast<size_t>(first), static_cast<size_t>(end));
    std::vector<float> loss(batch.tokens.size());
    model->Loss(context, batch, loss);
    for (int64_t w = 0; w < end - first; ++w) {
      for (int64_t i = 0; i < batch.seq_len; ++i) {
        own[static_cast<size_t>(round * rows + w)] +=
            loss[static_cast<size_t>(w * batch.seq_len + i)];
      }
    }
  }
  std::vector<double> all(own.size() * static_cast<size_t>(count));
  std::vector<int64_t> cuts(static_cast<size_t>(count) + 1);
  for (int64_t r = 0; r <= count; ++r) cuts[static_cast<size_t>(r)] = r * std::ssize(own);
  std::copy(own.begin(), own.end(), all.begin() + cuts[static_cast<size_t>(mine)]);
  if (ranks != nullptr) comm::AllGatherV(*ranks, std::span<double>(all), cuts);
  std::vector<double> nats(windows.size());
  for (int64_t w = 0; w < n; ++w) {
    const int64_t pass = w / rows;
    nats[static_cast<size_t>(w)] = all[static_cast<size_t>(cuts[static_cast<size_t>(pass % count)] +
                                                           pass / count * rows + w % rows)];
  }
  return nats;
}

}  // namespace

Validation Validate(const Context& context, Llama* model, const std::vector<HoldoutWindow>& windows,
                    int64_t rows, comm::Communicator* ranks) {
  Validation result;
  const std::vector<double> nats = Losses(context, model, windows, rows, ranks);
  for (size_t w = 0; w < windows.size(); ++w) {
    const HoldoutWindow& window = windows[w];
    const int64_t targets = std::count_if(window.batch.targets.begin(), window.batch.targets.end(),
                                          [](int32_t target) { return target >= 0; });
    for (ValidationScore* sum : {&result.total, &result.sources[window.source]}) {
      sum->nats += nats[w];
      sum->targets += targets;
      sum->text_bytes += window.text_bytes;
    }
  }
  return result;
}

}  // namespace cria::train
