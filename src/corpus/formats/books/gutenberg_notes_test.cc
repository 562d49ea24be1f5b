// Credits and notes at both ends of a book go, in the languages of the books; the book stays whole.
#include "corpus/formats/books/gutenberg_notes.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

const std::string kBook = "THE MILL\n\n\nCHAPTER I\n\nThe wheel turned all day.";

TEST(GutenbergNotes, HeadsOfManyForms) {
  for (const char* head : {
           "Produced by Ann and the Online\nDistributed Proofreading Team",
           "[This e-text comes in two forms: Unicode (UTF-8) and Latin-1.\n\nUse the one that "
           "works.]",
           "[This text is meant for users whose text readers show no accents.\n\nErrors are listed "
           "at the end of the e-text.]",
           "Transcribers Note: Misprints of the original\nare mended in this etext.\n\nWords in "
           "_italics_ had another type.\n\n------------",
           "Note: Project Gutenberg also has an HTML version of this\n      file.\n\n\n"
           "Transcriber's note:\n\n      Pages stand in another order.\n\n      No \"æ\" occurs.",
           "The errata of the list have been corrected, as have obvious typos.\n\nMuch is in "
           "dialect.\n\nThe three types are not told apart in the text version.",
           "NOTE DEL TRASCRITTORE\n\n -Sono stati corretti gli errori tipografici.\n\n -L'indice "
           "manca nell'originale.",
           "  Au lecteur.\n\n    Le texte en italiques est indiqué ici comme _italiques_.",
           "Anmerkungen zur Transkription\n\n  Der Text ist in Fraktur gesetzt.",
           "Nota de transcripción: Se ha conservado la ortografía del original.",
           "Notas de transcrição:\n\n  Foram corrigidos dois erros.",
           "Opmerkingen van de bewerker\n\n  De spelling is behouden.",
           "+-------------------------+\n| Transcriber's Note:     |\n|                         |\n"
           "| Spelling is as printed. |\n+-------------------------+",
           "Transcribed from the 1908 Longmans edition by A. B.",
       }) {
    EXPECT_EQ(WithoutGutenbergNotes(std::string("\n\n") + head + "\n\n\n\n" + kBook + "\n\n"),
              kBook)
        << head;
  }
}

TEST(GutenbergNotes, EndsOfManyForms) {
  for (const char* end : {
           "Transcriber's Notes\n\n\nPage 12: \"teh\" changed to \"the\"\n\nPage 30: \"hte\"",
           "TRANSCRIBERS NOTE\n\nSpelling and punctuation of the original are kept.",
           "Errata noted by transcriber:\n\n... to good ends.\n  _full stop missing_",
           "       *       *       *\n\n\nERRATA.\n\n  Sail on, O ship\n    [_final punctuation "
           "missing_]\n\n  Sail off  [Sale]",
           "Au lecteur.\n\n    Ce livre électronique reproduit le texte.\n\n  PARTIE I\n\n    Page "
           "1: «dan» remplacé par «dans».",
           "Anmerkungen zur Transkription:\n\nS. 8: »Hans« statt »Hnas«\n\nS. 9: korrigiert",
           "Lista de erros corrigidos\n\nPág. 1: Maiio -- Maio",
           "Huomautuksia e-tekstiin:\n\nPainovirheet on korjattu.",
           "Nota del transcriptor: se han corregido las erratas.",
           "[Transcriber's note: the index was not printed.]",
       }) {
    EXPECT_EQ(WithoutGutenbergNotes(kBook + "\n\n\n\n" + end + "\n\n"), kBook) << end;
  }
}

TEST(GutenbergNotes, ANoteInBracketsLosesOnlyItself) {
  EXPECT_EQ(WithoutGutenbergNotes("I\n\nOne.\n\n[Transcriber's Note: a page [77] is\nmissing "
                                  "here.]\n\nII\n\nTwo on p. 71 [Transcriber's note: p. 73], "
                                  "three [1] [sic].\n\nThe end."),
            "I\n\nOne.\n\nII\n\nTwo on p. 71, three [1] [sic].\n\nThe end.");
  EXPECT_EQ(WithoutGutenbergNotes("One.\n\n[Note Project Gutenberg: music set anew]\n\nTwo."),
            "One.\n\nTwo.");
  // Never closed: no bracket.
  EXPECT_EQ(WithoutGutenbergNotes("One.\n\n[Transcriber's Note: x\n\nTwo."),
            "One.\n\n[Transcriber's Note: x\n\nTwo.");
}

TEST(GutenbergNotes, MusicAsTypistsWriteIt) {
  const std::string music =
      "[Note Project Gutenberg: music transcribed in Lilypond format]\n\\layout {\n  \\context { "
      "\\Score }\n}\n\n{\n  b'4. a'8 g'4 [a'8 (b'8)]\n}\n\n\\version \"2.7.39\" % necessary "
      "for upgrading to future LilyPond versions.\n]\n\nThe next chapter.";
  EXPECT_EQ(WithoutGutenbergNotes("The melody is this:\n\n" + music),
            "The melody is this:\n\n]\n\nThe next chapter.");
  // Without an end only the note goes.
  EXPECT_EQ(WithoutGutenbergNotes("The melody is this:\n\n[Transcriber's note: LilyPond below]\n"
                                  "{ b'4 }\n\nThe next chapter."),
            "The melody is this:\n\n{ b'4 }\n\nThe next chapter.");
  EXPECT_EQ(WithoutGutenbergNotes("A song.\n\n[Music: Transcribers note See HTML version for "
                                  "music]\n\nAnother song."),
            "A song.\n\nAnother song.");
}

TEST(GutenbergNotes, TheBookItselfStays) {
  const std::string prose(300, 'p');
  for (const std::string& book : {
           // A chapter behind a note without brackets.
           "I\n\nOne.\n\nTranscriber's note: a page is missing.\n\nII\n\n" + prose + "\n\n" + prose,
           // The book's own list, its own words to the reader, a chapter on transcriptions.
           std::string("I\n\nOne.\n\nERRATA.\n\nPage 9, line 3, for hat read cat."),
           "AU LECTEUR.\n\n" + prose + "\n\nI\n\nUn.",
           "One.\n\nNOTE ON LISZT'S TRANSCRIPTIONS\n\n" + prose + "\n\n" + prose,
           std::string("THE LETTERS OF A. B.\n\nCorrected from the original.\n\n\nI\n\nDear sir,"),
           std::string("One must leave a transcriber some latitude: errors are human."),
       }) {
    EXPECT_EQ(WithoutGutenbergNotes(book), book);
  }
  // One blank line behind the note, then the book.
  EXPECT_EQ(WithoutGutenbergNotes("Transcriber's note: spelling is kept.\n\nCHAPTER I\n\nOne."),
            "CHAPTER I\n\nOne.");
  EXPECT_EQ(WithoutGutenbergNotes("Produced by Ann.\n\n\n      CENTRED TITLE\n\nOne."),
            "      CENTRED TITLE\n\nOne.");
  EXPECT_EQ(WithoutGutenbergNotes(""), "");
}

}  // namespace
}  // namespace cria::corpus
