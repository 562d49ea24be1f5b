// The names of HTML 4 (sections 24.2 to 24.4 of its specification) and those of the HTML standard's
// list that pages use: letters of European languages and Cyrillic, punctuation, mathematics.
#include "corpus/formats/html/html_references.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "base/utf8.h"

namespace cria::corpus {
namespace {

struct Named {
  std::string_view name;
  uint32_t code;
  bool bare = false;  // valid without ";"
};

// Sorted by name, in the order of bytes.
// clang-format off
constexpr Named kNames[] = {
    {"AElig", 0xc6, true}, {"AMP", 0x26, true}, {"Aacute", 0xc1, true}, {"Abreve", 0x102},
    {"Acirc", 0xc2, true}, {"Acy", 0x410}, {"Agrave", 0xc0, true}, {"Alpha", 0x391},
    {"Amacr", 0x100}, {"Aogon", 0x104}, {"Aring", 0xc5, true}, {"Atilde", 0xc3, true},
    {"Auml", 0xc4, true}, {"Bcy", 0x411}, {"Beta", 0x392}, {"CHcy", 0x427}, {"COPY", 0xa9, true},
    {"Cacute", 0x106}, {"Ccaron", 0x10c}, {"Ccedil", 0xc7, true}, {"Ccirc", 0x108}, {"Cdot", 0x10a},
    {"Chi", 0x3a7}, {"Copf", 0x2102}, {"Dagger", 0x2021}, {"Dcaron", 0x10e}, {"Dcy", 0x414},
    {"Del", 0x2207}, {"Delta", 0x394}, {"Dstrok", 0x110}, {"ENG", 0x14a}, {"ETH", 0xd0, true},
    {"Eacute", 0xc9, true}, {"Ecaron", 0x11a}, {"Ecirc", 0xca, true}, {"Ecy", 0x42d},
    {"Edot", 0x116}, {"Egrave", 0xc8, true}, {"Emacr", 0x112}, {"Eogon", 0x118}, {"Epsilon", 0x395},
    {"Eta", 0x397}, {"Euml", 0xcb, true}, {"Fcy", 0x424}, {"GT", 0x3e, true}, {"Gamma", 0x393},
    {"Gbreve", 0x11e}, {"Gcedil", 0x122}, {"Gcirc", 0x11c}, {"Gcy", 0x413}, {"Gdot", 0x120},
    {"Gt", 0x226b}, {"HARDcy", 0x42a}, {"Hat", 0x5e}, {"Hcirc", 0x124}, {"Hstrok", 0x126},
    {"IEcy", 0x415}, {"IJlig", 0x132}, {"IOcy", 0x401}, {"Iacute", 0xcd, true},
    {"Icirc", 0xce, true}, {"Icy", 0x418}, {"Idot", 0x130}, {"Igrave", 0xcc, true},
    {"Imacr", 0x12a}, {"Iogon", 0x12e}, {"Iota", 0x399}, {"Itilde", 0x128}, {"Iuml", 0xcf, true},
    {"Jcirc", 0x134}, {"Jcy", 0x419}, {"KHcy", 0x425}, {"Kappa", 0x39a}, {"Kcedil", 0x136},
    {"Kcy", 0x41a}, {"LT", 0x3c, true}, {"Lacute", 0x139}, {"Lambda", 0x39b}, {"Lcaron", 0x13d},
    {"Lcedil", 0x13b}, {"Lcy", 0x41b}, {"Leftarrow", 0x21d0}, {"Lmidot", 0x13f}, {"Lstrok", 0x141},
    {"Lt", 0x226a}, {"Mcy", 0x41c}, {"MediumSpace", 0x205f}, {"Mu", 0x39c}, {"Nacute", 0x143},
    {"Ncaron", 0x147}, {"Ncedil", 0x145}, {"Ncy", 0x41d}, {"NewLine", 0xa}, {"NoBreak", 0x2060},
    {"NonBreakingSpace", 0xa0}, {"Nopf", 0x2115}, {"Ntilde", 0xd1, true}, {"Nu", 0x39d},
    {"OElig", 0x152}, {"Oacute", 0xd3, true}, {"Ocirc", 0xd4, true}, {"Ocy", 0x41e},
    {"Odblac", 0x150}, {"Ograve", 0xd2, true}, {"Omacr", 0x14c}, {"Omega", 0x3a9},
    {"Omicron", 0x39f}, {"Oslash", 0xd8, true}, {"Otilde", 0xd5, true}, {"Ouml", 0xd6, true},
    {"Pcy", 0x41f}, {"Phi", 0x3a6}, {"Pi", 0x3a0}, {"Prime", 0x2033}, {"Psi", 0x3a8},
    {"QUOT", 0x22, true}, {"Qopf", 0x211a}, {"REG", 0xae, true}, {"Racute", 0x154},
    {"Rcaron", 0x158}, {"Rcedil", 0x156}, {"Rcy", 0x420}, {"Rho", 0x3a1}, {"Rightarrow", 0x21d2},
    {"Ropf", 0x211d}, {"SHCHcy", 0x429}, {"SHcy", 0x428}, {"SOFTcy", 0x42c}, {"Sacute", 0x15a},
    {"Scaron", 0x160}, {"Scedil", 0x15e}, {"Scirc", 0x15c}, {"Scy", 0x421}, {"Sigma", 0x3a3},
    {"Sqrt", 0x221a}, {"Sum", 0x2211}, {"THORN", 0xde, true}, {"TScy", 0x426}, {"Tab", 0x9},
    {"Tau", 0x3a4}, {"Tcaron", 0x164}, {"Tcedil", 0x162}, {"Tcy", 0x422}, {"Theta", 0x398},
    {"ThinSpace", 0x2009}, {"Tstrok", 0x166}, {"Uacute", 0xda, true}, {"Ubreve", 0x16c},
    {"Ucirc", 0xdb, true}, {"Ucy", 0x423}, {"Udblac", 0x170}, {"Ugrave", 0xd9, true},
    {"Umacr", 0x16a}, {"Uogon", 0x172}, {"Upsi", 0x3d2}, {"Upsilon", 0x3a5}, {"Uring", 0x16e},
    {"Utilde", 0x168}, {"Uuml", 0xdc, true}, {"Vcy", 0x412}, {"Vert", 0x2016},
    {"VeryThinSpace", 0x200a}, {"Wcirc", 0x174}, {"Xi", 0x39e}, {"YAcy", 0x42f}, {"YUcy", 0x42e},
    {"Yacute", 0xdd, true}, {"Ycirc", 0x176}, {"Ycy", 0x42b}, {"Yuml", 0x178}, {"ZHcy", 0x416},
    {"Zacute", 0x179}, {"Zcaron", 0x17d}, {"Zcy", 0x417}, {"Zdot", 0x17b},
    {"ZeroWidthSpace", 0x200b}, {"Zeta", 0x396}, {"Zopf", 0x2124}, {"aacute", 0xe1, true},
    {"abreve", 0x103}, {"acirc", 0xe2, true}, {"acute", 0xb4, true}, {"acy", 0x430},
    {"aelig", 0xe6, true}, {"agrave", 0xe0, true}, {"alefsym", 0x2135}, {"aleph", 0x2135},
    {"alpha", 0x3b1}, {"amacr", 0x101}, {"amp", 0x26, true}, {"and", 0x2227}, {"ang", 0x2220},
    {"angle", 0x2220}, {"angst", 0xc5}, {"aogon", 0x105}, {"ape", 0x224a}, {"apos", 0x27},
    {"approx", 0x2248}, {"aring", 0xe5, true}, {"ast", 0x2a}, {"asymp", 0x2248},
    {"atilde", 0xe3, true}, {"auml", 0xe4, true}, {"bcy", 0x431}, {"bdquo", 0x201e},
    {"beta", 0x3b2}, {"beth", 0x2136}, {"bigstar", 0x2605}, {"blacksquare", 0x25aa},
    {"blk12", 0x2592}, {"blk14", 0x2591}, {"blk34", 0x2593}, {"block", 0x2588}, {"boxh", 0x2500},
    {"boxv", 0x2502}, {"breve", 0x2d8}, {"brvbar", 0xa6, true}, {"bsol", 0x5c}, {"bull", 0x2022},
    {"bullet", 0x2022}, {"cacute", 0x107}, {"cap", 0x2229}, {"caron", 0x2c7}, {"ccaron", 0x10d},
    {"ccedil", 0xe7, true}, {"ccirc", 0x109}, {"cdot", 0x10b}, {"cedil", 0xb8, true},
    {"cent", 0xa2, true}, {"centerdot", 0xb7}, {"chcy", 0x447}, {"check", 0x2713},
    {"checkmark", 0x2713}, {"chi", 0x3c7}, {"cir", 0x25cb}, {"circ", 0x2c6}, {"clubs", 0x2663},
    {"clubsuit", 0x2663}, {"colon", 0x3a}, {"comma", 0x2c}, {"commat", 0x40}, {"compfn", 0x2218},
    {"complexes", 0x2102}, {"cong", 0x2245}, {"coprod", 0x2210}, {"copy", 0xa9, true},
    {"copysr", 0x2117}, {"crarr", 0x21b5}, {"cross", 0x2717}, {"cup", 0x222a},
    {"curren", 0xa4, true}, {"dArr", 0x21d3}, {"dagger", 0x2020}, {"daleth", 0x2138},
    {"darr", 0x2193}, {"dash", 0x2010}, {"dblac", 0x2dd}, {"dcaron", 0x10f}, {"dcy", 0x434},
    {"deg", 0xb0, true}, {"delta", 0x3b4}, {"diamondsuit", 0x2666}, {"diams", 0x2666},
    {"div", 0xf7}, {"divide", 0xf7, true}, {"dollar", 0x24}, {"dot", 0x2d9}, {"downarrow", 0x2193},
    {"dstrok", 0x111}, {"dtri", 0x25bf}, {"dtrif", 0x25be}, {"eacute", 0xe9, true},
    {"ecaron", 0x11b}, {"ecirc", 0xea, true}, {"ecy", 0x44d}, {"edot", 0x117},
    {"egrave", 0xe8, true}, {"ell", 0x2113}, {"emacr", 0x113}, {"empty", 0x2205},
    {"emptyset", 0x2205}, {"emsp", 0x2003}, {"eng", 0x14b}, {"ensp", 0x2002}, {"eogon", 0x119},
    {"epsi", 0x3b5}, {"epsilon", 0x3b5}, {"equals", 0x3d}, {"equiv", 0x2261}, {"eta", 0x3b7},
    {"eth", 0xf0, true}, {"euml", 0xeb, true}, {"euro", 0x20ac}, {"excl", 0x21}, {"exist", 0x2203},
    {"fcy", 0x444}, {"female", 0x2640}, {"ffilig", 0xfb03}, {"fflig", 0xfb00}, {"ffllig", 0xfb04},
    {"filig", 0xfb01}, {"flat", 0x266d}, {"fllig", 0xfb02}, {"fnof", 0x192}, {"forall", 0x2200},
    {"frac12", 0xbd, true}, {"frac13", 0x2153}, {"frac14", 0xbc, true}, {"frac15", 0x2155},
    {"frac16", 0x2159}, {"frac18", 0x215b}, {"frac23", 0x2154}, {"frac25", 0x2156},
    {"frac34", 0xbe, true}, {"frac35", 0x2157}, {"frac38", 0x215c}, {"frac45", 0x2158},
    {"frac56", 0x215a}, {"frac58", 0x215d}, {"frac78", 0x215e}, {"frasl", 0x2044},
    {"gacute", 0x1f5}, {"gamma", 0x3b3}, {"gbreve", 0x11f}, {"gcirc", 0x11d}, {"gcy", 0x433},
    {"gdot", 0x121}, {"ge", 0x2265}, {"geq", 0x2265}, {"geqslant", 0x2a7e}, {"ges", 0x2a7e},
    {"gg", 0x226b}, {"gimel", 0x2137}, {"grave", 0x60}, {"gt", 0x3e, true}, {"hArr", 0x21d4},
    {"hairsp", 0x200a}, {"half", 0xbd}, {"hardcy", 0x44a}, {"harr", 0x2194}, {"hbar", 0x210f},
    {"hcirc", 0x125}, {"hearts", 0x2665}, {"heartsuit", 0x2665}, {"hellip", 0x2026},
    {"hookrightarrow", 0x21aa}, {"horbar", 0x2015}, {"hstrok", 0x127}, {"hybull", 0x2043},
    {"hyphen", 0x2010}, {"iacute", 0xed, true}, {"icirc", 0xee, true}, {"icy", 0x438},
    {"iecy", 0x435}, {"iexcl", 0xa1, true}, {"igrave", 0xec, true}, {"ijlig", 0x133},
    {"imacr", 0x12b}, {"image", 0x2111}, {"imath", 0x131}, {"in", 0x2208}, {"incare", 0x2105},
    {"infin", 0x221e}, {"inodot", 0x131}, {"int", 0x222b}, {"integers", 0x2124}, {"iocy", 0x451},
    {"iogon", 0x12f}, {"iota", 0x3b9}, {"iquest", 0xbf, true}, {"isin", 0x2208}, {"itilde", 0x129},
    {"iuml", 0xef, true}, {"jcirc", 0x135}, {"jcy", 0x439}, {"kappa", 0x3ba}, {"kcedil", 0x137},
    {"kcy", 0x43a}, {"khcy", 0x445}, {"lArr", 0x21d0}, {"lacute", 0x13a}, {"lambda", 0x3bb},
    {"lang", 0x27e8}, {"langle", 0x27e8}, {"laquo", 0xab, true}, {"larr", 0x2190}, {"lbrace", 0x7b},
    {"lbrack", 0x5b}, {"lcaron", 0x13e}, {"lcedil", 0x13c}, {"lceil", 0x2308}, {"lcub", 0x7b},
    {"lcy", 0x43b}, {"ldquo", 0x201c}, {"ldquor", 0x201e}, {"le", 0x2264}, {"leftarrow", 0x2190},
    {"leftrightarrow", 0x2194}, {"leq", 0x2264}, {"leqslant", 0x2a7d}, {"les", 0x2a7d},
    {"lfloor", 0x230a}, {"ll", 0x226a}, {"lmidot", 0x140}, {"longrightarrow", 0x27f6},
    {"lowast", 0x2217}, {"lowbar", 0x5f}, {"loz", 0x25ca}, {"lpar", 0x28}, {"lrm", 0x200e},
    {"lsaquo", 0x2039}, {"lsqb", 0x5b}, {"lsquo", 0x2018}, {"lsquor", 0x201a}, {"lstrok", 0x142},
    {"lt", 0x3c, true}, {"ltri", 0x25c3}, {"ltrif", 0x25c2}, {"macr", 0xaf, true}, {"male", 0x2642},
    {"malt", 0x2720}, {"map", 0x21a6}, {"mapsto", 0x21a6}, {"mcy", 0x43c}, {"mdash", 0x2014},
    {"mho", 0x2127},
    {"micro", 0xb5, true}, {"middot", 0xb7, true}, {"minus", 0x2212}, {"mldr", 0x2026},
    {"mnplus", 0x2213}, {"mp", 0x2213}, {"mu", 0x3bc}, {"nabla", 0x2207}, {"nacute", 0x144},
    {"napos", 0x149}, {"natural", 0x266e}, {"naturals", 0x2115}, {"nbsp", 0xa0, true},
    {"ncaron", 0x148}, {"ncedil", 0x146}, {"ncy", 0x43d}, {"ndash", 0x2013}, {"ne", 0x2260},
    {"nearr", 0x2197}, {"nexist", 0x2204}, {"ni", 0x220b}, {"nldr", 0x2025}, {"not", 0xac, true},
    {"notin", 0x2209}, {"nsub", 0x2284}, {"ntilde", 0xf1, true}, {"nu", 0x3bd}, {"num", 0x23},
    {"numero", 0x2116}, {"numsp", 0x2007}, {"nwarr", 0x2196}, {"oacute", 0xf3, true},
    {"ocirc", 0xf4, true}, {"ocy", 0x43e}, {"odblac", 0x151}, {"oelig", 0x153}, {"ogon", 0x2db},
    {"ograve", 0xf2, true}, {"ohm", 0x3a9}, {"oline", 0x203e}, {"omacr", 0x14d}, {"omega", 0x3c9},
    {"omicron", 0x3bf}, {"oplus", 0x2295}, {"or", 0x2228}, {"ordf", 0xaa, true},
    {"ordm", 0xba, true}, {"oslash", 0xf8, true}, {"otilde", 0xf5, true}, {"otimes", 0x2297},
    {"ouml", 0xf6, true}, {"par", 0x2225}, {"para", 0xb6, true}, {"parallel", 0x2225},
    {"part", 0x2202}, {"pcy", 0x43f}, {"percnt", 0x25}, {"period", 0x2e}, {"permil", 0x2030},
    {"perp", 0x22a5}, {"phi", 0x3c6}, {"phiv", 0x3d5}, {"phone", 0x260e}, {"pi", 0x3c0},
    {"piv", 0x3d6}, {"planck", 0x210f}, {"plus", 0x2b}, {"plusmn", 0xb1, true}, {"pm", 0xb1},
    {"pound", 0xa3, true}, {"prime", 0x2032}, {"prod", 0x220f}, {"prop", 0x221d},
    {"propto", 0x221d}, {"psi", 0x3c8}, {"puncsp", 0x2008}, {"quest", 0x3f}, {"quot", 0x22, true},
    {"rArr", 0x21d2}, {"racute", 0x155}, {"radic", 0x221a}, {"rang", 0x27e9}, {"rangle", 0x27e9},
    {"raquo", 0xbb, true}, {"rarr", 0x2192}, {"rationals", 0x211a}, {"rbrace", 0x7d},
    {"rbrack", 0x5d}, {"rcaron", 0x159}, {"rcedil", 0x157}, {"rceil", 0x2309}, {"rcub", 0x7d},
    {"rcy", 0x440}, {"rdquo", 0x201d}, {"rdquor", 0x201d}, {"real", 0x211c}, {"reals", 0x211d},
    {"reg", 0xae, true}, {"rfloor", 0x230b}, {"rho", 0x3c1}, {"rightarrow", 0x2192},
    {"rightleftharpoons", 0x21cc}, {"ring", 0x2da}, {"rlm", 0x200f}, {"rpar", 0x29},
    {"rsaquo", 0x203a}, {"rsqb", 0x5d}, {"rsquo", 0x2019}, {"rsquor", 0x2019}, {"rtri", 0x25b9},
    {"rtrif", 0x25b8}, {"sacute", 0x15b}, {"sbquo", 0x201a}, {"scaron", 0x161}, {"scedil", 0x15f},
    {"scirc", 0x15d}, {"scy", 0x441}, {"sdot", 0x22c5}, {"searr", 0x2198}, {"sect", 0xa7, true},
    {"semi", 0x3b}, {"setminus", 0x2216}, {"sharp", 0x266f}, {"shchcy", 0x449}, {"shcy", 0x448},
    {"shy", 0xad, true}, {"sigma", 0x3c3}, {"sigmaf", 0x3c2}, {"sim", 0x223c}, {"simeq", 0x2243},
    {"softcy", 0x44c}, {"sol", 0x2f}, {"spades", 0x2660}, {"spadesuit", 0x2660}, {"squ", 0x25a1},
    {"square", 0x25a1}, {"squf", 0x25aa}, {"star", 0x2606}, {"starf", 0x2605},
    {"straightphi", 0x3d5}, {"sub", 0x2282}, {"sube", 0x2286}, {"subset", 0x2282},
    {"subseteq", 0x2286}, {"sum", 0x2211}, {"sung", 0x266a}, {"sup", 0x2283}, {"sup1", 0xb9, true},
    {"sup2", 0xb2, true}, {"sup3", 0xb3, true}, {"supe", 0x2287}, {"supset", 0x2283},
    {"supseteq", 0x2287}, {"swarr", 0x2199}, {"szlig", 0xdf, true}, {"tau", 0x3c4},
    {"tcaron", 0x165}, {"tcedil", 0x163}, {"tcy", 0x442}, {"there4", 0x2234}, {"theta", 0x3b8},
    {"thetasym", 0x3d1}, {"thinsp", 0x2009}, {"thorn", 0xfe, true}, {"tilde", 0x2dc},
    {"times", 0xd7, true}, {"trade", 0x2122}, {"tscy", 0x446}, {"tstrok", 0x167}, {"uArr", 0x21d1},
    {"uacute", 0xfa, true}, {"uarr", 0x2191}, {"ubreve", 0x16d}, {"ucirc", 0xfb, true},
    {"ucy", 0x443}, {"udblac", 0x171}, {"ugrave", 0xf9, true}, {"umacr", 0x16b},
    {"uml", 0xa8, true}, {"uogon", 0x173}, {"uparrow", 0x2191}, {"upsi", 0x3c5}, {"upsih", 0x3d2},
    {"upsilon", 0x3c5}, {"uring", 0x16f}, {"utilde", 0x169}, {"utri", 0x25b5}, {"utrif", 0x25b4},
    {"uuml", 0xfc, true}, {"varepsilon", 0x3f5}, {"varnothing", 0x2205}, {"varphi", 0x3d5},
    {"varpi", 0x3d6}, {"varr", 0x2195}, {"varrho", 0x3f1}, {"varsigma", 0x3c2}, {"vartheta", 0x3d1},
    {"vcy", 0x432}, {"vee", 0x2228}, {"verbar", 0x7c}, {"vert", 0x7c}, {"vprop", 0x221d},
    {"wcirc", 0x175}, {"wedge", 0x2227}, {"weierp", 0x2118}, {"xcirc", 0x25ef}, {"xi", 0x3be},
    {"xrarr", 0x27f6}, {"yacute", 0xfd, true}, {"yacy", 0x44f}, {"ycirc", 0x177}, {"ycy", 0x44b},
    {"yen", 0xa5, true}, {"yucy", 0x44e}, {"yuml", 0xff, true}, {"zacute", 0x17a},
    {"zcaron", 0x17e}, {"zcy", 0x437}, {"zdot", 0x17c}, {"zeta", 0x3b6}, {"zhcy", 0x436},
    {"zwj", 0x200d}, {"zwnj", 0x200c},
};
// clang-format on

constexpr size_t kLongestName = 17, kShortestBare = 2, kLongestBare = 6;

constexpr uint32_t kReplacement = 0xfffd;

// What the bytes 128 to 159 mean in Windows-1252.
constexpr uint16_t kWindows1252[32] = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlnum(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

const Named* FindName(std::string_view name) {
  const Named* found =
      std::lower_bound(std::begin(kNames), std::end(kNames), name,
                       [](const Named& known, std::string_view n) { return known.name < n; });
  return found != std::end(kNames) && found->name == name ? found : nullptr;
}

uint32_t CharacterOf(uint64_t number) {
  if (number >= 0x80 && number < 0xa0) return kWindows1252[number - 0x80];
  const bool surrogate = number >= 0xd800 && number < 0xe000;
  return number == 0 || number > 0x10ffff || surrogate ? kReplacement
                                                       : static_cast<uint32_t>(number);
}

size_t DecodeNumber(std::string_view text, std::string* out) {
  size_t at = 2;
  const bool hex = at < text.size() && (text[at] == 'x' || text[at] == 'X');
  if (hex) ++at;
  const size_t digits = at;
  uint64_t number = 0;
  for (; at < text.size(); ++at) {
    const int digit = hex ? HexDigit(text[at]) : IsDigit(text[at]) ? text[at] - '0' : -1;
    if (digit < 0) break;
    number = std::min<uint64_t>(number * (hex ? 16 : 10) + static_cast<uint64_t>(digit), 0x110000);
  }
  if (at == digits) return 0;
  AppendUtf8(CharacterOf(number), out);
  return at < text.size() && text[at] == ';' ? at + 1 : at;
}

size_t DecodeName(std::string_view text, bool in_attribute, std::string* out) {
  size_t end = 1;
  while (end < text.size() && end <= kLongestName && IsAlnum(text[end])) ++end;
  const std::string_view name = text.substr(1, end - 1);
  if (end < text.size() && text[end] == ';') {
    if (const Named* known = FindName(name)) {
      AppendUtf8(known->code, out);
      return end + 1;
    }
  }
  for (size_t length = std::min(name.size(), kLongestBare); length >= kShortestBare; --length) {
    const Named* known = FindName(name.substr(0, length));
    if (known == nullptr || !known->bare) continue;
    const char next = length + 1 < text.size() ? text[length + 1] : ';';
    if (in_attribute && (next == '=' || IsAlnum(next))) return 0;
    AppendUtf8(known->code, out);
    return length + 1;
  }
  return 0;
}

bool MayStandInText(uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return (code < 0x7f || code > 0x9f) && code != kReplacement && (code & 0xfffe) != 0xfffe;
}

// The number that the digits of a numeric reference mean; false if they are none.
bool ReadNumber(std::string_view digits, uint32_t* code) {
  const bool hex = !digits.empty() && (digits[0] == 'x' || digits[0] == 'X');
  if (hex) digits.remove_prefix(1);
  if (digits.empty()) return false;
  uint64_t number = 0;
  for (const char c : digits) {
    const int digit = hex ? HexDigit(c) : IsDigit(c) ? c - '0' : -1;
    if (digit < 0) return false;
    number = std::min<uint64_t>(number * (hex ? 16 : 10) + static_cast<uint64_t>(digit), 0x110000);
  }
  *code = CharacterOf(number);
  return true;
}

}  // namespace

HtmlReference MatchHtmlReference(std::string_view text) {
  const size_t end = text.substr(0, kLongestName + 2).find(';');
  if (end == text.npos || end < 2) return {};
  const std::string_view name = text.substr(1, end - 1);
  uint32_t code = 0;
  if (name[0] == '#') {
    if (!ReadNumber(name.substr(1), &code)) return {};
  } else if (const Named* known = FindName(name)) {
    code = known->code;
  } else {
    return {};
  }
  return {MayStandInText(code) ? code : 0, end + 1};
}

void AppendDecodedReferences(std::string_view text, std::string* out) {
  while (!text.empty()) {
    const size_t plain = std::min(text.find('&'), text.size());
    out->append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    const HtmlReference reference = MatchHtmlReference(text);
    if (reference.length == 0) {
      *out += '&';
    } else if (reference.code != 0) {
      AppendUtf8(reference.code, out);
    }
    text.remove_prefix(std::max<size_t>(reference.length, 1));
  }
}

size_t DecodeHtmlReference(std::string_view text, bool in_attribute, std::string* out) {
  return text.size() > 1 && text[1] == '#' ? DecodeNumber(text, out)
                                           : DecodeName(text, in_attribute, out);
}

void AppendDecodedHtml(std::string_view text, bool in_attribute, std::string* out) {
  while (!text.empty()) {
    const void* found = std::memchr(text.data(), '&', text.size());
    const size_t plain =
        found == nullptr ? text.size() : static_cast<const char*>(found) - text.data();
    out->append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    size_t used = DecodeHtmlReference(text, in_attribute, out);
    if (used == 0) {
      *out += '&';
      used = 1;
    }
    text.remove_prefix(used);
  }
}

}  // namespace cria::corpus
