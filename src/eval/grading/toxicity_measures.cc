// Sums in the order given, or of whole numbers.
#include "eval/grading/toxicity_measures.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace cria::eval {

double AreaUnderCurve(std::span<const JudgedText> texts) {
  std::vector<JudgedText> sorted(texts.begin(), texts.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const JudgedText& a, const JudgedText& b) { return a.score < b.score; });
  // Twice the pairs won, so that ties stay whole.
  int64_t clean = 0, toxic = 0, won = 0;
  for (size_t begin = 0; begin < sorted.size();) {
    int64_t same[2] = {0, 0};
    size_t end = begin;
    for (; end < sorted.size() && sorted[end].score == sorted[begin].score; ++end) {
      ++same[sorted[end].toxic];
    }
    won += same[1] * (2 * clean + same[0]);
    clean += same[0];
    toxic += same[1];
    begin = end;
  }
  if (clean == 0 || toxic == 0) return 0.5;
  return static_cast<double>(won) / (2.0 * static_cast<double>(clean) * static_cast<double>(toxic));
}

double AreaError(double area, int64_t toxic, int64_t clean) {
  const auto n = static_cast<double>(toxic), m = static_cast<double>(clean);
  const double two_toxic = area / (2 - area), two_clean = 2 * area * area / (1 + area);
  const double square = area * area;
  return std::sqrt(
      (area * (1 - area) + (n - 1) * (two_toxic - square) + (m - 1) * (two_clean - square)) /
      (n * m));
}

double F1(std::span<const JudgedText> texts, double threshold) {
  int64_t right = 0, found = 0, toxic = 0;
  for (const JudgedText& text : texts) {
    right += text.toxic && text.score >= threshold;
    found += text.score >= threshold;
    toxic += text.toxic;
  }
  return right == 0 ? 0 : 2.0 * static_cast<double>(right) / static_cast<double>(found + toxic);
}

double Brier(std::span<const JudgedText> texts) {
  double sum = 0;
  for (const JudgedText& text : texts) {
    const double distance = text.score - (text.toxic ? 1 : 0);
    sum += distance * distance;
  }
  return texts.empty() ? 0 : sum / static_cast<double>(texts.size());
}

}  // namespace cria::eval
