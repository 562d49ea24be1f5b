// Every reader by its entry for bytes in memory.
#include "dump_targets.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/utf8.h"
#include "corpus/fetch/fetch_list.h"
#include "corpus/formats/books/gutenberg.h"
#include "corpus/formats/code/code_header.h"
#include "corpus/formats/code/code_rules.h"
#include "corpus/formats/html/main_text.h"
#include "corpus/formats/latex/arxiv.h"
#include "corpus/formats/stack_exchange/stack_exchange.h"
#include "corpus/formats/web/web_archive.h"
#include "corpus/formats/wiki/mediawiki.h"
#include "corpus/quality/arpa.h"

namespace cria::fuzz {
namespace {

std::string_view Text(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: %s\n", what);
  std::abort();
}

class Checker : public corpus::TextSink {
 public:
  void Take(corpus::RawText text) override {
    Require(IsValidUtf8(text.text), "a text that is no UTF-8");
    Require(IsValidUtf8(text.title), "a title that is no UTF-8");
    Require(static_cast<int64_t>(text.text.size()) <= corpus::kMaxRawTextBytes, "a text too long");
    if (text.meta.is_object()) text.meta.dump();  // throws where a value is no UTF-8
  }
  void Lose(const corpus::Loss& loss) override {
    Require(!loss.reason.empty(), "a loss without a reason");
  }
};

class CountingSink : public corpus::NgramSink {
 public:
  void Begin(int, std::vector<std::string> vocabulary) override { words_ = vocabulary.size(); }
  void Take(std::span<const uint32_t> ids, float, float) override {
    for (const uint32_t id : ids) Require(id < words_, "an id beyond the vocabulary");
  }
  void MarkContext(std::span<const uint32_t>) override {}

 private:
  size_t words_ = 0;
};

}  // namespace

void WebArchive(std::span<const uint8_t> input) {
  Checker checker;
  corpus::ReadWebArchiveBytes(Text(input), &checker, corpus::ExtractMainText);
}

void WebPage(std::span<const uint8_t> input) {
  Checker().Take(corpus::ExtractMainText(RepairUtf8(Text(input))));
}

void MediaWiki(std::span<const uint8_t> input) {
  Checker checker;
  corpus::ReadMediaWiki(Text(input), "enwiki-1-pages-articles.xml", &checker);
}

void Arxiv(std::span<const uint8_t> input) {
  Checker checker;
  corpus::ReadArxivBytes(Text(input), "2001.00001.gz", &checker);
}

void StackExchange(std::span<const uint8_t> input) {
  Checker checker;
  try {
    corpus::ReadStackExchangeBytes(Text(input), "site", "input", {}, &checker);
  } catch (const Error&) {
  }
}

void Gutenberg(std::span<const uint8_t> input) {
  Checker().Take(corpus::ReadGutenberg(RepairUtf8(Text(input))));
}

void SourceFile(std::span<const uint8_t> input) {
  std::string_view text = Text(input);
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view path = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  const std::string code = corpus::WithoutCodeHeader(RepairUtf8(text), path);
  Require(IsValidUtf8(code), "code that is no UTF-8");
  corpus::CodeRejectReason(path, code, {});
}

void Arpa(std::span<const uint8_t> input) {
  CountingSink sink;
  try {
    corpus::ReadArpa(Text(input), "input", &sink);
  } catch (const Error&) {
  }
}

void FetchList(std::span<const uint8_t> input) {
  try {
    corpus::ParseFetchList(Text(input), "list.txt", "https://example.org/");
  } catch (const Error&) {
  }
}

}  // namespace cria::fuzz
