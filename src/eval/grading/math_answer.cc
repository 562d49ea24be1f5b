// Boxes, the sentence that Minerva's prompt asks for, and votes.
#include "eval/grading/math_answer.h"

#include <algorithm>
#include <unordered_map>

#include "base/ascii.h"
#include "eval/grading/exact_form.h"
#include "eval/grading/exact_number.h"
#include "eval/grading/minerva_form.h"

namespace cria::eval {
namespace {

// The length of "\boxed" or "\fbox" in front of `text`, or 0.
size_t BoxCommand(std::string_view text) {
  for (const std::string_view name : {"\\boxed", "\\fbox"}) {
    if (!text.starts_with(name)) continue;
    return text.size() > name.size() && IsLetter(text[name.size()]) ? 0 : name.size();
  }
  return 0;
}

// What an unbraced box holds: up to the end of the formula, of the group, of the row.
std::string_view UnbracedBox(std::string_view text) {
  size_t at = 0;
  for (int64_t depth = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '$' || c == '\n' || text.substr(at).starts_with("\\\\")) break;
    if (c == '\\' && at + 1 < text.size()) {
      ++at;
      continue;
    }
    depth += (c == '{') - (c == '}');
    if (depth < 0) break;
  }
  return Trimmed(Trimmed(text.substr(0, at)), ".");
}

}  // namespace

std::optional<std::string> BoxedAnswer(std::string_view solution) {
  struct Brace {
    size_t inside;
    bool box;
  };
  std::vector<Brace> open;
  size_t start = 0;  // of the contents of the last box so far; 0 is none
  std::string_view answer;
  for (size_t at = 0; at < solution.size(); ++at) {
    const char c = solution[at];
    if (c == '{') {
      open.push_back({at + 1, false});
    } else if (c == '}' && !open.empty()) {
      const auto [inside, box] = open.back();
      open.pop_back();
      if (!box || inside < start || inside == at) continue;
      start = inside;
      answer = solution.substr(start, at - start);
    } else if (c == '\\') {
      const size_t command = BoxCommand(solution.substr(at));
      if (command == 0) {
        // The next sign is escaped, unless a text with doubled backslashes has a box there.
        if (BoxCommand(solution.substr(at + 1)) == 0) ++at;
        continue;
      }
      at += command;
      while (at < solution.size() && solution[at] == ' ') ++at;
      if (at < solution.size() && solution[at] == '{') {
        open.push_back({at + 1, true});
      } else {
        if (!Trimmed(solution.substr(at, 1), "$}.\n").empty()) {
          start = at;
          answer = {};
        }
        --at;
      }
    }
  }
  if (start > 0 && answer.empty()) answer = UnbracedBox(solution.substr(start));
  if (answer.empty()) return std::nullopt;
  return std::string(answer);
}

std::optional<std::string> MathFinalAnswer(std::string_view written) {
  constexpr std::string_view kSentence = "Final Answer: The final answer is";
  if (const size_t at = written.find(kSentence); at != written.npos) {
    std::string_view answer = written.substr(at + kSentence.size());
    for (const std::string_view end : {"I hope it is correct", "\n\n", "\nProblem:"}) {
      answer = answer.substr(0, answer.find(end));
    }
    answer = Trimmed(answer);
    if (answer.ends_with('.')) answer.remove_suffix(1);
    answer = Trimmed(answer);
    if (!answer.empty()) return std::string(answer);
  }
  return BoxedAnswer(written);
}

std::string NormalizeMathAnswer(std::string_view answer) {
  std::string text = NormalizeRightSide(RightSide(answer));
  const std::string digits = ReplaceAll(text, ",", "");
  return !digits.empty() && DigitsAt(digits, 0) == digits.size() ? digits : text;
}

std::string CanonicalMathAnswer(std::string_view answer, MathRule rule) {
  if (rule == MathRule::kMinervaText) return NormalizeMathAnswer(answer);
  // Of "x = 5" the value counts; "x + y - 5 = 0" is an answer as a whole.
  std::string_view side = RightSide(answer);
  if (answer.substr(0, answer.size() - side.size()).find_first_of("+-") != answer.npos) {
    side = answer;
  }
  return CanonicalMembers(NormalizeRightSide(WithoutLook(side)));
}

bool SameMathAnswer(std::string_view a, std::string_view b, MathRule rule) {
  return CanonicalMathAnswer(a, rule) == CanonicalMathAnswer(b, rule);
}

std::optional<size_t> Majority(const std::vector<std::optional<std::string>>& canonical) {
  std::unordered_map<std::string_view, size_t> votes;
  for (const auto& answer : canonical) {
    if (answer && !answer->empty()) ++votes[*answer];
  }
  std::optional<size_t> winner;
  size_t most = 0;
  for (size_t i = 0; i < canonical.size(); ++i) {
    if (!canonical[i] || canonical[i]->empty()) continue;
    const size_t count = votes[*canonical[i]];
    if (count <= most) continue;
    most = count;
    winner = i;
  }
  return winner;
}

}  // namespace cria::eval
