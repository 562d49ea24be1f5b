// Whole small runs: resumed, killed, bounded by time, interrupted, refused, damaged.
#include "train/run.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/random.h"
#include "data/manifest.h"
#include "store/checkpoint.h"
#include "train/run_folder.h"
#include "train/run_log.h"
#include "train/tiny_run.h"

namespace cria::train {
namespace {

TEST_F(RunTest, ResumedRunIsBitIdentical) {
  const Context context(2);
  const RunSummary whole = Train(context, Setup("whole"), {});
  EXPECT_EQ(whole.steps, 30);
  EXPECT_GT(whole.bits_per_byte, 0);
  EXPECT_EQ(whole.sources.size(), 2u);
  const std::string bits = Bits(root_ / "whole");

  for (const int64_t stop : {1, 7, 8, 29}) {
    StopAfter observer(stop);
    Observer* const observers[] = {&observer};
    EXPECT_THROW(Train(context, Setup("cut"), observers), Interrupted);
    SetInterruptRequested(false);
    EXPECT_EQ(store::LatestCheckpoint(root_ / "cut"), store::StepDirectory(root_ / "cut", stop));
  }
  const RunSummary resumed = Train(context, Setup("cut"), {});
  EXPECT_EQ(Bits(root_ / "cut"), bits);
  EXPECT_EQ(resumed.bits_per_byte, whole.bits_per_byte);
  const LogRecord a = ReadRunLog(root_ / "whole" / kRunLogName);
  const LogRecord b = ReadRunLog(root_ / "cut" / kRunLogName);
  ASSERT_EQ(a.steps.size(), 30u);
  ASSERT_EQ(b.steps.size(), 30u);
  for (size_t i = 0; i < 30; ++i) EXPECT_EQ(a.steps[i].loss, b.steps[i].loss);
  EXPECT_EQ(a.validations.size(), b.validations.size());
  // A finished run returns what it came to.
  EXPECT_EQ(Train(context, Setup("cut"), {}).loss, resumed.loss);
}

TEST_F(RunTest, WhatComputedBeforeIsTold) {
  struct Start : StopAfter {
    using StopAfter::StopAfter;
    void OnStart(const RunStart& start) override {
      earlier = start.earlier_processor;
      now = start.processor;
    }
    std::string earlier, now;
  };
  const Context context(1);
  const auto train_until = [&](Start* observer) {
    Observer* const observers[] = {observer};
    EXPECT_THROW(Train(context, Setup("run"), observers), Interrupted);
    SetInterruptRequested(false);
  };
  Start first(3), same(5), other(7);
  train_until(&first);
  EXPECT_EQ(first.earlier, "");
  train_until(&same);
  EXPECT_EQ(same.earlier, "");
  RunRecord record = ReadRunRecord(root_ / "run");
  EXPECT_EQ(record.processor, same.now);
  record.processor = "abacus";
  WriteRunRecord(root_ / "run", record);
  train_until(&other);
  EXPECT_EQ(other.earlier, "abacus");
  EXPECT_EQ(ReadRunRecord(root_ / "run").processor, same.now);
}

TEST_F(RunTest, FinishedRunWithoutItsCheckpointIsAnError) {
  const Context context(1);
  RunSetup setup = Setup("run");
  setup.options.save_every_steps = 10;
  const RunSummary summary = Train(context, setup, {});
  fs::remove(root_ / "run" / summary.checkpoint / store::kManifestName);
  EXPECT_FALSE(store::ListCheckpoints(root_ / "run").empty());
  EXPECT_THROW(Train(context, setup, {}), Error);
}

// Saves after every step and is killed at a moment of its own, mostly while it writes.
TEST_F(RunTest, KilledRunGoesOnBitIdentical) {
  RunSetup setup = Setup("whole");
  setup.options.save_every_s = 1e-9;
  const auto begin = std::chrono::steady_clock::now();
  {
    const Context context(2);
    Train(context, setup, {});
  }
  const std::chrono::duration<double, std::micro> whole_us =
      std::chrono::steady_clock::now() - begin;
  setup.run = root_ / "killed";
  RandomStream random(static_cast<uint64_t>(::getpid()), RandomPurpose::kTest);
  int kills = 0;
  for (int attempt = 0; attempt < 40; ++attempt) {
    const pid_t child = ::fork();
    if (child == 0) {
      const Context context(2);
      Train(context, setup, {});
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(whole_us.count() * (0.05 + 0.7 * random.NextDouble())));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) {
      ++kills;
    } else if (kills > 0) {
      break;
    } else {
      fs::remove_all(setup.run);  // faster than it was to be killed
    }
  }
  EXPECT_GT(kills, 0);
  const Context context(1);
  Train(context, setup, {});
  EXPECT_EQ(Bits(root_ / "killed"), Bits(root_ / "whole"));
  // A kill between the last save and the removal of the oldest leaves one more.
  EXPECT_LE(store::ListCheckpoints(root_ / "killed").size(), 3u);
}

TEST_F(RunTest, TimeBoundsTheRun) {
  const Context context(2);
  RunSetup setup = Setup("timed");
  setup.options.steps = 0;
  setup.options.seconds = 1.5;
  const auto begin = std::chrono::steady_clock::now();
  const RunSummary summary = Train(context, setup, {});
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  // That it keeps to the time is schedule_test's to show: this machine may be busy.
  EXPECT_LT(seconds, 60.0);
  const RunRecord record = ReadRunRecord(setup.run);
  EXPECT_TRUE(record.finished);
  EXPECT_EQ(record.plan.schedule.LastStep(), summary.steps);
  EXPECT_GT(summary.steps, record.plan.schedule.warmup_steps);
}

TEST_F(RunTest, WhatAKilledStartLeavesDoesNotBlockTheFolder) {
  fs::create_directories(root_ / "run");
  WriteFile(root_ / "run" / kLockName, "");
  WriteFile(root_ / "run" / kShardTokenizerName, "model");
  EXPECT_EQ(Train(Context(1), Setup("run"), {}).steps, 30);
  fs::create_directories(root_ / "foreign");
  WriteFile(root_ / "foreign" / "notes.txt", "mine");
  EXPECT_THROW(Train(Context(1), Setup("foreign"), {}), Error);
  EXPECT_TRUE(fs::exists(root_ / "foreign" / "notes.txt"));
}

TEST_F(RunTest, RefusesATokenizerThatDidNotMakeTheShards) {
  WriteFile(root_ / "shards" / kShardTokenizerName, "another");
  EXPECT_THROW(Train(Context(1), Setup("run"), {}), Error);
  EXPECT_FALSE(fs::exists(root_ / "run"));
}

TEST_F(RunTest, RefusesWhatDoesNotFitTogether) {
  const Context context(1);
  RunSetup setup = Setup("run");
  setup.config.vocab_size = 41;
  EXPECT_THROW(Train(context, setup, {}), Error);
  setup = Setup("run");
  setup.shards = root_;
  EXPECT_THROW(Train(context, setup, {}), Error);
  setup = Setup("run");
  setup.options.batch_tokens = int64_t{1} << 40;
  EXPECT_THROW(Train(context, setup, {}), Error);
  setup = Setup("run");
  setup.options.micro_rows = 1 << 24;  // more than this machine's memory
  EXPECT_THROW(Train(context, setup, {}), Error);
  EXPECT_FALSE(fs::exists(setup.run));
  setup = Setup("run");
  Train(context, setup, {});
  const auto refused = [&](auto change) {
    RunSetup other = Setup("run");
    change(&other);
    EXPECT_THROW(Train(context, other, {}), Error);
  };
  refused([](RunSetup* s) { s->resume = false; });
  refused([](RunSetup* s) { s->options.seed = 2; });
  refused([](RunSetup* s) { s->config.hidden_dim = 64; });
  setup.resume = false;
  setup.force = true;
  setup.options.micro_rows = 1 << 24;
  EXPECT_THROW(Train(context, setup, {}), Error);
  EXPECT_FALSE(store::LatestCheckpoint(setup.run).empty()) << "the old run must stay";
  setup.options.micro_rows = 0;
  setup.options.seed = 2;
  EXPECT_EQ(Train(context, setup, {}).steps, 30);
}

TEST_F(RunTest, DamagedCheckpointIsAnError) {
  const Context context(1);
  StopAfter observer(5);
  Observer* const observers[] = {&observer};
  EXPECT_THROW(Train(context, Setup("run"), observers), Interrupted);
  SetInterruptRequested(false);
  for (const auto& file : fs::directory_iterator(store::LatestCheckpoint(root_ / "run"))) {
    const std::string whole = ReadFile(file.path());
    std::string damaged = whole;
    damaged[damaged.size() / 2] ^= 4;
    WriteFile(file.path(), damaged);
    EXPECT_THROW(Train(context, Setup("run"), {}), Error) << file.path();
    WriteFile(file.path(), whole.substr(0, whole.size() / 2));
    EXPECT_THROW(Train(context, Setup("run"), {}), Error) << file.path();
    WriteFile(file.path(), whole);
  }
  EXPECT_EQ(Train(context, Setup("run"), {}).steps, 30);
}

}  // namespace
}  // namespace cria::train
