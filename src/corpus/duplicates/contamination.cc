// One index of the shorter n-grams serves both rules: a longer run is several of them in a row.
#include "corpus/duplicates/contamination.h"

#include <algorithm>
#include <bit>
#include <tuple>
#include <unordered_map>

#include "base/error.h"

namespace cria::corpus {
namespace {

constexpr uint64_t kGuard = ~uint64_t{0};
constexpr int kMaxBack = 64;          // words
constexpr size_t kBitsPerPlace = 16;  // of the filter: one word in 16 that is not there passes

}  // namespace

ContaminationIndex::ContaminationIndex(std::span<const EvaluationItem> items,
                                       const ContaminationOptions& options)
    : options_(options),
      window_(std::min(options.any_words, options.most_words)),
      items_(static_cast<int64_t>(items.size())) {
  CRIA_CHECK(window_ >= 1 && options.most_share > 0 && options.most_share <= 1, "{} {}", window_,
             options.most_share);
  AddTexts(items);
  AddPlaces();
}

void ContaminationIndex::AddTexts(std::span<const EvaluationItem> items) {
  std::unordered_map<uint64_t, size_t> known;
  for (size_t item = 0; item < items.size(); ++item) {
    for (const EvaluationText& text : items[item].texts) {
      const size_t first_word = words_.size();
      uint64_t all = 0;
      ForEachWord(text.text, [&](uint64_t hash, size_t, size_t) {
        words_.push_back(hash);
        all = MixBits(all ^ hash) + hash;
      });
      const size_t words = words_.size() - first_word;
      if (words < static_cast<size_t>(window_)) {
        words_.resize(first_word);
        continue;
      }
      const auto [at, fresh] = known.try_emplace(all, texts_.size());
      if (fresh)
        texts_.push_back({first_word, static_cast<int32_t>(words), {}});
      else
        words_.resize(first_word);
      std::vector<int64_t>& owners = texts_[at->second].items;
      if (owners.empty() || owners.back() != static_cast<int64_t>(item))
        owners.push_back(static_cast<int64_t>(item));
    }
  }
}

void ContaminationIndex::AddPlaces() {
  for (size_t t = 0; t < texts_.size(); ++t) {
    RollingHash window(window_);
    for (int32_t w = 0; w < texts_[t].words; ++w)
      if (window.Push(words_[texts_[t].first_word + static_cast<size_t>(w)]))
        places_.push_back({window.hash(), static_cast<int32_t>(t), w - window_ + 1});
  }
  std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
    return std::tie(a.hash, a.text, a.word) < std::tie(b.hash, b.text, b.word);
  });
  // The first place of an n-gram in a text stands for all of them: a run is followed in the text.
  size_t kept = 0, same = 0;
  for (const Place& place : places_) {
    if (place.hash == kGuard) continue;
    const bool repeats = kept > 0 && places_[kept - 1].hash == place.hash;
    if (repeats && places_[kept - 1].text == place.text) continue;
    same = repeats ? same + 1 : 0;
    if (same < kMaxTexts) places_[kept++] = place;
  }
  places_.resize(kept);
  places_.push_back({kGuard, 0, 0});
  starts_.resize(std::bit_ceil(2 * places_.size()));
  maybe_.resize(std::bit_ceil(kBitsPerPlace * places_.size()) / 64 + 1);
  const uint64_t bits = std::bit_floor(64 * maybe_.size());
  for (size_t i = 0; i < kept; ++i) {
    const uint64_t hash = places_[i].hash;
    if (i > 0 && places_[i - 1].hash == hash) continue;
    maybe_[(hash & (bits - 1)) / 64] |= uint64_t{1} << (hash % 64);
    size_t slot = (hash >> 32) & (starts_.size() - 1);
    while (starts_[slot] != 0) slot = (slot + 1) & (starts_.size() - 1);
    starts_[slot] = static_cast<uint32_t>(i + 1);
  }
}

const ContaminationIndex::Place* ContaminationIndex::Find(uint64_t hash) const {
  const uint64_t bits = std::bit_floor(64 * maybe_.size());
  if ((maybe_[(hash & (bits - 1)) / 64] >> (hash % 64) & 1) == 0) return nullptr;
  size_t slot = (hash >> 32) & (starts_.size() - 1);
  for (; starts_[slot] != 0; slot = (slot + 1) & (starts_.size() - 1))
    if (places_[starts_[slot] - 1].hash == hash) return &places_[starts_[slot] - 1];
  return nullptr;
}

