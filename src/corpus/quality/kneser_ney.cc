// Three passes: adjusted counts (suffix order -> context order), discounted weights (context order
// -> suffix order), interpolation of all orders side by side (suffix order).
#include "corpus/quality/kneser_ney.h"

#include <cmath>
#include <memory>

#include "base/error.h"

namespace cria::corpus {
namespace {

// An n-gram with its adjusted count (Heafield et al. 2013, eq. 1-2): how many different words stand
// before it in the text; how often it occurs if nothing can stand before it, or if n is the order.
struct AdjustedCount {
  NgramKey key;  // in context order
  uint64_t count : 63;
  uint64_t pruned : 1;

  bool operator<(const AdjustedCount& other) const { return key < other.key; }
  bool SameKey(const AdjustedCount&) const { return false; }
  void Absorb(const AdjustedCount&) {}
};

// An n-gram with its discounted probability and the weight of the shorter one; or a context with
// its backoff.
struct NgramWeight {
  NgramKey key;  // in suffix order
  float own, backoff;

  bool operator<(const NgramWeight& other) const { return key < other.key; }
  bool SameKey(const NgramWeight&) const { return false; }
  void Absorb(const NgramWeight&) {}
};

template <class Record>
using Streams = std::array<std::unique_ptr<NgramSorter<Record>>, kMaxNgramOrder + 1>;

class KneserNey {
 public:
  KneserNey(NgramCounts* counts, const KneserNeyOptions& options)
      : counts_(counts),
        packing_(counts->packing()),
        order_(packing_.order()),
        options_(options),
        stats_(order_ + 1) {
    for (int n = 1; n <= order_; ++n) prune_[n] = PruneThreshold(n);
  }

  std::vector<NgramOrderStats> Run(std::span<const std::string> pieces, NgramSink* sink) {
    AdjustCounts();
    for (int n = 1; n <= order_; ++n) {
      FindDiscounts(n);
      Weigh(n);
    }
    Interpolate(pieces, sink);
    return {stats_.begin() + 1, stats_.end()};
  }

 private:
  struct Open {
    uint64_t adjusted = 0, actual = 0;
  };

  int64_t PruneThreshold(int n) const {
    if (options_.prune.empty()) return 0;
    return options_.prune[std::min<size_t>(n - 1, options_.prune.size() - 1)];
  }

  void AdjustCounts();
  void Adjusted(int n, NgramKey key, const Open& counts);
  void FindDiscounts(int n);
  void Weigh(int n);
  void WeighContext(int n, NgramKey context, std::span<const AdjustedCount> followers);
  void Interpolate(std::span<const std::string> pieces, NgramSink* sink);
  void NumberVocabulary(std::span<const std::string> pieces, NgramSink* sink);
  float Backoff(int n, NgramKey key);

  double Discount(int n, uint64_t count) const {
    return count == 0 ? 0 : stats_[n].discounts[std::min<uint64_t>(count, 3) - 1];
  }

