// The main loop over control sequences, and what each kind of them does.
#include "corpus/formats/latex_expander.h"

#include <algorithm>
#include <vector>

#include "corpus/formats/latex_conditions.h"
#include "corpus/formats/latex_input.h"
#include "corpus/formats/latex_layout.h"
#include "corpus/formats/latex_macro_table.h"
#include "corpus/formats/latex_macros.h"
#include "corpus/formats/latex_scan.h"
#include "corpus/formats/latex_words.h"
#include "corpus/formats/latex_writer.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;
// Papers stay below 20; arguments inside arguments count as well.
constexpr int kMaxDepth = 200;
constexpr int kMaxOpenFiles = 32;
constexpr int64_t kMaxOneExpansion = int64_t{1} << 20;
constexpr int64_t kBudgetPerByte = 16;
// Cost of an expansion beside its bytes, so that empty ones end too.
constexpr int64_t kExpansionCost = 16;
// Definitions whose end is looked for and not found; then no more are looked at.
constexpr int64_t kMaxVainBytes = int64_t{64} << 20;

using Word = LatexWord;

class Expander {
 public:
  Expander(const LatexBundle& bundle, const LatexFile& document,
           std::unordered_set<const LatexFile*>* used)
      : bundle_(bundle), document_(document), used_(used) {}

  ExpandedLatex Run() {
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

 private:
  enum class Branch : uint8_t { kOurs, kForeign };

  std::string& out() { return writer_.text; }

  void EmitControl(std::string_view control) { writer_.EmitControl(control); }

  bool Charge(int64_t bytes) {
    budget_ -= bytes;
    one_budget_ -= bytes;
    return budget_ >= 0 && one_budget_ >= 0;
  }

  void OpenFile(const LatexFile& file, std::string_view text) {
    // A file that is read again is paid for like a macro's text.
    if (used_->insert(&file).second) budget_ += kBudgetPerByte * static_cast<int64_t>(text.size());
    LatexFrame& frame = input_.PushFile(file, text);
    frame.outer_at_is_letter = at_is_letter_;
    frame.output_begin = out().size();
    can_undo_ = false;
  }

  void CloseFrame() {
    const LatexFrame& frame = input_.top();
    if (frame.wrap_at_end > 0) writer_.wrap = frame.wrap_at_end;
    if (frame.file != nullptr) {
      at_is_letter_ = frame.outer_at_is_letter;
      can_undo_ = false;
    }
    if (frame.is_style) {
      out().resize(std::min(out().size(), frame.output_begin));
      if (result_.body_begin > out().size()) result_.body_begin = 0;
    }
    input_.Pop();
  }

  void Control() {
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
    if (LatexMacro* macro = macros_.Find(name); macro != nullptr) return Expand(control, macro);
    if (const auto word = LatexWords().find(name); word != LatexWords().end()) {
      return Builtin(word->second, begin, control);
    }
    if (DefinesLatexMacro(name)) return Define(begin, control);
    if (Flag(control)) return;
    if (const LatexLayout* layout = FindLatexLayout(name)) return Layout(*layout, control);
    EmitControl(control);
  }

  // Only what an argument of it says stays. An argument that reaches behind this text leaves it.
  void Layout(const LatexLayout& layout, std::string_view control) {
    LatexFrame& frame = input_.top();
    const LatexLayoutUse use = FindLayoutUse(frame.text, frame.at, layout);
    if (use.end == kNone) return EmitControl(control);
    constexpr size_t kMaxUnwrapped = 4096;
    const bool is_group = layout.text > 0 && layout.text == layout.groups;
    if (is_group && (!layout.unwraps || use.text.size() > kMaxUnwrapped)) {
      // It is read as any group, and keeps its braces.
      frame.at = static_cast<size_t>(use.text.data() - frame.text.data()) - 1;
      return;
    }
    if (layout.text == 0 && !layout.joined) {
      frame.at = use.end;
      DropWord();
      while (!frame.AtEnd() && IsLatexBlank(frame.text[frame.at])) ++frame.at;
      return writer_.PartFrom(frame.AtEnd() ? '\0' : frame.text[frame.at]);
    }
    const int depth = frame.depth;
    const std::string text = std::string(use.text) + std::string(use.more);
    budget_ -= kExpansionCost + static_cast<int64_t>(text.size());
    if (budget_ < 0 || depth >= kMaxDepth) return EmitControl(control);
    frame.at = use.end;
    input_.PushText(text, depth + 1);
  }

  void Builtin(Word word, size_t begin, std::string_view control) {
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
        branches_.push_back(Branch::kForeign);
        return EmitControl(control);
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
        return Xspace(control);
      case Word::kPlain:
        return EmitControl(control);
    }
  }

