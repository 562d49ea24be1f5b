// The promise of engine.h on a real model and quantised copies of it, with every type of cache:
// identical ids and identical bits of log-probabilities, whatever surrounds a request.
#include <gtest/gtest.h>

#include "base/error.h"
#include "infer/draft_model.h"
#include "infer/engine.h"
#include "infer/load.h"
#include "infer/prompt_lookup.h"
#include "infer/quantize_mix.h"
#include "model/export.h"
#include "model/sequence.h"
#include "store/test_folder.h"
#include "test_data.h"

namespace cria::infer {
namespace {

const char* const kModel = "models/stories260K/stories260K.bin";

struct Variant {
  const char* name;
  const char* mix;  // empty: the model as it is
  Precision precision;
  KvType kv_type;
};

class EngineModel : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    CRIA_REQUIRE_TEST_DATA(kModel);
    model_ = Load(GetParam().mix);
  }

  LoadedModel Load(const std::string& mix_name) {
    const Context context(2);
    const fs::path original = TestData() / kModel;
    const LoadOptions options{.tokenizer = TestData() / "models/stories260K/tok512.bin",
                              .precision = GetParam().precision};
    if (mix_name.empty()) return LoadModel(context, original, options);
    const QuantizeMix& mix = FindMix(mix_name);
    const ModelFiles files = OpenModel(original);
    const tokenizer::Tokenizer tokenizer = LoadTokenizer(options.tokenizer);
    const fs::path out = folder_ / (mix_name + ".gguf");
    ExportGguf(
        context, files, &tokenizer, out, {},
        [&](const ParameterSpec& spec) {
          return GgufTensorPlan{TypeInMix(mix, spec, files.config), {}};
        },
        mix.file_type);
    return LoadModel(context, out, options);
  }

  std::vector<Request> Requests(int count) const {
    const char* const texts[] = {
        "Once upon a time, there was a little girl named Lily.",
        "Once upon a time, there was a little girl named Lily. She liked to play with her big red "
        "ball in the park. One day, she saw a small dog that was very sad, and she asked the dog",
        "Tom and Sam were friends. They", "The",
        "Once upon a time, there was a little girl named Lily. She liked to play with her big red "
        "ball in the park. One day, her mom said: \"Let us go home, it is late.\" But Lily"};
    std::vector<Request> requests;
    for (int i = 0; i < count; ++i) {
      Request r;
      r.prompt = {1};
      model_.tokenizer->Encode(texts[i % 5], &r.prompt);
      r.max_new_tokens = 10 + i * 31 % 80;
      r.sampling.temperature = i % 2 == 0 ? 0 : 0.8;
      r.sampling.repetition_penalty = i % 3 == 2 ? 1.1 : 1;
      r.sequence = static_cast<uint64_t>(i);
      r.stop_tokens = {1, 2};
      r.logprobs = 2;
      if (i % 4 == 3) r.score_prompt_from = 1 + i % 3;
      requests.push_back(std::move(r));
    }
    return requests;
  }

  std::vector<Completion> Run(const std::vector<Request>& requests, int threads, int64_t blocks,
                              EngineOptions options, EngineStatistics* statistics = nullptr) {
    const Context context(threads);
    LlamaStepModel step_model(model_.llama.get(), GetParam().kv_type, blocks);
    options.tokenizer = model_.tokenizer.get();
    Engine engine(&context, &step_model, options);
    std::vector<Completion> done = RunAll(&engine, requests);
    if (statistics != nullptr) *statistics = engine.statistics();
    return done;
  }

  std::vector<Completion> Alone(const std::vector<Request>& requests) {
    std::vector<Completion> all;
    for (const Request& r : requests) {
      all.push_back(std::move(
          Run({r}, 1, 10, {.max_sequences = 1, .prefill_chunk = 999, .reuse_prefixes = false})[0]));
    }
    return all;
  }

  static void ExpectSame(const std::vector<Completion>& a, const std::vector<Completion>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) {
      SCOPED_TRACE(i);
      ASSERT_EQ(a[i].tokens, b[i].tokens);
      ASSERT_EQ(a[i].text, b[i].text);
      ASSERT_EQ(a[i].reason, b[i].reason);
      for (const auto scores : {&Completion::scores, &Completion::prompt_scores}) {
        ASSERT_EQ((a[i].*scores).size(), (b[i].*scores).size());
        for (size_t t = 0; t < (a[i].*scores).size(); ++t) {
          ASSERT_EQ((a[i].*scores)[t].logprob, (b[i].*scores)[t].logprob) << t;
          ASSERT_EQ((a[i].*scores)[t].top, (b[i].*scores)[t].top) << t;
        }
      }
    }
  }

  store::TestFolder folder_;
  LoadedModel model_;
};

