// What is still to be read of a LaTeX document: files, and on top of them the texts of macros being
// expanded. Takes arguments, which may begin in a macro's text and end behind it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/formats/latex/latex_bundle.h"
#include "corpus/formats/latex/latex_macros.h"

namespace cria::corpus {

struct LatexFrame {
  std::string owned;  ///< a macro's text; empty for a file
  std::string_view text;
  size_t at = 0;
  int depth = 0;                    ///< how many expansions led here
  const LatexFile* file = nullptr;  ///< null for a macro's text
  /// Written in a file, and read once: a file, or an argument of layout in one. A macro that fails
  /// goes back to its use there; arguments end with it.
  bool is_source = false;
  uint32_t unclosed = 0;            ///< for VerbatimEnd
  bool is_style = false;            ///< only its definitions count
  bool outer_at_is_letter = false;  ///< what to return to at its end
  size_t output_begin = 0;          ///< size of the output when it began
  int wrap_at_end = 0;              ///< see LatexWriter::wrap

  bool AtEnd() const { return at == text.size(); }
};

class LatexInput {
 public:
  bool empty() const { return frames_.empty(); }
  size_t size() const { return frames_.size(); }
  LatexFrame& top() { return frames_.back(); }
  LatexFrame& operator[](size_t i) { return frames_[i]; }

  LatexFrame& PushFile(const LatexFile& file, std::string_view text);
  LatexFrame& PushText(std::string text, int depth);
  void Pop() { frames_.pop_back(); }

  bool IsOpen(const LatexFile& file) const;
  int open_files() const;
  /// The file that is read now.
  const LatexFile& file() const;

  /// The next byte, '\0' at the end of the source.
  char Peek() const;

  /// Takes what `macro` asks for from behind its name. False, and nothing taken, if it is not there
  /// (arguments end with their source, after an empty line where a single token is asked for, and
  /// at 256 KiB). Adds the bytes that were looked at to `cost`.
  bool TakeArguments(const LatexMacro& macro, bool* starred, std::vector<std::string>* arguments,
                     int64_t* cost);

 private:
  struct Place {
    size_t frame, at;
  };
  Place Here() const;
  bool Step(Place* place) const;  // to a place with a byte; false at the end of the source
  char At(const Place& place) const { return frames_[place.frame].text[place.at]; }
  void Goto(const Place& place);
  bool SkipBlanks(Place* place) const;
  bool Take(const LatexMacro::Parameter& parameter, Place* place, std::string* out) const;
  bool TakeGroup(char close, Place* place, std::string* out) const;
  bool TakeToken(Place* place, std::string* out) const;
  bool TakeUntil(std::string_view delimiter, Place* place, std::string* out) const;

  // A deque, so that views of short texts stay where they are.
  std::deque<LatexFrame> frames_;
};

}  // namespace cria::corpus
