// Documents and their attributes walked side by side.
#include "corpus/write_stage.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"

namespace cria::corpus {
namespace {

constexpr int kCompression = 6;
constexpr size_t kBufferBytes = size_t{1} << 20;

const Source& SourceOf(const Recipe& recipe, int source) {
  return recipe.sources[static_cast<size_t>(source)];
}

// One shard on its way.
class ShardWriter {
 public:
  ShardWriter(const fs::path& folder, Split split, const std::string& source, int64_t number)
      : folder_(folder) {
    shard_.path = fmt::format("{}/{}-{:05}.jsonl.zst", SplitName(split), source, number);
    fs::create_directories((folder / shard_.path).parent_path());
  }

  void Write(const Document& document) {
    if (writer_ == nullptr) {
      writer_ = std::make_unique<ZstdWriter>(folder_ / shard_.path, kCompression);
    }
    buffer_ += ToJsonLine(document);
    buffer_ += '\n';
    const Count count = {1, static_cast<int64_t>(document.text.size())};
    shard_.text += count;
    languages_[document.language] += count;
    if (buffer_.size() > kBufferBytes) {
      writer_->Write(buffer_);
      buffer_.clear();
    }
  }

  SplitInfo Finish() {
    if (writer_ == nullptr) return {};
    writer_->Write(buffer_);
    writer_->Commit();
    static_cast<FileInfo&>(shard_) = DescribeFile(folder_, shard_.path);
    return {shard_.text, languages_, {shard_}};
  }

