// libxml2's tree, walked for prose; nothing is loaded from outside.
#include "corpus/formats/xml.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>

#include "base/error.h"
#include "corpus/formats/html/text_blocks.h"

namespace cria::corpus {
namespace {

constexpr int kMaxDepth = 400;
constexpr size_t kMaxEntityBytes = 4096;
constexpr size_t kMaxExpandedBytes = size_t{1} << 20;  // beside as much as the document itself has

template <size_t N>
bool Among(std::string_view name, const std::string_view (&names)[N]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Metadata and what is not running text, in Mallard and in DocBook.
constexpr std::string_view kSkipped[] = {
    "info",        "bookinfo",    "articleinfo", "chapterinfo", "sectioninfo", "refentryinfo",
    "credit",      "legalnotice", "revhistory",  "indexterm",   "index",       "mediaobject",
    "imageobject", "media",       "graphic",     "links",       "script",      "style",
    "anchor",      "remark",      "refmeta",     "toc",         "comments",    "metadata"};
constexpr std::string_view kInline[] = {"em",
                                        "app",
                                        "gui",
                                        "guiseq",
                                        "key",
                                        "keyseq",
                                        "link",
                                        "file",
                                        "cmd",
                                        "sys",
                                        "input",
                                        "output",
                                        "var",
                                        "span",
                                        "emphasis",
                                        "application",
                                        "guilabel",
                                        "guimenu",
                                        "guimenuitem",
                                        "guisubmenu",
                                        "guibutton",
                                        "menuchoice",
                                        "keycap",
                                        "keycombo",
                                        "filename",
                                        "command",
                                        "option",
                                        "ulink",
                                        "xref",
                                        "quote",
                                        "literal",
                                        "constant",
                                        "function",
                                        "parameter",
                                        "replaceable",
                                        "varname",
                                        "userinput",
                                        "computeroutput",
                                        "email",
                                        "firstterm",
                                        "acronym",
                                        "abbrev",
                                        "trademark",
                                        "citetitle",
                                        "phrase",
                                        "superscript",
                                        "subscript",
                                        "systemitem",
                                        "type",
                                        "guiicon",
                                        "interface",
                                        "productname",
                                        "prompt",
                                        "symbol",
                                        "classname",
                                        "envar",
                                        "a",
                                        "b",
                                        "i",
                                        "u",
                                        "tt",
                                        "wordasword",
                                        "foreignphrase",
                                        "code",
                                        "term",
                                        "hi",
                                        "note-ref",
                                        "sup",
                                        "sub",
                                        "mousebutton"};
constexpr std::string_view kVerbatim[] = {"screen", "programlisting", "literallayout", "synopsis",
                                          "pre",    "listing",        "verse"};
constexpr std::string_view kItems[] = {"item", "listitem", "step", "li", "varlistentry"};
constexpr std::string_view kLists[] = {"list", "steps", "itemizedlist", "orderedlist",
                                       "ul",   "ol",    "procedure",    "simplelist"};

std::string_view Name(const xmlNode& node) { return reinterpret_cast<const char*>(node.name); }

// Texts of the entities that a document's own type declares, within a budget.
class Entities {
 public:
  explicit Entities(size_t xml_bytes) : left_(kMaxExpandedBytes + xml_bytes) {}

  // As declared, if it is plain. What refers to more entities or holds markup stays out, so nothing
  // multiplies; and a page may not repeat a long one without end.
  std::string_view TextOf(const xmlNode& reference) {
    const auto* entity = reinterpret_cast<const xmlEntity*>(reference.children);
    if (entity == nullptr || entity->type != XML_ENTITY_DECL || entity->content == nullptr)
      return {};
    const std::string_view text = reinterpret_cast<const char*>(entity->content);
    if (text.size() > kMaxEntityBytes || text.find_first_of("<&") != text.npos) return {};
    if (text.size() > left_) {
      throw Error("its entities make a far longer text of it", "XML document",
                  "leave it out, or write the texts of its entities in their places");
    }
    left_ -= text.size();
    return text;
  }

 private:
  size_t left_;
};

// All text in a list of nodes, in order, as it stands.
void AppendContent(const xmlNode* first, int depth, Entities* entities, std::string* out) {
  for (const xmlNode* node = first; node != nullptr && depth <= kMaxDepth; node = node->next) {
    const bool text = node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE;
    if (text && node->content != nullptr) out->append(reinterpret_cast<const char*>(node->content));
    if (node->type == XML_ENTITY_REF_NODE) out->append(entities->TextOf(*node));
    if (node->type == XML_ELEMENT_NODE) AppendContent(node->children, depth + 1, entities, out);
  }
}

std::string Attribute(const xmlNode& node, std::string_view name, Entities* entities) {
  std::string value;
  for (const xmlAttr* attribute = node.properties; attribute != nullptr;
       attribute = attribute->next) {
    if (reinterpret_cast<const char*>(attribute->name) != name) continue;
    AppendContent(attribute->children, 0, entities, &value);
    break;
  }
  return value;
}

class Walker {
 public:
  Walker(const std::function<std::string(const std::string&)>& title_of, Entities* entities)
      : title_of_(title_of), entities_(entities) {}
  TextBlocks blocks;

  void Children(const xmlNode& parent, int depth) {
    for (const xmlNode* node = parent.children; node != nullptr; node = node->next) {
      Walk(*node, depth);
    }
  }

 private:
  void Walk(const xmlNode& node, int depth) {
    if (node.type == XML_TEXT_NODE || node.type == XML_CDATA_SECTION_NODE) {
      if (node.content != nullptr) blocks.Text(reinterpret_cast<const char*>(node.content));
      return;
    }
    if (node.type == XML_ENTITY_REF_NODE) return blocks.Text(entities_->TextOf(node));
    if (node.type != XML_ELEMENT_NODE || depth > kMaxDepth) return;
    const std::string_view name = Name(node);
    if (Among(name, kSkipped)) return;
    // Mallard's <code> is a block where it stands outside a paragraph.
    const bool block_code = name == "code" && node.parent != nullptr &&
                            (Name(*node.parent) == "page" || Name(*node.parent) == "section" ||
                             Name(*node.parent) == "example" || Name(*node.parent) == "item");
    if (Among(name, kVerbatim) || block_code) {
      blocks.EndParagraph();
      std::string text;
      AppendContent(node.children, depth, entities_, &text);
      blocks.Verbatim(text);
      return blocks.EndParagraph();
    }
    if (Among(name, kInline)) {
      if (name == "link" && node.children == nullptr && title_of_) {
        blocks.Text(title_of_(Attribute(node, "xref", entities_)));
        return;
      }
      if ((name == "gui" || name == "guimenuitem" || name == "guisubmenu" || name == "key" ||
           name == "keycap") &&
          HasElementBefore(node)) {
        blocks.Text(name.starts_with("key") ? "+" : " > ");
      }
      return Children(node, depth + 1);
    }
    if (name == "entry" || name == "td" || name == "th") {
      if (!blocks.LineIsEmpty()) blocks.Text(" | ");
      return Children(node, depth + 1);
    }
    Block(node, name, depth);
  }

  void Block(const xmlNode& node, std::string_view name, int depth) {
    if (Among(name, kItems) || name == "row" || name == "tr") {
      blocks.EndLine();
      if (name != "row" && name != "tr" && name != "varlistentry") {
        blocks.SetPrefix(std::string(2 * std::max(0, list_depth_ - 1), ' ') + "- ");
      }
      Children(node, depth + 1);
      return blocks.EndLine();
    }
    const bool list = Among(name, kLists);
    Break();
    list_depth_ += list;
    Children(node, depth + 1);
    list_depth_ -= list;
    Break();
  }

  // In <guiseq><gui>A</gui><gui>B</gui></guiseq> the second follows the first without text between.
  static bool HasElementBefore(const xmlNode& node) {
    const std::string_view parent = node.parent == nullptr ? "" : Name(*node.parent);
    if (parent != "guiseq" && parent != "menuchoice" && parent != "keyseq" &&
        parent != "keycombo") {
      return false;
    }
    for (const xmlNode* before = node.prev; before != nullptr; before = before->prev) {
      if (before->type == XML_ELEMENT_NODE) return true;
    }
    return false;
  }

  void Break() { list_depth_ > 0 ? blocks.EndLine() : blocks.EndParagraph(); }

  const std::function<std::string(const std::string&)>& title_of_;
  Entities* entities_;
  int list_depth_ = 0;
};

}  // namespace

MarkupText XmlToText(std::string_view xml,
                     const std::function<std::string(const std::string&)>& title_of) {
  if (xml.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
    throw Error("an XML document above 2 GiB", "XML document", "cut it into smaller files");
  }
  static std::once_flag once;
  std::call_once(once, xmlInitParser);
  constexpr int kOptions = XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR |
                           XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
  const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document(
      xmlReadMemory(xml.data(), static_cast<int>(xml.size()), "document.xml", "UTF-8", kOptions),
      xmlFreeDoc);
  MarkupText result;
  const xmlNode* root = document == nullptr ? nullptr : xmlDocGetRootElement(document.get());
  if (root == nullptr) {
    throw Error("not XML", "XML document", "fetch the file again, or leave it out");
  }
  Entities entities(xml.size());
  result.language = Attribute(*root, "lang", &entities);
  Walker walker(title_of, &entities);
  walker.Children(*root, 0);
  result.text = walker.blocks.Finish();
  result.title = result.text.substr(0, result.text.find('\n'));
  return result;
}

std::string MallardTitle(std::string_view xml) {
  const size_t info_end = xml.find("</info>");
  const size_t open = xml.find("<title", info_end == xml.npos ? 0 : info_end);
  const size_t start = open == xml.npos ? open : xml.find('>', open);
  const size_t end = start == xml.npos ? start : xml.find("</title>", start);
  if (end == xml.npos) return "";
  return XmlToText("<page>" + std::string(xml.substr(start + 1, end - start - 1)) + "</page>").text;
}

}  // namespace cria::corpus
