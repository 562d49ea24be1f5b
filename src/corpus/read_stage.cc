// Each text gets its origin, its language as declared, and clean characters.
#include "corpus/read_stage.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "base/utf8.h"
#include "corpus/encoding.h"
#include "corpus/language.h"
#include "corpus/reader.h"

namespace cria::corpus {
namespace {

class PartSink : public TextSink {
 public:
  PartSink(Stage::Writer* writer, PartRecord* record, bool code)
      : writer_(writer), record_(record), code_(code) {}

  void Begin(const RawFile& file) { file_ = &file; }

  void Take(RawText raw) override {
    ThrowIfInterrupted();
    record_->read += {1, static_cast<int64_t>(raw.text.size())};
    Document document;
    document.language = Language(raw);
    std::string origin = RepairUtf8(file_->origin);  // names of files may be any bytes
    if (!raw.part.empty()) origin += "#" + raw.part;
    document.meta = {{"origin", origin}, {"licence", file_->input->licence}};
    if (!raw.title.empty()) document.meta["title"] = CleanText(raw.title, false);
    if (raw.meta.is_object()) {
      for (const auto& [name, value] : raw.meta.items()) document.meta[name] = value;
    }
    document.text = CleanText(code_ ? raw.text : RepairMojibake(std::move(raw.text)), code_);
    document.id = DocumentId(origin, document.text);
    writer_->Write(document);
  }

  void Lose(std::string_view reason, int64_t items, int64_t bytes, std::string_view why) override {
    ThrowIfInterrupted();
    record_->drops.Add(reason, items, bytes);
    if (record_->warning.empty()) record_->warning = why;
  }

 private:
  std::string Language(const RawText& raw) const {
    const std::string& said = file_->input->language;
    if (said.empty()) return raw.language;
    if (said != "path") return said;
    const std::string language = LanguageFromPath(file_->origin);
    return language.empty() ? raw.language : language;
  }

  Stage::Writer* writer_;
  PartRecord* record_;
  const bool code_;
  const RawFile* file_ = nullptr;
};

}  // namespace

void ReadPart(const Part& part, SourceKind kind, const Stage& stage, const fs::path& scratch) {
  if (stage.Has(part.key)) return;
  const bool code = kind == SourceKind::kCode;
  ReaderKind reader = part.input->reader;
  if (reader == ReaderKind::kAuto && code) reader = ReaderKind::kCode;
  PartRecord record;
  Stage::Writer writer(stage, part.key);
  PartSink sink(&writer, &record, code);
  for (const RawFile& file : part.files) {
    ThrowIfInterrupted();
    sink.Begin(file);
    ReadTexts(file.path, {reader, part.input->charset, scratch}, &sink);
  }
  writer.Finish(&record);
}

}  // namespace cria::corpus
