// Parsing and writing whole JSON files.
#include "base/json.h"

namespace cria {

namespace {

template <class AnyJson>
AnyJson Parse(std::string_view text, const std::string& where) {
  try {
    return AnyJson::parse(text);
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("not valid JSON: {}", error.what()), where,
                "repair or regenerate the file");
  }
}

}  // namespace

Json ParseJson(std::string_view text, const std::string& where) { return Parse<Json>(text, where); }

SortedJson ParseSortedJson(std::string_view text, const std::string& where) {
  return Parse<SortedJson>(text, where);
}

Json ReadJson(const fs::path& path) { return ParseJson(ReadFile(path), path.string()); }

void WriteJson(const fs::path& path, const Json& json) {
  WriteFile(path, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace cria
