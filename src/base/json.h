// JSON through nlohmann-json, with parse errors as Error that name file and position.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "base/file.h"

// Compiled once, in json.cc: elsewhere it would be half of the compiler's work.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;
extern template class nlohmann::basic_json<>;

namespace cria {

using Json = nlohmann::ordered_json;

/// Deeper nesting than this is refused: copies and destructors of trees recurse.
inline constexpr int kMaxJsonDepth = 256;

/// Members of one object of Json, which searches all for each: more are refused.
inline constexpr int kMaxJsonMembers = 1 << 15;

/// Parses `text`; `where` names its origin in the error. `watch`, if given, sees every event of the
/// parser: repeated keys, for example, which the tree does not keep.
Json ParseJson(std::string_view text, const std::string& where,
               const Json::parser_callback_t& watch = nullptr);
/// The same, or a discarded value (is_discarded()) where ParseJson would throw.
Json TryParseJson(std::string_view text);
Json ReadJson(const fs::path& path);
void WriteJson(const fs::path& path, const Json& json);

/// For objects of very many members: sorted, where Json keeps the file's order and searches.
using SortedJson = nlohmann::json;
SortedJson ParseSortedJson(std::string_view text, const std::string& where);

/// The number, if it is a whole one that T can hold: 7, and 7.0 as some programs write it. The
/// library's own get<T> casts whatever stands there.
template <class T, class AnyJson>
std::optional<T> WholeNumber(const AnyJson& json);

/// Required member of an object with the right type, or an Error that names it. Whole numbers and
/// lists of them as WholeNumber has them.
template <class T, class AnyJson>
T JsonGet(const AnyJson& json, const char* key, const std::string& where);
/// The same; `fallback` if the member is absent or null.
template <class T, class AnyJson>
T JsonGetOr(const AnyJson& json, const char* key, T fallback, const std::string& where);

}  // namespace cria

#include "base/json-inl.h"
