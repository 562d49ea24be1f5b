// Lines of requests and macros to paragraphs, tables by tbl's rules as far as pages need them.
#include "corpus/formats/packages/man.h"

#include <algorithm>
#include <vector>

#include "corpus/formats/html/text_blocks.h"
#include "corpus/formats/packages/roff_escapes.h"

namespace cria::corpus {
namespace {

template <size_t N>
bool Among(std::string_view name, const std::string_view (&names)[N]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Words of a macro's arguments; "two words" is one.
std::vector<std::string> Arguments(std::string_view line) {
  std::vector<std::string> words;
  size_t i = 0;
  while (i < line.size()) {
    if (line[i] == ' ' || line[i] == '\t') {
      ++i;
      continue;
    }
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '"') break;
    std::string word;
    const bool quoted = line[i] == '"';
    for (i += quoted; i < line.size(); ++i) {
      if (quoted && line[i] == '"') {
        if (i + 1 < line.size() && line[i + 1] == '"') {
          ++i;
        } else {
          break;
        }
      } else if (!quoted && (line[i] == ' ' || line[i] == '\t')) {
        break;
      } else if (line[i] == '\\' && i + 1 < line.size()) {
        word += line[i++];
      }
      word += line[i];
    }
    i += quoted;
    words.push_back(std::move(word));
  }
  return words;
}

class ManRenderer {
 public:
  std::string Run(std::string_view text) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      std::string line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      while (line.ends_with("\\\n") || (line.ends_with('\\') && !line.ends_with("\\\\"))) {
        line.pop_back();
        const size_t more = std::min(text.find('\n'), text.size());
        line += text.substr(0, more);
        text.remove_prefix(std::min(more + 1, text.size()));
        if (text.empty()) break;
      }
      Line(line);
    }
    return blocks_.Finish();
  }

 private:
  void Line(std::string_view line) {
    const bool request = !line.empty() && (line[0] == '.' || line[0] == '\'');
    if (!ignore_until_.empty()) {  // inside .de, .ig
      if (request && line.substr(1, ignore_until_.size()) == ignore_until_) ignore_until_.clear();
      return;
    }
    if (skip_depth_ > 0) {  // inside a condition that does not hold
      skip_depth_ += Count(line, "\\{") - Count(line, "\\}");
      return;
    }
    if (in_table_) return TableLine(line);
    if (request) return Request(line.substr(1));
    if (line.find_first_not_of(" \t") == line.npos) {
      return verbatim_ ? blocks_.EndParagraph() : Paragraph();
    }
    Output(ExpandRoffEscapes(line, strings_));
  }

  static int Count(std::string_view line, std::string_view what) {
    int n = 0;
    for (size_t at = line.find(what); at != line.npos; at = line.find(what, at + 2)) ++n;
    return n;
  }

  void Output(const std::string& text) {
    if (verbatim_) {
      blocks_.Verbatim("    " + text);
      return;
    }
    blocks_.Text(text);
    blocks_.Text(" ");
    if (tag_next_) {
      tag_next_ = false;
      blocks_.EndLine();
      blocks_.SetPrefix("    ");
    }
  }

  void Paragraph() {
    blocks_.EndParagraph();
    blocks_.SetPrefix("");
    tag_next_ = false;
  }

  void Request(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const size_t end = std::min(line.find_first_of(" \t\\"), line.size());  // also ".el\{"
    const std::string name(line.substr(0, end));
    const std::string_view rest = line.substr(end);
    if (name.empty()) return;
    if (name == "de" || name == "am" || name == "ig" || name == "de1") {
      ignore_until_ = ".";
      return;
    }
    if (name == "if" || name == "ie" || name == "el") return Condition(name, rest);
    if (name == "ds") return DefineString(rest);
    if (Structure(name, rest)) return;
    if (Fonts(name, rest)) return;
    Mdoc(name, rest);
  }

  // ".if n x", ".ie t \{\", ".el x": nroff holds, everything unknown does not.
  void Condition(const std::string& name, std::string_view rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    bool holds = !last_condition_;
    if (name != "el") {
      const size_t end = std::min(rest.find_first_of(" \\"), rest.size());
      const std::string_view condition = rest.substr(0, end);
      holds = condition == "n" || condition == "!t";
      last_condition_ = holds;
      rest.remove_prefix(end);
      rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    }
    if (!holds) {
      skip_depth_ = std::max(0, Count(rest, "\\{") - Count(rest, "\\}"));
      return;
    }
    if (rest.starts_with("\\{")) rest.remove_prefix(2);
    while (rest.starts_with("\\")) rest.remove_prefix(1);
    // ".if n .if n ..." on one line: honest pages nest a few.
    constexpr int kMaxConditions = 64;
    if (rest.empty() || conditions_ >= kMaxConditions) return;
    ++conditions_;
    Line(rest);
    --conditions_;
  }

