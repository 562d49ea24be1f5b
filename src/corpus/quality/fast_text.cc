// Files in memory stand between, since the library reads and writes nothing else.
#include "corpus/quality/fast_text.h"

#include <fasttext/fasttext.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/error.h"

namespace cria::corpus {
namespace {

constexpr std::string_view kLabel = "__label__";

std::string WithoutPrefix(const std::string& label) {
  return label.substr(label.starts_with(kLabel) ? kLabel.size() : 0);
}

fasttext::Args ArgsOf(const FastTextModel::Settings& settings, const std::string& file) {
  fasttext::Args args;
  args.model = fasttext::model_name::sup;
  args.loss = settings.softmax ? fasttext::loss_name::softmax : fasttext::loss_name::hs;
  args.input = file;
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

// A file in memory that the library opens by a name: it writes without looking whether the disk
// took it.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("fasttext", MFD_CLOEXEC)) {
    if (fd_ < 0) {
      throw Error(fmt::format("no memory for a file: {}", std::strerror(errno)), "fastText",
                  "free some memory");
    }
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  std::string name() const { return fmt::format("/proc/self/fd/{}", fd_); }

 private:
  int fd_;
};

// Marks of the library that a text may not bring itself: it would end there, or be a label.
std::string WithoutMarks(std::string_view line) {
  std::string clean;
  clean.reserve(line.size());
  for (size_t i = 0; i < line.size(); ++i) {
    const auto c = static_cast<unsigned char>(line[i]);
    if (c < 0x20) {
      clean += ' ';
    } else if (line.substr(i).starts_with("</s>")) {
      clean += ' ';
      i += 3;
    } else if (line.substr(i).starts_with(kLabel)) {
      clean += ' ';
      i += kLabel.size() - 1;
    } else {
      clean += line[i];
    }
  }
  return clean;
}

// The library reads on behind the end of a file; a stream that throws ends that.
void LoadWhole(const fs::path& path, fasttext::FastText* model) {
  constexpr int32_t kMagic = 793712314, kNewestVersion = 12;
  std::ifstream in(path, std::ios::binary);
  in.exceptions(std::ios::failbit | std::ios::badbit | std::ios::eofbit);
  int32_t head[2];
  in.read(reinterpret_cast<char*>(head), sizeof(head));
  if (head[0] != kMagic || head[1] > kNewestVersion) throw std::runtime_error("another format");
  model->loadModel(in);
}

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

FastTextModel FastTextModel::Train(const Settings& settings, const std::vector<Example>& examples) {
  const MemoryFile file;
  std::ofstream lines(file.name(), std::ios::binary);
  for (const Example& example : examples) {
    lines << kLabel << example.label << ' ' << WithoutMarks(example.line) << '\n';
  }
  lines.close();
  auto state = std::make_unique<State>();
  try {
    state->model.train(ArgsOf(settings, file.name()));
  } catch (const std::exception& error) {
    throw Error(fmt::format("nothing can be learned from these texts: {}", error.what()),
                "fastText", "give more text, in whole lines");
  }
  state->FindLabels();
  return FastTextModel(std::move(state));
}

FastTextModel FastTextModel::Load(const fs::path& path) {
  const MappedFile readable(path);
  auto state = std::make_unique<State>();
  try {
    LoadWhole(path, &state->model);
    state->FindLabels();
  } catch (const std::exception& error) {
    throw Error(fmt::format("not a whole fastText model: {}", error.what()), path.string(),
                "name a .bin or .ftz file that fastText or cria wrote");
  }
  if (state->labels.empty()) {
    throw Error("this fastText model has no labels", path.string(), "name a supervised one");
  }
  return FastTextModel(std::move(state));
}

void FastTextModel::Save(const fs::path& path) const { WriteFile(path, Bytes()); }

std::string FastTextModel::Bytes() const {
  const MemoryFile file;
  state_->model.saveModel(file.name());
  return ReadFile(file.name());
}

std::vector<FastTextModel::Prediction> FastTextModel::Predict(std::string_view line,
                                                              int most) const {
  std::istringstream in(WithoutMarks(line) + "\n");
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

int64_t FastTextModel::words() const { return state_->model.getDictionary()->nwords(); }

}  // namespace cria::corpus
