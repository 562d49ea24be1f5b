// Tables and pictures from the manifest, samples from the shards.
#include "corpus_card.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/units.h"
#include "base/utf8.h"
#include "corpus/manifest.h"
#include "data/manifest.h"
#include "eval/chart.h"
#include "eval/report/contamination_table.h"

namespace cria::app {
namespace {

constexpr int64_t kSamples = 3;
constexpr size_t kSampleBytes = 600;

std::string Share(double part, double whole) {
  return whole > 0 ? fmt::format("{:.1f} %", 100 * part / whole) : "-";
}
std::string Size(int64_t bytes) { return FormatBytes(static_cast<double>(bytes)); }

std::string Head(std::string_view text) {
  if (text.size() <= kSampleBytes) return std::string(text);
  return std::string(text.substr(0, CompleteUtf8Prefix(text.substr(0, kSampleBytes)))) + " ...";
}

eval::Table SourceTable(const corpus::Manifest& manifest,
                        const std::optional<ShardManifest>& tokens) {
  eval::Table table;
  table.caption = "Sources in the form of the LLaMA paper's Table 1.";
  table.columns = {{"Source"},          {"Kind"},         {"Sampling", true}, {"Documents", true},
                   {"Text", true},      {"Tokens", true}, {"Held out", true}, {"On disk", true},
                   {"Languages", true}, {"Licence"}};
  for (const corpus::SourceInfo& source : manifest.sources) {
    std::string count = "-";
    if (tokens) {
      for (const ShardSource& own : tokens->sources) {
        if (own.name == source.name)
          count = FormatCount(static_cast<double>(own.train.count.tokens));
      }
    }
    table.rows.push_back({source.name, source.kind, Share(source.proportion, 1),
                          FormatWhole(source.train.text.documents), Size(source.train.text.bytes),
                          count, Size(source.holdout.text.bytes),
                          Size(source.train.file_bytes() + source.holdout.file_bytes()),
                          std::to_string(source.train.languages.size()), source.licence});
  }
  return table;
}

eval::Table DropTable(const corpus::SourceInfo& source) {
  eval::Table table;
  table.caption = source.name + ": " + FormatWhole(source.read.documents) + " texts read, " +
                  Size(source.read.bytes) + ". What was left out, by reason.";
  table.columns = {{"Reason"}, {"Items", true}, {"Text", true}, {"Of what was read", true}};
  std::vector<std::pair<std::string, corpus::Count>> drops(source.drops.begin(),
                                                           source.drops.end());
  std::stable_sort(drops.begin(), drops.end(),
                   [](const auto& a, const auto& b) { return a.second.bytes > b.second.bytes; });
  for (const auto& [reason, count] : drops) {
    table.rows.push_back(
        {reason, FormatWhole(count.documents), Size(count.bytes),
         Share(static_cast<double>(count.bytes), static_cast<double>(source.read.bytes))});
  }
  return table;
}

eval::Table LanguageTable(const corpus::Manifest& manifest) {
  corpus::Counts languages;
  int64_t all = 0;
  for (const corpus::SourceInfo& source : manifest.sources) {
    corpus::AddCounts(&languages, source.train.languages);
    all += source.train.text.bytes;
  }
  std::vector<std::pair<std::string, corpus::Count>> sorted(languages.begin(), languages.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.bytes > b.second.bytes; });
  eval::Table table;
  table.caption = "Languages of the training part.";
  table.columns = {{"Language"}, {"Documents", true}, {"Text", true}, {"Share", true}};
  for (const auto& [language, count] : sorted) {
    table.rows.push_back({language.empty() ? "none or code" : language,
                          FormatWhole(count.documents), Size(count.bytes),
                          Share(static_cast<double>(count.bytes), static_cast<double>(all))});
  }
  return table;
}

eval::Charts MeasureCharts(const corpus::Manifest& manifest) {
  std::map<std::string, eval::LineChart> charts;
  for (const corpus::SourceInfo& source : manifest.sources) {
    for (const auto& [measure, histogram] : source.measures) {
      eval::LineChart& chart = charts[measure];
      const bool share = measure == "reference";
      chart.title = measure == "bytes"        ? "Length of documents"
                    : measure == "perplexity" ? "Perplexity"
                                              : "Likeness to pages that Wikipedia cites";
      chart.x_label = share ? "probability" : measure + ", log2";
      chart.y_label = "% of documents";
      int64_t all = 0;
      for (const auto& [bin, count] : histogram) all += count;
      eval::Line line{source.name, {}, false};
      for (int bin = histogram.begin()->first; bin <= histogram.rbegin()->first; ++bin) {
        const auto found = histogram.find(bin);
        const double count = found == histogram.end() ? 0 : static_cast<double>(found->second);
        const double value = corpus::HistogramValue(measure, bin);
        line.points.push_back(
            {share ? value : std::log2(value), 100 * count / static_cast<double>(all)});
      }
      chart.lines.push_back(std::move(line));
    }
  }
  eval::Charts result;
  for (const auto& [measure, chart] : charts) {
    result.items.push_back({measure, chart.title, eval::RenderLineChart(chart)});
  }
  return result;
}

eval::Table InputTable(const corpus::Manifest& manifest) {
  eval::Table table;
  table.caption = "Inputs and their digests.";
  table.columns = {{"Source"},     {"Input"},   {"Version"}, {"Files", true},
                   {"Size", true}, {"Licence"}, {"SHA-256"}};
  for (const corpus::InputInfo& input : manifest.inputs) {
    table.rows.push_back({input.source, input.name, input.version, FormatWhole(input.files),
                          Size(input.bytes), input.licence, input.sha256.substr(0, 16)});
  }
  return table;
}

void AddSamples(const fs::path& corpus_dir, const corpus::Manifest& manifest, eval::Page* page) {
  page->blocks.push_back(eval::Heading{"Samples"});
  for (const corpus::SourceInfo& source : manifest.sources) {
    int64_t left = kSamples;
    corpus::ForEachDocument(
        corpus_dir, corpus::Split::kTrain, source.name, [&](const corpus::Document& document) {
          page->blocks.push_back(
              eval::Sample{source.name + " " + document.meta.value("origin", document.id) + "\n\n",
                           Head(document.text)});
          return --left > 0;
        });
  }
  page->blocks.push_back(eval::Heading{"Samples of what was dropped"});
  for (const corpus::SourceInfo& source : manifest.sources) {
    const fs::path path = corpus_dir / corpus::DroppedName(source.name);
    if (!fs::exists(path)) continue;
    std::map<std::string, int> shown;
    corpus::DocumentReader reader(path);
    corpus::Document document;
    while (reader.Next(&document)) {
      const std::string reason = document.meta.value("reason", "");
      if (shown[reason]++ > 0) continue;
      const std::string why = document.meta.value("why", "");
      page->blocks.push_back(
          eval::Sample{fmt::format("{}, {}{}{}\n{}\n\n", source.name, reason,
                                   why.empty() ? "" : ": ", why, document.meta.value("origin", "")),
                       Head(document.text)});
    }
  }
}

}  // namespace

