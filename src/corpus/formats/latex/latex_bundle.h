// The LaTeX files of one paper: which of them are documents, and which file an \input means. Holds
// the texts without comments; expands nothing.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cria::corpus {

struct LatexFile {
  std::string name;          ///< path in the bundle
  std::string text;          ///< without comments
  bool has_body = false;     ///< has a \begin{document}, and is no part made with subfiles
  bool is_included = false;  ///< another file of the bundle reads it
  bool is_ignored = false;   ///< says "%auto-ignore", which arXiv obeys
};

class LatexBundle {
 public:
  /// Adds a file: `text` is UTF-8 with its comments. Of files with one name the last stays.
  void Add(std::string_view name, std::string_view text);

  struct Roots {
    /// What TeX would be run on: files that no other file reads and that have a \begin{document},
    /// in themselves or in what they read. Of several that only wrap the same one, the first.
    std::vector<const LatexFile*> documents;
    std::vector<const LatexFile*> others;  ///< the other files that no file reads
  };

  /// Both in the order of names, in which arXiv runs TeX. Call after the last Add.
  Roots FindRoots();

  /// File that \input{name} reads: `name` in the folder of `document`, or of `from`, with ".tex" or
  /// as it is. Figures written in TeX (.tikz, .pgf, .pdf_tex) are not found. Null if there is none.
  const LatexFile* Find(std::string_view name, const LatexFile& document,
                        const LatexFile& from) const;

  /// File that \usepackage{name} reads, if the bundle brings it.
  const LatexFile* FindStyle(std::string_view name, const LatexFile& document) const;

  const std::deque<LatexFile>& files() const { return files_; }

 private:
  const LatexFile* Lookup(std::string_view folder, std::string_view name) const;
  std::vector<size_t> Includes(const LatexFile& file) const;
  std::vector<size_t> BodyFiles(const std::vector<std::vector<size_t>>& readers) const;

  std::deque<LatexFile> files_;  // addresses stay
  std::unordered_map<std::string, size_t> by_name_;
};

/// The name behind \input, or behind \import{folder}{name}, whose word ends at `at`: "{name}" or a
/// word. Sets `end` behind it; empty if there is none of at most 512 bytes.
std::string LatexFileName(std::string_view text, size_t at, bool import, size_t* end);

/// Path without "./", "//" and "x/../"; empty if it climbs out.
std::string NormalLatexPath(std::string_view folder, std::string_view name);

}  // namespace cria::corpus
