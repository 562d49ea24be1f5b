// Files read inside files, and environments.
#include <algorithm>

#include "corpus/formats/latex/latex_reading.h"
#include "corpus/formats/latex/latex_scan.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;

// Whether as many groups end in `text` as begin: what follows is in no macro's text.
bool IsBalanced(std::string_view text) {
  int64_t depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    if (i < text.size() && text[i] == '{') ++depth;
    if (i < text.size() && text[i] == '}') --depth;
  }
  return depth == 0;
}

// What \section{..} is elsewhere, an environment of the same name may be.
bool IsHeadingName(std::string_view name) {
  return name == "section" || name == "subsection" || name == "subsubsection" ||
         name == "chapter" || name == "paragraph";
}

}  // namespace

void LatexReading::OpenFile(const LatexFile& file, std::string_view text) {
  // A file that is read again is paid for like a macro's text.
  if (used_->insert(&file).second) budget_ += kBudgetPerByte * static_cast<int64_t>(text.size());
  LatexFrame& frame = input_.PushFile(file, text);
  frame.outer_at_is_letter = at_is_letter_;
  frame.output_begin = out().size();
  can_undo_ = false;
}

void LatexReading::CloseFrame() {
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

void LatexReading::Input(size_t begin, std::string_view control, bool import) {
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
  const size_t open = text.find(kBegin);
  if (open != kNone && result_.body_begin > 0 && IsBalanced(text.substr(0, open))) {
    text.remove_prefix(open + kBegin.size());
    text = text.substr(0, text.find(kEnd));
  }
  while (text.ends_with('\n')) text.remove_suffix(1);
  OpenFile(*file, text);
  input_.top().is_style = file->name.ends_with(".sty") || file->name.ends_with(".cls");
}

// Macros that the paper keeps in a .sty of its own.
void LatexReading::Style(std::string_view control) {
  EmitControl(control);
  if (result_.body_begin > 0) return;
  const LatexFrame& frame = input_.top();
  size_t at = SkipLatexBlanks(frame.text, frame.at);
  if (const size_t close =
          at < frame.text.size() && frame.text[at] == '[' ? GroupEnd(frame.text, at, 4096) : kNone;
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

void LatexReading::End(std::string_view control) {
  LatexFrame& frame = input_.top();
  size_t end = 0;
  const std::string_view name = EnvironmentName(frame.text, frame.at, &end);
  if (LayoutEnvironmentArguments(name) < 0 && !IsHeadingName(name)) return EmitControl(control);
  frame.at = end;
  DropLine();
}

// Leaves out a drawing that begins at `begin` and ends in this text.
bool LatexReading::Picture(std::string_view name, size_t begin) {
  LatexFrame& frame = input_.top();
  if (vain_bytes_ > kMaxVainBytes) return false;
  const std::string open = "\\begin{" + std::string(name) + "}";
  const std::string close = "\\end{" + std::string(name) + "}";
  // A picture may be a label in another.
  size_t end = begin, inner = begin + 1;
  do {
    end = frame.text.find(close, end);
    if (end == kNone) break;
    inner = frame.text.substr(0, end).find(open, inner);
    end += close.size();
    if (inner != kNone) ++inner;
  } while (inner != kNone);
  vain_bytes_ += static_cast<int64_t>((end == kNone ? frame.text.size() : end) - begin);
  if (end == kNone) return false;
  frame.at = end;
  DropLine();
  return true;
}

void LatexReading::Begin(std::string_view control) {
  LatexFrame& frame = input_.top();
  size_t end = 0;
  const size_t begin = frame.at - control.size();
  const std::string_view name = EnvironmentName(frame.text, frame.at, &end);
  if (const int arguments = LayoutEnvironmentArguments(name); arguments >= 0) {
    frame.at = LayoutArgumentsEnd(frame.text, end, arguments);
    return DropLine();
  }
  if (IsHeadingName(name)) {
    frame.at = end;
    return EmitControl("\\" + std::string(name));
  }
  if (IsPictureEnvironment(name) && Picture(name, begin)) return;
  EmitControl(control);
  if (const int arguments = FloatArguments(name); arguments >= 0) {
    out() += frame.text.substr(frame.at, end - frame.at);
    frame.at = LayoutArgumentsEnd(frame.text, PlacementEnd(frame.text, end), arguments);
    return;
  }
  if (name != "document" || result_.body_begin > 0) return;
  out() += frame.text.substr(frame.at, end - frame.at);
  frame.at = end;
  result_.body_begin = out().size();
  at_is_letter_ = false;
}

}  // namespace cria::corpus