  // After something that was removed: its line goes too if nothing else stands there.
  void DropLine() {
    LatexFrame& frame = input_.top();
    size_t next = frame.at;
    while (next < frame.text.size() && IsLatexBlank(frame.text[next])) ++next;
    if (next < frame.text.size() && frame.text[next] != '\n') return;
    if (!writer_.EraseBlankLine()) return;
    frame.at = std::min(next + 1, frame.text.size());
  }

  // The same after a control word, whose blanks TeX has read with it.
  void DropWord() {
    DropLine();
    LatexFrame& frame = input_.top();
    if (!out().empty() && out().back() == '\n') return;
    while (!frame.AtEnd() && IsLatexBlank(frame.text[frame.at])) ++frame.at;
  }

  void Define(size_t begin, std::string_view control) {
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
        budget_ -= macros_.Let(*definition);
        return DropWord();
      case LatexDefinition::kIf:
        if (definition->expandable) conditions_.Declare(definition->name);
        break;
      case LatexDefinition::kOther:
        break;
    }
    DropLine();
  }

  void Prefix(std::string_view control) {
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

  // "\iffoo", "\footrue", "\foofalse" of a \newif.
  bool Flag(std::string_view control) {
    if (const auto value = conditions_.Value(control.substr(1))) {
      Decide(*value, control);
      return true;
    }
    if (!conditions_.Set(control.substr(1))) return false;
    DropWord();
    return true;
  }

  void Decide(bool value, std::string_view control) {
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

  void Else(std::string_view control) {
    bool otherwise = false;
    if (branches_.empty() || branches_.back() == Branch::kForeign ||
        !SkipBranch(false, &otherwise)) {
      return EmitControl(control);
    }
    branches_.pop_back();
    DropWord();
  }

  void Fi(std::string_view control) {
    const bool ours = !branches_.empty() && branches_.back() == Branch::kOurs;
    if (!branches_.empty()) branches_.pop_back();
    ours ? DropWord() : EmitControl(control);
  }

  // To behind the \fi of the branch that begins here, or its \else if that counts. Looks in this
  // text only.
  bool SkipBranch(bool stop_at_else, bool* at_else) {
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

  void Input(size_t begin, std::string_view control, bool import) {
    LatexFrame& frame = input_.top();
    size_t end = 0;
    const std::string name = LatexFileName(frame.text, frame.at, import, &end);
    const LatexFile* file = name.empty() ? nullptr : bundle_.Find(name, document_, input_.file());
    if (file == nullptr) return EmitControl(control);
    const bool again = used_->contains(file);
    if (input_.IsOpen(*file) || input_.open_files() >= kMaxOpenFiles ||
        (again && !Charge(static_cast<int64_t>(file->text.size())))) {
      ++result_.input_limit;
      out() += frame.text.substr(begin, end - begin);
      frame.at = end;
      return;
    }
    frame.at = end;
    std::string_view text = file->text;
    // A part made with the package subfiles is a document of its own; only its body is read here.
    constexpr std::string_view kBegin = "\\begin{document}", kEnd = "\\end{document}";
    if (const size_t open = text.find(kBegin); open != kNone && result_.body_begin > 0) {
      text.remove_prefix(open + kBegin.size());
      text = text.substr(0, text.find(kEnd));
    }
    while (text.ends_with('\n')) text.remove_suffix(1);
    OpenFile(*file, text);
    input_.top().is_style = file->name.ends_with(".sty") || file->name.ends_with(".cls");
  }

  // Macros that the paper keeps in a .sty of its own.
  void Style(std::string_view control) {
    EmitControl(control);
    if (result_.body_begin > 0) return;
    const LatexFrame& frame = input_.top();
    size_t at = SkipLatexBlanks(frame.text, frame.at);
    if (const size_t close = at < frame.text.size() && frame.text[at] == '['
                                 ? GroupEnd(frame.text, at, 4096)
                                 : kNone;
        close != kNone) {
      at = close;
    }
    size_t end = 0;
    const std::string_view names = LatexGroup(frame.text, at, 4096, &end);
    std::vector<const LatexFile*> files;
    for (size_t begin = 0; begin <= names.size();) {
      const size_t comma = std::min(names.find(',', begin), names.size());
      const LatexFile* file = bundle_.FindStyle(names.substr(begin, comma - begin), document_);
      if (file != nullptr && !used_->contains(file)) files.push_back(file);
      begin = comma + 1;
    }
    std::reverse(files.begin(), files.end());
    for (const LatexFile* file : files) {
      if (input_.open_files() >= kMaxOpenFiles || used_->contains(file)) continue;
      OpenFile(*file, file->text);
      input_.top().is_style = true;
      at_is_letter_ = true;
    }
  }

  void End(std::string_view control) {
    LatexFrame& frame = input_.top();
    size_t end = 0;
    const std::string_view name = EnvironmentName(frame.text, frame.at, &end);
    if (!IsLayoutEnvironment(name)) return EmitControl(control);
    frame.at = end;
    DropLine();
  }

  void Begin(std::string_view control) {
    LatexFrame& frame = input_.top();
    size_t end = 0;
    const std::string_view name = EnvironmentName(frame.text, frame.at, &end);
    if (IsLayoutEnvironment(name)) {
      frame.at = end;
      return DropLine();
    }
    EmitControl(control);
    if (IsFloatEnvironment(name)) {
      out() += frame.text.substr(frame.at, end - frame.at);
      frame.at = PlacementEnd(frame.text, end);
      return;
    }
    if (name != "document" || result_.body_begin > 0) return;
    out() += frame.text.substr(frame.at, end - frame.at);
    frame.at = end;
    result_.body_begin = out().size();
    at_is_letter_ = false;
  }

  // The package's rule: a space unless punctuation or a blank follows; a "$" more often ends a
  // formula, where spaces mean nothing, than begins one.
  void Xspace(std::string_view control) {
    if (input_.top().file != nullptr) return EmitControl(control);
    const char next = input_.Peek();
    if (next == '\\' || next == '(' || next == '`' || IsLatexLetter(next) ||
        (next >= '0' && next <= '9') || static_cast<unsigned char>(next) >= 0x80) {
      out() += ' ';
    }
  }

  void Expand(std::string_view control, LatexMacro* macro) {
    // Without this, looking for arguments would go on for free.
    if (macro->blocked || budget_ < 0) {
      ++result_.macro_limit;
      return EmitControl(control);
    }
    const int depth = input_.top().depth;
    if (input_.top().file != nullptr) {
      undo_ = {input_.size() - 1, input_.top().at, out().size(), branches_.size(),
               std::string(control)};
      can_undo_ = true;
      one_budget_ = kMaxOneExpansion;
    }
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
  void EndName(const LatexMacro& macro) {
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

  void Push(std::string text, int depth, bool simple) {
    int wrap_at_end = 0;
    if (writer_.wrap > 0 && simple && !text.empty() && !IsOneLatexToken(text)) {
      text = "{" + text + "}";
      wrap_at_end = writer_.wrap - 1;
    }
    input_.PushText(std::move(text), depth).wrap_at_end = wrap_at_end;
  }

  // The outermost use that led here is put back as it was written, and its macro is not tried
  // again.
  void GiveUp(const std::string& name, LatexMacro* macro) {
    ++result_.macro_limit;
    if (!can_undo_) {
      macro->blocked = true;
      while (input_.top().file == nullptr) input_.Pop();
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

  struct Undo {
    size_t frame, at, output_bytes, branches;
    std::string control;
  };

  const LatexBundle& bundle_;
  const LatexFile& document_;
  std::unordered_set<const LatexFile*>* used_;
  ExpandedLatex result_;
  LatexWriter writer_;
  LatexInput input_;
  LatexMacroTable macros_;
  LatexConditions conditions_;
  std::vector<Branch> branches_;
  Undo undo_ = {};
  bool can_undo_ = false;
  bool at_is_letter_ = false;
  int64_t budget_ = 0, one_budget_ = 0, vain_bytes_ = 0;
};

}  // namespace

ExpandedLatex ExpandLatex(const LatexBundle& bundle, const LatexFile& document,
                          std::unordered_set<const LatexFile*>* used) {
  return Expander(bundle, document, used).Run();
}

}  // namespace cria::corpus
