// A task that only a model that works can learn: the digits after '=' are those before it,
// reversed.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "model/sequence.h"
#include "train/learner.h"
#include "train/schedule.h"

namespace cria::train {
namespace {

constexpr int kDigits = 4, kEquals = 10, kSeqLen = 2 * kDigits;

std::vector<int32_t> Question(RandomStream* random) {
  std::vector<int32_t> ids;
  for (int i = 0; i < kDigits; ++i) ids.push_back(static_cast<int32_t>(random->NextBelow(10)));
  ids.push_back(kEquals);
  return ids;
}

Batch MakeBatch(uint64_t step, int64_t rows) {
  RandomStream random(1, RandomPurpose::kTest, step);
  Batch batch{rows, kSeqLen, {}, {}};
  for (int64_t r = 0; r < rows; ++r) {
    std::vector<int32_t> ids = Question(&random);
    const std::vector<int32_t> reversed(ids.rbegin() + 1, ids.rend());
    ids.insert(ids.end(), reversed.begin(), reversed.end());
    batch.tokens.insert(batch.tokens.end(), ids.begin(), ids.end() - 1);
    for (int i = 1; i <= kSeqLen; ++i) {
      batch.targets.push_back(i <= kDigits ? -1 : ids[static_cast<size_t>(i)]);
    }
  }
  return batch;
}

std::vector<int32_t> Answer(const Context& context, Llama* model, std::vector<int32_t> input) {
  Sequence sequence(model, kSeqLen + 1);
  std::vector<int32_t> answer;
  std::vector<float> logits(static_cast<size_t>(model->config().vocab_size));
  while (answer.size() < kDigits) {
    sequence.Feed(context, input, !answer.empty(), false, logits.data());
    answer.push_back(
        static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin()));
    input = {answer.back()};
  }
  return answer;
}

class Toy : public ::testing::TestWithParam<Precision> {};

TEST_P(Toy, LearnsToReverseAndGeneratesIt) {
  ModelConfig config;
  config.dim = 64;
  config.n_layers = 2;
  config.n_heads = config.n_kv_heads = 4;
  config.head_dim = 16;
  config.hidden_dim = 160;
  config.vocab_size = 11;
  config.max_seq_len = kSeqLen + 1;
  const Context context(2);
  Learner learner(config, {}, GetParam());
  learner.Initialize(context, 1);
  const Schedule schedule{.peak = 4e-3, .final_share = 0.1, .warmup_steps = 30, .total_steps = 600};
  for (int64_t step = 1; step <= schedule.total_steps; ++step) {
    const Batch batch = MakeBatch(static_cast<uint64_t>(step), 64);
    learner.Step(context, schedule.LearningRate(step), {&batch, 1});
  }
  RandomStream random(2, RandomPurpose::kTest);
  int right = 0;
  for (int i = 0; i < 100; ++i) {
    const std::vector<int32_t> question = Question(&random);
    const std::vector<int32_t> answer = Answer(context, &learner.model(), question);
    right += std::equal(answer.begin(), answer.end(), question.rbegin() + 1);
  }
  EXPECT_GE(right, 98);
}

INSTANTIATE_TEST_SUITE_P(Precisions, Toy, ::testing::Values(Precision::kF32, Precision::kBF16),
                         [](const auto& kind) { return std::string(PrecisionName(kind.param)); });

}  // namespace
}  // namespace cria::train