 private:
  fs::path folder_;
  ShardInfo shard_;
  Counts languages_;
  std::string buffer_;
  std::unique_ptr<ZstdWriter> writer_;  // a shard without a document is no file
};

// False if the document goes.
bool DropNearCopies(const Recipe& recipe, SourceKind kind, const NearCopies& near_copies,
                    Document* document, DropLog* drops) {
  if (near_copies.empty()) return true;
  const auto unit = kind == SourceKind::kCode        ? NearCopies::Unit::kText
                    : kind == SourceKind::kQuestions ? NearCopies::Unit::kTitled
                                                     : NearCopies::Unit::kParagraph;
  NearCopies::Verdict verdict = near_copies.Judge(document->text, unit);
  if (verdict.document) {
    drops->Add("near_copy_document", *document);
    return false;
  }
  if (verdict.paragraphs == 0) return true;
  drops->Add({"near_copy_paragraph", verdict.paragraphs, verdict.bytes}, *document);
  document->text = std::move(verdict.kept);
  if (static_cast<int64_t>(document->text.size()) >= recipe.filters.min_document_bytes) return true;
  drops->Add("short_after_dedup", *document);
  return false;
}

// What the models said stays with the document.
void AddMeasures(const Attributes& attributes, const Decision& decision, Json* meta) {
  if (attributes.perplexity) {
    (*meta)["perplexity"] = std::round(*attributes.perplexity * 10) / 10;
    (*meta)["bucket"] = decision.bucket;
  }
  if (attributes.reference) (*meta)["reference"] = std::round(*attributes.reference * 1000) / 1000;
}

fs::path NearPath(const fs::path& folder, const std::string& key) {
  return folder / (key + ".json");
}

std::unordered_set<int64_t> NearDuplicatesOf(const Choices& choices, const std::string& key) {
  const fs::path path = NearPath(choices.near_duplicates, key);
  if (choices.near_duplicates.empty() || !fs::exists(path)) return {};
  const auto list = JsonGet<std::vector<int64_t>>(ReadJson(path), "documents", path.string());
  return {list.begin(), list.end()};
}

// False if the document gives evaluation items away and shall not.
bool LookForItems(const Recipe& recipe, const Choices& choices, const Document& document,
                  ShardRecord* record) {
  if (choices.contamination == nullptr) return true;
  std::vector<ContaminationHit> hits = choices.contamination->Scan(document.text);
  if (hits.empty()) return true;
  const bool gives_away = !choices.contamination->ItemsIn(hits).empty();
  record->found.push_back({document.id, std::move(hits)});
  if (!recipe.contamination.remove || !gives_away) return true;
  record->drops.Add("contaminated", document);
  return false;
}

void Measure(const Attributes& attributes, const Document& document, Histograms* measures) {
  const auto add = [&](const char* measure, double value) {
    ++(*measures)[measure][HistogramBin(measure, value)];
  };
  add("bytes", static_cast<double>(document.text.size()));
  if (attributes.perplexity) add("perplexity", *attributes.perplexity);
  if (attributes.reference) add("reference", *attributes.reference);
}

Json FoundToJson(const std::vector<FoundItems>& found) {
  Json list = Json::array();
  for (const FoundItems& items : found) {
    Json hits = Json::array();
    for (const ContaminationHit& h : items.hits) {
      hits.push_back({h.text, h.word, h.words, h.begin, h.end});
    }
    list.push_back({{"document", items.document}, {"hits", std::move(hits)}});
  }
  return list;
}

template <class T>
T HitNumber(const Json& hit, size_t i, const std::string& where) {
  if (hit.is_array() && hit.size() == 5) {
    if (const auto number = WholeNumber<T>(hit[i])) return *number;
  }
  throw Error("a hit of an evaluation item is no five numbers", where, "build the corpus again");
}

std::vector<FoundItems> FoundFromJson(const Json& list, const std::string& where) {
  std::vector<FoundItems> found;
  for (const Json& entry : list) {
    FoundItems items{JsonGet<std::string>(entry, "document", where), {}};
    for (const Json& h : JsonGet<Json>(entry, "hits", where)) {
      items.hits.push_back({HitNumber<int32_t>(h, 0, where), HitNumber<int32_t>(h, 1, where),
                            HitNumber<int32_t>(h, 2, where), HitNumber<uint32_t>(h, 3, where),
                            HitNumber<uint32_t>(h, 4, where)});
    }
    found.push_back(std::move(items));
  }
  return found;
}

fs::path RecordPath(const fs::path& staging, const Recipe& recipe, const ShardPlan& plan) {
  return staging / fmt::format("{}-{:05}.json", SourceOf(recipe, plan.source).name, plan.number);
}

Json SplitToRecord(const SplitInfo& split) {
  if (split.shards.empty()) return nullptr;
  const ShardInfo& shard = split.shards[0];
  Json json = FileToJson(shard);
  json["text"] = CountToJson(shard.text);
  json["languages"] = CountsToJson(split.languages);
  return json;
}

SplitInfo SplitFromRecord(const Json& json, const std::string& where) {
  if (json.is_null()) return {};
  const ShardInfo shard{FileFromJson(json, where),
                        CountFromJson(JsonGet<Json>(json, "text", where), where)};
  return {shard.text, CountsFromJson(JsonGet<Json>(json, "languages", where), where), {shard}};
}

// Whether the files of a record are in the staging folder or in the corpus above it.
bool IsThere(const ShardRecord& record, const fs::path& staging) {
  std::vector<const FileInfo*> files = {&record.fates};
  for (const SplitInfo* split : {&record.train, &record.holdout}) {
    for (const ShardInfo& shard : split->shards) files.push_back(&shard);
  }
  return std::all_of(files.begin(), files.end(), [&](const FileInfo* file) {
    const bool staged = fs::exists(staging / file->path);
    const fs::path path = (staged ? staging : staging.parent_path()) / file->path;
    return fs::exists(path) && Sha256File(path) == file->sha256;
  });
}

void WriteRecord(const fs::path& path, const ShardRecord& record) {
  Json samples = Json::array();
  for (const Document& sample : record.drops.Samples()) samples.push_back(ToJsonLine(sample));
  WriteJson(path, {{"train", SplitToRecord(record.train)},
                   {"holdout", SplitToRecord(record.holdout)},
                   {"fates", FileToJson(record.fates)},
                   {"drops", CountsToJson(record.drops.counts())},
                   {"measures", HistogramsToJson(record.measures)},
                   {"found", FoundToJson(record.found)},
                   {"samples", std::move(samples)}});
}

ShardRecord ReadRecord(const fs::path& path) {
  const std::string where = path.string();
  const Json json = ReadJson(path);
  ShardRecord record;
  record.train = SplitFromRecord(json.value("train", Json()), where);
  record.holdout = SplitFromRecord(json.value("holdout", Json()), where);
  record.fates = FileFromJson(JsonGet<Json>(json, "fates", where), where);
  record.measures = HistogramsFromJson(JsonGet<Json>(json, "measures", where), where);
  record.found = FoundFromJson(JsonGet<Json>(json, "found", where), where);
  std::vector<Document> samples;
  for (const Json& line : JsonGet<Json>(json, "samples", where)) {
    samples.push_back(FromJsonLine(line.get<std::string>(), where));
  }
  record.drops.Restore(CountsFromJson(JsonGet<Json>(json, "drops", where), where),
                       std::move(samples));
  return record;
}

// Takes the documents of one part after the other to where they belong.
struct PartWriter {
  const Recipe& recipe;
  const Choices& choices;
  ShardWriter train, holdout;
  ShardRecord* record;

