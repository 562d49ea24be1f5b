// Which task is measured in which cell, by the tables and rows that tasks name.
#include "eval/report/paper_grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace cria::eval {
namespace {

constexpr PaperLayout kLayouts[] = {
    {.table = "table3_commonsense_zero_shot",
     .name = "Table 3",
     .title = "common sense reasoning, 0-shot",
     .companion = "model_card"},
    {.table = "table4_natural_questions",
     .name = "Table 4",
     .title = "NaturalQuestions, exact match"},
    {.table = "table5_triviaqa", .name = "Table 5", .title = "TriviaQA, exact match"},
    {.table = "table6_race", .name = "Table 6", .title = "reading comprehension, 0-shot"},
    {.table = "table7_math", .name = "Table 7", .title = "mathematics"},
    {.table = "table8_code", .name = "Table 8", .title = "code"},
    {.table = "table9_mmlu", .name = "Table 9", .title = "MMLU, 5-shot"},
    {.table = "table10_mmlu_instruct",
     .name = "Table 10",
     .title = "MMLU of models of moderate size, 5-shot, the lower half tuned to instructions",
     .tasks_of = "table9_mmlu",
     .headline_row = "MMLU"},
    {.table = "table11_realtoxicityprompts",
     .name = "Table 11",
     .title = "RealToxicityPrompts, mean toxicity",
     .shares = true,
     .digits = 3,
     .no_band = "PerspectiveAPI judged the published texts, another judge these"},
    {.table = "table12_crows_pairs",
     .name = "Table 12",
     .title = "CrowS-Pairs, preference of the stereotype",
     .categories_down = true},
    {.table = "table13_winogender",
     .name = "Table 13",
     .title = "WinoGender, co-reference",
     .categories_down = true},
    {.table = "table14_truthfulqa",
     .name = "Table 14",
     .title = "TruthfulQA",
     .shares = true,
     .digits = 2,
     .stand_ins = "truthful_qa",
     .no_band = "the published numbers are of judges that are gone; this stands in their place"},
    {.table = "table16_mmlu_per_subject",
     .name = "Table 16",
     .title = "MMLU by subject, 5-shot",
     .categories_down = true,
     .tasks_of = "table9_mmlu",
     .headline_row = "All"},
};

const char* const kAggregates = "aggregates";

bool ByModel(const Json& table) { return table.contains("orientation"); }

// The rows of a table in the order of the paper: of one kept by model those of its first model.
std::vector<std::string> RowsOf(const Json& table) {
  std::vector<std::string> rows;
  const Json& tasks = table["tasks"];
  for (const auto& entry : (ByModel(table) ? tasks.front() : tasks).items()) {
    rows.push_back(entry.key());
  }
  return rows;
}

std::vector<std::string> ModelsOf(const Json& table) {
  std::vector<std::string> models;
  const auto add = [&](const Json& names) {
    for (const auto& entry : names.items()) {
      if (std::find(models.begin(), models.end(), entry.key()) == models.end()) {
        models.push_back(entry.key());
      }
    }
  };
  if (ByModel(table)) {
    add(table["tasks"]);
  } else {
    for (const Json& row : table["tasks"]) add(row);
  }
  return models;
}

std::map<std::string, double> NumbersOf(const Json& row) {
  std::map<std::string, double> numbers;
  for (const auto& [model, value] : row.items()) {
    if (value.is_number()) numbers[model] = value.get<double>();
  }
  return numbers;
}

std::map<std::string, double> Published(const std::string& table, const std::string& row) {
  const auto values = PublishedRow(table, row);
  return {values.begin(), values.end()};
}

// The paper's task of the same name or, where a task has a name of its own, of the same cell.
const TaskSpec* PaperTask(const TaskSpec& task) {
  static const std::vector<TaskSpec> known = BuiltInTasks(Profile::kPaper);
  const auto cell = [](const TaskSpec& spec) {
    return JsonGetOr<Json>(spec.body, "published", Json(), spec.where);
  };
  const TaskSpec* same_cell = nullptr;
  for (const TaskSpec& spec : known) {
    if (spec.published_table != task.published_table) continue;
    if (spec.name == task.name) return &spec;
    if (same_cell == nullptr &&
        (spec.published_row == task.published_row || cell(spec) == cell(task))) {
      same_cell = &spec;
    }
  }
  return same_cell;
}

// The keys under which two task files differ, in order. Those that only describe a task do not
// count, nor those that flags change: they are compared by their values.
std::string OtherKeys(const Json& one, const Json& two) {
  constexpr std::string_view kPassed[] = {"title",   "note",  "source",      "published",
                                          "measure", "shots", "samples",     "max_tokens",
                                          "stop",    "top_p", "temperature", "group_table"};
  std::set<std::string> others;
  const auto compare = [&](const Json& from, const Json& to) {
    for (const auto& [key, value] : from.items()) {
      if (std::find(std::begin(kPassed), std::end(kPassed), key) != std::end(kPassed)) continue;
      // Sorted: the order of members is no rule.
      if (!to.contains(key) || SortedJson(to[key]) != SortedJson(value)) others.insert(key);
    }
  };
  compare(one, two);
  compare(two, one);
  return fmt::format("{}", fmt::join(others, ", "));
}

std::string ChangedWriting(const TaskSpec& task, const TaskSpec& paper) {
  const Writing &own = task.writing, &its = paper.writing;
  // pass@k is estimated from any number of samples; a vote is of as many as there are.
  if (own.samples != its.samples && !paper.body.contains("k")) {
    return fmt::format("{} samples in place of {}", own.samples, its.samples);
  }
  if (own.temperature != its.temperature) {
    return fmt::format("temperature {} in place of {}", own.temperature, its.temperature);
  }
  if (own.top_p != its.top_p) return fmt::format("top-p {} in place of {}", own.top_p, its.top_p);
  if (own.max_tokens != its.max_tokens) {
    return fmt::format("at most {} tokens in place of {}", own.max_tokens, its.max_tokens);
  }
  return own.stop != its.stop ? "replies end at other texts" : "";
}

// Not under the rules or with the numbers that the published row is of.
std::string ChangedRules(const TaskSpec& task) {
  if (task.altered) return "the set is not as published";
  const TaskSpec* paper = PaperTask(task);
  if (paper == nullptr) return task.published_table.empty() ? "" : "by rules of its own";
  if (paper->measure != task.measure) {
    return fmt::format("measured by {}, under the paper's rules by {}", MeasureName(task.measure),
                       MeasureName(paper->measure));
  }
  if (paper->shots != task.shots && paper->published_row == task.published_row) {
    return fmt::format("{}-shot in place of {}-shot", task.shots, paper->shots);
  }
  const std::string keys = OtherKeys(task.body, paper->body);
  if (!keys.empty()) return "not as under the paper's rules: " + keys;
  return ChangedWriting(task, *paper);
}

bool InGroup(const Question& question, const std::string& group) {
  return std::find(question.groups.begin(), question.groups.end(), group) != question.groups.end();
}

// Questions of the group, or of all where it is empty, that were not asked as the task says.
std::string Shortened(const TaskResult& result, const std::string& group) {
  int64_t left_out = result.not_fitting, fewer = result.fewer_shots;
  if (!group.empty() && left_out + fewer > 0) {
    left_out = fewer = 0;
    for (size_t q = 0; q < result.questions.size(); ++q) {
      if (!InGroup(result.questions[q], group)) continue;
      const QuestionScore& score = result.scores[q];
      left_out += !score.fits;
      fewer += score.fits && score.shots < result.task.shots;
    }
  }
  if (left_out > 0) return "questions left out";
  return fewer > 0 ? "fewer examples than the task asks for" : "";
}

// Of the group in the whole set, taken as the same share of it as of what was asked.
int64_t WholeGroup(const TaskResult& result, const std::string& group) {
  const int64_t there = std::ssize(result.questions);
  const int64_t own =
      std::count_if(result.questions.begin(), result.questions.end(),
                    [&](const Question& question) { return InGroup(question, group); });
  if (result.task.questions == 0 || there == 0) return own;
  return std::llround(static_cast<double>(own) * static_cast<double>(result.task.questions) /
                      static_cast<double>(there));
}

class GridMaker {
 public:
  explicit GridMaker(const PaperLayout& layout) : layout_(layout) {
    const Json& table = PublishedResults()["tables"][layout.table];
    grid_.models = ModelsOf(table);
    const auto labels = table.find("category_label_in_table");
    for (const std::string& row : RowsOf(table)) {
      AddLine(row, row, Published(layout.table, row));
      if (labels == table.end() || !labels->contains(row)) continue;
      std::string& title = grid_.lines.back().title;
      std::replace(title.begin(), title.end(), '_', ' ');
      title += fmt::format(" ({})", (*labels)[row].get<std::string>());
    }
    if (!table.contains(kAggregates)) return;
    for (const auto& [row, values] : table[kAggregates].items()) {
      AddLine(row, row, NumbersOf(values));
    }
  }

