// gumbo, the HTML parser, then a walk that keeps the main element's prose.
#include "corpus/formats/html/html.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "corpus/formats/html/text_blocks.h"

namespace cria::corpus {
namespace {

// Deeper elements are left out; real pages stay below 100.
constexpr int kMaxDepth = 400;

bool IsSkipped(GumboTag tag) {
  constexpr GumboTag kTags[] = {
      GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE,    GUMBO_TAG_NOSCRIPT, GUMBO_TAG_TEMPLATE,
      GUMBO_TAG_NAV,    GUMBO_TAG_FOOTER,   GUMBO_TAG_FORM,     GUMBO_TAG_BUTTON,
      GUMBO_TAG_SELECT, GUMBO_TAG_TEXTAREA, GUMBO_TAG_IFRAME,   GUMBO_TAG_OBJECT,
      GUMBO_TAG_SVG,    GUMBO_TAG_MATH,     GUMBO_TAG_HEAD,     GUMBO_TAG_ASIDE};
  return std::find(std::begin(kTags), std::end(kTags), tag) != std::end(kTags);
}

bool IsBlock(GumboTag tag) {
  constexpr GumboTag kTags[] = {
      GUMBO_TAG_P,       GUMBO_TAG_DIV,        GUMBO_TAG_SECTION, GUMBO_TAG_ARTICLE,
      GUMBO_TAG_H1,      GUMBO_TAG_H2,         GUMBO_TAG_H3,      GUMBO_TAG_H4,
      GUMBO_TAG_H5,      GUMBO_TAG_H6,         GUMBO_TAG_UL,      GUMBO_TAG_OL,
      GUMBO_TAG_DL,      GUMBO_TAG_TABLE,      GUMBO_TAG_HR,      GUMBO_TAG_BLOCKQUOTE,
      GUMBO_TAG_ADDRESS, GUMBO_TAG_FIGURE,     GUMBO_TAG_MAIN,    GUMBO_TAG_BODY,
      GUMBO_TAG_HEADER,  GUMBO_TAG_FIGCAPTION, GUMBO_TAG_CAPTION, GUMBO_TAG_DETAILS,
      GUMBO_TAG_SUMMARY, GUMBO_TAG_CENTER,     GUMBO_TAG_DT};
  return std::find(std::begin(kTags), std::end(kTags), tag) != std::end(kTags);
}

std::string_view Attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* attribute = gumbo_get_attribute(&element.attributes, name);
  return attribute == nullptr ? std::string_view() : std::string_view(attribute->value);
}

bool HasWord(std::string_view list, std::string_view word) {
  for (size_t at = list.find(word); at != list.npos; at = list.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ' ')) return true;
  }
  return false;
}

// Class and role names by which the common generators (Sphinx, DocBook, Texinfo, wikis, the usual
// site templates) mark what is not main text.
bool IsFurniture(const GumboElement& element) {
  constexpr std::string_view kClasses[] = {
      "nav",           "navheader",      "navfooter",  "navigation", "navbar",
      "sphinxsidebar", "related",        "headerlink", "footer",     "sidebar",
      "breadcrumb",    "breadcrumbs",    "toc",        "menu",       "page-footer",
      "footnotes",     "mw-editsection", "linkheader", "linkfooter", "genindex",
      "contents",      "cookie",         "TOC"};
  const std::string_view role = Attribute(element, "role");
  if (role == "navigation" || role == "search" || role == "contentinfo" || role == "banner") {
    return true;
  }
  if (gumbo_get_attribute(&element.attributes, "hidden") != nullptr) return true;
  const std::string_view names = Attribute(element, "class");
  const std::string_view id = Attribute(element, "id");
  for (const std::string_view name : kClasses) {
    if (HasWord(names, name) || id == name) return true;
  }
  return false;
}

class Walker {
 public:
  TextBlocks blocks;

  void Children(const GumboElement& element, int depth) {
    for (unsigned i = 0; i < element.children.length; ++i) {
      Walk(*static_cast<const GumboNode*>(element.children.data[i]), depth);
    }
  }

  void Walk(const GumboNode& node, int depth) {
    if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE ||
        node.type == GUMBO_NODE_CDATA) {
      in_link_ ? blocks.LinkText(node.v.text.text) : blocks.Text(node.v.text.text);
      return;
    }
    if (node.type != GUMBO_NODE_ELEMENT || depth > kMaxDepth) return;
    const GumboElement& element = node.v.element;
    if (IsSkipped(element.tag) || (element.tag != GUMBO_TAG_BODY && IsFurniture(element))) return;
    Element(element, depth);
  }

 private:
  void Element(const GumboElement& element, int depth) {
    switch (element.tag) {
      case GUMBO_TAG_BR:
        return blocks.EndLine();
      case GUMBO_TAG_PRE: {
        std::string text;
        PlainText(element, depth, &text);
        blocks.EndParagraph();
        blocks.Verbatim(text);
        return blocks.EndParagraph();
      }
      case GUMBO_TAG_A: {
        const bool outer = in_link_;
        in_link_ = outer || !Attribute(element, "href").empty();
        Children(element, depth + 1);
        in_link_ = outer;
        return;
      }
      case GUMBO_TAG_UL:
      case GUMBO_TAG_OL:
        return List(element, depth);
      case GUMBO_TAG_LI:
        blocks.EndLine();
        blocks.SetPrefix(std::string(2 * std::max(0, list_depth_ - 1), ' ') + "- ");
        Children(element, depth + 1);
        blocks.EndLine();
        return blocks.SetPrefix("");
      case GUMBO_TAG_TR:
      case GUMBO_TAG_DD:
        blocks.EndLine();
        Children(element, depth + 1);
        return blocks.EndLine();
      case GUMBO_TAG_TD:
      case GUMBO_TAG_TH:
        if (!blocks.LineIsEmpty()) blocks.Text(" | ");
        return Children(element, depth + 1);
      default:
        break;
    }
    const bool block = IsBlock(element.tag);
    if (block) Break();
    Children(element, depth + 1);
    if (block) Break();
  }

  void List(const GumboElement& element, int depth) {
    Break();
    ++list_depth_;
    Children(element, depth + 1);
    --list_depth_;
    Break();
  }

  // Paragraphs inside a list item end a line, so that a list stays one paragraph.
  void Break() { list_depth_ > 0 ? blocks.EndLine() : blocks.EndParagraph(); }

  static void PlainText(const GumboElement& element, int depth, std::string* out) {
    for (unsigned i = 0; i < element.children.length; ++i) {
      const auto& node = *static_cast<const GumboNode*>(element.children.data[i]);
      if (node.type == GUMBO_NODE_ELEMENT) {
        if (node.v.element.tag == GUMBO_TAG_BR) *out += '\n';
        if (depth < kMaxDepth && !IsSkipped(node.v.element.tag) && !IsFurniture(node.v.element)) {
          PlainText(node.v.element, depth + 1, out);
        }
      } else if (node.type != GUMBO_NODE_COMMENT) {
        *out += node.v.text.text;
      }
    }
  }

  bool in_link_ = false;
  int list_depth_ = 0;
};

