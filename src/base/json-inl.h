// The template part of json.h.
#pragma once

#include <fmt/format.h>

#include "base/error.h"

namespace cria {

template <class T, class AnyJson>
T JsonGet(const AnyJson& json, const char* key, const std::string& where) {
  const auto it = json.is_object() ? json.find(key) : json.end();
  if (it == json.end()) {
    throw Error(fmt::format("missing field \"{}\"", key), where,
                "restore the file, or make it again with the command that wrote it");
  }
  try {
    return it->template get<T>();
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("field \"{}\" has a wrong type: {}", key, error.what()), where,
                "restore the file, or make it again with the command that wrote it");
  }
}

template <class T, class AnyJson>
T JsonGetOr(const AnyJson& json, const char* key, T fallback, const std::string& where) {
  const bool absent = !json.is_object() || !json.contains(key) || json[key].is_null();
  return absent ? fallback : JsonGet<T>(json, key, where);
}

}  // namespace cria
