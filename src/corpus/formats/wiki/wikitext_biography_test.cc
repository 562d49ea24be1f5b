// The first sentence of a biography, as a reader of Italian Wikipedia sees it.
#include "corpus/formats/wiki/wikitext_biography.h"

#include <gtest/gtest.h>

#include "corpus/formats/wiki/wikitext.h"

namespace cria::corpus {
namespace {

std::string It(std::string_view wikitext) { return WikitextToText(wikitext, "it", "Pagina"); }

TEST(WikitextBiography, TheSentenceIsWrittenOut) {
  EXPECT_EQ(It("{{S|filosofi}}\n{{Bio\n|Nome = Ada\n|Cognome = Neri\n|Sesso = F\n|LuogoNascita = "
               "Lecce\n|LuogoNascitaLink = Lecce (Italia)\n|GiornoMeseNascita = 5 giugno\n"
               "|AnnoNascita = 1823\n|LuogoMorte = Bari\n|GiornoMeseMorte = 1º luglio\n|AnnoMorte "
               "= 1890\n|Attività = attrice\n|Attività2 = esperantista\n|Nazionalità = italiana\n"
               "|PostNazionalità = , nota per\n[[Medea]]\n|Immagine = a.jpg\n}}\nFu a [[Roma]]."),
            "Ada Neri (Lecce, 5 giugno 1823 – Bari, 1º luglio 1890) è stata un'attrice ed "
            "esperantista italiana, nota per Medea. Fu a Roma.");
  // Living, with a stage name and a sound that is left out.
  EXPECT_EQ(It("{{Bio|Nome=Carlo|Cognome=Zeri|Pseudonimo=Zed|PreData={{IPA|}}|Sesso=M"
               "|LuogoNascita=Bra|GiornoMeseNascita=|AnnoNascita=1957|LuogoMorte=|AnnoMorte="
               "|Attività=scrittore|Attività2=regista|AttivitàAltre={{sp}}e [[attore]]"
               "|Nazionalità=svizzero|PostNazionalità=.\nVive a Bra}}"),
            "Zed, pseudonimo di Carlo Zeri (Bra, 1957) è uno scrittore, regista e attore svizzero. "
            "Vive a Bra.");
  EXPECT_EQ(It("{{Bio|Nome=Mao|Cognome=Li|CognomePrima=sì|PostCognomeVirgola=detto '''Il "
               "Rosso'''|AnnoNascita=1240|AnnoMorte=?|FineIncipit=fu il primo}}"),
            "Li Mao, detto Il Rosso (1240 – ?) fu il primo.");
  EXPECT_EQ(It("{{Bio|Sesso=M}}\nTesto."), "Testo.");
}

}  // namespace
}  // namespace cria::corpus
