// Told apart by what the path is and how it is named.
#include "document_input.h"

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/utf8.h"
#include "corpus/manifest.h"
#include "corpus/paragraphs.h"

namespace cria::app {
namespace {

using Use = std::function<bool(const corpus::Document&)>;

bool IsJsonLines(const fs::path& path) {
  const std::string_view name = UnpackedName(path.native());
  return name.ends_with(".jsonl") || name.ends_with(".json") || name.ends_with(".ndjson");
}

void FromJsonLines(const fs::path& path, const Use& use) {
  TextReader reader(path);
  std::string line;
  for (int64_t number = 1; reader.NextLine(&line); ++number) {
    ThrowIfInterrupted();
    if (line.empty()) continue;
    const std::string where = fmt::format("{}:{}", path.string(), number);
    const Json json = ParseJson(line, where);
    corpus::Document document;
    document.text = JsonGet<std::string>(json, "text", where);
    document.id = json.contains("id") && json["id"].is_string() ? json["id"].get<std::string>()
                                                                : std::to_string(number);
    document.language = JsonGetOr<std::string>(json, "language", "", where);
    document.meta = Json::object();
    if (!use(document)) return;
  }
}

void FromText(const fs::path& path, const Use& use) {
  const std::string text = RepairUtf8(TextReader(path).ReadAll());
  corpus::Document document;
  document.meta = Json::object();
  for (const std::string_view paragraph : corpus::SplitParagraphs(text)) {
    ThrowIfInterrupted();
    document.text = paragraph;
    if (!use(document)) return;
  }
}

}  // namespace

void ForEachInputDocument(const fs::path& path, const Use& use) {
  if (!fs::exists(path)) {
    throw Error("there is no such file or folder", path.string(), "correct the path");
  }
  if (!fs::is_directory(path))
    return IsJsonLines(path) ? FromJsonLines(path, use) : FromText(path, use);
  bool more = true;
  for (const corpus::SourceInfo& source : corpus::ReadManifest(path).sources) {
    if (!more) return;
    corpus::ForEachDocument(path, corpus::Split::kTrain, source.name,
                            [&](const corpus::Document& document) {
                              ThrowIfInterrupted();
                              return more = use(document);
                            });
  }
}

}  // namespace cria::app
