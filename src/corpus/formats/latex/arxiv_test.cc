// Papers out of bulk tars, single sources and bare files, and what is counted instead.
#include "corpus/formats/latex/arxiv.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/error.h"
#include "base/utf8.h"
#include "test_data.h"

namespace cria::corpus {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

std::string Pack(const Files& files, int format, int filter) {
  std::string out(size_t{1} << 20, '\0');
  size_t used = 0;
  archive* writer = archive_write_new();
  archive_write_set_format(writer, format);
  archive_write_add_filter(writer, filter);
  archive_write_open_memory(writer, out.data(), out.size(), &used);
  for (const auto& [name, bytes] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, static_cast<int64_t>(bytes.size()));
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    archive_write_data(writer, bytes.data(), bytes.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

std::string Tar(const Files& files) {
  return Pack(files, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
}
std::string TarGz(const Files& files) {
  return Pack(files, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP);
}
std::string Gz(const std::string& text) {
  return Pack({{"x", text}}, ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP);
}

struct Sink : TextSink {
  std::vector<RawText> texts;
  std::map<std::string, int64_t> losses;
  void Take(RawText text) override {
    EXPECT_TRUE(IsValidUtf8(text.text));
    EXPECT_TRUE(IsValidUtf8(text.title));
    texts.push_back(std::move(text));
  }
  void Lose(const Loss& loss) override { losses[std::string(loss.reason)] += loss.items; }
};

Sink Read(const std::string& bytes, const std::string& name) {
  Sink sink;
  ReadArxivBytes(bytes, name, &sink);
  return sink;
}

const char kPaper[] =
    "\\documentclass{article}\\newcommand{\\x}[1]{(#1)}\\title{T}\\begin{document}a\n"
    "\\section{S}\n\\x{y}\n\\end{document}";
const char kText[] = "\\section{S}\n(y)";

TEST(Arxiv, Ids) {
  EXPECT_EQ(ArxivId("2001/2001.00001.gz"), "2001.00001");
  EXPECT_EQ(ArxivId("0704/0704.0001.pdf"), "0704.0001");
  EXPECT_EQ(ArxivId("2001.00001v12.tar.gz"), "2001.00001");
  EXPECT_EQ(ArxivId("9901/hep-th9901001.gz"), "hep-th/9901001");
  EXPECT_EQ(ArxivId("math.AG/0601001"), "math.AG/0601001");
  for (const char* name : {"", "paper.tex", "2001.001.gz", "20011.00001", "1234567.gz", "ms.gz"}) {
    EXPECT_EQ(ArxivId(name), "") << name;
  }
}

TEST(Arxiv, BulkTar) {
  const Sink sink = Read(
      Tar({{"2001/2001.00003.gz", Gz(kPaper)},
           {"2001/2001.00001.gz", TarGz({{"fig/a.png", std::string("\x89PNG\0", 5)},
                                         {"anc/x.tex", "\\section{Data}"},
                                         {"ms.tex", kPaper}})},
           {"2001/2001.00002.pdf", "%PDF-1.5 x"},
           {"2001/2001.00004.gz", Gz("%auto-ignore\nThis paper has been withdrawn.")},
           {"2001/2001.00005.gz", Gz("%PDF-1.5 x")},
           {"2001/2001.00006.gz", TarGz({{"a.pdf", "%PDF-1.5"}, {"b.html", "<html>"}})},
           {"2001/2001.00007.gz", Gz("%!PS-Adobe")},
           {"2001/2001.00008.gz", Gz("\\documentclass{a}\\begin{document}Letter\\end{document}")},
           {"2001/2001.00003.gz", Gz(kPaper)},
           {"2001/2001.00009.gz", Gz(kPaper).substr(0, 40)}}),
      "arXiv_src_2001_001.tar");
  ASSERT_EQ(sink.texts.size(), 2u);
  EXPECT_EQ(sink.texts[0].part, "2001.00003");
  EXPECT_EQ(sink.texts[1].part, "2001.00001");
  for (const RawText& text : sink.texts) {
    EXPECT_EQ(text.text, kText);
    EXPECT_EQ(text.title, "T");
    EXPECT_EQ(text.meta["arxiv_id"], text.part);
  }
  const std::map<std::string, int64_t> expected = {{"pdf_only", 3},     {"withdrawn", 1},
                                                   {"no_latex", 1},     {"no_section", 1},
                                                   {"duplicate_id", 1}, {"damaged_archive", 1}};
  EXPECT_EQ(sink.losses, expected);
}

TEST(Arxiv, SinglePapers) {
  for (const auto& [bytes, name] : Files{{kPaper, "a/hep-th9901001.tex"},
                                         {Gz(kPaper), "hep-th9901001.gz"},
                                         {TarGz({{"p.tex", kPaper}}), "hep-th9901001.tar.gz"},
                                         {Tar({{"p.tex", kPaper}}), "hep-th9901001.tar"}}) {
    const Sink sink = Read(bytes, name);
    ASSERT_EQ(sink.texts.size(), 1u) << name;
    EXPECT_EQ(sink.texts[0].text, kText) << name;
  }
  const Sink named = Read(kPaper, "folder/my.paper.tex");
  ASSERT_EQ(named.texts.size(), 1u);
  EXPECT_EQ(named.texts[0].part, "my.paper");
  EXPECT_TRUE(named.texts[0].meta.is_null());
}

TEST(Arxiv, EncodingIsTheOneDeclared) {
  const std::string body =
      "\\documentclass{a}\\usepackage[cp1251]{inputenc}\\begin{document}"
      "\\section{\xcf\xf0}\\end{document}";
  const Sink sink = Read(body, "x.tex");
  ASSERT_EQ(sink.texts.size(), 1u);
  EXPECT_EQ(sink.texts[0].text, "\\section{Пр}");
}

TEST(Arxiv, UnreadableFilesAreErrors) {
  Sink sink;
  EXPECT_THROW(ReadArxiv("/no/such/file.tar", &sink), Error);
  EXPECT_EQ(Read("", "x.tex").losses, (std::map<std::string, int64_t>{{"no_latex", 1}}));
}

TEST(Arxiv, RealPapers) {
  CRIA_REQUIRE_TEST_DATA("raw/arxiv/arXiv_src_2001_001.tar");
  Sink sink;
  ReadArxiv(TestData() / "raw/arxiv/arXiv_src_2001_001.tar", &sink);
  ASSERT_EQ(sink.texts.size(), 2u);
  EXPECT_EQ(sink.texts[0].title, "SymPy: symbolic computing in Python");
  EXPECT_EQ(sink.texts[1].title, "emcee: The MCMC Hammer");
  const std::string& emcee = sink.texts[1].text;
  EXPECT_TRUE(emcee.starts_with("\\section{Introduction}\n"));
  // The bibliography is gone from between the text and its appendices.
  EXPECT_NE(emcee.find("{numpy}\\ package.\n"), std::string::npos);
  EXPECT_NE(emcee.find("\n\\appendix\n"), std::string::npos);
  EXPECT_TRUE(emcee.ends_with("examples of possible work flows."));
  // \pr{\data | \model, \nuisance}, three macros with and without arguments.
  EXPECT_NE(
      emcee.find("\\ensuremath{p(\\ensuremath{D}|\\ensuremath{\\Theta},\\ensuremath{\\alpha})}"),
      std::string::npos);
  for (const RawText& text : sink.texts) {
    for (const char* gone : {"\\newcommand", "\\renewcommand", "\\def\\", "\\bibliography",
                             "\\begin{document}", "\\input{"}) {
      EXPECT_EQ(text.text.find(gone), std::string::npos) << text.part << gone;
    }
  }
}

}  // namespace
}  // namespace cria::corpus
