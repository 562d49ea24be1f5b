// The corpus part of a recipe file (docs/formats/recipe.md): which texts, in which proportions, how
// they are cleaned and what is held out. Other tables of the file belong to other rooms and are not
// looked at here.
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "corpus/duplicates/units.h"

namespace cria::corpus {

/// What a source is, in the sense of the paper's Table 1. Decides the filters (code has its own).
enum class SourceKind {
  kWeb,  ///< a crawl: CCNet's rules for duplicates
  kPages,
  kBooks,
  kEncyclopedia,
  kDictionary,
  kDocumentation,
  kCode,
  kManual,
  kQuestions,
  kPapers,  ///< LaTeX: formulas are no noise
  kOther,
};
const char* SourceKindName(SourceKind kind);

/// How files become text. kAuto goes by the file's name.
enum class ReaderKind {
  kAuto,
  kText,
  kMarkdown,
  kHtml,
  kXml,      ///< DocBook, Mallard and the like
  kMan,      ///< manual pages, man(7) and mdoc(7)
  kDict,     ///< dictd: .dict or .dict.dz beside its .index
  kFortune,  ///< quotations between lines of '%'
  kSword,    ///< SWORD zText folder: chapters of a book in verses
  kGettext,  ///< .mo: long translated entries
  kCode,
  kJsonLines,      ///< {"text": ...} or {"content": ...} per line
  kWebArchive,     ///< WARC and WET files of crawls
  kWebPage,        ///< the main text of a page of the web
  kMediaWiki,      ///< XML dumps of Wikipedia
  kArxiv,          ///< LaTeX sources: bulk tars, bundles, single files
  kStackExchange,  ///< Posts.xml
  kRepositories,   ///< folders or archives of source repositories
};
const char* ReaderKindName(ReaderKind kind);

/// A folder, a file, or Debian packages; which files in it, and how they are read.
struct Input {
  std::vector<std::string> debian;   ///< package names; empty when `path` is set
  fs::path path;                     ///< absolute after parsing
  std::string path_text;             ///< as the recipe writes it; stands in documents' origins
  std::vector<std::string> files;    ///< globs below the root; empty: all that the reader knows
  std::vector<std::string> exclude;  ///< globs
  ReaderKind reader = ReaderKind::kAuto;
  std::string language;  ///< ISO code; "path": a folder's name says it; "": unknown
  std::string charset;   ///< of files that are not UTF-8; "": guessed
  std::string licence;
};

struct Source {
  std::string name;  ///< file name of its shards: letters, digits, '-', '_'
  SourceKind kind = SourceKind::kOther;
  double weight = 1;      ///< sampling weight as stated in the recipe
  double proportion = 0;  ///< weight / sum of weights
  std::string licence;    ///< for the report; those of the inputs stand in each document
  std::vector<std::string> languages;  ///< kept languages; empty: all
  DuplicateRule duplicates = DuplicateRule::kParagraphs;
  bool c4 = false;                ///< C4's rules for lines and pages (quality/c4.h)
  fs::path bad_words;             ///< their list of words, absolute; empty: none
  std::vector<std::string> keep;  ///< of head, middle, tail, all (quality/perplexity.h); empty: all
  double near_duplicates = 0;  ///< Jaccard similarity of shingles (duplicates/min_hash.h); 0: off
  double overlap = 0;  ///< share of a whole text that stands in another (duplicates/book_overlap.h)
  double min_reference = 0;  ///< probability of being cited by Wikipedia (quality/reference.h)
  std::vector<Input> inputs;

  /// Pages of a crawl declare what their template does; CCNet believes the classifier. What the
  /// recipe says of an input holds for any kind.
  bool LanguagesAreHints() const;
  bool Wants(const std::string& language) const;  ///< an entry of `languages`, or all are kept
};

struct Holdout {
  double share = 0.01;          ///< of the bytes of a source at most, its documents by hash; or
  int64_t min_bytes = 200'000;  ///< this if it is more, but never more than a tenth of the source
  int64_t max_bytes = 400'000;  ///< at most, per source
};

struct Filters {
  int64_t min_document_bytes = 200;
  int64_t max_document_bytes = 64'000;  ///< longer ones are cut at paragraphs
  int64_t min_duplicate_bytes = 32;     ///< shorter paragraphs (headings) are never duplicates
  double near_copy_share = 0.5;         ///< of a paragraph's shingles found in held-out text
  double min_language_confidence = 0.5;
};

/// Models that look at documents; absolute paths, empty where there is none.
struct Models {
  fs::path language;    ///< fastText file; without one, a model is trained on declared languages
  fs::path perplexity;  ///< folder of models by language
  fs::path cutoffs;     ///< CCNet's table; without one, the corpus's own percentiles 30 and 60
  fs::path reference;   ///< classifier
};

/// Evaluation sets that are looked for in the training part (duplicates/contamination.h).
struct Contamination {
  fs::path path;        ///< folder of the sets; empty: nobody looks
  bool remove = false;  ///< documents that give an item away go
};

struct Recipe {
  std::string name;
  uint64_t seed = 1;
  Holdout holdout;
  Filters filters;
  Models models;
  Contamination contamination;
  std::vector<Source> sources;
};

/// Parses and checks the corpus part; other tables are ignored. Relative paths are below the
/// recipe's folder. Faults throw Error with file and line.
Recipe ReadRecipe(const fs::path& path);
/// Throws Error where nothing is named to build a corpus from: a recipe may be of a model alone.
void RequireSources(const Recipe& recipe, const fs::path& path);
/// The same from text; `folder` is where relative paths start, `where` names it in errors.
Recipe ParseRecipe(std::string_view text, const fs::path& folder, const std::string& where);

/// The models by the digests of their files.
Json ModelsToJson(const Models& models);
/// Those that look at documents; not the limits that are applied afterwards.
Json JudgeModelsToJson(const Models& models);

/// All that decides the corpus, as JSON: stands in the manifest and decides whether to build again.
Json RecipeToJson(const Recipe& recipe);

}  // namespace cria::corpus
