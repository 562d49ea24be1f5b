// The stages of a corpus in order: read, duplicates, languages, hold-out, near-copies, write.
#include "corpus/build.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/units.h"
#include "corpus/collect.h"
#include "corpus/dedup.h"
#include "corpus/holdout.h"
#include "corpus/language.h"

namespace cria::corpus {
namespace {

// Goes up with every change that makes other shards from the same inputs.
constexpr int kPipelineVersion = 1;

constexpr int64_t kMinTrainingBytesPerLanguage = 5000;

std::string Digest(const Recipe& recipe, const std::vector<InputInfo>& inputs) {
  Json json = {{"pipeline", kPipelineVersion}, {"recipe", RecipeToJson(recipe)}};
  for (const InputInfo& input : inputs) {
    json["inputs"].push_back({input.source, input.name, input.version, input.sha256, input.files});
  }
  return Sha256Hex(json.dump());
}

constexpr char kStaging[] = ".build.tmp";

/// The corpus that stands in `dir` already and is what we would build, with all its shards.
bool IsCurrent(const fs::path& dir, const std::string& digest, Manifest* manifest) {
  if (!fs::exists(dir / "manifest.json")) return false;
  *manifest = ReadManifest(dir);
  if (manifest->digest != digest) return false;
  for (const SourceInfo& source : manifest->sources) {
    for (const ShardInfo* shard : {&source.train, &source.holdout}) {
      std::error_code error;
      const auto size = fs::file_size(dir / shard->path, error);
      if (error || static_cast<int64_t>(size) != shard->file_bytes) return false;
    }
  }
  return true;
}

void RequireOurs(const fs::path& dir) {
  if (!fs::exists(dir) || fs::is_empty(dir)) return;
  if (fs::is_directory(dir)) {
    if (fs::exists(dir / "manifest.json")) {
      ReadManifest(dir);  // throws when it is somebody else's
      return;
    }
    // A killed build leaves its staging folder; one killed before that, at most the lock.
    const bool ours =
        fs::exists(dir / kStaging) ||
        std::all_of(fs::directory_iterator(dir), fs::directory_iterator(), [](const auto& e) {
          const std::string name = e.path().filename().string();
          return name == kLockName || name.ends_with(".tmp");
        });
    if (ours) return;
  }
  throw Error("this folder holds something else than a corpus", dir.string(),
              "name a new or empty folder with --out");
}

// Labels every document and drops those whose text is in another language than was declared.
Json IdentifyLanguages(const Context& context, const Recipe& recipe, const fs::path& scratch,
                       std::vector<Draft>* drafts, Drops* drops) {
  std::map<std::string, int64_t> bytes;
  for (const Draft& draft : *drafts) {
    if (!draft.dropped && !draft.document.language.empty()) {
      bytes[draft.document.language] += static_cast<int64_t>(draft.document.text.size());
    }
  }
  std::erase_if(bytes,
                [](const auto& entry) { return entry.second < kMinTrainingBytesPerLanguage; });
  if (bytes.size() < 2) return Json::object();
  std::vector<LabelledText> texts;
  for (const Draft& draft : *drafts) {
    const Document& document = draft.document;
    if (!draft.dropped && bytes.contains(document.language))
      texts.push_back({document.text, document.language});
  }
  const LanguageIdentifier identifier(texts, scratch);
  std::vector<LanguageIdentifier::Guess> guesses(drafts->size());
  context.ParallelFor(static_cast<int64_t>(drafts->size()), [&](int64_t i) {
    if (!(*drafts)[i].code && !(*drafts)[i].dropped)
      guesses[i] = identifier.Identify((*drafts)[i].document.text);
  });
  for (size_t i = 0; i < drafts->size(); ++i) {
    Draft& draft = (*drafts)[i];
    std::string& language = draft.document.language;
    if (draft.code || draft.dropped ||
        guesses[i].confidence < recipe.filters.min_language_confidence)
      continue;
    const Source& source = recipe.sources[static_cast<size_t>(draft.source)];
    if (!language.empty() && bytes.contains(language) && guesses[i].language != language) {
      DropDraft(&draft, "language_mismatch", drops);
    } else if (language.empty()) {
      language = guesses[i].language;
      const auto& wanted = source.languages;
      if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), language) == wanted.end()) {
        DropDraft(&draft, "language_not_wanted", drops);
      }
    }
  }
  return identifier.report();
}

ShardInfo WriteShard(const fs::path& dir, Split split, const std::string& source,
                     const std::vector<const Document*>& documents) {
  ShardInfo info;
  info.path = fmt::format("{}/{}.jsonl.zst", SplitName(split), source);
  ZstdWriter writer(dir / info.path, 6);
  std::string buffer;
  for (const Document* document : documents) {
    buffer += ToJsonLine(*document);
    buffer += '\n';
    if (buffer.size() > (size_t{1} << 20)) {
      ThrowIfInterrupted();
      writer.Write(buffer);
      buffer.clear();
    }
    for (Count* count : {&info.text, &info.languages[document->language]}) {
      ++count->documents;
      count->bytes += static_cast<int64_t>(document->text.size());
    }
  }
  writer.Write(buffer);
  writer.Commit();
  info.file_bytes = static_cast<int64_t>(fs::file_size(dir / info.path));
  info.sha256 = Sha256File(dir / info.path);
  return info;
}

