// The corpus part of the TOML file; every fault names its line.
#include "corpus/recipe.h"

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>
#include <set>

#include "base/error.h"
#include "corpus/language.h"

namespace cria::corpus {
namespace {

constexpr std::pair<SourceKind, const char*> kSourceKinds[] = {
    {SourceKind::kPages, "pages"},
    {SourceKind::kBooks, "books"},
    {SourceKind::kEncyclopedia, "encyclopedia"},
    {SourceKind::kDictionary, "dictionary"},
    {SourceKind::kDocumentation, "documentation"},
    {SourceKind::kCode, "code"},
    {SourceKind::kManual, "manual"},
    {SourceKind::kQuestions, "questions"},
    {SourceKind::kOther, "other"},
};
constexpr std::pair<ReaderKind, const char*> kReaderKinds[] = {
    {ReaderKind::kAuto, "auto"},         {ReaderKind::kText, "text"},
    {ReaderKind::kMarkdown, "markdown"}, {ReaderKind::kHtml, "html"},
    {ReaderKind::kXml, "xml"},           {ReaderKind::kMan, "man"},
    {ReaderKind::kDict, "dict"},         {ReaderKind::kFortune, "fortune"},
    {ReaderKind::kSword, "sword"},       {ReaderKind::kGettext, "gettext"},
    {ReaderKind::kCode, "code"},         {ReaderKind::kJsonLines, "jsonl"},
};

/// Reads one table with checks; every fault names file and line.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string where, std::string name)
      : table_(table), where_(std::move(where)), name_(std::move(name)) {}

  [[noreturn]] void Fail(const std::string& what, const std::string& remedy) const {
    throw Error(what, fmt::format("{}:{} in {}", where_, table_.source().begin.line, name_),
                remedy);
  }

  void AllowOnly(std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, node] : table_) {
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) {
        Fail(fmt::format("unknown key \"{}\"", key.str()),
             fmt::format("known keys are: {}", fmt::join(keys, ", ")));
      }
    }
  }

  bool Has(std::string_view key) const { return table_.contains(key); }

  std::string String(std::string_view key, const std::string& otherwise = "") const {
    if (!Has(key)) return otherwise;
    const auto value = table_[key].value<std::string>();
    if (!value) Fail(fmt::format("\"{}\" must be a string", key), "put it in quotes");
    return *value;
  }

  double Number(std::string_view key, double otherwise, double low, double high) const {
    if (!Has(key)) return otherwise;
    const auto value = table_[key].value<double>();
    if (!value || !(*value >= low && *value <= high)) {
      Fail(fmt::format("\"{}\" must be a number from {} to {}", key, low, high),
           "change the value");
    }
    return *value;
  }

  std::vector<std::string> Strings(std::string_view key) const {
    std::vector<std::string> values;
    if (!Has(key)) return values;
    if (const auto one = table_[key].value<std::string>()) return {*one};
    const toml::array* array = table_[key].as_array();
    if (array == nullptr) Fail(fmt::format("\"{}\" must be a list of strings", key), "[\"...\"]");
    for (const auto& node : *array) {
      const auto value = node.value<std::string>();
      if (!value) Fail(fmt::format("\"{}\" must hold strings only", key), "put them in quotes");
      values.push_back(*value);
    }
    return values;
  }

  template <class Kind, size_t N>
  Kind Choice(std::string_view key, const std::pair<Kind, const char*> (&choices)[N],
              Kind otherwise) const {
    if (!Has(key)) return otherwise;
    const std::string name = String(key);
    std::string known;
    for (const auto& [kind, text] : choices) {
      if (name == text) return kind;
      known += fmt::format("{}{}", known.empty() ? "" : ", ", text);
    }
    Fail(fmt::format("unknown {} \"{}\"", key, name), fmt::format("choose one of: {}", known));
  }

  const toml::table& table() const { return table_; }

 private:
  const toml::table& table_;
  std::string where_, name_;
};

bool IsPackageName(const std::string& name) {
  return name.size() >= 2 && std::isalnum(static_cast<unsigned char>(name[0])) &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+-.") == std::string::npos;
}

