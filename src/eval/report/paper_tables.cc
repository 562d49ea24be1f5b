// Both layouts of a table, and the sentences below it.
#include "eval/report/paper_tables.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "eval/report/paper_grid.h"
#include "eval/task_report.h"

namespace cria::eval {
namespace {

// What a table says of itself in published_results.json beside its numbers.
constexpr const char* kFacts[] = {"split", "k", "shots", "temperature"};

double ShareOf(const PaperLayout& layout, double printed) {
  return layout.shares ? printed : printed / 100;
}

std::string PublishedText(const PaperLayout& layout, const PaperLine& line,
                          const std::string& model) {
  const auto found = line.published.find(model);
  if (found == line.published.end()) return "-";
  return fmt::format("{:.{}f}", found->second, layout.digits);
}

// A number as the table prints it, with a digit more where it prints two of a share.
std::string Number(const PaperLayout& layout, double share) {
  return layout.shares ? fmt::format("{:.3f}", share) : fmt::format("{:.1f}", 100 * share);
}

// Why a cell has no band; empty: it has one, or `as` is empty and nothing is wrong with it.
std::string WhyNoBand(const PaperLine& line, const std::string& as) {
  if (!line.measured.no_band.empty()) return line.measured.no_band;
  if (line.published.empty()) return "nothing is published of it";
  if (as.empty()) return "";
  if (!line.published.contains(as)) return "no number of " + as;
  if (line.measured.mean.count >= kFewestForBand) return "";
  return fmt::format("fewer than {} questions", kFewestForBand);
}

enum class Verdict { kNone, kWithin, kBelow, kAbove };

struct Compared {
  Verdict verdict = Verdict::kNone;
  double published = 0, half_width = 0;  ///< shares
};

Compared Compare(const PaperLayout& layout, const PaperLine& line, const std::string& as) {
  const MeasuredCell& cell = line.measured;
  if (!cell.there() || as.empty() || !WhyNoBand(line, as).empty()) return {};
  Compared compared{.published = ShareOf(layout, line.published.at(as))};
  compared.half_width =
      BandHalfWidth(compared.published, cell.questions, cell.mean.standard_error());
  const double difference = cell.mean.value() - compared.published;
  compared.verdict = std::abs(difference) <= compared.half_width ? Verdict::kWithin
                     : difference < 0                            ? Verdict::kBelow
                                                                 : Verdict::kAbove;
  return compared;
}

const char* Word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNone:
      return "";
    case Verdict::kWithin:
      return "within";
    case Verdict::kBelow:
      return "below";
    case Verdict::kAbove:
      return "above";
  }
  return "";
}

std::string MeasuredText(const PaperLayout& layout, const PaperLine& line, const std::string& as) {
  const MeasuredCell& cell = line.measured;
  if (!cell.there()) return "-";
  std::string text = Number(layout, cell.mean.value());
  if (cell.mean.count > 1) text += " ± " + Number(layout, cell.mean.standard_error());
  const Verdict verdict = Compare(layout, line, as).verdict;
  return verdict == Verdict::kNone ? text : fmt::format("{} ({})", text, Word(verdict));
}

std::string Caption(const PaperLayout& layout, bool compared) {
  const Json& table = PublishedResults()["tables"][layout.table];
  std::string text =
      fmt::format("{} of LLaMA (Touvron et al. 2023), {}: {}", layout.name, layout.title,
                  JsonGetOr<std::string>(table, "metric", "", layout.table));
  for (const char* fact : kFacts) {
    const auto found = table.find(fact);
    if (found != table.end() && found->is_string()) {
      text += fmt::format("; {}: {}", fact, found->get<std::string>());
    }
  }
  text += fmt::format(". {}: this model, with its standard error",
                      layout.categories_down ? "Last column" : "Last row");
  return text + (compared ? " and where it lies to the band." : ".");
}

