// The general form (fields into templates), and the sets that need more: RACE, whose questions of
// one article follow each other, MMLU, a folder of subjects, and questions without choices.
#include "eval/questions.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "eval/task_records.h"

namespace cria::eval {
namespace {

constexpr const char* kRemedy = "restore the file from its source, or correct the task";

// The file itself or a compressed one, whichever is there.
fs::path Packed(const fs::path& file) {
  for (const char* ending : {".gz", ".zst"}) {
    if (!fs::exists(file) && fs::exists(file.string() + ending)) return file.string() + ending;
  }
  return file;
}

// The first of the files under `key` that is there; an empty path: none.
fs::path FirstThere(const TaskSpec& task, const char* key, const fs::path& folder) {
  for (const auto& name : JsonGetOr<std::vector<std::string>>(task.body, key, {}, task.where)) {
    const fs::path file = Packed(folder / name);
    if (fs::exists(file)) return file;
  }
  return {};
}

fs::path FirstOf(const TaskSpec& task, const fs::path& folder) {
  const fs::path found = FirstThere(task, "files", folder);
  if (!found.empty()) return found;
  const auto names = JsonGet<std::vector<std::string>>(task.body, "files", task.where);
  throw Error(fmt::format("the questions of {} are not there", task.name), folder.string(),
              fmt::format("put {} there (cria eval --list says where they come from)",
                          fmt::join(names, " or ")));
}

std::string Strip(std::string text) {
  const char* const kBlank = " \t\r\n";
  text.erase(0, std::min(text.find_first_not_of(kBlank), text.size()));
  text.erase(text.find_last_not_of(kBlank) + 1);
  return text;
}

void ReplaceAll(std::string* text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text->find(from, at)) != std::string::npos; at += to.size()) {
    text->replace(at, from.size(), to);
  }
}

// What WikiHow's mark-up left in HellaSwag, as the EleutherAI harness takes it away.
std::string CleanHellaSwag(const std::string& text) {
  std::string clean = Strip(text);
  ReplaceAll(&clean, " [title]", ". ");
  // Brackets of one line, from the first "[" to the next "]".
  for (size_t open = 0; (open = clean.find('[', open)) != std::string::npos;) {
    const size_t close = clean.find_first_of("]\n", open);
    if (close == std::string::npos) break;
    if (clean[close] == ']') {
      clean.erase(open, close + 1 - open);
    } else {
      open = close;
    }
  }
  ReplaceAll(&clean, "  ", " ");
  return clean;
}

// Adds {before} and {after} of the mark in a field.
void Split(const std::vector<std::string>& rule, const std::string& where, Json* fields) {
  const std::string text = TextField(*fields, rule[0], where);
  const size_t at = text.find(rule[1]);
  if (at == std::string::npos) {
    throw Error(fmt::format("\"{}\" has no \"{}\"", rule[0], rule[1]), where, kRemedy);
  }
  (*fields)["before"] = text.substr(0, at);
  (*fields)["after"] = Strip(text.substr(at + rule[1].size()));
}

class GeneralTask {
 public:
  explicit GeneralTask(const TaskSpec& task)
      : where_(task.where),
        contexts_(Texts(task, "contexts", "context")),
        choices_(JsonGetOr<std::vector<std::string>>(task.body, "choices", {}, where_)),
        choices_of_(Text(task, "choices_of")),
        choice_(Text(task, "choice")),
        gold_(Text(task, "gold")),
        gold_of_(Text(task, "gold_of")),
        gold_values_(JsonGetOr<std::vector<std::string>>(task.body, "gold_values", {}, where_)),
        split_(JsonGetOr<std::vector<std::string>>(task.body, "split", {}, where_)),
        first_label_(JsonGetOr<int64_t>(task.body, "first_label", 0, where_)),
        clean_(Text(task, "clean") == "hellaswag") {
    if (contexts_.empty() || choices_.empty() == choices_of_.empty() ||
        choices_of_.empty() != choice_.empty()) {
      throw Error("the task has no context, or not one kind of choices", where_,
                  "give \"context\" and either \"choices\" or \"choices_of\" with \"choice\"");
    }
    if (!split_.empty() && split_.size() != 2) {
      throw Error("\"split\" takes a field and a mark", where_, "write [\"sentence\", \"_\"]");
    }
  }

