// The names are those that the wikis had in the years of their public dumps. What else such a name
// may mean in another wiki does not matter: a list holds in its own.
#include "corpus/formats/wiki/wikitext_upkeep.h"

#include <algorithm>

namespace cria::corpus {
namespace {

struct Names {
  std::string_view language, names;
};

constexpr Names kUpkeep[] = {
    {"bg",
     "мъниче|без източници|обработка|превод от|избрана статия|авторитет|нормативен контрол|портал|"
     "сливане|проверка|актуализиране|добра статия|илюстриране|редактирам|за бързо изтриване|"
     "неутралност|форматиране|препратки"},
    {"ca",
     "esborrany|millorar|millorar text|millorar format|manca de referències|falten referències|"
     "fusió|traduir|mal traduït|ortografia|neutralitat|infraesborrany|article de qualitat|"
     "autoritat|portal|1000|redactat|enciclopèdic|orfe|en obres|sense referències|mida|"
     "referències millorables|viquificar"},
    {"cs",
     "pahýl|upravit|neověřeno|neověřený|celkově zpochybněno|významnost|sloučit|přeložit|"
     "pracuje se|autoritní data|portály|nejlepší článek|dobrý článek|urgentně upravit|reklama|"
     "npov|překlad|strojový překlad|chybí zdroje|zkontrolovat|vlastní výzkum|smazat|subpahýl|"
     "vyhýbavá slova|pahýl část|sporná neutralita"},
    {"da",
     "stub|stubafsnit|kilder mangler|kildeløs|ingen kilder|omskriv|opdatering|opdater|"
     "wikificering|sammenskrivning|flet|oprydning|pov|formatering|under udarbejdelse|god|"
     "fremragende|lovende|portal|autoritetsdata|manglende kilder|ukilderet|sprogligt|slet|"
     "kun uddrag|dårlig oversættelse"},
    {"de",
     "belege fehlen|lückenhaft|überarbeiten|neutralität|löschen|lqs|qs|portal|"
     "allgemeinverständlichkeit|unverständlich|widerspruch|doppeleintrag|redundanz|"
     "redundanztext|nur liste|internationalisierung|deutschlandlastig|staatslastig|exzellent|"
     "lesenswert|informativ|normdaten|gesprochene version|in bearbeitung|inuse|"
     "löschantragstext|importartikel|rechtshinweis|gesundheitshinweis|stub|veralteter stand"},
    {"en",
     "stub|unreferenced|refimprove|more citations needed|expert-subject|expert needed|cleanup|"
     "copy edit|copyedit|original research|pov|npov|advert|orphan|wikify|merge|merge to|"
     "merge from|split|notability|tone|in-universe|lead too short|very long|over-quotation|"
     "unreliable sources|primary sources|blp sources|no footnotes|more footnotes|globalize|"
     "under construction|in use|prod|expert|sections|story|plot|fansite|trivia|peacock|weasel|"
     "synthesis|disputed|news release|essay-like|expand language|rough translation|cleanup-rewrite|"
     "prose|underlinked|overlinked|autobiography|coi|hoax|too few opinions|unbalanced|example "
     "farm"},
    {"es",
     "esbozo|miniesbozo|wikificar|referencias|sin referencias|copyedit|fusionar|traducción|"
     "promocional|no neutralidad|noneutralidad|publicidad|en desarrollo|en obras|en uso|"
     "mal traducido|posible fusión|sin relevancia|huérfano|problemas artículo|contextualizar|"
     "autotrad|destruir|obras|artículo bueno|artículo destacado|portal|obsoleto|globalizar|"
     "categorizar|infraesbozo|revisar traducción|pov|formato|referencias insuficientes"},
    {"fr",
     "ébauche|ebauche|admissibilité|à wikifier|wikifier|vérifiabilité|pour|travaux|en travaux|"
     "à recycler|orphelin|pov|désaccord de neutralité|article non neutre|à illustrer|"
     "article à illustrer|mise à jour|à mettre à jour|section à sourcer|sources secondaires|"
     "à fusionner|copie à vérifier|titre mis en forme|titre incorrect|anecdotes|"
     "catalogue de vente|promotionnel|travail inédit|article court|traduit de|bon article|"
     "article de qualité|suppression|portail|paronymie|confusion|voir paronymes|"
     "semi-protection|à prouver|palette|trop de citations|admissibilité à vérifier"},
    {"hr",
     "mrva|stub|nedostaju izvori|bez izvora|dorada|wikificirati|pov|prijevod|izabrani članak|"
     "u izradi|provjeri|lektura|ažurirati|spajanje|izmjene u tijeku|jezik i stil|klica|"
     "nenavedeni izvori|dotjerati"},
    {"hu",
     "csonk|csonk-dátum|forráskérő|lektor|építés alatt|kiemelt|portál|semlegesség|szubcsonk|"
     "csonkok|bizonytalan|frissítendő|egyesítés|nem enciklopédikus|korr|reklám|fordítandó|"
     "nincsforrás|kevés forrás|formátumhiba|pontatlan|nemzetközi katalógusok|összevonandó"},
    {"it",
     "s|stub|f|nn|w|c|o|p|e|u|l|a|t|d|da aggiornare|da tradurre|controlcopy|curiosità|"
     "contestualizzare|wip|wip open|finestra|enciclopedicità|da unire|da dividere|da correggere|"
     "trama|localismo|recentismo|promozionale|s sezione|avvisounicode|portale|"
     "controllo di autorità|cancellazione|vetrina|voce di qualità|torna a|senza fonti|tradotto da|"
     "interprogetto|...|sezione vuota|thesaurus bncf|dmoz|link adq|link vdq|link v|stub sezione|"
     "organizzare|correggere|riorganizzare|non enciclopedico|pov sezione|tmp"},
    {"nl",
     "beginnetje|beg|wikify|wiu|ne|weg|ek|meebezig|actualiteit|verouderd|nuweg|samenvoegen|"
     "neutraliteit|twijfel|etalage|nocat|wb|reclame|auteur|bronnen gevraagd|bron gevraagd|"
     "weinig bronnen|pov|zie artikel|beginnetje algemeen"},
    {"pl",
     "stub|zalążek|dopracować|do weryfikacji|źródła|brak źródeł|dopracuj|integruj|do integracji|"
     "w edycji|medal|da|dobry artykuł|kontrola autorytatywna|usunąć|ek|napisać|neutralność|"
     "spis treści|przetłumaczyć|nieencyklopedyczne|spam|poprawić|do usunięcia"},
    {"pt",
     "esboço|mínimo|sem-fontes|sem-notas|mais notas|mais fontes|wikificação|wikificar|reciclagem|"
     "revisão|parcial|contextualizar|em tradução|fusão|artigo longo|desatualizado|má introdução|"
     "formatar referências|manutenção|em edição|corrigir|publicidade|pesquisa inédita|portal3|"
     "portal|artigo destacado|artigo bom|controle de autoria|fontes primárias|suporte|"
     "sem imagem|global|tradução"},
    {"ro",
     "ciot|necesită referințe|fără referințe|dezvoltă|wikificare|pov|articol bun|"
     "articol de calitate|traducere|control de autoritate|portal|unire|reorganizare|lipsă surse|"
     "referințe|surse|curățare|promovare|corectează|ac|pp|bibliografie lipsă|dezvoltare|"
     "reformulare|format|problemearticol"},
    {"ru",
     "заготовка|stub|нет ссылок|нет сносок|переработать|дополнить|стиль|чистить|"
     "закончить перевод|перевести|проверить факты|нейтральность|к удалению|к объединению|"
     "избранная статья|хорошая статья|добротная статья|викифицировать|значимость|rq|"
     "плохой перевод|оформить|мало источников|пишу|редактирую|вс|библиоинформация|"
     "изолированная статья|нет иллюстраций|незавершённая статья|орисс|неточность|"
     "другие значения|не путать|перенаправление|значения|о|дополнить раздел|"
     "кандидат в хорошие статьи|отпатрулирована|незавершённый раздел|ложно точные даты"},
    {"sl",
     "škrbina|stub|slog|v delu|brezvirov|lektura|posodobi|združi|izbran članek|"
     "normativna kontrola|prevod|preveri|izboljšaj|nevtralnost|wikificiraj|prepiši|čiščenje|"
     "dober članek|viri manjkajo|uredi"},
    {"sr",
     "клица|klica|без извора|извори|преведи|средити|ажурирати|спајање|сјајан чланак|добар чланак|"
     "нормативна контрола|у изради|рад у току|чишћење|портал|микроклица|stub|посао|"
     "нпов|превод|прерада|bez izvora|sređivanje"},
    {"sv",
     "stub|källor|källlös|ofullständig|städa|språkvård|uppdatera|wikify|ickeneutral|slå ihop|"
     "faktakoll|utmärkt|bra|rekommenderad|pågår|auktoritetsdata|substub|fler källor|global|"
     "sammanfoga|bredda|opassande|kvalitetskontroll|radera|trivia|översätt"},
    {"uk",
     "доробити|стиль|без джерел|недостатньо джерел|вікіфікувати|поліпшити|переклад|"
     "закінчити переклад|об'єднати|видалити|ізольована стаття|пишу|редагую|вибрана стаття|"
     "добра стаття|портал|бібліоінформація|значимість|значущість|нейтральність|порядок|чистити|"
     "stub|незавершена|перекласти|орисс|без зображення|нормативний контроль|автопереклад"},
};

}  // namespace

std::string_view WikitextUpkeepNames(std::string_view language) {
  const auto* found = std::find_if(std::begin(kUpkeep), std::end(kUpkeep),
                                   [&](const Names& names) { return names.language == language; });
  return found == std::end(kUpkeep) ? std::string_view() : found->names;
}

bool IsWikitextUpkeepFamily(std::string_view name) {
  for (const std::string_view end : {"-stub", " stub", "-клица", "-klica", "-csonk", "stub-sv"}) {
    if (name.ends_with(end)) return true;
  }
  for (const std::string_view begin :
       {"stub-", "škrbina-", "škrbina ", "mrva-", "клица-", "klica-", "csonk-", "мъниче-", "ciot-",
        "esboço-", "pahýl - ", "pahýl-", "заготовка ", "заготовка:", "esborrany-", "ébauche "}) {
    if (name.starts_with(begin)) return true;
  }
  return false;
}

}  // namespace cria::corpus