  void DefineString(std::string_view rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const size_t end = std::min(rest.find(' '), rest.size());
    std::string_view value = rest.substr(std::min(end + 1, rest.size()));
    if (value.starts_with('"')) value.remove_prefix(1);
    std::string expanded = ExpandRoffEscapes(value, strings_);
    // Strings of strings double with every definition.
    constexpr size_t kMaxStringBytes = 4096;
    if (expanded.size() > kMaxStringBytes) expanded.clear();
    strings_[std::string(rest.substr(0, end))] = std::move(expanded);
  }

  std::string Joined(std::string_view rest, std::string_view separator = " ") const {
    std::string text;
    for (const std::string& word : Arguments(rest)) {
      if (!text.empty()) text += separator;
      text += ExpandRoffEscapes(word, strings_);
    }
    return text;
  }

  bool Structure(const std::string& name, std::string_view rest) {
    constexpr std::string_view kParagraphs[] = {"PP", "P", "LP", "HP", "Pp", "sp", "Sp", "YS"};
    constexpr std::string_view kVerbatimStart[] = {"nf", "EX", "Vb", "Bd"};
    constexpr std::string_view kVerbatimEnd[] = {"fi", "EE", "Ve", "Ed"};
    if (name == "TH" || name == "Dd" || name == "Dt" || name == "Os" || name == "IX") return true;
    if (name == "SH" || name == "SS" || name == "Sh" || name == "Ss") {
      verbatim_ = false;
      Paragraph();
      blocks_.Text(Joined(rest));
      heading_next_ = blocks_.LineIsEmpty();
      if (!heading_next_) Paragraph();
    } else if (Among(std::string_view(name), kParagraphs)) {
      verbatim_ ? blocks_.EndParagraph() : Paragraph();
    } else if (name == "TP" || name == "TQ") {
      name == "TQ" ? blocks_.EndLine() : Paragraph();
      tag_next_ = true;
    } else if (name == "IP" || name == "It") {
      Item(name, rest);
    } else if (name == "br" || name == "RS" || name == "RE" || name == "Bl" || name == "El") {
      blocks_.EndLine();
      if (name == "El" || name == "Bl") Paragraph();
    } else if (Among(std::string_view(name), kVerbatimStart)) {
      blocks_.EndParagraph();
      blocks_.SetPrefix("");
      verbatim_ = name != "Bd" || rest.find("-filled") == rest.npos;
    } else if (Among(std::string_view(name), kVerbatimEnd)) {
      verbatim_ = false;
      blocks_.EndParagraph();
    } else if (name == "TS") {
      blocks_.EndParagraph();
      in_table_ = table_format_ = true;
    } else {
      return false;
    }
    return true;
  }

  void Item(const std::string& name, std::string_view rest) {
    Paragraph();
    const std::string tag = name == "IP" ? FirstArgument(rest) : MdocText("", rest);
    if (tag == "•" || tag == "-" || tag == "*" || tag == "o") {
      blocks_.SetPrefix("- ");
    } else if (!tag.empty()) {
      blocks_.Text(tag);
      blocks_.EndLine();
      blocks_.SetPrefix("    ");
    }
  }

  std::string FirstArgument(std::string_view rest) const {
    const std::vector<std::string> words = Arguments(rest);
    return words.empty() ? "" : ExpandRoffEscapes(words[0], strings_);
  }

  bool Fonts(const std::string& name, std::string_view rest) {
    constexpr std::string_view kOneFont[] = {"B", "I", "SM", "SB", "R"};
    constexpr std::string_view kTwoFonts[] = {"BR", "RB", "BI", "IB", "IR", "RI"};
    constexpr std::string_view kIgnored[] = {
        "ad", "na",    "hy",  "nh", "ft", "in", "ti",  "ne", "ta", "PD",  "tr", "nr",
        "rm", "ps",    "ce",  "ll", "so", "lf", "fam", "ns", "rs", "UC",  "AT", "DT",
        "ss", "while", "als", "rr", "ev", "cp", "pc",  "eo", "ec", "mso", "do"};
    if (Among(std::string_view(name), kOneFont)) {
      if (!rest.empty()) Output(Joined(rest));
    } else if (Among(std::string_view(name), kTwoFonts)) {
      Output(Joined(rest, ""));
    } else if (name == "UR" || name == "MT") {
      url_ = FirstArgument(rest);
    } else if (name == "UE" || name == "ME") {
      Output("⟨" + url_ + "⟩" + FirstArgument(rest));
    } else if (name == "MR") {
      const std::vector<std::string> words = Arguments(rest);
      if (words.size() >= 2)
        Output(words[0] + "(" + words[1] + ")" + (words.size() > 2 ? words[2] : ""));
    } else if (name == "SY" || name == "OP") {
      if (name == "SY") blocks_.EndLine();
      Output(name == "OP" ? "[" + Joined(rest) + "]" : Joined(rest));
    } else {
      return Among(std::string_view(name), kIgnored);
    }
    return true;
  }