Table ModelsDown(const PaperLayout& layout, const PaperGrid& grid,
                 const PaperTableOptions& options) {
  Table table{.caption = "", .columns = {{"Model"}}, .rows = {}, .total_row = true};
  for (const PaperLine& line : grid.lines) table.columns.push_back({line.title, true});
  for (const std::string& model : grid.models) {
    std::vector<std::string> row = {model};
    for (const PaperLine& line : grid.lines) row.push_back(PublishedText(layout, line, model));
    table.rows.push_back(std::move(row));
  }
  std::vector<std::string> row = {options.model};
  for (const PaperLine& line : grid.lines) row.push_back(MeasuredText(layout, line, options.as));
  table.rows.push_back(std::move(row));
  return table;
}

Table CategoriesDown(const PaperLayout& layout, const PaperGrid& grid,
                     const PaperTableOptions& options) {
  Table table{.caption = "", .columns = {{"Category"}}, .rows = {}};
  for (const std::string& model : grid.models) table.columns.push_back({model, true});
  table.columns.push_back({options.model, true});
  for (const PaperLine& line : grid.lines) {
    std::vector<std::string> row = {line.title};
    for (const std::string& model : grid.models) row.push_back(PublishedText(layout, line, model));
    row.push_back(MeasuredText(layout, line, options.as));
    table.rows.push_back(std::move(row));
  }
  return table;
}

// How many cells lie within the band of `as`, and each that does not. Empty: none was compared.
std::string BandSentences(const PaperLayout& layout, const PaperGrid& grid, const std::string& as) {
  int64_t compared = 0, within = 0;
  std::string outside;
  for (const PaperLine& line : grid.lines) {
    const Compared cell = Compare(layout, line, as);
    if (cell.verdict == Verdict::kNone) continue;
    ++compared;
    within += cell.verdict == Verdict::kWithin;
    if (cell.verdict == Verdict::kWithin) continue;
    outside +=
        fmt::format(" {}: {} against {}, band ± {}: {}.", line.title,
                    Number(layout, line.measured.mean.value()), Number(layout, cell.published),
                    Number(layout, cell.half_width), Word(cell.verdict));
  }
  if (compared == 0) return "";
  std::string text =
      fmt::format("Against {}: {} of {} cells within the band.", as, within, compared);
  if (compared >= 20) text += " By chance alone 1 in 20 lies outside.";
  return text + outside;
}

// Cells that were measured and have no band, by the reason.
std::string NoBandSentences(const PaperGrid& grid, const std::string& as) {
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const PaperLine& line : grid.lines) {
    if (!line.measured.there()) continue;
    const std::string reason = WhyNoBand(line, as);
    if (reason.empty()) continue;
    auto found = std::find_if(reasons.begin(), reasons.end(),
                              [&](const auto& entry) { return entry.first == reason; });
    if (found == reasons.end()) found = reasons.insert(found, {reason, {}});
    found->second.push_back(line.title);
  }
  std::string text;
  for (const auto& [reason, titles] : reasons) {
    text += fmt::format("{}Not compared ({}): {}.", text.empty() ? "" : " ", reason,
                        fmt::join(titles, ", "));
  }
  return text;
}

// Where the companion has other numbers than the table for a row.
std::string CompanionSentence(const PaperLayout& layout) {
  if (*layout.companion == '\0') return "";
  std::string both, alone;
  const Json& rows = PublishedResults()["tables"][layout.table]["tasks"];
  for (const auto& [row, values] : PublishedResults()[layout.companion].items()) {
    if (!values.is_object()) continue;
    std::string& to = rows.contains(row) ? both : alone;
    to += (to.empty() ? "" : ", ") + row;
  }
  return fmt::format(
      "The paper and the model card of the release disagree on {}: both are shown. {} stands in "
      "the card alone.",
      both, alone);
}

