// Readers of JSON, lines and comma-separated values that want only the strings.
#include "corpus/duplicates/evaluation_items.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"
#include "corpus/duplicates/folded_text.h"

namespace cria::corpus {
namespace {

constexpr int64_t kMaxFileBytes = int64_t{1} << 30;

bool IsLongEnough(std::string_view text) {
  if (text.size() < static_cast<size_t>(2 * kMinEvaluationWords - 1)) return false;
  int64_t words = 0;
  ForEachWord(text, [&](uint64_t, size_t, size_t) { ++words; });
  return words >= kMinEvaluationWords;
}

class ItemMaker {
 public:
  ItemMaker(const std::string& set, EvaluationItems* items) : set_(set), items_(items) {}

  void AddText(const std::string& field, std::string_view text) {
    if (!IsLongEnough(text)) return;
    texts_.push_back({field, RepairUtf8(text)});
  }

  // Depth is at most kMaxJsonDepth. Keys count too: TruthfulQA has its answers there.
  void AddJson(const std::string& field, const Json& json) {
    if (json.is_string()) {
      AddText(field, json.get_ref<const std::string&>());
    } else if (json.is_array()) {
      for (size_t i = 0; i < json.size(); ++i) AddJson(fmt::format("{}[{}]", field, i), json[i]);
    } else if (json.is_object()) {
      for (const auto& [key, value] : json.items()) {
        AddText(field, key);
        AddJson(field.empty() ? key.substr(0, 64) : field + "." + key.substr(0, 64), value);
      }
    }
  }

  void EndRecord(int64_t record) {
    if (!texts_.empty()) items_->items.push_back({set_, record, std::move(texts_)});
    texts_.clear();
  }

 private:
  const std::string& set_;
  EvaluationItems* items_;
  std::vector<EvaluationText> texts_;
};

template <class Take>
void ForEachLine(std::string_view bytes, const Take& take) {
  int64_t number = 0;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    std::string_view line = bytes.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    take(line, ++number);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
}

void ReadJsonLines(std::string_view bytes, EvaluationItems* items, ItemMaker* maker) {
  ForEachLine(bytes, [&](std::string_view line, int64_t number) {
    if (line.find_first_not_of(" \t") == line.npos) return;
    const Json json = TryParseJson(line);
    items->bad_records += json.is_discarded();
    if (!json.is_discarded()) maker->AddJson("", json);
    maker->EndRecord(number);
  });
}

void ReadWholeJson(std::string_view bytes, EvaluationItems* items, ItemMaker* maker) {
  const Json json = TryParseJson(bytes);
  items->bad_records += json.is_discarded();
  if (json.is_discarded()) return;
  const Json* records = &json;
  if (json.is_object())  // {"Data": [...], "Version": ...}
    for (const auto& [key, value] : json.items())
      if (value.is_array() && !value.empty() && value[0].is_object() && records == &json)
        records = &value;
  if (!records->is_array()) {
    maker->AddJson("", json);
    maker->EndRecord(1);
    return;
  }
  for (size_t i = 0; i < records->size(); ++i) {
    maker->AddJson("", (*records)[i]);
    maker->EndRecord(static_cast<int64_t>(i) + 1);
  }
}

// RFC 4180; a quote that is never closed takes the rest.
void ReadCsv(std::string_view bytes, ItemMaker* maker) {
  int64_t row = 1;
  int column = 1;
  std::string field;
  const auto end_field = [&] {
    maker->AddText(fmt::format("column {}", column++), field);
    field.clear();
  };
  for (size_t i = 0; i < bytes.size();) {
    if (bytes[i] == '"' && field.empty()) {
      for (++i; i < bytes.size(); ++i) {
        if (bytes[i] != '"') {
          field += bytes[i];
        } else if (i + 1 < bytes.size() && bytes[i + 1] == '"') {
          field += bytes[++i];
        } else {
          break;
        }
      }
      ++i;
    } else if (bytes[i] == ',') {
      end_field();
      ++i;
    } else if (bytes[i] == '\n') {
      end_field();
      maker->EndRecord(row++);
      column = 1;
      ++i;
    } else {
      field += bytes[i++];
    }
  }
  end_field();
  maker->EndRecord(row);
}

void ReadLines(std::string_view bytes, ItemMaker* maker) {
  ForEachLine(bytes, [&](std::string_view line, int64_t number) {
    maker->AddText("", line);
    maker->EndRecord(number);
  });
}

void ReadTabs(std::string_view bytes, ItemMaker* maker) {
  ForEachLine(bytes, [&](std::string_view line, int64_t number) {
    for (int column = 1;; ++column) {
      const size_t tab = std::min(line.find('\t'), line.size());
      maker->AddText(fmt::format("column {}", column), line.substr(0, tab));
      if (tab == line.size()) break;
      line.remove_prefix(tab + 1);
    }
    maker->EndRecord(number);
  });
}

}  // namespace

bool ReadEvaluationFile(std::string_view bytes, const std::string& set, EvaluationItems* items) {
  std::string name = set;
  for (const std::string_view packed : {".gz", ".zst"})
    if (name.ends_with(packed)) name.resize(name.size() - packed.size());
  const std::string kind = fs::path(name).extension().string();
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  ItemMaker maker(set, items);
  if (kind == ".jsonl")
    ReadJsonLines(bytes, items, &maker);
  else if (kind == ".json")
    ReadWholeJson(bytes, items, &maker);
  else if (kind == ".csv")
    ReadCsv(bytes, &maker);
  else if (kind == ".tsv")
    ReadTabs(bytes, &maker);
  else if (kind == ".txt")
    ReadLines(bytes, &maker);
  else
    return false;
  ++items->files;
  return true;
}

EvaluationItems ReadEvaluationFolder(const fs::path& folder) {
  std::error_code failed;
  std::vector<std::string> names;
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed))
    if (at->is_regular_file(failed))
      names.push_back(at->path().lexically_relative(folder).generic_string());
  if (failed)
    throw Error("cannot list the evaluation sets: " + failed.message(), folder.string(),
                "name a folder with .jsonl, .json, .csv, .tsv or .txt files");
  std::sort(names.begin(), names.end());
  EvaluationItems items;
  for (const std::string& name : names) {
    EvaluationItems nothing;
    if (!ReadEvaluationFile("", name, &nothing)) continue;  // of another kind: not even opened
    ReadEvaluationFile(TextReader(folder / name).ReadAll(kMaxFileBytes), name, &items);
  }
  if (items.items.empty())
    throw Error(
        "no evaluation text in the folder", folder.string(),
        fmt::format("it needs .jsonl, .json, .csv, .tsv or .txt files with strings of {} or "
                    "more words",
                    kMinEvaluationWords));
  return items;
}

}  // namespace cria::corpus
