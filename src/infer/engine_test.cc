// The promise of engine.h on a toy model: what a request gets does not depend on what surrounds it.
// engine_model_test.cc holds real models to the same.
#include "infer/engine.h"

#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "base/error.h"
#include "infer/draft_model.h"
#include "infer/prompt_lookup.h"
#include "infer/toy_model.h"

namespace cria::infer {
namespace {

std::vector<int32_t> RandomIds(int64_t n, uint64_t step) {
  RandomStream random(7, RandomPurpose::kTest, step);
  std::vector<int32_t> ids;
  for (int64_t i = 0; i < n; ++i) ids.push_back(static_cast<int32_t>(random.NextBelow(40)));
  return ids;
}

// Requests of all kinds; many begin alike.
std::vector<Request> MixedRequests(int count) {
  const std::vector<int32_t> common = RandomIds(150, 0);
  std::vector<Request> requests;
  for (int i = 0; i < count; ++i) {
    Request r;
    const int64_t shared = std::vector<int64_t>{0, 150, 70, 128, 64, 5}[static_cast<size_t>(i % 6)];
    r.prompt.assign(common.begin(), common.begin() + shared);
    const auto own = RandomIds(1 + i * 37 % 90, static_cast<uint64_t>(1 + i % 9));
    r.prompt.insert(r.prompt.end(), own.begin(), own.end());
    r.max_new_tokens = 1 + i * 29 % 170;
    r.sampling.temperature = i % 3 == 0 ? 0 : 0.9;
    r.sampling.top_k = i % 4 == 0 ? 10 : 0;
    r.sampling.frequency_penalty = i % 5 == 0 ? 0.3 : 0;
    r.sampling.repetition_penalty = i % 7 == 0 ? 1.2 : 1;
    r.sequence = static_cast<uint64_t>(i);
    if (i % 2 == 0) r.stop_tokens = {3, 4};
    r.logprobs = i % 4;
    if (i % 6 == 1) r.score_prompt_from = i % 12 == 1 ? 1 : 100;
    if (i % 4 == 3) {  // little to read, much to write: these outgrow a small pool
      r.prompt.resize(std::min<size_t>(r.prompt.size(), 5));
      r.max_new_tokens = 300;
      r.score_prompt_from = std::nullopt;
    }
    requests.push_back(std::move(r));
  }
  return requests;
}

void ExpectSame(const std::vector<Completion>& a, const std::vector<Completion>& b) {
  const auto expect_scores = [](const std::vector<TokenScore>& x,
                                const std::vector<TokenScore>& y) {
    ASSERT_EQ(x.size(), y.size());
    for (size_t i = 0; i < x.size(); ++i) {
      ASSERT_EQ(x[i].logprob, y[i].logprob) << i;
      ASSERT_EQ(x[i].greedy, y[i].greedy);
      ASSERT_EQ(x[i].top, y[i].top);
    }
  };
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    SCOPED_TRACE(i);
    ASSERT_EQ(a[i].tokens, b[i].tokens);
    ASSERT_EQ(a[i].reason, b[i].reason);
    expect_scores(a[i].scores, b[i].scores);
    expect_scores(a[i].prompt_scores, b[i].prompt_scores);
  }
}

// Each request in an engine of its own, computed in one piece.
std::vector<Completion> Alone(const std::vector<Request>& requests, ToyModel::Options options) {
  const Context context(1);
  std::vector<Completion> completions;
  for (const Request& request : requests) {
    ToyModel model(options);
    Engine engine(&context, &model, {.max_sequences = 1, .reuse_prefixes = false});
    completions.push_back(std::move(RunAll(&engine, {request})[0]));
  }
  return completions;
}

TEST(Engine, BatchesPoolsChunksAndThreadsChangeNothing) {
  const std::vector<Request> requests = MixedRequests(40);
  const std::vector<Completion> alone = Alone(requests, {});
  std::map<FinishReason, int> reasons;
  for (const Completion& c : alone) ++reasons[c.reason];
  ASSERT_GT(reasons[FinishReason::kLength], 3);
  ASSERT_GT(reasons[FinishReason::kStopToken], 3);
  for (const int64_t blocks : {7, 12, 30, 200}) {
    for (const int64_t chunk : {17, 512}) {
      for (const bool reuse : {false, true}) {
        SCOPED_TRACE(fmt::format("{} blocks, chunks of {}, reuse {}", blocks, chunk, reuse));
        const Context context(static_cast<int>(1 + (blocks + chunk) % 3));
        ToyModel model({.blocks = blocks});
        Engine engine(&context, &model,
                      {.max_sequences = 8, .prefill_chunk = chunk, .reuse_prefixes = reuse});
        ExpectSame(RunAll(&engine, requests), alone);
        const EngineStatistics s = engine.statistics();
        EXPECT_EQ(s.blocks_held, 0);
        EXPECT_EQ(s.running + s.waiting, 0);
        if (blocks == 200) {
          if (chunk > 17) {
            EXPECT_EQ(model.most_segments(), 8);
          }
          EXPECT_EQ(s.preemptions, 0);
          EXPECT_EQ(s.prefixes.shared_tokens > 1000, reuse);
          EXPECT_EQ(s.prefixes.copied_tokens > 100, reuse);
        }
        if (blocks == 12) {
          EXPECT_GT(s.preemptions, 0);
        }
      }
    }
  }
}

TEST(Engine, RequestsThatComeLaterChangeNothing) {
  const std::vector<Request> requests = MixedRequests(30);
  const std::vector<Completion> alone = Alone(requests, {});
  const Context context(2);
  ToyModel model({.blocks = 40});
  Engine engine(&context, &model, {.max_sequences = 6});
  std::vector<Completion> done(requests.size());
  size_t submitted = 0;
  bool more = true;
  for (int step = 0; more || submitted < requests.size(); ++step) {
    for (int i = 0; i < step % 3 && submitted < requests.size(); ++i, ++submitted) {
      Request r = requests[submitted];
      r.on_end = [&done, submitted](int64_t, Completion c) { done[submitted] = std::move(c); };
      engine.Submit(std::move(r));
    }
    more = engine.Step();
  }
  ExpectSame(done, alone);
}

TEST(Engine, SpeculationChangesNothingAndSavesPasses) {
  const std::vector<Request> requests = MixedRequests(24);
  const ToyModel::Options text{.blocks = 60, .repeats = true};
  const std::vector<Completion> alone = Alone(requests, text);
  const Context context(2);
  ToyModel plain_model(text);
  Engine plain(&context, &plain_model, {.max_sequences = 6});
  ExpectSame(RunAll(&plain, requests), alone);
  PromptLookup lookup;
  // The draft model is wrong now and then: its noise is another.
  ToyModel draft_toy({.blocks = 60, .repeats = true, .seed = 2});
  DraftModel draft(&draft_toy, 33);
  // Room for few requests only: the others go without.
  ToyModel small_draft_toy({.blocks = 4, .repeats = true});
  DraftModel small_draft(&small_draft_toy);
  const std::vector<Drafter*> drafters = {&lookup, &draft, &small_draft};
  for (size_t which = 0; which < drafters.size(); ++which) {
    Drafter* drafter = drafters[which];
    for (const int64_t blocks : {7, 60}) {
      SCOPED_TRACE(fmt::format("{} blocks, drafter {}", blocks, which));
      ToyModel model({.blocks = blocks, .repeats = true});
      Engine engine(&context, &model, {.max_sequences = 6, .drafter = drafter});
      ExpectSame(RunAll(&engine, requests), alone);
      const EngineStatistics s = engine.statistics();
      EXPECT_GT(s.accepted_tokens, 20);
      EXPECT_GT(s.drafted_tokens, s.accepted_tokens);
      EXPECT_EQ(s.blocks_held, 0);
      if (blocks == 60 && drafter != &small_draft) {
        EXPECT_LT(model.passes(), plain_model.passes() * 4 / 5);
      }
    }
  }
}

TEST(Engine, SamplesOfOnePromptComputeItOnce) {
  const Context context(2);
  ToyModel model({.blocks = 100});
  Engine engine(&context, &model, {.prefill_chunk = 100});
  Request r{.prompt = RandomIds(64 * 5 + 30, 1), .max_new_tokens = 5};
  std::vector<Request> requests(8, r);
  for (size_t i = 0; i < 8; ++i) requests[i].sequence = i;
  const auto done = RunAll(&engine, requests);
  EXPECT_NE(done[0].tokens, done[1].tokens);
  EXPECT_EQ(done[0].reused_tokens, 0);
  for (size_t i = 1; i < 8; ++i) EXPECT_EQ(done[i].reused_tokens, 64 * 5) << i;
  // The next one finds the rest of the prompt too, its last token excepted.
  const auto again = RunAll(&engine, {requests[0]});
  EXPECT_EQ(again[0].reused_tokens, 64 * 5 + 29);
  EXPECT_EQ(again[0].tokens, done[0].tokens);
}

TEST(Engine, GeneratedTokensAreNotReusedAsPrompt) {
  const Context context(1);
  ToyModel model({});
  Engine engine(&context, &model, {});
  const Request first{.prompt = RandomIds(100, 1), .max_new_tokens = 150};
  Request second = first;
  const auto reply = RunAll(&engine, {first});
  second.prompt.insert(second.prompt.end(), reply[0].tokens.begin(), reply[0].tokens.end());
  const auto next = RunAll(&engine, {second});
  EXPECT_EQ(next[0].reused_tokens, 100);
  ExpectSame(next, Alone({second}, {}));
}

TEST(Engine, OldRequestsAreNotOvertaken) {
  const Context context(1);
  ToyModel model({.blocks = 12});
  Engine engine(&context, &model, {.max_sequences = 4});
  std::vector<int64_t> first_tokens;
  for (int i = 0; i < 10; ++i) {
    Request r{.prompt = RandomIds(i % 2 == 0 ? 300 : 3, static_cast<uint64_t>(i)),
              .max_new_tokens = 40};
    r.on_token = [&](const TokenEvent& event) {
      if (event.index == 0) first_tokens.push_back(event.request);
    };
    engine.Submit(std::move(r));
  }
  while (engine.Step()) {
  }
  ASSERT_EQ(first_tokens.size(), 10);
  EXPECT_TRUE(std::is_sorted(first_tokens.begin(), first_tokens.end()));
}

TEST(Engine, ContextEndsTheTextAndLongPromptsAreRefused) {
  const Context context(1);
  ToyModel model({.blocks = 10, .max_seq_len = 130});
  Engine engine(&context, &model, {.context = 100});
  const auto done = RunAll(&engine, {{.prompt = RandomIds(90, 1), .max_new_tokens = 50}});
  // As many as are computed, and one behind them.
  EXPECT_EQ(done[0].tokens.size(), 11);
  EXPECT_EQ(done[0].reason, FinishReason::kContext);
  EXPECT_EQ(RunAll(&engine, {{.prompt = RandomIds(100, 1)}})[0].tokens.size(), 1);
  try {
    engine.Submit({.prompt = RandomIds(101, 1)});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("needs 101 tokens of context, there are 100"),
              std::string::npos)
        << error.what();
  }
  // Scoring feeds one less.
  EXPECT_EQ(RunAll(&engine,
                   {{.prompt = RandomIds(101, 1), .max_new_tokens = 0, .score_prompt_from = 1}})[0]
                .prompt_scores.size(),
            100);
  EXPECT_THROW(Engine(&context, &model, {.context = 131}), Error);
  ToyModel small({.blocks = 1, .max_seq_len = 130});
  Engine pool(&context, &small, {});
  EXPECT_THROW(pool.Submit({.prompt = RandomIds(65, 1)}), Error);
  EXPECT_EQ(RunAll(&pool, {{.prompt = RandomIds(60, 1)}})[0].reason, FinishReason::kContext);
}

