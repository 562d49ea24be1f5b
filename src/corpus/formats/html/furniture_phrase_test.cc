// Phrases of each language as sites write them, and sentences that only look like them.
#include "corpus/formats/html/furniture_phrase.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cria::corpus {
namespace {

using Use = FurniturePhrase;

bool Has(std::string_view block, Use use) { return FindFurniturePhrases(block).Has(use); }

bool SaysNothing(std::string_view block) {
  const FurniturePhraseSet found = FindFurniturePhrases(block);
  for (int bit = 1; bit <= static_cast<int>(Use::kComments); bit *= 2) {
    if (found.Has(static_cast<Use>(bit))) return false;
  }
  return true;
}

TEST(FurniturePhrase, TwentyLanguages) {
  for (const std::string_view head : {"Свързани статии",
                                      "Articles relacionats",
                                      "Související články",
                                      "Relaterede artikler",
                                      "Ähnliche Beiträge",
                                      "You may also like…",
                                      "Artículos relacionados",
                                      "Articles similaires",
                                      "Povezani članci",
                                      "Kapcsolódó cikkek",
                                      "Articoli correlati",
                                      "Gerelateerde artikelen",
                                      "Czytaj także:",
                                      "Artigos relacionados",
                                      "Citește și",
                                      "Читайте также:",
                                      "Sorodni članki",
                                      "Прочитајте још",
                                      "Läs också:",
                                      "Читайте також:"}) {
    EXPECT_TRUE(Has(head, Use::kSection)) << head;
  }
  for (const std::string_view head :
       {"Напиши коментар",      "Deixa un comentari",       "Napsat komentář",
        "Skriv en kommentar",   "Schreibe einen Kommentar", "Leave a Reply",
        "Deja un comentario",   "Laisser un commentaire",   "Ostavite komentar",
        "Szólj hozzá!",         "Lascia un commento",       "Geef een reactie",
        "Dodaj komentarz",      "Deixe um comentário",      "Lasă un comentariu",
        "Добавить комментарий", "Dodaj svoj komentar",      "Оставите коментар",
        "Lämna en kommentar",   "Залишити коментар"}) {
    EXPECT_TRUE(Has(head, Use::kComments)) << head;
  }
  for (const std::string_view line : {"© 2024. Всички права запазени.",
                                      "Tots els drets reservats",
                                      "Všechna práva vyhrazena.",
                                      "Alle rettigheder forbeholdes",
                                      "Alle Rechte vorbehalten",
                                      "All Rights Reserved",
                                      "Todos los derechos reservados",
                                      "Tous droits réservés",
                                      "Sva prava pridržana",
                                      "Minden jog fenntartva",
                                      "Tutti i diritti riservati",
                                      "Alle rechten voorbehouden",
                                      "Wszelkie prawa zastrzeżone",
                                      "Todos os direitos reservados",
                                      "Toate drepturile rezervate",
                                      "ВСЕ ПРАВА ЗАЩИЩЕНЫ",
                                      "Vse pravice pridržane",
                                      "Сва права задржана",
                                      "Alla rättigheter förbehållna",
                                      "Усі права захищені"}) {
    EXPECT_TRUE(Has("X " + std::string(line), Use::kInside)) << line;
  }
}

TEST(FurniturePhrase, CaseMarksAndNumbersDoNotCount) {
  EXPECT_TRUE(Has("» YOU MAY ALSO LIKE: «", Use::kSection));
  EXPECT_TRUE(Has("18 Kommentare", Use::kComments));
  EXPECT_TRUE(Has("Comments (1,204)", Use::kLast));
  EXPECT_TRUE(Has("Don’t miss", Use::kSection));
  EXPECT_TRUE(Has("Don't miss", Use::kSection));
  EXPECT_TRUE(Has("l’utente: Tutti i di\u00adritti riservati", Use::kInside));
  EXPECT_TRUE(Has("©2024 Example Ltd", Use::kStart));
  EXPECT_TRUE(Has("3 min read", Use::kStart));
}

TEST(FurniturePhrase, PlacesInTheBlock) {
  EXPECT_TRUE(Has("READ | A storm comes", Use::kLabel));
  EXPECT_TRUE(Has("Foto: N. N./dpa", Use::kLabel));
  EXPECT_FALSE(Has("Foto von N. N.: so war es", Use::kLabel));
  EXPECT_TRUE(Has("Tagged with: trees, water", Use::kWord));
  EXPECT_TRUE(Has("You must be logged in to comment", Use::kStart));
  EXPECT_FALSE(Has("He said: you must be logged in", Use::kStart));
  EXPECT_FALSE(Has("Related articles of the treaty", Use::kSection));
  // A word is whole.
  EXPECT_FALSE(Has("Sharecroppers", Use::kLine));
  EXPECT_FALSE(Has("Tagsüber scheint die Sonne", Use::kWord));
  // One word heads what follows only at the end of a text.
  EXPECT_FALSE(Has("Comments", Use::kComments));
  EXPECT_TRUE(Has("Comments", Use::kLast));
}

TEST(FurniturePhrase, SentencesOfArticles) {
  for (const std::string_view sentence :
       {"Browsers store cookies, and sites use them to know who comes back.",
        "The use of cookies was limited by a law of 2011.",
        "She shared the prize with two others and left a comment in the book.",
        "Die Verwendung von Cookies regelt ein Gesetz; in den Kommentaren steht mehr.",
        "Les archives de la ville gardent la suite de l'histoire.",
        "Los derechos de autor se pagan cada año en este país.",
        "В комментариях к закону говорится о правах автора.",
        "Na komentarze trzeba było czekać do rana.", "", "…", "12 34"}) {
    EXPECT_TRUE(SaysNothing(sentence)) << sentence;
  }
}

TEST(FurniturePhrase, TheTableIsSound) {
  size_t single = 0;
  for (const FurniturePhrases& row : FurniturePhraseTable()) {
    std::set<std::string_view> seen;
    std::string_view rest = row.texts;
    while (!rest.empty()) {
      const std::string_view phrase = rest.substr(0, rest.find('|'));
      rest.remove_prefix(std::min(phrase.size() + 1, rest.size()));
      const std::string text(phrase.substr(phrase.find_first_not_of('\n')));
      EXPECT_FALSE(SaysNothing(text + ":")) << text;
      EXPECT_TRUE(seen.insert(phrase).second) << text;
      if (row.use == Use::kInside && text.find_first_of(" -'") == text.npos) ++single;
    }
  }
  // One word anywhere in a block says little.
  EXPECT_LE(single, 10u);
}

}  // namespace
}  // namespace cria::corpus
