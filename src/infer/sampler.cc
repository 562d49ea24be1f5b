// Penalties on a copy of the logits, softmax by temperature, cuts in order of probability, a draw.
#include "infer/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"

namespace cria::infer {
namespace {

using Candidate = std::pair<double, int32_t>;

// Ties by id, so that the order is the same on every machine.
bool Likelier(const Candidate& a, const Candidate& b) {
  return a.first != b.first ? a.first > b.first : a.second < b.second;
}

// The candidates in order of probability, sorted piece by piece as far as they are asked for: the
// mass that top-p keeps mostly lies in a few hundred of them.
class SortedCandidates {
 public:
  explicit SortedCandidates(std::vector<Candidate>* candidates) : candidates_(*candidates) {}

  const Candidate& operator[](size_t i) {
    while (i >= sorted_) SortMore();
    return candidates_[i];
  }

 private:
  void SortMore() {
    const size_t end = std::min(candidates_.size(), std::max<size_t>(128, sorted_ * 8));
    const auto first = candidates_.begin() + static_cast<std::ptrdiff_t>(sorted_);
    const auto last = candidates_.begin() + static_cast<std::ptrdiff_t>(end);
    if (last != candidates_.end()) std::nth_element(first, last - 1, candidates_.end(), Likelier);
    std::sort(first, last, Likelier);
    sorted_ = end;
  }

