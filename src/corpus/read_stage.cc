// Each text gets its origin, its language as declared, and clean characters.
#include "corpus/read_stage.h"

#include "base/ascii.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/utf8.h"
#include "corpus/excerpt.h"
#include "corpus/formats/encoding.h"
#include "corpus/language.h"
#include "corpus/reader.h"

namespace cria::corpus {
namespace {

// Names come from files and may be of any length.
constexpr size_t kMaxWordsBytes = 1000;

std::string Words(std::string_view text) {
  std::string words = RepairUtf8(text.substr(0, kMaxWordsBytes));
  if (text.size() > kMaxWordsBytes) words += " ...";
  return words;
}

class PartSink : public TextSink {
 public:
  PartSink(Stage::Writer* writer, PartRecord* record, bool code)
      : writer_(writer), record_(record), code_(code) {}

  void Begin(const RawFile& file) {
    file_ = &file;
    origin_ = RepairUtf8(file.origin);  // names of files may be any bytes
  }

  void Take(RawText raw) override {
    ThrowIfInterrupted();
    record_->read += {1, static_cast<int64_t>(raw.text.size())};
    const std::string origin = OriginOf(raw.part);
    Document document;
    document.language = Language(raw);
    document.meta = {{"origin", origin}, {"licence", file_->input->licence}};
    if (!raw.title.empty()) document.meta["title"] = CleanText(raw.title, false);
    if (raw.meta.is_object()) {
      for (const auto& [name, value] : raw.meta.items()) document.meta[name] = value;
    }
    document.text = CleanText(code_ ? raw.text : RepairMojibake(std::move(raw.text)), code_);
    document.id = DocumentId(origin, document.text);
    writer_->Write(document);
  }

  void Lose(const Loss& loss) override {
    ThrowIfInterrupted();
    const std::string part = Words(loss.part), why = Words(WithoutFolder(loss.why));
    const std::string origin = OriginOf(part);
    const std::string_view excerpt = loss.excerpt.substr(0, kMaxExcerptBytes);
    Document document;
    document.id = DocumentId(origin, excerpt);
    document.meta = {{"origin", origin}, {"licence", file_->input->licence}};
    if (record_->drops.Wants(loss.reason, document)) document.text = Excerpt(loss.excerpt);
    record_->drops.Add({loss.reason, loss.items, loss.bytes, why, origin_, part}, document);
    if (loss.by_choice || !record_->warning.empty()) return;
    const bool named = why.find(origin_) != std::string::npos;
    record_->warning = named ? why : origin_ + ": " + why;
  }

 private:
  std::string OriginOf(const std::string& part) const {
    return part.empty() ? origin_ : origin_ + "#" + part;
  }

  // Where the files lie on this machine is no matter of the corpus: they are named as origins are.
  std::string WithoutFolder(std::string_view why) const {
    const std::string folder = file_->path.parent_path().string() + "/";
    const size_t slash = file_->origin.rfind('/');
    const bool top = slash == std::string::npos;
    return ReplaceAll(why, folder, top ? "" : std::string_view(file_->origin).substr(0, slash + 1));
  }

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
  std::string origin_;  // of the file
};

}  // namespace

void ReadPart(const Part& part, SourceKind kind, const Stage& stage, const fs::path& scratch) {
  if (stage.Has(part.key)) return;
  const bool code = kind == SourceKind::kCode;
  ReaderKind reader = part.input->reader;
  if (reader == ReaderKind::kAuto && code) reader = ReaderKind::kCode;
  PartRecord record;
  Stage::Writer writer(stage, part.key, &record);
  PartSink sink(&writer, &record, code);
  for (const RawFile& file : part.files) {
    ThrowIfInterrupted();
    sink.Begin(file);
    ReadTexts(file.path, {reader, part.input->charset, scratch}, &sink);
  }
  writer.Finish();
}

}  // namespace cria::corpus
