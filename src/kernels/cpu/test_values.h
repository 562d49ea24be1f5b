// Random inputs, poisoned outputs and comparisons for the tests of the kernels.
#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/random.h"
#include "tensor/dtype.h"

namespace cria::kernels {

template <class T>
std::vector<T> NormalValues(int64_t n, uint64_t stream, double scale = 1) {
  RandomStream random(11, RandomPurpose::kTest, stream);
  std::vector<T> x(n);
  for (T& value : x) value = FromFloat<T>(static_cast<float>(scale * random.NextNormal()));
  return x;
}

/// NaN everywhere: what a kernel forgets to write shows.
template <class T>
std::vector<T> Poisoned(int64_t n) {
  return std::vector<T>(n, FromFloat<T>(std::numeric_limits<float>::quiet_NaN()));
}

template <class T>
std::vector<double> Widen(const std::vector<T>& x) {
  std::vector<double> out;
  for (T value : x) out.push_back(ToFloat(value));
  return out;
}

template <class T>
bool SameBits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

/// One rounding to T.
template <class T>
inline constexpr double kUnit = sizeof(T) == 2 ? 0x1p-8 : 0x1p-24;

/// |got - want| <= relative |want| + absolute, everywhere.
template <class T>
void ExpectNear(const char* name, const std::vector<T>& got, const std::vector<double>& want,
                double relative, double absolute) {
  ASSERT_EQ(got.size(), want.size());
  double worst = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    const double error =
        std::abs(ToFloat(got[i]) - want[i]) / (relative * std::abs(want[i]) + absolute + 1e-300);
    if (!(error <= worst)) worst = error;
  }
  EXPECT_LE(worst, 1.0) << name;
}

/// Runs f once for every instruction set that Highway compiled and this processor has.
template <class F>
void ForEveryInstructionSet(F&& f) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    SCOPED_TRACE(hwy::TargetName(target));
    f();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace cria::kernels