  void Write(const Part& part, const Stage& judged, const std::string& key) {
    const Source& source = SourceOf(recipe, part.source);
    const auto& held_out = choices.holdout[static_cast<size_t>(part.source)];
    const std::unordered_set<int64_t> near = NearDuplicatesOf(choices, key);
    DocumentReader documents = judged.Documents(key);
    AttributesReader reader = judged.AttributesOf(key);
    Document document;
    Attributes attributes;
    int64_t i = 0;
    for (; documents.Next(&document); ++i) {
      ThrowIfInterrupted();
      if (!reader.Next(&attributes) || attributes.id != document.id) throw DamagedStage(key);
      const Decision decision = Decide(recipe, source, attributes, choices.measures);
      if (decision.drop != nullptr || near.contains(i)) {
        record->drops.Add(decision.drop != nullptr ? decision.drop : "near_duplicate", document);
        continue;
      }
      document.language = decision.language;
      AddMeasures(attributes, decision, &document.meta);
      if (held_out.contains(HoldoutHash(document.id, recipe.seed))) {
        holdout.Write(document);
      } else if (DropNearCopies(recipe, source.kind, choices.near_copies, &document,
                                &record->drops) &&
                 LookForItems(recipe, choices, document, record)) {
        Measure(attributes, document, &record->measures);
        train.Write(document);
      }
    }
    if (i != judged.Kept(key).documents) throw DamagedStage(key);
  }
};

}  // namespace

void WriteNearDuplicates(const fs::path& folder, const std::string& key,
                         const std::vector<int64_t>& documents) {
  WriteJson(NearPath(folder, key), {{"documents", documents}});
}

std::vector<ShardPlan> PlanShards(const std::vector<Part>& parts,
                                  const std::vector<int64_t>& kept_bytes, int64_t shard_bytes) {
  std::vector<ShardPlan> plans;
  int64_t bytes = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool same = !plans.empty() && plans.back().source == parts[i].source;
    if (!same || bytes >= shard_bytes) {
      plans.push_back({parts[i].source, same ? plans.back().number + 1 : 0, {}});
      bytes = 0;
    }
    plans.back().parts.push_back(static_cast<int64_t>(i));
    bytes += kept_bytes[i];
  }
  return plans;
}

