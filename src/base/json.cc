// Parsing and writing whole JSON files.
#include "base/json.h"

namespace cria {

Json ParseJson(std::string_view text, const std::string& where) {
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("not valid JSON: {}", error.what()), where,
                "repair or regenerate the file");
  }
}

Json ReadJson(const fs::path& path) { return ParseJson(ReadFile(path), path.string()); }

void WriteJson(const fs::path& path, const Json& json) {
  WriteFile(path, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace cria