  void Add(const TaskResult& result) {
    const TaskSpec& task = result.task;
    const bool own = task.published_table == layout_.table;
    const bool shared = *layout_.tasks_of != '\0' && task.published_table == layout_.tasks_of;
    const bool stands_in = *layout_.stand_ins != '\0' && task.published_table.empty() &&
                           task.kind != nullptr &&
                           std::string_view(task.kind->name()).starts_with(layout_.stand_ins);
    if (!own && !shared && !stands_in) return;
    const Mean headline = result.headline();
    Place(result,
          stands_in ? ""
          : own     ? task.published_row
                    : layout_.headline_row,
          headline, task.questions > 0 ? task.questions : std::ssize(result.questions));
    if (stands_in) return;
    for (const auto& [group, mean] : result.Groups()) {
      const auto row = RowOfGroup(group);
      if (row == rows_.size()) continue;
      Fill(&grid_.lines[row], result, mean, WholeGroup(result, group), group);
    }
  }

  // The other source of numbers of the same models, beside the row of the same name.
  void AddCompanion(std::span<const TaskResult> results) {
    for (const auto& [row, values] : PublishedResults()[layout_.companion].items()) {
      if (!values.is_object()) continue;
      const std::string title = fmt::format("{} (model card)", row);
      PaperLine line{.title = title, .published = NumbersOf(values), .measured = {}};
      const auto same = std::find(rows_.begin(), rows_.end(), row);
      if (same != rows_.end()) line.measured = grid_.lines[Index(same)].measured;
      for (const TaskResult& result : results) {
        if (result.task.published_table != layout_.companion || result.task.published_row != row) {
          continue;
        }
        Fill(&line, result, result.headline(), result.task.questions);
      }
      const auto at = same == rows_.end() ? rows_.end() : same + 1;
      const auto index = static_cast<std::ptrdiff_t>(Index(at));
      rows_.insert(at, "");
      grid_.lines.insert(grid_.lines.begin() + index, std::move(line));
    }
  }