TEST(Engine, BadRequestsAreRefused) {
  const Context context(1);
  ToyModel model({});
  Engine engine(&context, &model, {});
  const Request good{.prompt = {1, 2}};
  const auto refused = [&](const std::function<void(Request*)>& spoil) {
    Request bad = good;
    spoil(&bad);
    EXPECT_THROW(engine.Submit(bad), Error);
  };
  refused([](Request* r) { r->prompt.clear(); });
  refused([](Request* r) { r->prompt[0] = 40; });
  refused([](Request* r) { r->prompt[0] = -1; });
  refused([](Request* r) { r->max_new_tokens = -1; });
  refused([](Request* r) { r->stop_strings = {"x"}; });  // no tokenizer
  refused([](Request* r) { r->sampling.temperature = -1; });
  refused([](Request* r) { r->sampling.top_p = std::nan(""); });
  refused([](Request* r) { r->sampling.logit_bias = {{40, 1.0}}; });
  refused([](Request* r) { r->score_prompt_from = 0; });
  refused([](Request* r) { r->score_prompt_from = 3; });
  EXPECT_FALSE(engine.Step());
}

TEST(Engine, CancelledRequestsKeepWhatTheyWrote) {
  const Context context(1);
  ToyModel model({.blocks = 20});
  Engine engine(&context, &model, {.max_sequences = 1});
  std::map<int64_t, Completion> done;
  const auto submit = [&](int64_t stop_after) {
    Request r{.prompt = RandomIds(80, 1), .max_new_tokens = 30};
    r.on_token = [&engine, stop_after](const TokenEvent& event) {
      if (event.index + 1 == stop_after) engine.Cancel(event.request);
    };
    r.on_end = [&done](int64_t id, Completion c) { done[id] = std::move(c); };
    return engine.Submit(std::move(r));
  };
  const int64_t running = submit(4), waiting = submit(100), last = submit(100);
  engine.Cancel(waiting);
  engine.Cancel(12345);
  while (engine.Step()) {
  }
  EXPECT_EQ(done[running].reason, FinishReason::kCancelled);
  EXPECT_EQ(done[running].tokens.size(), 4);
  EXPECT_EQ(done[waiting].reason, FinishReason::kCancelled);
  EXPECT_TRUE(done[waiting].tokens.empty());
  EXPECT_EQ(done[last].tokens.size(), 30);
  EXPECT_EQ(engine.statistics().blocks_held, 0);
}

