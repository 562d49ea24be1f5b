// Rows of two lines: the name with its numbers, and the interval below.
#include "eval/compare/forest_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/utf8.h"
#include "eval/chart.h"

namespace cria::eval {
namespace {

// As wide as the other charts, which are drawn for a phone and scaled up elsewhere.
constexpr double kWidth = 420, kSide = 14, kTop = 38, kRow = 31, kBottom = 40;
constexpr double kWords = 14;  // of a row, above the interval
constexpr size_t kNameBytes = 36;

constexpr const char* kStyle = R"(<style>
.cria-forest{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:#1c1b19}
.cria-forest text{fill:currentColor;font-size:11px}.cria-forest .t{font-size:13px;font-weight:600}
.cria-forest .m{fill-opacity:.62}.cria-forest .g{stroke:currentColor;stroke-opacity:.13}
.cria-forest .a{stroke:currentColor;stroke-opacity:.45}
.cria-forest .s0{--c:#b4472e}.cria-forest .s1{--c:#3f6f8f}
.cria-forest .l{stroke:var(--c);stroke-width:1.8;stroke-linecap:round}
.cria-forest .b{fill:var(--c)}
@media (prefers-color-scheme:dark){.cria-forest{color:#e9e5dd}
.cria-forest .s0{--c:#ee8061}.cria-forest .s1{--c:#7fb2d3}}
</style>)";

struct Scale {
  double low = 0, high = 0;
  double At(double value) const {
    return kSide + (value - low) / (high - low) * (kWidth - 2 * kSide);
  }
};

// All intervals, and 0.
Scale ScaleOf(const std::vector<ForestRow>& rows) {
  Scale scale;
  for (const ForestRow& row : rows) {
    scale.low = std::min({scale.low, row.low, row.value});
    scale.high = std::max({scale.high, row.high, row.value});
  }
  const double span = scale.high - scale.low;
  const double pad = span > 0 ? 0.05 * span : 0.01;
  scale.low -= pad, scale.high += pad;
  return scale;
}

std::string ShortName(const std::string& name) {
  if (name.size() <= kNameBytes) return name;
  const std::string_view start = std::string_view(name).substr(0, kNameBytes);
  return std::string(start.substr(0, CompleteUtf8Prefix(start))) + "…";
}

std::string Signed(double value) {
  return std::abs(value) < 1e5 ? fmt::format("{:+.4f}", value) : fmt::format("{:+.4g}", value);
}

// Across the intervals alone: through the words above them lines would be in the way.
std::string Upright(const char* kind, double x, size_t rows) {
  std::string path;
  for (size_t r = 0; r < rows; ++r) {
    path += fmt::format("M{:.1f} {:.1f}v{}", x, kTop + kRow * static_cast<double>(r) + kWords,
                        kRow - kWords);
  }
  return fmt::format("<path class=\"{}\" d=\"{}\"/>\n", kind, path);
}

std::string Axis(const ForestPlot& plot, const Scale& scale, double base) {
  std::string svg;
  for (const double tick : Ticks(scale.low, scale.high, 5)) {
    svg += Upright("g", scale.At(tick), plot.rows.size());
    svg += fmt::format(
        "<text class=\"m\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{:.4g}</text>\n",
        scale.At(tick), base + 14, std::abs(tick) < 1e-9 * (scale.high - scale.low) ? 0.0 : tick);
  }
  svg += Upright("a", scale.At(0), plot.rows.size());
  svg += fmt::format(
      "<text class=\"m\" x=\"{0}\" y=\"{1:.1f}\">{2}</text><text class=\"m\" x=\"{3}\" "
      "y=\"{1:.1f}\" text-anchor=\"end\">{4}</text>\n",
      kSide, base + 30, EscapeHtml(plot.left), kWidth - kSide, EscapeHtml(plot.right));
  return svg;
}

std::string RowSvg(const ForestRow& row, const Scale& scale, double top) {
  const int colour = row.shown ? 0 : 1;
  const double y = top + 21, x = scale.At(row.value);
  std::string svg = fmt::format(
      "<text x=\"{}\" y=\"{:.1f}\">{}</text><text class=\"m\" x=\"{}\" y=\"{:.1f}\" "
      "text-anchor=\"end\">{} [{}, {}]</text>\n",
      kSide, top + 11, EscapeHtml(ShortName(row.name)), kWidth - kSide, top + 11, Signed(row.value),
      Signed(row.low), Signed(row.high));
  svg += fmt::format("<path class=\"l s{}\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>", colour,
                     scale.At(row.low), y, scale.At(row.high));
  svg += row.pooled
             ? fmt::format("<path class=\"b s{}\" d=\"M{:.1f} {:.1f}l6 5l-6 5l-6 -5z\"/>\n", colour,
                           x, y - 5)
             : fmt::format("<circle class=\"b s{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.2\"/>\n",
                           colour, x, y);
  return svg;
}

}  // namespace

std::string RenderForestPlot(const ForestPlot& plot) {
  const Scale scale = ScaleOf(plot.rows);
  const double base = kTop + kRow * static_cast<double>(plot.rows.size());
  std::string svg = fmt::format(
      "<svg class=\"cria-forest\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} "
      "{1:.0f}\" role=\"img\" aria-label=\"{2}\">{3}\n<text class=\"t\" x=\"2\" "
      "y=\"14\">{2}</text><text class=\"m\" x=\"2\" y=\"29\">{4}</text>\n",
      kWidth, base + kBottom, EscapeHtml(plot.title), kStyle, EscapeHtml(plot.subtitle));
  svg += Axis(plot, scale, base);
  for (size_t r = 0; r < plot.rows.size(); ++r) {
    svg += RowSvg(plot.rows[r], scale, kTop + kRow * static_cast<double>(r));
  }
  return svg + "</svg>";
}

}  // namespace cria::eval
