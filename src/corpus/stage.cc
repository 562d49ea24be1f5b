// Files of a stage, written under temporary names until the part is whole.
#include "corpus/stage.h"

#include <algorithm>

#include "base/error.h"
#include "corpus/work_folder.h"

namespace cria::corpus {
namespace {

// These files are read again a few times and then replaced: speed before size.
constexpr int kCompression = 1;
constexpr size_t kBufferBytes = size_t{1} << 20;

}  // namespace

Error DamagedStage(const std::string& key) {
  return Error("a part has other documents than were written", "part " + key,
               "remove the work folder and build again");
}

Stage::Stage(fs::path folder, bool has_attributes)
    : folder_(std::move(folder)), has_attributes_(has_attributes) {
  fs::create_directories(folder_);
}

fs::path Stage::Path(const std::string& key, const char* what) const {
  return folder_ / (key + what + ".jsonl.zst");
}

bool Stage::Has(const std::string& key) const { return fs::exists(RecordPath(key)); }

Count Stage::Kept(const std::string& key) const {
  const std::string where = RecordPath(key).string();
  return CountFromJson(JsonGet<Json>(ReadJson(RecordPath(key)), "kept", where), where);
}

PartRecord Stage::ReadRecord(const std::string& key) const {
  const std::string where = RecordPath(key).string();
  const Json json = ReadJson(RecordPath(key));
  PartRecord record;
  record.read = CountFromJson(JsonGet<Json>(json, "read", where), where);
  record.kept = CountFromJson(JsonGet<Json>(json, "kept", where), where);
  record.warning = JsonGet<std::string>(json, "warning", where);
  std::vector<Document> samples;
  DocumentReader reader(Path(key, ".drops"));
  Document document;
  while (reader.Next(&document)) samples.push_back(document);
  record.drops.Restore(CountsFromJson(JsonGet<Json>(json, "drops", where), where),
                       std::move(samples));
  return record;
}

Stage::Writer::Writer(const Stage& stage, const std::string& key, PartRecord* record)
    : stage_(stage),
      record_(record),
      key_(key),
      documents_(std::make_unique<ZstdWriter>(stage.Path(key, ""), kCompression)),
      fates_(stage.Path(key, ".fates"), kCompression) {
  record->drops.WriteFatesTo(&fates_);
  if (stage.has_attributes_) {
    attributes_ = std::make_unique<ZstdWriter>(stage.Path(key, ".attributes"), kCompression);
  }
}

Stage::Writer::~Writer() { record_->drops.WriteFatesTo(nullptr); }

void Stage::Writer::Flush(bool all) {
  if (all || documents_buffer_.size() > kBufferBytes) {
    documents_->Write(documents_buffer_);
    documents_buffer_.clear();
  }
  if (attributes_ != nullptr && (all || attributes_buffer_.size() > kBufferBytes)) {
    attributes_->Write(attributes_buffer_);
    attributes_buffer_.clear();
  }
}

void Stage::Writer::Write(const Document& document, const Attributes* attributes) {
  CRIA_CHECK((attributes != nullptr) == (attributes_ != nullptr));
  documents_buffer_ += ToJsonLine(document);
  documents_buffer_ += '\n';
  if (attributes != nullptr) {
    attributes_buffer_ += ToJsonLine(*attributes);
    attributes_buffer_ += '\n';
  }
  kept_ += {1, static_cast<int64_t>(document.text.size())};
  Flush(false);
}

void Stage::Writer::Finish() {
  Flush(true);
  documents_->Commit();
  if (attributes_ != nullptr) attributes_->Commit();
  record_->kept = kept_;
  ZstdWriter drops(stage_.Path(key_, ".drops"), kCompression);
  for (const Document& sample : record_->drops.Samples()) drops.Write(ToJsonLine(sample) + "\n");
  drops.Commit();
  fates_.Commit();
  WriteJson(stage_.RecordPath(key_), {{"read", CountToJson(record_->read)},
                                      {"kept", CountToJson(record_->kept)},
                                      {"drops", CountsToJson(record_->drops.counts())},
                                      {"warning", record_->warning}});
}

std::vector<std::string> Stage::Keys() const {
  std::vector<std::string> keys;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (entry.path().extension() == ".json") keys.push_back(entry.path().stem().string());
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

void Stage::KeepOnly(const std::set<std::string>& keys) const {
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string key = KeyOfStageFile(entry.path().filename().string());
    std::error_code ignored;
    if (!key.empty() && !keys.contains(key)) fs::remove(entry.path(), ignored);
  }
}

}  // namespace cria::corpus
