// Boxes for editors leave no word behind in any of the 20 languages.
#include "corpus/formats/wiki/wikitext_upkeep.h"

#include <gtest/gtest.h>

#include "corpus/formats/wiki/wikitext.h"

namespace cria::corpus {
namespace {

TEST(WikitextUpkeep, BoxesLeaveNoWordBehind) {
  struct Case {
    const char *language, *box;
  };
  for (const Case& c : std::initializer_list<Case>{{"bg", "мъниче|Град Лом"},
                                                   {"ca", "Esborrany|Geografia física"},
                                                   {"cs", "Upravit|Styl textu"},
                                                   {"da", "Kildeløs|Maj 2010"},
                                                   {"de", "Überarbeiten|Keine Quellen da"},
                                                   {"en", "Expert-subject|Cell Biology"},
                                                   {"es", "Wikificar|Música clásica"},
                                                   {"fr", "Ébauche|Ville de Suisse"},
                                                   {"hr", "Mrva-biol|Životinje kopna"},
                                                   {"hu", "Csonk-földrajz|Magyar falvak"},
                                                   {"it", "S|Uccelli d'acqua"},
                                                   {"it", "s|uccelli"},
                                                   {"it", "C|Motivo breve|storia"},
                                                   {"it", "F|Storia"},
                                                   {"it", "..."},
                                                   {"nl", "Beginnetje|Plaats in Nederland"},
                                                   {"pl", "Dopracować|Brak źródeł"},
                                                   {"pt", "Esboço-geo|Cidade do Porto"},
                                                   {"ro", "Ciot|Biologie celulară"},
                                                   {"ru", "Переработать|Много ошибок"},
                                                   {"sl", "Škrbina-vas|Kraj v Sloveniji"},
                                                   {"sr", "Клица-гео|Село у Србији"},
                                                   {"sv", "Källor|Maj 2010"},
                                                   {"uk", "Доробити|Багато помилок"}}) {
    const std::string box = std::string("{{") + c.box + "}}";
    // On a line of its own, and before words on the same line.
    EXPECT_EQ(WikitextToText(box + "\n'''X''' 1900.\n== H ==\n" + box + " Ab 1900.\n\nYz:\n* a",
                             c.language),
              "X 1900.\n\nH\n\nAb 1900.\n\nYz:\n\n- a")
        << c.language << " " << c.box;
  }
}

TEST(WikitextUpkeep, TheNamesMeanOtherThingsElsewhere) {
  EXPECT_EQ(WikitextToText("built {{c|1900}}", "en"), "built c. 1900");
  EXPECT_EQ(WikitextToText("text {{s|struck}} out", "en"), "text struck out");
  EXPECT_EQ(WikitextToText("au {{s|XX}}", "fr"), "au XXe siècle");
  EXPECT_FALSE(IsWikitextUpkeepFamily("stubborn"));
}

}  // namespace
}  // namespace cria::corpus
