// RACE: questions of one article follow each other, those before with their answers.
#include <algorithm>
#include <map>

#include "base/error.h"
#include "eval/kinds/kinds.h"
#include "eval/kinds/set_files.h"

namespace cria::eval {
namespace {

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
    const Json& questions = ListField(article, "questions", where);
    const Json& options = ListField(article, "options", where);
    const Json& answers = ListField(article, "answers", where);
    if (questions.size() != options.size() || questions.size() != answers.size()) {
      throw Error("questions, options and answers are not as many", where, kRestoreSet);
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

class Kind : public TaskKind {
 public:
  const char* name() const override { return "race"; }
  std::vector<std::string_view> keys() const override { return {"files", "articles", "level"}; }
  std::vector<Question> Read(const TaskSpec& task, const fs::path& folder) const override {
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
      for (const Json& option : ListField(record.fields, "options", record.where)) {
        question.choices.push_back(" " + TextOf(option, record.where));
      }
      const std::string answer = text("answer");
      question.gold = answer.size() == 1 ? answer[0] - 'A' : -1;
      if (question.gold < 0 || question.gold >= std::ssize(question.choices)) {
        throw Error("the right answer is none of the options", record.where, kRestoreSet);
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
};

}  // namespace

const TaskKind& RaceKind() {
  static const Kind kind;
  return kind;
}

}  // namespace cria::eval
