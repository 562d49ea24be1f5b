// Readers that name file and line, and the template rule.
#include "eval/task_records.h"

#include <algorithm>
#include <charconv>

#include "base/compressed_file.h"
#include "base/error.h"

namespace cria::eval {

namespace {

constexpr const char* kRestore = "restore the file from its source, or correct the task";

void RequireType(const Json& value, Json::value_t type, const std::string& what,
                 const std::string& where) {
  if (value.type() == type) return;
  throw Error(fmt::format("{} is {}, not {}", what, value.dump().substr(0, 40),
                          type == Json::value_t::array ? "a list" : "an object"),
              where, kRestore);
}

// TriviaQA's form.
std::vector<Record> ReadJsonData(const fs::path& path) {
  std::vector<Record> records;
  const Json json = ReadJson(path);
  for (const Json& fields : ListField(json, "Data", path.string())) {
    std::string where = fmt::format("{}, record {}", path.string(), records.size() + 1);
    RequireType(fields, Json::value_t::object, "the record", where);
    records.push_back({fields, std::move(where)});
  }
  return records;
}

}  // namespace

std::vector<Record> ReadJsonLines(const fs::path& path) {
  if (path.extension() == ".json") return ReadJsonData(path);
  std::vector<Record> records;
  TextReader reader(path);
  std::string line;
  for (int64_t number = 1; reader.NextLine(&line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    std::string where = fmt::format("{}:{}", path.string(), number);
    Json fields = ParseJson(line, where);
    if (!fields.is_object()) {
      throw Error("the line holds no JSON object", where, "restore the file from its source");
    }
    records.push_back({std::move(fields), std::move(where)});
  }
  return records;
}

std::vector<int64_t> ReadLabels(const fs::path& path) {
  std::vector<int64_t> labels;
  TextReader reader(path);
  std::string line;
  for (int64_t number = 1; reader.NextLine(&line); ++number) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty()) continue;
    int64_t label = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), label);
    if (error != std::errc() || end != line.data() + line.size()) {
      throw Error(fmt::format("\"{}\" is no label", line.substr(0, 40)),
                  fmt::format("{}:{}", path.string(), number), "restore the file from its source");
    }
    labels.push_back(label);
  }
  return labels;
}

const Json& Field(const Json& fields, const std::string& path, const std::string& where) {
  const Json* at = &fields;
  for (size_t begin = 0; begin < path.size();) {
    const size_t dot = std::min(path.find('.', begin), path.size());
    const std::string name = path.substr(begin, dot - begin);
    if (!at->is_object() || !at->contains(name)) {
      throw Error(fmt::format("there is no field \"{}\"", path), where, kRestore);
    }
    at = &(*at)[name];
    begin = dot + 1;
  }
  return *at;
}

const Json& ListField(const Json& fields, const std::string& path, const std::string& where) {
  const Json& value = Field(fields, path, where);
  RequireType(value, Json::value_t::array, fmt::format("the field \"{}\"", path), where);
  return value;
}

const Json& ObjectField(const Json& fields, const std::string& path, const std::string& where) {
  const Json& value = Field(fields, path, where);
  RequireType(value, Json::value_t::object, fmt::format("the field \"{}\"", path), where);
  return value;
}

std::string TextOf(const Json& value, const std::string& where) {
  if (value.is_string()) return value.get<std::string>();
  throw Error(fmt::format("{} stands where a text has to be", value.dump().substr(0, 40)), where,
              kRestore);
}

std::string TextField(const Json& fields, const std::string& path, const std::string& where) {
  return TextOf(Field(fields, path, where), where);
}

std::string FillIn(const std::string& text, const Json& fields, const std::string& where) {
  std::string filled;
  for (size_t at = 0; at < text.size();) {
    const size_t open = std::min(text.find('{', at), text.size());
    filled.append(text, at, open - at);
    if (open == text.size()) break;
    const size_t close = text.find('}', open);
    if (close == std::string::npos) {
      throw Error(fmt::format("\"{}\" has a {{ without }}", text), where, "correct the task");
    }
    const std::string inside = text.substr(open + 1, close - open - 1);
    const size_t colon = std::min(inside.find(':'), inside.size());
    const Json& value = Field(fields, inside.substr(0, colon), where);
    std::string part = value.is_string() ? value.get<std::string>() : value.dump();
    if (inside.substr(colon) == ":capital") {
      for (size_t i = 0; i < part.size(); ++i) {
        const bool small = part[i] >= 'a' && part[i] <= 'z',
                   large = part[i] >= 'A' && part[i] <= 'Z';
        if (i == 0 ? small : large) part[i] ^= 0x20;
      }
    } else if (colon < inside.size()) {
      throw Error(fmt::format("\"{}\" is no way to write a field", inside), where,
                  "correct the task");
    }
    filled += part;
    at = close + 1;
  }
  return filled;
}

}  // namespace cria::eval
