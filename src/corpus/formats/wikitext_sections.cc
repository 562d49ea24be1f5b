// Per language two lists; the English names hold in every language, for templates and bots write
// them there too.
#include "corpus/formats/wikitext_sections.h"

#include <unordered_map>

#include "corpus/formats/wikitext_marks.h"

namespace cria::corpus {
namespace {

struct Names {
  std::string_view language, no_text, only_lists;
};

constexpr Names kNames[] = {
    {"en",
     "see also|references|reference|external links|external link|footnotes|citations|"
     "further reading|notes and references|references and notes|notes and citations|works cited|"
     "references and footnotes|footnotes and references|cited works|cited references|"
     "general references|explanatory notes|explanatory footnotes|references and further reading|"
     "further reading and references|additional reading|suggested reading|recommended reading|"
     "web links|weblinks|external references|notes and sources|sources and references|"
     "references and sources|references and external links|external links and references|"
     "citations and notes|in-line citations|inline citations|endnotes|informational notes|"
     "see also and references|related pages|other websites",
     "notes|sources|bibliography|literature|additional references|further information|links|"
     "gallery|primary sources|secondary sources|selected bibliography|general bibliography|"
     "references cited|literature cited|readings|resources|other resources"},
    {"de",
     "siehe auch|einzelnachweise|weblinks|weblink|quellen und einzelnachweise|fußnoten|"
     "anmerkungen und einzelnachweise|einzelnachweise und anmerkungen|referenzen|belege|nachweise|"
     "literatur und weblinks|literatur und einzelnachweise|externe links|einzelbelege|"
     "weblinks und einzelnachweise|quellen und literatur|literatur und quellen|verweise|links|"
     "quellenangaben|quellennachweise|fußnoten und einzelnachweise|nachweise und anmerkungen",
     "literatur|quellen|anmerkungen|literaturhinweise|literaturauswahl|bibliografie|bibliographie|"
     "sekundärliteratur|primärliteratur|weiterführende literatur|literatur (auswahl)|galerie|"
     "fachliteratur|bildergalerie"},
    {"fr",
     "voir aussi|notes et références|références|référence|liens externes|lien externe|"
     "articles connexes|article connexe|notes|note|références et notes|annexes|"
     "notes, sources et références|sources et références|notes et sources|liens et documents "
     "externes|pour en savoir plus|voir également|liens internes|références et liens externes",
     "bibliographie|sources|ouvrages|lien|liens|pour approfondir|bibliographie sélective|"
     "bibliographie indicative|orientation bibliographique|galerie|galerie de "
     "photos|documentation"},
    {"es",
     "véase también|vea también|ver también|referencias|referencia|enlaces externos|enlace externo|"
     "notas y referencias|referencias y notas|notas|notas al pie|referencias bibliográficas|"
     "enlaces relacionados|véase además|referencias externas",
     "bibliografía|fuentes|bibliografía adicional|lecturas adicionales|enlaces|galería|"
     "bibliografía complementaria|lectura adicional|bibliografía consultada|para saber más|"
     "bibliografía utilizada|galería de imágenes"},
    {"it",
     "voci correlate|collegamenti esterni|altri progetti|note|riferimenti|note e riferimenti|"
     "voci collegate|altre voci correlate|riferimenti e note",
     "bibliografia|fonti|esplicative|bibliografiche|annotazioni|bibliografia essenziale|"
     "galleria d'immagini|letture consigliate|bibliografia di riferimento|galleria fotografica"},
    {"pt",
     "ver também|veja também|ligações externas|ligação externa|referências|referência|"
     "referências e notas|notas e referências|links externos|notas|ligações exteriores|"
     "veja mais|ligações internas|notas de rodapé|referências gerais|link externo",
     "bibliografia|fontes|leitura adicional|leitura complementar|referências bibliográficas|"
     "bibliografia complementar|leituras adicionais|galeria|galeria de imagens|leitura "
     "recomendada"},
    {"ca",
     "vegeu també|referències|referència|enllaços externs|enllaç extern|notes|"
     "notes i referències|referències i notes|veure també|enllaços relacionats|articles "
     "relacionats",
     "bibliografia|fonts|bibliografia complementària|bibliografia addicional|galeria|"
     "galeria d'imatges|per a més informació|bibliografia consultada"},
    {"nl",
     "zie ook|externe links|externe link|referenties|noten|voetnoten|verwijzingen|bronvermelding|"
     "bronnen, noten en/of referenties|bronnen en referenties|externe koppelingen|bronnen en noten|"
     "noten en referenties|bronnen, noten en referenties|weblinks|externe bronnen|noot|"
     "externe verwijzingen|referentie|bronnen|bron|noten, bronnen en/of referenties",
     "literatuur|bibliografie|geraadpleegde literatuur|verder lezen|afbeeldingen|galerij|"
     "literatuurlijst|literatuur en bronnen|fotogalerij"},
    {"da",
     "se også|referencer|noter|eksterne henvisninger|eksterne links|fodnoter|kilder og noter|"
     "henvisninger|noter og referencer|ekstern henvisning|kilder/eksterne henvisninger|"
     "kilder/henvisninger|eksterne kilder/henvisninger|referencer og noter|kilder og referencer|"
     "kilder og eksterne henvisninger|kildehenvisninger|noter/referencer",
     "litteratur|kilder|kilde|bibliografi|yderligere læsning|videre læsning|eksterne "
     "kilder|galleri|"
     "litteraturliste|billeder"},
    {"sv",
     "se även|referenser|externa länkar|noter|fotnoter|extern länk|källhänvisningar|"
     "noter och referenser|se också|referenser och noter|källor och noter|noter och källor|"
     "källförteckning|källor och referenser|webbkällor|övriga källor|länkar",
     "litteratur|källor|källa|vidare läsning|tryckta källor|bibliografi|anmärkningar|bilder|"
     "allmänna källor|litteratur och källor|galleri|bildgalleri|övrig litteratur"},
    {"pl",
     "zobacz też|przypisy|linki zewnętrzne|link zewnętrzny|zobacz także|odnośniki|"
     "przypisy i uwagi|uwagi i przypisy|linki",
     "bibliografia|literatura|źródła|uwagi|literatura dodatkowa|źródło|literatura przedmiotu|"
     "galeria|wybrana literatura|publikacje źródłowe"},
    {"cs",
     "reference|externí odkazy|externí odkaz|související články|viz též|viz také|"
     "podívejte se také na|související stránky|reference a poznámky|poznámky a reference|"
     "související odkazy|odkazy",
     "literatura|zdroje|poznámky|bibliografie|prameny|galerie|doporučená literatura|"
     "použitá literatura|fotogalerie|vysvětlivky"},
    {"sl",
     "glej tudi|zunanje povezave|sklici|reference|sklici in opombe|opombe in sklici|"
     "opombe in reference|viri in opombe|zunanja povezava|sklici in viri|viri in sklici|"
     "reference in viri|viri in reference|opombe in viri|zunanji viri|povezave",
     "literatura|bibliografija|viri|nadaljnje branje|opombe|galerija|viri in literatura|"
     "nadaljnje čtivo|dodatno branje"},
    {"hr",
     "vidi još|vidi također|izvori|vanjske poveznice|vanjska poveznica|povezani članci|poveznice|"
     "bilješke|unutrašnje poveznice|vidi|unutarnje poveznice|vanjske veze|izvor|"
     "bilješke i izvori|izvori i bilješke|također pogledajte|pogledajte također|srodni članci",
     "literatura|bibliografija|napomene|galerija|daljnja literatura|dodatna literatura"},
    {"sr",
     "види још|vidi još|види такође|референце|reference|спољашње везе|спољне везе|спољашња веза|"
     "spoljašnje veze|spoljne veze|спољашњи линкови|напомене|извори|повезано|белешке|фусноте|види|"
     "извор|napomene|izvori|beleške|vanjske veze|погледајте још|извори и референце|"
     "напомене и референце|референце и напомене|види и|повезнице|линкови",
     "литература|literatura|додатна литература|библиографија|bibliografija|галерија|galerija|"
     "извори и литература"},
    {"hu",
     "jegyzetek|források|külső hivatkozások|kapcsolódó szócikkek|lásd még|hivatkozások|lásd|"
     "külső hivatkozás|kapcsolódó cikkek|jegyzetek és források|források és jegyzetek|lábjegyzetek|"
     "jegyzet|forrás|külső linkek|források, jegyzetek|jegyzetek, források|kapcsolódó lapok",
     "irodalom|szakirodalom|ajánlott irodalom|további információk|irodalomjegyzék|bibliográfia|"
     "megjegyzések|galéria|felhasznált irodalom|további irodalom|képgaléria|képek|városkép"},
    {"ro",
     "vezi și|vezi şi|note|referințe|referinţe|legături externe|legătură externă|"
     "note și referințe|note şi referinţe|linkuri externe|vedeți și|a se vedea și|"
     "articole înrudite|note bibliografice|referințe și note|note explicative|pagini de referință",
     "bibliografie|surse|lectură suplimentară|lecturi suplimentare|bibliografie suplimentară|"
     "literatură|galerie|galerie de imagini|lectură recomandată|surse bibliografice"},
    {"ru",
     "см. также|примечания|ссылки|внешние ссылки|сноски|комментарии и примечания|"
     "примечания и ссылки|смотри также|смотрите также|источники и ссылки|ссылки и примечания|"
     "ссылка|примечания и источники|источники и примечания|см. так же|примечание|"
     "литература и ссылки|ссылки и источники|ссылки и литература|литература и источники|"
     "источники и литература",
     "литература|источники|библиография|комментарии|список литературы|дополнительная литература|"
     "использованная литература|рекомендуемая литература|галерея|источник|фотогалерея"},
    {"uk",
     "див. також|примітки|посилання|зовнішні посилання|виноски|дивись також|див. ще|"
     "джерела та література|джерела й література|примітки та посилання|дивіться також|"
     "посилання та примітки|примітки та джерела|література та джерела|джерела та примітки|"
     "література і джерела|джерела і література|інтернет-посилання|джерела та посилання|див.також",
     "література|джерела|коментарі|бібліографія|джерело|галерея|додаткова література|"
     "список літератури|рекомендована література|фотогалерея|зображення"},
    {"bg",
     "вижте също|виж също|външни препратки|външна препратка|вижте още|бележки и източници|"
     "източници|препратки|източници и бележки|бележки под линия|външни източници|виж още|"
     "външни връзки|бележки и препратки|източник|източници и препратки|вж. също",
     "литература|библиография|бележки|използвана литература|допълнителна литература|галерия|"
     "за допълнително четене"},
};

using Index = std::unordered_map<std::string, WikitextSection>;

void Add(std::string_view language, std::string_view names, WikitextSection section, Index* index) {
  while (!names.empty()) {
    const size_t end = std::min(names.find('|'), names.size());
    index->emplace(std::string(language) + "\n" + std::string(names.substr(0, end)), section);
    names.remove_prefix(std::min(end + 1, names.size()));
  }
}

const Index& All() {
  static const Index index = [] {
    Index all;
    for (const Names& names : kNames) {
      Add(names.language, names.no_text, WikitextSection::kNoText, &all);
      Add(names.language, names.only_lists, WikitextSection::kOnlyLists, &all);
    }
    return all;
  }();
  return index;
}

}  // namespace

WikitextSection SectionOf(std::string_view heading, std::string_view language) {
  std::string name = FoldWikitextName(heading);
  while (!name.empty() && (name.back() == ':' || name.back() == '.' || name.back() == ' ')) {
    name.pop_back();
  }
  for (const std::string_view which : {language, std::string_view("en")}) {
    const auto found = All().find(std::string(which) + "\n" + name);
    if (found != All().end()) return found->second;
  }
  return WikitextSection::kText;
}

}  // namespace cria::corpus