TEST(Engine, MinimumHoldsStopTokensBack) {
  const Context context(1);
  ToyModel model({});
  Engine engine(&context, &model, {});
  Request r{.prompt = RandomIds(10, 1), .max_new_tokens = 60, .min_new_tokens = 20};
  for (int32_t id = 0; id < 20; ++id) r.stop_tokens.push_back(id);
  const auto done = RunAll(&engine, {r});
  EXPECT_GE(done[0].tokens.size(), 20);
  EXPECT_EQ(done[0].reason, FinishReason::kStopToken);
  for (const int32_t id : done[0].tokens) EXPECT_GE(id, 20);
}

TEST(Engine, SubmissionFromOtherThreads) {
  const Context context(2);
  ToyModel model({.blocks = 30});
  Engine engine(&context, &model, {.max_sequences = 4});
  const std::vector<Request> requests = MixedRequests(24);
  std::vector<Completion> done(requests.size());
  std::atomic<int> ended = 0;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = t; i < requests.size(); i += 3) {
        Request r = requests[i];
        r.on_end = [&done, &ended, i](int64_t, Completion c) {
          done[i] = std::move(c);
          ++ended;
        };
        engine.Cancel(engine.Submit(std::move(r)) + 1000);
      }
    });
  }
  while (ended < static_cast<int>(requests.size())) engine.Step();
  for (std::thread& thread : threads) thread.join();
  ExpectSame(done, Alone(requests, {}));
}

}  // namespace
}  // namespace cria::infer
