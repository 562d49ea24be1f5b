// The names of namespaces are those of MediaWiki's messages (languages/messages/Messages*.php), old
// ones included. A dump's own list is not used: copies and extracts carry lists of other wikis.
#include "corpus/formats/wiki/wikitext_links.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "corpus/formats/wiki/wikitext_marks.h"
#include "corpus/language.h"

namespace cria::corpus {
namespace {

// Longer than any name of a namespace below.
constexpr size_t kMaxPrefixBytes = 40;

const std::unordered_set<std::string_view>& FileNames() {
  static const std::unordered_set<std::string_view> names = {
      "file",     "image",      "media",   "файл",     "картинка",   "медия",      "изображение",
      "медиа",    "зображення", "медіа",   "датотека", "слика",      "медиј",      "fitxer",
      "imatge",   "soubor",     "média",   "fil",      "billede",    "bild",       "datei",
      "medium",   "archivo",    "imagen",  "medio",    "fichier",    "datoteka",   "slika",
      "mediji",   "fájl",       "kép",     "immagine", "bestand",    "afbeelding", "plik",
      "grafika",  "ficheiro",   "arquivo", "imagem",   "multimédia", "fișier",     "fişier",
      "imagine",  "medija",     "mediá",   "tiedosto", "kuva",       "dosya",      "resim",
      "ファイル", "画像",       "文件",    "档案",     "檔案",       "图像",       "圖像",
      "ملف",      "صورة",       "αρχείο",  "εικόνα",   "파일",       "그림",       "پرونده",
      "تصویر",    "קובץ",       "תמונה",   "tập tin",  "hình",       "berkas",     "gambar",
      "súbor",    "obrázok",    "vaizdas", "attēls",   "fails",      "pilt",       "fitxategi",
      "irudi",    "dosiero",    "skrá",    "mynd",     "ficheru",    "ficheiru",   "ไฟล์",
      "ภาพ",      "चित्र"};
  return names;
}

const std::unordered_set<std::string_view>& CategoryNames() {
  static const std::unordered_set<std::string_view> names = {
      "category",   "категория", "категорія", "категорија", "categoria", "kategorie",
      "kategori",   "categoría", "catégorie", "kategorija", "kategória", "categorie",
      "kategoria",  "luokka",    "分类",      "分類",       "カテゴリ",  "تصنيف",
      "κατηγορία",  "분류",      "رده",       "קטגוריה",    "thể loại",  "kategorio",
      "flokkur",    "หมวดหมู่",    "श्रेणी",      "kateqoriya", "катэгорыя", "kategooria",
      "catagóir",   "kaarangay", "categori",  "კატეგორია",  "կատեգորիա", "санат",
      "turkum",     "гурӯҳ",     "ангилал",   "বিষয়শ্রেণী",  "பகுப்பு",    "వర్గం",
      "വർഗ്ഗം",      "ವರ್ಗ",       "वर्ग",       "زمرہ",       "kategorî",  "پۆل",
      "rummad",     "kategory",  "bólkur",    "kategoriya", "kategorya", "jamii",
      "sokajy",     "klad",      "төркем",    "категори",   "категорий", "kategoryjo",
      "kategoriýa", "ໝວດ",       "ਸ਼੍ਰੇਣੀ",      "શ્રેણી",       "کتيګوري",   "زمرو",
      "catigurìa",  "categurìa", "catigoria"};
  return names;
}

// Wikipedias whose code has more than two letters and that other pages link to; two-letter codes
// are those of ISO 639-1, and a few that are not.
bool IsWikiCode(std::string_view prefix) {
  static const std::unordered_set<std::string_view> codes = {
      "sh",         "simple",       "ceb",    "war",       "nds",      "als",     "bar",
      "ast",        "arz",          "azb",    "ckb",       "pnb",      "mzn",     "new",
      "scn",        "lmo",          "pms",    "vec",       "nap",      "hsb",     "dsb",
      "sco",        "ang",          "ilo",    "sah",       "bpy",      "vls",     "fur",
      "lij",        "nov",          "pdc",    "pfl",       "stq",      "frr",     "ksh",
      "szl",        "csb",          "rue",    "udm",       "mhr",      "mrj",     "myv",
      "koi",        "xal",          "krc",    "tyv",       "lbe",      "lez",     "kbd",
      "crh",        "gag",          "diq",    "hif",       "bjn",      "min",     "map-bms",
      "zh-min-nan", "zh-classical", "zh-yue", "be-tarask", "be-x-old", "roa-rup", "roa-tara",
      "bat-smg",    "fiu-vro",      "nds-nl", "cbk-zam",   "eml",      "mwl",     "ext",
      "lad",        "jbo",          "haw",    "nah",       "pap",      "pam",     "pag",
      "bcl",        "gan",          "wuu",    "hak",       "cdo",      "got",     "chr",
      "chy",        "arc",          "glk",    "frp",       "kaa",      "cu",      "ltg",
      "sat",        "mai",          "bxr",    "kab"};
  return IsLanguageCode(prefix) || codes.contains(prefix);
}

// Sister projects, linked with a prefix that the page does not show when a label stands beside.
bool IsSisterProject(std::string_view prefix) {
  static const std::unordered_set<std::string_view> names = {
      "w", "wikipedia", "wikt", "wiktionary", "s", "wikisource",  "b",       "wikibooks",
      "q", "wikiquote", "n",    "wikinews",   "v", "wikiversity", "voy",     "wikivoyage",
      "c", "commons",   "d",    "wikidata",   "m", "meta",        "species", "wikispecies",
      "mw"};
  return names.contains(prefix);
}

// "Lêer:x.jpg" is a file in whatever language.
bool EndsLikeFile(std::string_view target) {
  constexpr std::string_view kEndings[] = {".jpg", ".jpeg", ".png",  ".svg", ".gif",
                                           ".tif", ".tiff", ".webp", ".ogg", ".oga",
                                           ".ogv", ".webm", ".djvu"};
  target = TrimWikitext(target);
  const size_t dot = target.rfind('.');
  if (dot == target.npos || target.size() - dot > 5) return false;
  const std::string ending = FoldWikitextName(target.substr(dot));
  return std::find(std::begin(kEndings), std::end(kEndings), ending) != std::end(kEndings);
}

std::string_view Prefix(std::string_view target) {
  const size_t colon = target.substr(0, kMaxPrefixBytes).find(':');
  return colon == target.npos ? std::string_view() : target.substr(0, colon);
}

// The text of a link without a label.
std::string_view OwnText(std::string_view target) {
  while (!target.empty() && (target[0] == '#' || target[0] == '/' || target[0] == ':')) {
    target.remove_prefix(1);
  }
  while (!target.empty() && target.back() == '/') target.remove_suffix(1);
  const std::string_view prefix = Prefix(target);
  if (!prefix.empty() && IsSisterProject(FoldWikitextName(prefix))) {
    return OwnText(target.substr(prefix.size() + 1));
  }
  return target;
}

}  // namespace

bool StartsLikeAddress(std::string_view text) {
  constexpr std::string_view kSchemes[] = {
      "http://", "https://",  "//",      "ftp://", "mailto:", "news:", "irc://",
      "git://",  "gopher://", "ftps://", "tel:",   "magnet:", "urn:",  "geo:"};
  const auto starts = [text](std::string_view scheme) {
    return text.size() > scheme.size() &&
           std::equal(scheme.begin(), scheme.end(), text.begin(),
                      [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
  };
  return std::any_of(std::begin(kSchemes), std::end(kSchemes), starts);
}

bool IsWikitextFile(std::string_view target) {
  target = target.substr(0, target.find_first_of("|\n"));
  const std::string_view prefix = Prefix(TrimWikitext(target));
  if (prefix.empty()) return false;
  return FileNames().contains(FoldWikitextName(prefix)) || EndsLikeFile(target);
}

WikitextLink ResolveWikitextLink(std::string_view target, bool has_label, std::string_view label) {
  target = TrimWikitext(target);
  const bool shown = !target.empty() && target[0] == ':';  // [[:Category:X]] links to it
  if (!shown) {
    if (StartsLikeAddress(target)) return {WikitextLinkKind::kExternal, target};
    const std::string_view prefix = Prefix(target);
    const std::string name = FoldWikitextName(prefix);
    if (FileNames().contains(name) || CategoryNames().contains(name) ||
        (!prefix.empty() && EndsLikeFile(target))) {
      return {WikitextLinkKind::kNothing, {}};
    }
    // "MI:5" is a page; codes are written small.
    if (!prefix.empty() && name == TrimWikitext(prefix) && IsWikiCode(name)) {
      return {WikitextLinkKind::kNothing, {}};
    }
  }
  if (has_label && !TrimWikitext(label).empty()) return {WikitextLinkKind::kText, label};
  std::string_view text = OwnText(target);
  // No sentence names a page of files or categories; "See also [[:Category:Towns]]" leads to one.
  if (shown && (IsWikitextFile(text) || CategoryNames().contains(FoldWikitextName(Prefix(text))))) {
    return {WikitextLinkKind::kText, std::string_view(&kBroken, 1)};
  }
  if (has_label) {  // the pipe trick: without the name's addition in brackets
    const size_t bracket = text.rfind(" (");
    if (bracket != text.npos && text.back() == ')') text = text.substr(0, bracket);
  }
  return {WikitextLinkKind::kText, text};
}

}  // namespace cria::corpus
