// A walk over the files of all stages: slow for a large corpus, and needs no index.
#include "corpus/trace.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "corpus/stage.h"
#include "corpus/work_folder.h"

namespace cria::corpus {
namespace {

using Use = std::function<bool(const TraceStep&)>;

bool Fits(const std::string& query, const std::string& id, const std::string& origin) {
  return id.starts_with(query) || origin.find(query) != std::string::npos;
}

bool Holds(const Json& object, const char* name, const std::string& query) {
  return object.value(name, "").find(query) != std::string::npos;
}

bool Fits(const std::string& query, const Document& document) {
  return Fits(query, document.id, document.meta.value("origin", "")) ||
         Holds(document.meta, "url", query) || Holds(document.meta, "title", query);
}

Json Facts(const Document& document) {
  Json facts = {
      {"id", document.id}, {"bytes", document.text.size()}, {"language", document.language}};
  for (const auto& [name, value] : document.meta.items()) facts[name] = value;
  return facts;
}

bool TraceFates(TextReader reader, const std::string& query, const std::string& where,
                const Use& use) {
  std::string written = Json(query).dump();  // as it stands in a line of JSON
  written = written.substr(1, written.size() - 2);
  std::string line;
  for (int64_t number = 1; reader.NextLine(&line); ++number) {
    if (line.find(written) == std::string::npos) continue;
    const Json fate = ParseJson(line, fmt::format("{}:{}", where, number));
    const bool fits =
        Fits(query, fate.value("id", ""), fate.value("origin", "")) || Holds(fate, "why", query);
    if (fits && !use({fate.contains("file") ? "lost" : "touched", fate})) return false;
  }
  return true;
}

bool TraceTexts(const Stage& texts, const std::string& query, const Use& use) {
  Document document;
  for (const std::string& key : texts.Keys()) {
    ThrowIfInterrupted();
    DocumentReader reader = texts.Documents(key);
    while (reader.Next(&document)) {
      if (!Fits(query, document)) continue;
      Json facts = Facts(document);
      facts["key"] = key;
      if (!use({"read", facts})) return false;
    }
  }
  return true;
}

// `with_fates`: the corpus is of an older program, which left the fates of this stage here only.
bool TraceJudged(const Stage& judged, const std::string& query, bool with_fates, const Use& use) {
  Document document;
  Attributes attributes;
  for (const std::string& key : judged.Keys()) {
    ThrowIfInterrupted();
    if (with_fates && !TraceFates(judged.Fates(key), query, key, use)) return false;
    DocumentReader documents = judged.Documents(key);
    AttributesReader reader = judged.AttributesOf(key);
    while (documents.Next(&document) && reader.Next(&attributes)) {
      if (!Fits(query, document)) continue;
      Json facts = ParseJson(ToJsonLine(attributes), key);
      facts["origin"] = document.meta.value("origin", "");
      facts["key"] = key;
      if (!use({"judged", facts})) return false;
    }
  }
  return true;
}

bool TraceShards(const fs::path& corpus_dir, const SourceInfo& source, const std::string& query,
                 const Use& use) {
  for (int64_t shard = 0; shard < source.shards; ++shard) {
    const fs::path path = corpus_dir / FatesName(source.name, shard);
    if (fs::exists(path) && !TraceFates(TextReader(path), query, path.string(), use)) return false;
  }
  Document document;
  for (const Split split : {Split::kTrain, Split::kHoldout}) {
    for (const ShardInfo& shard : source.split(split).shards) {
      ThrowIfInterrupted();
      DocumentReader reader(corpus_dir / shard.path);
      for (int64_t line = 1; reader.Next(&document); ++line) {
        if (!Fits(query, document)) continue;
        Json facts = Facts(document);
        facts["split"] = SplitName(split);
        facts["shard"] = shard.path;
        facts["line"] = line;
        if (!use({"corpus", facts})) return false;
      }
    }
  }
  return true;
}

}  // namespace

void Trace(const fs::path& corpus_dir, const fs::path& work_dir, const std::string& query,
           const Use& use) {
  const Manifest manifest = ReadManifest(corpus_dir);
  const fs::path work = WorkPath(corpus_dir, work_dir);
  if (fs::exists(work / "texts") && !TraceTexts(Stage(work / "texts"), query, use)) return;
  const bool older = std::any_of(manifest.sources.begin(), manifest.sources.end(),
                                 [](const SourceInfo& s) { return s.dropped.path.empty(); });
  if (fs::exists(work / "judged") &&
      !TraceJudged(Stage(work / "judged", true), query, older, use)) {
    return;
  }
  for (const SourceInfo& source : manifest.sources) {
    if (!TraceShards(corpus_dir, source, query, use)) return;
  }
}

}  // namespace cria::corpus
