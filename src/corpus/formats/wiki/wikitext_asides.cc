// The table. Lists without a language hold everywhere; names that only one wiki knows stand there
// too, unless they mean something else elsewhere.
#include "corpus/formats/wiki/wikitext_asides.h"

#include <algorithm>
#include <unordered_map>

#include "corpus/formats/wiki/wikitext_marks.h"
#include "corpus/formats/wiki/wikitext_upkeep.h"
#include "corpus/language.h"

namespace cria::corpus {
namespace {

struct Names {
  char mark;
  std::string_view language, names;
};

constexpr Names kNames[] = {
    // Footnotes and hints to editors.
    {kGone, "",
     "cn|fact|citation|clarify|when|who|which|where|by whom|dubious|vague|weasel inline|rp|r|"
     "refn|efn|efn-ua|efn-lr|note|ref|ref label|note label|page needed|full|dead link|"
     "failed verification|verify source|better source|update after|original research "
     "inline|specify|according to whom|quantify|citation style|disambiguation needed|dn|"
     "anchor|anchors|cref|cref2|#tag|clarification needed|unreliable source?|"
     "not in citation|elucidate|lopsided|pov-statement|peacock term|opinion|speculation inline|"
     "attribution needed|why|how|examples|update inline|weasel-inline|verification needed|"
     "original research?|or|pov inline|synthesis-inline|tone inline|importance inline|jargon|"
     "technical inline|relevance inline|needs update|update|expand section|refimprove|"
     "multiple issues|unreferenced|unreferenced section|refimprove section|webarchive|"
     "self-published inline|self-published source|third-party inline|primary source inline|"
     "non-primary source needed|medical citation needed|better source needed|contradict-inline|"
     "discuss|full citation needed|chronology citation needed|inconsistent|confusing|whom|when?|"
     "where?|who?|which?|why?|how?|year needed|time needed|example needed|sfnp|sfnm|snf|notetag|"
     "notelist|reflist|refbegin|refend|efn-la|ref-list|abbr needed|use dmy dates|use mdy dates"},
    {kGone, "de",
     "fn|fnz|fnbox|anker|belege fehlen|quelle|zukunft|absatz|belege|veraltet|"
     "überarbeiten|lückenhaft|siehe auch|hauptartikel|internetquelle|literatur"},
    {kGone, "fr",
     "référence insuffisante|référence nécessaire|note|note de groupe|quand|qui|quoi|où|pourquoi|"
     "lequel|laquelle|précision nécessaire|à vérifier|vérifier|source|sources|source à préciser|"
     "lien brisé|lien mort|non neutre|pas clair|sfn|rp|à actualiser|à sourcer|refnec|"
     "référence à confirmer|référence incomplète|comment ?|quand ?|qui ?|lesquels ?|clarifier|"
     "section vide ou incomplète|à délister|ouvrage|article|lien web|ancre|ancres"},
    {kGone, "es",
     "cita requerida|cr|actualizar|desactualizado|añadir referencias|referencias adicionales|"
     "¿quién?|¿cuándo?|¿dónde?|¿por qué?|¿cuál?|aclarar|aclaración requerida|demostrar|no neutral|"
     "harvnp|harvnb|enlace roto|fuente primaria|verificar|discutido|refn|ancla|cita libro|"
     "cita web|cita publicación|cita noticia"},
    {kGone, "it",
     "senza fonte|citazione necessaria|chi|quando|dove|chiarire|non chiaro|nnota|sf|pov|"
     "cita|cita libro|cita web|cita pubblicazione|cita news|ancora|collegamento interrotto"},
    {kGone, "pt",
     "carece de fontes|quem|quando|onde|por quem|qual|nota de rodapé|dubious|harvref|sem fontes|"
     "citar web|citar livro|citar periódico|esclarecer|não consta na fonte|ligação inativa|âncora|"
     "nre|nota|verificar credibilidade|fonte confiável"},
    {kGone, "ca",
     "cn|citació necessària|cal citació|qui|quan|on|per què|aclariment necessari|sfn|harvsp|"
     "ref-web|ref-llibre|ref-publicació|actualitzar|àncora|enllaç no actiu"},
    {kGone, "nl",
     "bron?|feit|citeer web|citeer boek|wie?|wanneer?|waar?|verduidelijk|update|"
     "dode link|anker|citeer journal|citeer nieuws"},
    {kGone, "da",
     "kilde mangler|hvem|hvornår|hvor|kilde|kilder|dødt link|fod|citation needed|"
     "ajour|anker"},
    {kGone, "sv",
     "källa behövs|kb|vem|när|var|förtydliga|fotnot|sv|uppdateras|död länk|ankare|"
     "referens behövs|bättre källa"},
    {kGone, "pl",
     "kto|kiedy|gdzie|r|odn|refn|uwaga|przypis|fakt|co|dlaczego|którego|cytuj|"
     "martwy link|kotwica|źródło|cytuj stronę|cytuj książkę"},
    {kGone, "cs",
     "nedostupný zdroj|doplňte zdroj|fakt/dne|kdo?|kdy?|kde?|zdroj?|který?|kotva|"
     "citace monografie|citace elektronické monografie|citace periodika|upřesnit|"
     "aktualizovat"},
    {kGone, "sl", "citat manjka|kdo|kdaj|kje|navedi splet|navedi knjigo|pojasni|brez vira|sidro"},
    {kGone, "hr", "citat manjka|nedostaje izvor|izvor?|tko|kada|gdje|citiranje|fali izvor|sidro"},
    {kGone, "sr",
     "чињеница|činjenica|потребан извор|ко|када|где|разјаснити|недостаје извор|"
     "мртва веза|сидро|citation needed"},
    {kGone, "hu",
     "refhely|hely|forr|forrás?|mikor?|ki?|nincs forrás|hol?|kitől?|miért?|pontosabban|"
     "cite web|citweb|citlib|citper|halott link|horgony|lábjegyzet|megj"},
    {kGone, "ro",
     "necesită citare|nc|cine?|când?|unde?|care?|clarificare|ancoră|citat web|"
     "legătură nefuncțională|fapt|actualizare"},
    {kGone, "ru",
     "нет аи|источник?|когда|кто|где|какой|значимость?|аи?|sfn|sfn0|ref-en|ref-de|ref-fr|"
     "ref-ru|неавторитетный источник|недоступная ссылка|проверено|уточнить2|что|какие|кем|чей|"
     "нет в источнике|сомнительно|прояснить|обновить|якорь|sfn-1|r|книга|статья|cite|"
     "достоверность|почему|чего|переход|нет источника|убрать"},
    {kGone, "uk",
     "джерело?|fact|коли|хто|де|ref-en|ref-de|ref-fr|ref-ru|ref-uk|недоступне посилання|"
     "немає в джерелі|авторитетне джерело?|який|ким|уточнити|сумнівно|оновити|якір|книга|"
     "стаття|відсутнє джерело|немає джерел|прояснити|значущість?|чому|sfn"},
    {kGone, "bg",
     "източник?|факт|кога?|кой?|кога|кой|къде|цитат?|цитат уеб|цитат книга|"
     "мъртъв линк|уточняване|без източник|котва|обновяване"},
    {kGone, "ja",
     "要出典|要説明|誰|いつ|どこ|要検証|要ページ番号|いつ範囲|誰範囲|refnest|rp|enlink|"
     "疑問点|要追加記述|要出典範囲|出典無効|リンク切れ|sfn|仮リンク2"},
    {kGone, "fi", "lähde|kuka|milloin|missä|selvennä|tarkenna|vanhentunut|parempi lähde"},
    {kGone, "tr", "kaynak belirt|kim|ne zaman|nerede|netleştir|olgu|kdş|belirsiz|webarşiv"},
    {kGone, "el", "εκκρεμεί παραπομπή|πηγή|πότε|ποιος|πού|ασαφές"},
    {kGone, "zh", "來源請求|来源请求|fact|clarify|何时|何時|谁|誰|哪里|需要解释|noteta|cn"},
    {kGone, "ar", "بحاجة لمصدر|حقيقة|متى|من|أين|بحاجة لتوضيح|مصدر|محل شك"},

    // Sounds, positions, numbers of libraries, icons, layout, notes above a section.
    {kAside, "",
     "respell|pronunciation|pron|pron-en|pronunciation-needed|audio-ipa|listen|link audio|sound|"
     "pronunciación|prononciation|aussprache|lautschrift|audio genre|h:ipa|usdict|mw|"
     "afi|api2|phon|ipa-alt|мфа-всі|lausunta|vymawia|wymowa|uitspraak|uttal|udtale|výslovnost|"
     "coord dms|coord wd|coordinate|coordinates|coor dms|coor dm|coor d|coor|koordinate|coords|"
     "coordonnées|coordenadas|координати|координаты|coor title dms|coordinate|koordinater|"
     "geodatos|"
     "isbn|issn|oclc|doi|bnf|lccn|asin|pmid|pmc|bibcode|arxiv|jstor|hdl|ol|isbnt|isbn2|zdb|"
     "dnb|gnd|viaf|imdb|imdb title|imdb name|tvrage|allmusic|url|official website|official|"
     "oficiální web|website|sb|oeis|mr|zbl|ssrn|isrc|"
     "flagicon|flag icon|flagdeco|flagicon image|flagg|fb|fbicon|флагче|флаг|прапорець|прапорець2|"
     "прапор|flagge|bandera|bandera2|bandeira|bandiera|drapeau|drapeau2|flaga|vlajka|flaggbild|"
     "zastava2|ikonazastave|zászló|steag2|застава2|vlag|vlagicon|flagikon|flagicon2|kuvalippu|"
     "lippu|lippuikoni|bayrak|bayraksimge|bandeiras|country flag|ua|increase|decrease|steady|"
     "profit|loss|increasenegative|decreasepositive|nochange|up|down|gain|lossn|arrow|same|"
     "augmentation|diminution|hausse|baisse|stagnation|rise|fall|unchanged|positive decrease|"
     "negative increase|green tick|check|tick|yes check|cross|x mark|gold medal|silver medal|"
     "bronze medal|gold1|silver2|bronze3|gold|silver|bronze|goal|subst|yel|sent off|yellow card|"
     "red card|suboff|subon|ball|football|icon|iconsmall|legend|legend0|legend2|legend inline|"
     "star|dagger|double-dagger|ref mark|color box|colorbox|colour box|farblegende2|"
     "clear|clr|-|clear left|clear right|clearleft|clearright|br clear|sanitas|clr2|clrl|clrr|"
     "absatz|break2|clear all|limpiar|clear both|div clear|div col|div col end|colbegin|colend|"
     "col-begin|col-break|col-end|col-2|col-3|col-4|col-5|col-begin-small|multicol|multicol-break|"
     "multicol-end|end div col|div-col|div-col-end|colonnes|début de colonnes|fin de colonnes|"
     "saut de colonne|кол|конец кол|кол2|кол-2|кол-3|kolommen|kolumner|kolumn|end|s-end|s-start|"
     "plainlist|endplainlist|flatlist|endflatlist|nowrap begin|nowrap end|wrap|nobreak end|nwr|"
     "small begin|small end|smalldiv end|smaller end|center end|stack end|stack begin|stack|"
     "toc left|toc right|tocleft|tocright|toc|compact toc|toc limit|toclimit|"
     "main|main article|main articles|see also|see|further|further information|about|for|hatnote|"
     "other uses|redirect|distinguish|other people|details|detail|article détaillé|"
     "article connexe|article principal|loupe|voir homonymes|autre4|autres projets|"
     "artículo principal|véase también|ap|vt|otros usos|desambiguación|vedi anche|vedi|torna a|"
     "nota disambigua|artigo principal|principal|ver também|ver desambiguação|vertambém|"
     "article principal2|vegeu|vegeu també|infotaula|hoofdartikel|zie ook|zie hoofdartikel|"
     "uddybende|hovedartikel|se også|se også2|huvudartikel|se även|olika betydelser|"
     "osobny artykuł|główny artykuł|zobacz też|hlavní článek|podrobně|viz též|"
     "glavni članek|glej tudi|glavni članak|vidi|главни чланак|види|детаљније|fő|bővebben|lásd|"
     "lásd még|articol principal|vezi|vezi și|main article2|основная статья|см. также|seealso|"
     "also|details3|основна стаття|докладніше|див. також|дивись|основна|вижте|виж|виж също|"
     "pääartikkeli|katso myös|ana madde|ayrıca bakınız|κύριο|κύριο άρθρο|مفصلة|أيضا|main2|"
     "portal|portal inline|portal bar|wikisource|commons|commonscat|commons category|wikiquote|"
     "sister|sisterlinks|sister project links|commons-inline|commonscat-inline|wiktionary|"
     "wiktionary-inline|wikivoyage|wikinews|in lang|languageicon|link language|language icon|"
     "good article|featured article|pp-semi|pp-move-indef|short description|authority control"},
};

// Families of names: "flagicon/core", "cite web", "ipac-en", "infobox city".
constexpr Names kFamilies[] = {
    {kGone, "", "cite |citation needed|harv|sfn|cita |citace |citeer |cytuj |navedi |ouvrage|ref-"},
    {kAside, "",
     "ipa-|ipac-|infobox|taxobox|navbox|infoboks|infotaula|ficha de |info/|flagicon|coord|geobox|"
     "div col|col-|clear|multiple image|weather box|pp-|bandera icona|wikt|"
     "flaga|bandera|bandiera|bandeira|drapeau|vlag|vlajka|zastava|zászló|флаг|прапор|знаме|застава|"
     "flagge|flagga|флагче|flagicoon|"
     "commons|defaultsort:|displaytitle:|geographic location|speciesbox|automatic taxobox|"
     "image |panorama|wide image|double image|triple image|gallery"},
};

using Index = std::unordered_map<std::string, char>;

std::string Key(std::string_view language, std::string_view name) {
  return std::string(language) + "\n" + std::string(name);
}

template <typename Use>
void ForEach(std::string_view names, const Use& use) {
  while (!names.empty()) {
    const size_t end = std::min(names.find('|'), names.size());
    use(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
}

const Index& All() {
  static const Index index = [] {
    Index all;
    for (const Names& names : kNames) {
      ForEach(names.names,
              [&](std::string_view name) { all.emplace(Key(names.language, name), names.mark); });
    }
    for (const std::string_view language :
         {"bg", "ca", "cs", "da", "de", "en", "es", "fr", "hr", "hu",
          "it", "nl", "pl", "pt", "ro", "ru", "sl", "sr", "sv", "uk"}) {
      ForEach(WikitextUpkeepNames(language),
              [&](std::string_view name) { all.emplace(Key(language, name), kAside); });
    }
    return all;
  }();
  return index;
}

// {{de}}, {{en icon}}: the language of the link before it.
bool IsLanguageIcon(std::string_view name) {
  constexpr std::string_view kIcon = " icon";
  if (name.ends_with(kIcon)) return true;
  return name.size() == 2 && IsLanguageCode(name);
}

}  // namespace

char OwnWikitextAsideOf(const std::string& name, std::string_view language) {
  const auto found = All().find(Key(language, name));
  return found == All().end() ? '\0' : found->second;
}

char WikitextAsideOf(const std::string& name, std::string_view language, bool bare) {
  for (const std::string_view which : {language, std::string_view()}) {
    const char mark = OwnWikitextAsideOf(name, which);
    if (mark != '\0') return mark;
  }
  if (IsWikitextUpkeepFamily(name)) return kAside;
  for (const Names& family : kFamilies) {
    bool is_of_it = false;
    ForEach(family.names, [&](std::string_view begin) {
      is_of_it = is_of_it || std::string_view(name).starts_with(begin);
    });
    if (is_of_it) return family.mark;
  }
  const bool flag = name.ends_with("-vlag") || name.ends_with(" lippu") ||
                    name.ends_with(" flag") || name.ends_with("-flag");
  return flag || (bare && IsLanguageIcon(name)) ? kAside : '\0';
}

}  // namespace cria::corpus