void AddPerplexities(const Recipe& recipe, const Part& part, const Stage& judged,
                     const std::string& key, const Measures& measures,
                     std::map<std::string, PerplexityHistogram>* histograms) {
  if (SourceOf(recipe, part.source).keep.empty()) return;
  Source all = SourceOf(recipe, part.source);  // as if it kept every bucket
  all.keep.clear();
  all.min_reference = 0;
  AttributesReader reader = judged.AttributesOf(key);
  Attributes attributes;
  while (reader.Next(&attributes)) {
    const Decision decision = Decide(recipe, all, attributes, measures);
    const bool counts =
        decision.drop == nullptr && attributes.perplexity && !decision.language.empty();
    if (!counts) continue;
    (*histograms)[decision.language].Add(*attributes.perplexity);
  }
}

void OfferForHoldout(const Recipe& recipe, const Part& part, const Stage& judged,
                     const std::string& key, const Choices& choices,
                     HoldoutCandidates* candidates) {
  const std::unordered_set<int64_t> near = NearDuplicatesOf(choices, key);
  AttributesReader reader = judged.AttributesOf(key);
  Attributes attributes;
  for (int64_t i = 0; reader.Next(&attributes); ++i) {
    const Decision decision =
        Decide(recipe, SourceOf(recipe, part.source), attributes, choices.measures);
    if (decision.drop != nullptr || near.contains(i)) continue;
    candidates->Offer(HoldoutHash(attributes.id, recipe.seed), attributes.bytes);
  }
}

void CollectHeldOut(const Recipe& recipe, const Part& part, const Stage& judged,
                    const std::string& key, const Choices& choices, NearCopies* near_copies) {
  const auto& held_out = choices.holdout[static_cast<size_t>(part.source)];
  if (held_out.empty()) return;
  bool any = false;  // the attributes are small: the texts of parts without one are not opened
  AttributesReader reader = judged.AttributesOf(key);
  Attributes attributes;
  while (!any && reader.Next(&attributes)) {
    any = held_out.contains(HoldoutHash(attributes.id, recipe.seed));
  }
  if (!any) return;
  DocumentReader documents = judged.Documents(key);
  Document document;
  while (documents.Next(&document)) {
    if (held_out.contains(HoldoutHash(document.id, recipe.seed))) {
      near_copies->HoldOut(document.text);
    }
  }
}

ShardRecord ReadShardRecord(const Recipe& recipe, const ShardPlan& plan, const fs::path& staging) {
  return ReadRecord(RecordPath(staging, recipe, plan));
}

ShardRecord WriteShards(const Recipe& recipe, const JudgedParts& judged, const ShardPlan& plan,
                        const Choices& choices, const fs::path& staging) {
  const fs::path record_path = RecordPath(staging, recipe, plan);
  if (fs::exists(record_path)) {
    ShardRecord record = ReadRecord(record_path);
    if (IsThere(record, staging)) return record;
  }
  const std::string& name = SourceOf(recipe, plan.source).name;
  ShardRecord record;
  record.fates.path = FatesName(name, plan.number);
  fs::create_directories((staging / record.fates.path).parent_path());
  PartWriter writer{recipe,
                    choices,
                    {staging, Split::kTrain, name, plan.number},
                    {staging, Split::kHoldout, name, plan.number},
                    &record};
  FateWriter fates(staging / record.fates.path);
  record.drops.WriteFatesTo(&fates);
  for (const int64_t index : plan.parts) {
    const Part& part = judged.parts[static_cast<size_t>(index)];
    CRIA_CHECK(part.source == plan.source);
    const std::string& key = judged.keys[static_cast<size_t>(index)];
    fates.Append(judged.texts.Fates(part.key));
    fates.Append(judged.stage.Fates(key));
    writer.Write(part, judged.stage, key);
  }
  record.drops.WriteFatesTo(nullptr);
  record.train = writer.train.Finish();
  record.holdout = writer.holdout.Finish();
  fates.Commit();
  record.fates = DescribeFile(staging, record.fates.path);
  WriteRecord(record_path, record);
  return record;
}

}  // namespace cria::corpus
