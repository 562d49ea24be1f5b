// Counts as JSON, and the bounded sets of samples.
#include "corpus/drop_log.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/utf8.h"

namespace cria::corpus {

Json CountToJson(const Count& count) {
  return {{"documents", count.documents}, {"bytes", count.bytes}};
}

Count CountFromJson(const Json& json, const std::string& where) {
  return {JsonGet<int64_t>(json, "documents", where), JsonGet<int64_t>(json, "bytes", where)};
}

Json CountsToJson(const Counts& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts) json[name] = CountToJson(count);
  return json;
}

Counts CountsFromJson(const Json& json, const std::string& where) {
  Counts counts;
  for (const auto& [name, count] : json.items()) counts[name] = CountFromJson(count, where);
  return counts;
}

void DropLog::Add(std::string_view reason, int64_t items, int64_t bytes) {
  counts_[std::string(reason)] += {items, bytes};
}

void DropLog::Add(std::string_view reason, const Document& document) {
  AddFate(reason, document, 1, static_cast<int64_t>(document.text.size()));
  const std::string name(reason);
  const uint64_t hash = Hash64(document.meta.value("origin", document.id));
  const std::set<Sample>& kept = kept_[name];
  if (kept.size() >= samples_ && (samples_ == 0 || hash > kept.rbegin()->hash)) return;
  Sample sample{hash, document};
  std::string& text = sample.document.text;
  if (text.size() > kSampleBytes) {
    text.resize(CompleteUtf8Prefix(std::string_view(text).substr(0, kSampleBytes)));
  }
  sample.document.meta["reason"] = name;
  Keep(name, std::move(sample));
}

void DropLog::AddParts(std::string_view reason, const Document& document, int64_t items,
                       int64_t bytes) {
  AddFate(reason, document, items, bytes);
}

void DropLog::AddFate(std::string_view reason, const Document& document, int64_t items,
                      int64_t bytes) {
  Add(reason, items, bytes);
  if (samples_ == 0) return;
  fates_ += Json({{"id", document.id},
                  {"origin", document.meta.value("origin", "")},
                  {"reason", reason},
                  {"items", items},
                  {"bytes", bytes}})
                .dump() +
            "\n";
}

void DropLog::Keep(const std::string& reason, Sample sample) {
  std::set<Sample>& kept = kept_[reason];
  kept.insert(std::move(sample));
  if (kept.size() > samples_) kept.erase(std::prev(kept.end()));
}

void DropLog::Merge(const DropLog& other) {
  AddCounts(&counts_, other.counts_);
  for (const auto& [reason, kept] : other.kept_) {
    for (const Sample& sample : kept) Keep(reason, sample);
  }
}

std::vector<Document> DropLog::Samples() const {
  std::vector<Document> documents;
  for (const auto& [reason, kept] : kept_) {
    for (const Sample& sample : kept) documents.push_back(sample.document);
  }
  return documents;
}

void DropLog::Restore(const Counts& counts, std::vector<Document> samples) {
  AddCounts(&counts_, counts);
  for (Document& document : samples) {
    const std::string reason = document.meta.value("reason", "");
    const uint64_t hash = Hash64(document.meta.value("origin", document.id));
    Keep(reason, {hash, std::move(document)});
  }
}

}  // namespace cria::corpus
