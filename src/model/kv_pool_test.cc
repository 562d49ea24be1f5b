// Ragged batches over one pool: every row has the bits of its sequence alone, whatever stands
// beside it, however its prompt is cut, for any number of threads.
#include "model/kv_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "model/initial_values.h"
#include "model/sequence.h"

namespace cria {
namespace {

ModelConfig TinyConfig() {
  ModelConfig c;
  c.dim = 48;
  c.n_layers = 2;
  c.n_heads = 6;
  c.n_kv_heads = 2;
  c.head_dim = 40;  // a whole group of 32 and a smaller one
  c.hidden_dim = 56;
  c.vocab_size = 67;
  c.max_seq_len = 700;
  return c;
}

std::unique_ptr<Llama> RandomModel(const ModelConfig& c, Precision precision) {
  ParameterBlock p(c);
  InitializeParameters(Context(1), c, 3, &p);
  for (int64_t i = 0; i < p.size(); ++i) {
    if (p.data()[i] != 1.0f) p.data()[i] *= 1.1f;
  }
  auto model = MakeLlama(c, {precision, false});
  model->SetWeights(Context(1), p);
  return model;
}

/// A prompt and what the model is taken to have written behind it.
struct Text {
  int64_t prompt, generated;
  std::vector<int32_t> tokens;
  int64_t length() const { return prompt + generated; }
};

std::vector<Text> RandomTexts(const ModelConfig& c) {
  std::vector<Text> texts = {{1, 5, {}},   {63, 2, {}}, {64, 3, {}},   {100, 0, {}},
                             {20, 50, {}}, {0, 9, {}},  {509, 12, {}}, {130, 1, {}}};
  RandomStream random(4, RandomPurpose::kTest);
  for (Text& text : texts) {
    for (int64_t i = 0; i < text.length(); ++i) {
      text.tokens.push_back(static_cast<int32_t>(random.NextBelow(c.vocab_size)));
    }
  }
  return texts;
}

/// Logits of every token, the sequence alone: the prompt at once, then token by token.
std::vector<float> Alone(Llama* model, const Text& text, KvType type, int threads) {
  const Context context(threads);
  const int64_t vocab = model->config().vocab_size;
  std::vector<float> logits(static_cast<size_t>(text.length() * vocab));
  Sequence sequence(model, text.length(), type);
  if (text.prompt > 0) {
    sequence.Feed(context, std::span(text.tokens).first(text.prompt), false, true, logits.data());
  }
  for (int64_t i = text.prompt; i < text.length(); ++i) {
    sequence.Feed(context, {&text.tokens[i], 1}, true, false, logits.data() + i * vocab);
  }
  return logits;
}

/// All texts side by side in random pieces and order over one pool with scattered blocks.
class Crowd {
 public:
  Crowd(Llama* model, const std::vector<Text>& texts, KvType type, uint64_t seed)
      : model_(model),
        texts_(texts),
        random_(seed, RandomPurpose::kTest),
        pool_(model->config(), type, 30),
        fed_(texts.size()),
        tables_(texts.size()) {
    std::vector<int32_t> blocks(30);
    std::iota(blocks.begin(), blocks.end(), 0);
    Shuffle(&blocks);
    auto next = blocks.begin();
    for (size_t i = 0; i < texts.size(); ++i) {
      const int64_t count = KvPool::BlocksFor(texts[i].length());
      tables_[i].assign(next, next + count);
      next += count;
    }
  }

  /// Feeds everything; every row that comes out must be that of `alone`.
  void Run(const Context& context, const std::vector<std::vector<float>>& alone) {
    int64_t compared = 0;
    while (true) {
      std::vector<size_t> order(texts_.size());
      std::iota(order.begin(), order.end(), size_t{0});
      Shuffle(&order);
      std::vector<Segment> segments;
      std::vector<size_t> owners;
      int64_t rows = 0;
      for (const size_t i : order) {
        if (fed_[i] == texts_[i].length() || random_.NextBelow(4) == 0) continue;
        segments.push_back(Piece(i));
        owners.push_back(i);
        rows += Wanted(segments.back());
      }
      if (segments.empty()) {
        if (Done()) break;
        continue;
      }
      const int64_t vocab = model_->config().vocab_size;
      std::vector<float> logits(static_cast<size_t>(rows * vocab), NAN);
      model_->Forward(context, segments, &pool_, logits.data());
      const float* row = logits.data();
      for (size_t s = 0; s < segments.size(); ++s) {
        const int64_t end = segments[s].first_position + std::ssize(segments[s].tokens);
        for (int64_t p = end - Wanted(segments[s]); p < end; ++p, row += vocab, ++compared) {
          const float* want = alone[owners[s]].data() + p * vocab;
          ASSERT_TRUE(std::equal(row, row + vocab, want)) << "text " << owners[s] << " at " << p;
        }
      }
    }
    EXPECT_GT(compared, 200);
  }

 private:
  template <class V>
  void Shuffle(std::vector<V>* v) {
    for (size_t i = v->size(); i > 1; --i) {
      std::swap((*v)[i - 1], (*v)[static_cast<size_t>(random_.NextBelow(i))]);
    }
  }
  bool Done() const {
    for (size_t i = 0; i < texts_.size(); ++i) {
      if (fed_[i] != texts_[i].length()) return false;
    }
    return true;
  }
  static int64_t Wanted(const Segment& s) {
    return s.logits == Segment::Logits::kNone   ? 0
           : s.logits == Segment::Logits::kLast ? 1
                                                : std::ssize(s.tokens);
  }
  Segment Piece(size_t i) {
    const Text& text = texts_[i];
    const bool generated = fed_[i] >= text.prompt;
    const int64_t left = (generated ? text.length() : text.prompt) - fed_[i];
    const int64_t most = generated ? 3 : random_.NextBelow(2) == 0 ? 17 : 300;
    const int64_t n = std::min<int64_t>(left, 1 + static_cast<int64_t>(random_.NextBelow(most)));
    Segment s;
    s.tokens = std::span(text.tokens).subspan(fed_[i], n);
    s.first_position = fed_[i];
    s.blocks = tables_[i];
    s.generated = generated;
    constexpr Segment::Logits kChoices[] = {Segment::Logits::kNone, Segment::Logits::kLast,
                                            Segment::Logits::kAll, Segment::Logits::kAll};
    s.logits = kChoices[random_.NextBelow(4)];
    fed_[i] += n;
    return s;
  }

