// Macros, conditions and files as TeX would read them.
#include "corpus/formats/latex/latex_expander.h"

#include <gtest/gtest.h>

#include <map>

namespace cria::corpus {
namespace {

ExpandedLatex ExpandFiles(const std::map<std::string, std::string>& files) {
  LatexBundle bundle;
  for (const auto& [name, text] : files) bundle.Add(name, text);
  std::unordered_set<const LatexFile*> used;
  for (const LatexFile& file : bundle.files()) {
    if (file.name == "main.tex") return ExpandLatex(bundle, file, &used);
  }
  ADD_FAILURE() << "no main.tex";
  return {};
}

std::string Expand(const std::string& text) {
  const ExpandedLatex expanded = ExpandFiles({{"main.tex", text}});
  EXPECT_EQ(expanded.macro_limit, 0) << text;
  return expanded.text;
}

TEST(LatexExpander, MacrosWithoutArguments) {
  EXPECT_EQ(Expand("\\newcommand{\\R}{\\mathbb{R}}\n$\\R^n \\times \\R$"),
            "$\\mathbb{R}^n \\times \\mathbb{R}$");
  EXPECT_EQ(Expand("\\newcommand\\a{b}\\def\\c{d}\\a\\c"), "bd");
  EXPECT_EQ(Expand("\\renewcommand*{\\a}{b}\\providecommand{\\a}{c}\\a"), "b");
  EXPECT_EQ(Expand("\\providecommand{\\a}{c}\\a"), "c");
  EXPECT_EQ(
      Expand("\\DeclareMathOperator{\\tr}{tr}\\DeclareMathOperator*{\\am}{arg\\,max}\\tr\\am"),
      "\\operatorname{tr}\\operatorname*{arg\\,max}");
}

TEST(LatexExpander, MacrosWithArguments) {
  EXPECT_EQ(Expand("\\newcommand{\\f}[2]{<#1|#2>}\\f{a}{b} \\f ab"), "<a|b> <a|b>");
  EXPECT_EQ(Expand("\\newcommand{\\f}[2][x]{<#1|#2>}\\f{b} \\f[a]{b} \\f[{]}]{c}"),
            "<x|b> <a|b> <{]}|c>");
  EXPECT_EQ(Expand("\\def\\p(#1,#2){#2#1}\\p(a,{b,c})"), "b,ca");
  EXPECT_EQ(Expand("\\def\\p#1;{[#1]}\\p{x};\\p a b;"), "[x][a b]");
  EXPECT_EQ(Expand("\\newcommand{\\g}[1]{\\f{#1}}\\newcommand{\\f}[1]{(#1)}\\g{\\g{x}}"), "((x))");
  EXPECT_EQ(Expand("\\newcommand{\\d}[1]{\\newcommand{#1}[1]{##1!}}\\d{\\e}\\e{x}"), "x!");
  EXPECT_EQ(Expand("\\newcommand{\\x}[1]{\\textbf{#1} \\#1}\\x{y}"), "\\textbf{y} \\#1");
  EXPECT_EQ(Expand("\\NewDocumentCommand{\\f}{O{x} m}{#1#2}\\f{y}\\f[z]{y}"), "xyzy");
  EXPECT_EQ(Expand("\\DeclarePairedDelimiter{\\abs}{\\lvert}{\\rvert}\\abs{x}\\abs*{y}"),
            "\\lvert x\\rvert\\left\\lvert y\\right\\rvert");
}

TEST(LatexExpander, ArgumentsMayStandBehindTheMacroThatAsks) {
  EXPECT_EQ(Expand("\\newcommand{\\b}[1]{(#1)}\\newcommand{\\a}{x\\b}\\a{y}z"), "x(y)z");
  EXPECT_EQ(Expand("\\newcommand{\\b}[1]{(#1)}\\emph{\\b{y}} $\\frac{\\b{1}}{2}$"),
            "\\emph{(y)} $\\frac{(1)}{2}$");
}

TEST(LatexExpander, NamesDoNotSwallowWhatFollows) {
  EXPECT_EQ(Expand("\\def\\x{\\alpha}\\x y \\x2 \\x\\x"), "\\alpha y \\alpha2 \\alpha\\alpha");
  EXPECT_EQ(Expand("\\newcommand{\\v}[1]{\\vec#1}\\v{x}"), "\\vec x");
  EXPECT_EQ(Expand("\\newcommand{\\v}[1]{#1x}\\v{\\beta}"), "\\beta x");
  EXPECT_EQ(Expand("\\def\\oo{\\\"o}Schr\\oo dinger \\oo{} x"), "Schr\\\"odinger \\\"o x");
  EXPECT_EQ(Expand("\\newcommand{\\eg}{e.g.\\xspace}\\eg foo, \\eg, \\eg(\\eg\\eg)"),
            "e.g. foo, e.g., e.g. (e.g. e.g.)");
}

TEST(LatexExpander, ArgumentsWithoutBracesGetThem) {
  EXPECT_EQ(Expand("\\def\\x{ab}$\\mathbf\\x \\frac\\x\\x \\hat\\beta$"),
            "$\\mathbf{ab} \\frac{ab}{ab} \\hat\\beta$");
  EXPECT_EQ(Expand("\\def\\x{\\beta}$\\mathbf\\x$"), "$\\mathbf\\beta$");
}

TEST(LatexExpander, LetKeepsTheMeaningOfThatMoment) {
  EXPECT_EQ(Expand("\\let\\eps\\varepsilon \\eps"), "\\varepsilon");
  EXPECT_EQ(Expand("\\let\\old=\\phi\\let\\phi\\varphi\\let\\varphi\\old $\\phi\\varphi$"),
            "$\\varphi\\phi$");
  EXPECT_EQ(Expand("\\newcommand{\\a}{1}\\let\\b\\a\\renewcommand{\\a}{2}\\a\\b"), "21");
  EXPECT_EQ(Expand("\\let\\ov\\vec\\renewcommand{\\vec}[1]{\\ov{\\mathbf{#1}}}\\vec{x}"),
            "\\vec{\\mathbf{x}}");
}

TEST(LatexExpander, CharactersOfSeveralBytesStayWhole) {
  EXPECT_EQ(Expand("\\let\\a=\xc3\xa9x\\newcommand{\\f}[1]{(#1)}\\f\xe2\x82\xacx"),
            "x(\xe2\x82\xac)x");
  EXPECT_EQ(Expand("\\def\\x{y}\\verb\xc3\xa9\\x\xc3\xa9"), "\\verb\xc3\xa9y\xc3\xa9");
}

TEST(LatexExpander, DefinitionsLeaveNothingBehind) {
  EXPECT_EQ(Expand("a\n  \\newcommand{\\x}[1]\n  {%\n    b#1%\n  }\n\\long\\def\\y{c}\nd"), "a\nd");
  EXPECT_EQ(Expand("\\newtheorem{thm}[x]{Theorem}[section]\n"
                   "\\newenvironment{a}[1]{\\begin{b}}{\\end{b}}\ne"),
            "e");
}

TEST(LatexExpander, ProgramsStayAsTheirUses) {
  EXPECT_EQ(Expand("\\makeatletter\n\\def\\x{\\@ifnextchar[{\\@x}{\\@y}}\n\\makeatother\n\\x{a}"),
            "\\x{a}");
  EXPECT_EQ(Expand("\\renewcommand{\\section}{\\bf}\\section{A}"), "\\section{A}");
  EXPECT_EQ(Expand("\\def\\la{\\ifmmode\\lesssim\\else$\\lesssim$\\fi}\\la"),
            "\\ensuremath{\\lesssim}");
}

TEST(LatexExpander, VerbatimIsNotExpanded) {
  const std::string body = "\\verb|\\x| \\begin{verbatim}\n\\x \\def\\x{y}\n\\end{verbatim} ";
  EXPECT_EQ(Expand("\\def\\x{z}" + body + "\\x"), body + "z");
}

TEST(LatexExpander, Conditions) {
  EXPECT_EQ(Expand("a\\iffalse b \\iftrue c\\fi d\\else e\\fi f"), "aef");
  EXPECT_EQ(Expand("a\n\\iffalse\nb\n\\fi\nc"), "a\nc");
  EXPECT_EQ(Expand("\\newif\\ifx@y\\newif\\iflong\\longtrue\\iflong a\\else b\\fi\\longfalse"
                   "\\iflong a\\else b\\fi"),
            "ab");
  EXPECT_EQ(Expand("\\ifmmode c\\else d\\fi $\\iff$"), "\\ifmmode c\\else d\\fi $\\iff$");
  EXPECT_EQ(Expand("\\newif\\ifl\\ifl \\newcommand{\\x}{1}\\else\\newcommand{\\x}{2}\\fi\\x"), "2");
}

TEST(LatexExpander, ConditionsThatAskForNames) {
  const std::string define =
      "\\newcommand{\\a}{1}\\newcommand{\\b}{1}\\newcommand{\\e}{}\\def\\c#1{1}";
  EXPECT_EQ(
      Expand(define + "\\ifx\\a\\b y\\else n\\fi\\ifx\\a\\c y\\else n\\fi\\ifx\\e\\empty y\\fi"),
      "yny");
  EXPECT_EQ(Expand("\\newcommand{\\f}[1]{\\ifx&#1&none\\else(#1)\\fi}\\f{}\\f{x}"), "none(x)");
  EXPECT_EQ(
      Expand(
          "\\let\\long\\relax\\ifdefined\\full y\\else n\\fi\\def\\full{}\\ifdefined\\full y\\fi"),
      "ny");
  EXPECT_EQ(
      Expand(
          "\\ifnum 3>2 y\\else n\\fi\\ifnum\\value{page}>2 y\\else n\\fi\\ifodd 4 y\\else n\\fi"),
      "ynn");
  EXPECT_EQ(Expand("\\ifcase 1 a\\or b\\else c\\fi\\ifdim 1pt<2pt a\\fi."), "c.");
  // A switch that a package declares.
  EXPECT_EQ(Expand("a\\iflandscape b\\ifportrait c\\fi\\else d\\fi \\ifdraft{x}{y} \\ifopen"),
            "ad\\ifdraft{x}{y} \\ifopen");
  EXPECT_EQ(Expand("\\ifx\\a"), "\\ifx\\a");
}

TEST(LatexExpander, TestsWithTextsInBraces) {
  EXPECT_EQ(Expand("\\newbool{big}\\ifbool{big}{\\Huge}{s}\\booltrue{big}\\ifbool{big}{b}{s}"
                   "\\notbool{big}{x}{y}\\ifbool{other}{x}{z}"),
            "sbyz");
  EXPECT_EQ(Expand("\\newif\\ifdraft\\drafttrue\\ifthenelse{\\boolean{draft}}{d}{f}"
                   "\\newtoggle{t}\\toggletrue{t}\\iftoggle{t}{a}{b}\\settoggle{t}{false}"
                   "\\iftoggle{t}{a}{b}"),
            "dab");
  EXPECT_EQ(
      Expand("\\newcommand{\\o}[1]{\\ifstrempty{#1}{-}{+#1}}\\o{}\\o{x}\\ifstrequal{a}{b}{1}{2}"),
      "-+x2");
  EXPECT_EQ(Expand("\\newcommand{\\mode}{long}\\ifthenelse{\\equal{\\mode}{long}}{l}{s}"
                   "\\ifdefstring{\\mode}{short}{s}{l}\\ifdef{\\mode}{y}{n}\\ifundef{\\none}{y}{n}"
                   "\\ifdefempty{\\mode}{y}{n}"),
            "llyyn");
  EXPECT_EQ(Expand("\\ifnumless{2}{10}{y}{n}\\ifthenelse{3 > 4}{y}{n}\\ifboolexpr{odd}{y}{n}"),
            "ynn");
  EXPECT_EQ(Expand("\\ifbool{x}{a"), "\\ifbool{x}{a");
  // What reads a definition in a text reads it once.
  EXPECT_EQ(Expand("\\ifstrempty{}{\\newcommand{\\z}{Z}}{\\newcommand{\\z}{Y}}\\z"), "Z");
}

TEST(LatexExpander, DocumentCommands) {
  EXPECT_EQ(Expand("\\DeclareDocumentCommand\\e{o}{\\IfNoValueTF{#1}{e}{e_{#1}}}\\e \\e[2]"),
            "e e_{2}");
  EXPECT_EQ(
      Expand("\\NewDocumentCommand{\\f}{s m O{d}}{\\IfBooleanTF{#1}{*}{}#2(#3)}\\f{a} \\f*{a}[b]"),
      "a(d) *a(b)");
  EXPECT_EQ(Expand("\\NewDocumentCommand\\p{r() D<>{q} t! m}{#1|#2|\\IfBooleanT{#3}{n}#4}"
                   "\\p(a(b)c)<x>!{m} \\p(a){m}"),
            "a(b)c|x|nm a|q|m");
  EXPECT_EQ(Expand("\\NewDocumentCommand\\i{o}{\\IfValueT{#1}{<#1>}}\\NewDocumentCommand\\o{o}{\\i["
                   "#1].}\\o\\o[x]"),
            ".<x>.");
  // Arguments that cannot be followed leave the use.
  EXPECT_EQ(Expand("\\NewDocumentCommand\\v{v}{#1}\\v|x|"), "\\v|x|");
  EXPECT_EQ(Expand("\\NewDocumentEnvironment{thm}{o m}{a}{b}x"), "x");
  EXPECT_EQ(Expand("\\DeclarePairedDelimiterX{\\set}[2]{\\{}{\\}}{#1\\;\\delimsize\\vert\\;#2}"
                   "\\set{a}{b}\\set*{a}{b}"),
            "\\{ a\\;\\vert\\;b\\}\\left\\{ a\\;\\middle\\vert\\;b\\right\\}");
  EXPECT_EQ(Expand("\\DeclarePairedDelimiterXPP{\\E}[1]{\\mathbb{E}}{[}{]}{^2}{#1}\\E{x}"),
            "\\mathbb{E}[ x]^2");
}

TEST(LatexExpander, NamesMadeOfTextAreDefined) {
  EXPECT_EQ(
      Expand("\\newcommand{\\order}[2]{\\expandafter\\newcommand\\csname #1leq\\endcsname{#2}}"
             "\\order{pref}{\\sqsubset}$u \\prefleq v$"),
      "$u \\sqsubset v$");
}

TEST(LatexExpander, FilesAreReadInMacros) {
  const ExpandedLatex r = ExpandFiles({{"main.tex",
                                        "\\newcommand{\\get}[1]{\\ifdefined\\inner \\input{../#1} "
                                        "\\else \\input{#1} \\fi}a\n\\get{part}b\\get{part}"},
                                       {"part.tex", "\\def\\x{y}\\x\\get{part}"}});
  EXPECT_EQ(r.text, "a\n y\\input{part}  by\\input{part}  ");
}

TEST(LatexExpander, EndlessAndExplosiveMacrosStayAsWritten) {
  ExpandedLatex r =
      ExpandFiles({{"main.tex", "\\def\\a{x\\a}\\def\\b{\\c}\\def\\c{\\b} \\a{1} \\b \\a"}});
  EXPECT_EQ(r.text, " \\a{1} \\b \\a");
  EXPECT_EQ(r.macro_limit, 3);
  std::string bomb = "\\def\\x0{}\\def\\a{aaaaaaaaaa}";
  for (char c = 'b'; c <= 'z'; ++c) {
    const std::string low = std::string("\\") + static_cast<char>(c - 1);
    bomb += std::string("\\def\\") + c + "{" + low + low + low + low + "}";
  }
  r = ExpandFiles({{"main.tex", bomb + "|\\z|\\a"}});
  EXPECT_EQ(r.text, "|\\z|aaaaaaaaaa");
  EXPECT_EQ(r.macro_limit, 1);
  r = ExpandFiles(
      {{"main.tex", "\\newcommand{\\f}[1]{#1#1#1#1#1#1#1#1}|" + std::string(200000, 'x') +
                        "\\f{\\f{\\f{\\f{\\f{\\f{\\f{\\f{x}}}}}}}}|"}});
  EXPECT_LT(r.text.size(), size_t{8} << 20);
}

TEST(LatexExpander, AMacroThatFailsInLayoutBlocksNoOther) {
  const std::string bad = "\\newcommand{\\good}{G}\\newcommand{\\bad}{\\bad\\bad}";
  for (const std::string layout : {"\\hyperlink{x}{|\\bad|}", "\\texorpdfstring{|\\bad|}{x}",
                                   "\\lettrine{|\\bad}{|}", "\\textcolor{x}{|\\bad|}"}) {
    const ExpandedLatex r = ExpandFiles({{"main.tex", bad + "\\good a" + layout + "\\good b"}});
    EXPECT_EQ(r.macro_limit, 1) << layout;
    const bool braces = layout.starts_with("\\textcolor");
    EXPECT_EQ(r.text, braces ? "Ga{|\\bad|}Gb" : "Ga|\\bad|Gb") << layout;
  }
  // Also where it is the first use of all, and behind a file.
  ExpandedLatex r = ExpandFiles({{"main.tex", bad + "\\hyperlink{x}{a \\bad\\ b}c"}});
  EXPECT_EQ(r.text, "a \\bad\\ bc");
  r = ExpandFiles({{"main.tex", bad + "\\hyperlink{x}{\\good\\input{f}\\bad b}c"}, {"f.tex", "F"}});
  EXPECT_EQ(r.text, "GF\\bad bc");
  // Arguments end with the text they stand in.
  EXPECT_EQ(Expand("\\newcommand{\\f}[1]{(#1)}\\hyperlink{x}{\\f} b \\hyperlink{x}{\\f{c}}"),
            "\\f b (c)");
}

TEST(LatexExpander, MissingArgumentsLeaveTheUse) {
  EXPECT_EQ(Expand("\\newcommand{\\f}[1]{(#1)}{\\f} \\f\n\nx \\f{a"), "{\\f} \\f\n\nx \\f{a");
}

TEST(LatexExpander, FilesAreReadWhereTheyStand) {
  const ExpandedLatex r = ExpandFiles(
      {{"main.tex",
        "\\documentclass{a}\\usepackage{mine,other}\\begin{document}\\input{sec/one}\n"
        "\\input two \\include{sec/three.tex}\\import{sec/}{four}\\input{none}\\end{document}"},
       {"mine.sty", "\\newcommand{\\m}{M}\\RequirePackage{x} text"},
       {"sec/one.tex", "one \\m\n"},
       {"two.tex", "two"},
       {"sec/three.tex", "\\documentclass[../main]{subfiles}\\begin{document}three\\end{document}"},
       {"sec/four.tex", "four"}});
  EXPECT_EQ(r.text.substr(r.body_begin), "one M\ntwo threefour\\input{none}\\end{document}");
  EXPECT_EQ(r.text.find(" text"), std::string::npos);
}

TEST(LatexExpander, MacrosThatBeginADocumentAreNoPart) {
  const ExpandedLatex r = ExpandFiles(
      {{"main.tex",
        "\\documentclass{a}\\def \\whole {}\\begin{document}\\input{head}\\open a\\end{document}"},
       {"head.tex",
        "\\ifx\\whole\\undefined\\newcommand{\\open}{\\begin{document}}\\else\\newcommand{\\open}{}"
        "\\fi"}});
  EXPECT_EQ(r.text.substr(r.body_begin), "a\\end{document}");
}

TEST(LatexExpander, FilesThatReadThemselvesEnd) {
  const ExpandedLatex r = ExpandFiles(
      {{"main.tex", "a\\input{b}"}, {"b.tex", "b\\input{c}"}, {"c.tex", "c\\input{b}"}});
  EXPECT_EQ(r.text, "abc\\input{b}");
  EXPECT_EQ(r.input_limit, 1);
  std::map<std::string, std::string> files = {{"main.tex", "\\input{f0}"}};
  for (int i = 0; i < 30; ++i) {
    const std::string next = "\\input{f" + std::to_string(i + 1) + "}";
    files["f" + std::to_string(i) + ".tex"] = next + next + std::string(1000, 'x');
  }
  const ExpandedLatex bomb = ExpandFiles(files);
  EXPECT_GT(bomb.input_limit, 0);
  EXPECT_LT(bomb.text.size(), size_t{4} << 20);
}

TEST(LatexExpander, HostileTextTakesLinearTime) {
  for (const std::string_view piece : {"\\newcommand{\\a}{",
                                       "\\def\\a#1{#1}\\a{",
                                       "\\iffalse",
                                       "\\newif\\ifa\\ifa",
                                       "\\let\\a\\a",
                                       "\\begin{verbatim}",
                                       "\\input{",
                                       "\\def\\a{\\a}\\a",
                                       "\\frac",
                                       "\\begin{",
                                       "\\newcommand",
                                       "\\def\\a#1.{#1}\\a x",
                                       "{{{{\\x",
                                       "\\else\\fi",
                                       "\\ifx\\a",
                                       "\\ifbool{a}{",
                                       "\\ifdraft x",
                                       "\\newbool{a}\\ifbool{a}{b}{",
                                       "\\NewDocumentCommand\\a{r()}{#1}\\a(",
                                       "\\ifthenelse{\\NOT",
                                       "\\def\\f#1{\\ifbool{x}{}{\\f{#1#1}}}\\f a",
                                       "\\begin{section}{",
                                       "\\begin{picture}",
                                       "\\csname"}) {
    std::string text = "\\newcommand{\\f}[1]{#1}";
    while (text.size() < size_t{300} << 10) text += piece;
    const ExpandedLatex r = ExpandFiles({{"main.tex", text}});
    EXPECT_LE(r.text.size(), 20 * text.size() + (size_t{2} << 20)) << piece;
  }
}

TEST(LatexExpander, LongDefinitionsAreNotPaidForByEachUse) {
  // 100,000 parameters for each of 20,000 uses; 20,000 copies of 200 kB.
  const std::string many(100000, 'o'), body(200000, 'y');
  std::string uses, copies = "\\def\\q{" + body + "}";
  for (int i = 0; i < 20000; ++i) {
    uses += "\\q ";
    std::string name;
    for (int n = i; n > 0; n /= 10) name += static_cast<char>('a' + n % 10);
    copies += "\\let\\x" + name + "z\\q";
  }
  EXPECT_TRUE(ExpandFiles({{"main.tex", "\\NewDocumentCommand{\\q}{" + many + "}{x}" + uses}})
                  .text.ends_with(uses));
  EXPECT_EQ(Expand("\\NewDocumentCommand{\\q}{mmmmmmmmm}{#9#1}\\q abcdefghi"), "ia");
  EXPECT_EQ(ExpandFiles({{"main.tex", copies + "."}}).text, ".");
  // Questions about them.
  for (const std::string question : {"\\ifx\\q\\q ", "\\ifx\\q\\p\\fi ", "\\ifdefempty{\\q}{}{}",
                                     "\\ifdefempty{\\n}{}{}", "\\ifdefstring{\\a}{\\q}{}{}"}) {
    std::string asked = "\\def\\q{" + body + "}\\def\\p{" + body + "x}\\def\\n{\\" + body +
                        "}\\def\\a{\\b}\\def\\b{\\q}";
    for (int i = 0; i < 20000; ++i) asked += question;
    EXPECT_LT(ExpandFiles({{"main.tex", asked}}).text.size(), asked.size()) << question;
  }
  std::string denials;
  for (int i = 0; i < 60001; ++i) denials += "\\NOT ";
  EXPECT_EQ(Expand("\\ifthenelse{" + denials.substr(0, 250000) + "1<2}{a}{b}"), "a");
  EXPECT_EQ(Expand("\\ifthenelse{\\NOT \\not\\NOT 1<2}{a}{b}"), "b");
  // Groups that do not end, each within the 256 kB that are looked at.
  std::string open;
  for (int i = 0; i < 20000; ++i) open += "\\newenvironment{a}{}{";
  EXPECT_TRUE(ExpandFiles({{"main.tex", open}}).text.starts_with("\\newenvironment{a}{}{"));
}

}  // namespace
}  // namespace cria::corpus
