// One table of a TOML file with checked reading: a fault names file, line and table. Not a parser.
#pragma once

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/units.h"

namespace cria::app {

class TomlTable {
 public:
  /// The views must outlive this.
  TomlTable(const toml::table& table, std::string file, std::string name)
      : table_(table), file_(std::move(file)), name_(std::move(name)) {}

  /// File, line and table of a key.
  std::string Where(std::string_view key) const {
    const toml::node* node = table_.get(key);
    const auto line = (node != nullptr ? node->source() : table_.source()).begin.line;
    return fmt::format("{}:{} in {}", file_, line, name_);
  }

  [[noreturn]] void Fail(std::string_view key, const std::string& what,
                         const std::string& remedy) const {
    throw Error(what, Where(key), remedy);
  }

  void AllowOnly(std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, node] : table_) {
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) {
        Fail(key.str(), fmt::format("unknown key \"{}\"", key.str()),
             fmt::format("known keys are: {}", fmt::join(keys, ", ")));
      }
    }
  }

  bool Has(std::string_view key) const { return table_.contains(key); }

  void Read(std::string_view key, double low, double high, double* value) const {
    if (!Has(key)) return;
    const auto found = table_[key].value<double>();
    if (!found || !(*found >= low && *found <= high)) {
      Fail(key, fmt::format("\"{}\" must be a number from {} to {}", key, low, high),
           "change the value");
    }
    *value = *found;
  }

  /// A whole number, or text such as "8M".
  template <class Integer>
  void ReadCount(std::string_view key, int64_t low, int64_t high, Integer* value) const {
    if (!Has(key)) return;
    int64_t found = 0;
    if (const auto number = table_[key].value_exact<int64_t>()) {
      found = *number;
    } else if (const auto text = table_[key].value<std::string>()) {
      found = ParseCount(*text, fmt::format("{} in {} of {}", key, name_, file_));
    } else {
      Fail(key, fmt::format("\"{}\" must be a whole number", key), "write 4096 or \"8M\"");
    }
    if (found < low || found > high) {
      Fail(key, fmt::format("\"{}\" must be from {} to {}", key, low, high), "change the value");
    }
    *value = static_cast<Integer>(found);
  }

  void Read(std::string_view key, std::string* value) const {
    if (!Has(key)) return;
    const auto found = table_[key].value<std::string>();
    if (!found) Fail(key, fmt::format("\"{}\" must be a string", key), "put it in quotes");
    *value = *found;
  }

  void Read(std::string_view key, bool* value) const {
    if (!Has(key)) return;
    const auto found = table_[key].value<bool>();
    if (!found) Fail(key, fmt::format("\"{}\" must be true or false", key), "write true or false");
    *value = *found;
  }

  void Read(std::string_view key, std::vector<std::string>* values) const {
    if (!Has(key)) return;
    const toml::array* array = table_[key].as_array();
    if (array == nullptr) Fail(key, fmt::format("\"{}\" must be a list", key), "[\"...\"]");
    values->clear();
    for (const auto& node : *array) {
      const auto text = node.value<std::string>();
      if (!text) Fail(key, fmt::format("\"{}\" must hold strings", key), "put them in quotes");
      values->push_back(*text);
    }
  }

 private:
  const toml::table& table_;
  std::string file_, name_;
};

}  // namespace cria::app
