// The folder of a stage: for each part of the input the documents it came to, what the stage found
// out about them, and what it dropped. What is there is not done again.
//
//   FOLDER/<key>.jsonl.zst             documents
//   FOLDER/<key>.attributes.jsonl.zst  a line per document (attributes.h), where there are any
//   FOLDER/<key>.drops.jsonl.zst       samples of what was dropped
//   FOLDER/<key>.fates.jsonl.zst       which rule touched which document (fates.h)
//   FOLDER/<key>.json                  the record; written last
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "corpus/attributes.h"
#include "corpus/drop_log.h"

namespace cria::corpus {

/// What a stage did with one part.
struct PartRecord {
  Count read;  ///< what came in
  Count kept;
  DropLog drops;
  std::string warning;  ///< the first fault of the files in words
};

/// What is thrown where a part has not the documents that its record says.
Error DamagedStage(const std::string& key);

class Stage {
 public:
  /// Makes the folder.
  explicit Stage(fs::path folder, bool has_attributes = false);

  bool Has(const std::string& key) const;
  /// Of the record, what was kept: without reading the samples.
  Count Kept(const std::string& key) const;
  PartRecord ReadRecord(const std::string& key) const;

  /// Writes a part; without Finish it leaves nothing.
  class Writer {
   public:
    /// The fates of what goes to `record->drops` are written too. `record` outlives this.
    Writer(const Stage& stage, const std::string& key, PartRecord* record);
    ~Writer();
    void Write(const Document& document, const Attributes* attributes = nullptr);
    /// `record->kept` is filled in here.
    void Finish();

   private:
    void Flush(bool all);
    const Stage& stage_;
    PartRecord* record_;
    std::string key_, documents_buffer_, attributes_buffer_;
    std::unique_ptr<ZstdWriter> documents_, attributes_;
    FateWriter fates_;
    Count kept_;
  };

  DocumentReader Documents(const std::string& key) const { return DocumentReader(Path(key, "")); }
  AttributesReader AttributesOf(const std::string& key) const {
    return AttributesReader(Path(key, ".attributes"));
  }

  TextReader Fates(const std::string& key) const { return TextReader(Path(key, ".fates")); }

  /// Of all parts that are there, sorted.
  std::vector<std::string> Keys() const;
  /// Removes the files of all keys that are not in `keys`.
  void KeepOnly(const std::set<std::string>& keys) const;

 private:
  fs::path Path(const std::string& key, const char* what) const;
  fs::path RecordPath(const std::string& key) const { return folder_ / (key + ".json"); }
  fs::path folder_;
  bool has_attributes_;
};

}  // namespace cria::corpus