TEST_P(EngineModel, SurroundingsChangeNoBit) {
  const std::vector<Request> requests = Requests(14);
  const std::vector<Completion> alone = Alone(requests);
  EngineStatistics s;
  ExpectSame(Run(requests, 2, 100, {.max_sequences = 8}, &s), alone);
  EXPECT_GT(s.prefixes.shared_tokens + s.prefixes.copied_tokens, 50);
  EXPECT_EQ(s.preemptions, 0);
  ExpectSame(Run(requests, 3, 100, {.max_sequences = 14, .reuse_prefixes = false}), alone);
  ExpectSame(Run(requests, 1, 8, {.max_sequences = 5, .prefill_chunk = 23}, &s), alone);
  EXPECT_GT(s.preemptions, 0);
}

TEST_P(EngineModel, SpeculationChangesNoBit) {
  const std::vector<Request> requests = Requests(10);
  const std::vector<Completion> alone = Alone(requests);
  EngineStatistics s;
  PromptLookup lookup;
  ExpectSame(Run(requests, 2, 60, {.max_sequences = 4, .drafter = &lookup}, &s), alone);
  EXPECT_GT(s.accepted_tokens, 5);
  LoadedModel small = Load("q4_0");
  LlamaStepModel draft_step_model(small.llama.get(), KvType::kQ8_0, 40);
  DraftModel draft(&draft_step_model);
  ExpectSame(Run(requests, 2, 60, {.max_sequences = 4, .drafter = &draft, .max_draft = 4}, &s),
             alone);
  EXPECT_GT(s.accepted_tokens, s.generated_tokens / 2);
  ExpectSame(Run(requests, 1, 8, {.max_sequences = 5, .drafter = &draft}, &s), alone);
  EXPECT_GT(s.preemptions, 0);
}

// Against a loop that feeds one token at a time and knows no engine.
TEST_P(EngineModel, EqualsAPlainLoop) {
  const Context context(1);
  const std::vector<Request> requests = Requests(4);
  const std::vector<Completion> done = Run(requests, 2, 60, {});
  std::vector<float> logits(static_cast<size_t>(model_.config.vocab_size));
  for (size_t i = 0; i < requests.size(); ++i) {
    const Request& r = requests[i];
    Sequence sequence(model_.llama.get(), model_.config.max_seq_len, GetParam().kv_type);
    const Sampler sampler(r.sampling, r.seed, r.sequence);
    SamplerScratch scratch;
    std::vector<int32_t> ids = r.prompt;
    sequence.Feed(context, ids, false, false, logits.data());
    for (size_t t = 0; t < done[i].tokens.size(); ++t) {
      const SamplePoint point{.index = t, .history = ids, .prompt_tokens = std::ssize(r.prompt)};
      ids.push_back(sampler.SampleAt(logits, point, &scratch));
      ASSERT_EQ(ids.back(), done[i].tokens[t]) << i << " " << t;
      ASSERT_EQ(ScoreToken(logits, ids.back(), 2).logprob, done[i].scores[t].logprob);
      sequence.Feed(context, {&ids.back(), 1}, true, false, logits.data());
    }
  }
}

TEST_P(EngineModel, StopStringsEndTheTextAcrossTokens) {
  Request r = Requests(1)[0];
  r.max_new_tokens = 60;
  const std::string text = Run({r}, 1, 20, {})[0].text;
  ASSERT_GT(text.size(), 60);
  for (const size_t at : {1, 7, 20, 33}) {
    const std::string stop = text.substr(at, 9);
    r.stop_strings = {"never in a story", stop};
    std::string streamed;
    r.on_token = [&](const TokenEvent& event) { streamed += event.text; };
    const Completion done = std::move(Run({r}, 1, 20, {})[0]);
    EXPECT_EQ(done.reason, FinishReason::kStopString);
    EXPECT_EQ(done.stop_string, stop);
    EXPECT_EQ(done.text, text.substr(0, text.find(stop)));
    EXPECT_EQ(streamed + done.tail, done.text);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Models, EngineModel,
    testing::Values(Variant{"f32", "", Precision::kF32, KvType::kF32},
                    Variant{"bf16", "", Precision::kBF16, KvType::kF16},
                    Variant{"bf16_cache8", "", Precision::kBF16, KvType::kQ8_0},
                    Variant{"q8_0", "q8_0", Precision::kBF16, KvType::kF16},
                    Variant{"q4_0_cache8", "q4_0", Precision::kBF16, KvType::kQ8_0},
                    Variant{"q4_0_f32", "q4_0", Precision::kF32, KvType::kF32}),
    [](const testing::TestParamInfo<Variant>& variant) { return variant.param.name; });

}  // namespace
}  // namespace cria::infer
