// Feistel permutations instead of shuffled lists: any row of any step is found at once.
#include "data/loader.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"

namespace cria {
namespace {

// Streams of draws use the sequence number as their step; those of shuffles a hash with the top bit
// set, so that the two never meet.
RandomStream ShuffleStream(uint64_t seed, const std::string& what) {
  return RandomStream(seed, RandomPurpose::kDataOrder, Hash64(what) | uint64_t{1} << 63);
}

// Fisher-Yates.
std::vector<uint32_t> Permutation(int64_t n, RandomStream random) {
  CRIA_CHECK(n < int64_t{1} << 32, "{} things to shuffle", n);
  std::vector<uint32_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0u);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.NextBelow(i)]);
  return order;
}

}  // namespace

// The endless sequence of windows of one source.
class MixtureLoader::Stream {
 public:
  Stream(LoaderSource source, int64_t seq_len, uint64_t seed)
      : source_(std::move(source)),
        seq_len_(seq_len),
        seed_(seed),
        windows_(std::max<int64_t>(1, source_.shard.tokens() / seq_len)) {}

  const std::string& name() const { return source_.name; }
  double proportion() const { return source_.proportion; }
  int64_t windows() const { return windows_; }

  // Ids of the n-th sequence, seq_len + 1 of them.
  void Read(int64_t n, int32_t* ids) {
    ForEachPart(n, [&](int64_t document, int64_t first, int64_t tokens) {
      source_.shard.Read(source_.shard.document_start(document) + first, tokens, ids);
      ids += tokens;
    });
  }

  // Calls f(document, first, tokens) for what the n-th sequence is made of.
  template <class F>
  void ForEachPart(int64_t n, const F& f) {
    SetEpoch(n / windows_);
    const int64_t total = source_.shard.tokens();
    int64_t position = window_order_[static_cast<size_t>(n % windows_)] * seq_len_ % total;
    int64_t left = seq_len_ + 1;
    while (left > 0) {
      const auto after = std::upper_bound(starts_.begin(), starts_.end(), position);
      const size_t slot = static_cast<size_t>(after - starts_.begin()) - 1;
      const int64_t document = document_order_[slot], skip = position - starts_[slot];
      const int64_t take = std::min(left, source_.shard.document_tokens(document) - skip);
      f(document, skip, take);
      left -= take;
      position = (position + take) % total;
    }
  }

 private:
  void SetEpoch(int64_t epoch) {
    if (epoch == epoch_) return;
    const std::string tag = source_.name + ":" + std::to_string(epoch);
    document_order_ = Permutation(source_.shard.documents(), ShuffleStream(seed_, "docs:" + tag));
    window_order_ = Permutation(windows_, ShuffleStream(seed_, "windows:" + tag));
    starts_.clear();
    int64_t position = 0;
    for (const uint32_t document : document_order_) {
      starts_.push_back(position);
      position += source_.shard.document_tokens(document);
    }
    epoch_ = epoch;
  }

  LoaderSource source_;
  int64_t seq_len_;
  uint64_t seed_;
  int64_t windows_;  // per epoch
  int64_t epoch_ = -1;
  std::vector<uint32_t> document_order_, window_order_;
  std::vector<int64_t> starts_;  // of the documents in their order
};

MixtureLoader::MixtureLoader(std::vector<LoaderSource> sources, const LoaderOptions& options)
    : options_(options) {
  CRIA_CHECK(options.seq_len > 0 && options.batch_rows > 0);
  double sum = 0;
  for (LoaderSource& source : sources) {
    if (source.proportion <= 0 || source.shard.tokens() == 0) continue;
    sum += source.proportion;
    streams_.emplace_back(std::move(source), options.seq_len, options.seed);
    cumulative_.push_back(sum);
  }
  if (streams_.empty()) {
    throw Error("no training text in the shards", "--data", "give sources with text and weight");
  }
  for (double& c : cumulative_) c /= sum;
  cumulative_.back() = 1;
  counts_.assign(streams_.size(), 0);
}

MixtureLoader::~MixtureLoader() = default;
MixtureLoader::MixtureLoader(MixtureLoader&&) noexcept = default;

MixtureLoader MixtureLoader::Open(const fs::path& folder, const ShardManifest& manifest,
                                  const LoaderOptions& options) {
  std::vector<LoaderSource> sources;
  for (const ShardSource& source : manifest.sources) {
    if (source.train.file.empty()) continue;
    sources.push_back({source.name, source.proportion, OpenShard(folder, manifest, source.train)});
  }
  return MixtureLoader(std::move(sources), options);
}

size_t MixtureLoader::DrawSource(int64_t sequence) const {
  RandomStream random(options_.seed, RandomPurpose::kDataOrder, static_cast<uint64_t>(sequence));
  const double u = random.NextDouble();
  return static_cast<size_t>(std::upper_bound(cumulative_.begin(), cumulative_.end(), u) -
                             cumulative_.begin());
}

void MixtureLoader::AdvanceTo(int64_t sequence) {
  if (sequence < next_sequence_) {
    next_sequence_ = 0;
    counts_.assign(counts_.size(), 0);
  }
  for (; next_sequence_ < sequence; ++next_sequence_) ++counts_[DrawSource(next_sequence_)];
}

Batch MixtureLoader::Read(int64_t step, int64_t first_row, int64_t rows) {
  CRIA_CHECK(step >= 0 && first_row >= 0 && rows > 0 && first_row + rows <= options_.batch_rows,
             "step {}, rows [{}, +{}) of {}", step, first_row, rows, options_.batch_rows);
  Batch batch;
  batch.rows = rows;
  batch.seq_len = options_.seq_len;
  batch.tokens.reserve(static_cast<size_t>(rows * options_.seq_len));
  batch.targets.reserve(batch.tokens.capacity());
  std::vector<int32_t> ids(static_cast<size_t>(options_.seq_len + 1));
  AdvanceTo(step * options_.batch_rows + first_row);
  for (int64_t r = 0; r < rows; ++r) {
    const size_t source = DrawSource(next_sequence_++);
    streams_[source].Read(counts_[source]++, ids.data());
    batch.tokens.insert(batch.tokens.end(), ids.begin(), ids.end() - 1);
    for (size_t i = 1; i < ids.size(); ++i) {
      batch.targets.push_back(ids[i] == options_.bos_id ? -1 : ids[i]);
    }
  }
  return batch;
}

std::vector<RowPart> MixtureLoader::PartsOf(int64_t step, int64_t row) {
  CRIA_CHECK(step >= 0 && row >= 0 && row < options_.batch_rows);
  AdvanceTo(step * options_.batch_rows + row);
  const size_t source = DrawSource(next_sequence_);
  Stream& stream = streams_[source];
  std::vector<RowPart> parts;
  stream.ForEachPart(counts_[source], [&](int64_t document, int64_t first, int64_t tokens) {
    parts.push_back({stream.name(), document, first, tokens});
  });
  return parts;
}

std::vector<SourceProgress> MixtureLoader::ProgressAfter(int64_t steps) {
  AdvanceTo(steps * options_.batch_rows);
  std::vector<SourceProgress> progress;
  for (size_t s = 0; s < streams_.size(); ++s) {
    progress.push_back(
        {streams_[s].name(), counts_[s], counts_[s] * options_.seq_len,
         static_cast<double>(counts_[s]) / static_cast<double>(streams_[s].windows())});
  }
  return progress;
}

}  // namespace cria
