// Warm-up, cosine, retimings, and the pacer's arithmetic.
#include "train/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "train/pacer.h"

namespace cria::train {
namespace {

TEST(Schedule, WarmsUpAndFollowsTheCosine) {
  const Schedule s{.peak = 3e-3, .final_share = 0.1, .warmup_steps = 5, .total_steps = 40};
  EXPECT_DOUBLE_EQ(s.LearningRate(1), 6e-4);
  EXPECT_DOUBLE_EQ(s.LearningRate(5), 3e-3);
  EXPECT_NEAR(s.LearningRate(6), 0.002994565296893573, 1e-15);
  EXPECT_NEAR(s.LearningRate(40), 3e-4, 1e-15);
  for (int step = 6; step <= 40; ++step) EXPECT_LT(s.LearningRate(step), s.LearningRate(step - 1));
}

TEST(Schedule, RetimingsKeepItContinuousAndEndAtTheFloor) {
  Schedule s{.peak = 1, .final_share = 0.1, .warmup_steps = 10, .total_steps = 100};
  const double before = s.LearningRate(50);
  s.retimings = {{50, 80}, {70, 120}};
  EXPECT_EQ(s.LearningRate(50), before);
  EXPECT_EQ(s.LastStep(), 120);
  EXPECT_NEAR(s.LearningRate(120), 0.1, 1e-12);
  for (int step = 12; step <= 120; ++step) {
    EXPECT_LT(s.LearningRate(step), s.LearningRate(step - 1));
    EXPECT_GT(s.LearningRate(step), s.LearningRate(step - 1) - 0.04);
  }
  const Schedule back = ScheduleFromJson(ScheduleToJson(s), "test");
  EXPECT_EQ(back.LearningRate(99), s.LearningRate(99));
}

// A machine whose steps take `first_s`, and from the middle of the budget `second_s`.
double EndOfRun(double budget_s, double first_s, double second_s, Schedule* schedule) {
  Pacer pacer(budget_s, 0, 0);
  double now_s = 0;
  for (int64_t step = 1; schedule->LastStep() == 0 || step <= schedule->LastStep(); ++step) {
    now_s += now_s < budget_s / 2 ? first_s : second_s;
    pacer.AfterStep(step, now_s, 2, schedule);
  }
  return now_s + 2;
}

TEST(Pacer, EndsWithinTheTimeAndLeavesASteadyRunAlone) {
  Schedule steady{.peak = 1, .warmup_steps = 20};
  EXPECT_NEAR(EndOfRun(600, 0.5, 0.5, &steady), 600, 1);
  EXPECT_TRUE(steady.retimings.empty());
  for (const double second_s : {0.3, 0.7, 1.0}) {
    Schedule s{.peak = 1, .warmup_steps = 20};
    EXPECT_NEAR(EndOfRun(600, 0.5, second_s, &s), 600, 12) << second_s;
    EXPECT_FALSE(s.retimings.empty());
  }
}

TEST(Pacer, ARunThatGoesBackStillEndsInTime) {
  Schedule schedule{.peak = 1, .warmup_steps = 10, .total_steps = 1000};
  Pacer pacer(100, 0, 0);
  // At step 980 after 98 s the run goes back to 900; 2 s are left, a step takes 0.1 s.
  pacer.GoneBack(900, 98, 0.1, 0.5, &schedule);
  EXPECT_EQ(schedule.LastStep(), 915);
  double elapsed_s = 98;
  for (int64_t step = 901; step <= schedule.LastStep(); ++step) {
    elapsed_s += 0.1;
    pacer.AfterStep(step, elapsed_s, 0.5, &schedule);
  }
  EXPECT_LE(elapsed_s, 100);
  EXPECT_GT(elapsed_s, 99);
}

TEST(Pacer, AWarmUpLongerThanTheBudgetIsCut) {
  Schedule s{.peak = 1, .warmup_steps = 20};
  EXPECT_NEAR(EndOfRun(5, 1, 1, &s), 5, 1.1);
  EXPECT_EQ(s.LastStep(), 4);
}

}  // namespace
}  // namespace cria::train
