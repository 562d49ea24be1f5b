// Names are told by the words in them, operators by a parser with two stacks.
#include "corpus/formats/licences/licence_name.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>
#include <vector>

#include "corpus/formats/licences/licence_words.h"
#include "corpus/formats/phrases.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxDeclarationBytes = 1000;

// "Apache, BSD, MIT" (LLaMA, section 2.1), with the wordings of each that only drop a condition or
// add a patent licence.
constexpr std::string_view kAllowed[] = {"MIT",
                                         "MIT-0",
                                         "X11",
                                         "BSD",
                                         "BSD-1-Clause",
                                         "BSD-2-Clause",
                                         "BSD-3-Clause",
                                         "BSD-4-Clause",
                                         "BSD-4-Clause-UC",
                                         "BSD-2-Clause-Patent",
                                         "BSD-3-Clause-Clear",
                                         "Apache-1.0",
                                         "Apache-1.1",
                                         "Apache-2.0"};

// Lower case; every run of other bytes than letters and digits becomes one space; blanks around.
std::string Words(std::string_view text) {
  std::string out = " ";
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

// `plus`: the name ends in "+", which Words() drops.
std::string GnuName(std::string_view words, bool plus) {
  const bool affero = Has(words, " agpl") || Has(words, "affero");
  const bool lesser = Has(words, " lgpl") || Has(words, "lesser") || Has(words, "library");
  std::string name = affero ? "AGPL" : lesser ? "LGPL" : "GPL";
  for (const char* version : {"2 1", "3", "2", "1"}) {
    const std::string v = version;
    if (!Has(words, " " + v + " ") && !Has(words, "v" + v + " ") && !Has(words, "gpl" + v) &&
        !Has(words, " " + v + " 0")) {
      continue;
    }
    name += v == "2 1" ? "-2.1" : "-" + v + ".0";
    break;
  }
  const bool later = Has(words, "later") || Has(words, "newer") || Has(words, "above");
  return name + (later || plus ? "-or-later" : "");
}

std::string BsdName(std::string_view words) {
  if (Has(words, "0bsd") || Has(words, "zero clause")) return "0BSD";
  for (const char* clauses : {"1", "2", "3", "4"}) {
    const std::string n = clauses;
    if (Has(words, "bsd" + n) || Has(words, "bsd " + n + " ") || Has(words, " " + n + " clause")) {
      return "BSD-" + n + "-Clause";
    }
  }
  if (Has(words, "simplified") || Has(words, "freebsd") || Has(words, "two clause")) {
    return "BSD-2-Clause";
  }
  if (Has(words, "new ") || Has(words, "modified") || Has(words, "revised") ||
      Has(words, "three clause")) {
    return "BSD-3-Clause";
  }
  return "BSD";
}

struct Name {
  std::string_view word, id;  // `word` as in Words()
};
constexpr Name kNames[] = {{" apache 1 1 ", "Apache-1.1"},
                           {" apache 1 0 ", "Apache-1.0"},
                           {" mit 0 ", "MIT-0"},
                           {" mit ", "MIT"},
                           {" expat ", "MIT"},
                           {" x11 ", "X11"},
                           {" isc ", "ISC"},
                           {" mpl 2", "MPL-2.0"},
                           {" mpl 1", "MPL-1.1"},
                           {" mpl ", "MPL-2.0"},
                           {" mpl2", "MPL-2.0"},
                           {" mozilla ", "MPL-2.0"},
                           {" unlicense ", "Unlicense"},
                           {" cc0 ", "CC0-1.0"},
                           {" cc by", "CC-BY"},
                           {" creative commons ", "CC-BY"},
                           {" bsl 1 0 ", "BSL-1.0"},
                           {" boost ", "BSL-1.0"},
                           {" zlib ", "Zlib"},
                           {" artistic ", "Artistic-2.0"},
                           {" perl ", "Artistic-1.0-Perl"},
                           {" perl5 ", "Artistic-1.0-Perl"},
                           {" psf ", "PSF-2.0"},
                           {" python ", "PSF-2.0"},
                           {" zpl ", "ZPL-2.1"},
                           {" eclipse ", "EPL-2.0"},
                           {" epl ", "EPL-2.0"},
                           {" ncsa ", "NCSA"},
                           {" wtfpl ", "WTFPL"},
                           {" public domain ", "LicenseRef-public-domain"},
                           {" hpnd ", "HPND"},
                           {" json ", "JSON"},
                           {" ruby ", "Ruby"},
                           {" upl ", "UPL-1.0"}};

// The id of one licence's name, or kOtherLicence.
std::string IdOfName(std::string_view name) {
  for (const std::string_view id : kAllowed) {
    if (name == id) return std::string(id);
  }
  const std::string words = Words(name);
  // What allows only some uses is none of the licences that its words name.
  for (const char* word : {"commons clause", "noncommercial", "non commercial", "proprietary"}) {
    if (Has(words, word)) return std::string(kOtherLicence);
  }
  if (Has(words, "gpl") || Has(words, " gnu ")) return GnuName(words, name.ends_with('+'));
  for (const Name& known : kNames) {
    if (Has(words, known.word)) return std::string(known.id);
  }
  if (Has(words, " apache") || Has(words, " asl 2")) return "Apache-2.0";
  if (Has(words, "bsd")) return BsdName(words);
  return std::string(kOtherLicence);
}

// Whether `word` is the operator: "GPL 2 or later" is one name.
bool IsOr(std::string_view word, std::string_view behind) {
  if (word != "OR" && word != "or" && word != "Or") return false;
  const std::string words = Words(behind.substr(0, 24));
  for (const char* start : {" later ", " newer ", " any ", " at ", " above "}) {
    if (words.starts_with(start)) return false;
  }
  return true;
}

// Operators and brackets, and the names between them as their words.
std::vector<std::string> Tokens(std::string_view text) {
  std::vector<std::string> tokens;
  std::string name;
  const auto end_name = [&] {
    if (!name.empty()) tokens.push_back(std::move(name));
    name.clear();
  };
  while (!text.empty()) {
    const char c = text.front();
    const size_t space = std::min(text.find_first_of(" \t\r\n()/,|&"), text.size());
    const std::string_view word = text.substr(0, std::max<size_t>(space, 1));
    text.remove_prefix(word.size());
    if (c == '(' || c == ')') {
      end_name();
      tokens.emplace_back(1, c);
    } else if (IsOr(word, text) || c == '/' || c == '|') {
      end_name();
      tokens.emplace_back("OR");
    } else if (word == "AND" || word == "and" || word == "And" || c == '&') {
      end_name();
      tokens.emplace_back("AND");
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',') {
      continue;
    } else {
      if (!name.empty()) name += ' ';
      name.append(word);
    }
  }
  end_name();
  return tokens;
}

bool IsOperator(std::string_view token) { return token == "OR" || token == "AND"; }
bool IsBracket(std::string_view token) { return token == "(" || token == ")"; }

// Whether names, operators and brackets stand where an expression has them. "Apache License (2.0)"
// and "MIT License (Expat)" are names: their bracket opens behind one.
bool IsExpression(const std::vector<std::string>& tokens) {
  bool name_before = false;
  int64_t open = 0;
  for (const std::string& token : tokens) {
    const bool starts = token == "(" || !(IsOperator(token) || IsBracket(token));
    if (starts == name_before) return false;
    open += token == "(" ? 1 : token == ")" ? -1 : 0;
    if (open < 0) return false;
    name_before = !IsOperator(token) && token != "(";
  }
  return name_before && open == 0;
}

std::string WithoutBrackets(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '(' || c == ')'; }, ' ');
  return out;
}

