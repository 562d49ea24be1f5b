// Definitions, and macros put in where they are used.
#include <algorithm>

#include "corpus/formats/latex/latex_reading.h"
#include "corpus/formats/latex/latex_scan.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;

}  // namespace

void LatexReading::Define(size_t begin, std::string_view control) {
  LatexFrame& frame = input_.top();
  if (vain_bytes_ > kMaxVainBytes) return EmitControl(control);
  const auto definition = ParseLatexDefinition(frame.text, begin, frame.at);
  if (!definition) {
    vain_bytes_ += static_cast<int64_t>(std::min(frame.text.size() - begin, size_t{256} << 10));
    return EmitControl(control);
  }
  frame.at = definition->end;
  switch (definition->kind) {
    case LatexDefinition::kMacro:
      macros_.Define(*definition);
      break;
    case LatexDefinition::kLet:
      // A copy of a long text each; behind the budget no macro is expanded any more.
      if (budget_ >= 0) budget_ -= macros_.Let(*definition);
      return DropWord();
    case LatexDefinition::kIf:
      if (definition->expandable) conditions_.Declare(definition->name);
      break;
    case LatexDefinition::kOther:
      break;
  }
  DropLine();
}

void LatexReading::Prefix(std::string_view control) {
  LatexFrame& frame = input_.top();
  const size_t next = SkipLatexBlanks(frame.text, frame.at);
  if (next < frame.text.size() && frame.text[next] == '\\') {
    const std::string_view word =
        frame.text.substr(next + 1, ControlEnd(frame.text, next) - next - 1);
    const auto known = LatexWords().find(word);
    if (DefinesLatexMacro(word) ||
        (known != LatexWords().end() && known->second == Word::kPrefix)) {
      frame.at = next;
      return;
    }
  }
  EmitControl(control);
}

// The package's rule: a space unless punctuation or a blank follows; a "$" more often ends a
// formula, where spaces mean nothing, than begins one.
void LatexReading::Xspace() {
  LatexFrame& frame = input_.top();
  if (frame.is_source) frame.at = SkipLatexBlanks(frame.text, frame.at);
  const char next = input_.Peek();
  if (next == '\\' || next == '(' || next == '`' || IsLatexLetter(next) ||
      (next >= '0' && next <= '9') || static_cast<unsigned char>(next) >= 0x80) {
    out() += ' ';
  }
}

// An outermost use begins, to which GiveUp may return.
void LatexReading::StartUse(std::string_view control) {
  if (!input_.top().is_source) return;
  undo_ = {input_.size() - 1, input_.top().at, out().size(), branches_.size(),
           std::string(control)};
  can_undo_ = true;
  one_budget_ = kMaxOneExpansion;
}

void LatexReading::Expand(std::string_view control, LatexMacro* macro) {
  // Without this, looking for arguments would go on for free.
  if (macro->blocked || budget_ < 0) {
    ++result_.macro_limit;
    return EmitControl(control);
  }
  const int depth = input_.top().depth;
  StartUse(control);
  const bool word = IsLatexLetter(control.back());
  if (macro->parameters.empty() && macro->prefix.empty() && word) EndName(*macro);
  std::vector<std::string> arguments;
  bool starred = false;
  int64_t cost = kExpansionCost;
  const std::string name(control);
  const bool taken = input_.TakeArguments(*macro, &starred, &arguments, &cost);
  std::string text;
  if (!Charge(cost) || depth >= kMaxDepth) return GiveUp(name, macro);
  if (!taken) return EmitControl(name);
  if (macro->literal) {
    return macro->body.starts_with('\\') ? EmitControl(macro->body) : writer_.Emit(macro->body);
  }
  if (!SubstituteLatex(starred ? macro->starred : macro->body, arguments,
                       static_cast<size_t>(std::max<int64_t>(0, one_budget_)), &text) ||
      !Charge(static_cast<int64_t>(text.size()))) {
    return GiveUp(name, macro);
  }
  Push(std::move(text), depth + 1, macro->parameters.empty());
}

// What TeX does behind a control word: blanks are no part of the text. They stay where they do
// not glue letters together, for the eye: "\R \times \R". An empty group is only a stop.
void LatexReading::EndName(const LatexMacro& macro) {
  LatexFrame& frame = input_.top();
  if (frame.text.substr(frame.at, 2) == "{}") {
    if (!EndsInControlWord(macro.body) || macro.body.ends_with("\\xspace")) frame.at += 2;
    return;
  }
  const size_t next = SkipLatexBlanks(frame.text, frame.at);
  if (next == frame.at || next == frame.text.size() || macro.body.ends_with("\\xspace")) return;
  const char c = frame.text[next];
  if (IsLatexLetter(c) || (c >= '0' && c <= '9')) frame.at = next;
}

void LatexReading::Push(std::string text, int depth, bool simple) {
  int wrap_at_end = 0;
  if (writer_.wrap > 0 && simple && !text.empty() && !IsOneLatexToken(text)) {
    text = "{" + text + "}";
    wrap_at_end = writer_.wrap - 1;
  }
  input_.PushText(std::move(text), depth).wrap_at_end = wrap_at_end;
}

// The outermost use that led here is put back as it was written, and its macro is not tried
// again.
void LatexReading::GiveUp(const std::string& name, LatexMacro* macro) {
  ++result_.macro_limit;
  if (!can_undo_) {
    macro->blocked = true;
    while (!input_.top().is_source) input_.Pop();
    return EmitControl(name);
  }
  while (input_.size() - 1 > undo_.frame) input_.Pop();
  input_.top().at = undo_.at;
  out().resize(std::min(out().size(), undo_.output_bytes));
  branches_.resize(std::min(branches_.size(), undo_.branches));
  if (result_.body_begin > out().size()) result_.body_begin = 0;
  writer_.wrap = 0;
  if (LatexMacro* outer = macros_.Find(std::string_view(undo_.control).substr(1))) {
    outer->blocked = true;
  }
  EmitControl(undo_.control);
}

}  // namespace cria::corpus