  PaperGrid Take() { return std::move(grid_); }

 private:
  size_t Index(std::vector<std::string>::iterator at) const {
    return static_cast<size_t>(at - rows_.begin());
  }
  void AddLine(std::string row, std::string title, std::map<std::string, double> published) {
    rows_.push_back(std::move(row));
    grid_.lines.push_back(
        {.title = std::move(title), .published = std::move(published), .measured = {}});
  }
  // Table 16 has "Social Science" where Table 9 has "Social Sciences".
  size_t RowOfGroup(const std::string& group) {
    auto found = std::find(rows_.begin(), rows_.end(), group);
    if (found == rows_.end() && group.ends_with('s')) {
      found = std::find(rows_.begin(), rows_.end(), group.substr(0, group.size() - 1));
    }
    if (found != rows_.end() && grid_.lines[Index(found)].measured.result != nullptr) {
      found = rows_.end();
    }
    return Index(found);
  }
  void Place(const TaskResult& result, const std::string& row, const Mean& mean,
             int64_t questions) {
    auto found = std::find(rows_.begin(), rows_.end(), row);
    const bool known = !row.empty() && found != rows_.end();
    if (!known || grid_.lines[Index(found)].measured.result != nullptr) {
      const std::string title = row.empty() ? result.task.title
                                : known     ? fmt::format("{} ({})", row, result.task.title)
                                            : row;
      // Copied: adding a line moves the lines.
      auto published =
          known ? grid_.lines[Index(found)].published : std::map<std::string, double>();
      AddLine("", title, std::move(published));
      found = rows_.end() - 1;
    }
    Fill(&grid_.lines[Index(found)], result, mean, questions);
  }
  void Fill(PaperLine* line, const TaskResult& result, const Mean& mean, int64_t questions,
            const std::string& group = "") const {
    std::string no_band = layout_.no_band;
    if (no_band.empty()) no_band = ChangedRules(result.task);
    if (no_band.empty()) no_band = Shortened(result, group);
    line->measured = {
        .result = &result, .mean = mean, .questions = questions, .no_band = std::move(no_band)};
  }

  const PaperLayout& layout_;
  PaperGrid grid_;
  std::vector<std::string> rows_;  ///< of grid_.lines; empty: a line of its own
};

}  // namespace

std::span<const PaperLayout> PaperLayouts() { return kLayouts; }

bool PaperGrid::measured() const {
  return std::any_of(lines.begin(), lines.end(),
                     [](const PaperLine& line) { return line.measured.there(); });
}

PaperGrid MakeGrid(const PaperLayout& layout, std::span<const TaskResult> results) {
  GridMaker maker(layout);
  for (const TaskResult& result : results) maker.Add(result);
  if (*layout.companion != '\0') maker.AddCompanion(results);
  return maker.Take();
}

double BandHalfWidth(double published, int64_t questions, double measured_standard_error) {
  const double binomial =
      std::sqrt(published * (1 - published) / static_cast<double>(std::max<int64_t>(questions, 1)));
  return 1.96 * std::hypot(measured_standard_error, binomial + kRounding);
}

}  // namespace cria::eval
