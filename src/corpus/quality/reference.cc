// Pages as single lines with the label of what they are.
#include "corpus/quality/reference.h"

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"

namespace cria::corpus {
namespace {

constexpr char kCited[] = "wiki", kOther[] = "cc";
constexpr double kThreshold = 0.25;  // RedPajama's
// fastText's own settings, but more rounds where pages are few.
constexpr int kEpochs = 5, kMaxEpochs = 100;
constexpr size_t kPagesSeen = 20'000;

FastTextModel::Settings SettingsFor(size_t pages) {
  FastTextModel::Settings settings;
  settings.dim = 100;
  settings.learning_rate = 0.1;
  settings.epochs = static_cast<int>(std::clamp<size_t>(kPagesSeen / pages, kEpochs, kMaxEpochs));
  return settings;
}

}  // namespace

ReferenceClassifier ReferenceClassifier::Train(const std::vector<std::string>& cited,
                                               const std::vector<std::string>& others) {
  std::vector<std::pair<uint64_t, FastTextModel::Example>> train, test;
  for (const auto* pages : {&cited, &others}) {
    for (size_t i = 0; i < pages->size(); ++i) {
      FastTextModel::Example example{pages == &cited ? kCited : kOther, (*pages)[i]};
      const uint64_t hash = Hash64(example.line);
      (i % 10 == 9 ? test : train).emplace_back(hash, std::move(example));
    }
  }
  // By hash: the classes must be mixed, and always in the same way.
  std::stable_sort(train.begin(), train.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<FastTextModel::Example> examples;
  for (auto& [hash, example] : train) examples.push_back(std::move(example));
  ReferenceClassifier result(FastTextModel::Train(SettingsFor(examples.size()), examples));
  int64_t right = 0, tested[2] = {0, 0}, kept[2] = {0, 0};
  for (const auto& [hash, example] : test) {
    const double score = result.Score(example.line);
    const bool is_cited = example.label == kCited;
    right += (score >= 0.5) == is_cited;
    ++tested[is_cited];
    kept[is_cited] += score >= kThreshold;
  }
  const auto share = [](int64_t part, int64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  };
  result.report_ = {{"train_pages", examples.size()},
                    {"test_pages", test.size()},
                    {"accuracy", share(right, tested[0] + tested[1])},
                    {"cited_kept", share(kept[1], tested[1])},
                    {"others_kept", share(kept[0], tested[0])}};
  return result;
}

ReferenceClassifier ReferenceClassifier::Load(const fs::path& path) {
  ReferenceClassifier result(FastTextModel::Load(path));
  if (!result.model_.labels().contains(kCited)) {
    throw Error(fmt::format("this model has no label \"{}\"", kCited), path.string(),
                "train one with `cria corpus model reference`");
  }
  const fs::path report = path.string() + ".json";
  if (fs::exists(report)) result.report_ = ReadJson(report);
  return result;
}

void ReferenceClassifier::Save(const fs::path& path) const {
  model_.Save(path);
  WriteJson(path.string() + ".json", report_);
}

double ReferenceClassifier::Score(std::string_view text) const {
  for (const FastTextModel::Prediction& prediction : model_.Predict(text, 2)) {
    if (prediction.label == kCited) return prediction.probability;
  }
  return 0;
}

}  // namespace cria::corpus
