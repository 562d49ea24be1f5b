// cria bench corpus: what each stage of the corpus pipeline costs on one core, beside reading and
// unpacking the same files.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <numeric>
#include <optional>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/units.h"
#include "command.h"
#include "corpus/document.h"
#include "corpus/duplicates/exact.h"
#include "corpus/duplicates/units.h"
#include "corpus/formats/encoding.h"
#include "corpus/formats/raw_text.h"
#include "corpus/quality/language_id.h"
#include "corpus/quality/perplexity.h"
#include "corpus/quality/reference.h"
#include "corpus/reader.h"
#include "corpus_pieces.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::vector<std::string> files;
  std::string language, perplexity, reference, scratch = fs::temp_directory_path().string();
  int rounds = 3;
};

struct Stage {
  std::string name;
  std::vector<double> seconds;
  int64_t bytes = 0;  ///< of text that it worked on

  double Median() const {
    std::vector<double> sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

class Collector : public corpus::TextSink {
 public:
  void Take(corpus::RawText text) override { texts.push_back(std::move(text.text)); }
  void Lose(const corpus::Loss&) override {}
  std::vector<std::string> texts;
};

int64_t BytesOf(const std::vector<std::string>& texts) {
  return std::accumulate(texts.begin(), texts.end(), int64_t{0}, [](int64_t sum, const auto& t) {
    return sum + static_cast<int64_t>(t.size());
  });
}

// Runs and times the stages; each gives the next one its texts.
class Pipeline {
 public:
  explicit Pipeline(const Flags& flags) : flags_(flags), context_(1) {
    if (!flags.language.empty()) {
      languages_.emplace(corpus::LanguageIdentifier::Load(flags.language));
    }
    if (!flags.perplexity.empty()) perplexity_.emplace(flags.perplexity, LoadPieces);
    if (!flags.reference.empty()) {
      reference_.emplace(corpus::ReferenceClassifier::Load(flags.reference));
    }
  }

  void Round() {
    int64_t unpacked = 0;
    Time("unpack", [&] {
      for (const std::string& file : flags_.files) {
        TextReader reader(file);
        std::string line;
        while (reader.NextLine(&line)) unpacked += static_cast<int64_t>(line.size()) + 1;
      }
      return unpacked;
    });
    Collector found;
    Time("read", [&] {
      for (const std::string& file : flags_.files) corpus::ReadTexts(file, {}, &found);
      return unpacked;
    });
    std::vector<std::string>& texts = found.texts;
    Time("clean", [&] {
      for (std::string& text : texts) {
        text = corpus::CleanText(corpus::RepairMojibake(std::move(text)), false);
      }
      return unpacked;
    });
    const int64_t text_bytes = BytesOf(texts);
    Time("duplicates", [&] {
      DropDuplicates(&texts);
      return text_bytes;
    });
    Judge(texts);
    const int64_t kept_bytes = BytesOf(texts);
    Time("write", [&] {
      ZstdWriter writer(fs::path(flags_.scratch) / "bench_corpus.jsonl.zst", 6);
      corpus::Document document;
      document.meta = Json::object();
      for (const std::string& text : texts) {
        document.text = text;
        writer.Write(corpus::ToJsonLine(document));
      }
      return kept_bytes;  // not committed: nothing stays
    });
  }

  const std::vector<Stage>& stages() const { return stages_; }

 private:
  void Time(const std::string& name, const std::function<int64_t()>& f) {
    ThrowIfInterrupted();
    const auto start = std::chrono::steady_clock::now();
    const int64_t bytes = f();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    auto stage = std::find_if(stages_.begin(), stages_.end(),
                              [&](const Stage& s) { return s.name == name; });
    if (stage == stages_.end()) stage = stages_.insert(stages_.end(), {name, {}, 0});
    stage->seconds.push_back(took.count());
    stage->bytes = bytes;
  }

  // Both passes: keys and their comparison, then the texts without what is removed.
  void DropDuplicates(std::vector<std::string>* texts) {
    constexpr auto kRule = corpus::DuplicateRule::kLines;
    std::vector<uint64_t> keys;
    std::vector<corpus::Units> units;
    for (const std::string& text : *texts) {
      units.push_back(corpus::CutIntoUnits(text, kRule, 32));
      corpus::AppendKeys(units.back(), &keys);
    }
    corpus::ExactDuplicates duplicates(fs::path(flags_.scratch) / "bench_corpus", 1,
                                       int64_t{4} << 30, {});
    duplicates.Add(0, keys);
    duplicates.Resolve(context_);
    const std::vector<bool> removed = duplicates.Removed(0, keys.size());
    std::vector<std::string> left;
    auto next = removed.begin();
    for (const corpus::Units& own : units) {
      std::vector<uint64_t> own_keys;
      corpus::AppendKeys(own, &own_keys);
      const auto end = next + std::ssize(own_keys);
      corpus::Remains remains = corpus::WithoutDuplicates(own, kRule, {next, end});
      next = end;
      if (!remains.document_removed && !remains.text.empty()) {
        left.push_back(std::move(remains.text));
      }
    }
    *texts = std::move(left);
  }

  void Judge(const std::vector<std::string>& texts) {
    const int64_t bytes = BytesOf(texts);
    double sum = 0;  // used, so that nothing is left out
    if (languages_) {
      Time("language", [&] {
        for (const std::string& text : texts) sum += languages_->Identify(text).confidence;
        return bytes;
      });
    }
    if (perplexity_) {
      const std::string language = perplexity_->languages().front();
      Time("perplexity", [&] {
        for (const std::string& text : texts) sum += perplexity_->Score(text, language).value_or(0);
        return bytes;
      });
    }
    if (reference_) {
      Time("reference", [&] {
        for (const std::string& text : texts) sum += reference_->Score(text);
        return bytes;
      });
    }
    CRIA_CHECK(sum >= 0);
  }

  const Flags& flags_;
  const Context context_;
  std::optional<corpus::LanguageIdentifier> languages_;
  std::optional<corpus::PerplexityModels> perplexity_;
  std::optional<corpus::ReferenceClassifier> reference_;
  std::vector<Stage> stages_;
};

void Print(const std::vector<Stage>& stages, bool json) {
  const double unpack = stages[0].Median();
  const auto raw = static_cast<double>(stages[0].bytes);
  double all = 0;
  Json list = Json::array();
  if (!json)
    fmt::print("{:<12} {:>10} {:>12} {:>18}\n", "stage", "MB/s", "of text", "times unpacking");
  for (const Stage& stage : stages) {
    if (stage.name != "unpack") all += stage.Median();
    const double rate = static_cast<double>(stage.bytes) / stage.Median() / 1e6;
    list.push_back({{"stage", stage.name},
                    {"mb_per_s", rate},
                    {"bytes", stage.bytes},
                    {"times_unpacking", stage.Median() / unpack}});
    if (json) continue;
    fmt::print("{:<12} {:>10.1f} {:>12} {:>18.2f}\n", stage.name, rate,
               FormatBytes(double(stage.bytes)), stage.Median() / unpack);
  }
  if (json) {
    std::cout << Json({{"stages", list},
                       {"all_mb_per_s", raw / all / 1e6},
                       {"all_times_unpacking", all / unpack}})
                     .dump()
              << "\n";
    return;
  }
  fmt::print("{:<12} {:>10.1f} {:>12} {:>18.2f}\n", "all", raw / all / 1e6, FormatBytes(raw),
             all / unpack);
}

}  // namespace

void AddBenchCorpus(CLI::App* bench) {
  auto flags = std::make_shared<Flags>();
  CLI::App* c = AddCommand(bench, "corpus",
                           "The stages of the corpus pipeline on one core, each beside unpacking",
                           flags.get(), [flags] {
                             Pipeline pipeline(*flags);
                             for (int i = 0; i < flags->rounds; ++i) pipeline.Round();
                             Print(pipeline.stages(), flags->json);
                           });
  c->add_option("files", flags->files, "Raw files, as a recipe would name them: WET, WARC, ...")
      ->required();
  c->add_option("--language", flags->language, "Model of languages");
  c->add_option("--perplexity", flags->perplexity, "Folder of perplexity models");
  c->add_option("--reference", flags->reference, "Classifier of references");
  c->add_option("--scratch", flags->scratch, "Folder for temporary files")->capture_default_str();
  c->add_option("--rounds", flags->rounds, "Repetitions, of which the median counts")
      ->check(Above0())
      ->capture_default_str();
  c->footer("Example: cria bench corpus CC-MAIN-*.warc.wet.gz --language lid.176.bin");
}

}  // namespace cria::app
