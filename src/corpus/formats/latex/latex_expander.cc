// The main loop over control sequences, and what goes with the layout.
#include "corpus/formats/latex/latex_expander.h"

#include <algorithm>

#include "corpus/formats/latex/latex_macros.h"
#include "corpus/formats/latex/latex_reading.h"
#include "corpus/formats/latex/latex_scan.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;

}  // namespace

ExpandedLatex LatexReading::Run() {
  budget_ = int64_t{1} << 20;
  OpenFile(document_, document_.text);
  while (!input_.empty()) {
    LatexFrame& frame = input_.top();
    if (frame.AtEnd()) {
      CloseFrame();
      continue;
    }
    const size_t slash = std::min(frame.text.find('\\', frame.at), frame.text.size());
    writer_.Emit(frame.text.substr(frame.at, slash - frame.at));
    frame.at = slash;
    if (!frame.AtEnd()) Control();
  }
  result_.text = std::move(writer_.text);
  return std::move(result_);
}

bool LatexReading::Charge(int64_t bytes) {
  budget_ -= bytes;
  one_budget_ -= bytes;
  return budget_ >= 0 && one_budget_ >= 0;
}

void LatexReading::Control() {
  LatexFrame& frame = input_.top();
  const size_t begin = frame.at;
  const size_t verbatim = VerbatimEnd(frame.text, begin, &frame.unclosed);
  if (verbatim != kNone) {
    out() += frame.text.substr(begin, verbatim - begin);
    frame.at = verbatim;
    return;
  }
  frame.at = ControlEnd(frame.text, begin, at_is_letter_);
  const std::string_view control = frame.text.substr(begin, frame.at - begin);
  const std::string_view name = control.substr(1);
  if (name == "\\") frame.at = RowGapEnd(frame.text, frame.at);
  if (LatexMacro* macro = macros_.Find(name); macro != nullptr) return Expand(control, macro);
  if (const auto word = LatexWords().find(name); word != LatexWords().end()) {
    return Builtin(word->second, begin, control);
  }
  if (DefinesLatexMacro(name)) return Define(begin, control);
  if (Flag(control)) return;
  if (const LatexTest* test = FindLatexTest(name)) return Test(*test, control);
  if (LatexConditions::IsUnknownSwitch(name, frame.text, frame.at)) return Decide(false, control);
  if (const LatexLayout* layout = FindLatexLayout(name)) return Layout(*layout, control);
  EmitControl(control);
}

// Only what an argument of it says stays. An argument that reaches behind this text leaves it.
void LatexReading::Layout(const LatexLayout& layout, std::string_view control) {
  LatexFrame& frame = input_.top();
  const bool has_text = layout.text > 0 || layout.joined;
  if (vain_bytes_ > kMaxVainBytes || (has_text && budget_ < 0)) return EmitControl(control);
  const LatexLayoutUse use = FindLayoutUse(frame.text, frame.at, layout);
  vain_bytes_ += use.vain_bytes;
  if (use.open != kNone) {
    frame.at = use.open;
    return;
  }
  if (use.end == kNone) return EmitControl(control);
  if (!has_text) {
    if (control == "\\maketitle") result_.title_end = out().size();
    frame.at = use.end;
    return DropLayout(layout);
  }
  const std::string text = std::string(use.text) + std::string(use.more);
  budget_ -= kExpansionCost + static_cast<int64_t>(text.size());
  if (budget_ < 0 || frame.depth >= kMaxDepth) return EmitControl(control);
  frame.at = use.end;
  const bool is_source = frame.is_source;
  input_.PushText(text, frame.depth + 1).is_source = is_source;
}

void LatexReading::DropLayout(const LatexLayout& layout) {
  LatexFrame& frame = input_.top();
  const bool bare = layout.groups == 0;
  // "\noindent{}": the group is only a stop.
  if (bare && frame.text.substr(frame.at, 2) == "{}") {
    frame.at += 2;
    if (layout.within) return;
  }
  const size_t before = frame.at;
  bare ? DropWord() : DropLine();
  while (writer_.AfterBlank() && !frame.AtEnd() && IsLatexBlank(frame.text[frame.at])) ++frame.at;
  const char next = input_.Peek();
  const bool word = next != '\0' && std::string_view(" \t\n})],.;:&").find(next) == kNone;
  if (layout.spaces && word && !writer_.AfterBlank()) out() += ' ';
  if (bare && !layout.within) writer_.PartFrom(next, frame.at > before);
}

void LatexReading::Builtin(Word word, size_t begin, std::string_view control) {
  switch (word) {
    case Word::kTakesOne:
    case Word::kTakesTwo:
      EmitControl(control);
      writer_.wrap = word == Word::kTakesOne ? 1 : 2;
      return;
    case Word::kIfTrue:
      return Decide(true, control);
    case Word::kIfFalse:
      return Decide(false, control);
    case Word::kIf:
      return If(control);
    case Word::kElse:
      return Else(control);
    case Word::kFi:
      return Fi(control);
    case Word::kPrefix:
      return Prefix(control);
    case Word::kInput:
    case Word::kImport:
      return Input(begin, control, word == Word::kImport);
    case Word::kStyle:
      return Style(control);
    case Word::kBegin:
      return Begin(control);
    case Word::kEnd:
      return End(control);
    case Word::kAtLetter:
    case Word::kAtOther:
      at_is_letter_ = word == Word::kAtLetter;
      return DropWord();
    case Word::kXspace:
      return Xspace();
    case Word::kPlain:
      return EmitControl(control);
  }
}

void LatexReading::DropLine() {
  LatexFrame& frame = input_.top();
  size_t next = frame.at;
  while (next < frame.text.size() && IsLatexBlank(frame.text[next])) ++next;
  if (next < frame.text.size() && frame.text[next] != '\n') return;
  if (!writer_.EraseBlankLine()) return;
  frame.at = std::min(next + 1, frame.text.size());
}

void LatexReading::DropWord() {
  DropLine();
  LatexFrame& frame = input_.top();
  if (!out().empty() && out().back() == '\n') return;
  while (!frame.AtEnd() && IsLatexBlank(frame.text[frame.at])) ++frame.at;
}

ExpandedLatex ExpandLatex(const LatexBundle& bundle, const LatexFile& document,
                          std::unordered_set<const LatexFile*>* used) {
  return LatexReading(bundle, document, used).Run();
}

}  // namespace cria::corpus
