// Lines of known language, chosen by hash, and what is made of them.
#include "corpus/quality/language_id.h"

#include <algorithm>
#include <sstream>

#include "base/hash.h"
#include "base/utf8.h"

namespace cria::corpus {
namespace {

constexpr size_t kLineBytes = 200, kMinLineBytes = 40;
constexpr size_t kIdentifyBytes = 2000;
constexpr size_t kMaxRepeats = 20;
constexpr size_t kMinLines = 10;
constexpr double kSureOfOther = 0.8;
// A label that only the models have that are trained here: their texts are prepared, those of
// others not. It is never a guess.
constexpr char kOwnLabel[] = "cria";
constexpr char kReportSuffix[] = ".json";

// What our own models see: one line, ASCII letters in lower case, digits and marks as spaces.
std::string Prepare(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte >= 0x80 || std::isalpha(byte)) {
      line += static_cast<char>(byte < 0x80 ? std::tolower(byte) : byte);
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  return line;
}

// Four windows of a long text: a foreign title page or quotation shall not decide.
std::string Windows(std::string_view text) {
  if (text.size() <= kIdentifyBytes) return std::string(text);
  constexpr size_t kWindows = 4, kBytes = kIdentifyBytes / kWindows;
  std::string windows;
  for (size_t i = 0; i < kWindows; ++i) {
    std::string_view window = text.substr((text.size() - kBytes) * i / (kWindows - 1), kBytes);
    while (!window.empty() && (static_cast<uint8_t>(window[0]) & 0xc0) == 0x80) {
      window.remove_prefix(1);  // the rest of a character
    }
    windows += window.substr(0, CompleteUtf8Prefix(window));
    windows += '\n';
  }
  return windows;
}

constexpr FastTextModel::Settings kSettings = {.softmax = true,
                                               .dim = 16,
                                               .epochs = 5,
                                               .min_count = 1,
                                               .word_ngrams = 1,
                                               .min_ngram = 2,
                                               .max_ngram = 4,
                                               .buckets = 100'000,
                                               .learning_rate = 0.5};

}  // namespace

void LanguageSample::Add(std::string_view text, const std::string& language) {
  Language& own = languages_[language];
  own.bytes += static_cast<int64_t>(text.size());
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    if (end > kLineBytes) {
      end = text.rfind(' ', kLineBytes);
      if (end == text.npos || end < kMinLineBytes) {
        end = std::max<size_t>(1, CompleteUtf8Prefix(text.substr(0, kLineBytes)));
      }
    }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    if (!text.empty() && (text[0] == '\n' || text[0] == ' ')) text.remove_prefix(1);
    if (line.size() < kMinLineBytes) continue;
    const uint64_t hash = Hash64(line);
    if (own.lines.contains(hash)) continue;
    if (own.lines.size() >= kMaxLines) {
      const auto last = std::prev(own.lines.end());
      if (hash >= last->first) continue;
      own.lines.erase(last);
    }
    own.lines.emplace(hash, Prepare(line));
  }
}

void LanguageSample::Merge(const LanguageSample& other) {
  for (const auto& [name, language] : other.languages_) {
    Language& own = languages_[name];
    own.bytes += language.bytes;
    own.lines.insert(language.lines.begin(), language.lines.end());
    while (own.lines.size() > kMaxLines) own.lines.erase(std::prev(own.lines.end()));
  }
}

void LanguageSample::DropBelow(int64_t bytes) {
  std::erase_if(languages_, [&](const auto& entry) {
    return entry.second.bytes < bytes || entry.second.lines.size() < kMinLines;
  });
}

std::string LanguageSample::ToText() const {
  std::string text;
  for (const auto& [name, language] : languages_) {
    text += fmt::format("{} {} {}\n", name, language.bytes, language.lines.size());
    for (const auto& [hash, line] : language.lines) text += fmt::format("{} {}\n", hash, line);
  }
  return text;
}

