// Axes, ticks, lines and bars as SVG elements.
#include "eval/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/utf8.h"

namespace cria::eval {
namespace {

// Drawn at the width of a phone and scaled up elsewhere, so that text stays readable on both.
constexpr double kWidth = 420, kHeight = 270;
constexpr double kLeft = 48, kRight = 14, kTop = 34, kBottom = 40;
constexpr double kLegendRow = 16, kMarker = 2.6;
constexpr size_t kColours = 8, kNamesBesideTitle = 3;
// About the width of a letter, small and in a title, and the letters of a name that fill a row.
constexpr double kCharacter = 6.5, kTitleCharacter = 8;
constexpr size_t kLongestName = 56;
// Of fewer points none is left out of the frame.
constexpr size_t kFewestToClip = 32;
constexpr double kBarHeight = 11, kBarGap = 2, kGroupGap = 12, kGroupName = 15;

// The same classes for all charts; a page may hold many, so the rules are simply repeated.
constexpr const char* kStyle = R"(<style>
.cria-chart{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:#1c1b19}
.cria-chart text{fill:currentColor;font-size:11px}.cria-chart .t{font-size:13px;font-weight:600}
.cria-chart .m{fill-opacity:.62}.cria-chart .g{stroke:currentColor;stroke-opacity:.13}
.cria-chart .a{stroke:currentColor;stroke-opacity:.45}
.cria-chart .l{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
.cria-chart .s0{--c:#b4472e}.cria-chart .s1{--c:#3f6f8f}.cria-chart .s2{--c:#a08a3c}
.cria-chart .s3{--c:#5b7f4a}.cria-chart .s4{--c:#7d5a8c}.cria-chart .s5{--c:#57534d}
.cria-chart .s6{--c:#9a948a}.cria-chart .s7{--c:#2b8a80}
.cria-chart .d{stroke-dasharray:5 4}.cria-chart .k{stroke-dasharray:3 3;stroke-linecap:butt}
.cria-chart .l{stroke:var(--c)}.cria-chart .b{fill:var(--c)}
@media (prefers-color-scheme:dark){.cria-chart{color:#e9e5dd}
.cria-chart .s0{--c:#ee8061}.cria-chart .s1{--c:#7fb2d3}.cria-chart .s2{--c:#d3bb66}
.cria-chart .s3{--c:#9cc587}.cria-chart .s4{--c:#c39ad3}.cria-chart .s5{--c:#c9c3b8}
.cria-chart .s6{--c:#8d877c}.cria-chart .s7{--c:#62c4b8}}
</style>)";

std::string OpenSvg(double height, const std::string& title) {
  return fmt::format(
      "<svg class=\"cria-chart\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {:.0f}\" "
      "role=\"img\" aria-label=\"{}\">{}\n<text class=\"t\" x=\"2\" y=\"14\">{}</text>\n",
      kWidth, height, EscapeHtml(title), kStyle, EscapeHtml(title));
}

// 1200000 -> "1.2M"; small numbers without trailing zeros.
std::string TickText(double value) {
  const double size = std::abs(value);
  if (size >= 1e12) return fmt::format("{:g}T", std::round(value / 1e10) / 100);
  if (size >= 1e9) return fmt::format("{:g}B", std::round(value / 1e7) / 100);
  if (size >= 1e6) return fmt::format("{:g}M", std::round(value / 1e4) / 100);
  if (size >= 1e4) return fmt::format("{:g}K", std::round(value / 10) / 100);
  return fmt::format("{:.6g}", size < 1e-12 ? 0.0 : value);
}

struct Range {
  double low = 0, high = 1;
  bool log = false;
  double Share(double value) const {
    return log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  }
  bool Has(double value) const { return !log || value > 0; }
};

// The x span of all lines; false: there are no points.
bool FindXRange(const LineChart& chart, Range* x) {
  bool first = true;
  x->log = chart.log_x;
  for (const Line& line : chart.lines) {
    for (const Point& p : line.points) {
      if (!x->Has(p.x)) continue;
      if (first) x->low = x->high = p.x;
      x->low = std::min(x->low, p.x), x->high = std::max(x->high, p.x);
      first = false;
    }
  }
  if (first) {
    if (x->log) *x = {1, 10, true};
    return false;
  }
  if (!x->log && x->low > 0 && x->low < 0.2 * x->high) x->low = 0;
  if (x->high <= x->low) x->high = x->log ? 10 * x->low : x->low + 1;
  return true;
}

// The x and y spans of all lines; y as if the first part of the x span were not there.
void FindRanges(const LineChart& chart, Range* x, Range* y) {
  if (!FindXRange(chart, x)) return;
  bool first = true;
  for (const Line& line : chart.lines) {
    for (const Point& p : line.points) {
      const bool clipped = line.points.size() >= kFewestToClip && x->Has(p.x) &&
                           x->Share(p.x) < chart.clip_start_share;
      if (!x->Has(p.x) || clipped) continue;
      if (first) *y = {p.y, p.y};
      y->low = std::min(y->low, p.y), y->high = std::max(y->high, p.y);
      first = false;
    }
  }
  const double span = y->high - y->low;
  const double pad = span > 0 ? 0.06 * span : std::max(0.1, std::abs(y->high) * 0.1);
  y->low = y->low >= 0 && y->low < 0.35 * y->high ? 0 : y->low - pad;
  y->high += pad;
}

// Where the colours begin again the lines are told apart by dashes.
bool IsDashed(const LineChart& chart, size_t line) {
  return chart.lines[line].dashed || line / kColours % 2 == 1;
}

size_t ColourOf(const LineChart& chart, size_t line) {
  const int like = chart.lines[line].like;
  return (like < 0 ? line : static_cast<size_t>(like)) % kColours;
}

std::string LinePath(const Line& line, const Range& x, const Range& y) {
  std::string path;
  for (const Point& p : line.points) {
    if (!x.Has(p.x)) continue;
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L",
                        kLeft + x.Share(p.x) * (kWidth - kLeft - kRight),
                        kHeight - kBottom - y.Share(p.y) * (kHeight - kTop - kBottom));
  }
  return path;
}

std::string Axes(const LineChart& chart, const Range& x, const Range& y) {
  const double plot_width = kWidth - kLeft - kRight, plot_height = kHeight - kTop - kBottom;
  const double base = kHeight - kBottom;
  std::string svg;
  for (double tick : Ticks(y.low, y.high, 5)) {
    const double at = base - y.Share(tick) * plot_height;
    svg += fmt::format(
        "<path class=\"g\" d=\"M{} {:.1f}H{}\"/><text class=\"m\" x=\"{}\" y=\"{:.1f}\" "
        "text-anchor=\"end\">{}</text>\n",
        kLeft, at, kWidth - kRight, kLeft - 6, at + 3.8, TickText(tick));
  }
  for (double tick : x.log ? LogTicks(x.low, x.high) : Ticks(x.low, x.high, 5)) {
    const double at = kLeft + x.Share(tick) * plot_width;
    svg += fmt::format(
        "<path class=\"a\" d=\"M{:.1f} {}v4\"/><text class=\"m\" x=\"{:.1f}\" y=\"{}\" "
        "text-anchor=\"middle\">{}</text>\n",
        at, base, at, base + 16, TickText(tick));
  }
  svg += fmt::format("<path class=\"a\" d=\"M{} {}H{}\"/>", kLeft, base, kWidth - kRight);
  svg += fmt::format("<text class=\"m\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n",
                     kWidth - kRight, kHeight - 8, EscapeHtml(chart.x_label));
  svg += fmt::format("<text class=\"m\" x=\"2\" y=\"28\">{}</text>\n", EscapeHtml(chart.y_label));
  return svg;
}

// Characters of UTF-8.
double Letters(std::string_view text) {
  return static_cast<double>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// A name of a legend with its colour; a dashed line's is a piece of it.
struct Key {
  std::string name;
  size_t colour = 0;
  bool dashed = false;
  double width() const { return 27 + kCharacter * Letters(name); }
};

// Names longer than a chart is wide are cut.
std::vector<Key> KeysOf(std::vector<Key> keys) {
  for (Key& key : keys) {
    if (key.width() <= kWidth) continue;
    size_t end = 0, letters = 0;
    while (letters++ < kLongestName)
      end += DecodeUtf8(std::string_view(key.name).substr(end)).length;
    key.name.resize(end);
    key.name += "…";
  }
  return keys;
}

std::string KeySvg(const Key& key, double left, double top) {
  std::string svg = key.dashed ? fmt::format("<path class=\"l s{} d k\" d=\"M{:.1f} {:.1f}h10\"/>",
                                             key.colour, left, top + 5)
                               : fmt::format(
                                     "<rect class=\"b s{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"10\" "
                                     "height=\"10\" rx=\"2\"/>",
                                     key.colour, left, top);
  return svg + fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", left + 15, top + 9,
                           EscapeHtml(key.name));
}

// In the title's row at its right; false: they do not fit there.
bool LegendBesideTitle(const std::vector<Key>& keys, const std::string& title, std::string* svg) {
  double left = kWidth;
  for (const Key& key : keys) left -= key.width();
  if (left < 12 + kTitleCharacter * Letters(title)) return false;
  for (size_t i = 0; i < keys.size(); ++i) {
    *svg += KeySvg(keys[i], left, 5);
    left += keys[i].width();
  }
  return true;
}

// From left to right in rows. Returns their height.
double LegendRows(const std::vector<Key>& keys, double top, std::string* svg) {
  double left = 2, y = top;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i > 0 && left + keys[i].width() > kWidth) left = 2, y += kLegendRow;
    *svg += KeySvg(keys[i], left, y);
    left += keys[i].width();
  }
  return y + kLegendRow - top;
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  const std::string repaired = RepairUtf8(text);
  for (char c : repaired) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        const bool allowed = byte >= 0x20 || c == '\n' || c == '\t';
        out += allowed && byte != 0x7F ? std::string(1, c) : "\xEF\xBF\xBD";
      }
    }
  }
  return out;
}

std::vector<double> Ticks(double low, double high, int count) {
  if (!(high > low) || count < 1) return {low};
  const double raw = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double lead = raw / power;
  const double step = power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
  std::vector<double> ticks;
  const double first = std::ceil(low / step - 1e-9);
  for (double i = first; i * step <= high + 1e-9 * step; ++i) ticks.push_back(i * step);
  return ticks;
}

std::vector<double> LogTicks(double low, double high) {
  std::vector<double> powers, ticks;
  if (!(low > 0 && high > low)) return {low};
  const auto first = static_cast<int>(std::floor(std::log10(low)));
  const auto last = static_cast<int>(std::ceil(std::log10(high)));
  for (int e = first; e <= last; ++e) {
    for (const double lead : {1.0, 2.0, 5.0}) {
      const double tick = lead * std::pow(10.0, e);
      if (tick < low * (1 - 1e-9) || tick > high * (1 + 1e-9)) continue;
      ticks.push_back(tick);
      if (lead == 1) powers.push_back(tick);
    }
  }
  if (powers.size() >= 3) return powers;
  return ticks.size() >= 2 ? ticks : Ticks(low, high, 4);
}

std::vector<Point> Thin(const std::vector<Point>& points, size_t count) {
  if (points.size() <= count || count == 0) return points;
  std::vector<Point> thinned;
  for (size_t i = 0; i < count; ++i) {
    const size_t begin = i * points.size() / count, end = (i + 1) * points.size() / count;
    Point mean;
    for (size_t j = begin; j < end; ++j) mean.x += points[j].x, mean.y += points[j].y;
    mean.x /= static_cast<double>(end - begin), mean.y /= static_cast<double>(end - begin);
    thinned.push_back(mean);
  }
  thinned.back().x = points.back().x;
  return thinned;
}

std::string RenderLineChart(const LineChart& chart) {
  Range x, y;
  FindRanges(chart, &x, &y);
  std::vector<Key> keys;
  for (size_t i = 0; i < chart.lines.size(); ++i) {
    if (chart.lines[i].like >= 0) continue;
    keys.push_back({chart.lines[i].name, ColourOf(chart, i), IsDashed(chart, i)});
  }
  keys = KeysOf(std::move(keys));
  std::string legend;
  double legend_height = 0;
  const bool below = keys.size() > kNamesBesideTitle;
  if (keys.size() > 1 && (below || !LegendBesideTitle(keys, chart.title, &legend))) {
    legend_height = LegendRows(keys, kHeight + 2, &legend) + 2;
  }
  std::string svg = OpenSvg(kHeight + legend_height, chart.title);
  svg += Axes(chart, x, y);
  // A nested svg element clips what leaves the frame, without ids that must be unique in a page.
  svg += fmt::format(
      "<svg x=\"{0}\" y=\"{1}\" width=\"{2}\" height=\"{3}\" viewBox=\"{0} {1} {2} "
      "{3}\">\n",
      kLeft - kMarker, kTop, kWidth - kLeft + kMarker, kHeight - kTop - kBottom + kMarker);
  for (size_t i = 0; i < chart.lines.size(); ++i) {
    const Line& line = chart.lines[i];
    svg += fmt::format("<path class=\"l s{}{}\" d=\"{}\"/>\n", ColourOf(chart, i),
                       IsDashed(chart, i) ? " d" : "", LinePath(line, x, y));
    if (!line.markers) continue;
    for (const Point& p : line.points) {
      if (!x.Has(p.x)) continue;
      svg += fmt::format(
          "<circle class=\"b s{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"><title>{}: {:.4g}</title>"
          "</circle>",
          ColourOf(chart, i), kLeft + x.Share(p.x) * (kWidth - kLeft - kRight),
          kHeight - kBottom - y.Share(p.y) * (kHeight - kTop - kBottom), kMarker, TickText(p.x),
          p.y);
    }
  }
  return svg + "</svg>\n" + legend + "</svg>";
}

std::string RenderBarChart(const BarChart& chart) {
  const double series = static_cast<double>(chart.series.size());
  const double group_height = kGroupName + series * (kBarHeight + kBarGap) + kGroupGap;
  std::vector<Key> keys;
  for (const std::string& name : chart.series) keys.push_back({name, keys.size() % kColours});
  keys = KeysOf(std::move(keys));
  std::string legend;
  const double legend_height =
      LegendBesideTitle(keys, chart.title, &legend) ? 0 : LegendRows(keys, kTop + 2, &legend) + 4;
  const double height =
      kTop + legend_height + group_height * static_cast<double>(chart.groups.size()) + 4;
  double longest = 0;
  for (const BarGroup& group : chart.groups) {
    for (double value : group.values) longest = std::max(longest, value);
  }
  std::string svg = OpenSvg(height, chart.title) + legend;
  svg += fmt::format("<text class=\"m\" x=\"2\" y=\"28\">{}</text>\n", EscapeHtml(chart.unit));
  const double scale = longest > 0 ? (kWidth - 60) / longest : 0;
  double top = kTop + legend_height + 4;
  for (const BarGroup& group : chart.groups) {
    svg += fmt::format("<text x=\"2\" y=\"{:.0f}\">{}</text>\n", top + 10, EscapeHtml(group.name));
    double at = top + kGroupName;
    for (size_t i = 0; i < group.values.size(); ++i) {
      const double width = std::max(group.values[i] * scale, 0.5);
      svg += fmt::format(
          "<rect class=\"b s{}\" x=\"2\" y=\"{:.0f}\" width=\"{:.1f}\" height=\"{}\" rx=\"2\"/>"
          "<text class=\"m\" x=\"{:.1f}\" y=\"{:.1f}\">{:.3f}</text>\n",
          i % kColours, at, width, kBarHeight, width + 8, at + 9.4, group.values[i]);
      at += kBarHeight + kBarGap;
    }
    top += group_height;
  }
  return svg + "</svg>";
}

}  // namespace cria::eval