  void TableLine(std::string_view line) {
    if (line.starts_with(".TE")) {
      in_table_ = false;
      return blocks_.EndParagraph();
    }
    if (table_format_) {  // layout lines end with a '.'
      const size_t last = line.find_last_not_of(" \t");
      table_format_ = last == line.npos || line[last] != '.';
      return;
    }
    if (line.starts_with(".T&")) table_format_ = true;
    if (line.starts_with('.') || line == "_" || line == "=") return;
    std::string cells = ExpandRoffEscapes(line, strings_);
    for (std::string_view mark : {"T{", "T}"}) {
      for (size_t at = cells.find(mark); at != cells.npos; at = cells.find(mark))
        cells.erase(at, 2);
    }
    const bool row_goes_on = line.ends_with("T{");
    for (size_t i = 0; i < cells.size(); ++i) {
      if (cells[i] == '\t') cells.replace(i, 1, "  ");
    }
    blocks_.Text(cells);
    blocks_.Text(" ");
    table_cell_ = row_goes_on || (table_cell_ && !line.starts_with("T}"));
    if (!table_cell_) blocks_.EndLine();
  }

  void Mdoc(const std::string& name, std::string_view rest) {
    if (name == "Nd") return Output("- " + MdocText("", rest));
    if (name == "Nm" && Arguments(rest).empty()) return Output(page_name_);
    if (name == "Nm" && page_name_.empty()) page_name_ = FirstArgument(rest);
    if (name == "Xo" || name == "Xc" || name == "Oo" || name == "Oc" || name == "Bk" ||
        name == "Ek" || name == "Rs" || name == "Re") {
      if (name == "Oo" || name == "Oc") Output(name == "Oo" ? "[" : "]");
      return;
    }
    if (name.size() < 2 || name.size() > 2 || !std::isupper(static_cast<unsigned char>(name[0]))) {
      return;  // a macro that the page defined itself
    }
    Output(MdocText(name, rest));
  }

  // The words of an mdoc line; callable macros among them are carried out.
  std::string MdocText(const std::string& first, std::string_view rest) const {
    struct Enclosure {
      std::string_view name, open, close;
    };
    constexpr Enclosure kEnclosures[] = {{"Op", "[", "]"}, {"Dq", "“", "”"},  {"Sq", "‘", "’"},
                                         {"Ql", "‘", "’"}, {"Pq", "(", ")"},  {"Bq", "[", "]"},
                                         {"Aq", "<", ">"}, {"Brq", "{", "}"}, {"Qq", "\"", "\""}};
    constexpr std::string_view kPlain[] = {
        "Ar", "Em", "Sy", "Li", "Pa", "Va", "Vt", "Fa", "Ft", "Cm", "Ic", "Ev", "Er", "Dv", "Nm",
        "Ns", "No", "Tn", "Ad", "An", "Cd", "In", "Lk", "Mt", "Ms", "St", "Ux", "Bx", "At", "Sx"};
    std::vector<std::string> words = Arguments(rest);
    if (!first.empty()) words.insert(words.begin(), first);
    std::string out, closing;
    bool flag = false, reference = false, glue = true;
    for (const std::string& word : words) {
      const auto enclosure = std::find_if(std::begin(kEnclosures), std::end(kEnclosures),
                                          [&](const Enclosure& e) { return e.name == word; });
      if (enclosure != std::end(kEnclosures)) {
        out += glue ? "" : " ";
        out += enclosure->open;
        closing.insert(0, enclosure->close);
        glue = true;
      } else if (word == "Fl" || word == "Xr" || word == "Fn") {
        flag = word == "Fl";
        reference = word == "Xr";
      } else if (Among(std::string_view(word), kPlain)) {
        glue = glue || word == "Ns";
        flag = false;
      } else {
        const std::string text = ExpandRoffEscapes(word, strings_);
        const bool punctuation = text.size() == 1 && std::string_view(".,:;)]?!").find(text[0]) !=
                                                         std::string_view::npos;
        if (reference && std::isdigit(static_cast<unsigned char>(text[0])) && !out.empty()) {
          out += "(" + text + ")";
          reference = false;
          continue;
        }
        out += glue || punctuation ? "" : " ";
        out += (flag && !punctuation ? "-" : "") + text;
        glue = text == "(" || text == "[";
      }
    }
    return out + closing;
  }

  TextBlocks blocks_;
  RoffStrings strings_;
  std::string ignore_until_, url_, page_name_;
  int conditions_ = 0;  // of one line that hold in each other
  int skip_depth_ = 0;
  bool last_condition_ = false, verbatim_ = false, tag_next_ = false, heading_next_ = false;
  bool in_table_ = false, table_format_ = false, table_cell_ = false;
};

}  // namespace

std::string ManToText(std::string_view roff) { return ManRenderer().Run(roff); }

}  // namespace cria::corpus
