// Per language two lists; the English names hold in every language, for templates and bots write
// them there too.
#include "corpus/formats/wiki/wikitext_sections.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "corpus/formats/wiki/wikitext_marks.h"

namespace cria::corpus {
namespace {

struct Names {
  std::string_view language, no_text, only_lists;
};

constexpr Names kNames[] = {
    {"en",
     "see also|references|reference|external links|external link|footnotes|citations|"
     "further reading|notes and references|references and notes|notes and citations|"
     "works cited|references and footnotes|footnotes and references|cited works|"
     "cited references|general references|explanatory notes|explanatory footnotes|"
     "references and further reading|further reading and references|additional reading|"
     "suggested reading|recommended reading|web links|weblinks|external references|"
     "notes and sources|sources and references|references and sources|"
     "references and external links|external links and references|citations and notes|"
     "in-line citations|inline citations|endnotes|informational notes|see also and references|"
     "related pages|other websites|bibliography|selected bibliography|general bibliography|"
     "references cited|literature cited|primary sources|secondary sources|primary literature|"
     "secondary literature|bibliography and references|reference literature|further literature|"
     "etymological bibliography|annotated bibliography|reference works",
     "notes|sources|literature|additional references|further information|links|gallery|"
     "readings|resources|other resources"},
    {"de",
     "siehe auch|einzelnachweise|weblinks|weblink|quellen und einzelnachweise|fußnoten|"
     "anmerkungen und einzelnachweise|einzelnachweise und anmerkungen|referenzen|belege|"
     "nachweise|literatur und weblinks|literatur und einzelnachweise|externe links|"
     "einzelbelege|weblinks und einzelnachweise|quellen und literatur|literatur und quellen|"
     "verweise|links|quellenangaben|quellennachweise|fußnoten und einzelnachweise|"
     "nachweise und anmerkungen|bibliografie|bibliographie|sekundärliteratur|primärliteratur|"
     "literaturhinweise|literaturauswahl|literatur (auswahl)|quelleneditionen|quellenausgaben",
     "literatur|quellen|anmerkungen|weiterführende literatur|galerie|fachliteratur|"
     "bildergalerie"},
    {"fr",
     "voir aussi|notes et références|références|référence|liens externes|lien externe|"
     "articles connexes|article connexe|notes|note|références et notes|annexes|"
     "notes, sources et références|sources et références|notes et sources|"
     "liens et documents externes|pour en savoir plus|voir également|liens internes|"
     "références et liens externes|bibliographie|bibliographie sélective|"
     "bibliographie indicative|orientation bibliographique|sources primaires|"
     "sources secondaires|ouvrages de référence",
     "sources|ouvrages|lien|liens|pour approfondir|galerie|galerie de photos|documentation"},
    {"es",
     "véase también|vea también|ver también|referencias|referencia|enlaces externos|"
     "enlace externo|notas y referencias|referencias y notas|notas|notas al pie|"
     "referencias bibliográficas|enlaces relacionados|véase además|referencias externas|"
     "bibliografía|bibliografía adicional|bibliografía complementaria|bibliografía consultada|"
     "bibliografía utilizada|fuentes primarias|fuentes secundarias",
     "fuentes|lecturas adicionales|enlaces|galería|lectura adicional|para saber más|"
     "galería de imágenes"},
    {"it",
     "voci correlate|collegamenti esterni|altri progetti|note|riferimenti|note e riferimenti|"
     "voci collegate|altre voci correlate|riferimenti e note|bibliografia|"
     "bibliografia essenziale|bibliografia di riferimento|bibliografiche|fonti primarie|"
     "fonti secondarie|fonti|letture",
     "esplicative|annotazioni|fonti|galleria d'immagini|letture consigliate|galleria fotografica"},
    {"pt",
     "ver também|veja também|ligações externas|ligação externa|referências|referência|"
     "referências e notas|notas e referências|links externos|notas|ligações exteriores|"
     "veja mais|ligações internas|notas de rodapé|referências gerais|link externo|"
     "bibliografia|bibliografia complementar|referências bibliográficas|fontes primárias|"
     "fontes secundárias",
     "fontes|leitura adicional|leitura complementar|leituras adicionais|galeria|"
     "galeria de imagens|leitura recomendada"},
    {"ca",
     "vegeu també|referències|referència|enllaços externs|enllaç extern|notes|"
     "notes i referències|referències i notes|veure també|enllaços relacionats|"
     "articles relacionats|bibliografia|bibliografia complementària|bibliografia addicional|"
     "bibliografia consultada|fonts primàries|fonts secundàries",
     "fonts|galeria|galeria d'imatges|per a més informació"},
    {"nl",
     "zie ook|externe links|externe link|referenties|noten|voetnoten|verwijzingen|"
     "bronvermelding|bronnen, noten en/of referenties|bronnen en referenties|"
     "externe koppelingen|bronnen en noten|noten en referenties|bronnen, noten en referenties|"
     "weblinks|externe bronnen|noot|externe verwijzingen|referentie|bronnen|bron|"
     "noten, bronnen en/of referenties|bibliografie|geraadpleegde literatuur|literatuurlijst|"
     "primaire bronnen|secundaire bronnen",
     "literatuur|verder lezen|afbeeldingen|galerij|literatuur en bronnen|fotogalerij"},
    {"da",
     "se også|referencer|noter|eksterne henvisninger|eksterne links|fodnoter|kilder og noter|"
     "henvisninger|noter og referencer|ekstern henvisning|kilder/eksterne henvisninger|"
     "kilder/henvisninger|eksterne kilder/henvisninger|referencer og noter|"
     "kilder og referencer|kilder og eksterne henvisninger|kildehenvisninger|noter/referencer|"
     "bibliografi|litteraturliste|primære kilder|sekundære kilder",
     "litteratur|kilder|kilde|yderligere læsning|videre læsning|eksterne kilder|galleri|"
     "billeder"},
    {"sv",
     "se även|referenser|externa länkar|noter|fotnoter|extern länk|källhänvisningar|"
     "noter och referenser|se också|referenser och noter|källor och noter|noter och källor|"
     "källförteckning|källor och referenser|webbkällor|övriga källor|länkar|bibliografi|"
     "tryckta källor|primärkällor|sekundärkällor",
     "litteratur|källor|källa|vidare läsning|anmärkningar|bilder|allmänna källor|"
     "litteratur och källor|galleri|bildgalleri|övrig litteratur"},
    {"pl",
     "zobacz też|przypisy|linki zewnętrzne|link zewnętrzny|zobacz także|odnośniki|"
     "przypisy i uwagi|uwagi i przypisy|linki|bibliografia|publikacje źródłowe|"
     "źródła drukowane|opracowania",
     "literatura|źródła|uwagi|literatura dodatkowa|źródło|literatura przedmiotu|galeria|"
     "wybrana literatura"},
    {"cs",
     "reference|externí odkazy|externí odkaz|související články|viz též|viz také|"
     "podívejte se také na|související stránky|reference a poznámky|poznámky a reference|"
     "související odkazy|odkazy|bibliografie|použitá literatura|doporučená literatura|"
     "primární literatura|sekundární literatura",
     "literatura|zdroje|poznámky|prameny|galerie|fotogalerie|vysvětlivky"},
    {"sl",
     "glej tudi|zunanje povezave|sklici|reference|sklici in opombe|opombe in sklici|"
     "opombe in reference|viri in opombe|zunanja povezava|sklici in viri|viri in sklici|"
     "reference in viri|viri in reference|opombe in viri|zunanji viri|povezave|bibliografija|"
     "primarni viri",
     "literatura|viri|nadaljnje branje|opombe|galerija|viri in literatura|nadaljnje čtivo|"
     "dodatno branje"},
    {"hr",
     "vidi još|vidi također|izvori|vanjske poveznice|vanjska poveznica|povezani članci|"
     "poveznice|bilješke|unutrašnje poveznice|vidi|unutarnje poveznice|vanjske veze|izvor|"
     "bilješke i izvori|izvori i bilješke|također pogledajte|pogledajte također|srodni članci|"
     "bibliografija|primarni izvori",
     "literatura|napomene|galerija|daljnja literatura|dodatna literatura"},
    {"sr",
     "види још|vidi još|види такође|референце|reference|спољашње везе|спољне везе|"
     "спољашња веза|spoljašnje veze|spoljne veze|спољашњи линкови|напомене|извори|повезано|"
     "белешке|фусноте|види|извор|napomene|izvori|beleške|vanjske veze|погледајте још|"
     "извори и референце|напомене и референце|референце и напомене|види и|повезнице|линкови|"
     "библиографија|bibliografija|примарни извори",
     "литература|literatura|додатна литература|галерија|galerija|извори и литература"},
    {"hu",
     "jegyzetek|források|külső hivatkozások|kapcsolódó szócikkek|lásd még|hivatkozások|lásd|"
     "külső hivatkozás|kapcsolódó cikkek|jegyzetek és források|források és jegyzetek|"
     "lábjegyzetek|jegyzet|forrás|külső linkek|források, jegyzetek|jegyzetek, források|"
     "kapcsolódó lapok|bibliográfia|irodalomjegyzék|felhasznált irodalom|elsődleges források|"
     "másodlagos források",
     "irodalom|szakirodalom|ajánlott irodalom|további információk|megjegyzések|galéria|"
     "további irodalom|képgaléria|képek|városkép"},
    {"ro",
     "vezi și|vezi şi|note|referințe|referinţe|legături externe|legătură externă|"
     "note și referințe|note şi referinţe|linkuri externe|vedeți și|a se vedea și|"
     "articole înrudite|note bibliografice|referințe și note|note explicative|"
     "pagini de referință|bibliografie|bibliografie suplimentară|surse bibliografice|"
     "surse primare|surse secundare",
     "surse|lectură suplimentară|lecturi suplimentare|literatură|galerie|galerie de imagini|"
     "lectură recomandată"},
    {"ru",
     "см. также|примечания|ссылки|внешние ссылки|сноски|комментарии и примечания|"
     "примечания и ссылки|смотри также|смотрите также|источники и ссылки|ссылки и примечания|"
     "ссылка|примечания и источники|источники и примечания|см. так же|примечание|"
     "литература и ссылки|ссылки и источники|ссылки и литература|литература и источники|"
     "источники и литература|библиография|список литературы|использованная литература|"
     "первоисточники|литература на русском языке",
     "литература|источники|комментарии|дополнительная литература|рекомендуемая литература|"
     "галерея|источник|фотогалерея"},
    {"uk",
     "див. також|примітки|посилання|зовнішні посилання|виноски|дивись також|див. ще|"
     "джерела та література|джерела й література|примітки та посилання|дивіться також|"
     "посилання та примітки|примітки та джерела|література та джерела|джерела та примітки|"
     "література і джерела|джерела і література|інтернет-посилання|джерела та посилання|"
     "див.також|бібліографія|список літератури|першоджерела",
     "література|джерела|коментарі|джерело|галерея|додаткова література|"
     "рекомендована література|фотогалерея|зображення"},
    {"bg",
     "вижте също|виж също|външни препратки|външна препратка|вижте още|бележки и източници|"
     "източници|препратки|източници и бележки|бележки под линия|външни източници|виж още|"
     "външни връзки|бележки и препратки|източник|източници и препратки|вж. също|библиография|"
     "използвана литература|първични източници",
     "литература|бележки|допълнителна литература|галерия|за допълнително четене"},
    // Languages beyond the 20, in short.
    {"ar",
     "انظر أيضا|انظر أيضًا|انظر ايضا|اقرأ أيضا|مراجع|المراجع|مصادر|المصادر|وصلات خارجية|"
     "روابط خارجية|هوامش|وصلات|طالع أيضا|طالع أيضًا|المصادر والمراجع|مراجع وملاحظات|قراءة متعمقة",
     "ملاحظات"},
    {"el",
     "δείτε επίσης|βλέπε επίσης|παραπομπές|εξωτερικοί σύνδεσμοι|εξωτερικές συνδέσεις|"
     "υποσημειώσεις|αναφορές|βιβλιογραφία|δείτε ακόμη|παραπομπές σημειώσεις|πηγές",
     "σημειώσεις"},
    {"fa", "جستارهای وابسته|منابع|پانویس|پیوند به بیرون|پیوندهای بیرونی", ""},
    {"fi",
     "katso myös|lähteet|viitteet|aiheesta muualla|viitteet ja lähteet|kirjallisuutta|"
     "aiheesta lisää",
     "kirjallisuus|huomautukset"},
    {"he", "ראו גם|קישורים חיצוניים|הערות שוליים|לקריאה נוספת", ""},
    {"id", "lihat pula|referensi|pranala luar|catatan kaki", "daftar pustaka"},
    {"ja",
     "関連項目|脚注|注釈|出典|参考文献|外部リンク|関連文献|関連書籍|注釈・出典|脚注・出典|引用|"
     "書誌情報|注|参考資料|参照",
     "参考"},
    {"ko", "같이 보기|각주|외부 링크|참고 문헌|참고 자료|바깥 고리|출처|주석", ""},
    {"no", "se også|referanser|eksterne lenker|fotnoter|noter", "litteratur|kilder"},
    {"sk", "pozri aj|externé odkazy|referencie|iné projekty", "zdroje|literatúra"},
    {"tr",
     "ayrıca bakınız|kaynakça|dış bağlantılar|dipnotlar|referanslar|dış bağlantı|bakınız|"
     "kaynaklar|ayrıca bkz.",
     "notlar|kaynak|konuyla ilgili yayınlar"},
    {"vi", "xem thêm|tham khảo|liên kết ngoài|chú thích", ""},
    {"zh",
     "参见|參見|参看|參看|参考文献|參考文獻|参考资料|參考資料|外部链接|外部連結|外部連接|注释|"
     "註釋|注解|註解|相关条目|相關條目|延伸阅读|延伸閱讀|脚注|腳註|注脚|註腳|来源|來源|"
     "参考来源|參考來源|扩展阅读|擴展閱讀|关联项目|外部鏈接",
     "参考|參考|備註|备注"},
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

bool IsWikitextHatnote(std::string_view line) {
  constexpr size_t kMaxHatnote = 300;
  constexpr std::string_view kBeginnings[] = {"See also ",
                                              "See also: ",
                                              "Main article: ",
                                              "Main articles: ",
                                              "For more, see ",
                                              "Further information: ",
                                              "Siehe auch: ",
                                              "Siehe auch ",
                                              "Hauptartikel: ",
                                              "Voir aussi : ",
                                              "Voir aussi ",
                                              "Article détaillé : ",
                                              "Articles détaillés : ",
                                              "Véase también: ",
                                              "Artículo principal: ",
                                              "Vedi anche: ",
                                              "Voce principale: ",
                                              "Ver também: ",
                                              "Artigo principal: ",
                                              "Vegeu també: ",
                                              "Article principal: ",
                                              "Zie ook: ",
                                              "Hoofdartikel: ",
                                              "Se også: ",
                                              "Hovedartikel: ",
                                              "Se även: ",
                                              "Huvudartikel: ",
                                              "Zobacz też: ",
                                              "Główny artykuł: ",
                                              "Viz též: ",
                                              "Hlavní článek: ",
                                              "Glej tudi: ",
                                              "Glavni članek: ",
                                              "Vidi još: ",
                                              "Glavni članak: ",
                                              "Lásd még: ",
                                              "Bővebben: ",
                                              "Vezi și: ",
                                              "Articol principal: ",
                                              "См. также: ",
                                              "Основная статья: ",
                                              "Див. також: ",
                                              "Основна стаття: ",
                                              "Вижте също: ",
                                              "Основна статия: ",
                                              "Види још: ",
                                              "Главни чланак: "};
  if (line.size() > kMaxHatnote) return false;
  return std::any_of(std::begin(kBeginnings), std::end(kBeginnings),
                     [line](std::string_view begin) { return line.starts_with(begin); });
}

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
