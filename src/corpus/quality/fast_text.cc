// Training through a temporary file, since the library reads nothing else.
#include "corpus/quality/fast_text.h"

#include <fasttext/fasttext.h>

#include <algorithm>
#include <sstream>

#include "base/error.h"

namespace cria::corpus {
namespace {

constexpr std::string_view kLabel = "__label__";

std::string WithoutPrefix(const std::string& label) {
  return label.substr(label.starts_with(kLabel) ? kLabel.size() : 0);
}

fasttext::Args ArgsOf(const FastTextModel::Settings& settings, const fs::path& file) {
  fasttext::Args args;
  args.model = fasttext::model_name::sup;
  args.loss = settings.softmax ? fasttext::loss_name::softmax : fasttext::loss_name::hs;
  args.input = file.string();
  args.minCount = settings.min_count;
  args.minn = settings.min_ngram;
  args.maxn = settings.max_ngram;
  args.wordNgrams = settings.word_ngrams;
  args.bucket = settings.max_ngram == 0 && settings.word_ngrams == 1 ? 0 : settings.buckets;
  args.dim = settings.dim;
  args.lr = settings.learning_rate;
  args.epoch = settings.epochs;
  args.thread = 1;
  args.verbose = 0;
  return args;
}

/// A file that is removed at the end.
class ScratchFile {
 public:
  explicit ScratchFile(fs::path path) : path_(std::move(path)) {}
  ~ScratchFile() {
    std::error_code error;
    fs::remove(path_, error);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

struct FastTextModel::State {
  fasttext::FastText model;
  std::set<std::string> labels;

  void FindLabels() {
    const auto dictionary = model.getDictionary();
    for (int i = 0; i < dictionary->nlabels(); ++i) {
      labels.insert(WithoutPrefix(dictionary->getLabel(i)));
    }
  }
};

FastTextModel::FastTextModel(std::unique_ptr<State> state) : state_(std::move(state)) {}
FastTextModel::FastTextModel(FastTextModel&&) noexcept = default;
FastTextModel& FastTextModel::operator=(FastTextModel&&) noexcept = default;
FastTextModel::~FastTextModel() = default;

FastTextModel FastTextModel::Train(const Settings& settings, const std::vector<Example>& examples,
                                   const fs::path& scratch) {
  const ScratchFile file(scratch / "fasttext_training.tmp");
  std::string lines;
  for (const Example& example : examples) {
    lines += fmt::format("{}{} {}\n", kLabel, example.label, example.line);
  }
  WriteFile(file.path(), lines);
  auto state = std::make_unique<State>();
  state->model.train(ArgsOf(settings, file.path()));
  state->FindLabels();
  return FastTextModel(std::move(state));
}

FastTextModel FastTextModel::Load(const fs::path& path) {
  const MappedFile readable(path);
  auto state = std::make_unique<State>();
  try {
    state->model.loadModel(path.string());
    state->FindLabels();
  } catch (const std::exception& error) {
    throw Error(fmt::format("not a fastText model: {}", error.what()), path.string(),
                "name a .bin or .ftz file that fastText or cria wrote");
  }
  if (state->labels.empty()) {
    throw Error("this fastText model has no labels", path.string(), "name a supervised one");
  }
  return FastTextModel(std::move(state));
}

void FastTextModel::Save(const fs::path& path) const {
  const fs::path temporary = path.string() + ".tmp";
  state_->model.saveModel(temporary.string());
  fs::rename(temporary, path);
}

std::vector<FastTextModel::Prediction> FastTextModel::Predict(std::string_view line,
                                                              int most) const {
  std::istringstream in(std::string(line) + "\n");
  std::vector<std::pair<fasttext::real, std::string>> best;
  state_->model.predictLine(in, best, most, 0);
  std::vector<Prediction> predictions;
  for (const auto& [probability, label] : best) {
    predictions.push_back(
        {WithoutPrefix(label), std::clamp(static_cast<double>(probability), 0.0, 1.0)});
  }
  return predictions;
}

const std::set<std::string>& FastTextModel::labels() const { return state_->labels; }

}  // namespace cria::corpus
