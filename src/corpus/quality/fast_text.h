// fastText's supervised models, as the judges of languages and of quality use them: the one file
// that sees the library.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace cria::corpus {

class FastTextModel {
 public:
  struct Settings {
    bool softmax = true;
    int dim = 16, epochs = 10, min_count = 1, word_ngrams = 1;
    int min_ngram = 0, max_ngram = 0;  ///< of characters; 0: none
    int buckets = 100'000;
    double learning_rate = 0.5;
  };
  struct Example {
    std::string label, line;
  };
  struct Prediction {
    std::string label;
    double probability = 0;  ///< 0 to 1
  };

  /// Learns from the examples in their order, on one thread: more race on the weights. Throws Error
  /// if there is nothing to learn.
  static FastTextModel Train(const Settings& settings, const std::vector<Example>& examples);
  /// Throws Error for a file that is no supervised model, or not a whole one.
  static FastTextModel Load(const fs::path& path);
  FastTextModel(FastTextModel&&) noexcept;
  FastTextModel& operator=(FastTextModel&&) noexcept;
  ~FastTextModel();
  void Save(const fs::path& path) const;
  /// What Save writes; the same for the same model.
  std::string Bytes() const;

  /// The likeliest `most` labels of a text. Its line ends count as blanks (CCNet deletes them, and
  /// words grow together), and marks of the library in it ("</s>") are passed over.
  /// Thread-safe.
  std::vector<Prediction> Predict(std::string_view line, int most) const;
  const std::set<std::string>& labels() const;
  /// Entries of the vocabulary, the mark of a line's end among them.
  int64_t words() const;

 private:
  struct State;
  explicit FastTextModel(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cria::corpus
