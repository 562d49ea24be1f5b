// Told apart by name, then by fields.
#include "eval/grading/toxicity_labels.h"

#include <charconv>
#include <functional>
#include <optional>

#include "base/ascii.h"
#include "base/compressed_file.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/utf8.h"
#include "eval/csv_table.h"
#include "eval/task_records.h"

namespace cria::eval {
namespace {

constexpr size_t kMaxLineBytes = size_t{64} << 20;

struct KnownForm {
  const char *text, *label, *name;
};
constexpr KnownForm kKnownForms[] = {
    {"comment_text", "toxic", "Jigsaw Toxic Comment Classification"},
    {"comment_text", "toxicity", "Civil Comments"},
    {"comment_text", "target", "Civil Comments, Jigsaw Unintended Bias"},
    {"text", "toxicity", "Civil Comments"},
    {"text", "toxic", "Jigsaw Toxic Comment Classification"},
    {"prompt.text", "prompt.toxicity",
     "RealToxicityPrompts, whose labels are scores of PerspectiveAPI in 2020"},
};

// ".csv" of train.csv.gz
std::string KindOf(const fs::path& path) {
  return LowerAscii(fs::path(UnpackedName(path.native())).extension().string());
}

bool IsJsonLines(const std::string& kind) {
  return kind == ".jsonl" || kind == ".ndjson" || kind == ".json";
}

// The fields named, or the first known pair for which `has` holds; says which in file->form.
LabelFields FindFields(const LabelFields& named, const std::string& where, LabelledFile* file,
                       const std::function<bool(const std::string&)>& has) {
  if (named.text.empty() != named.label.empty()) {
    throw Error("the fields of text and label are named together or not at all",
                "--text-field, --label-field", "give both");
  }
  if (!named.text.empty()) {
    for (const std::string& field : {named.text, named.label}) {
      if (!has(field)) {
        throw Error(fmt::format("there is no field \"{}\"", field), where,
                    "name one that is there with --text-field and --label-field");
      }
    }
    file->form = fmt::format("{}, {}", named.text, named.label);
    return named;
  }
  for (const KnownForm& known : kKnownForms) {
    if (!has(known.text) || !has(known.label)) continue;
    file->form = fmt::format("{}, {} ({})", known.text, known.label, known.name);
    return {known.text, known.label};
  }
  throw Error("its fields are none of the sets that are known", where,
              "name the fields of text and label with --text-field and --label-field");
}

// A field by its path; null where it is not.
const Json* FindField(const Json& fields, const std::string& path) {
  const Json* at = &fields;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t dot = std::min(path.find('.', begin), path.size());
    const std::string name = path.substr(begin, dot - begin);
    if (!at->is_object() || !at->contains(name)) return nullptr;
    at = &(*at)[name];
    begin = dot + 1;
  }
  return at;
}

// Empty where there is none.
std::optional<double> LabelOf(const Json& label, const std::string& where) {
  double value = -2;
  if (label.is_null()) return std::nullopt;
  if (label.is_boolean()) return label.get<bool>() ? 1.0 : 0.0;
  if (label.is_number()) value = label.get<double>();
  if (label.is_string()) {
    const std::string text = LowerAscii(Trimmed(label.get_ref<const std::string&>()));
    if (text.empty()) return std::nullopt;
    if (text == "true" || text == "false") return text == "true" ? 1.0 : 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) value = -2;
  }
  if (value == -1) return std::nullopt;
  if (value >= 0 && value <= 1) return value;
  throw Error(fmt::format("{} is no label from 0 (clean) to 1 (toxic)", label.dump().substr(0, 40)),
              where, "name the right field with --label-field, or correct the file");
}