Input ParseInput(const TableReader& in, const fs::path& folder, const std::string& licence) {
  Input input;
  input.debian = in.Strings("debian");
  input.path_text = in.String("path");
  if (input.debian.empty() == input.path_text.empty()) {
    in.Fail("an input needs either \"debian\" or \"path\"", "name packages, or a folder or file");
  }
  for (const std::string& package : input.debian) {
    if (!IsPackageName(package)) in.Fail("not a package name: " + package, "write it as apt does");
  }
  if (!input.path_text.empty()) {
    input.path = fs::weakly_canonical(fs::absolute(folder / input.path_text));
  }
  input.files = in.Strings("files");
  input.exclude = in.Strings("exclude");
  input.reader = in.Choice("reader", kReaderKinds, ReaderKind::kAuto);
  input.language = in.String("language");
  if (!input.language.empty() && input.language != "path" && !IsLanguageCode(input.language)) {
    in.Fail("unknown language \"" + input.language + "\"",
            "use a two-letter code such as en, or \"path\" where folders are named by language");
  }
  input.charset = in.String("charset");
  input.licence = in.String("licence", licence);
  return input;
}

Source ParseSource(const toml::table& table, const fs::path& folder, const std::string& where) {
  TableReader in(table, where, "[[source]]");
  in.AllowOnly({"name", "kind", "weight", "licence", "languages", "input", "debian", "path",
                "files", "exclude", "reader", "language", "charset"});
  Source source;
  source.name = in.String("name");
  if (source.name.empty() ||
      source.name.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") !=
          std::string::npos) {
    in.Fail("a source needs a name of letters, digits, '-' and '_'", "name = \"books\"");
  }
  source.kind = in.Choice("kind", kSourceKinds, SourceKind::kOther);
  source.weight = in.Number("weight", 1, 1e-9, 1e9);
  source.licence = in.String("licence");
  source.languages = in.Strings("languages");
  for (const std::string& code : source.languages) {
    if (!IsLanguageCode(code)) in.Fail("unknown language \"" + code + "\"", "use codes such as en");
  }
  if (in.Has("debian") || in.Has("path")) {
    source.inputs.push_back(ParseInput(in, folder, source.licence));
  }
  if (in.Has("input")) {
    const toml::array* inputs = table["input"].as_array();
    if (inputs == nullptr) in.Fail("\"input\" must be tables", "write [[source.input]]");
    for (const auto& node : *inputs) {
      if (!node.is_table()) in.Fail("\"input\" must be tables", "write [[source.input]]");
      TableReader input(*node.as_table(), where, "[[source.input]] of " + source.name);
      input.AllowOnly(
          {"debian", "path", "files", "exclude", "reader", "language", "charset", "licence"});
      source.inputs.push_back(ParseInput(input, folder, source.licence));
    }
  }
  if (source.inputs.empty()) in.Fail("source has no input", "give \"debian\" or \"path\"");
  return source;
}

void ParseCorpusTable(const toml::table& table, const std::string& where, Recipe* recipe) {
  TableReader corpus(table, where, "[corpus]");
  corpus.AllowOnly({"holdout", "filters"});
  if (const toml::table* node = table["holdout"].as_table()) {
    TableReader in(*node, where, "[corpus.holdout]");
    in.AllowOnly({"share", "min_bytes", "max_bytes"});
    Holdout& h = recipe->holdout;
    h.share = in.Number("share", h.share, 0, 0.5);
    h.min_bytes = static_cast<int64_t>(in.Number("min_bytes", double(h.min_bytes), 0, 1e12));
    h.max_bytes = static_cast<int64_t>(in.Number("max_bytes", double(h.max_bytes), 0, 1e12));
    if (h.max_bytes < h.min_bytes) in.Fail("max_bytes is below min_bytes", "raise max_bytes");
  }
  if (const toml::table* node = table["filters"].as_table()) {
    TableReader in(*node, where, "[corpus.filters]");
    in.AllowOnly({"min_document_bytes", "max_document_bytes", "min_duplicate_bytes",
                  "near_copy_share", "min_language_confidence"});
    Filters& f = recipe->filters;
    const auto bytes = [&](const char* key, int64_t now, double low) {
      return static_cast<int64_t>(in.Number(key, double(now), low, 1e12));
    };
    f.min_document_bytes = bytes("min_document_bytes", f.min_document_bytes, 1);
    f.max_document_bytes = bytes("max_document_bytes", f.max_document_bytes, 1000);
    f.min_duplicate_bytes = bytes("min_duplicate_bytes", f.min_duplicate_bytes, 1);
    f.near_copy_share = in.Number("near_copy_share", f.near_copy_share, 0, 1);
    f.min_language_confidence =
        in.Number("min_language_confidence", f.min_language_confidence, 0, 1);
  }
}

}  // namespace