  Llama* model_;
  const std::vector<Text>& texts_;
  RandomStream random_;
  KvPool pool_;
  std::vector<int64_t> fed_;
  std::vector<std::vector<int32_t>> tables_;
};

class KvPoolTest : public testing::TestWithParam<std::tuple<Precision, KvType>> {};

TEST_P(KvPoolTest, RaggedBatchEqualsEachSequenceAloneBitForBit) {
  const auto [precision, type] = GetParam();
  const ModelConfig c = TinyConfig();
  const auto model = RandomModel(c, precision);
  const std::vector<Text> texts = RandomTexts(c);
  std::vector<std::vector<float>> alone;
  for (const Text& text : texts) alone.push_back(Alone(model.get(), text, type, 2));
  for (const int threads : {1, 2, 3}) {
    SCOPED_TRACE(threads);
    Crowd(model.get(), texts, type, static_cast<uint64_t>(threads)).Run(Context(threads), alone);
  }
}

/// A tail block copied to another sequence goes on as if that had been fed from the start.
TEST_P(KvPoolTest, CopiedBlockContinues) {
  const auto [precision, type] = GetParam();
  const ModelConfig c = TinyConfig();
  const auto model = RandomModel(c, precision);
  const Context context(2);
  const Text text = RandomTexts(c)[3];  // a prompt of 100
  Text other = text;
  for (int64_t i = 80; i < 100; ++i) other.tokens[i] = (other.tokens[i] + 1) % 67;
  const auto alone = Alone(model.get(), other, type, 2);
  KvPool pool(c, type, 4);
  const std::vector<int32_t> first = {3, 1}, second = {3, 0};
  std::vector<float> logits(static_cast<size_t>(c.vocab_size));
  const auto feed = [&](const Text& from, int64_t begin, int64_t end,
                        const std::vector<int32_t>& blocks) {
    const Segment s{.tokens = std::span(from.tokens).subspan(begin, end - begin),
                    .first_position = begin,
                    .blocks = blocks};
    model->Forward(context, {&s, 1}, &pool, logits.data());
  };
  feed(text, 0, 80, first);
  pool.CopyBlock(1, 0, 16);
  feed(text, 80, 100, first);
  feed(other, 80, 100, second);
  const float* want = alone.data() + 99 * c.vocab_size;
  EXPECT_TRUE(std::equal(logits.begin(), logits.end(), want));
}

/// The two arithmetics differ by rounding alone: of bf16 operands (2^-9 each, some 20 in a row, few
/// of which add up); of float sums, which a cache of fewer bits now and then turns into one of its
/// steps (2^-11, or 2^-8 of the group's peak) in one of many summands.
TEST_P(KvPoolTest, GeneratedRowsAreThePromptsWithinRounding) {
  const auto [precision, type] = GetParam();
  const ModelConfig c = TinyConfig();
  const auto model = RandomModel(c, precision);
  Text text = RandomTexts(c)[6];
  text.prompt = text.length(), text.generated = 0;
  const auto prompt = Alone(model.get(), text, type, 2);
  text.prompt = 0, text.generated = std::ssize(text.tokens);
  const auto generated = Alone(model.get(), text, type, 2);
  double error = 0, size = 0;
  for (size_t i = 0; i < prompt.size(); ++i) {
    error += std::pow(prompt[i] - generated[i], 2);
    size += std::pow(prompt[i], 2);
  }
  EXPECT_LT(std::sqrt(error / size), precision == Precision::kBF16 ? 0.02
                                     : type == KvType::kF32        ? 1e-5
                                                                   : 1e-3);
}

INSTANTIATE_TEST_SUITE_P(All, KvPoolTest,
                         testing::Combine(testing::Values(Precision::kF32, Precision::kBF16),
                                          testing::Values(KvType::kF32, KvType::kF16,
                                                          KvType::kQ8_0)),
                         [](const auto& x) {
                           return std::string(PrecisionName(std::get<0>(x.param))) + "_" +
                                  KvTypeName(std::get<1>(x.param));
                         });

TEST(KvPool, SizesAreThoseOfTheNumbers) {
  const ModelConfig c = PresetConfig("7B");
  // 32 layers, keys and values of 4096 each: 64 tokens of 2 bytes; of 34 bytes per 32 values.
  EXPECT_EQ(KvPool::BlockBytes(c, KvType::kF16), 32 * 2 * 4096 * 64 * 2);
  EXPECT_EQ(KvPool::BlockBytes(c, KvType::kQ8_0), 32 * 2 * 4096 / 32 * 64 * 34);
  EXPECT_EQ(KvPool::BlocksFor(64), 1);
  EXPECT_EQ(KvPool::BlocksFor(65), 2);
}

TEST(KvPool, SaysThatThereIsNoMemory) {
  EXPECT_THROW(KvPool(PresetConfig("65B"), KvType::kF32, INT32_MAX), Error);
}

}  // namespace
}  // namespace cria
