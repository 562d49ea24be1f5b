// COPA (SuperGLUE's form): a premise, then the likelier of two causes or effects. The model card
// has numbers for it, the paper does not; the prompt is that of the EleutherAI harness.
#include <algorithm>

#include "base/error.h"
#include "eval/kinds/kinds.h"
#include "eval/kinds/set_files.h"

namespace cria::eval {
namespace {

// "the man fell": as the middle of a sentence has it, behind blanks.
std::string InSentence(const std::string& blanks, std::string text) {
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] ^= 0x20;
  return blanks + text;
}

class Kind : public TaskKind {
 public:
  const char* name() const override { return "copa"; }
  std::vector<std::string_view> keys() const override { return {"files", "blanks"}; }
  std::vector<Question> Read(const TaskSpec& task, const fs::path& folder) const override {
    // The harness writes two: its own, and that of the choice.
    const auto blanks = JsonGetOr<std::string>(task.body, "blanks", " ", task.where);
    std::vector<Question> questions;
    for (const Record& record : ReadJsonLines(FirstOf(task, folder))) {
      const auto text = [&](const char* field) {
        return Strip(TextField(record.fields, field, record.where));
      };
      const std::string asked = text("question");
      if (asked != "cause" && asked != "effect") {
        throw Error(fmt::format("\"{}\" is asked for", asked.substr(0, 40)), record.where,
                    "cause or effect: restore the file from its source");
      }
      std::string premise = text("premise");
      if (premise.ends_with('.')) premise.pop_back();
      const Json& label = Field(record.fields, "label", record.where);
      if (label != 0 && label != 1) {
        throw Error("the label is neither 0 nor 1", record.where, kRestoreSet);
      }
      questions.push_back(
          {.id = record.where,
           .contexts = {premise + (asked == "cause" ? " because" : " therefore")},
           .choices = {InSentence(blanks, text("choice1")), InSentence(blanks, text("choice2"))},
           .gold = label.get<int>()});
    }
    return questions;
  }
};

}  // namespace

const TaskKind& CopaKind() {
  static const Kind kind;
  return kind;
}

}  // namespace cria::eval
