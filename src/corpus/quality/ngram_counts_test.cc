// Counting against a map of words, with and without spilling; the packing of n-grams.
#include "corpus/quality/ngram_counts.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "corpus/quality/ngram_test_model.h"

namespace cria::corpus {
namespace {

using Counted = std::map<std::vector<uint32_t>, uint64_t>;

Counted CountByMap(const TestCorpus& corpus, int order) {
  Counted counts;
  for (const std::vector<uint32_t>& sentence : corpus.sentences) {
    std::vector<uint32_t> words = {kBeginId};
    words.insert(words.end(), sentence.begin(), sentence.end());
    words.push_back(kEndId);
    for (size_t end = 1; end < words.size(); ++end) {
      const size_t begin = end + 1 < static_cast<size_t>(order) ? 0 : end + 1 - order;
      ++counts[{words.begin() + begin, words.begin() + end + 1}];
    }
  }
  return counts;
}

Counted CountBySorting(const TestCorpus& corpus, int order, int threads, int64_t memory_bytes) {
  const TestFolder folder;
  const Context context(threads);
  NgramMemory memory(context, memory_bytes, folder.path());
  NgramCounts counts(order, &memory);
  for (const std::vector<uint32_t>& sentence : corpus.sentences) counts.Add(sentence);
  counts.StartReading();
  EXPECT_EQ(memory.spills() > 0, memory_bytes < (1 << 20));
  Counted result;
  NgramCount ngram;
  NgramKey last;
  while (counts.Next(&ngram)) {
    EXPECT_LT(last, ngram.key);
    last = ngram.key;
    std::vector<uint32_t> words;
    for (int i = counts.packing().Length(ngram.key); i-- > 0;) {
      words.push_back(counts.packing().Word(ngram.key, i));
    }
    EXPECT_TRUE(result.emplace(words, ngram.count).second);
  }
  return result;
}

TEST(NgramCounts, IsWhatAMapCounts) {
  const TestCorpus corpus(RandomSentences(2000, 300, 11));
  for (int order = 1; order <= kMaxNgramOrder; ++order) {
    const Counted expected = CountByMap(corpus, order);
    EXPECT_EQ(CountBySorting(corpus, order, 1, int64_t{64} << 20), expected) << order;
    EXPECT_EQ(CountBySorting(corpus, order, 3, int64_t{1} << 17), expected) << order;
    // A chunk holds 170 records here, and runs of runs are merged.
    EXPECT_EQ(CountBySorting(corpus, order, 2, 1000), expected) << order;
  }
}

TEST(NgramCounts, RefusesIdsThatDoNotFit) {
  const TestFolder folder;
  const Context context(1);
  NgramMemory memory(context, 1 << 20, folder.path());
  NgramCounts counts(6, &memory);
  const std::vector<uint32_t> largest = {(1 << 21) - 1}, above = {1 << 21};
  counts.Add(largest);
  EXPECT_EQ(counts.largest_id(), largest[0]);
  EXPECT_THROW(counts.Add(above), Error);
}

TEST(NgramPacking, TurnsKeysRoundAndBack) {
  for (int order = 1; order <= kMaxNgramOrder; ++order) {
    const NgramPacking packing(order);
    const auto high = static_cast<uint32_t>(packing.max_id());
    const std::array<uint32_t, 7> words = {5, high, 9, 3, high - 1, 12345, high};
    NgramKey key;
    for (const uint32_t word : words) key = packing.Push(key, word);
    EXPECT_EQ(packing.Length(key), order);
    for (int i = 0; i < order; ++i) EXPECT_EQ(packing.Word(key, i), words[6 - i]);
    for (int n = 1; n <= order; ++n) {
      const NgramKey suffix = packing.Suffix(key, n);
      EXPECT_EQ(packing.Length(suffix), n);
      EXPECT_EQ(packing.Shared(suffix, key) >= n, true);
      const NgramKey turned = packing.ToContextOrder(suffix, n);
      EXPECT_EQ(packing.Word(turned, n - 1), words[6]);
      for (int i = 1; i < n; ++i) EXPECT_EQ(packing.Word(turned, i - 1), words[6 - i]);
      EXPECT_EQ(packing.FromContextOrder(turned, n), suffix);
    }
  }
}

}  // namespace
}  // namespace cria::corpus
