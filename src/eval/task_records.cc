// Readers that name file and line, and the template rule.
#include "eval/task_records.h"

#include <algorithm>
#include <charconv>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/utf8.h"

namespace cria::eval {

namespace {

// TriviaQA's form.
std::vector<Record> ReadJsonData(const fs::path& path) {
  std::vector<Record> records;
  const Json json = ReadJson(path);
  for (const Json& fields : Field(json, "Data", path.string())) {
    records.push_back({fields, fmt::format("{}, record {}", path.string(), records.size() + 1)});
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

namespace {

// One row of CSV from `at` on, which moves behind its line end; counts lines.
std::vector<std::string> NextCsvRow(const std::string& text, size_t* at, int64_t* line,
                                    const std::string& where) {
  std::vector<std::string> row(1);
  bool quoted = false;
  const int64_t first = *line;
  for (; *at < text.size(); ++*at) {
    const char c = text[*at];
    *line += c == '\n';
    if (quoted) {
      if (c != '"') {
        row.back() += c;
      } else if (*at + 1 < text.size() && text[*at + 1] == '"') {
        row.back() += '"';
        ++*at;
      } else {
        quoted = false;
      }
    } else if (c == '"' && row.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      row.emplace_back();
    } else if (c == '\n') {
      ++*at;
      return row;
    } else if (c != '\r') {
      row.back() += c;
    }
  }
  if (quoted) {
    throw Error("a quoted field does not end", fmt::format("{}:{}", where, first),
                "restore the file from its source");
  }
  return row;
}

}  // namespace

std::vector<Record> ReadCsv(const fs::path& path, const std::vector<std::string>& columns) {
  const std::string text = TextReader(path).ReadAll(int64_t{1} << 30);
  std::vector<Record> records;
  int64_t line = 1;
  for (size_t at = 0; at < text.size();) {
    std::string where = fmt::format("{}:{}", path.string(), line);
    const std::vector<std::string> row = NextCsvRow(text, &at, &line, path.string());
    if (row.size() == 1 && row[0].empty()) continue;
    if (row.size() != columns.size()) {
      throw Error(fmt::format("the row has {} fields, not {}", row.size(), columns.size()), where,
                  "restore the file from its source");
    }
    Json fields = Json::object();
    for (size_t i = 0; i < row.size(); ++i) {
      if (!IsValidUtf8(row[i])) {
        throw Error("the row is not UTF-8", where, "convert the file, or restore it");
      }
      fields[columns[i]] = row[i];
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
      throw Error(fmt::format("there is no field \"{}\"", path), where,
                  "restore the file from its source, or correct the task");
    }
    at = &(*at)[name];
    begin = dot + 1;
  }
  return *at;
}

std::string TextOf(const Json& value, const std::string& where) {
  if (value.is_string()) return value.get<std::string>();
  throw Error(fmt::format("{} stands where a text has to be", value.dump().substr(0, 40)), where,
              "restore the file from its source, or correct the task");
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
