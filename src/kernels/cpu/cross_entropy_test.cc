// Cross-entropy against the reference. Bounds: exp is off by 3e-7 + 6e-8 |x| with |x| <= ~40 after
// the shift, runs of 1024 / lanes additions by as many units; the loss also by its own rounding.
#include "kernels/cross_entropy.h"

#include "kernels/cpu/test_values.h"
#include "kernels/ref/cross_entropy.h"

namespace cria::kernels {
namespace {

constexpr double kExpError = 5e-6;

template <class T>
void Check(int64_t rows, int64_t vocab) {
  const Context context(2);
  const std::vector<float> logits = NormalValues<float>(rows * vocab, 1, 4);
  std::vector<int32_t> targets(rows);
  for (int64_t r = 0; r < rows; ++r) targets[r] = r % 3 == 1 ? -1 : (r * 7919) % vocab;
  std::vector<float> loss = Poisoned<float>(rows);
  std::vector<T> dlogits = Poisoned<T>(rows * vocab);
  const float scale = 0.37f;
  CrossEntropy(context, rows, vocab, logits.data(), targets.data(), scale, loss.data(),
               dlogits.data());
  const auto x = Widen(logits);
  std::vector<double> want(rows), dx(x.size()), dloss(rows, scale);
  ref::CrossEntropy(rows, vocab, x.data(), targets.data(), want.data());
  ref::CrossEntropyBackward(rows, vocab, x.data(), targets.data(), dloss.data(), dx.data());
  ExpectNear("loss", loss, want, kExpError, 40 * 0x1p-24 + kExpError);
  ExpectNear("gradient", dlogits, dx, kUnit<T> + 2 * kExpError, 1e-7);

  std::vector<float> alone = Poisoned<float>(rows);
  CrossEntropy<T>(context, rows, vocab, logits.data(), targets.data(), scale, alone.data(),
                  nullptr);
  EXPECT_TRUE(SameBits(loss, alone));
}

TEST(CrossEntropy, EqualsReference) {
  ForEveryInstructionSet([] {
    for (const int64_t vocab : {2, 3, 17, 512, 1030, 5003}) {
      Check<float>(4, vocab);
      Check<BF16>(7, vocab);
    }
  });
}

// Columns divided among three holders of unequal width.
template <class T>
void CheckDivided(int64_t rows, const std::vector<int64_t>& widths) {
  const Context context(2);
  int64_t vocab = 0;
  for (const int64_t width : widths) vocab += width;
  const std::vector<float> logits = NormalValues<float>(rows * vocab, 1, 4);
  std::vector<int32_t> targets(rows);
  for (int64_t r = 0; r < rows; ++r) targets[r] = r % 3 == 1 ? -1 : (r * 7919) % vocab;
  std::vector<std::vector<float>> own, lse;
  std::vector<const float*> views;
  int64_t first = 0;
  for (const int64_t width : widths) {
    std::vector<float>& columns = own.emplace_back();
    for (int64_t r = 0; r < rows; ++r) {
      const auto row = logits.begin() + r * vocab + first;
      columns.insert(columns.end(), row, row + width);
    }
    lse.push_back(Poisoned<float>(rows));
    LogSumExp(context, rows, width, columns.data(), lse.back().data());
    first += width;
  }
  for (const auto& one : lse) views.push_back(one.data());
  std::vector<float> all = Poisoned<float>(rows);
  JoinLogSumExp(rows, views, all.data());

  const float scale = 0.37f;
  const auto x = Widen(logits);
  std::vector<double> want(rows), dx(x.size()), dloss(rows, scale);
  ref::CrossEntropy(rows, vocab, x.data(), targets.data(), want.data());
  ref::CrossEntropyBackward(rows, vocab, x.data(), targets.data(), dloss.data(), dx.data());
  for (int64_t r = 0; r < rows; ++r) {
    if (targets[r] < 0) continue;
    EXPECT_NEAR(all[r] - logits[r * vocab + targets[r]], want[r], 1e-5);
  }
  first = 0;
  for (size_t h = 0; h < widths.size(); ++h) {
    const int64_t width = widths[h];
    std::vector<int32_t> mine;
    std::vector<double> part;
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t local = targets[r] - first;
      mine.push_back(targets[r] < 0                ? -1
                     : local >= 0 && local < width ? static_cast<int32_t>(local)
                                                   : kTargetElsewhere);
      part.insert(part.end(), dx.begin() + r * vocab + first,
                  dx.begin() + r * vocab + first + width);
    }
    std::vector<T> dlogits = Poisoned<T>(rows * width);
    CrossEntropyGradient(context, rows, width, own[h].data(), mine.data(), all.data(), scale,
                         dlogits.data());
    ExpectNear("gradient", dlogits, part, kUnit<T> + 2 * kExpError, 1e-7);
    first += width;
  }
}

TEST(CrossEntropy, DividedColumnsEqualTheWhole) {
  ForEveryInstructionSet([] {
    CheckDivided<float>(7, {5, 1030, 300});
    CheckDivided<BF16>(4, {17, 1, 2500});
  });
}

TEST(CrossEntropy, FarApartLogits) {
  const Context context(1);
  const std::vector<float> logits = {1000, -1000, 0};
  const int32_t target = 1;
  float loss = 0;
  std::vector<float> dlogits = Poisoned<float>(3);
  CrossEntropy(context, 1, 3, logits.data(), &target, 1, &loss, dlogits.data());
  EXPECT_EQ(loss, 2000);
  EXPECT_EQ(dlogits, (std::vector<float>{1, -1, 0}));
}

}  // namespace
}  // namespace cria::kernels
