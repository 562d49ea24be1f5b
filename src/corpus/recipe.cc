// The corpus part of the TOML file; every fault names its line.
#include "corpus/recipe.h"

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "corpus/file_list.h"
#include "corpus/language.h"
#include "corpus/quality/perplexity.h"

namespace cria::corpus {
namespace {

constexpr std::pair<SourceKind, const char*> kSourceKinds[] = {
    {SourceKind::kWeb, "web"},
    {SourceKind::kPages, "pages"},
    {SourceKind::kBooks, "books"},
    {SourceKind::kEncyclopedia, "encyclopedia"},
    {SourceKind::kDictionary, "dictionary"},
    {SourceKind::kDocumentation, "documentation"},
    {SourceKind::kCode, "code"},
    {SourceKind::kManual, "manual"},
    {SourceKind::kQuestions, "questions"},
    {SourceKind::kPapers, "papers"},
    {SourceKind::kOther, "other"},
};
constexpr std::pair<ReaderKind, const char*> kReaderKinds[] = {
    {ReaderKind::kAuto, "auto"},
    {ReaderKind::kText, "text"},
    {ReaderKind::kMarkdown, "markdown"},
    {ReaderKind::kHtml, "html"},
    {ReaderKind::kXml, "xml"},
    {ReaderKind::kMan, "man"},
    {ReaderKind::kDict, "dict"},
    {ReaderKind::kFortune, "fortune"},
    {ReaderKind::kSword, "sword"},
    {ReaderKind::kGettext, "gettext"},
    {ReaderKind::kCode, "code"},
    {ReaderKind::kJsonLines, "jsonl"},
    {ReaderKind::kWebArchive, "warc"},
    {ReaderKind::kWebPage, "webpage"},
    {ReaderKind::kMediaWiki, "mediawiki"},
    {ReaderKind::kArxiv, "arxiv"},
    {ReaderKind::kStackExchange, "stackexchange"},
    {ReaderKind::kRepositories, "repositories"},
};
constexpr std::pair<DuplicateRule, const char*> kDuplicateRules[] = {
    {DuplicateRule::kNone, "none"},
    {DuplicateRule::kDocuments, "documents"},
    {DuplicateRule::kParagraphs, "paragraphs"},
    {DuplicateRule::kLines, "lines"},
    {DuplicateRule::kLinesOnce, "lines-once"},
};

// Of C4 one document keeps each line; CCNet removes all copies.
DuplicateRule UsualRule(SourceKind kind, bool c4) {
  if (c4) return DuplicateRule::kLinesOnce;
  if (kind == SourceKind::kWeb) return DuplicateRule::kLines;
  switch (kind) {
    // Dialogue, quotations and formulas repeat; only whole copies go.
    case SourceKind::kCode:
    case SourceKind::kBooks:
    case SourceKind::kEncyclopedia:
    case SourceKind::kPapers:
    case SourceKind::kQuestions:
      return DuplicateRule::kDocuments;
    default:
      return DuplicateRule::kParagraphs;
  }
}

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

  /// A table below this one, or null.
  const toml::table* Table(std::string_view key) const {
    if (!Has(key)) return nullptr;
    const toml::table* table = table_[key].as_table();
    if (table == nullptr)
      Fail(fmt::format("\"{}\" must be a table", key), "write [...] and its keys");
    return table;
  }

  bool Bool(std::string_view key, bool otherwise) const {
    if (!Has(key)) return otherwise;
    const auto value = table_[key].value<bool>();
    if (!value) Fail(fmt::format("\"{}\" must be true or false", key), "write it without quotes");
    return *value;
  }

