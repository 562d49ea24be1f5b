// The HTML form of a report: everything inline, no script, light and dark, narrow and wide.
#include <fmt/format.h>

#include "eval/chart.h"
#include "eval/report_page.h"

namespace cria::eval {
namespace {

constexpr const char* kCss = R"(
:root{color-scheme:light dark;--paper:#fbfaf7;--ink:#1c1b19;--soft:#6a665e;--rule:#dcd7cc;
--tint:#f2efe8;--accent:#b4472e}
@media (prefers-color-scheme:dark){:root{--paper:#171614;--ink:#e9e5dd;--soft:#a09a8e;--rule:#37342f;
--tint:#211f1c;--accent:#ee8061}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 Charter,"Bitstream Charter","Iowan Old Style",Georgia,"Liberation Serif",serif}
main{max-width:64rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
header{border-bottom:2px solid var(--ink);padding-bottom:1.1rem;margin-bottom:1.6rem}
h1{font-size:2.1rem;line-height:1.15;margin:0 0 .35rem;letter-spacing:-.01em}
header p{margin:0;color:var(--soft);max-width:none}
h2{font-size:1.3rem;margin:2.8rem 0 .6rem;padding-top:.9rem;border-top:1px solid var(--rule)}
p{margin:.6rem 0;max-width:42rem}
nav{font:.86rem/1.9 system-ui,sans-serif;margin:0 0 1.6rem}
nav a{color:var(--soft);text-decoration:none;margin-right:1.1rem;white-space:nowrap}
nav a:hover{color:var(--accent)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.4rem,1fr));gap:1.2rem 1.4rem;
margin:0 0 1.6rem}
.figures b{display:block;font-size:1.75rem;line-height:1.2;font-weight:600;letter-spacing:-.01em;
font-variant-numeric:lining-nums}
.figures div:first-child b{color:var(--accent)}
.figures span{display:block;color:var(--soft);font:.84rem/1.35 system-ui,sans-serif}
.scroll{overflow-x:auto;margin:1rem 0 1.4rem;-webkit-overflow-scrolling:touch;
background:linear-gradient(to right,var(--paper) 40%,transparent) left/2rem 100% no-repeat local,
linear-gradient(to left,var(--paper) 40%,transparent) right/2rem 100% no-repeat local,
linear-gradient(to right,var(--rule),transparent) left/.9rem 100% no-repeat scroll,
linear-gradient(to left,var(--rule),transparent) right/.9rem 100% no-repeat scroll}
table{border-collapse:collapse;font:.86rem/1.4 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
font-variant-numeric:tabular-nums lining-nums;min-width:min(100%,20rem)}
.wide{margin-inline:min(0px,calc(50% - 50vw + 1.25rem))}
.wide table{margin:0 auto}
.caption{color:var(--soft);font:.86rem/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
margin:1.6rem 0 .5rem}
.caption+.scroll{margin-top:0}
th,td{padding:.34rem 1rem .34rem 0;text-align:left;vertical-align:top}
th{font-weight:600;border-bottom:1px solid var(--ink);white-space:nowrap;vertical-align:bottom}
td{border-bottom:1px solid var(--rule)}
.n{text-align:right;white-space:nowrap}
.long{min-width:9rem;max-width:26rem}
@media (min-width:48rem){td:first-child:not(.long){white-space:nowrap}}
td code{font-size:.8rem;overflow-wrap:anywhere}
tr.total td{font-weight:600;border-top:1px solid var(--ink);border-bottom:0}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));
gap:1.4rem 2rem;margin:1.2rem 0;align-items:start}
.charts figure{margin:0}
.charts svg{display:block;width:100%;height:auto;max-width:36rem}
.sample{margin:1rem 0;padding:.9rem 1.1rem;background:var(--tint);border-left:3px solid var(--accent);
max-width:46rem;max-height:24rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere}
.sample b{color:var(--accent);font-weight:600}
pre{background:var(--tint);padding:.85rem 1rem;margin:1rem 0;
white-space:pre-wrap;overflow-wrap:anywhere;
font:.8rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
@media (max-width:32rem){main{padding:1.5rem 1rem 3rem}h1{font-size:1.7rem}
.figures b{font-size:1.45rem}}
@media print{nav{display:none}body{background:#fff;color:#000}}
)";

constexpr size_t kWideColumns = 9;

std::string Anchor(size_t number) { return fmt::format("s{}", number); }

struct HtmlWriter {
  std::string out;
  size_t headings = 0;

  void operator()(const Heading& heading) {
    out += fmt::format("<h2 id=\"{}\">{}</h2>\n", Anchor(headings++), EscapeHtml(heading.text));
  }
  void operator()(const Paragraph& paragraph) {
    out += fmt::format("<p>{}</p>\n", EscapeHtml(paragraph.text));
  }
  void operator()(const Figures& figures) {
    out += "<div class=\"figures\">";
    for (const auto& item : figures.items) {
      out += fmt::format("<div><b>{}</b><span>{}</span></div>", EscapeHtml(item.value),
                         EscapeHtml(item.label));
    }
    out += "</div>\n";
  }
  void operator()(const Table& table) {
    if (!table.caption.empty()) {
      out += fmt::format("<p class=\"caption\">{}</p>", EscapeHtml(table.caption));
    }
    // Many columns may use the whole window, beyond the width of the text.
    const bool wide = table.columns.size() >= kWideColumns;
    out += fmt::format("<div class=\"scroll{}\"><table>", wide ? " wide" : "");
    out += "<thead><tr>";
    for (const auto& column : table.columns) {
      out += fmt::format("<th{} scope=\"col\">{}</th>", column.numeric ? " class=\"n\"" : "",
                         EscapeHtml(column.title));
    }
    out += "</tr></thead>\n<tbody>";
    for (size_t r = 0; r < table.rows.size(); ++r) {
      out += table.total_row && r + 1 == table.rows.size() ? "<tr class=\"total\">" : "<tr>";
      for (size_t c = 0; c < table.rows[r].size(); ++c) WriteCell(table, r, c);
      out += "</tr>\n";
    }
    out += "</tbody></table></div>\n";
  }
  void WriteCell(const Table& table, size_t r, size_t c) {
    const std::string& text = table.rows[r][c];
    // Hexadecimal digests and paths break anywhere; other long text gets a column of some width.
    const bool digest = text.size() >= 40 && text.find(' ') == std::string::npos;
    const char* kind = table.columns[c].numeric ? " class=\"n\""
                       : text.size() > 36       ? " class=\"long\""
                                                : "";
    out += digest ? fmt::format("<td{}><code>{}</code></td>", kind, EscapeHtml(text))
                  : fmt::format("<td{}>{}</td>", kind, EscapeHtml(text));
  }
  void operator()(const Charts& charts) {
    out += "<div class=\"charts\">";
    for (const auto& item : charts.items) out += "<figure>" + item.svg + "</figure>\n";
    out += "</div>\n";
  }
  void operator()(const Sample& sample) {
    out += fmt::format("<div class=\"sample\"><b>{}</b>{}</div>\n", EscapeHtml(sample.prompt),
                       EscapeHtml(sample.continuation));
  }
  void operator()(const Code& code) {
    out += fmt::format("<pre>{}</pre>\n", EscapeHtml(code.text));
  }
};

}  // namespace

std::string RenderHtml(const Page& page) {
  std::string head = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body><main>\n"
      "<header><h1>{}</h1><p>{}</p></header>\n<nav>",
      EscapeHtml(page.title), kCss, EscapeHtml(page.title), EscapeHtml(page.subtitle));
  size_t number = 0;
  for (const Block& block : page.blocks) {
    if (const auto* heading = std::get_if<Heading>(&block)) {
      head += fmt::format("<a href=\"#{}\">{}</a> ", Anchor(number++), EscapeHtml(heading->text));
    }
  }
  HtmlWriter writer;
  for (const Block& block : page.blocks) std::visit(writer, block);
  return head + "</nav>\n" + writer.out + "</main></body>\n</html>\n";
}

}  // namespace cria::eval
