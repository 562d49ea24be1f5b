// The stack of texts, and arguments that run from one to the next below.
#include "corpus/formats/latex/latex_input.h"

#include <algorithm>

#include "base/error.h"
#include "corpus/formats/latex/latex_scan.h"
#include "corpus/formats/latex/latex_tests.h"

namespace cria::corpus {
namespace {

// TeX's own bound is a paragraph, unless the macro says otherwise; whole figures are arguments.
constexpr size_t kMaxArgument = size_t{256} << 10;

// "{a}" is the argument a; "{a}{b}" is both with their braces.
void StripBraces(std::string* text) {
  if (text->size() >= 2 && text->front() == '{' &&
      GroupEnd(*text, 0, text->size()) == text->size()) {
    *text = text->substr(1, text->size() - 2);
  }
}

}  // namespace

LatexFrame& LatexInput::PushFile(const LatexFile& file, std::string_view text) {
  LatexFrame& frame = frames_.emplace_back();
  frame.text = text;
  frame.file = &file;
  frame.is_source = true;
  return frame;
}

LatexFrame& LatexInput::PushText(std::string text, int depth) {
  LatexFrame& frame = frames_.emplace_back();
  frame.owned = std::move(text);
  frame.text = frame.owned;
  frame.depth = depth;
  return frame;
}

bool LatexInput::IsOpen(const LatexFile& file) const {
  return std::any_of(frames_.begin(), frames_.end(),
                     [&](const LatexFrame& frame) { return frame.file == &file; });
}

int LatexInput::open_files() const {
  return static_cast<int>(
      std::count_if(frames_.begin(), frames_.end(),
                    [](const LatexFrame& frame) { return frame.file != nullptr; }));
}

const LatexFile& LatexInput::file() const {
  const auto found = std::find_if(frames_.rbegin(), frames_.rend(),
                                  [](const LatexFrame& frame) { return frame.file != nullptr; });
  CRIA_CHECK(found != frames_.rend());
  return *found->file;
}

LatexInput::Place LatexInput::Here() const { return {frames_.size() - 1, frames_.back().at}; }

bool LatexInput::Step(Place* place) const {
  while (place->at == frames_[place->frame].text.size()) {
    if (frames_[place->frame].is_source || place->frame == 0) return false;
    --place->frame;
    place->at = frames_[place->frame].at;
  }
  return true;
}

void LatexInput::Goto(const Place& place) {
  while (frames_.size() - 1 > place.frame) frames_.pop_back();
  frames_.back().at = place.at;
}

char LatexInput::Peek() const {
  Place place = Here();
  return Step(&place) ? At(place) : '\0';
}

bool LatexInput::SkipBlanks(Place* place) const {
  int newlines = 0;
  while (Step(place)) {
    const char c = At(*place);
    if (c == '\n' && ++newlines > 1) return false;
    if (c != '\n' && !IsLatexBlank(c)) return true;
    ++place->at;
  }
  return false;
}

bool LatexInput::TakeGroup(char close, Place* place, std::string* out) const {
  const char open = At(*place);
  ++place->at;
  int64_t depth = 0, inner = 0;
  while (Step(place) && out->size() < kMaxArgument) {
    const char c = At(*place);
    ++place->at;
    // Round brackets nest: (f(x)).
    if (c == close && depth == 0 && inner-- == 0) return true;
    if (c == open && close == ')' && depth == 0) ++inner;
    if (c == '{') ++depth;
    if (c == '}' && --depth < 0) return false;
    // A name and a letter may meet where one text ends and the next begins.
    if (place->at == 1) {
      AppendLatex(std::string_view(&c, 1), out);
    } else {
      *out += c;
    }
    if (c == '\\' && Step(place)) {
      *out += At(*place);
      ++place->at;
    }
  }
  return false;
}

bool LatexInput::TakeToken(Place* place, std::string* out) const {
  const LatexFrame& frame = frames_[place->frame];
  const char c = frame.text[place->at];
  if (c == '{') return TakeGroup('}', place, out);
  if (c == '}') return false;
  size_t end = place->at + 1;
  if (c == '\\') {
    end = ControlEnd(frame.text, place->at);
  } else {
    while (end < frame.text.size() &&
           (static_cast<unsigned char>(frame.text[end]) & 0xc0) == 0x80) {
      ++end;
    }
  }
  *out = frame.text.substr(place->at, end - place->at);
  place->at = end;
  return true;
}

bool LatexInput::TakeUntil(std::string_view delimiter, Place* place, std::string* out) const {
  int64_t depth = 0;
  while (Step(place) && out->size() < kMaxArgument) {
    const char c = At(*place);
    ++place->at;
    *out += c == '\n' && delimiter == " " && depth == 0 ? ' ' : c;
    if (c == '{') ++depth;
    if (c == '}' && --depth < 0) return false;
    if (depth == 0 && out->ends_with(delimiter)) {
      out->resize(out->size() - delimiter.size());
      StripBraces(out);
      return true;
    }
    if (c == '\\' && Step(place) && delimiter[0] != '\\') {
      *out += At(*place);
      ++place->at;
    }
  }
  return false;
}

bool LatexInput::Take(const LatexMacro::Parameter& parameter, Place* place,
                      std::string* out) const {
  if (parameter.kind == LatexMacro::Parameter::kDelimited) {
    return TakeUntil(parameter.text, place, out);
  }
  if (parameter.kind == LatexMacro::Parameter::kPlain) {
    return SkipBlanks(place) && TakeToken(place, out);
  }
  Place next = *place;
  const bool opens = SkipBlanks(&next) && At(next) == parameter.open;
  if (parameter.kind == LatexMacro::Parameter::kStar) {
    *out = opens ? kLatexStar : kLatexNoStar;
    if (opens) *place = {next.frame, next.at + 1};
    return true;
  }
  if (opens) {
    if (!TakeGroup(parameter.close, &next, out)) return false;
    // An argument that was not given, handed on.
    if (*out == kLatexNoValue) *out = parameter.text;
    *place = next;
    return true;
  }
  if (parameter.kind == LatexMacro::Parameter::kRequired) return false;
  *out = parameter.text;
  return true;
}

bool LatexInput::TakeArguments(const LatexMacro& macro, bool* starred,
                               std::vector<std::string>* arguments, int64_t* cost) {
  *starred = false;
  Place place = Here();
  if (macro.has_star && Step(&place) && At(place) == '*') {
    *starred = true;
    ++place.at;
  }
  // TeX has read the blanks behind the name with it.
  const bool text_first =
      !macro.prefix.empty() ||
      (!macro.parameters.empty() && macro.parameters[0].kind == LatexMacro::Parameter::kDelimited);
  if (text_first && !SkipBlanks(&place)) return false;
  for (const char c : macro.prefix) {
    if (!Step(&place) || At(place) != c) return false;
    ++place.at;
  }
  for (const LatexMacro::Parameter& parameter : macro.parameters) {
    std::string& argument = arguments->emplace_back();
    const bool taken = Take(parameter, &place, &argument);
    *cost += static_cast<int64_t>(argument.size());
    if (!taken) return false;
  }
  Goto(place);
  return true;
}

}  // namespace cria::corpus
