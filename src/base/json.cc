// Parsing and writing whole JSON files.
#include "base/json.h"

namespace cria {

namespace {

// Looked at before parsing: brackets outside strings.
bool TooDeep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxJsonDepth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

template <class AnyJson>
AnyJson Parse(std::string_view text, const std::string& where,
              const typename AnyJson::parser_callback_t& watch = nullptr) {
  if (TooDeep(text)) {
    throw Error(fmt::format("JSON nested more than {} deep", kMaxJsonDepth), where,
                "the file is damaged or hostile; fetch it again");
  }
  try {
    return AnyJson::parse(text, watch);
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("not valid JSON: {}", error.what()), where,
                "repair or regenerate the file");
  }
}

}  // namespace

Json ParseJson(std::string_view text, const std::string& where,
               const Json::parser_callback_t& watch) {
  return Parse<Json>(text, where, watch);
}

SortedJson ParseSortedJson(std::string_view text, const std::string& where) {
  return Parse<SortedJson>(text, where);
}

Json TryParseJson(std::string_view text) {
  if (TooDeep(text)) return Json(Json::value_t::discarded);
  return Json::parse(text, nullptr, false);
}

Json ReadJson(const fs::path& path) { return ParseJson(ReadFile(path), path.string()); }

void WriteJson(const fs::path& path, const Json& json) {
  WriteFile(path, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace cria