  NgramCounts* counts_;
  NgramPacking packing_;
  int order_;
  KneserNeyOptions options_;
  std::array<int64_t, kMaxNgramOrder + 1> prune_ = {};
  std::vector<NgramOrderStats> stats_;
  std::array<std::array<int64_t, 5>, kMaxNgramOrder + 1> counts_of_counts_ = {};
  Streams<AdjustedCount> adjusted_;
  Streams<NgramWeight> weights_;
  Streams<NgramWeight> backoffs_;  // [n]: of the contexts of n-grams
  std::array<NgramWeight, kMaxNgramOrder + 1> next_backoff_;
  std::array<bool, kMaxNgramOrder + 1> has_backoff_ = {};
  std::vector<uint32_t> kept_ids_;   // of unigrams, rising
  std::vector<uint32_t> model_ids_;  // by counted id
};

// Full n-grams come in suffix order, so those that end in the same n words come together; the run
// of them is the n-gram of those words, and its changes of the next word are what stands before it.
void KneserNey::AdjustCounts() {
  for (int n = 1; n <= order_; ++n) {
    adjusted_[n] = std::make_unique<NgramSorter<AdjustedCount>>(counts_->memory());
  }
  Adjusted(1, packing_.Push({}, kUnknownId), {});
  Adjusted(1, packing_.Push({}, kBeginId), {});
  std::array<Open, kMaxNgramOrder + 1> open;
  int open_orders = 0;
  NgramKey last;
  const auto close = [&](int above) {
    for (int n = open_orders; n > above; --n) Adjusted(n, packing_.Suffix(last, n), open[n]);
  };
  counts_->StartReading();
  NgramCount ngram;
  while (counts_->Next(&ngram)) {
    const int shared = open_orders == 0 ? 0 : packing_.Shared(last, ngram.key);
    close(shared);
    if (shared > 0) ++open[shared].adjusted;
    for (int n = 1; n <= shared; ++n) open[n].actual += ngram.count;
    const int length = packing_.Length(ngram.key);
    for (int n = shared + 1; n <= length; ++n) {
      open[n] = {n == length ? ngram.count : 1, ngram.count};
    }
    if (length == order_) Adjusted(order_, ngram.key, open[order_]);
    open_orders = std::min(length, order_ - 1);
    last = ngram.key;
  }
  close(0);
}

void KneserNey::Adjusted(int n, NgramKey key, const Open& counts) {
  const bool mark = n == 1 && packing_.Word(key, 0) < kFirstPieceId;
  const bool pruned = !mark && counts.actual <= static_cast<uint64_t>(prune_[n]);
  ++stats_[n].ngrams;
  stats_[n].kept += !pruned;
  if (counts.adjusted <= 4) ++counts_of_counts_[n][counts.adjusted];
  adjusted_[n]->Add({packing_.ToContextOrder(key, n), counts.adjusted, pruned});
}

// Chen & Goodman 1999, eq. 26: D_k = k - (k + 1) Y n_{k+1} / n_k with Y = n_1 / (n_1 + 2 n_2).
void KneserNey::FindDiscounts(int n) {
  const std::array<int64_t, 5>& of = counts_of_counts_[n];
  NgramOrderStats& stats = stats_[n];
  stats.fallback = of[1] == 0 || of[2] == 0 || of[3] == 0;
  if (!stats.fallback) {
    const double y = static_cast<double>(of[1]) / static_cast<double>(of[1] + 2 * of[2]);
    for (int k = 1; k <= 3; ++k) {
      const double d =
          k - (k + 1) * y * static_cast<double>(of[k + 1]) / static_cast<double>(of[k]);
      stats.discounts[k - 1] = d;
      stats.fallback |= d < 0 || d > k;
    }
  }
  if (stats.fallback) stats.discounts = options_.fallback_discounts;
}

void KneserNey::Weigh(int n) {
  weights_[n] = std::make_unique<NgramSorter<NgramWeight>>(counts_->memory());
  backoffs_[n] = std::make_unique<NgramSorter<NgramWeight>>(counts_->memory());
  adjusted_[n]->StartReading();
  std::vector<AdjustedCount> followers;  // at most the vocabulary
  NgramKey context;
  AdjustedCount ngram;
  while (adjusted_[n]->Next(&ngram)) {
    const NgramKey own = packing_.Suffix(ngram.key, n - 1);
    if (own != context) {
      WeighContext(n, context, followers);
      followers.clear();
      context = own;
    }
    followers.push_back(ngram);
  }
  WeighContext(n, context, followers);
  adjusted_[n].reset();
}

// u(w|c) = (a(cw) - D) / sum of a(c.), and the weight of the shorter context is what is left: the
// discounts and, as in lmplz, all of the pruned.
void KneserNey::WeighContext(int n, NgramKey context, std::span<const AdjustedCount> followers) {
  double sum = 0, left = 0;
  int64_t kept = 0;
  for (const AdjustedCount& ngram : followers) {
    const auto count = static_cast<double>(ngram.count);
    sum += count;
    left += ngram.pruned ? count : Discount(n, ngram.count);
    kept += !ngram.pruned;
  }
  if (kept == 0) return;  // the context's backoff is 1
  const auto backoff = static_cast<float>(left / sum);
  for (const AdjustedCount& ngram : followers) {
    if (ngram.pruned) continue;
    const double own = (static_cast<double>(ngram.count) - Discount(n, ngram.count)) / sum;
    const NgramKey key = packing_.FromContextOrder(ngram.key, n);
    const bool begin = n == 1 && packing_.Word(key, 0) == kBeginId;
    if (n == 1) kept_ids_.push_back(packing_.Word(key, 0));
    weights_[n]->Add({key, begin ? 1.0f : static_cast<float>(own), begin ? 0.0f : backoff});
  }
  if (n > 1) backoffs_[n]->Add({context, 0, backoff});
}

void KneserNey::NumberVocabulary(std::span<const std::string> pieces, NgramSink* sink) {
  CRIA_CHECK(kept_ids_.back() < pieces.size(), "piece {} of {}", kept_ids_.back(), pieces.size());
  std::vector<std::string> vocabulary = {"<unk>", "<s>", "</s>"};
  model_ids_.resize(kept_ids_.back() + 1);
  for (size_t i = 0; i < kept_ids_.size(); ++i) {
    model_ids_[kept_ids_[i]] = static_cast<uint32_t>(i);
    if (i >= kFirstPieceId) vocabulary.push_back(pieces[kept_ids_[i]]);
  }
  sink->Begin(order_, std::move(vocabulary));
}

// log10 of the backoff of an n-gram; the keys of the calls rise.
float KneserNey::Backoff(int n, NgramKey key) {
  NgramWeight& next = next_backoff_[n + 1];
  bool& has = has_backoff_[n + 1];
  while (has && next.key < key) has = backoffs_[n + 1]->Next(&next);
  if (!has || next.key != key) return kNoExtension;
  return std::max(-99.0f, std::log10(next.backoff)) + 0.0f;
}

void KneserNey::Interpolate(std::span<const std::string> pieces, NgramSink* sink) {
  NumberVocabulary(pieces, sink);
  std::array<NgramWeight, kMaxNgramOrder + 1> head;
  std::array<bool, kMaxNgramOrder + 1> has = {};
  for (int n = 1; n <= order_; ++n) {
    weights_[n]->StartReading();
    has[n] = weights_[n]->Next(&head[n]);
    backoffs_[n]->StartReading();
    has_backoff_[n] = backoffs_[n]->Next(&next_backoff_[n]);
  }
  // probability[n] is that of the last n-gram seen; it is what the next (n+1)-gram ends in, as all
  // that a kept n-gram ends in is kept.
  std::array<double, kMaxNgramOrder + 1> probability = {};
  probability[0] = 1.0 / static_cast<double>(stats_[1].kept - 1);  // <s> is no outcome
  std::array<uint32_t, kMaxNgramOrder> ids;
  for (int64_t seen = 0;; ++seen) {
    if (seen % (1 << 20) == 0) ThrowIfInterrupted();
    int n = 0;
    for (int m = 1; m <= order_; ++m) {
      if (has[m] && (n == 0 || head[m].key < head[n].key)) n = m;
    }
    if (n == 0) break;
    const NgramWeight& ngram = head[n];
    probability[n] = ngram.own + ngram.backoff * probability[n - 1];
    for (int i = 0; i < n; ++i) ids[i] = model_ids_[packing_.Word(ngram.key, n - 1 - i)];
    const double log = std::clamp(std::log10(probability[n]), -99.0, 0.0);
    sink->Take({ids.data(), static_cast<size_t>(n)}, static_cast<float>(log),
               n < order_ ? Backoff(n, ngram.key) : kNoExtension);
    has[n] = weights_[n]->Next(&head[n]);
  }
}

}  // namespace

std::vector<NgramOrderStats> EstimateKneserNey(NgramCounts* counts,
                                               std::span<const std::string> pieces,
                                               const KneserNeyOptions& options, NgramSink* sink) {
  int64_t lower = 0;
  for (const int64_t threshold : options.prune) {
    if (threshold < lower) {
      throw Error("a pruning threshold is below that of the shorter n-grams", "--prune",
                  "give thresholds that do not fall, such as 0 0 1");
    }
    lower = threshold;
  }
  if (counts->sentences() == 0) {
    throw Error("there is no text to estimate a language model from", "the training texts",
                "give texts that are not empty");
  }
  return KneserNey(counts, options).Run(pieces, sink);
}

}  // namespace cria::corpus