// Calls `use` for every line that is not blank.
void ForEachLine(
    const fs::path& path,
    const std::function<void(const std::string& line, const std::string& where)>& use) {
  TextReader reader(path);
  std::string line;
  for (int64_t number = 1; reader.NextLine(&line, kMaxLineBytes); ++number) {
    if (number % 1024 == 0) ThrowIfInterrupted();
    std::string where = fmt::format("{}:{}", path.string(), number);
    if (line.size() > kMaxLineBytes) {
      throw Error(fmt::format("the line has {} bytes", reader.line_bytes()), where,
                  "give one text a line");
    }
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (Trimmed(line).empty()) continue;
    if (!IsValidUtf8(line)) {
      throw Error("the line is not UTF-8", where, "convert the file, or restore it");
    }
    use(line, where);
  }
}

}  // namespace

Json LabelledFile::ToJson() const {
  return {{"name", name},   {"sha256", sha256}, {"bytes", bytes},          {"form", form},
          {"toxic", toxic}, {"clean", clean},   {"unlabelled", unlabelled}};
}

void LabelledTexts::AddRow(std::string text, const Json& label, const std::string& where,
                           LabelledFile* file) {
  const std::optional<double> value = LabelOf(label, where);
  if (!value) {
    ++file->unlabelled;
    return;
  }
  const bool toxic = *value >= threshold_;
  ++(toxic ? file->toxic : file->clean);
  texts_.push_back({std::move(text), toxic});
}

void LabelledTexts::AddClass(const fs::path& path, bool toxic, const std::string& text_field) {
  LabelledFile file;
  const bool json_lines = IsJsonLines(KindOf(path));
  file.form = fmt::format("{}, all {}", json_lines ? text_field : "one text a line",
                          toxic ? "toxic" : "clean");
  ForEachLine(path, [&](const std::string& line, const std::string& where) {
    std::string text = line;
    if (json_lines) {
      const Json json = ParseJson(line, where);
      text = json.is_string() ? json.get<std::string>() : TextField(json, text_field, where);
    }
    ++(toxic ? file.toxic : file.clean);
    texts_.push_back({std::move(text), toxic});
  });
  Close(path, std::move(file));
}

void LabelledTexts::AddTable(const fs::path& path, LabelFields fields, LabelledFile* file) {
  CsvTable table(path);
  fields = FindFields(fields, table.where(), file,
                      [&](const std::string& field) { return table.Find(field).has_value(); });
  const size_t text = *table.Find(fields.text), label = *table.Find(fields.label);
  int64_t rows = 0;
  for (std::vector<std::string> row; table.NextRow(&row);) {
    if (++rows % 1024 == 0) ThrowIfInterrupted();
    AddRow(std::move(row[text]), Json(std::move(row[label])), table.where(), file);
  }
}

void LabelledTexts::AddJsonLines(const fs::path& path, LabelFields fields, LabelledFile* file) {
  ForEachLine(path, [&](const std::string& line, const std::string& where) {
    const Json json = ParseJson(line, where);
    if (file->form.empty()) {
      fields = FindFields(fields, where, file, [&](const std::string& field) {
        return FindField(json, field) != nullptr;
      });
    }
    AddRow(TextField(json, fields.text, where), Field(json, fields.label, where), where, file);
  });
}

void LabelledTexts::AddLabelled(const fs::path& path, const LabelFields& fields) {
  LabelledFile file;
  const std::string kind = KindOf(path);
  if (kind == ".csv" || kind == ".tsv") {
    AddTable(path, fields, &file);
  } else if (IsJsonLines(kind)) {
    AddJsonLines(path, fields, &file);
  } else {
    throw Error("a file with labels is called .csv, .tsv or .jsonl", path.string(),
                "rename it, or convert it to one of them");
  }
  Close(path, std::move(file));
}

void LabelledTexts::Close(const fs::path& path, LabelledFile file) {
  if (file.toxic + file.clean == 0) {
    throw Error(fmt::format("there is no text with a label in it ({} without)", file.unlabelled),
                path.string(), "name a file that is not empty");
  }
  file.name = path.filename().string();
  file.bytes = static_cast<int64_t>(fs::file_size(path));
  file.sha256 = Sha256File(path);
  files_.push_back(std::move(file));
}

}  // namespace cria::eval
