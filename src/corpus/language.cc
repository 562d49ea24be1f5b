// Codes and their files, and fastText's supervised training on lines of known language.
#include "corpus/language.h"

#include <fasttext/fasttext.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/hash.h"
#include "base/utf8.h"

namespace cria::corpus {
namespace {

constexpr std::string_view kCodes =
    " aa ab af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de "
    "dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz "
    "ia "
    "id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln "
    "lo "
    "lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi "
    "pl "
    "ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti "
    "tk "
    "tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ";

constexpr size_t kLineBytes = 200, kMinLineBytes = 40;
constexpr size_t kIdentifyBytes = 2000;

// What fastText sees: one line, ASCII letters in lower case, digits and marks as spaces.
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

/// Lines of one language, by ascending hash, so that the choice never depends on the order of
/// texts.
using Lines = std::map<uint64_t, std::string>;

void CollectLines(std::string_view text, Lines* lines) {
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
    if (lines->contains(hash)) continue;
    if (static_cast<int64_t>(lines->size()) >= LanguageIdentifier::kMaxLines) {
      const auto last = std::prev(lines->end());
      if (hash >= last->first) continue;
      lines->erase(last);
    }
    lines->emplace(hash, Prepare(line));
  }
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

bool IsLanguageCode(std::string_view code) {
  return code.size() == 2 && kCodes.find(fmt::format(" {} ", code)) != kCodes.npos;
}

std::string NormalizeLanguage(std::string_view name) {
  if (name == "C" || name == "POSIX") return "en";
  if (name.size() > 2 && std::string_view("-_@.").find(name[2]) == std::string_view::npos)
    return "";
  std::string code(name.substr(0, 2));
  for (char& c : code) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return IsLanguageCode(code) ? code : "";
}

std::string LanguageFromPath(std::string_view path) {
  std::string_view folders = path.substr(0, path.rfind('/') + 1);
  while (!folders.empty()) {
    const size_t end = folders.find('/');
    const std::string_view folder = folders.substr(0, end);
    if (folder.size() <= 2 || folder.size() == 5 || folder.find('@') != folder.npos) {
      const std::string code = NormalizeLanguage(folder);
      if (!code.empty()) return code;
    }
    folders.remove_prefix(end + 1);
  }
  std::string_view file = path.substr(path.rfind('/') + 1);
  for (size_t dot = file.find('.'); dot != file.npos; dot = file.find('.', dot + 1)) {
    const size_t next = file.find('.', dot + 1);
    if (next == file.npos) break;
    const std::string code = NormalizeLanguage(file.substr(dot + 1, next - dot - 1));
    if (!code.empty()) return code;
  }
  return "";
}

struct LanguageIdentifier::State {
  fasttext::FastText model;
};

LanguageIdentifier::LanguageIdentifier(const std::vector<LabelledText>& texts,
                                       const fs::path& scratch)
    : state_(std::make_unique<State>()) {
  std::map<std::string, Lines> by_language;
  for (const LabelledText& text : texts) {
    CollectLines(text.text, &by_language[std::string(text.language)]);
  }
  const ScratchFile file(scratch / "language_id_training.tmp");
  std::vector<std::pair<std::string, std::string>> test;
  // In the order of the hashes, so that languages are mixed as stochastic descent needs them.
  std::multimap<uint64_t, std::string> shuffled;
  for (const auto& [language, lines] : by_language) {
    int64_t i = 0;
    for (const auto& [hash, line] : lines) {
      if (i++ % 10 == 9) {
        test.emplace_back(language, line);
      } else {
        shuffled.emplace(Hash64(line, 1), fmt::format("__label__{} {}\n", language, line));
      }
    }
  }
  std::string training;
  for (const auto& [hash, line] : shuffled) training += line;
  WriteFile(file.path(), training);
  fasttext::Args args;
  args.model = fasttext::model_name::sup;
  args.loss = fasttext::loss_name::softmax;
  args.input = file.path().string();
  args.minCount = 1;
  args.minn = 2;
  args.maxn = 4;
  args.bucket = 100'000;
  args.dim = 16;
  args.lr = 0.5;
  args.epoch = 10;
  args.thread = 1;  // more threads race on the weights
  args.verbose = 0;
  state_->model.train(args);

  std::map<std::string, std::pair<int64_t, int64_t>> right;
  int64_t all_right = 0;
  for (const auto& [language, line] : test) {
    const bool hit = Identify(line).language == language;
    right[language].first += hit;
    ++right[language].second;
    all_right += hit;
  }
  report_ = {{"languages", by_language.size()},
             {"train_lines", shuffled.size()},
             {"test_lines", test.size()},
             {"accuracy", test.empty() ? 0.0 : double(all_right) / double(test.size())}};
  for (const auto& [language, counts] : right) {
    report_["per_language"][language] = double(counts.first) / double(counts.second);
  }
}

LanguageIdentifier::~LanguageIdentifier() = default;

LanguageIdentifier::Guess LanguageIdentifier::Identify(std::string_view text) const {
  std::istringstream line(
      Prepare(text.substr(0, CompleteUtf8Prefix(text.substr(0, kIdentifyBytes)))) + "\n");
  std::vector<std::pair<fasttext::real, std::string>> best;
  state_->model.predictLine(line, best, 1, 0);
  if (best.empty()) return {};
  constexpr size_t kPrefix = std::string_view("__label__").size();
  return {best[0].second.substr(kPrefix), static_cast<double>(best[0].first)};
}

}  // namespace cria::corpus