  /// `label` as a file of its own has it; null: a field.
  Question Make(Record record, const int64_t* label) const {
    Question question;
    question.id = record.where;
    if (!split_.empty()) Split(split_, record.where, &record.fields);
    for (const std::string& context : contexts_) {
      question.contexts.push_back(Written(context, record.fields, record.where));
    }
    std::vector<std::string> values = gold_values_;
    if (!choices_of_.empty()) {
      for (const Json& item : Field(record.fields, choices_of_, record.where)) {
        question.choices.push_back(Written(choice_, item, record.where));
        if (!gold_of_.empty()) values.push_back(TextField(item, gold_of_, record.where));
      }
      if (clean_) {  // behind its blank
        for (std::string& choice : question.choices) choice = " " + choice;
      }
    } else {
      for (const std::string& choice : choices_) {
        question.choices.push_back(FillIn(choice, record.fields, record.where));
      }
    }
    const size_t choices = question.choices.size();
    if (question.contexts.size() != 1 && question.contexts.size() != choices) {
      throw Error(fmt::format("{} contexts for {} choices", question.contexts.size(), choices),
                  record.where, "give one context, or one a choice");
    }
    for (const std::string& choice : question.choices) {
      if (choice.find_first_not_of(' ') == std::string::npos) {
        throw Error("a choice is empty", record.where, kRemedy);
      }
    }
    question.gold = Gold(record, label, values);
    if (question.gold < 0 || question.gold >= std::ssize(question.choices)) {
      throw Error(
          fmt::format("the right answer is none of the {} choices", question.choices.size()),
          record.where, kRemedy);
    }
    return question;
  }

 private:
  static std::string Text(const TaskSpec& task, const char* key) {
    return JsonGetOr<std::string>(task.body, key, "", task.where);
  }
  static std::vector<std::string> Texts(const TaskSpec& task, const char* many, const char* one) {
    if (task.body.contains(one)) return {Text(task, one)};
    return JsonGetOr<std::vector<std::string>>(task.body, many, {}, task.where);
  }
  std::string Written(const std::string& text, const Json& fields, const std::string& where) const {
    const std::string filled = FillIn(text, fields, where);
    return clean_ ? CleanHellaSwag(filled) : filled;
  }
  int Gold(const Record& record, const int64_t* label,
           const std::vector<std::string>& values) const {
    if (label != nullptr) {
      return static_cast<int>(std::clamp<int64_t>(*label - first_label_, -1, 1 << 20));
    }
    const std::string gold = FillIn(gold_, record.fields, record.where);
    if (values.empty()) {
      if (gold.empty() || gold.find_first_not_of("0123456789") != std::string::npos) return -1;
      return static_cast<int>(std::stoll(gold.substr(0, 9)) - first_label_);
    }
    const auto found = std::find(values.begin(), values.end(), gold);
    return found == values.end() ? -1 : static_cast<int>(found - values.begin());
  }

  std::string where_;
  std::vector<std::string> contexts_, choices_;
  std::string choices_of_, choice_, gold_, gold_of_;
  std::vector<std::string> gold_values_, split_;
  int64_t first_label_;
  bool clean_;
};

std::vector<Question> General(const TaskSpec& task, const fs::path& folder) {
  const GeneralTask general(task);
  const fs::path path = FirstOf(task, folder);
  std::vector<Record> records = ReadJsonLines(path);
  const auto label_file = JsonGetOr<std::string>(task.body, "labels", "", task.where);
  std::vector<int64_t> labels;
  if (!label_file.empty()) {
    const fs::path from = Packed(folder / label_file);
    labels = ReadLabels(from);
    if (labels.size() != records.size()) {
      throw Error(fmt::format("{} labels for {} questions", labels.size(), records.size()),
                  from.string(), "restore both files from their source");
    }
  }
  std::vector<Question> questions;
  for (size_t i = 0; i < records.size(); ++i) {
    questions.push_back(general.Make(std::move(records[i]), labels.empty() ? nullptr : &labels[i]));
  }
  return questions;
}