  std::vector<Candidate>& candidates_;
  size_t sorted_ = 0;
};

void CheckRange(bool good, const char* name, double value, const char* range,
                const std::string& where) {
  if (good) return;
  throw Error(fmt::format("{} is {:g}, it must be {}", name, value, range), where,
              "give a value of that range");
}

// Each token of the window once: HF's RepetitionPenaltyLogitsProcessor, llama.cpp's
// penalty_repeat.
void PenaliseRepetition(const SamplingOptions& options, std::span<const int32_t> history,
                        std::vector<int32_t>* ids, std::span<float> logits) {
  if (options.repetition_penalty == 1) return;
  if (options.repetition_window > 0 && options.repetition_window < std::ssize(history)) {
    history = history.last(static_cast<size_t>(options.repetition_window));
  }
  ids->assign(history.begin(), history.end());
  std::sort(ids->begin(), ids->end());
  ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
  for (const int32_t id : *ids) {
    float& x = logits[static_cast<size_t>(id)];
    x = static_cast<float>(x > 0 ? x / options.repetition_penalty : x * options.repetition_penalty);
  }
}

// OpenAI's rule: logit -= count * frequency_penalty + (count > 0) * presence_penalty.
void PenaliseGenerated(const SamplingOptions& options, std::span<const int32_t> generated,
                       std::vector<int32_t>* ids, std::span<float> logits) {
  if (options.presence_penalty == 0 && options.frequency_penalty == 0) return;
  ids->assign(generated.begin(), generated.end());
  std::sort(ids->begin(), ids->end());
  for (size_t i = 0; i < ids->size();) {
    size_t end = i;
    while (end < ids->size() && (*ids)[end] == (*ids)[i]) ++end;
    float& x = logits[static_cast<size_t>((*ids)[i])];
    x = static_cast<float>(x - static_cast<double>(end - i) * options.frequency_penalty -
                           options.presence_penalty);
    i = end;
  }
}

}  // namespace

void RequireNumbers(std::span<const float> logits) {
  constexpr uint32_t kExponent = 0x7f800000;  // all ones: infinite or not a number
  uint32_t bad = 0;
  for (const float x : logits) bad |= (std::bit_cast<uint32_t>(x) & kExponent) == kExponent ? 1 : 0;
  if (bad == 0) return;
  throw Error("the model gives no numbers: its logits are infinite or NaN", "the model",
              "its weights are damaged, or overflow in this precision: see cria verify MODEL");
}

int32_t ArgMax(std::span<const float> logits) {
  return static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

void CheckSampling(const SamplingOptions& o, int64_t vocab_size, const std::string& where) {
  CheckRange(o.temperature >= 0 && o.temperature <= 1e6, "the temperature", o.temperature,
             "between 0 and 1e6", where);
  CheckRange(o.top_p >= 0 && o.top_p <= 1, "top-p", o.top_p, "between 0 and 1", where);
  CheckRange(o.top_k >= 0, "top-k", static_cast<double>(o.top_k), "at least 0 (all)", where);
  CheckRange(o.min_p >= 0 && o.min_p <= 1, "min-p", o.min_p, "between 0 and 1", where);
  CheckRange(o.repetition_penalty > 0 && o.repetition_penalty <= 1e6, "the repetition penalty",
             o.repetition_penalty, "above 0 and at most 1e6 (1: none)", where);
  CheckRange(o.repetition_window >= 0, "the window of the repetition penalty",
             static_cast<double>(o.repetition_window), "at least 0 (all)", where);
  CheckRange(std::fabs(o.presence_penalty) <= 1e6, "the presence penalty", o.presence_penalty,
             "a number", where);
  CheckRange(std::fabs(o.frequency_penalty) <= 1e6, "the frequency penalty", o.frequency_penalty,
             "a number", where);
  for (const auto& [id, bias] : o.logit_bias) {
    CheckRange(id >= 0 && id < vocab_size, "a token of the logit bias", id,
               "an id of the vocabulary", where);
    CheckRange(std::fabs(bias) <= 1e6, "a logit bias", bias, "a number", where);
  }
}

std::span<const float> Sampler::Adjust(std::span<const float> logits, const SamplePoint& point,
                                       SamplerScratch* scratch) const {
  const SamplingOptions& o = options_;
  if (o.logit_bias.empty() && o.repetition_penalty == 1 && o.presence_penalty == 0 &&
      o.frequency_penalty == 0 && point.banned.empty()) {
    return logits;
  }
  scratch->logits.assign(logits.begin(), logits.end());
  const std::span<float> own(scratch->logits);
  for (const auto& [id, bias] : o.logit_bias) {
    own[static_cast<size_t>(id)] = static_cast<float>(own[static_cast<size_t>(id)] + bias);
  }
  PenaliseRepetition(o, point.history, &scratch->ids, own);
  PenaliseGenerated(o, point.history.subspan(static_cast<size_t>(point.prompt_tokens)),
                    &scratch->ids, own);
  for (const int32_t id : point.banned) {
    if (id >= 0 && id < std::ssize(own)) {
      own[static_cast<size_t>(id)] = -std::numeric_limits<float>::infinity();
    }
  }
  return own;
}

double Sampler::Draw(uint64_t index) const {
  RandomStream random(seed_, RandomPurpose::kSampling, sequence_);
  random.Seek(2 * index);  // two words a number
  return random.NextDouble();
}

int32_t Sampler::SampleFromAll(double draw, double total, const SamplerScratch& scratch) const {
  double left = draw * total;
  int32_t last = 0;
  for (const auto& [p, id] : scratch.candidates) {
    if (p == 0) continue;
    left -= p;
    last = id;
    if (left < 0) break;
  }
  return last;
}

int32_t Sampler::SampleFromLikeliest(double draw, double total, SamplerScratch* scratch) const {
  const size_t n = scratch->candidates.size();
  SortedCandidates sorted(&scratch->candidates);
  size_t most = n;
  if (options_.top_k > 0 && options_.top_k < static_cast<int64_t>(n)) {
    most = static_cast<size_t>(options_.top_k);
    total = 0;
    for (size_t i = 0; i < most; ++i) total += sorted[i].first;
  }
  const double least = options_.min_p * sorted[0].first;
  double kept = 0;
  size_t count = 0;
  while (count < most &&
         (count == 0 || (kept <= options_.top_p * total && sorted[count].first >= least))) {
    kept += sorted[count++].first;
  }
  double left = draw * kept;
  for (size_t i = 0; i < count; ++i) {
    left -= sorted[i].first;
    if (left < 0) return sorted[i].second;
  }
  return sorted[count - 1].second;
}

int32_t Sampler::SampleAt(std::span<const float> logits, const SamplePoint& point,
                          SamplerScratch* scratch) const {
  RequireNumbers(logits);
  logits = Adjust(logits, point, scratch);
  if (options_.temperature == 0) return ArgMax(logits);
  const double highest = *std::max_element(logits.begin(), logits.end());
  scratch->candidates.resize(logits.size());
  double total = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    const double p = std::exp((logits[i] - highest) / options_.temperature);
    total += p;
    scratch->candidates[i] = {p, static_cast<int32_t>(i)};
  }
  const double draw = Draw(point.index);
  const bool all = options_.top_p == 1 && options_.top_k == 0 && options_.min_p == 0;
  return all ? SampleFromAll(draw, total, *scratch) : SampleFromLikeliest(draw, total, scratch);
}

}  // namespace cria::infer
