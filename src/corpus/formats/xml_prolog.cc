// The grammar of XML 1.0, section 2.8, as far as it is needed to find the end of each declaration.
#include "corpus/formats/xml_prolog.h"

#include <algorithm>

namespace cria::corpus {
namespace {

using State = XmlProlog::State;
constexpr std::string_view kBlanks = " \t\r\n";

class Scanner {
 public:
  explicit Scanner(std::string_view head) : text_(head) {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  XmlProlog Run() {
    while (true) {
      if (!SkipBlanks()) return {State::kMore, 0};
      State state = State::kRoot;
      if (Short("<!DOCTYPE") || Short("<!--")) return {State::kMore, 0};
      if (rest().starts_with("<?")) {
        state = SkipBehind("?>");
      } else if (rest().starts_with("<!--")) {
        state = SkipBehind("-->");
      } else if (rest().starts_with("<!DOCTYPE")) {
        state = DocumentType();
      } else {
        const bool element = rest()[0] == '<' && rest()[1] != '!' && rest()[1] != '/';
        return {element ? State::kRoot : State::kNoXml, at_};
      }
      if (state != State::kRoot) return {state, 0};
    }
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }
  // Whether what is ahead may become `mark` when more comes.
  bool Short(std::string_view mark) const {
    return rest().size() < mark.size() && mark.starts_with(rest());
  }

  bool SkipBlanks() {
    at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size());
    return at_ < text_.size();
  }

  // kRoot: behind the mark.
  State SkipBehind(std::string_view mark) {
    const size_t found = text_.find(mark, at_);
    if (found == text_.npos) return State::kMore;
    at_ = found + mark.size();
    return State::kRoot;
  }

  // Up to one of `marks` outside of quotes; kRoot: `at_` is there.
  State Seek(std::string_view marks) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (marks.find(c) != marks.npos) return State::kRoot;
      ++at_;
      if (c != '"' && c != '\'') continue;
      const State state = SkipBehind(std::string_view(&c, 1));
      if (state != State::kRoot) return state;
    }
    return State::kMore;
  }

  State DocumentType() {
    State state = Seek("[>");
    if (state != State::kRoot) return state;
    if (text_[at_++] == '>') return State::kRoot;
    state = InternalSubset();
    if (state != State::kRoot) return state;
    state = Seek(">");
    ++at_;
    return state;
  }

  // Behind its '['; kRoot: behind its ']'.
  State InternalSubset() {
    while (SkipBlanks()) {
      if (text_[at_] == ']') {
        ++at_;
        return State::kRoot;
      }
      if (Short("<!ENTITY")) return State::kMore;
      State state = State::kNoXml;
      if (rest().starts_with("<!ENTITY") || text_[at_] == '%') return State::kEntities;
      if (rest().starts_with("<!--")) {
        state = SkipBehind("-->");
      } else if (rest().starts_with("<?")) {
        state = SkipBehind("?>");
      } else if (rest().starts_with("<!")) {
        state = Seek(">");
        ++at_;
      }
      if (state != State::kRoot) return state;
    }
    return State::kMore;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

XmlProlog ReadXmlProlog(std::string_view head) {
  const XmlProlog prolog = Scanner(head.substr(0, kMaxXmlPrologBytes)).Run();
  const bool too_long = prolog.state == State::kMore && head.size() >= kMaxXmlPrologBytes;
  return too_long ? XmlProlog{State::kTooLong, 0} : prolog;
}

}  // namespace cria::corpus
