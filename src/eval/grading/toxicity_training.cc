// Parts by hash; then the classifier, its calibration and its measures, each on a part of its own.
#include "eval/grading/toxicity_training.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "eval/grading/toxicity_measures.h"

namespace cria::eval {
namespace {

using corpus::FastTextModel;

constexpr uint64_t kPartSeed = 0x7061727473;

struct Words {
  uint64_t hash = 0;  // without marks: texts that differ in these alone are in one part
  std::string words;
  bool toxic = false;
};

struct Counts {
  int64_t empty = 0, repeated = 0, contradictory = 0;
};

// Every text once, by hash.
std::vector<Words> Cleaned(std::vector<LabelledText> texts, Counts* counts) {
  std::vector<Words> all;
  for (LabelledText& text : texts) {
    // The text goes as its words come.
    std::string words = FastTextToxicity::WordsOf(std::exchange(text.text, {}));
    if (words.empty()) {
      ++counts->empty;
      continue;
    }
    const uint64_t hash = Hash64(FastTextToxicity::WithoutMarks(words), kPartSeed);
    all.push_back({hash, std::move(words), text.toxic});
  }
  std::sort(all.begin(), all.end(), [](const Words& a, const Words& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.words < b.words;
  });
  std::vector<Words> once;
  for (size_t begin = 0; begin < all.size();) {
    size_t end = begin;
    bool both = false;
    for (; end < all.size() && all[end].words == all[begin].words; ++end) {
      both = both || all[end].toxic != all[begin].toxic;
    }
    const auto copies = static_cast<int64_t>(end - begin);
    counts->contradictory += both ? copies : 0;
    counts->repeated += both ? 0 : copies - 1;
    if (!both) once.push_back(std::move(all[begin]));
    begin = end;
  }
  return once;
}

struct Part {
  std::vector<Words> texts;
  int64_t toxic = 0;