  /// A file or folder that exists; relative to `folder`.
  fs::path Path(std::string_view key, const fs::path& folder) const {
    if (String(key).empty()) Fail(fmt::format("\"{}\" is missing", key), "name a file or folder");
    const fs::path path = fs::weakly_canonical(fs::absolute(folder / String(key)));
    if (!fs::exists(path))
      Fail(fmt::format("\"{}\": there is no {}", key, path.string()), "correct the path");
    return path;
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
  in.AllowOnly({"name",      "kind",     "weight",        "licence",         "languages",
                "input",     "debian",   "path",          "files",           "exclude",
                "reader",    "language", "charset",       "duplicates",      "c4",
                "bad_words", "keep",     "min_reference", "near_duplicates", "overlap"});
  Source source;
  source.name = in.String("name");
  if (source.name.empty() ||
      source.name.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") !=
          std::string::npos) {
    in.Fail("a source needs a name of letters, digits, '-' and '_'", "name = \"books\"");
  }
  source.kind = in.Choice("kind", kSourceKinds, SourceKind::kOther);
  source.c4 = in.Bool("c4", false);
  source.duplicates = in.Choice("duplicates", kDuplicateRules, UsualRule(source.kind, source.c4));
  if (in.Has("bad_words")) source.bad_words = in.Path("bad_words", folder);
  source.keep = in.Strings("keep");
  for (const std::string& bucket : source.keep) {
    if (bucket != "head" && bucket != "middle" && bucket != "tail" && bucket != "all") {
      in.Fail("unknown bucket \"" + bucket + "\"", "choose of head, middle, tail, all");
    }
  }
  source.near_duplicates = in.Number("near_duplicates", 0, 0, 0.99);
  source.overlap = in.Number("overlap", source.kind == SourceKind::kBooks ? 0.9 : 0, 0, 0.999);
  source.min_reference = in.Number("min_reference", 0, 0, 1);
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

void ParseCorpusTable(const toml::table& table, const fs::path& folder, const std::string& where,
                      Recipe* recipe) {
  TableReader corpus(table, where, "[corpus]");
  corpus.AllowOnly({"holdout", "filters", "models", "contamination"});
  if (const toml::table* node = corpus.Table("contamination")) {
    TableReader in(*node, where, "[corpus.contamination]");
    in.AllowOnly({"path", "remove"});
    recipe->contamination = {in.Path("path", folder), in.Bool("remove", false)};
  }
  if (const toml::table* node = corpus.Table("models")) {
    TableReader in(*node, where, "[corpus.models]");
    in.AllowOnly({"language", "perplexity", "cutoffs", "reference"});
    Models& m = recipe->models;
    if (in.Has("language")) m.language = in.Path("language", folder);
    if (in.Has("perplexity")) m.perplexity = in.Path("perplexity", folder);
    if (in.Has("cutoffs")) m.cutoffs = in.Path("cutoffs", folder);
    if (in.Has("reference")) m.reference = in.Path("reference", folder);
  }
  if (const toml::table* node = corpus.Table("holdout")) {
    TableReader in(*node, where, "[corpus.holdout]");
    in.AllowOnly({"share", "min_bytes", "max_bytes"});
    Holdout& h = recipe->holdout;
    h.share = in.Number("share", h.share, 0, 0.1);
    h.min_bytes = static_cast<int64_t>(in.Number("min_bytes", double(h.min_bytes), 0, 1e12));
    h.max_bytes = static_cast<int64_t>(in.Number("max_bytes", double(h.max_bytes), 0, 1e12));
    if (h.max_bytes < h.min_bytes) in.Fail("max_bytes is below min_bytes", "raise max_bytes");
  }
  if (const toml::table* node = corpus.Table("filters")) {
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

// What a source asks of models that the recipe does not name would do nothing.
void RequireModels(const Recipe& recipe, const Source& source, const std::string& where) {
  const auto fail = [&](const char* key, const char* model) {
    throw Error(fmt::format("source \"{}\" has \"{}\", and the recipe names no model for it",
                            source.name, key),
                where, fmt::format("name one as \"{}\" in [corpus.models]", model));
  };
  if (!source.keep.empty() && recipe.models.perplexity.empty()) fail("keep", "perplexity");
  if (source.min_reference > 0 && recipe.models.reference.empty()) {
    fail("min_reference", "reference");
  }
}

}  // namespace

bool Source::LanguagesAreHints() const {
  return kind == SourceKind::kWeb && std::all_of(inputs.begin(), inputs.end(),
                                                 [](const Input& i) { return i.language.empty(); });
}

bool Source::Wants(const std::string& language) const {
  return languages.empty() ||
         std::find(languages.begin(), languages.end(), language) != languages.end();
}

const char* SourceKindName(SourceKind kind) { return kSourceKinds[static_cast<int>(kind)].second; }
const char* ReaderKindName(ReaderKind kind) { return kReaderKinds[static_cast<int>(kind)].second; }

Recipe ParseRecipe(std::string_view text, const fs::path& folder, const std::string& where) {
  // The parser recurses into every dot of a key.
  constexpr std::ptrdiff_t kMaxDots = 1000;
  int64_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    ++number;
    if (std::count(line.begin(), line.end(), '.') > kMaxDots) {
      throw Error("a line of more than 1000 dots", fmt::format("{}:{}", where, number),
                  "write lists over several lines");
    }
  }
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
  if (const toml::table* table = in.Table("corpus"))
    ParseCorpusTable(*table, folder, where, &recipe);
  const toml::array* sources = root["source"].as_array();
  if (sources == nullptr) {
    if (in.Has("source")) in.Fail("\"source\" must be tables", "write [[source]]");
    return recipe;
  }
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
  for (Source& source : recipe.sources) {
    source.proportion = source.weight / sum;
    RequireModels(recipe, source, where);
  }
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

namespace {

// Of the names and contents of all files below.
std::string FolderDigest(const fs::path& folder) {
  Sha256 digest;
  for (const std::string& file : ListFiles(folder, {}, {})) {
    digest.Update(fmt::format("{} {}\n", file, Sha256File(folder / file)));
  }
  return digest.Hex();
}

}  // namespace

Json JudgeModelsToJson(const Models& models) {
  Json json = ModelsToJson(models);
  json.erase("cutoffs");
  return json;
}

Json ModelsToJson(const Models& models) {
  Json json = Json::object();
  const auto add = [&](const char* name, const fs::path& file) {
    if (!file.empty()) json[name] = Sha256File(file);
  };
  add("language", models.language);
  add("cutoffs", models.cutoffs);
  add("reference", models.reference);
  if (models.perplexity.empty()) return json;
  for (const fs::path& file : PerplexityModelFiles(models.perplexity)) {
    json["perplexity"][fs::relative(file, models.perplexity).string()] = Sha256File(file);
  }
  return json;
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
  json["models"] = ModelsToJson(recipe.models);
  if (!recipe.contamination.path.empty()) {
    json["contamination"] = {{"files", FolderDigest(recipe.contamination.path)},
                             {"remove", recipe.contamination.remove}};
  }
  json["sources"] = Json::array();
  for (const Source& source : recipe.sources) {
    Json entry = {{"name", source.name},
                  {"kind", SourceKindName(source.kind)},
                  {"weight", source.weight},
                  {"proportion", source.proportion},
                  {"licence", source.licence},
                  {"languages", source.languages},
                  {"duplicates", DuplicateRuleName(source.duplicates)},
                  {"c4", source.c4},
                  {"keep", source.keep},
                  {"min_reference", source.min_reference},
                  {"near_duplicates", source.near_duplicates},
                  {"overlap", source.overlap}};
    if (!source.bad_words.empty()) entry["bad_words"] = Sha256File(source.bad_words);
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
