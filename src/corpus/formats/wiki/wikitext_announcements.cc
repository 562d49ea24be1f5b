// One list for all languages: no phrase means something else in another one.
#include "corpus/formats/wiki/wikitext_announcements.h"

#include <algorithm>
#include <string>

#include "corpus/formats/wiki/wikitext_marks.h"

namespace cria::corpus {
namespace {

constexpr std::string_view kPhrases[] = {"table below",
                                         "tables below",
                                         "below table",
                                         "following table",
                                         "table shows",
                                         "table lists",
                                         "table gives",
                                         "see table",
                                         "table at right",
                                         "following chart",
                                         "chart below",
                                         "list below",
                                         "following is a list",
                                         "following are",
                                         "following list",
                                         "following estimates",
                                         "following figures",
                                         "following data",  //
                                         "folgende tabelle",
                                         "folgenden tabelle",
                                         "folgender tabelle",
                                         "tabelle zeigt",
                                         "siehe tabelle",
                                         "untenstehende tabelle",
                                         "untenstehenden tabelle",  //
                                         "tableau suivant",
                                         "tableau ci-dessous",
                                         "tableau ci-contre",
                                         "tableau ci-après",
                                         "tableaux suivants",
                                         "tableaux ci-dessous",  //
                                         "siguiente tabla",
                                         "tabla siguiente",
                                         "tabla de abajo",
                                         "siguiente cuadro",
                                         "cuadro siguiente",
                                         "siguientes tablas",  //
                                         "tabella seguente",
                                         "seguente tabella",
                                         "tabella sottostante",
                                         "tabella mostra",
                                         "tabella che segue",
                                         "tabella riporta",
                                         "tabelle seguenti",
                                         "seguenti tabelle",  //
                                         "tabela seguinte",
                                         "seguinte tabela",
                                         "tabela a seguir",
                                         "tabela abaixo",
                                         "quadro abaixo",
                                         "quadro seguinte",
                                         "taula següent",
                                         "següent taula",
                                         "taula de sota",  //
                                         "onderstaande tabel",
                                         "volgende tabel",
                                         "tabel hieronder",
                                         "tabel hiernaast",  //
                                         "følgende tabel",
                                         "nedenstående tabel",
                                         "tabellen viser",
                                         "tabellen nedenfor",
                                         "följande tabell",
                                         "nedanstående tabell",
                                         "tabellen visar",
                                         "tabellen nedan",  //
                                         "poniższa tabela",
                                         "poniższej tabeli",
                                         "następująca tabela",
                                         "poniższe zestawienie",
                                         "tabela poniżej",
                                         "tabeli poniżej",
                                         "následující tabulka",
                                         "následující tabulce",
                                         "tabulka níže",
                                         "tabulce níže",
                                         "naslednja tabela",
                                         "spodnja tabela",
                                         "spodnji tabeli",
                                         "naslednja preglednica",
                                         "spodnji preglednici",
                                         "sljedeća tablica",
                                         "sljedećoj tablici",
                                         "tablica prikazuje",
                                         "sledeća tabela",
                                         "sledećoj tabeli",
                                         "следећа табела",
                                         "следећој табели",
                                         "табела испод",
                                         "табели испод",  //
                                         "következő táblázat",
                                         "alábbi táblázat",
                                         "tabelul următor",
                                         "tabelul de mai jos",
                                         "următorul tabel",
                                         "următoarele tabele",  //
                                         "следующая таблица",
                                         "следующей таблице",
                                         "таблице ниже",
                                         "таблица ниже",
                                         "нижеследующей таблице",
                                         "таблице приведен",
                                         "таблице указан",
                                         "приведены в таблице",
                                         "наступна таблиця",
                                         "наступній таблиці",
                                         "таблиці нижче",
                                         "таблиця нижче",
                                         "таблиці наведен",
                                         "следната таблица",
                                         "таблицата по-долу",
                                         "следващата таблица",  //
                                         "aşağıdaki tablo",
                                         "aşağıdaki liste",
                                         "seuraava taulukko",
                                         "seuraavassa taulukossa",
                                         "oheinen taulukko",
                                         "olevassa taulukossa",
                                         "παρακάτω πίνακ",
                                         "ακόλουθος πίνακας",
                                         "ακόλουθο πίνακα",
                                         "الجدول التالي",
                                         "الجدول أدناه",
                                         "以下の表",
                                         "次の表",
                                         "下表"};

}  // namespace

bool AnnouncesWikitextTable(std::string_view sentence) {
  // "(see the table below)" beside a statement takes nothing from it.
  std::string folded;
  int depth = 0;
  for (const char c : FoldWikitextName(sentence)) {
    if (c == '(') ++depth;
    if (depth <= 0) folded += c;
    if (c == ')') --depth;
  }
  return std::any_of(std::begin(kPhrases), std::end(kPhrases),
                     [&](std::string_view phrase) { return folded.find(phrase) != folded.npos; });
}

}  // namespace cria::corpus
