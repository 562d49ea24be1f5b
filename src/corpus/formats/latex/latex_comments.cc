// One pass over the source; only '%' and '\' are looked at, the rest is copied in runs.
#include "corpus/formats/latex/latex_comments.h"

#include <algorithm>

#include "corpus/formats/latex/latex_scan.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;
// Addresses are shorter; the bound keeps a line of unclosed "\url{" linear.
constexpr size_t kMaxUrlBytes = 1024;
// Looking back over blanks ends here, for the same reason.
constexpr size_t kMaxIndent = 1024;

constexpr std::string_view kLeftOut[] = {"comment", "filecontents", "filecontents*"};

class Stripper {
 public:
  explicit Stripper(std::string_view text) : text_(text) { out_.reserve(text.size()); }

  std::string Run() {
    while (at_ < text_.size()) {
      size_t next = at_;
      while (next < text_.size() && text_[next] != '%' && text_[next] != '\\') ++next;
      out_ += text_.substr(at_, next - at_);
      at_ = next;
      if (at_ == text_.size()) break;
      text_[at_] == '%' ? Comment() : Control();
    }
    return std::move(out_);
  }

 private:
  void Copy(size_t end) {
    out_ += text_.substr(at_, end - at_);
    at_ = end;
  }

  // Nothing but blanks since the last end of line.
  bool AtLineStart() const {
    const size_t lowest = out_.size() > kMaxIndent ? out_.size() - kMaxIndent : 0;
    size_t at = out_.size();
    while (at > lowest && IsLatexBlank(out_[at - 1])) --at;
    return at == 0 || out_[at - 1] == '\n';
  }

  void TrimBlanks() {
    while (!out_.empty() && IsLatexBlank(out_.back())) out_.pop_back();
  }

  void Comment() {
    const size_t line_end = std::min(text_.find('\n', at_), text_.size());
    const bool whole_line = AtLineStart();
    const bool after_blank = !out_.empty() && IsLatexBlank(out_.back());
    at_ = line_end;
    if (at_ == text_.size()) return TrimBlanks();
    if (whole_line) {
      TrimBlanks();
      ++at_;
    } else if (after_blank || LineEndMeansNothing()) {
      TrimBlanks();
    } else {
      // TeX skips the blanks that the next line begins with; an empty line still ends a paragraph.
      size_t next = at_ + 1;
      while (next < text_.size() && IsLatexBlank(text_[next])) ++next;
      if (next == text_.size() || text_[next] != '\n') at_ = next;
    }
  }

  // Behind a control word, and behind what stands on a line of its own: headings, \begin{..}.
  bool LineEndMeansNothing() const {
    if (EndsInControlWord(out_)) return true;
    if (!out_.ends_with('}')) return false;
    constexpr size_t kMaxLine = 400;
    std::string_view line = out_;
    line = line.substr(line.size() - std::min(line.size(), kMaxLine));
    const size_t newline = line.rfind('\n');
    if (newline == kNone && out_.size() > kMaxLine) return false;
    line.remove_prefix(newline == kNone ? 0 : newline + 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    for (const std::string_view word :
         {"begin{", "end{", "part", "chapter", "section", "subsection", "subsubsection",
          "paragraph", "caption{", "label{", "title{", "author{", "usepackage", "input{",
          "include{"}) {
      if (line.size() > word.size() && line.substr(1).starts_with(word)) return line[0] == '\\';
    }
    return false;
  }

  void Control() {
    const size_t verbatim = VerbatimEnd(text_, at_, &unclosed_);
    if (verbatim != kNone) return Copy(verbatim);
    const size_t end = ControlEnd(text_, at_);
    const std::string_view word = text_.substr(at_ + 1, end - at_ - 1);
    if (word == "begin" && LeaveOut(end)) return;
    if (word == "endinput" && AtLineStart()) {
      at_ = text_.size();
      return;
    }
    Copy(end);
    if (word == "url" || word == "href" || word == "path" || word == "nolinkurl") Url();
  }

  bool LeaveOut(size_t word_end) {
    size_t end = 0;
    const std::string_view name = EnvironmentName(text_, word_end, &end);
    const auto* found = std::find(std::begin(kLeftOut), std::end(kLeftOut), name);
    if (found == std::end(kLeftOut)) return false;
    const uint32_t bit = uint32_t{1} << (found - std::begin(kLeftOut));
    if ((never_ends_ & bit) != 0) return false;
    const std::string close = "\\end{" + std::string(name) + "}";
    end = text_.find(close, end);
    if (end == kNone) {
      never_ends_ |= bit;
      return false;
    }
    end += close.size();
    size_t next = end;
    while (next < text_.size() && IsLatexBlank(text_[next])) ++next;
    if (AtLineStart() && next < text_.size() && text_[next] == '\n') {
      TrimBlanks();
      end = next + 1;
    }
    at_ = end;
    return true;
  }

  // "%20" in an address is no comment.
  void Url() {
    const size_t line_end = text_.substr(at_, kMaxUrlBytes).find('\n');
    const size_t end = GroupEnd(text_, at_, std::min(line_end, kMaxUrlBytes));
    if (end != kNone) Copy(end);
  }

  std::string_view text_;
  std::string out_;
  size_t at_ = 0;
  uint32_t unclosed_ = 0, never_ends_ = 0;
};

// Lines that end in CR alone would make the rest of a file one comment.
std::string WithPlainLineEnds(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\r', at), text.size());
    out += text.substr(at, end - at);
    at = end;
    if (at == text.size()) break;
    out += '\n';
    at += at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
  }
  return out;
}

}  // namespace

std::string StripLatexComments(std::string_view text) {
  if (text.find('\r') == kNone) return Stripper(text).Run();
  const std::string plain = WithPlainLineEnds(text);
  return Stripper(plain).Run();
}

}  // namespace cria::corpus
