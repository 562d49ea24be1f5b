// Real and random models against references computed elsewhere in float64: text and
// log-likelihoods, from every format and variant of files (logits: model/fixtures_test.cc).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "infer/engine.h"
#include "infer/load.h"
#include "test_context.h"
#include "test_data.h"

namespace cria::infer {
namespace {

const char* const kStories = "models/stories260K";

LoadedModel Load(const Context& context, const fs::path& path, Precision precision) {
  return LoadModel(context, path,
                   {.tokenizer = TestData() / kStories / "tok512.bin", .precision = precision});
}

// An engine over a model, in the type in which its cached pass equals the full one.
struct ExactEngine {
  ExactEngine(const Context& context, const LoadedModel& model)
      : step_model(model.llama.get(), model.llama->ExactKvType(), 60),
        engine(&context, &step_model, {.tokenizer = model.tokenizer.get()}) {}
  LlamaStepModel step_model;
  Engine engine;
};

// Log-probability of each id behind the first.
std::vector<TokenScore> Score(const Context& context, const LoadedModel& model,
                              const std::vector<int32_t>& ids, int top) {
  ExactEngine exact(context, model);
  std::vector<Request> requests(1);
  requests[0].prompt = ids;
  requests[0].max_new_tokens = 0;
  requests[0].score_prompt_from = 1;
  requests[0].score_prompt_top = top;
  return RunAll(&exact.engine, std::move(requests))[0].prompt_scores;
}

// From the engine, which writes all texts at once.
void ExpectGoldenText(const fs::path& model_path, const fs::path& golden) {
  const Context context = TestContext();
  const LoadedModel model = Load(context, model_path, Precision::kF32);
  const Json json = ReadJson(golden);
  std::vector<Request> requests;
  for (const Json& item : json["generations"]) {
    const auto expected = item["output_ids"].get<std::vector<int32_t>>();
    const auto prompt = item["prompt_ids"].get<std::vector<int32_t>>();
    if (item.contains("prompt")) {
      std::vector<int32_t> ids = {1};
      model.tokenizer->Encode(item["prompt"].get<std::string>(), &ids);
      EXPECT_EQ(ids, prompt);
      EXPECT_EQ(model.tokenizer->Decode(expected), item["text"].get<std::string>());
    }
    // The reference stops at its number of positions or at BOS or EOS.
    const bool whole = item.value("stop", "length") == "bos";
    const int64_t count = std::ssize(expected) - std::ssize(prompt) + (whole ? 1 : 0);
    Request& request = requests.emplace_back();
    request.prompt = prompt;
    request.max_new_tokens = count;
    request.sampling.temperature = 0;
    request.stop_tokens = {1, 2};
  }
  ExactEngine exact(context, model);
  const std::vector<Completion> done = RunAll(&exact.engine, requests);
  for (size_t i = 0; i < done.size(); ++i) {
    const Json& item = json["generations"][i];
    const bool whole = item.value("stop", "length") == "bos";
    EXPECT_EQ(done[i].reason, whole ? FinishReason::kStopToken : FinishReason::kLength);
    std::vector<int32_t> ids = requests[i].prompt;
    ids.insert(ids.end(), done[i].tokens.begin(), done[i].tokens.end());
    EXPECT_EQ(ids, item["output_ids"].get<std::vector<int32_t>>());
    if (item.contains("text")) {
      EXPECT_EQ(model.tokenizer->Decode(requests[i].prompt) + done[i].text,
                item["text"].get<std::string>());
    }
  }
}

TEST(Golden, StoriesTextFromEveryForm) {
  CRIA_REQUIRE_TEST_DATA(kStories);
  const fs::path root = TestData() / kStories;
  for (const char* form :
       {"stories260K.bin", "stories260K_v1.bin", "meta_mha_fp32", "meta_mha_fp32_mp2",
        "hf_gqa_fp32", "hf_mha_fp32", "stories260K.f32.gguf"}) {
    SCOPED_TRACE(form);
    ExpectGoldenText(root / form, root / "golden_generate.json");
  }
  ExpectGoldenText(root / "meta_mha_fp16", root / "golden_meta_mha_fp16/golden_generate.json");
}

// fp32 against float64: products of up to 172 terms in 5 layers, errors of a few 1e-6 (the
// reference states 2.4e-6 for its own fp32 run). bf16 operands have 8 bits: 2^-9 per rounding,
// about 40 in a row.
TEST(Golden, StoriesLogLikelihoods) {
  CRIA_REQUIRE_TEST_DATA(kStories);
  const Context context = TestContext();
  for (const Precision precision : {Precision::kF32, Precision::kBF16}) {
    const double tolerance = precision == Precision::kF32 ? 5e-5 : 0.15;
    const LoadedModel model = Load(context, TestData() / kStories / "stories260K.bin", precision);
    const Json json = ReadJson(TestData() / kStories / "golden_loglik.json");
    for (const Json& item : json["items"]) {
      const auto ids = item["ids"].get<std::vector<int32_t>>();
      const auto golden = item["token_logprobs"].get<std::vector<double>>();
      const auto scores = Score(context, model, ids, 3);
      ASSERT_EQ(scores.size(), golden.size());
      double sum = 0, golden_sum = 0;
      for (size_t i = 0; i < scores.size(); ++i) {
        EXPECT_NEAR(scores[i].logprob, golden[i], tolerance * std::max(1.0, std::fabs(golden[i])))
            << i;
        EXPECT_EQ(scores[i].greedy, scores[i].top[0].first == ids[i + 1]);
        sum += scores[i].logprob;
        golden_sum += golden[i];
      }
      EXPECT_NEAR(sum, golden_sum,
                  (precision == Precision::kF32 ? 1e-4 : 0.02) * std::fabs(golden_sum));
    }
  }
}

class TinyRandom : public testing::TestWithParam<const char*> {};

TEST_P(TinyRandom, LogProbabilitiesAgreeWithFloat64) {
  const fs::path root = TestData() / "models/tiny_random_512";
  CRIA_REQUIRE_TEST_DATA(fs::path("models/tiny_random_512") / GetParam());
  const std::string name = GetParam();
  fs::path golden = root;
  if (name == "meta_fp32" || name == "hf_fp32") golden = root / "golden_fp32";
  if (name == "meta_bf16" || name == "hf_bf16") golden = root / "golden_bf16";
  const Context context = TestContext();
  const LoadedModel model =
      LoadModel(context, root / name,
                {.tokenizer = {}, .precision = Precision::kF32, .needs_tokenizer = false});
  const Json json = ReadJson(golden / "golden_logits.json");
  for (const Json& sequence : json["sequences"]) {
    const auto ids = sequence["ids"].get<std::vector<int32_t>>();
    const auto logprobs = sequence["next_token_logprobs"].get<std::vector<double>>();
    const auto scores = Score(context, model, ids, 0);
    ASSERT_EQ(scores.size(), logprobs.size());
    for (size_t i = 0; i < scores.size(); ++i)
      EXPECT_NEAR(scores[i].logprob, logprobs[i], 2e-4) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Variants, TinyRandom,
                         testing::Values("meta_fp32", "meta_bf16", "meta_fp16", "meta_fp16_mp2",
                                         "meta_fp16_mp4", "meta_fp16_mp2_views",
                                         "meta_fp16_shared_storage", "meta_fp16_cuda_location",
                                         "meta_fp16_legacy_pickle", "meta_fp16_no_rope_freqs",
                                         "hf_fp32", "hf_bf16", "hf_fp16", "hf_fp16_2shards",
                                         "hf_fp16_bin", "tiny_random_512.f16.gguf"),
                         [](const auto& variant) {
                           std::string name = variant.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace cria::infer
