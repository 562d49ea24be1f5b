// Conditions: which branch is read, and what is left out.
#include <algorithm>

#include "corpus/formats/latex/latex_reading.h"
#include "corpus/formats/latex/latex_scan.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;

}  // namespace

// "\iffoo", "\footrue", "\foofalse" of a \newif.
bool LatexReading::Flag(std::string_view control) {
  if (const auto value = conditions_.Value(control.substr(1))) {
    Decide(*value, control);
    return true;
  }
  if (!conditions_.Set(control.substr(1))) return false;
  DropWord();
  return true;
}

void LatexReading::If(std::string_view control) {
  // Where formulas begin and end is not known here.
  if (control == "\\ifmmode") {
    branches_.push_back(Branch::kForeign);
    return EmitControl(control);
  }
  LatexFrame& frame = input_.top();
  const size_t at = frame.at;
  const LatexTests tests(conditions_, macros_);
  const bool value = tests.Primitive(control.substr(1), frame.text, &frame.at).value_or(false);
  const size_t branches = branches_.size();
  Decide(value, control);
  const bool failed = branches_.size() > branches && branches_.back() == Branch::kForeign;
  if (failed) frame.at = at;
}

void LatexReading::Test(const LatexTest& test, std::string_view control) {
  LatexMacro shape;
  shape.parameters.resize(static_cast<size_t>(test.tested + test.then_part + test.else_part));
  const int depth = input_.top().depth;
  if (budget_ < 0 || depth >= kMaxDepth) {
    ++result_.macro_limit;
    return EmitControl(control);
  }
  const std::string name(control);
  StartUse(control);
  std::vector<std::string> arguments;
  bool starred = false;
  int64_t cost = kExpansionCost;
  const bool taken = input_.TakeArguments(shape, &starred, &arguments, &cost);
  budget_ -= cost;
  one_budget_ -= kExpansionCost;
  if (!taken) return EmitControl(name);
  if (test.kind == LatexTest::kSetBool || test.kind == LatexTest::kSetToggle) {
    const std::string kind = test.kind == LatexTest::kSetBool ? "if" : "toggle ";
    const std::string_view value = test.tested > 1 ? std::string_view(arguments[1]) : test.value;
    conditions_.Set(kind + arguments[0], value == "true");
    return DropWord();
  }
  const bool holds = LatexTests(conditions_, macros_).Holds(test, arguments);
  const auto place = static_cast<size_t>(test.tested);
  if (holds ? !test.then_part : !test.else_part) return;
  std::string& text = arguments[holds || !test.then_part ? place : place + 1];
  // A whole chapter may be the text.
  one_budget_ += kBudgetPerByte * static_cast<int64_t>(text.size());
  Push(std::move(text), depth + 1, true);
}

void LatexReading::Decide(bool value, std::string_view control) {
  if (!value) {
    bool otherwise = false;
    if (!SkipBranch(true, &otherwise)) {
      branches_.push_back(Branch::kForeign);
      return EmitControl(control);
    }
    if (!otherwise) return DropWord();
  }
  branches_.push_back(Branch::kOurs);
  DropWord();
}

void LatexReading::Else(std::string_view control) {
  bool otherwise = false;
  if (branches_.empty() || branches_.back() == Branch::kForeign || !SkipBranch(false, &otherwise)) {
    return EmitControl(control);
  }
  branches_.pop_back();
  DropWord();
}

void LatexReading::Fi(std::string_view control) {
  const bool ours = !branches_.empty() && branches_.back() == Branch::kOurs;
  if (!branches_.empty()) branches_.pop_back();
  ours ? DropWord() : EmitControl(control);
}

// To behind the \fi of the branch that begins here, or its \else if that counts. Looks in this
// text only.
bool LatexReading::SkipBranch(bool stop_at_else, bool* at_else) {
  LatexFrame& frame = input_.top();
  if (budget_ < 0) return false;
  const size_t end =
      conditions_.BranchEnd(frame.text, frame.at, at_is_letter_, stop_at_else, at_else);
  if (end == kNone) {
    budget_ -= static_cast<int64_t>(frame.text.size() - frame.at);
    return false;
  }
  frame.at = end;
  return true;
}

}  // namespace cria::corpus