eval::Page CorpusCard(const fs::path& corpus_dir, const fs::path& shards_dir) {
  const corpus::Manifest manifest = corpus::ReadManifest(corpus_dir);
  std::optional<ShardManifest> tokens;
  if (!shards_dir.empty()) {
    tokens = ReadShardManifest(shards_dir);
    if (tokens->corpus_digest != manifest.digest) {
      throw Error("these shards are of another corpus", shards_dir.string(),
                  "name the shards that `cria tokenize` made of " + corpus_dir.string());
    }
  }
  corpus::Count train, holdout;
  for (const corpus::SourceInfo& source : manifest.sources) {
    train += source.train.text;
    holdout += source.holdout.text;
  }
  eval::Page page;
  page.title = "Data card: " + manifest.name;
  page.subtitle =
      "Corpus " + manifest.digest.substr(0, 16) + ", built by cria " + manifest.program_version;
  eval::Figures figures;
  figures.items = {{Size(train.bytes), "of text to train on"},
                   {FormatWhole(train.documents), "documents"},
                   {Size(holdout.bytes), "held out"},
                   {std::to_string(manifest.sources.size()), "sources"}};
  if (tokens) {
    figures.items.push_back(
        {FormatCount(static_cast<double>(tokens->Total(false).tokens)), "tokens"});
  }
  page.blocks.push_back(figures);
  page.blocks.push_back(SourceTable(manifest, tokens));
  page.blocks.push_back(LanguageTable(manifest));
  page.blocks.push_back(MeasureCharts(manifest));
  page.blocks.push_back(eval::Heading{"What was left out"});
  for (const corpus::SourceInfo& source : manifest.sources) {
    page.blocks.push_back(DropTable(source));
  }
  if (manifest.contamination.contains("sets")) {
    page.blocks.push_back(eval::Heading{"Contamination"});
    page.blocks.push_back(
        eval::ContaminationTable(manifest.contamination, (corpus_dir / "manifest.json").string()));
  }
  page.blocks.push_back(InputTable(manifest));
  AddSamples(corpus_dir, manifest, &page);
  return page;
}

void WriteCorpusCard(const fs::path& corpus_dir, const fs::path& shards_dir,
                     const fs::path& folder) {
  const eval::Page page = CorpusCard(corpus_dir, shards_dir);
  fs::create_directories(folder);
  eval::WritePage(page, folder);
  Json card = ReadJson(corpus_dir / "manifest.json");
  if (!shards_dir.empty()) card["tokens"] = ReadJson(shards_dir / kShardManifestName)["sources"];
  WriteJson(folder / "card.json", card);
}

void AddCorpusCard(CLI::App* corpus) {
  struct Flags : CommonFlags {
    std::string dir, shards, out;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      AddCommand(corpus, "card", "The data card of a corpus: a page with pictures, and JSON",
                 flags.get(), [flags] {
                   const fs::path out =
                       flags->out.empty() ? fs::path(flags->dir) / "card" : fs::path(flags->out);
                   WriteCorpusCard(flags->dir, flags->shards, out);
                   fmt::print("{}\n", (out / "report.html").string());
                 });
  command->add_option("corpus", flags->dir, "Folder of the corpus")->required();
  command->add_option("--shards", flags->shards, "Token shards made of it, for their counts");
  command->add_option("--out", flags->out, "Folder of the card (default: CORPUS/card)");
  command->footer("Example: cria corpus card corpus --shards shards");
}

}  // namespace cria::app
