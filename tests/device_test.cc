// Whole models on a GPU, or its emulation, beside the processor: quantised weights, many texts at
// once, the same bits again. Golden files are read by the rooms' own tests, linked here too.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>

#include "device_models.h"
#include "infer/engine.h"
#include "infer/load.h"
#include "infer/prompt_lookup.h"
#include "infer/quantize_mix.h"
#include "model/random_model.h"
#include "test_context.h"
#include "train/learner.h"

namespace cria {
namespace {

class RandomModel {
 protected:
  RandomModel()
      : folder_(fs::temp_directory_path() / ("cria_device_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    config_.dim = 256;
    config_.n_layers = 2;
    config_.n_heads = 4;
    config_.n_kv_heads = 2;
    config_.head_dim = 64;
    config_.hidden_dim = 512;
    config_.vocab_size = 320;
    config_.max_seq_len = 512;
  }
  ~RandomModel() { fs::remove_all(folder_); }

  fs::path Write(const char* type) {
    const fs::path out = folder_ / (std::string(type) + ".gguf");
    const bool scalar = std::string_view(type) == "bf16";
    const infer::QuantizeMix& mix = infer::FindMix(scalar ? "q8_0" : type);
    WriteRandomGguf(
        Context(2), config_, 5, out, {},
        [&](const ParameterSpec& spec) {
          return GgufTensorPlan{scalar ? DType::kBF16 : infer::TypeInMix(mix, spec, config_), {}};
        },
        scalar ? 32u : mix.file_type);
    return out;
  }

  static std::vector<infer::Request> Requests() {
    std::vector<infer::Request> requests;
    const std::pair<int, int> lengths[] = {{70, 9}, {1, 70}, {130, 3}, {5, 5}, {64, 12}};
    for (const auto& [prompt, made] : lengths) {
      infer::Request r;
      for (int i = 0; i < prompt; ++i) r.prompt.push_back((i * 37 + prompt) % 320);
      r.max_new_tokens = made;
      r.sampling.temperature = 0;
      r.logprobs = 1;
      r.score_prompt_from = 1;
      requests.push_back(std::move(r));
    }
    return requests;
  }

  static std::vector<infer::Completion> RunPlainly(const Context& context, const fs::path& path,
                                                   KvType type) {
    const infer::LoadedModel model = infer::LoadModel(
        context, path, {.tokenizer = {}, .precision = Precision::kBF16, .needs_tokenizer = false});
    infer::LlamaStepModel step_model(model.llama.get(), type, 24);
    infer::Engine engine(&context, &step_model, {.max_sequences = 4, .prefill_chunk = 100});
    return infer::RunAll(&engine, Requests());
  }

  ModelConfig config_;
  fs::path folder_;
};

class DeviceModel : public RandomModel, public testing::TestWithParam<const char*> {};
class DeviceEngine : public RandomModel, public testing::Test {};

// Both round operands to 8 bits (bf16) or, of quantised weights, to 8-bit integers in blocks, at
// different places: 15 products of relative errors of some 2^-8, at random.
TEST_P(DeviceModel, AgreesWithTheProcessor) {
  const fs::path path = Write(GetParam());
  for (const KvType type : {KvType::kF16, KvType::kQ8_0}) {
    const auto here = RunPlainly(Context(2), path, type),
               there = RunPlainly(TestContext(), path, type);
    const auto again = RunPlainly(TestContext(), path, type);
    ASSERT_EQ(here.size(), there.size());
    double squares = 0, largest = 0;
    int64_t count = 0;
    for (size_t i = 0; i < here.size(); ++i) {
      ASSERT_EQ(here[i].prompt_scores.size(), there[i].prompt_scores.size());
      for (size_t t = 0; t < here[i].prompt_scores.size(); ++t, ++count) {
        const double difference =
            here[i].prompt_scores[t].logprob - there[i].prompt_scores[t].logprob;
        squares += difference * difference;
        largest = std::max(largest, std::fabs(difference));
        EXPECT_EQ(there[i].prompt_scores[t].logprob, again[i].prompt_scores[t].logprob);
      }
      EXPECT_EQ(there[i].tokens, again[i].tokens);
      // Where the likeliest token leads clearly it is the same.
      for (size_t t = 0; t < std::min(here[i].tokens.size(), there[i].tokens.size()); ++t) {
        if (here[i].tokens[t] == there[i].tokens[t]) {
          EXPECT_NEAR(here[i].scores[t].logprob, there[i].scores[t].logprob, 0.2);
          continue;
        }
        EXPECT_NEAR(here[i].scores[t].logprob, there[i].scores[t].logprob, 0.1) << i << " " << t;
        break;
      }
    }
    EXPECT_LT(std::sqrt(squares / static_cast<double>(count)), 0.03) << KvTypeName(type);
    EXPECT_LT(largest, 0.2);
  }
}

// A pool that is too small for all, prompts that begin alike, guessed tokens: the same texts as
// without, but where two tokens are almost equally likely; and the same again.
TEST_F(DeviceEngine, PreemptionPrefixesAndGuesses) {
  const fs::path path = Write("bf16");
  std::vector<infer::Request> requests;
  for (int k = 0; k < 5; ++k) {
    infer::Request r;
    for (int i = 0; i < 80; ++i) r.prompt.push_back(3 + (i * i) % 11);  // repeats: a guess is made
    for (int i = 0; i <= k; ++i) r.prompt.push_back(20 + 7 * k + i);
    r.max_new_tokens = 60;
    r.sampling.temperature = 0;
    r.logprobs = 1;
    requests.push_back(std::move(r));
  }
  infer::EngineStatistics statistics;
  const auto run = [&](int blocks, bool hard) {
    const Context context = TestContext();
    const infer::LoadedModel model = infer::LoadModel(
        context, path, {.tokenizer = {}, .precision = Precision::kBF16, .needs_tokenizer = false});
    infer::LlamaStepModel step_model(model.llama.get(), KvType::kF16, blocks);
    infer::PromptLookup lookup;
    infer::Engine engine(&context, &step_model,
                         {.max_sequences = 4,
                          .prefill_chunk = 50,
                          .reuse_prefixes = hard,
                          .drafter = hard ? &lookup : nullptr});
    auto completions = infer::RunAll(&engine, requests);
    statistics = engine.statistics();
    return completions;
  };
  const auto plain = run(24, false), hard = run(6, true);
  EXPECT_GT(statistics.preemptions, 0);
  EXPECT_GT(statistics.drafted_tokens, 0);
  EXPECT_GT(statistics.prefixes.shared_tokens + statistics.prefixes.copied_tokens, 0);
  const auto again = run(6, true);
  for (size_t i = 0; i < plain.size(); ++i) {
    EXPECT_EQ(hard[i].tokens, again[i].tokens);
    ASSERT_EQ(hard[i].tokens.size(), plain[i].tokens.size());
    for (size_t t = 0; t < plain[i].tokens.size(); ++t) {
      EXPECT_NEAR(hard[i].scores[t].logprob, plain[i].scores[t].logprob, 0.2) << i << " " << t;
      if (hard[i].tokens[t] != plain[i].tokens[t]) break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, DeviceModel,
                         testing::Values("bf16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q2_k",
                                         "q3_k_m", "q4_k_m", "q5_k_m", "q6_k"),
                         [](const auto& type) { return std::string(type.param); });

struct Trained {
  std::vector<double> losses;
  std::vector<float> weights;
};

// Every step has passes of two and of one sequence.
Trained TrainSteps(const Context& context, bool tied, const TrainingMemory& memory, bool stop,
                   train::OptimizerKind optimizer = train::OptimizerKind::kAdamW) {
  Trained trained;
  train::OptimizerOptions options;
  options.kind = optimizer;
  auto learner = std::make_unique<train::Learner>(SmallConfig(tied), options, Precision::kBF16,
                                                  train::Sharing(), memory, context.accelerator());
  learner->Initialize(context, 1);
  for (int step = 0; step < 6; ++step) {
    if (stop && step == 3) {  // what a checkpoint keeps, in another learner
      learner->BringHome(context);
      auto next = std::make_unique<train::Learner>(SmallConfig(tied), options, Precision::kBF16,
                                                   train::Sharing(), memory, context.accelerator());
      const auto copy = [](ParameterBlock& from, ParameterBlock* to) {
        std::copy_n(from.data(), from.size(), to->data());
      };
      copy(learner->weights(), &next->weights());
      copy(learner->first_moments(), &next->first_moments());
      copy(learner->second_moments(), &next->second_moments());
      next->set_updates(learner->updates());
      next->WeightsChanged(context);
      learner = std::move(next);
    }
    const Batch pieces[] = {SomeBatch(2, 40, step), SomeBatch(1, 40, step + 50)};
    trained.losses.push_back(learner->Step(context, 3e-3, pieces).loss);
  }
  learner->BringHome(context);
  trained.weights.assign(learner->weights().data(),
                         learner->weights().data() + learner->weights().size());
  return trained;
}

TEST(DeviceTraining, FollowsTheProcessorAndItself) {
  for (const bool tied : {false, true}) {
    const Trained here = TrainSteps(Context(2), tied, {}, false);
    const Trained there = TrainSteps(TestContext(), tied, {}, false);
    for (size_t i = 0; i < here.losses.size(); ++i) {
      EXPECT_NEAR(here.losses[i], there.losses[i], 0.01 * here.losses[i]) << i;
    }
    EXPECT_EQ(there.weights, TrainSteps(TestContext(), tied, {}, false).weights);
    EXPECT_EQ(there.weights, TrainSteps(TestContext(), tied, {}, true).weights) << "resumed";
    for (const Recompute recompute :
         {Recompute::kNorms, Recompute::kFeedForward, Recompute::kLayers}) {
      EXPECT_EQ(there.weights, TrainSteps(TestContext(), tied, {recompute}, false).weights)
          << RecomputeName(recompute);
    }
    EXPECT_EQ(there.weights,
              TrainSteps(TestContext(), tied, {Recompute::kLayers, true}, false).weights)
        << "weights of one layer at a time";
  }
}

TEST(DeviceTraining, MuonFollowsTheProcessorAndItself) {
  const auto muon = train::OptimizerKind::kMuon;
  const Trained here = TrainSteps(Context(2), false, {}, false, muon);
  const Trained there = TrainSteps(TestContext(), false, {}, false, muon);
  for (size_t i = 0; i < here.losses.size(); ++i) {
    EXPECT_NEAR(here.losses[i], there.losses[i], 0.01 * here.losses[i]) << i;
  }
  EXPECT_EQ(there.weights, TrainSteps(TestContext(), false, {}, true, muon).weights) << "resumed";
  EXPECT_NE(there.weights, TrainSteps(TestContext(), false, {}, false).weights);
}

}  // namespace
}  // namespace cria
