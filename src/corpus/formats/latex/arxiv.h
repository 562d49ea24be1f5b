// arXiv's LaTeX sources to papers: a bulk tar (arXiv_src_YYMM_NNN.tar, whose members are one
// paper's source each), one paper's source (.gz, .tar.gz), or a .tex file.
#pragma once

#include <string>
#include <string_view>

#include "base/file.h"
#include "corpus/formats/raw_text.h"

namespace cria::corpus {

/// Hands out each paper as CleanLatex makes it; `part` is its id ("2001.00001", "hep-th/9901001";
/// the name of the file where that is no id), meta {"arxiv_id"} where it is one. Throws Error if
/// the file cannot be read. Loses, beside archive.h's reasons: pdf_only, withdrawn, no_latex (no
/// TeX, HTML or a word processor's file), no_section (nor a letter), duplicate_id, too_long,
/// macro_limit, input_limit, unused_file (LaTeX that no document of the paper reads).
void ReadArxiv(const fs::path& file, TextSink* sink);

/// The same from memory; `name` is the file's name, which says the id of a single paper.
void ReadArxivBytes(std::string_view bytes, const std::string& name, TextSink* sink);

/// Id of the paper in a name as the bulk tars have them ("2001/2001.00001.gz",
/// "9901/hep-th9901001.gz", "1501.00001v2.tar.gz"); empty if it is none.
std::string ArxivId(std::string_view name);

}  // namespace cria::corpus
