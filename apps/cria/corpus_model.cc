// cria corpus model language | perplexity | reference.
#include "corpus_model.h"

#include <algorithm>
#include <iostream>
#include <map>

#include "base/error.h"
#include "base/units.h"
#include "base/utf8.h"
#include "corpus/language.h"
#include "corpus/manifest.h"
#include "corpus/quality/arpa.h"
#include "corpus/quality/kneser_ney.h"
#include "corpus/quality/language_id.h"
#include "corpus/quality/lm_text.h"
#include "corpus/quality/ngram_counts.h"
#include "corpus/quality/ngram_model_writer.h"
#include "corpus/quality/perplexity.h"
#include "corpus/quality/reference.h"
#include "corpus_pieces.h"
#include "document_input.h"
#include "tokenizer/trainer.h"

namespace cria::app {
namespace {

struct LanguageFlags : CommonFlags {
  std::vector<std::string> inputs;
  std::string out;
  bool force = false;
};

// Whole pieces of so many characters; the rest of the text is left over.
std::vector<std::string> CutCharacters(std::string_view text, int characters) {
  std::vector<std::string> pieces;
  int count = 0;
  size_t begin = 0;
  for (size_t i = 0; i < text.size();) {
    i += static_cast<size_t>(std::max(1, DecodeUtf8(text.substr(i)).length));
    if (++count < characters) continue;
    pieces.emplace_back(text.substr(begin, i - begin));
    begin = i;
    count = 0;
  }
  return pieces;
}

void PrintReport(const Json& report, bool json) {
  if (json) {
    std::cout << report.dump() << "\n";
    return;
  }
  for (const auto& [name, value] : report.items()) {
    if (!value.is_object()) fmt::print("{:<16} {}\n", name, value.dump());
  }
}

// Pieces of 300 characters of held-out documents, and how many of them are known.
void TestLanguage(const LanguageFlags& flags, const corpus::LanguageIdentifier& model,
                  Json* report) {
  constexpr int kCharacters = 300;
  std::map<std::string, std::pair<int64_t, int64_t>> known;  // right, all
  for (const std::string& input : flags.inputs) {
    if (!fs::is_directory(input)) continue;
    for (const corpus::SourceInfo& source : corpus::ReadManifest(input).sources) {
      corpus::ForEachDocument(
          input, corpus::Split::kHoldout, source.name, [&](const corpus::Document& document) {
            if (!model.Knows(document.language)) return true;
            for (const std::string& piece : CutCharacters(document.text, kCharacters)) {
              auto& [right, all] = known[document.language];
              right += model.Identify(piece).language == document.language;
              ++all;
            }
            return true;
          });
    }
  }
  int64_t right = 0, all = 0;
  for (const auto& [language, counts] : known) {
    right += counts.first;
    all += counts.second;
    (*report)["held_out_per_language"][language] =
        static_cast<double>(counts.first) / static_cast<double>(counts.second);
  }
  if (all == 0) return;
  (*report)["held_out_documents_of_300_characters"] = all;
  (*report)["held_out_accuracy"] = static_cast<double>(right) / static_cast<double>(all);
}

void TrainLanguage(const LanguageFlags& flags) {
  RequireAbsent(flags.out, flags.force);
  corpus::LanguageSample sample;
  for (const std::string& input : flags.inputs) {
    ForEachInputDocument(input, [&](const corpus::Document& document) {
      if (!document.language.empty()) sample.Add(document.text, document.language);
      return true;
    });
  }
  sample.DropBelow(0);
  if (sample.languages() < 2) {
    throw Error("texts of at least two languages are needed to tell them apart",
                flags.inputs.front(),
                "name corpora or JSON lines whose documents have a \"language\"");
  }
  const fs::path folder = fs::absolute(flags.out).parent_path();
  fs::create_directories(folder);
  const auto model = corpus::LanguageIdentifier::Train(sample);
  model.Save(flags.out);
  Json report = model.report();
  TestLanguage(flags, model, &report);
  PrintReport(report, flags.json);
}

struct PerplexityFlags : CommonFlags {
  std::vector<std::string> inputs;
  std::string out, language, tokenizer, arpa, memory = "2GB", sample = "100MB";
  std::vector<int64_t> prune;
  int64_t vocab_size = 32000;
  int order = 5;
  bool full_precision = false, force = false;
};

// Every text of the language, as the model will see it.
void ForEachLmText(const PerplexityFlags& flags, const std::function<bool(std::string)>& use) {
  for (const std::string& input : flags.inputs) {
    bool more = true;
    ForEachInputDocument(input, [&](const corpus::Document& document) {
      // Documents of a corpus that have no language are code.
      const bool said = !document.language.empty() || !document.source.empty();
      if (said && document.language != flags.language) return true;
      return more = use(corpus::NormalizeLmText(document.text, corpus::LmLineBreaks::kSpace));
    });
    if (!more) return;
  }
}

tokenizer::Tokenizer TrainPieces(const Context& context, const PerplexityFlags& flags) {
  constexpr size_t kChunkBytes = size_t{16} << 20;
  tokenizer::TrainerOptions options;
  options.vocab_size = static_cast<int>(flags.vocab_size);
  tokenizer::Trainer trainer(options);
  const int64_t wanted = ParseBytes(flags.sample, "--sample");
  int64_t bytes = 0;
  std::string chunk;
  ForEachLmText(flags, [&](const std::string& text) {
    chunk += text;
    chunk += '\n';
    bytes += static_cast<int64_t>(text.size());
    if (chunk.size() >= kChunkBytes) {
      trainer.AddText(chunk, context);
      chunk.clear();
    }
    return bytes < wanted;
  });
  trainer.AddText(chunk, context);
  return trainer.Train(context);
}

corpus::NgramModelWriter::Values ValuesOf(const PerplexityFlags& flags) {
  return flags.full_precision ? corpus::NgramModelWriter::Values::kFloat
                              : corpus::NgramModelWriter::Values::kQuantized;
}

// Counts the n-grams of all texts; {"texts", "bytes", "pieces"}.
Json CountTexts(const PerplexityFlags& flags, const corpus::Pieces& pieces,
                corpus::NgramCounts* counts) {
  Progress progress(flags.progress_style(), "Counting", 0, "MB");
  int64_t bytes = 0;
  std::vector<uint32_t> ids;
  ForEachLmText(flags, [&](const std::string& text) {
    pieces.split(text, &ids);
    counts->Add(ids);
    bytes += static_cast<int64_t>(text.size());
    progress.Update(bytes / 1'000'000);
    return true;
  });
  progress.Finish();
  return {{"texts", counts->sentences()}, {"bytes", bytes}, {"pieces", counts->tokens()}};
}

// From texts, or from a model that others made.
Json MakeModel(const Context& context, const PerplexityFlags& flags, const fs::path& scratch) {
  const fs::path out = flags.out;
  const corpus::Pieces pieces = LoadPieces(out / corpus::kPiecesName);
  corpus::NgramMemory memory(context, ParseBytes(flags.memory, "--memory"), scratch);
  corpus::NgramModelWriter writer(out / corpus::kNgramModelName, ValuesOf(flags), &memory);
  Json report;
  if (!flags.arpa.empty()) {
    const corpus::ArpaStats stats = corpus::ReadArpa(fs::path(flags.arpa), &writer);
    report = {{"arpa", flags.arpa}, {"order", stats.order}, {"ngrams", stats.ngrams}};
  } else {
    corpus::NgramCounts counts(flags.order, &memory);
    report = CountTexts(flags, pieces, &counts);
    report["order"] = flags.order;
    corpus::KneserNeyOptions options;
    options.prune = flags.prune;
    for (const auto& order : corpus::EstimateKneserNey(&counts, pieces.pieces, options, &writer)) {
      report["ngrams"].push_back(order.kept);
    }
  }
  writer.Finish();
  report["language"] = flags.language;
  report["file_bytes"] = writer.file_bytes();
  return report;
}

void TrainPerplexity(const PerplexityFlags& flags) {
  const fs::path out = flags.out;
  if (flags.inputs.empty() == flags.arpa.empty()) {
    throw Error("name texts to learn from, or a model with --arpa", "--arpa", "give one of them");
  }
  if (!flags.arpa.empty() && flags.tokenizer.empty()) {
    throw Error("an ARPA file does not say how text becomes its pieces", "--tokenizer",
                "name the tokenizer that it was made with");
  }
  RequireAbsent(out / corpus::kNgramModelName, flags.force);
  RequireAbsent(out / corpus::kPiecesName, flags.force);
  fs::create_directories(out);
  fs::remove(out / corpus::kNgramModelName);  // pieces and n-grams belong together
  const Context context = flags.MakeContext();
  if (flags.tokenizer.empty()) {
    TrainPieces(context, flags).Save(out / corpus::kPiecesName);
  } else {
    WriteFile(out / corpus::kPiecesName, ReadFile(flags.tokenizer));
  }
  const fs::path scratch = out / "counts.tmp";
  const Json report = MakeModel(context, flags, scratch);
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  WriteJson(out / "report.json", report);
  PrintReport(report, flags.json);
}

struct ReferenceFlags : CommonFlags {
  std::vector<std::string> cited, others;
  std::string out;
  int64_t min_bytes = 1000;
  bool force = false;
};

std::vector<std::string> Pages(const ReferenceFlags& flags,
                               const std::vector<std::string>& inputs) {
  std::vector<std::string> pages;
  for (const std::string& input : inputs) {
    ForEachInputDocument(input, [&](const corpus::Document& document) {
      if (static_cast<int64_t>(document.text.size()) >= flags.min_bytes) {
        pages.push_back(document.text);
      }
      return true;
    });
  }
  if (pages.size() < 10) {
    throw Error(fmt::format("only {} pages of at least {} bytes", pages.size(), flags.min_bytes),
                inputs.front(), "give more pages, or lower --min-bytes");
  }
  return pages;
}

void TrainReference(const ReferenceFlags& flags) {
  RequireAbsent(flags.out, flags.force);
  const fs::path folder = fs::absolute(flags.out).parent_path();
  fs::create_directories(folder);
  const auto model =
      corpus::ReferenceClassifier::Train(Pages(flags, flags.cited), Pages(flags, flags.others));
  model.Save(flags.out);
  PrintReport(model.report(), flags.json);
}

void AddLanguage(CLI::App* parent) {
  auto flags = std::make_shared<LanguageFlags>();
  CLI::App* c = AddCommand(parent, "language", "Tells languages apart: a fastText model",
                           flags.get(), [flags] { TrainLanguage(*flags); });
  c->add_option("texts", flags->inputs, "Corpora or JSON lines whose documents say their language")
      ->required();
  c->add_option("--out", flags->out, "File of the model")->required();
  c->add_flag("--force", flags->force, "Replace what is there");
  c->footer("Example: cria corpus model language wikipedia-corpus --out models/languages.bin");
}

void AddPerplexity(CLI::App* parent) {
  auto flags = std::make_shared<PerplexityFlags>();
  CLI::App* c = AddCommand(parent, "perplexity",
                           "Tells good text of one language: pieces and a Kneser-Ney model",
                           flags.get(), [flags] { TrainPerplexity(*flags); });
  c->add_option("texts", flags->inputs, "Corpora, JSON lines or text files of good text");
  c->add_option("--arpa", flags->arpa, "Instead of texts: a model in ARPA form (.gz, .zst too)");
  c->add_option("--language", flags->language, "Two-letter code")
      ->required()
      ->check([](const std::string& code) {
        return corpus::IsLanguageCode(code) ? "" : "unknown language " + code;
      });
  c->add_option("--out", flags->out, "Folder of the model: MODELS/<language>")->required();
  c->add_option("--tokenizer", flags->tokenizer, "Pieces to use (default: trained on the texts)");
  c->add_option("--vocab-size", flags->vocab_size, "Pieces to train")
      ->check(Above0())
      ->capture_default_str();
  c->add_option("--sample", flags->sample, "Text from which the pieces are learned")
      ->capture_default_str();
  c->add_option("--order", flags->order, "Words of the longest n-gram")
      ->check(CLI::Range(1, corpus::kMaxNgramOrder))
      ->capture_default_str();
  c->add_option("--prune", flags->prune,
                "Per order: leave out n-grams that occur at most so often (0 0 1)");
  c->add_option("--memory", flags->memory, "Held at most; the rest is sorted on disk")
      ->capture_default_str();
  c->add_flag("--full-precision", flags->full_precision, "Probabilities in 32 bits, not 8");
  c->add_flag("--force", flags->force, "Replace what is there");
  c->footer("Example: cria corpus model perplexity wikipedia-corpus --language en --out models/en");
}

void AddReference(CLI::App* parent) {
  auto flags = std::make_shared<ReferenceFlags>();
  CLI::App* c = AddCommand(parent, "reference",
                           "Tells pages that Wikipedia cites from others: a fastText model",
                           flags.get(), [flags] { TrainReference(*flags); });
  c->add_option("--cited", flags->cited, "Pages that are cited: corpora or JSON lines")->required();
  c->add_option("--others", flags->others, "About as many other pages")->required();
  c->add_option("--min-bytes", flags->min_bytes, "Shorter pages are left out")
      ->check(AtLeast0())
      ->capture_default_str();
  c->add_option("--out", flags->out, "File of the model")->required();
  c->add_flag("--force", flags->force, "Replace what is there");
  c->footer(
      "Example: cria corpus model reference --cited cited.jsonl --others crawl.jsonl "
      "--out models/reference.bin");
}

}  // namespace

void AddCorpusModel(CLI::App* corpus) {
  CLI::App* model = corpus->add_subcommand("model", "Train the models that judge documents");
  model->require_subcommand(1);
  AddLanguage(model);
  AddPerplexity(model);
  AddReference(model);
}

}  // namespace cria::app