// A question of RACE with its answer: filled into the blank, or behind the question.
std::string Solved(const std::string& question, const std::string& answer) {
  const size_t blank = question.find("  _  ");
  const size_t line = blank == std::string::npos ? question.find('_') : blank + 2;
  if (line == std::string::npos) {
    return fmt::format("Question: {}\nAnswer: {}\n", question, answer);
  }
  std::string filled = question;
  filled.replace(line, 1, answer);
  return filled + "\n";
}

// RACE as its authors have it, a file an article, as records of one question each.
std::vector<Record> ReadArticles(const fs::path& folder, const std::string& level) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Record> records;
  for (const fs::path& file : files) {
    const Json article = ReadJson(file);
    const std::string where = file.string();
    const Json& questions = Field(article, "questions", where);
    const Json& options = Field(article, "options", where);
    const Json& answers = Field(article, "answers", where);
    if (questions.size() != options.size() || questions.size() != answers.size()) {
      throw Error("questions, options and answers are not as many", where, kRemedy);
    }
    for (size_t q = 0; q < questions.size(); ++q) {
      records.push_back({{{"example_id", level + file.filename().string()},
                          {"article", Field(article, "article", where)},
                          {"question", questions[q]},
                          {"options", options[q]},
                          {"answer", answers[q]}},
                         fmt::format("{}, question {}", where, q + 1)});
    }
  }
  return records;
}

std::vector<Question> Race(const TaskSpec& task, const fs::path& folder) {
  const auto level = JsonGet<std::string>(task.body, "level", task.where);
  const fs::path articles = folder / JsonGet<std::string>(task.body, "articles", task.where);
  std::map<std::string, std::string> solved;  // of each article so far
  std::vector<Question> questions;
  for (const Record& record : fs::is_directory(articles) ? ReadArticles(articles, level)
                                                         : ReadJsonLines(FirstOf(task, folder))) {
    const auto text = [&](const char* name) {
      return TextField(record.fields, name, record.where);
    };
    const std::string article = text("example_id");
    if (!article.starts_with(level)) continue;
    Question question;
    question.id = record.where;
    for (const Json& option : Field(record.fields, "options", record.where)) {
      question.choices.push_back(" " + TextOf(option, record.where));
    }
    const std::string answer = text("answer");
    question.gold = answer.size() == 1 ? answer[0] - 'A' : -1;
    if (question.gold < 0 || question.gold >= std::ssize(question.choices)) {
      throw Error("the right answer is none of the options", record.where, kRemedy);
    }
    std::string& before = solved[article];
    question.contexts = {
        fmt::format("Article: {}\n\n{}{}", text("article"), before, text("question"))};
    before +=
        Solved(text("question"), question.choices[static_cast<size_t>(question.gold)].substr(1));
    questions.push_back(std::move(question));
  }
  return questions;
}

// The text of a question of MMLU, up to "Answer:".
std::string Letters(const Json& fields) {
  std::string text = fields["question"].get<std::string>();
  for (const char* letter : {"A", "B", "C", "D"}) {
    text += fmt::format("\n{}. {}", letter, fields[letter].get<std::string>());
  }
  return text + "\nAnswer:";
}

std::vector<Question> Mmlu(const TaskSpec& task, const fs::path& folder) {
  const fs::path base = folder / JsonGet<std::string>(task.body, "folder", task.where);
  const auto header = JsonGet<std::string>(task.body, "header", task.where);
  const std::vector<std::string> columns = {"question", "A", "B", "C", "D", "answer"};
  std::vector<Question> questions;
  const auto categories = JsonGet<Json>(task.body, "categories", task.where);
  for (const auto& entry : categories.items()) {
    const std::string& subject = entry.key();
    const fs::path test = Packed(base / "test" / (subject + "_test.csv"));
    if (!fs::exists(test)) continue;
    std::string spaced = subject;
    std::replace(spaced.begin(), spaced.end(), '_', ' ');
    std::vector<std::string> shots;
    for (const Record& r : ReadCsv(Packed(base / "dev" / (subject + "_dev.csv")), columns)) {
      if (std::ssize(shots) == task.shots) break;
      shots.push_back(Letters(r.fields) + " " + r.fields["answer"].get<std::string>() + "\n\n");
    }
    for (const Record& r : ReadCsv(test, columns)) {
      const std::string answer = r.fields["answer"].get<std::string>();
      if (answer.size() != 1 || answer[0] < 'A' || answer[0] > 'D') {
        throw Error(fmt::format("\"{}\" is no answer", answer.substr(0, 40)), r.where, kRemedy);
      }
      questions.push_back({.id = r.where,
                           .group = subject,
                           .header = FillIn(header, Json{{"subject", spaced}}, task.where),
                           .shots = shots,
                           .contexts = {Letters(r.fields)},
                           .choices = {" A", " B", " C", " D"},
                           .gold = answer[0] - 'A'});
    }
  }
  return questions;
}