LanguageSample LanguageSample::FromText(std::string_view text) {
  LanguageSample sample;
  std::istringstream in{std::string(text)};
  std::string name, line;
  int64_t bytes = 0;
  size_t lines = 0;
  while (in >> name >> bytes >> lines) {
    Language& language = sample.languages_[name];
    language.bytes = bytes;
    for (uint64_t hash = 0; lines > 0; --lines) {
      in >> hash;
      in.get();
      std::getline(in, line);
      language.lines.emplace(hash, line);
    }
  }
  return sample;
}

LanguageIdentifier::LanguageIdentifier(FastTextModel model)
    : model_(std::move(model)), own_(model_.labels().contains(kOwnLabel)) {}

LanguageIdentifier LanguageIdentifier::Train(const LanguageSample& sample) {
  std::vector<FastTextModel::Example> test;
  size_t most = 0;
  for (const auto& [name, language] : sample.languages_) {
    most = std::max(most, language.lines.size());
  }
  // In the order of the hashes, so that languages are mixed as stochastic descent needs them. Those
  // of few lines come several times: else the others swallow them.
  std::multimap<uint64_t, FastTextModel::Example> shuffled;
  for (const auto& [name, language] : sample.languages_) {
    const size_t repeats =
        std::clamp<size_t>(most / 2 / std::max<size_t>(1, language.lines.size()), 1, kMaxRepeats);
    int64_t i = 0;
    for (const auto& [hash, line] : language.lines) {
      if (i++ % 10 == 9) {
        test.push_back({name, line});
        continue;
      }
      for (size_t r = 1; r <= repeats; ++r) {
        shuffled.emplace(Hash64(line, r), FastTextModel::Example{name, line});
      }
    }
  }
  std::vector<FastTextModel::Example> examples;
  for (auto& [hash, example] : shuffled) examples.push_back(std::move(example));
  examples.push_back({kOwnLabel, kOwnLabel});
  LanguageIdentifier result(FastTextModel::Train(kSettings, examples));
  // Untranslated lines stand under wrong labels. Those of which the model, though it has learned
  // them, is sure that they are something else go, and it learns again.
  const auto mislabelled = [&](const FastTextModel::Example& example) {
    const Guess guess = result.Identify(example.line);
    return example.label != kOwnLabel && guess.language != example.label &&
           guess.confidence > kSureOfOther;
  };
  const size_t before = examples.size();
  std::erase_if(examples, mislabelled);
  if (examples.size() < before) {
    result = LanguageIdentifier(FastTextModel::Train(kSettings, examples));
  }

  std::map<std::string, std::pair<int64_t, int64_t>> right;
  int64_t all_right = 0;
  for (const auto& [language, line] : test) {
    const bool hit = result.Identify(line).language == language;
    right[language].first += hit;
    ++right[language].second;
    all_right += hit;
  }
  result.report_ = {{"languages", sample.languages_.size()},
                    {"train_lines", examples.size()},
                    {"test_lines", test.size()},
                    {"accuracy", test.empty() ? 0.0 : double(all_right) / double(test.size())}};
  for (const auto& [language, counts] : right) {
    result.report_["per_language"][language] = double(counts.first) / double(counts.second);
  }
  return result;
}

bool LanguageIdentifier::MayOverrule(const std::string& language) const {
  constexpr double kMinAccuracy = 0.5;
  if (!Knows(language)) return false;
  const auto measured = report_.find("per_language");
  return measured == report_.end() || measured->value(language, 1.0) >= kMinAccuracy;
}

LanguageIdentifier LanguageIdentifier::Load(const fs::path& path) {
  LanguageIdentifier result(FastTextModel::Load(path));
  const fs::path report = path.string() + kReportSuffix;
  result.report_ = result.own_ && fs::exists(report)
                       ? ReadJson(report)
                       : Json{{"languages", result.model_.labels().size() - result.own_}};
  return result;
}

void LanguageIdentifier::Save(const fs::path& path) const {
  WriteJson(path.string() + kReportSuffix, report_);
  model_.Save(path);
}

LanguageIdentifier::Guess LanguageIdentifier::Identify(std::string_view text) const {
  const std::string windows = Windows(text);
  for (const auto& best : model_.Predict(own_ ? Prepare(windows) : windows, 2)) {
    if (best.label != kOwnLabel) return {best.label, best.probability};
  }
  return {};
}

}  // namespace cria::corpus