void WriteShards(const Context& context, const fs::path& dir, const std::vector<Draft>& drafts,
                 Manifest* manifest) {
  const size_t sources = manifest->sources.size();
  std::vector<std::vector<const Document*>> parts(2 * sources);
  for (const Draft& draft : drafts) {
    if (!draft.dropped)
      parts[2 * static_cast<size_t>(draft.source) + draft.holdout].push_back(&draft.document);
  }
  fs::create_directories(dir / "train");
  fs::create_directories(dir / "holdout");
  context.ParallelFor(static_cast<int64_t>(parts.size()), [&](int64_t i) {
    SourceInfo& source = manifest->sources[static_cast<size_t>(i / 2)];
    const Split split = i % 2 == 0 ? Split::kTrain : Split::kHoldout;
    (split == Split::kTrain ? source.train : source.holdout) =
        WriteShard(dir, split, source.name, parts[static_cast<size_t>(i)]);
  });
}

void RequireText(const std::vector<Draft>& drafts, const Recipe& recipe, const Drops& drops) {
  std::vector<bool> has(recipe.sources.size(), false);
  for (const Draft& draft : drafts) {
    if (!draft.dropped && !draft.holdout) has[static_cast<size_t>(draft.source)] = true;
  }
  for (size_t s = 0; s < has.size(); ++s) {
    if (has[s]) continue;
    std::string reasons;
    for (const auto& [reason, count] : drops[s])
      reasons += fmt::format(" {} {}", count.documents, reason);
    throw Error(fmt::format("no text is left of source \"{}\": dropped{}", recipe.sources[s].name,
                            reasons.empty() ? " nothing, the files are empty" : reasons),
                "recipe " + recipe.name,
                "give it other files, or change the filters in [corpus.filters]");
  }
}

// Removes the shards that an earlier manifest lists and this one does not. Files that no manifest
// of ours names are never touched.
void RemoveOldShards(const fs::path& dir, const Manifest& old, const Manifest& fresh) {
  std::set<std::string> kept;
  for (const SourceInfo& source : fresh.sources) {
    kept.insert(source.train.path);
    kept.insert(source.holdout.path);
  }
  for (const SourceInfo& source : old.sources) {
    for (const std::string& path : {source.train.path, source.holdout.path}) {
      std::error_code ignored;
      if (!path.empty() && !kept.contains(path)) fs::remove(dir / path, ignored);
    }
  }
}

// Puts finished shards in the place of what stands there. Only while the files are renamed is the
// folder without a manifest.
void Publish(const fs::path& staging, const fs::path& dir, const Manifest& manifest) {
  const bool replaces = fs::exists(dir / "manifest.json");
  const Manifest old = replaces ? ReadManifest(dir) : Manifest();
  fs::remove(dir / "manifest.json");
  RemoveOldShards(dir, old, manifest);
  for (const SourceInfo& source : manifest.sources) {
    for (const std::string& path : {source.train.path, source.holdout.path}) {
      fs::create_directories((dir / path).parent_path());
      fs::rename(staging / path, dir / path);
    }
  }
  WriteManifest(dir, manifest);
}

// The folder that new shards are written to; what is left of it goes with the build.
struct Staging {
  explicit Staging(const fs::path& path) : folder(path) {
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  ~Staging() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  Staging(const Staging&) = delete;
  const fs::path folder;
};

}  // namespace

std::string CorpusDigest(const Context& context, const Recipe& recipe,
                         const BuildOptions& options) {
  return Digest(recipe, FindFiles(context, recipe, options).inputs);
}

Manifest BuildCorpus(const Context& context, const Recipe& recipe, const fs::path& out_dir,
                     const BuildOptions& options) {
  RequireOurs(out_dir);
  const FileSet set = FindFiles(context, recipe, options);
  Manifest manifest;
  const std::string digest = Digest(recipe, set.inputs);
  if (!options.force && IsCurrent(out_dir, digest, &manifest)) {
    context.Log(LogLevel::kInfo,
                "Corpus: nothing changed, " + out_dir.string() + " is used as it is");
    return manifest;
  }
  fs::create_directories(out_dir);
  const DirectoryLock lock(out_dir);
  RequireFreeSpace(out_dir, int64_t{64} << 20);

  Drops drops(recipe.sources.size());
  std::vector<Count> read;
  std::vector<Draft> drafts = ReadDrafts(context, recipe, set, options.progress, &read, &drops);
  ThrowIfInterrupted();
  manifest = Manifest{recipe.name, options.program_version, recipe.seed,         digest, {},
                      set.inputs,  Json::object(),          RecipeToJson(recipe)};
  context.Log(
      LogLevel::kInfo,
      fmt::format("Corpus: {} documents read; duplicates, languages, hold-out", drafts.size()));
  // Before languages are learned: an untranslated page is a duplicate of the English one, and would
  // teach the wrong label.
  DropDuplicates(context, recipe.filters, &drafts, &drops);
  ThrowIfInterrupted();
  manifest.language_id = IdentifyLanguages(context, recipe, out_dir, &drafts, &drops);
  ThrowIfInterrupted();
  ChooseHoldout(recipe, &drafts);
  DropNearCopies(context, recipe.filters, &drafts, &drops);
  RequireText(drafts, recipe, drops);
  ThrowIfInterrupted();

  for (size_t s = 0; s < recipe.sources.size(); ++s) {
    const Source& source = recipe.sources[s];
    SourceInfo info;
    info.name = source.name;
    info.kind = SourceKindName(source.kind);
    info.licence = source.licence;
    info.weight = source.weight;
    info.proportion = source.proportion;
    info.read = read[s];
    info.drops = drops[s];
    manifest.sources.push_back(std::move(info));
  }
  const Staging staging(out_dir / kStaging);
  WriteShards(context, staging.folder, drafts, &manifest);
  Publish(staging.folder, out_dir, manifest);
  return manifest;
}

}  // namespace cria::corpus