const char* SourceKindName(SourceKind kind) { return kSourceKinds[static_cast<int>(kind)].second; }
const char* ReaderKindName(ReaderKind kind) { return kReaderKinds[static_cast<int>(kind)].second; }

Recipe ParseRecipe(std::string_view text, const fs::path& folder, const std::string& where) {
  toml::table root;
  try {
    root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw Error(std::string(error.description()),
                fmt::format("{}:{}", where, error.source().begin.line), "correct the TOML there");
  }
  TableReader in(root, where, "the recipe");
  Recipe recipe;
  recipe.name = in.String("name", "corpus");
  recipe.seed = static_cast<uint64_t>(in.Number("seed", 1, 0, 9e15));
  if (const toml::table* table = root["corpus"].as_table())
    ParseCorpusTable(*table, where, &recipe);
  const toml::array* sources = root["source"].as_array();
  if (sources == nullptr) return recipe;
  std::set<std::string> names;
  double sum = 0;
  for (const auto& node : *sources) {
    if (!node.is_table()) throw Error("\"source\" must be tables", where, "write [[source]]");
    recipe.sources.push_back(ParseSource(*node.as_table(), folder, where));
    sum += recipe.sources.back().weight;
    if (!names.insert(recipe.sources.back().name).second) {
      throw Error("two sources are named " + recipe.sources.back().name, where, "rename one");
    }
  }
  for (Source& source : recipe.sources) source.proportion = source.weight / sum;
  return recipe;
}

Recipe ReadRecipe(const fs::path& path) {
  return ParseRecipe(ReadFile(path), fs::absolute(path).parent_path(), path.string());
}

void RequireSources(const Recipe& recipe, const fs::path& path) {
  if (!recipe.sources.empty()) return;
  throw Error("the recipe names no source", path.string(),
              "add a [[source]] table (docs/formats/recipe.md)");
}

Json RecipeToJson(const Recipe& recipe) {
  Json json = {{"name", recipe.name}, {"seed", recipe.seed}};
  json["holdout"] = {{"share", recipe.holdout.share},
                     {"min_bytes", recipe.holdout.min_bytes},
                     {"max_bytes", recipe.holdout.max_bytes}};
  const Filters& f = recipe.filters;
  json["filters"] = {{"min_document_bytes", f.min_document_bytes},
                     {"max_document_bytes", f.max_document_bytes},
                     {"min_duplicate_bytes", f.min_duplicate_bytes},
                     {"near_copy_share", f.near_copy_share},
                     {"min_language_confidence", f.min_language_confidence}};
  json["sources"] = Json::array();
  for (const Source& source : recipe.sources) {
    Json entry = {{"name", source.name},       {"kind", SourceKindName(source.kind)},
                  {"weight", source.weight},   {"proportion", source.proportion},
                  {"licence", source.licence}, {"languages", source.languages}};
    entry["inputs"] = Json::array();
    for (const Input& input : source.inputs) {
      entry["inputs"].push_back({{"debian", input.debian},
                                 {"path", input.path_text},
                                 {"files", input.files},
                                 {"exclude", input.exclude},
                                 {"reader", ReaderKindName(input.reader)},
                                 {"language", input.language},
                                 {"charset", input.charset},
                                 {"licence", input.licence}});
    }
    json["sources"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace cria::corpus