  int64_t clean() const { return std::ssize(texts) - toxic; }
  double toxic_share() const {
    return static_cast<double>(toxic) / static_cast<double>(texts.size());
  }
  Json ToJson() const { return {{"texts", texts.size()}, {"toxic", toxic}}; }
};

struct Parts {
  Part classifier, calibration, measures;
};

void RequireBothClasses(const Part& part, const std::string& name) {
  if (part.toxic > 0 && part.clean() > 0) return;
  throw Error(
      fmt::format("{} toxic and {} clean texts are left for {}", part.toxic, part.clean(), name),
      "labelled texts", "give more texts, of both classes");
}

// Hashes are even over their range, so they cut it into shares.
Parts Split(std::vector<Words> texts, double held_out) {
  if (!(held_out > 0 && held_out <= 0.4)) {
    throw Error(fmt::format("a share of {} to hold out", held_out), "--held-out",
                "give one above 0 and of at most 0.4");
  }
  Parts parts;
  for (Words& text : texts) {
    const double place = std::ldexp(static_cast<double>(text.hash >> 11), -53);
    Part& part = place < held_out       ? parts.measures
                 : place < 2 * held_out ? parts.calibration
                                        : parts.classifier;
    part.toxic += text.toxic;
    part.texts.push_back(std::move(text));
  }
  RequireBothClasses(parts.classifier, "the classifier");
  RequireBothClasses(parts.calibration, "its calibration");
  RequireBothClasses(parts.measures, "its measures");
  return parts;
}

// More rounds for fewer texts; room for pairs of words and for letters that grows with them.
FastTextModel::Settings SettingsFor(int64_t texts) {
  constexpr int64_t kTextsSeen = 200'000, kManyTexts = 10'000;
  FastTextModel::Settings settings;
  settings.dim = 16;
  settings.epochs = static_cast<int>(std::clamp<int64_t>(kTextsSeen / texts, 5, 200));
  settings.min_count = texts < kManyTexts ? 1 : 3;
  settings.word_ngrams = 2;
  settings.min_ngram = 3;
  settings.max_ngram = 5;
  settings.buckets = static_cast<int>(std::clamp<int64_t>(8 * texts, 50'000, 1'000'000));
  settings.learning_rate = 0.5;
  return settings;
}

Json ToJson(const FastTextModel::Settings& settings) {
  return {{"dim", settings.dim},
          {"epochs", settings.epochs},
          {"min_count", settings.min_count},
          {"word_ngrams", settings.word_ngrams},
          {"min_ngram", settings.min_ngram},
          {"max_ngram", settings.max_ngram},
          {"buckets", settings.buckets},
          {"learning_rate", settings.learning_rate}};
}

FastTextModel TrainClassifier(const FastTextModel::Settings& settings, std::vector<Words>* texts) {
  std::vector<FastTextModel::Example> examples;
  examples.reserve(texts->size());
  for (Words& text : *texts) {
    examples.push_back(
        {text.toxic ? FastTextToxicity::kToxic : FastTextToxicity::kClean, std::move(text.words)});
  }
  return FastTextModel::Train(settings, examples);
}

// Scores are log-odds.
std::vector<JudgedText> Judged(const FastTextModel& model, const Part& part) {
  std::vector<JudgedText> judged;
  judged.reserve(part.texts.size());
  for (const Words& text : part.texts) {
    judged.push_back({FastTextToxicity::LogOdds(model, text.words), text.toxic});
  }
  return judged;
}

std::vector<JudgedText> Calibrated(std::vector<JudgedText> judged,
                                   const PlattCalibration& calibration) {
  for (JudgedText& text : judged) text.score = calibration.Probability(text.score);
  return judged;
}

Json Measure(const std::vector<JudgedText>& log_odds, const PlattCalibration& calibration,
             const Part& part) {
  const std::vector<JudgedText> judged = Calibrated(log_odds, calibration);
  const double area = AreaUnderCurve(judged), share = part.toxic_share();
  double mean = 0;
  for (const JudgedText& text : judged) mean += text.score;
  mean /= static_cast<double>(judged.size());
  Json json = part.ToJson();
  json.update({{"area_under_curve", area},
               {"area_error", AreaError(area, part.toxic, part.clean())},
               {"f1_at_half", F1(judged, 0.5)},
               {"brier_before", Brier(Calibrated(log_odds, {}))},
               {"brier_after", Brier(judged)},
               {"brier_of_share", share * (1 - share)},
               {"mean_toxicity", mean}});
  return json;
}

Json TrainingJson(const LabelledTexts& texts, const Counts& counts, const Part& part,
                  const FastTextModel::Settings& settings) {
  Json json = part.ToJson();
  Json files = Json::array();
  for (const LabelledFile& file : texts.files()) files.push_back(file.ToJson());
  json.update({{"toxic_share", part.toxic_share()},
               {"empty", counts.empty},
               {"repeated", counts.repeated},
               {"contradictory", counts.contradictory},
               {"threshold", texts.threshold()},
               {"files", files},
               {"settings", ToJson(settings)}});
  return json;
}

}  // namespace

FastTextToxicity TrainToxicity(LabelledTexts texts, const ToxicityTrainingOptions& options) {
  Counts counts;
  Parts parts = Split(Cleaned(texts.TakeTexts(), &counts), options.held_out);
  const auto settings = SettingsFor(std::ssize(parts.classifier.texts));
  Json report = {{"training", TrainingJson(texts, counts, parts.classifier, settings)}};
  FastTextModel model = TrainClassifier(settings, &parts.classifier.texts);
  const PlattCalibration calibration = FitPlatt(Judged(model, parts.calibration));
  report["calibration"] = parts.calibration.ToJson();
  report["calibration"].update(
      {{"method", "Platt's sigmoid of the classifier's log-odds"},
       {"why",
        "the classifier learns until it is surer than it is right (a slope below 1); two "
        "numbers fit few texts, and keep their order"}});
  report["held_out"] = {{"share", options.held_out}};
  report["held_out"].update(Measure(Judged(model, parts.measures), calibration, parts.measures));
  return FastTextToxicity(std::move(model), calibration, report);
}

}  // namespace cria::eval