// The element that the page itself says holds its main text, or null.
const GumboElement* FindMain(const GumboNode& node, int depth) {
  if (node.type != GUMBO_NODE_ELEMENT || depth > kMaxDepth) return nullptr;
  const GumboElement& element = node.v.element;
  if (element.tag == GUMBO_TAG_MAIN || Attribute(element, "role") == "main" ||
      Attribute(element, "id") == "DisplayArea") {
    return &element;
  }
  for (unsigned i = 0; i < element.children.length; ++i) {
    const auto& child = *static_cast<const GumboNode*>(element.children.data[i]);
    if (const GumboElement* found = FindMain(child, depth + 1)) return found;
  }
  return nullptr;
}

std::string FindTitle(const GumboElement& root) {
  for (unsigned i = 0; i < root.children.length; ++i) {
    const auto& node = *static_cast<const GumboNode*>(root.children.data[i]);
    if (node.type != GUMBO_NODE_ELEMENT) continue;
    const GumboElement& element = node.v.element;
    if (element.tag == GUMBO_TAG_HEAD) return FindTitle(element);
    if (element.tag != GUMBO_TAG_TITLE || element.children.length == 0) continue;
    const auto& text = *static_cast<const GumboNode*>(element.children.data[0]);
    TextBlocks title;
    if (text.type == GUMBO_NODE_TEXT) title.Text(text.v.text.text);
    return title.Finish();
  }
  return "";
}

// gumbo's time and memory grow with the square of the depth, and it aborts when memory ends.
constexpr int kMaxOpenContainers = 2000;

// The most elements that are open at once, of those that only their end tag closes.
int OpenContainers(std::string_view html) {
  constexpr std::string_view kContainers[] = {
      "div",   "span",   "section", "article", "blockquote", "ul", "ol",     "dl",
      "table", "font",   "b",       "i",       "u",          "em", "strong", "small",
      "big",   "center", "form",    "a",       "tt",         "s"};
  int open = 0, most = 0;
  for (size_t at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
    size_t begin = at + 1;
    const bool ends = begin < html.size() && html[begin] == '/';
    if (ends) ++begin;
    size_t end = begin;
    std::string name;
    while (end < html.size() && std::isalnum(static_cast<unsigned char>(html[end])) != 0 &&
           end - begin < 16) {
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(html[end++])));
    }
    if (std::find(std::begin(kContainers), std::end(kContainers), name) == std::end(kContainers)) {
      continue;
    }
    open = ends ? std::max(0, open - 1) : open + 1;
    most = std::max(most, open);
  }
  return most;
}

}  // namespace

MarkupText HtmlToText(std::string_view html) {
  if (OpenContainers(html) > kMaxOpenContainers) {
    throw Error(fmt::format("HTML elements nested more than {} deep", kMaxOpenContainers),
                "HTML document", "leave the file out");
  }
  const auto destroy = [](GumboOutput* output) {
    gumbo_destroy_output(&kGumboDefaultOptions, output);
  };
  const std::unique_ptr<GumboOutput, decltype(destroy)> output(
      gumbo_parse_with_options(&kGumboDefaultOptions, html.data(), html.size()), destroy);
  const GumboElement& root = output->root->v.element;
  MarkupText result;
  result.language = Attribute(root, "lang");
  if (result.language.empty()) result.language = Attribute(root, "xml:lang");
  result.title = FindTitle(root);
  Walker walker;
  if (const GumboElement* main = FindMain(*output->root, 0)) {
    walker.Children(*main, 0);
  } else {
    walker.Walk(*output->root, 0);
  }
  result.text = walker.blocks.Finish();
  return result;
}

std::string DeclaredCharset(std::string_view bytes) {
  std::string head(bytes.substr(0, 2048));
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string_view key : {"charset=", "encoding=", "-*- coding:", "coding:"}) {
    size_t at = head.find(key);
    if (at == std::string::npos) continue;
    at += key.size();
    while (at < head.size() && (head[at] == '"' || head[at] == '\'' || head[at] == ' ')) ++at;
    size_t end = at;
    while (end < head.size() && (std::isalnum(static_cast<unsigned char>(head[end])) ||
                                 head[end] == '-' || head[end] == '_')) {
      ++end;
    }
    if (end > at) return head.substr(at, end - at);
  }
  return "";
}

}  // namespace cria::corpus
