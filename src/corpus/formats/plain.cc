// Text, Markdown and JSON lines cut into documents; markup's own frames taken off.
#include "corpus/formats/plain.h"

#include "base/json.h"

namespace cria::corpus {
namespace {

std::string StringMember(const Json& json, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto it = json.find(name);
    if (it != json.end() && it->is_string()) return it->get<std::string>();
  }
  return "";
}

bool ToText(const Json& json, int64_t line, JsonText* out) {
  if (!json.is_object()) return false;
  out->text = StringMember(json, {"text", "content", "raw_content"});
  out->part = StringMember(json, {"id", "url"});
  if (out->part.empty()) out->part = "line " + std::to_string(line);
  out->language = StringMember(json, {"language", "lang"});
  out->title = StringMember(json, {"title"});
  return !out->text.empty();
}

}  // namespace

std::string MarkdownToText(std::string_view markdown) {
  if (markdown.starts_with("---\n")) {  // front matter
    const size_t end = markdown.find("\n---\n", 4);
    if (end != markdown.npos) markdown.remove_prefix(end + 5);
  }
  std::string out;
  while (!markdown.empty()) {
    const size_t comment = markdown.find("<!--");
    const size_t image = markdown.find("![");
    const size_t next = std::min(std::min(comment, image), markdown.size());
    out.append(markdown.substr(0, next));
    markdown.remove_prefix(next);
    if (markdown.empty()) break;
    size_t end;
    if (next == comment) {
      end = markdown.find("-->");
      end = end == markdown.npos ? markdown.size() : end + 3;
    } else {
      const size_t text_end = markdown.find("](");
      const size_t close = text_end == markdown.npos ? text_end : markdown.find(')', text_end);
      if (close == markdown.npos || markdown.substr(0, close).find('\n') != markdown.npos) {
        out += "![";
        end = 2;
      } else {
        end = close + 1;
      }
    }
    markdown.remove_prefix(end);
  }
  return out;
}

std::optional<JsonText> ParseJsonText(std::string_view text, int64_t line) {
  JsonText item;
  if (!ToText(TryParseJson(text), line, &item)) return std::nullopt;
  return item;
}

std::optional<std::vector<JsonText>> ParseJsonTexts(
    std::string_view text, const std::function<void(int64_t, size_t)>& bad_item) {
  const Json array = TryParseJson(text);
  if (!array.is_array()) return std::nullopt;
  std::vector<JsonText> items;
  int64_t number = 0;
  for (const Json& json : array) {
    JsonText item;
    ++number;
    ToText(json, number, &item) ? items.push_back(std::move(item))
                                : bad_item(number, json.dump().size());
  }
  return items;
}

}  // namespace cria::corpus
