// Small language models for the tests of this folder: words as pieces, files in a temporary folder.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "corpus/quality/kneser_ney.h"
#include "corpus/quality/ngram_model.h"
#include "corpus/quality/ngram_model_writer.h"

namespace cria::corpus {

/// A folder that is there while the object lives.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (fs::temp_directory_path() / "ngram_test.XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~TestFolder() { fs::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

inline std::vector<std::string> WordsOf(const std::string& sentence) {
  std::istringstream in(sentence);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// Sentences as ids, in the order of the words' first appearance.
struct TestCorpus {
  explicit TestCorpus(const std::vector<std::string>& text) {
    std::map<std::string, uint32_t> ids;
    for (const std::string& sentence : text) {
      sentences.emplace_back();
      for (const std::string& word : WordsOf(sentence)) {
        const auto [at, is_new] = ids.emplace(word, static_cast<uint32_t>(pieces.size()));
        if (is_new) pieces.push_back(word);
        sentences.back().push_back(at->second);
      }
    }
  }
  std::vector<std::string> pieces = {"<unk>", "<s>", "</s>"};
  std::vector<std::vector<uint32_t>> sentences;
};

/// Keeps n-grams by their words, joined by spaces.
struct TestSink : NgramSink {
  void Begin(int n, std::vector<std::string> words) override {
    order = n;
    vocabulary = std::move(words);
  }
  void Take(std::span<const uint32_t> ids, float probability, float backoff) override {
    EXPECT_TRUE(ngrams.emplace(Name(ids), std::pair(probability, backoff)).second) << Name(ids);
    ++counts[ids.size()];
  }
  void MarkContext(std::span<const uint32_t> ids) override { ++marks[Name(ids)]; }
  std::string Name(std::span<const uint32_t> ids) const {
    std::string name;
    for (const uint32_t id : ids) name += (name.empty() ? "" : " ") + vocabulary.at(id);
    return name;
  }
  int order = 0;
  std::vector<std::string> vocabulary;
  std::map<std::string, std::pair<float, float>> ngrams;
  std::map<std::string, int> marks;
  std::array<int64_t, kMaxNgramOrder + 1> counts = {};
};

struct TestSetting {
  int order = 3;
  KneserNeyOptions options = {};
  int threads = 1;
  int64_t memory_bytes = int64_t{64} << 20;
};

inline std::vector<NgramOrderStats> Estimate(const TestCorpus& corpus, const TestSetting& setting,
                                             const fs::path& scratch, NgramSink* sink) {
  const Context context(setting.threads);
  NgramMemory memory(context, setting.memory_bytes, scratch);
  NgramCounts counts(setting.order, &memory);
  for (const std::vector<uint32_t>& sentence : corpus.sentences) counts.Add(sentence);
  return EstimateKneserNey(&counts, corpus.pieces, setting.options, sink);
}

/// Writes a model file and returns what was estimated.
inline std::vector<NgramOrderStats> WriteModel(const TestCorpus& corpus, const TestSetting& setting,
                                               NgramModelWriter::Values values,
                                               const fs::path& path) {
  const Context context(setting.threads);
  NgramMemory memory(context, setting.memory_bytes, path.parent_path());
  NgramModelWriter writer(path, values, &memory);
  const auto stats = Estimate(corpus, setting, path.parent_path(), &writer);
  writer.Finish();
  EXPECT_EQ(writer.collisions(), 0);
  return stats;
}

/// Sentences of words of a Zipf-like vocabulary, the same each time.
inline std::vector<std::string> RandomSentences(int sentences, int words, uint64_t seed) {
  std::vector<std::string> text;
  uint64_t state = seed;
  const auto next = [&state] {
    state = state * 6364136223846793005 + 1442695040888963407;
    return static_cast<uint32_t>(state >> 33);
  };
  for (int s = 0; s < sentences; ++s) {
    std::string sentence;
    const uint32_t length = next() % 20;
    uint32_t last = 0;
    for (uint32_t i = 0; i < length; ++i) {
      const uint32_t limit = next() % static_cast<uint32_t>(words) + 1;
      last = next() % 3 == 0 ? (last * 7 + 1) % static_cast<uint32_t>(words) : next() % limit;
      sentence += "w" + std::to_string(last) + " ";
    }
    text.push_back(sentence);
  }
  return text;
}

}  // namespace cria::corpus
