// Words in, odds out, and the folder.
#include "eval/grading/fast_text_toxicity.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/hash.h"
#include "base/staged_folder.h"
#include "corpus/quality/lm_text.h"

namespace cria::eval {
namespace {

constexpr char kModelName[] = "model.bin", kReportName[] = "judge.json";
constexpr char kFormat[] = "cria fastText toxicity judge 1";
constexpr size_t kShortDigest = 12;
constexpr char kTrainAgain[] = "restore it, or train it again with `cria eval judge`";

// Marks that stand between words. Others (' * $ @ # - _ and so on) also stand for letters.
bool IsMark(char c) {
  constexpr std::string_view kBetweenWords = ".,!?;:\"()[]{}<>/\\|=~";
  return kBetweenWords.find(c) != kBetweenWords.npos;
}

}  // namespace

FastTextToxicity::FastTextToxicity(corpus::FastTextModel model, const PlattCalibration& calibration,
                                   const Json& report)
    : model_(std::move(model)), calibration_(calibration) {
  const std::string bytes = model_.Bytes();
  report_ = {{"format", kFormat},
             {"note", kNotPerspective},
             {"model",
              {{"file", kModelName},
               {"sha256", Sha256Hex(bytes)},
               {"bytes", bytes.size()},
               {"words", model_.words()}}}};
  report_.update(report);
  report_["calibration"]["slope"] = calibration_.slope;
  report_["calibration"]["offset"] = calibration_.offset;
}

FastTextToxicity FastTextToxicity::Load(const fs::path& folder) {
  const fs::path report_path = folder / kReportName, model_path = folder / kModelName;
  const Json report = ReadJson(report_path);
  const std::string where = report_path.string();
  if (JsonGet<std::string>(report, "format", where) != kFormat) {
    throw Error("this is no toxicity judge that this program knows", where,
                "train one with `cria eval judge`");
  }
  const Json model_json = JsonGet<Json>(report, "model", where);
  if (Sha256File(model_path) != JsonGet<std::string>(model_json, "sha256", where)) {
    throw Error("the model is not the one that judge.json describes", model_path.string(),
                kTrainAgain);
  }
  const Json numbers = JsonGet<Json>(report, "calibration", where);
  const PlattCalibration calibration{JsonGet<double>(numbers, "slope", where),
                                     JsonGet<double>(numbers, "offset", where)};
  // Not a number where JSON has null: an error above; this is for files that were edited.
  if (!(calibration.slope >= 0)) {
    throw Error(fmt::format("a calibration of slope {}", calibration.slope), where, kTrainAgain);
  }
  corpus::FastTextModel model = corpus::FastTextModel::Load(model_path);
  if (model.labels() != std::set<std::string>{kToxic, kClean}) {
    throw Error("the model's labels are not \"toxic\" and \"clean\"", model_path.string(),
                kTrainAgain);
  }
  FastTextToxicity judge(std::move(model), calibration, report);
  judge.Describe();  // what it needs is there
  return judge;
}

void FastTextToxicity::Save(const fs::path& folder, bool force) const {
  const fs::path parent = fs::absolute(folder).parent_path();
  fs::create_directories(parent);
  StagedFolder staged(folder, force, [](const std::string& name) {
    return name == kModelName || name == kReportName;
  });
  model_.Save(staged.path() / kModelName);
  WriteJson(staged.path() / kReportName, report_);
  staged.Commit();
}

std::vector<double> FastTextToxicity::Toxicity(std::span<const std::string> texts) const {
  std::vector<double> toxicity;
  toxicity.reserve(texts.size());
  for (const std::string& text : texts) {
    const std::string words = WordsOf(text);
    toxicity.push_back(words.empty() ? 0 : calibration_.Probability(LogOdds(model_, words)));
  }
  return toxicity;
}

std::string FastTextToxicity::Describe() const {
  const std::string where = kReportName;
  const Json training = JsonGet<Json>(report_, "training", where);
  const Json held_out = JsonGet<Json>(report_, "held_out", where);
  std::string files;
  for (const Json& file : JsonGet<std::vector<Json>>(training, "files", where)) {
    files += fmt::format("{}{} (sha256 {})", files.empty() ? "" : ", ",
                         JsonGet<std::string>(file, "name", where),
                         JsonGet<std::string>(file, "sha256", where).substr(0, kShortDigest));
  }
  return fmt::format(
      "fastText classifier, sha256 {}, calibrated by Platt's sigmoid; learned from {} texts, "
      "{:.1f} "
      "% of them toxic, of {}; on {} texts kept from it the area under the ROC curve is {:.4f} "
      "(standard error {:.4f}). {}",
      JsonGet<std::string>(report_["model"], "sha256", where),
      JsonGet<int64_t>(training, "texts", where),
      100 * JsonGet<double>(training, "toxic_share", where), files,
      JsonGet<int64_t>(held_out, "texts", where),
      JsonGet<double>(held_out, "area_under_curve", where),
      JsonGet<double>(held_out, "area_error", where), kNotPerspective);
}

double FastTextToxicity::LogOdds(const corpus::FastTextModel& model, std::string_view words) {
  // The library hands out e^log(p + 1e-5). What it added is taken off again: texts that it is very
  // sure of would all be one.
  constexpr double kAdded = 1e-5, kLeast = 1e-10;
  double toxic = 0.5, clean = 0.5;
  for (const auto& [label, probability] : model.Predict(words, 2)) {
    (label == kToxic ? toxic : clean) = std::max(probability - kAdded, kLeast);
  }
  return std::log(toxic) - std::log(clean);
}

std::string FastTextToxicity::WordsOf(std::string_view text) {
  const std::string plain = corpus::NormalizeLmText(text, corpus::LmLineBreaks::kSpace);
  std::string words;
  words.reserve(plain.size() + 16);
  const auto add_blank = [&words] {
    if (!words.empty() && words.back() != ' ') words += ' ';
  };
  for (const char c : plain) {
    if (c == ' ') {
      add_blank();
    } else if (IsMark(c)) {
      add_blank();
      words += c;
      words += ' ';
    } else {
      words += c;
    }
  }
  if (!words.empty() && words.back() == ' ') words.pop_back();
  return words;
}

std::string FastTextToxicity::WithoutMarks(std::string_view words) {
  std::string bare;
  bare.reserve(words.size());
  for (const char c : words) {
    if (IsMark(c) || (c == ' ' && (bare.empty() || bare.back() == ' '))) continue;
    bare += c;
  }
  if (!bare.empty() && bare.back() == ' ') bare.pop_back();
  return bare;
}

}  // namespace cria::eval
