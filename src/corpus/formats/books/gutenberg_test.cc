// The frame of a book and what is inside; real books.
#include "corpus/formats/books/gutenberg.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "corpus/formats/encoding.h"
#include "test_data.h"

namespace cria::corpus {
namespace {

TEST(Gutenberg, FrameCreditsAndNotesGo) {
  const RawText book = ReadGutenberg(
      "The Project Gutenberg EBook of Max, by A. Writer\r\n\r\nTitle: Max\r\nAuthor: A. Writer\r\n"
      "Language: Dutch\r\n\r\n*** START OF THIS PROJECT GUTENBERG EBOOK MAX ***\r\n\r\n\r\n"
      "Produced by B. and C.\r\n\r\n[Transcriber's note: all is well.]\r\n\r\nMAX\r\n\r\n"
      "Once upon a time.\r\n\r\nThe end.\r\n\r\nTranscriber's Notes\r\n\r\n- 014: a comma.\r\n\r\n"
      "End of the Project Gutenberg EBook of Max\r\n\r\n*** END OF THIS PROJECT GUTENBERG EBOOK "
      "MAX ***\r\nlicence\r\n");
  EXPECT_EQ(book.text, "MAX\n\nOnce upon a time.\n\nThe end.");
  EXPECT_EQ(book.title, "Max");
  EXPECT_EQ(book.language, "nl");
  EXPECT_EQ(book.meta["author"], "A. Writer");
}

TEST(Gutenberg, TheFrameOfEarlyEtextsGoes) {
  for (const char* small_print :
       {"*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*",
        "*END THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.12.12.00*END*"}) {
    const RawText book = ReadGutenberg(
        std::string("The Project Gutenberg Etext of Max and Moritz, by A. Writer\n#8 in our series"
                    "\n\nCopyright laws are changing all over the world, be sure to check.\n\n"
                    "**Welcome To The World of Free Plain Vanilla Electronic Texts**\n\n"
                    "***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***\nWhy?\n") +
        small_print +
        "\n\n\n\nScanned and proofed by B.\n\n\nMAX\n\nOnce.\n\n\n\n"
        "End of The Project Gutenberg Etext of Max\n\n\n");
    EXPECT_EQ(book.text, "MAX\n\nOnce.");
    EXPECT_EQ(book.title, "Max and Moritz");
    EXPECT_EQ(book.meta["author"], "A. Writer");
  }
  // The first of all had no small print.
  EXPECT_EQ(
      ReadGutenberg("The Project Gutenberg Etext of Max\n\nPlease take a look at the important "
                    "information in this header.\n\nMAX\n\nOnce.\n\nEnd of Project "
                    "Gutenberg Etext of Max")
          .text,
      "MAX\n\nOnce.");
}

TEST(Gutenberg, MarksOnSomeLinesAndEndsInOtherLanguages) {
  const auto book = [](const std::string& end) {
    return ReadGutenberg(
               "Title: Max\n\n***START OF THE PROJECT GUTENBERG EBOOK MAX AND\nMORITZ IN "
               "TWO PARTS***\n\n\nMAX\n\nOnce.\n\n\n" +
               end + "\n\n***END OF THE PROJECT GUTENBERG EBOOK MAX***\nlicence")
        .text;
  };
  for (const char* end :
       {"End of the Project Gutenberg EBook of Max", "Ende dieses Projekt Gutenberg Etextes Max",
        "Fin de Project Gutenberg etext Max", "Fine del testo del Progetto Gutenberg",
        "Einde van dit Project Gutenberg e-boek", "Fim do livro do Project Gutenberg"}) {
    EXPECT_EQ(book(end), "MAX\n\nOnce.") << end;
  }
  EXPECT_EQ(book("The end of the press."), "MAX\n\nOnce.\n\n\nThe end of the press.");
}

TEST(Gutenberg, OtherTextsStay) {
  EXPECT_EQ(ReadGutenberg("Produced by me.\n\nText.\n").text, "Produced by me.\n\nText.\n");
  EXPECT_EQ(ReadGutenberg("").text, "");
  EXPECT_EQ(ReadGutenberg("*** END OF THE PROJECT *** START OF THE").text, "");
}

TEST(Gutenberg, RealBooks) {
  for (const char* name : {"84-0.txt", "1342-0.txt", "2000-8.txt", "24675-8.txt"}) {
    CRIA_REQUIRE_TEST_DATA((std::string("raw/gutenberg/") + name).c_str());
    const RawText book = ReadGutenberg(ToUtf8(ReadFile(TestData() / "raw/gutenberg" / name), ""));
    for (const char* frame : {"Produced by", "End of Project", "End of the Project",
                              "PROJECT GUTENBERG", "Transcriber's Notes"}) {
      EXPECT_EQ(book.text.find(frame), std::string::npos) << name << " " << frame;
    }
    EXPECT_FALSE(book.title.empty()) << name;
    EXPECT_EQ(book.language.size(), 2u) << name;
  }
}

}  // namespace
}  // namespace cria::corpus