ContaminationHit ContaminationIndex::Run(const Place& place, std::span<const Word> words,
                                         size_t first) const {
  const Text& text = texts_[static_cast<size_t>(place.text)];
  const auto of_text = std::span(words_).subspan(text.first_word, static_cast<size_t>(text.words));
  auto begin = static_cast<size_t>(place.word), end = begin;
  size_t after = first;
  while (end < of_text.size() && after < words.size() && of_text[end] == words[after].hash)
    ++end, ++after;
  if (end - begin < static_cast<size_t>(window_)) return {};  // hashes that met by chance
  // Backwards: the n-grams before may be in too many texts, or have an earlier place in this one.
  size_t before = first;
  for (int back = 0; back < kMaxBack && begin > 0 && before > 0; ++back, --begin, --before)
    if (of_text[begin - 1] != words[before - 1].hash) break;
  return {place.text, static_cast<int32_t>(begin), static_cast<int32_t>(end - begin),
          words[before].begin, words[after - 1].end};
}

std::vector<ContaminationHit> ContaminationIndex::Scan(std::string_view document) const {
  CRIA_CHECK(document.size() <= UINT32_MAX, "document of {} bytes", document.size());
  std::vector<Word> words;
  words.reserve(document.size() / 6);
  ForEachWord(document, [&](uint64_t hash, size_t begin, size_t end) {
    words.push_back({hash, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
  });
  std::vector<ContaminationHit> hits;
  std::unordered_map<int32_t, uint32_t> run_ends;  // of the last run of a text, in bytes
  std::unordered_map<uint64_t, size_t> hit_at;     // by text and word: a document may repeat itself
  RollingHash window(window_);
  for (size_t i = 0; i < words.size(); ++i) {
    if (!window.Push(words[i].hash)) continue;
    const uint64_t hash = window.hash();
    const Place* place = Find(hash);
    if (place == nullptr) continue;
    for (; place->hash == hash; ++place) {
      uint32_t& run_end = run_ends[place->text];
      if (words[i].begin < run_end) continue;  // no news
      const ContaminationHit hit = Run(*place, words, i + 1 - static_cast<size_t>(window_));
      if (hit.words == 0) continue;
      run_end = hit.end;
      const uint64_t key =
          uint64_t{static_cast<uint32_t>(hit.text)} << 32 | static_cast<uint32_t>(hit.word);
      const auto [at, fresh] = hit_at.try_emplace(key, hits.size());
      if (fresh)
        hits.push_back(hit);
      else if (hits[at->second].words < hit.words)
        hits[at->second] = hit;
    }
  }
  return hits;
}

bool ContaminationIndex::IsWhole(const ContaminationHit& hit) const {
  return hit.words >= std::min(options_.any_words, texts_[static_cast<size_t>(hit.text)].words);
}

std::vector<int64_t> ContaminationIndex::ItemsIn(std::span<const ContaminationHit> hits) const {
  std::vector<int64_t> items;
  for (const ContaminationHit& hit : hits)
    if (IsWhole(hit)) {
      const std::vector<int64_t>& owners = texts_[static_cast<size_t>(hit.text)].items;
      items.insert(items.end(), owners.begin(), owners.end());
    }
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

ContaminationReport::ContaminationReport(const ContaminationIndex& index)
    : index_(index),
      covered_(index.texts_.size()),
      longest_(index.texts_.size()),
      items_(static_cast<size_t>(index.items_)) {}

void ContaminationReport::Add(std::string_view document_id,
                              std::span<const ContaminationHit> hits) {
  std::unordered_map<int64_t, ContaminationHit> longest;  // of this document, by item
  for (const ContaminationHit& hit : hits) {
    const auto text = static_cast<size_t>(hit.text);
    longest_[text] = std::max(longest_[text], hit.words);
    if (hit.words >= index_.options_.most_words) {
      std::vector<bool>& covered = covered_[text];
      const int32_t ngrams = index_.texts_[text].words - index_.options_.most_words + 1;
      covered.resize(static_cast<size_t>(ngrams));
      for (int32_t i = 0; i <= hit.words - index_.options_.most_words; ++i)
        covered[static_cast<size_t>(hit.word + i)] = true;
    }
    if (!index_.IsWhole(hit)) continue;
    for (const int64_t item : index_.texts_[text].items) {
      ContaminationHit& best = longest[item];
      if (hit.words > best.words) best = hit;
    }
  }
  for (const auto& [item, hit] : longest) {
    ItemContamination& result = items_[static_cast<size_t>(item)];
    result.any_ngram = true;
    ++result.documents;
    if (result.examples.size() < kMaxExamples)
      result.examples.push_back({std::string(document_id), hit});
  }
}

std::vector<ItemContamination> ContaminationReport::Items() const {
  std::vector<ItemContamination> items = items_;
  for (size_t text = 0; text < covered_.size(); ++text) {
    const auto found = std::count(covered_[text].begin(), covered_[text].end(), true);
    const double share =
        found == 0 ? 0 : static_cast<double>(found) / static_cast<double>(covered_[text].size());
    for (const int64_t item : index_.texts_[text].items) {
      ItemContamination& result = items[static_cast<size_t>(item)];
      result.share = std::max(result.share, share);
      result.longest_words = std::max(result.longest_words, longest_[text]);
      result.most_ngrams = result.most_ngrams || share >= index_.options_.most_share;
    }
  }
  return items;
}

}  // namespace cria::corpus
