// Parsing and writing whole JSON files.
#include "base/json.h"

#include <algorithm>

template class nlohmann::basic_json<nlohmann::ordered_map>;
template class nlohmann::basic_json<>;

namespace cria {

namespace {

struct Extent {
  int depth = 0;        // of nesting
  int64_t members = 0;  // of the largest object
};

// Looked at before parsing: brackets and colons outside strings. Ends at too much depth.
Extent ExtentOf(std::string_view text) {
  Extent extent;
  int depth = 0;
  int64_t members[kMaxJsonDepth + 2] = {};
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      extent.depth = std::max(extent.depth, ++depth);
      if (depth > kMaxJsonDepth) return extent;
      members[depth] = 0;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    } else if (c == ':') {
      extent.members = std::max(extent.members, ++members[depth]);
    }
  }
  return extent;
}

bool TooDeep(const Extent& extent) { return extent.depth > kMaxJsonDepth; }

template <class AnyJson>
AnyJson Parse(std::string_view text, const std::string& where,
              const typename AnyJson::parser_callback_t& watch = nullptr) {
  const Extent extent = ExtentOf(text);
  const bool sorted = std::is_same_v<AnyJson, SortedJson>;
  if (TooDeep(extent) || (!sorted && extent.members > kMaxJsonMembers)) {
    throw Error(TooDeep(extent)
                    ? fmt::format("JSON nested more than {} deep", kMaxJsonDepth)
                    : fmt::format("a JSON object of more than {} members", kMaxJsonMembers),
                where, "the file is damaged or hostile; fetch it again");
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
  const Extent extent = ExtentOf(text);
  if (TooDeep(extent) || extent.members > kMaxJsonMembers) {
    return Json(Json::value_t::discarded);
  }
  return Json::parse(text, nullptr, false);
}

Json ReadJson(const fs::path& path) {
  // The tree takes some ten times the text.
  constexpr uintmax_t kMaxBytes = uintmax_t{1} << 28;
  if (fs::is_regular_file(path) && fs::file_size(path) > kMaxBytes) {
    throw Error(fmt::format("a JSON file of {} bytes", fs::file_size(path)), path.string(),
                "it is not what its name says; fetch it again");
  }
  return ParseJson(ReadFile(path), path.string());
}

void WriteJson(const fs::path& path, const Json& json) {
  WriteFile(path, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace cria
