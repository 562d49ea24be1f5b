// The template part of json.h.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace cria {
namespace json_internal {

inline constexpr const char* kRemedy =
    "correct it; a file that cria wrote is damaged: make it again with the same command";

template <class T>
inline constexpr bool kIsWhole = std::is_integral_v<T> && !std::is_same_v<T, bool>;

template <class T>
struct ListOf : std::false_type {};
template <class T>
struct ListOf<std::vector<T>> : std::bool_constant<kIsWhole<T>> {};

// `name` as an error has it: field "x", or field "x", item 3.
template <class T, class AnyJson>
[[noreturn]] void RefuseNumber(const AnyJson& json, const std::string& name,
                               const std::string& where) {
  const std::string found = json.is_number() ? json.dump() : json.type_name();
  throw Error(fmt::format("{} has a wrong type: {} is no whole number from {} to {}", name, found,
                          std::numeric_limits<T>::min(), std::numeric_limits<T>::max()),
              where, kRemedy);
}

}  // namespace json_internal

template <class T, class AnyJson>
std::optional<T> WholeNumber(const AnyJson& json) {
  if (json.is_number_unsigned()) {
    const auto number = json.template get<uint64_t>();
    return std::in_range<T>(number) ? std::optional(static_cast<T>(number)) : std::nullopt;
  }
  if (json.is_number_integer()) {
    const auto number = json.template get<int64_t>();
    return std::in_range<T>(number) ? std::optional(static_cast<T>(number)) : std::nullopt;
  }
  if (!json.is_number_float()) return std::nullopt;
  const auto number = json.template get<double>();
  // Powers of two, so exact; the greatest T itself may not be a double.
  constexpr double kEnd = 2.0 * static_cast<double>(T{1} << (std::numeric_limits<T>::digits - 1));
  constexpr double kBegin = std::is_signed_v<T> ? -kEnd : 0;
  const bool fits = number >= kBegin && number < kEnd && number == std::floor(number);
  return fits ? std::optional(static_cast<T>(number)) : std::nullopt;
}

template <class T, class AnyJson>
T JsonGet(const AnyJson& json, const char* key, const std::string& where) {
  using json_internal::kRemedy;
  const auto it = json.is_object() ? json.find(key) : json.end();
  if (it == json.end()) throw Error(fmt::format("missing field \"{}\"", key), where, kRemedy);
  const std::string name = fmt::format("field \"{}\"", key);
  try {
    if constexpr (json_internal::kIsWhole<T>) {
      if (const std::optional<T> number = WholeNumber<T>(*it)) return *number;
      json_internal::RefuseNumber<T>(*it, name, where);
    } else if constexpr (json_internal::ListOf<T>::value) {
      using Item = typename T::value_type;
      T list;
      for (const auto& item : it->template get_ref<const typename AnyJson::array_t&>()) {
        const std::optional<Item> number = WholeNumber<Item>(item);
        if (!number) {
          json_internal::RefuseNumber<Item>(item, fmt::format("{}, item {}", name, list.size()),
                                            where);
        }
        list.push_back(*number);
      }
      return list;
    } else {
      return it->template get<T>();
    }
  } catch (const nlohmann::json::exception& error) {
    // Without the library's name of the exception.
    const std::string_view what = error.what();
    const size_t prefix = what.find("] ");
    throw Error(fmt::format("{} has a wrong type: {}", name,
                            what.substr(prefix == std::string_view::npos ? 0 : prefix + 2)),
                where, kRemedy);
  }
}

template <class T, class AnyJson>
T JsonGetOr(const AnyJson& json, const char* key, T fallback, const std::string& where) {
  const bool absent = !json.is_object() || !json.contains(key) || json[key].is_null();
  return absent ? fallback : JsonGet<T>(json, key, where);
}

}  // namespace cria
