// One comment in front of the code, and what is left of it when its notices of copyright and
// licence are gone. Which comments there are is the business of code_header.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "corpus/formats/code/code_marks.h"

namespace cria::corpus {

/// Lines that a machine reads, though they are comments: they stay whatever stands around them.
bool IsDirective(std::string_view line, unsigned comments);

class Comment {
 public:
  /// `strict` is for comments that may document the code: only wordings of notices count there.
  Comment(unsigned comments, bool strict) : comments_(comments), strict_(strict) {}

  /// A line without its end; it must live as long as this does.
  void Add(std::string_view line);

  /// What is left of it, with line ends; `block` are its marks, or null for line comments.
  std::string Kept(const BlockMarks* block) const;

 private:
  struct Paragraph {
    size_t begin, end;  // lines
    bool copyright, licence, weak;
    size_t bytes;
  };

  std::vector<Paragraph> Paragraphs() const;
  void CutNotice(const Paragraph& p, std::vector<char>* cut) const;
  void CutCopyrightLines(const Paragraph& p, std::vector<char>* cut) const;
  void CutAuthors(const Paragraph& p, std::vector<char>* cut) const;
  bool CutHaskellFields(const Paragraph& p, std::vector<char>* cut) const;
  size_t Column(size_t line) const;
  bool IsEdge(size_t line, const BlockMarks* block) const;
  std::string Joined() const;
  std::string Rest(const std::vector<char>& cut, const BlockMarks* block) const;
  std::string Edge(size_t line, bool cut, const BlockMarks* block) const;

  unsigned comments_;
  bool strict_;
  std::vector<std::string_view> lines_;
  std::vector<std::string_view> texts_;  // what each says, without marks; empty for drawn lines
};

}  // namespace cria::corpus
