// The table. Rules without a language hold everywhere, for many wikis carry over the English names;
// a rule of the page's own language wins. Names are folded and separated by '|'.
#include "corpus/formats/wiki/wikitext_template_rules.h"

#include <unordered_map>

#include "corpus/formats/wiki/wikitext_biography.h"
#include "corpus/formats/wiki/wikitext_countries.h"
#include "corpus/formats/wiki/wikitext_harvard.h"
#include "corpus/formats/wiki/wikitext_template_writers.h"
#include "corpus/formats/wiki/wikitext_units.h"

namespace cria::corpus {
namespace {

struct Entry {
  std::string_view language, names;
  WikitextTemplateRule rule;
};

constexpr Entry kEntries[] = {
    // Form without content of its own.
    {"",
     "nowrap|nobr|nobreak|nowrap begin|small|smaller|big|larger|large|sc|small caps|smallcaps|"
     "smallcaps2|aut|em|strong|bold|italic|italics|i|b|u|underline|overline|code|mono|kbd|samp|"
     "var|tt|mvar|math|bigmath|mxt|xt|tq|dfn|vanchor|visible anchor|abbr|tooltip|abbrlink|hover|"
     "h:title|unicode|polytonic|wikt-lang|noitalic|normal|nobold|nonbold|normal text|raise|"
     "lower|strike|strikethrough|s|del|ins|plainlist|flatlist|endplainlist|block indent|indent|"
     "quoted|linktext|clarify span|citation needed span|cnspan|not a typo|typo|as written|"
     "music|proper name|okina|pslink|plain link|center|centre|c:|comment|comments|"
     "n|number table sorting|midsize|nowrap2|resize "
     "text|sortname|"
     "ordomag|term|defn|ghat|gloss|glossary link|poem|hebrew|arabic|hebr|he-nikkud|greek|"
     "armenian|coptic|runic|cyrl|arab|hani|hant|hans|lang-zh-text|stack begin|railgauge|"
     "track gauge|rail gauge|shy|kern|blue|red|green|smalldiv|resize-text|interp|angle|dts|"
     "start date text|not typo|color box text|ruby|zh-text|su text",
     {"$1"}},
    {"",
     "lang|langue|script|transl|transliteration|xlit|font|color|colour|font color|fontcolor|"
     "text color|resize|align|bg|background color|small-text|rtl-lang|lang2|font size|"
     "langx|wikilang|ivrit",
     {"$L"}},
    {"",
     "script/arabic|script/hebrew|script/greek|script/armenian|script/cyrillic|script/gothic|"
     "script/cuneiform|script/coptic|script/georgian|script/syriac|script/ethiopic|"
     "script/phoenician|script/runic|script/slavonic",
     {"$1"}},
    {"", "convert|cvt|convert/2|converted|converteix|unità di misura", {"", WriteConvert}},
    {"", "noflag|flagu|flag|flagcountry|country|flaglist", {"", WriteCountry}},
    {"", "coord", {"", WriteCoordinates, true}},
    {"", "harvtxt|harvcoltxt|harvardtxt", {"", WriteHarvard}},
    {"", "harvs", {"", WriteHarvardNamed, true}},
    {"en", "age|age in years", {"", WriteAge}},
    {"en", "us patent|uspatent|patent/us", {"U.S. Patent $1"}},
    {"", "angbr|angle bracket|angbr ipa|vr|grapheme|graf", {"⟨$1⟩"}},
    {"en", "as of|asof|as of?|since", {"", WriteAsOf}},
    {"en",
     "birth date|birth date and age|death date|death date and age|start date|end date|"
     "start date and age|start-date|bda|birth-date|film date|release date|date of birth",
     {"", WriteDate}},
    {"",
     "birth-date and age|death-date and age|start date and years ago|birth year and age",
     {"$1"}},
    {"", "sort|hs", {"$2;$1"}},
    {"", "sortname", {"$1 $2"}},
    {"en", "dts|dtsh", {"", WriteDate}},
    {"", "nts|number|num|fmt|formatnum|number format", {"", WriteNumber}},
    {"", "frac|sfrac|fraction|fract|bruch|дробь|дріб|frazione|fracc", {"", WriteFraction}},
    {"", "val|valeur", {"", WriteValue}},
    {"", "chem|chem2|chm|fc|chimie|fchim", {"", WriteChemistry}},
    {"", "zh|zh2|zh-cn|zh-full", {"", WriteChinese}},
    {"",
     "nihongo|nihongo2|nihongo3|nihongo foot|japanese|korean|japonais|japonês|японски",
     {"", WriteNihongo}},
    {"",
     "quote|cquote|quotation|blockquote|bquote|quote box 2|rquote|centered pull quote|pull quote|"
     "poemquote|poem quote|verse|quote without source|epigraph",
     {"", WriteQuote}},
    {"",
     "ill|interlanguage link|interlanguage link multi|ill2|link-interwiki|iw2|interwiki link|"
     "red link|仮リンク",
     {"", WriteInterlanguage}},
    {"", "uss|hms|ss|rms|hmas|hmcs|sms|mv|ms|usat|uscgc|usns|hnlms|jds|orp|ship", {"", WriteShip}},
    {"",
     "unbulleted list|ubl|ublist|vunblist|bulleted list|ulist|ordered list|columns-list|columns "
     "list|cmn|hlist|columns|col-list|hidden|vlist|flatlist items",
     {"", WriteLines}},
    {"", "·|•|bull|bullet|dot|middot|sdot", {" · "}},
    {"", "eqm|equil|⇌|reversible reaction", {" ⇌ "}},
    {"", "rarr|→", {" → "}},
    {"", "larr|←", {" ← "}},
    {"", "lrarr|harr|↔", {" ↔ "}},
    {"", "ndash|en dash|–|dash", {"–"}},
    {"", "mdash|em dash|emdash|—|--|mdashb", {"—"}},
    {"", "snd|spnd|spaced ndash|sndash|spaced en dash|snds|nbspndash|spndsh", {" – "}},
    {"", "spaced mdash|smdash|spaced em dash", {" — "}},
    {"",
     "nbsp|space|spaces|sp|thinsp|thin space|hair space|hairsp|zwsp|0|phantom|figure space|px1|"
     "px2|px3|px|nnbsp|ensp|emsp|pad|nnbs|,|trim|ens",
     {" "}},
    {"", "'|’|`", {"\x13"}},
    {"", "\"|quotation mark", {"\""}},
    {"", "'s|’s", {"\x13s"}},
    {"", "'\"", {"\x13\""}},
    {"", "\"'", {"\"\x13"}},
    {"", "!", {"|"}},
    {"", "=", {"="}},
    {"", "(", {"{"}},
    {"", ")", {"}"}},
    {"", "*", {"*"}},
    {"", "colon|:", {":"}},
    {"", "pipe", {"|"}},
    {"", "asterisk", {"*"}},
    {"", "no.|numero|№|nº", {"No. $1"}},
    {"en", "circa|c.|ca.|circ", {"c. $1"}},
    {"en", "c", {"c. $1"}},
    {"en", "floruit|fl.|fl", {"fl. $1"}},
    {"en", "reign|r.", {"r. $1–$2"}},
    {"en", "died in|d.|died", {"d. $1"}},
    {"en", "born-in|b.|born", {"b. $1"}},
    {"", "sic", {"$1"}},
    {"", "ipa|ipa link|ipalink|ipaslink|ipablink|ipa-all|api|afi|nq|nastaliq|мфа|ipa text", {"$1"}},
    {"", "msapi", {"$+"}},
    {"", "carbon", {"C"}},
    {"", "hydrogen", {"H"}},
    {"", "oxygen", {"O"}},
    {"", "nitrogen", {"N"}},
    {"", "keypress|key press|key|keys|button", {"$*"}},
    {"", "sup|superscript|e sup|exp", {"\x05$1\x06"}},
    {"", "sub|subscript|ind", {"\x07$1\x08"}},
    {"", "e|e-sp|x10^|10^", {"×10\x05$1\x06"}},
    {"", "su", {"$1$2"}},
    {"", "sqrt|radic|racine|raiz|raíz", {"√$1"}},
    {"", "abs", {"|$1|"}},
    {"", "simplenuclide|simplenuclide2|nuclide|nuclide2", {"$1-$2"}},
    {"", "usd|us$|usdollar", {"US$$1"}},
    {"", "gbp|£|pound sterling|pound", {"£$1"}},
    {"", "eur|€|euro", {"€$1"}},
    {"", "inr|₹|indian rupee|indianrupee|inrconvert", {"₹$1"}},
    {"", "cad|c$|ca$", {"C$$1"}},
    {"", "a$|aud|au$", {"A$$1"}},
    {"", "jpy|yen|¥|jpyconvert", {"¥$1"}},
    {"", "old style date|osd|oldstyledate", {"$1 [O.S. $3] $2"}},
    {"", "bibleverse|bibleref|bibleref2|bibleverse-lb|sourcetext bible", {"$1 $2"}},
    {"", "cite quran|qref|quran-usc|quran", {"Quran $1:$2"}},
    {"", "audio|audio-nohelp|аудио", {"", WriteAudio, true}},
    {"", "br|break|crlf|nl|line break|-br", {"\x04"}},
    {"", "pb|paragraph break|paragraph|new paragraph", {"\n\n"}},
    {"", "chess notation|algebraic notation", {"$1"}},
    {"", "lj|ltr|rtl|bdo|bidi", {"$1"}},
    {"", "convinfobox|convert infobox", {"", WriteConvert}},
    {"", "decade|century", {"$1"}},
    {"en", "bce|bc", {"BC"}},
    {"en", "ce|ad", {"AD"}},
    {"en", "rsa", {"South Africa"}},
    {"en", "sui", {"Switzerland"}},

    // German. xxS is "language, then the word".
    {"de", "ens|englisch", {"englisch $1"}},
    {"de", "frs", {"französisch $1"}},
    {"de", "las", {"lateinisch $1"}},
    {"de", "grcs", {"altgriechisch $1"}},
    {"de", "els", {"griechisch $1"}},
    {"de", "its", {"italienisch $1"}},
    {"de", "ess", {"spanisch $1"}},
    {"de", "rus", {"russisch $1"}},
    {"de", "pls", {"polnisch $1"}},
    {"de", "css", {"tschechisch $1"}},
    {"de", "ars", {"arabisch $1"}},
    {"de", "hes", {"hebräisch $1"}},
    {"de", "nls", {"niederländisch $1"}},
    {"de", "trs", {"türkisch $1"}},
    {"de", "hus", {"ungarisch $1"}},
    {"de", "pts", {"portugiesisch $1"}},
    {"de", "svs", {"schwedisch $1"}},
    {"de", "das", {"dänisch $1"}},
    {"de", "uks", {"ukrainisch $1"}},
    {"de", "sks", {"slowakisch $1"}},
    {"de", "sls", {"slowenisch $1"}},
    {"de", "hrs", {"kroatisch $1"}},
    {"de", "srs", {"serbisch $1"}},
    {"de", "ros", {"rumänisch $1"}},
    {"de", "bgs", {"bulgarisch $1"}},
    {"de", "nos", {"norwegisch $1"}},
    {"de", "fis", {"finnisch $1"}},
    {"de", "cas", {"katalanisch $1"}},
    {"de", "fas", {"persisch $1"}},
    {"de", "jas", {"japanisch $1"}},
    {"de", "bibel", {"$1 $2,$3"}},
    {"de", "§|§§", {"§ $1 $2"}},
    {"de", "zahl|fmtnum", {"", WriteNumber}},
    {"de", "\"|„|zitat-de", {"„$1“"}},
    {"de", "mehrspaltige liste", {"", WriteLines}},
    {"de", "zitat|zitat-en|zitat-la|zitat-fr|zitat-grc", {"", WriteQuote}},
    {"de", "höhe", {"$# m"}},
    {"de", "großes bild", {""}},
    {"de",
     "arf|ars2|kyrf|hebf|polytonisch|iast|din 1460|hebr|farsi|chinesisch|transkription|"
     "versal|kapitälchen|sperrschrift|farbe|unterstrich|nowrap|nobr|lb|dts|sortkey|"
     "farblegende|legende",
     {"$1"}},
    {"de", "flagicon|flag|flagge", {""}},
    {"de", "julgregdatum", {"$1.$2.$3"}},
    {"de", "nnbsp|nnbs", {" "}},
    {"de", "eur|euro", {"$# Euro"}},
    {"de", "snd", {" – "}},

    // French.
    {"fr", "unité|unite|nombre|nb|val|tmp|température|monnaie", {"", WriteUnit}},
    {"fr", "date|date-|date de naissance|date de décès|date naissance", {"", WriteDayMonthYear}},
    {"fr", "heure|duree|durée", {"$1 h $2"}},
    {"fr", "s|s-|siècle|s mini|s mini-", {"", WriteFrenchCentury}},
    {"fr", "sp|sp-|s2|s2-", {"$1$2 $3 $4$5 siècles"}},
    {"fr", "-s|-s-|-s mini-", {"", WriteFrenchCentury}},
    {"fr", "citation|«|\"|guil|guillemets|citation étrangère|cita", {"« $1 »"}},
    {"fr",
     "citation bloc|citation longue|début citation|bloc citation|épigraphe|vers",
     {"", WriteQuote}},
    {"fr", "incise", {"– $1 –"}},
    {"fr", "incise-", {"– $1"}},
    {"fr", "ier", {"Ier"}},
    {"fr", "iers", {"Iers"}},
    {"fr", "ire|ière", {"Ire"}},
    {"fr", "ii|iie", {"IIe"}},
    {"fr", "1er", {"1er"}},
    {"fr", "1re|1ère", {"1re"}},
    {"fr", "2e|2ème", {"2e"}},
    {"fr", "3e|3ème", {"3e"}},
    {"fr", "e|er|re", {"e"}},
    {"fr", "n°|numéro|no", {"no $1"}},
    {"fr", "nos", {"nos $1"}},
    {"fr", "p.|page", {"p. $1"}},
    {"fr", "vol.", {"vol. $1"}},
    {"fr", "chap.", {"chap. $1"}},
    {"fr", "m.", {"M. $1"}},
    {"fr", "mme", {"Mme $1"}},
    {"fr", "mlle", {"Mlle $1"}},
    {"fr", "mgr", {"Mgr $1"}},
    {"fr", "dr|dr.", {"Dr $1"}},
    {"fr", "st|saint", {"saint $1"}},
    {"fr",
     "latin|grec ancien|grec|arabe|hébreu|chinois|anglais|allemand|italien|espagnol|russe|"
     "japonais",
     {"$1"}},
    {"fr", "lien|ill|page h'|lien à traduire", {"", WriteInterlanguage}},
    {"fr",
     "référence nécessaire|refnec|référence souhaitée|refsou|passage non neutre|"
     "passage à actualiser|passage promotionnel|citation nécessaire|abréviation|abrd|abbr|"
     "petit|grand|souligner|terme défini|terme|racine|rouge|couleur|"
     "petites capitales|pc|romain|smaller|pas clair|quoi|interprétation personnelle",
     {"$1"}},
    {"fr", "langue|lang|en langue", {"$L"}},
    {"fr", "exp|e-", {"\x05$1\x06"}},
    {"fr", "augmentation|hausse", {""}},
    {"fr", "drapeau|drapeau2", {""}},
    {"fr", "pays|drapeau texte", {"$1"}},
    {"fr", "souverain|souverain2|souverain-|souverain3", {"", WriteInterlanguage}},
    {"fr", "colonnes", {"", WriteLines}},
    {"fr", "nobr|nobr romains", {"$*"}},
    {"fr", "jumelage", {"$1 ($2)"}},
    {"fr", "etc.|etc", {", etc."}},
    {"fr", "!-|,|espaces|clr|esp", {" "}},
    {"fr", "euro|euros|€", {"$# €"}},
    {"fr", "av. j.-c.|av. jc|avjc|av jc|-av jc|av. j-c", {"av. J.-C."}},
    {"fr", "apr. j.-c.", {"apr. J.-C."}},

    // Spanish.
    {"es", "unidad|esd|nowrap|fs|unidades", {"", WriteUnit}},
    {"es", "cita|cita2|quote|cquote|extracto|bquote|cita destacada", {"", WriteQuote}},
    {"es", "siglo|siglos", {"", WriteSpanishCentury}},
    {"es",
     "versalita|versalitas|sc|may|sin cursivas|nobr|abreviatura|abbr|definición|bandera2|"
     "geodatos|bandera nominal|país",
     {"$1"}},
    {"es", "a. c.|ac|a.c.", {"a. C."}},
    {"es", "d. c.|dc|d.c.", {"d. C."}},
    {"es", "fecha|fecha de nacimiento|fecha de inicio", {"", WriteDayMonthYear}},
    {"es", "enlace alternativo|ill|traducido ref|link-interwiki", {"", WriteInterlanguage}},
    {"es", "lenguaje|lang", {"$L"}},

    // Italian.
    {"it", "m|unità|um", {"", WriteUnit}},
    {"it", "citazione|quote|epigrafe", {"", WriteQuote}},
    {"it",
     "ta|senza fonte|citazione necessaria|citazione necessaria2|chiarire|maiuscoletto|"
     "nowrap|sc|testo|abbr|tooltip|non chiaro|bandiera nome",
     {"$1"}},
    {"it", "bio", {"", WriteBiography}},
    {"it", "naz|nazba|naznb", {"", WriteCountry}},
    {"it", "gemellaggio", {"", WriteTwinTown}},
    {"it", "ac|a.c.", {"a.C."}},
    {"it", "dc|d.c.", {"d.C."}},
    {"it", "lang|lingue2", {"$L"}},
    {"it", "link audio", {""}},
    {"it", "formatnum|formattanum", {"$1"}},

    // Portuguese.
    {"pt", "séc|século|sec", {"século $1"}},
    {"pt", "sécs", {"séculos $1"}},
    {"pt", "fmtn|unidade|formatar número|medida", {"", WriteUnit}},
    {"pt", "citação|quote|cquote|citar|citação2|bquote", {"", WriteQuote}},
    {"pt",
     "pbpe|pbpe2|pepb|ao|carece de fontes2|carece de fontes/bloco|nowrap|versalete|sc|abrev|"
     "língua|ling",
     {"$1"}},
    {"pt", "a.c.|ac|a.c", {"a.C."}},
    {"pt", "d.c.|dc|d.c", {"d.C."}},
    {"pt", "lknb|link|ill", {"", WriteInterlanguage}},
    {"pt", "dtlink|data|dtext|data de nascimento", {"", WriteDayMonthYear}},
    {"pt", "es2", {""}},

    // Catalan.
    {"ca", "segle", {"segle $1"}},
    {"ca", "segles", {"segles $1"}},
    {"ca", "unitats|unitat|magnitud", {"", WriteUnit}},
    {"ca", "citació|cita|quote|caixa de cita|cita bloc", {"", WriteQuote}},
    {"ca", "ac|a.c.|a. c.", {"aC"}},
    {"ca", "dc|d.c.", {"dC"}},
    {"ca", "romanes|versaleta|fals títol|sc|nomcit|nowrap|mida petita", {"$1"}},
    {"ca", "ill|enllaç interlingüístic", {"", WriteInterlanguage}},

    // Dutch, Danish, Swedish.
    {"nl", "citaat|quote|cquote|citeer", {"", WriteQuote}},
    {"nl", "sc|klein|kleinkapitaal|nowrap|nobr|afk|bron?|feit|dmv|tooltip", {"$1"}},
    {"nl", "tau|aut", {"$1"}},
    {"nl", "nbsp|spaties", {" "}},
    {"da", "citat|quote|cquote|citatboks", {"", WriteQuote}},
    {"da", "nowrap|nobr|kapitæler|flagland", {"$1"}},
    {"sv", "citat|quote|cquote|blockcitat|citat2", {"", WriteQuote}},
    {"sv", "nowrap|nobr|kapitäler|flaggland", {"$1"}},
    {"sv", "nts|tal", {"$1"}},
    {"sv", "okänd länk|länk|illm|ill|ej översatt", {"", WriteInterlanguage}},

    // Polish, Czech, Slovene, Croatian, Serbian.
    {"pl",
     "fakt|w|nobr|nowrap|tooltip|skrót|małe|kapitaliki|odn/t|państwo|flaga państwo|j|język",
     {"$1"}},
    {"pl", "cytat|cytat d|cquote|quote", {"", WriteQuote}},
    {"pl", "lang|k|lj", {""}},
    {"pl", "link-interwiki", {"", WriteInterlanguage}},
    {"pl", "liczba|formatnum|wartość|jednostka", {"", WriteUnit}},
    {"pl", "data|data urodzenia", {"", WriteDayMonthYear}},
    {"cs", "citát|citát v rámečku|quote|cquote|citace textu|citovat", {"", WriteQuote}},
    {"cs", "cizojazyčně|cj|cizí jazyk|vjazyce2|lang", {"$L"}},
    {"cs", "vjazyce|jazyk", {"$2"}},
    {"cs", "vlajka a název|vlajka|nowrap|nobr|kapitálky|malé|čísla", {"$1"}},
    {"sl", "jezik|lang", {"$L"}},
    {"sl", "citat|quote|navedek", {"", WriteQuote}},
    {"sl", "zastava|nowrap|nobr", {"$1"}},
    {"sl", "ikonazastave", {""}},
    {"hr", "citat|citat2|quote", {"", WriteQuote}},
    {"hr", "zastava|zd|nowrap", {"$1"}},
    {"sr", "цитат|цитат2|citat|quote", {"", WriteQuote}},
    {"sr", "јез|jez|језик|lang|lat", {"$L"}},
    {"sr", "застава|зас|zastava|nowrap|нпи|мала слова", {"$1"}},
    {"sr", "јез-нем|јез-енг|јез-рус|јез-лат|јез-грч|јез-фр|јез-ит|јез-мађ|јез-тур|јез-срп", {"$1"}},

    // Hungarian, Romanian.
    {"hu", "szám|nowrap|kiskapitális|kis|nobr|országzászló|abbr", {"$1"}},
    {"hu", "idézet|idézet 2|idézet 3|quote|idézetblokk|cquote", {"", WriteQuote}},
    {"hu", "link-interwiki|ill", {"", WriteInterlanguage}},
    {"ro", "citat|quote|citat2|citare", {"", WriteQuote}},
    {"ro", "dată|data nașterii|datanașterii", {"", WriteDayMonthYear}},
    {"ro", "ill-wd|ill|link-interwiki", {"", WriteInterlanguage}},
    {"ro", "nowrap|steag|țară|cod|unicode", {"$1"}},

    // Russian, Ukrainian, Bulgarian.
    {"ru",
     "s|nobr|formatnum|nowrap|comment|abbr|уточнить|ударение|капитель|sc|мелко|"
     "подчёркнуто|флагификация|флаг страны|кд|стих|тройная дата|unicode|ввод|hl|без нач|"
     "нет аи 2|неоднозначно|что|нп5-|мм|см|м|км|кг|°|св|lang-text|str|size|color|цвет",
     {"$1"}},
    {"ru",
     "нп5|нп3|нп4|нп2|нп1|не переведено|не переведено 2|не переведено 3|не переведено 5|"
     "iw|iw4|iw5|d-l|wd|interlanguage link",
     {"$2;$1"}},
    {"ru", "lang", {"$L"}},
    {"ru",
     "цитата|начало цитаты|quote|врезка цитаты|эпиграф|цитата2|конец цитаты",
     {"", WriteQuote}},
    {"ru", "до н. э.|до н.э.|до нэ|bc", {"до н. э."}},
    {"ru", "н. э.|нэ", {"н. э."}},
    {"ru", "num|число", {"$1 $2"}},
    {"ru", "oldstyledate|oldstyledatedy", {"$3 ($1) $2"}},
    {"ru", "век|веке|века", {"$1 век"}},
    {"ru", "ок.", {"ок. $1"}},
    {"ru", "евро|euro", {"€$1"}},
    {"ru", "рубль|руб|ruble", {"$1 ₽"}},
    {"ru", "юл|сс3|сс|oldstyle|старстиль", {"$1"}},
    {"ru", "дата|date", {"", WriteDayMonthYear}},
    {"uk",
     "s|nobr|formatnum|nowrap|comment|abbr|наголос|капітель|прапорець+|прапор|"
     "unicode|вірш|прапорифікація|підкреслено|дрібно|мова",
     {"$1"}},
    {"uk", "нп5|нп2|нп3|не перекладено|iw|d-l|interlanguage link|нп4", {"$2;$1"}},
    {"uk", "num|число", {"$1 $2"}},
    {"uk", "oldstyledate|oldstyledatedy", {"$3 ($1) $2"}},
    {"uk", "lang", {"$L"}},
    {"uk", "цитата|quote|початок цитати|текст цитати|епіграф", {"", WriteQuote}},
    {"uk", "до н. е.|до н.е.", {"до н. е."}},
    {"uk", "н. е.", {"н. е."}},
    {"uk", "дата|date", {"", WriteDayMonthYear}},
    {"bg", "цитат|quote|цитат2", {"", WriteQuote}},
    {"bg", "флагче|флаг", {""}},
    {"bg", "флагче с име|флагче+|флаг+|nowrap|nobr|мънички|ударение|без разделяне", {"$1"}},
    {"bg", "lang|lang-text|език", {"$L"}},
    {"bg", "пр.н.е.|пр. н. е.|пр.хр.", {"пр.н.е."}},

    // Turkish.
    {"tr", "kardeş şehir", {"$1, $2"}},
};

using Rules = std::unordered_map<std::string, const WikitextTemplateRule*>;

std::string Key(std::string_view language, std::string_view name) {
  std::string key(language);
  key += '\n';
  key += name;
  return key;
}

const Rules& AllRules() {
  static const Rules rules = [] {
    Rules all;
    for (const Entry& entry : kEntries) {
      for (std::string_view names = entry.names; !names.empty();) {
        const size_t end = std::min(names.find('|'), names.size());
        all.emplace(Key(entry.language, names.substr(0, end)), &entry.rule);
        names.remove_prefix(std::min(end + 1, names.size()));
      }
    }
    return all;
  }();
  return rules;
}

const WikitextTemplateRule kForeign = {"", WriteForeign};
const WikitextTemplateRule kLink = {"$1"};

// {{lang-de}}, {{lang-grc}}, {{lang-zh-hant}}; other templates may begin so too.
bool IsFollowedByCode(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  const std::string_view code = name.substr(prefix.size());
  return code.size() == 2 || code.size() == 3 || (code.size() > 3 && code[2] == '-') ||
         (code.size() > 4 && code[3] == '-');
}

}  // namespace

const WikitextTemplateRule* FindOwnWikitextTemplateRule(const std::string& name,
                                                        std::string_view language) {
  const auto found = AllRules().find(Key(language, name));
  return found == AllRules().end() ? nullptr : found->second;
}

const WikitextTemplateRule* FindWikitextTemplateRule(const std::string& name,
                                                     std::string_view language) {
  for (const std::string_view which : {language, std::string_view()}) {
    const auto* rule = FindOwnWikitextTemplateRule(name, which);
    if (rule != nullptr) return rule;
  }
  if (IsFollowedByCode(name, "lang-")) return &kForeign;
  if (name.starts_with("јез-") || name.starts_with("jez-")) return &kLink;
  return IsFollowedByCode(name, "link-") ? &kLink : nullptr;  // {{link-de|page here|page there}}
}

}  // namespace cria::corpus
