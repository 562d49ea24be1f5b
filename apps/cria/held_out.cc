// Held-out documents read and encoded, from a corpus folder or from files named on the command
// line.
#include "held_out.h"

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/utf8.h"
#include "corpus/build.h"

namespace cria::app {
namespace {

void Encode(const Context& context, const tokenizer::Tokenizer& tokenizer,
            std::vector<eval::HeldOutDocument>* documents) {
  context.ParallelFor(static_cast<int64_t>(documents->size()), [&](int64_t i) {
    ThrowIfInterrupted();
    eval::HeldOutDocument& document = (*documents)[i];
    document.ids = {tokenizer.bos_id()};
    tokenizer.Encode(document.text, &document.ids);
  });
}

bool IsJsonLines(const fs::path& path) {
  const std::string name = path.filename();
  return name.find(".jsonl") != std::string::npos || name.find(".ndjson") != std::string::npos;
}

void RequireUtf8(const std::string& text, const std::string& where) {
  if (IsValidUtf8(text)) return;
  throw Error("the text is not UTF-8", where, "convert it: iconv -f latin1 -t utf8 FILE");
}

}  // namespace

std::vector<eval::HeldOutDocument> ReadHeldOut(const Context& context, const fs::path& corpus_dir,
                                               const tokenizer::Tokenizer& tokenizer,
                                               int64_t limit) {
  const corpus::Manifest manifest = corpus::ReadManifest(corpus_dir);
  std::vector<eval::HeldOutDocument> documents;
  for (const corpus::SourceInfo& source : manifest.sources) {
    int64_t taken = 0;
    corpus::ForEachDocument(corpus_dir, corpus::Split::kHoldout, source.name,
                            [&](const corpus::Document& document) {
                              documents.push_back({.source = document.source,
                                                   .language = document.language,
                                                   .text = document.text,
                                                   .ids = {}});
                              return ++taken != limit;
                            });
  }
  if (documents.empty()) {
    throw Error("the corpus holds no held-out text", corpus_dir.string(),
                "build it with a larger [corpus.holdout] share");
  }
  Encode(context, tokenizer, &documents);
  return documents;
}

std::vector<eval::HeldOutDocument> ReadTexts(const Context& context,
                                             const std::vector<std::string>& paths,
                                             const tokenizer::Tokenizer& tokenizer, int64_t limit) {
  std::vector<eval::HeldOutDocument> documents;
  for (const fs::path path : paths) {
    TextReader reader(path);
    const std::string source = path.filename();
    if (!IsJsonLines(path)) {
      documents.push_back({.source = source, .language = "", .text = reader.ReadAll(), .ids = {}});
      RequireUtf8(documents.back().text, path);
      continue;
    }
    std::string line;
    for (int64_t number = 1; reader.NextLine(&line) && (limit == 0 || number <= limit); ++number) {
      const std::string where = fmt::format("{}:{}", path.string(), number);
      RequireUtf8(line, where);
      documents.push_back({.source = source,
                           .language = "",
                           .text = JsonGet<std::string>(ParseJson(line, where), "text", where),
                           .ids = {}});
    }
  }
  Encode(context, tokenizer, &documents);
  return documents;
}

}  // namespace cria::app
