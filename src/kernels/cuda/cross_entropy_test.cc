// Cross-entropy on the GPU against the reference. Bounds: exp is off by 2 + 1.2 |x| units of at
// most 2^-23 (CUDA's table for __expf) with |x| <= ~40 after the shift, sums of up to 64 terms in a
// thread by as many units; the loss also by its own rounding.
#include "kernels/cross_entropy.h"

#include "kernels/cuda/device_array.h"
#include "kernels/ref/cross_entropy.h"

namespace cria::kernels::cuda {
namespace {

constexpr double kExpError = 8e-6;

template <class T>
struct LossRun {
  int64_t rows, vocab;
  std::vector<float> logits = NormalValues<float>(rows * vocab, 1, 4);
  std::vector<int32_t> targets = std::vector<int32_t>(rows);
  std::vector<float> loss = {};
  std::vector<T> dlogits = {};
  static constexpr float kScale = 0.37f;

  void MakeTargets() {
    for (int64_t r = 0; r < rows; ++r) {
      targets[r] = r % 3 == 1 ? -1 : static_cast<int32_t>((r * 7919) % vocab);
    }
  }
  void operator()(bool gradient = true) {
    DeviceArray<float> x(logits), loss_there = DeviceArray<float>::Poisoned(rows);
    DeviceArray<int32_t> targets_there(targets);
    DeviceArray<T> dx = DeviceArray<T>::Poisoned(rows * vocab);
    CrossEntropy<T>(DeviceContext(), rows, vocab, x.data(), targets_there.data(), kScale,
                    loss_there.data(), gradient ? dx.data() : nullptr);
    loss = loss_there.Values();
    if (gradient) dlogits = dx.Values();
  }
};

template <class T>
void Check(int64_t rows, int64_t vocab) {
  SCOPED_TRACE(testing::Message() << rows << " x " << vocab << ", " << sizeof(T) << " bytes");
  LossRun<T> run{rows, vocab};
  run.MakeTargets();
  run();
  const auto x = Widen(run.logits);
  std::vector<double> want(rows), dx(x.size()), dloss(rows, run.kScale);
  ref::CrossEntropy(rows, vocab, x.data(), run.targets.data(), want.data());
  ref::CrossEntropyBackward(rows, vocab, x.data(), run.targets.data(), dloss.data(), dx.data());
  ExpectNear("loss", run.loss, want, kExpError, 40 * 0x1p-24 + kExpError);
  ExpectNear("gradient", run.dlogits, dx, kUnit<T> + 2 * kExpError, 1e-7);

  LossRun<T> again = run;
  again();
  EXPECT_TRUE(SameBits(run.loss, again.loss) && SameBits(run.dlogits, again.dlogits));
  again(false);
  EXPECT_TRUE(SameBits(run.loss, again.loss));
}

TEST(CrossEntropy, EqualsReference) {
  for (const int64_t vocab : {2, 3, 17, 512, 1028, 1030, 5003}) {
    Check<float>(4, vocab);
    Check<BF16>(7, vocab);
  }
}

TEST(CrossEntropy, LongRows) {
  Check<BF16>(3, 32000);
  Check<BF16>(2, 32768);  // the longest that a block keeps
  Check<BF16>(2, 32772);
}

TEST(CrossEntropy, ManyRows) { Check<BF16>(5000, 16); }  // a block takes several

TEST(CrossEntropy, FarApartLogits) {
  for (const int64_t vocab : {3, 8}) {
    LossRun<float> run{1, vocab};
    run.logits.assign(vocab, -2000);
    run.logits[0] = 1000, run.logits[1] = -1000, run.logits[2] = 0;
    run.targets = {1};
    run();
    EXPECT_EQ(run.loss[0], 2000);
    std::vector<float> want(vocab, 0);
    want[0] = run.kScale, want[1] = -run.kScale;
    EXPECT_EQ(run.dlogits, want);
  }
}

// softmax - 1 of a target that is nearly certain keeps its relative precision.
TEST(CrossEntropy, NearlyCertainTarget) {
  for (const int64_t vocab : {64, 65}) {
    LossRun<float> run{1, vocab};
    run.logits.assign(vocab, 0);
    run.logits[5] = 30;
    run.targets = {5};
    run();
    const double others = static_cast<double>(vocab - 1) * std::exp(-30.0);
    EXPECT_NEAR(run.dlogits[5], -run.kScale * others, kExpError * others);
    EXPECT_NEAR(run.dlogits[6], run.kScale * std::exp(-30.0), kExpError * others);
  }
}

TEST(CrossEntropy, RowAloneHasTheBitsOfAllRows) {
  LossRun<BF16> all{300, 132}, one{1, 132};
  all.MakeTargets();
  std::copy(all.logits.begin() + 299 * 132, all.logits.end(), one.logits.begin());
  one.targets[0] = all.targets[299];
  all(), one();
  EXPECT_EQ(one.loss[0], all.loss[299]);
  EXPECT_TRUE(SameBits(one.dlogits, std::vector<BF16>(all.dlogits.end() - 132, all.dlogits.end())));
}

}  // namespace
}  // namespace cria::kernels::cuda
