// Runs that meet batches unlike the rest, and what tells a spike.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "comm/local_ranks.h"
#include "train/run_folder.h"
#include "train/run_log.h"
#include "train/spike.h"
#include "train/tiny_run.h"

namespace cria::train {
namespace {

TEST(SpikeDetector, LooksAtTheDeviationOfRecentLosses) {
  SpikeDetector detector(8);
  for (int i = 0; i < 31; ++i) EXPECT_FALSE(detector.Add(i == 7 ? 90.0 : 3 + 0.01 * (i % 5)));
  EXPECT_FALSE(detector.Add(100)) << "too few to tell";
  // Median 3.02; deviation 1.4826 * 0.01, but at least 0.0151: a spike from 3.141 on.
  EXPECT_FALSE(detector.Add(3.13));
  EXPECT_TRUE(detector.Add(3.15));
  EXPECT_NEAR(detector.usual(), 3.02, 1e-12);
  EXPECT_EQ(detector.recent().size(), 33u) << "a spike does not count";
  for (int i = 0; i < 300; ++i) EXPECT_FALSE(detector.Add(3.02 - 0.005 * i)) << "losses fall";
  EXPECT_EQ(detector.recent().size(), 128u);
}

class RollbackTest : public RunTest {
 protected:
  RollbackTest() : RunTest(1) {}

  RunSetup Setup(const std::string& run) const {
    RunSetup setup = RunTest::Setup(run);
    setup.options.steps = 120;
    setup.options.rollback_above = 8;
    setup.options.save_every_steps = 7;
    return setup;
  }
};

class RecordRollbacks : public Observer {
 public:
  void OnRollback(const RollbackReport& report) override { reports.push_back(report); }
  std::vector<RollbackReport> reports;
};

TEST_F(RollbackTest, GoesOnBehindTheBatches) {
  const Context context(2);
  RecordRollbacks seen;
  Observer* const observers[] = {&seen};
  const RunSummary summary = Train(context, Setup("run"), observers);
  ASSERT_GT(summary.rollbacks, 0);
  EXPECT_EQ(summary.steps, 120);
  ASSERT_EQ(std::ssize(seen.reports), summary.rollbacks);
  int64_t skipped = 0;
  for (const RollbackReport& r : seen.reports) {
    EXPECT_GT(r.loss, r.usual);
    EXPECT_EQ(r.to_step % 7, 0);
    skipped += r.step - r.to_step;
    EXPECT_EQ(r.skipped_batches, skipped);
  }
  EXPECT_EQ(summary.skipped_batches, skipped);
  const LogRecord log = ReadRunLog(root_ / "run" / kRunLogName);
  EXPECT_EQ(std::ssize(log.rollbacks), summary.rollbacks);
  ASSERT_EQ(log.steps.size(), 120u);
  for (size_t i = 0; i < 120; ++i) EXPECT_EQ(log.steps[i].step, static_cast<int64_t>(i + 1));

  RunSetup plain = Setup("plain");
  plain.options.rollback_above = 0;
  const RunSummary without = Train(context, plain, {});
  EXPECT_EQ(without.rollbacks, 0);
  EXPECT_NE(Bits(root_ / "plain"), Bits(root_ / "run"));
}

TEST_F(RollbackTest, ResumedRunIsBitIdentical) {
  const Context context(2);
  const RunSummary whole = Train(context, Setup("whole"), {});
  ASSERT_GT(whole.rollbacks, 0);
  const int64_t spike = ReadRunLog(root_ / "whole" / kRunLogName).rollbacks[0].from_step;
  for (const int64_t stop : {int64_t{20}, spike - 2, spike - 1, spike + 1, int64_t{111}}) {
    StopAfter observer(stop);
    Observer* const observers[] = {&observer};
    EXPECT_THROW(Train(context, Setup("cut"), observers), Interrupted);
    SetInterruptRequested(false);
  }
  const RunSummary resumed = Train(context, Setup("cut"), {});
  EXPECT_EQ(resumed.rollbacks, whole.rollbacks);
  EXPECT_EQ(Bits(root_ / "cut"), Bits(root_ / "whole"));
  EXPECT_EQ(std::ssize(ReadRunLog(root_ / "cut" / kRunLogName).rollbacks), whole.rollbacks);
}

TEST_F(RollbackTest, WithoutACheckpointTheRunGoesOnAndSaysSoOnce) {
  RunSetup setup = Setup("run");
  setup.options.save_every_steps = 1000;
  RecordRollbacks seen;
  Observer* const observers[] = {&seen};
  const RunSummary summary = Train(Context(2), setup, observers);
  EXPECT_EQ(summary.rollbacks, 0);
  EXPECT_EQ(summary.steps, 120);
  ASSERT_GT(seen.reports.size(), 0u);
  const LogRecord log = ReadRunLog(root_ / "run" / kRunLogName);
  for (size_t i = 0; i < seen.reports.size(); ++i) {
    const RollbackReport& r = seen.reports[i];
    EXPECT_EQ(r.to_step, -1);
    if (i == 0) continue;
    // Some loss in between was usual again.
    const auto first = log.steps.begin() + seen.reports[i - 1].step,
               last = log.steps.begin() + r.step - 1;
    EXPECT_TRUE(std::any_of(first, last, [&](const LogStep& s) { return s.loss < r.loss; }));
  }
  EXPECT_EQ(ReadRunLog(root_ / "run" / kRunLogName).steps.size(), 120u);
}

TEST_F(RollbackTest, RanksGoBackTogether) {
  RunSetup alone = Setup("alone");
  alone.options.micro_rows = 2;
  Train(Context(1), alone, {});
  comm::RunRanks(2, [&](comm::Communicator& ranks) {
    RunSetup setup = Setup("ranks");
    setup.options.micro_rows = 2;
    setup.sharing.ranks = &ranks;
    EXPECT_GT(Train(Context(1), setup, {}).rollbacks, 0);
  });
  EXPECT_EQ(Bits(root_ / "ranks"), Bits(root_ / "alone"));
}

TEST_F(RollbackTest, GivesUpWhereTheSpikeStays) {
  RunSetup setup = Setup("run");
  setup.options.learning_rate = 0.9;  // diverges
  setup.options.rollback_above = 3;
  setup.options.steps = 2000;
  setup.options.save_every_steps = 40;
  try {
    Train(Context(2), setup, {});
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("again and again"), std::string::npos);
  }
}

}  // namespace
}  // namespace cria::train