// The first of several names that a record's field may have.
const Json& FirstField(const std::vector<std::string>& paths, const Record& record) {
  for (const std::string& path : paths) {
    if (record.fields.contains(path.substr(0, path.find('.')))) {
      return Field(record.fields, path, record.where);
    }
  }
  return Field(record.fields, paths.at(0), record.where);
}

class ClosedBook {
 public:
  explicit ClosedBook(const TaskSpec& task)
      : asks_(JsonGet<std::vector<std::string>>(task.body, "asks", task.where)),
        answers_(JsonGet<std::vector<std::string>>(task.body, "answers", task.where)),
        as_sentence_(JsonGetOr(task.body, "as_sentence", false, task.where)) {}

  /// "Q: ...\nA:" (LLaMA, Figure 3).
  std::string Asked(const Record& record) const {
    std::string text = TextOf(FirstField(asks_, record), record.where);
    if (as_sentence_ && !text.empty()) {
      if (text[0] >= 'a' && text[0] <= 'z') text[0] ^= 0x20;
      if (text.back() != '?') text += '?';
    }
    return "Q: " + text + "\nA:";
  }
  std::vector<std::string> Answers(const Record& record) const {
    std::vector<std::string> answers;
    for (const Json& answer : FirstField(answers_, record)) {
      answers.push_back(TextOf(answer, record.where));
    }
    if (answers.empty()) throw Error("the question has no answer", record.where, kRemedy);
    return answers;
  }

 private:
  std::vector<std::string> asks_, answers_;
  bool as_sentence_;
};

std::vector<Question> ClosedBookQuestions(const TaskSpec& task, const fs::path& folder) {
  const ClosedBook rule(task);
  std::vector<Record> records = ReadJsonLines(FirstOf(task, folder));
  const fs::path training = FirstThere(task, "examples", folder);
  std::vector<Record> examples;
  const auto shots = static_cast<size_t>(task.shots);
  if (!training.empty()) {
    examples = ReadJsonLines(training);
  } else {
    examples.assign(records.begin(), records.begin() + std::min(shots, records.size()));
    records.erase(records.begin(), records.begin() + std::ssize(examples));
  }
  std::vector<std::string> solved;
  for (size_t s = 0; s < std::min(shots, examples.size()); ++s) {
    solved.push_back(rule.Asked(examples[s]) + " " + rule.Answers(examples[s])[0] + "\n");
  }
  const auto header = JsonGet<std::string>(task.body, "header", task.where);
  std::vector<Question> questions;
  for (const Record& record : records) {
    questions.push_back({.id = record.where,
                         .header = header,
                         .shots = solved,
                         .contexts = {rule.Asked(record)},
                         .answers = rule.Answers(record)});
  }
  return questions;
}

}  // namespace

std::string Question::ContextOf(size_t choice, size_t shots_given) const {
  std::string text = header;
  for (size_t s = 0; s < std::min(shots_given, shots.size()); ++s) text += shots[s];
  return text + contexts[contexts.size() == 1 ? 0 : choice];
}

std::vector<Question> ReadQuestions(const TaskSpec& task, const fs::path& folder) {
  std::vector<Question> questions = task.kind == TaskKind::kRace   ? Race(task, folder)
                                    : task.kind == TaskKind::kMmlu ? Mmlu(task, folder)
                                    : task.kind == TaskKind::kClosedBook
                                        ? ClosedBookQuestions(task, folder)
                                        : General(task, folder);
  if (questions.empty()) {
    throw Error(fmt::format("{} has no questions", task.name), folder.string(), kRemedy);
  }
  return questions;
}

}  // namespace cria::eval
