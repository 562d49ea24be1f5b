// One document to a line of JSON and back; ids from origin and text.
#include "corpus/document.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/utf8.h"

namespace cria::corpus {

std::string DocumentId(std::string_view origin, std::string_view text) {
  const uint64_t origin_hash = Hash64(origin);
  return fmt::format("{:016x}{:016x}", Hash64(text, origin_hash), Hash64(text, ~origin_hash));
}

std::string ToJsonLine(const Document& document) {
  Json json;
  json["id"] = document.id;
  json["text"] = document.text;
  json["source"] = document.source;
  json["language"] = document.language;
  json["meta"] = document.meta.is_null() ? Json::object() : document.meta;
  return json.dump();
}

Document FromJsonLine(std::string_view line, const std::string& where) {
  Json json = ParseJson(line, where);
  Document document;
  document.id = JsonGet<std::string>(json, "id", where);
  document.text = JsonGet<std::string>(json, "text", where);
  document.source = JsonGet<std::string>(json, "source", where);
  document.language = JsonGet<std::string>(json, "language", where);
  document.meta = json.contains("meta") ? std::move(json["meta"]) : Json::object();
  return document;
}

}  // namespace cria::corpus