// How many samples of the whole set, where the task's note does not say it already; chance where
// there is something to guess.
std::string SizeAndChance(const TaskResult& result) {
  const int64_t there = std::ssize(result.questions);
  std::string text;
  if (result.task.questions == 0) {
    text = fmt::format(" {} questions; how many the whole set has is not known.", there);
  } else if (result.task.questions == there) {
    text = fmt::format(" All {} questions of the set.", there);
  }
  if (result.task.measure != Measure::kWritten) {
    text += fmt::format(" Chance: {:.1f} %.", 100 * result.chance);
  }
  return text;
}

// The first table that a result stands in.
using Explained = std::map<const TaskResult*, std::string>;

void AddNotes(const PaperLayout& layout, const PaperGrid& grid,
              const std::vector<TaskResult>& results, const std::vector<std::string>& notes,
              Explained* explained, std::vector<Block>* blocks) {
  std::set<const TaskResult*> here;
  for (const PaperLine& line : grid.lines) {
    if (line.measured.result != nullptr) here.insert(line.measured.result);
  }
  for (size_t r = 0; r < results.size(); ++r) {
    if (!here.contains(&results[r])) continue;
    const auto [first, is_new] = explained->try_emplace(&results[r], layout.name);
    blocks->emplace_back(
        Paragraph{is_new ? notes[r] + SizeAndChance(results[r])
                         : fmt::format("{}: see {}.", results[r].task.title, first->second)});
  }
}

std::string Introduction(const PaperTableOptions& options) {
  std::string text =
      "±: standard error of the mean over questions; the replies to one question count as one "
      "value. A dash: not reported, not measured, or no question fits the context.";
  if (options.as.empty()) return text;
  return text +
         fmt::format(
             " Within: the number m lies in the band of the published number p of {}, |m - p| <= "
             "1.96 sqrt(se(m)^2 + se(p)^2), where se(p) is the binomial error sqrt(p (1 - p) / n) "
             "over the n questions of the whole set, or of the category in it, plus 0.05 points "
             "of rounding. Both are taken as independent, although they are of the same "
             "questions: the band is rather wide than narrow. Below and above: outside it.",
             options.as);
}

}  // namespace

std::vector<std::string> PublishedModels() {
  std::vector<std::string> models;
  for (const PaperLayout& layout : PaperLayouts()) {
    for (const std::string& model : MakeGrid(layout, {}).models) {
      if (std::find(models.begin(), models.end(), model) == models.end()) models.push_back(model);
    }
  }
  return models;
}

std::vector<Block> PaperTables(const std::vector<TaskResult>& results,
                               const PaperTableOptions& options) {
  const std::vector<std::string> models = PublishedModels();
  if (!options.as.empty() && std::find(models.begin(), models.end(), options.as) == models.end()) {
    throw Error(fmt::format("the paper has no model \"{}\"", options.as), "--as",
                fmt::format("use one of {}", fmt::join(models, ", ")));
  }
  const std::vector<std::string> notes = TaskNotes(results);
  Explained explained;
  std::vector<Block> blocks;
  blocks.reserve(64);
  for (const PaperLayout& layout : PaperLayouts()) {
    const PaperGrid grid = MakeGrid(layout, results);
    if (!grid.measured()) continue;
    if (blocks.empty()) blocks.emplace_back(Paragraph{Introduction(options)});
    blocks.emplace_back(Heading{fmt::format("{}: {}", layout.name, layout.title)});
    Table table = layout.categories_down ? CategoriesDown(layout, grid, options)
                                         : ModelsDown(layout, grid, options);
    const std::string band = BandSentences(layout, grid, options.as);
    table.caption = Caption(layout, !band.empty());
    blocks.emplace_back(std::move(table));
    for (std::string text : {band, NoBandSentences(grid, options.as), CompanionSentence(layout)}) {
      if (!text.empty()) blocks.emplace_back(Paragraph{std::move(text)});
    }
    AddNotes(layout, grid, results, notes, &explained, &blocks);
  }
  return blocks;
}

}  // namespace cria::eval