std::string NameAndException(const std::string& token) {
  const size_t with = token.find(" WITH ");
  const std::string id = IdOfName(token.substr(0, with));
  if (with == std::string::npos || id == kOtherLicence) return id;
  const std::string exception = token.substr(with + 6);
  const bool is_id = std::all_of(exception.begin(), exception.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.';
  });
  return is_id ? id + " WITH " + exception : std::string(kOtherLicence);
}

}  // namespace

std::string LicenceOfDeclaration(std::string_view words) {
  if (words.size() > kMaxDeclarationBytes) return "";
  // "SEE LICENSE IN file" and the like name no licence.
  const std::string lower = Words(words);
  if (Has(lower, " see ") || Has(lower, " unlicensed ") || Denies(lower)) return "";
  std::vector<std::string> tokens = Tokens(words);
  if (!IsExpression(tokens)) tokens = Tokens(WithoutBrackets(words));
  if (!IsExpression(tokens)) return "";
  // "Dual licensed under A and B" leaves the choice.
  const bool choice = Has(lower, " dual licensed ") || Has(lower, " dual licenced ");
  std::string out;
  bool known = false;
  for (const std::string& token : tokens) {
    if (!out.empty() && out.back() != '(' && token != ")") out += ' ';
    if (IsBracket(token) || IsOperator(token)) {
      out += choice && token == "AND" ? "OR" : token;
      continue;
    }
    const std::string id = NameAndException(token);
    known |= id != kOtherLicence;
    out += id;
  }
  return known ? out : "";
}

std::string JoinedLicences(const std::vector<std::string>& ids, std::string_view with) {
  const std::string_view other = with == "OR" ? " AND " : " OR ";
  std::string out;
  for (const std::string& id : ids) {
    if (!out.empty()) out.append(" ").append(with) += ' ';
    out += ids.size() > 1 && Has(id, other) ? "(" + id + ")" : id;
  }
  return out;
}

bool IsAllowedLicence(std::string_view expression) {
  const std::vector<std::string> tokens = Tokens(expression);
  if (!IsExpression(tokens)) return false;
  std::vector<char> values, operators;  // '|', '&', '('
  const auto reduce = [&](char least) {
    while (!operators.empty() && operators.back() != '(' &&
           (least == '|' || operators.back() == '&')) {
      if (values.size() < 2) return false;
      const char right = values.back();
      values.pop_back();
      values.back() = operators.back() == '&' ? values.back() & right : values.back() | right;
      operators.pop_back();
    }
    return true;
  };
  for (const std::string& token : tokens) {
    if (token == "(") {
      operators.push_back('(');
    } else if (token == ")") {
      if (!reduce('|') || operators.empty()) return false;
      operators.pop_back();
    } else if (IsOperator(token)) {
      const char op = token == "OR" ? '|' : '&';
      if (!reduce(op)) return false;
      operators.push_back(op);
    } else {
      const std::string_view id = std::string_view(token).substr(0, token.find(" WITH "));
      values.push_back(std::find(std::begin(kAllowed), std::end(kAllowed), id) !=
                       std::end(kAllowed));
    }
  }
  return reduce('|') && operators.empty() && values.size() == 1 && values[0] != 0;
}

}  // namespace cria::corpus
