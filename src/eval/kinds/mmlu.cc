// MMLU: a folder of subjects, with examples of each.
#include <algorithm>

#include "base/error.h"
#include "eval/csv_table.h"
#include "eval/kinds/kinds.h"
#include "eval/kinds/set_files.h"

namespace cria::eval {
namespace {

// The columns of its files, which have no header: question, A, B, C, D, answer.
using Row = std::vector<std::string>;
enum Column { kQuestion, kA, kB, kC, kD, kAnswer };

CsvTable Open(const fs::path& path) {
  return CsvTable(path, {"question", "A", "B", "C", "D", "answer"});
}

// The text of a question of MMLU, up to "Answer:". Some have blanks around them, which the
// harness takes away and the set's authors do not.
std::string Letters(const Row& row, bool strip) {
  std::string text = strip ? Strip(row[kQuestion]) : row[kQuestion];
  for (const Column c : {kA, kB, kC, kD}) text += fmt::format("\n{}. {}", "ABCD"[c - kA], row[c]);
  return text + "\nAnswer:";
}

std::vector<std::string> Examples(const fs::path& path, int count, bool strip) {
  std::vector<std::string> shots;
  CsvTable table = Open(path);
  for (Row row; std::ssize(shots) < count && table.NextRow(&row);) {
    shots.push_back(Letters(row, strip) + " " + row[kAnswer] + "\n\n");
  }
  return shots;
}

class Kind : public TaskKind {
 public:
  const char* name() const override { return "mmlu"; }
  std::vector<std::string_view> keys() const override {
    return {"folder", "header", "strip", "categories", "shots", "published_shots"};
  }
  std::vector<Question> Read(const TaskSpec& task, const fs::path& folder) const override {
    const fs::path base = folder / JsonGet<std::string>(task.body, "folder", task.where);
    const auto header = JsonGet<std::string>(task.body, "header", task.where);
    const auto strip = JsonGetOr(task.body, "strip", false, task.where);
    std::vector<Question> questions;
    for (const auto& entry : ObjectField(task.body, "categories", task.where).items()) {
      const std::string& subject = entry.key();
      const std::string category = TextOf(entry.value(), task.where);
      const fs::path test = Packed(base / "test" / (subject + "_test.csv"));
      if (!fs::exists(test)) continue;
      std::string spaced = subject;
      std::replace(spaced.begin(), spaced.end(), '_', ' ');
      const std::vector<std::string> shots =
          Examples(Packed(base / "dev" / (subject + "_dev.csv")), task.shots, strip);
      CsvTable table = Open(test);
      for (Row row; table.NextRow(&row);) {
        const std::string& answer = row[kAnswer];
        if (answer.size() != 1 || answer[0] < 'A' || answer[0] > 'D') {
          throw Error(fmt::format("\"{}\" is no answer", answer.substr(0, 40)), table.where(),
                      kRestoreSet);
        }
        questions.push_back({.id = table.where(),
                             .groups = {subject, category},
                             .header = FillIn(header, Json{{"subject", spaced}}, task.where),
                             .shots = shots,
                             .contexts = {Letters(row, strip)},
                             .choices = {" A", " B", " C", " D"},
                             .gold = answer[0] - 'A'});
      }
    }
    return questions;
  }
};

}  // namespace

const TaskKind& MmluKind() {
  static const Kind kind;
  return kind;
}

}  // namespace cria::eval
