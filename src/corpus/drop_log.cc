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

namespace {

uint64_t HashOf(const Document& document) {
  return Hash64(document.meta.value("origin", document.id));
}

Json Facts(const Drop& drop) {
  Json json = {{"reason", drop.reason}, {"items", drop.items}, {"bytes", drop.bytes}};
  if (!drop.why.empty()) json["why"] = drop.why;
  if (!drop.file.empty()) json["file"] = drop.file;
  if (!drop.part.empty()) json["part"] = drop.part;
  return json;
}

}  // namespace

bool DropLog::Wants(std::string_view reason, const Document& document) const {
  if (samples_ == 0) return false;
  const auto kept = kept_.find(reason);
  if (kept == kept_.end() || kept->second.size() < samples_) return true;
  return HashOf(document) <= kept->second.rbegin()->hash;
}

void DropLog::Add(const Drop& drop, const Document& document) {
  counts_[std::string(drop.reason)] += {drop.items, drop.bytes};
  const bool wanted = Wants(drop.reason, document);
  if (!wanted && fates_ == nullptr) return;
  const Json facts = Facts(drop);
  if (fates_ != nullptr) {
    Json fate = {{"id", document.id}, {"origin", document.meta.value("origin", "")}};
    fate.update(facts);
    fates_->Write(fate.dump());
  }
  if (!wanted) return;
  std::string_view text = document.text;
  if (text.size() > kSampleBytes) {
    text = text.substr(0, CompleteUtf8Prefix(text.substr(0, kSampleBytes)));
  }
  Sample sample{
      HashOf(document),
      {document.id, std::string(text), document.source, document.language, document.meta}};
  sample.document.meta.update(facts);
  Keep(std::string(drop.reason), std::move(sample));
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
    const uint64_t hash = HashOf(document);
    Keep(reason, {hash, std::move(document)});
  }
}

}  // namespace cria::corpus
