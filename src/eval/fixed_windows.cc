// Two named rules, and the reading of one or two models in step.
#include "eval/fixed_windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/interrupt.h"

namespace cria::eval {
namespace {

constexpr int64_t kRows = 128;  // rows of log-probabilities that exist at once, per model

int64_t Likeliest(std::span<const float> row) {
  return std::max_element(row.begin(), row.end()) - row.begin();
}

// Sum of p_base (ln p_base - ln p); exactly 0 for equal rows.
double KlDivergence(std::span<const float> base, std::span<const float> row) {
  double sum = 0;
  for (size_t i = 0; i < row.size(); ++i) {
    const double b = base[i];
    if (b > -100) sum += std::exp(b) * (b - row[i]);  // e^-100 adds nothing to a double near 1
  }
  return sum;
}

// The rows of one model for the piece being scored.
struct Side {
  LanguageModel* model;
  std::unique_ptr<WindowReader> reader;
  std::vector<float> rows;

  void Begin(const FixedWindows& rule, std::span<const int32_t> window) {
    reader = model->NewReader(rule.length - 1);
    if (rule.scored_from > 1) reader->Read(window.first(rule.scored_from - 1), {});
  }
  void Read(std::span<const int32_t> ids) {
    rows.resize(ids.size() * static_cast<size_t>(model->vocab_size()));
    reader->Read(ids, rows);
  }
  std::span<const float> row(int64_t r) const {
    const size_t vocab = static_cast<size_t>(model->vocab_size());
    return std::span(rows).subspan(static_cast<size_t>(r) * vocab, vocab);
  }
};

}  // namespace

FixedWindows LlamaCppWindows(int64_t window) {
  CRIA_CHECK(window >= 4, "window {}", window);
  FixedWindows rule{.name = fmt::format("llama.cpp-{}", window),
                    .description = "",
                    .length = window,
                    .scored_from = window / 2 + 1,
                    .bos_first = true};
  rule.description = fmt::format(
      "the text is encoded whole and cut into chunks of {}, each chunk's first token is replaced "
      "by BOS, and its last {} tokens are scored, each seen with at least {} before it",
      window, rule.scored_per_window(), rule.scored_from);
  return rule;
}

FixedWindows WholeWindows(int64_t window) {
  CRIA_CHECK(window >= 2, "window {}", window);
  return {.name = fmt::format("whole-{}", window),
          .description = fmt::format("the text is encoded whole and cut into windows of {}; every "
                                     "token of a window but its first is scored, seen with those "
                                     "before it in the window",
                                     window),
          .length = window,
          .scored_from = 1,
          .bos_first = false};
}

std::vector<std::vector<int32_t>> Cut(const FixedWindows& rule, std::span<const int32_t> ids,
                                      int32_t bos_id) {
  const int64_t count = static_cast<int64_t>(ids.size()) / rule.length;
  if (count == 0) {
    throw Error(fmt::format("the text has {} tokens, one window of {} needs {}", ids.size(),
                            rule.name, rule.length),
                "the text to score", "give a longer text or a smaller --window");
  }
  std::vector<std::vector<int32_t>> windows;
  for (int64_t w = 0; w < count; ++w) {
    const auto part = ids.subspan(w * rule.length, rule.length);
    windows.emplace_back(part.begin(), part.end());
    if (rule.bos_first && bos_id >= 0) windows.back()[0] = bos_id;
  }
  return windows;
}

std::vector<ScoredId> ScoreWindows(const Context& context, LanguageModel* model,
                                   LanguageModel* base, const FixedWindows& rule,
                                   std::span<const int32_t> ids, const WindowOptions& options) {
  const auto windows = Cut(rule, ids, options.bos_id);
  CRIA_CHECK(base == nullptr || base->vocab_size() == model->vocab_size(), "{} and {} ids",
             base->vocab_size(), model->vocab_size());
  std::vector<Side> sides;
  sides.push_back({model, nullptr, {}});
  if (base != nullptr) sides.push_back({base, nullptr, {}});
  const int64_t per_window = rule.scored_per_window();
  std::vector<ScoredId> scored(windows.size() * static_cast<size_t>(per_window));
  if (options.progress) options.progress(0, static_cast<int64_t>(windows.size()) * rule.length);
  for (size_t w = 0; w < windows.size(); ++w) {
    const std::span<const int32_t> window(windows[w]);
    for (Side& side : sides) side.Begin(rule, window);
    for (int64_t at = rule.scored_from; at < rule.length; at += kRows) {
      ThrowIfInterrupted();
      const int64_t n = std::min(kRows, rule.length - at);
      for (Side& side : sides) side.Read(window.subspan(at - 1, n));
      ScoredId* to = scored.data() + static_cast<int64_t>(w) * per_window + at - rule.scored_from;
      context.ParallelFor(n, [&](int64_t r) {
        const std::span<const float> row = sides[0].row(r);
        to[r].logprob = row[window[at + r]];
        RequireNumber(to[r].logprob, "the text to score");
        if (base == nullptr) return;
        const std::span<const float> base_row = sides[1].row(r);
        to[r].base_logprob = base_row[window[at + r]];
        RequireNumber(to[r].base_logprob, "the text to score, by the original");
        to[r].divergence = KlDivergence(base_row, row);
        to[r].same_top = Likeliest(base_row) == Likeliest(row);
      });
    }
    if (options.progress) {
      options.progress(static_cast<int64_t>(w + 1) * rule.length,
                       static_cast<int64_t>(windows.size()) * rule.length);
    }
  }
  return scored;
}

}  // namespace cria::eval
