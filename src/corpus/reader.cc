// Choice of reader by name, with a bound on what a file may unpack to.
#include "corpus/reader.h"

#include <algorithm>

#include "base/compressed_file.h"
#include "base/error.h"
#include "corpus/formats/books/gutenberg.h"
#include "corpus/formats/code/repositories.h"
#include "corpus/formats/encoding.h"
#include "corpus/formats/html/html.h"
#include "corpus/formats/html/main_text.h"
#include "corpus/formats/latex/arxiv.h"
#include "corpus/formats/packages/dictionary.h"
#include "corpus/formats/packages/gettext.h"
#include "corpus/formats/packages/man.h"
#include "corpus/formats/packages/sword.h"
#include "corpus/formats/plain.h"
#include "corpus/formats/stack_exchange/stack_exchange.h"
#include "corpus/formats/web/web_archive.h"
#include "corpus/formats/wiki/mediawiki.h"
#include "corpus/formats/xml.h"
#include "corpus/language.h"

namespace cria::corpus {
namespace {

// Entries of dictionaries and quotations are joined to documents of about this size.
constexpr size_t kJoinedBytes = 6000;
// A file is held whole; above this it is a bomb, or a dump that should be cut.
constexpr int64_t kMaxUnpackedBytes = int64_t{256} << 20;

std::string WithoutCompression(std::string name) {
  for (const char* suffix : {".gz", ".zst", ".dz", ".bz2", ".xz"}) {
    if (name.ends_with(suffix))
      return name.substr(0, name.size() - std::string_view(suffix).size());
  }
  return name;
}

bool IsManSuffix(std::string_view suffix) {
  return suffix.size() >= 2 && suffix[1] >= '1' && suffix[1] <= '9' &&
         std::all_of(suffix.begin() + 2, suffix.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0; }) &&
         suffix.size() <= 6;
}

// Passes everything on, and remembers whether it was the taker that failed, not the file.
class WatchedSink : public TextSink {
 public:
  explicit WatchedSink(TextSink* sink) : sink_(sink) {}
  void Take(RawText text) override {
    failed_ = true;
    if (static_cast<int64_t>(text.text.size()) > kMaxRawTextBytes) {
      sink_->Lose({.reason = "too_long",
                   .bytes = static_cast<int64_t>(text.text.size()),
                   .why = "a text of more than 64 MiB: " + text.title,
                   .part = text.part,
                   .excerpt = text.text});
    } else {
      sink_->Take(std::move(text));
    }
    failed_ = false;
  }
  void Lose(const Loss& loss) override {
    failed_ = true;
    sink_->Lose(loss);
    failed_ = false;
  }
  bool failed() const { return failed_; }

 private:
  TextSink* sink_;
  bool failed_ = false;
};

void Give(std::string text, TextSink* sink) { sink->Take({std::move(text), "", "", "", {}}); }

void Numbered(std::vector<std::string> texts, const std::string& prefix, TextSink* sink) {
  for (size_t i = 0; i < texts.size(); ++i) {
    sink->Take({std::move(texts[i]), fmt::format("{}{}", prefix, i), "", "", {}});
  }
}

void ReadSword(const fs::path& file, const std::string& charset, TextSink* sink) {
  const auto sibling = [&](const char* suffix) {
    fs::path path = file;
    path.replace_extension(suffix);
    return path;
  };
  const MappedFile bzv(file), bzs(sibling(".bzs")), bzz(sibling(".bzz"));
  std::vector<std::string> chapters =
      ReadSwordText(bzs.text(), bzv.text(), bzz.text(), file.string());
  for (std::string& chapter : chapters) chapter = ToUtf8(chapter, charset);
  Numbered(std::move(chapters), "chapter ", sink);
}

void ReadDictionary(const fs::path& file, const std::string& charset, TextSink* sink) {
  const fs::path index =
      WithoutCompression(file.string())
          .substr(0, WithoutCompression(file.string()).size() - std::string_view(".dict").size()) +
      ".index";
  const std::string text = TextReader(file).ReadAll();
  std::vector<std::string> runs = ReadDictd(text, ReadFile(index), kJoinedBytes, index.string());
  for (std::string& run : runs) run = ToUtf8(run, charset);
  Numbered(std::move(runs), "entries ", sink);
}

void ReadMarkup(const fs::path& file, const std::string& utf8, ReaderKind kind, TextSink* sink) {
  // Mallard links name other pages of the same folder and print their titles.
  const auto title_of = [&](const std::string& xref) -> std::string {
    const std::string page = xref.substr(0, xref.find('#'));
    const fs::path target = file.parent_path() / (page + ".page");
    if (page.empty() || page.find('/') != std::string::npos || !fs::exists(target)) return "";
    return MallardTitle(ToUtf8(ReadFile(target), ""));
  };
  MarkupText markup = kind == ReaderKind::kXml ? XmlToText(utf8, title_of) : HtmlToText(utf8);
  sink->Take({std::move(markup.text),
              "",
              NormalizeLanguage(markup.language),
              std::move(markup.title),
              {}});
}

void ReadDecoded(const fs::path& file, const std::string& bytes, ReaderKind kind,
                 const std::string& charset, TextSink* sink) {
  const std::string declared = kind == ReaderKind::kText ? "" : DeclaredCharset(bytes);
  std::string utf8 = ToUtf8(bytes, charset.empty() ? declared : charset);
  switch (kind) {
    case ReaderKind::kWebPage:
      return sink->Take(ExtractMainText(utf8));
    case ReaderKind::kHtml:
    case ReaderKind::kXml:
      return ReadMarkup(file, utf8, kind, sink);
    case ReaderKind::kMan:
      return Give(ManToText(utf8), sink);
    case ReaderKind::kMarkdown:
      return Give(MarkdownToText(utf8), sink);
    case ReaderKind::kFortune:
      return Numbered(ReadFortunes(utf8, kJoinedBytes), "quotations ", sink);
    case ReaderKind::kText:
      return sink->Take(ReadGutenberg(std::move(utf8)));
    default:
      return Give(std::move(utf8), sink);
  }
}

// The dumps that are read piece by piece. False for other kinds.
bool ReadDump(const fs::path& file, ReaderKind kind, const fs::path& scratch, TextSink* sink) {
  switch (kind) {
    case ReaderKind::kWebArchive:
      ReadWebArchive(file, sink, ExtractMainText);
      return true;
    case ReaderKind::kMediaWiki:
      ReadMediaWiki(file, sink);
      return true;
    case ReaderKind::kArxiv:
      ReadArxiv(file, sink);
      return true;
    case ReaderKind::kStackExchange: {
      StackExchangeOptions options;
      if (!scratch.empty()) options.scratch = scratch;
      ReadStackExchange(file, options, sink);
      return true;
    }
    case ReaderKind::kRepositories:
      ReadRepositories(file, sink);
      return true;
    default:
      return false;
  }
}

// JSON lines one at a time: files may be larger than memory. An array is parsed whole, and its tree
// is several times its size.
class JsonLinesReader {
 public:
  JsonLinesReader(const fs::path& file, const std::string& charset, TextSink* sink)
      : file_(file), charset_(charset), sink_(sink) {}

  void Read() {
    std::string start(size_t{1} << 16, '\0');
    start.resize(TextReader(file_).ReadSome(start.data(), start.size()));
    if (LooksBinary(start)) {
      return sink_->Lose({.reason = "binary",
                          .bytes = static_cast<int64_t>(fs::file_size(file_)),
                          .why = file_.string() + " is no text",
                          .excerpt = start});
    }
    const bool wide = start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff");
    const size_t first = start.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    if (wide || (first != start.npos && start[first] == '[')) return ReadWhole();
    TextReader reader(file_);
    std::string line;
    for (int64_t number = 1; reader.NextLine(&line, kMaxLineBytes); ++number) {
      if (line.size() > kMaxLineBytes) {
        Bad(number, reader.line_bytes(), line);
      } else {
        Line(ToUtf8(line, charset_), number);
      }
    }
  }

 private:
  static constexpr size_t kMaxLineBytes = size_t{256} << 20;

  void ReadWhole() {
    const std::string text = ToUtf8(TextReader(file_).ReadAll(kMaxLineBytes), charset_);
    const auto bad = [this](int64_t number, size_t bytes) {
      Bad(number, static_cast<int64_t>(bytes), {});
    };
    if (auto items = ParseJsonTexts(text, bad)) {
      for (JsonText& item : *items) Give(std::move(item));
      return;
    }
    int64_t number = 0;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      Line(text.substr(at, end - at), ++number);
      at = end + 1;
    }
  }

  void Line(const std::string& line, int64_t number) {
    if (line.find_first_not_of(" \t\r") == line.npos) return;
    if (auto item = ParseJsonText(line, number)) return Give(std::move(*item));
    Bad(number, static_cast<int64_t>(line.size()), line);
  }

  void Give(JsonText item) {
    sink_->Take({std::move(item.text),
                 std::move(item.part),
                 NormalizeLanguage(item.language),
                 std::move(item.title),
                 {}});
  }

  void Bad(int64_t number, int64_t bytes, std::string_view line) {
    sink_->Lose({.reason = "damaged_line",
                 .bytes = bytes,
                 .why = fmt::format("{}:{} is no JSON object with a text", file_.string(), number),
                 .part = fmt::format("line {}", number),
                 .excerpt = line});
  }

  const fs::path& file_;
  const std::string& charset_;
  TextSink* sink_;
};

void ReadByKind(const fs::path& file, ReaderKind kind, const std::string& charset, TextSink* sink) {
  if (kind == ReaderKind::kSword) return ReadSword(file, charset, sink);
  if (kind == ReaderKind::kDict) return ReadDictionary(file, charset, sink);
  if (kind == ReaderKind::kJsonLines) return JsonLinesReader(file, charset, sink).Read();
  const std::string bytes = TextReader(file).ReadAll(kMaxUnpackedBytes);
  if (kind == ReaderKind::kGettext) {
    return Numbered(ReadGettext(bytes, charset, file.string()), "messages ", sink);
  }
  const bool page = kind == ReaderKind::kWebPage || kind == ReaderKind::kHtml;
  if (page ? LooksBinaryPage(bytes) : LooksBinary(bytes)) {
    return sink->Lose({.reason = "binary",
                       .bytes = static_cast<int64_t>(bytes.size()),
                       .why = file.string() + " is no text",
                       .excerpt = bytes});
  }
  ReadDecoded(file, bytes, kind, charset, sink);
}

}  // namespace

ReaderKind ReaderForName(const std::string& file_name) {
  const std::string name = WithoutCompression(file_name);
  if (name == "Posts.xml") return ReaderKind::kStackExchange;
  if (name.find("pages-articles") != name.npos || name.ends_with(".wiki.xml")) {
    return ReaderKind::kMediaWiki;
  }
  std::string suffix = fs::path(name).extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::pair<std::string_view, ReaderKind> kSuffixes[] = {
      {".txt", ReaderKind::kText},          {".text", ReaderKind::kText},
      {".rst", ReaderKind::kText},          {"", ReaderKind::kText},
      {".tex", ReaderKind::kText},          {".md", ReaderKind::kMarkdown},
      {".markdown", ReaderKind::kMarkdown}, {".html", ReaderKind::kHtml},
      {".htm", ReaderKind::kHtml},          {".xhtml", ReaderKind::kHtml},
      {".xml", ReaderKind::kXml},           {".page", ReaderKind::kXml},
      {".docbook", ReaderKind::kXml},       {".dict", ReaderKind::kDict},
      {".bzv", ReaderKind::kSword},         {".mo", ReaderKind::kGettext},
      {".warc", ReaderKind::kWebArchive},   {".wet", ReaderKind::kWebArchive},
      {".arc", ReaderKind::kWebArchive},    {".jsonl", ReaderKind::kJsonLines},
      {".ndjson", ReaderKind::kJsonLines},  {".json", ReaderKind::kJsonLines}};
  for (const auto& [known, kind] : kSuffixes) {
    if (suffix == known) return kind;
  }
  constexpr std::string_view kCode[] = {
      ".py", ".c",  ".h",  ".cc",  ".cpp", ".hpp", ".go",    ".rs", ".js", ".ts",  ".java", ".rb",
      ".pl", ".pm", ".sh", ".lua", ".hs",  ".ml",  ".scala", ".kt", ".cs", ".php", ".sql",  ".css"};
  if (std::find(std::begin(kCode), std::end(kCode), suffix) != std::end(kCode)) {
    return ReaderKind::kCode;
  }
  return IsManSuffix(suffix) ? ReaderKind::kMan : ReaderKind::kAuto;
}

std::vector<std::string> DefaultFiles(ReaderKind kind) {
  switch (kind) {
    case ReaderKind::kHtml:
      return {"*.html", "*.htm", "*.xhtml", "*.html.gz", "*.htm.gz"};
    case ReaderKind::kXml:
      return {"*.page", "*.xml", "*.docbook"};
    case ReaderKind::kMarkdown:
      return {"*.md", "*.markdown", "*.md.gz"};
    case ReaderKind::kWebPage:
      return DefaultFiles(ReaderKind::kHtml);
    case ReaderKind::kWebArchive:
      return {"*.warc", "*.warc.gz", "*.wet", "*.wet.gz", "*.arc", "*.arc.gz"};
    case ReaderKind::kMediaWiki:
      return {"*.xml", "*.xml.bz2", "*.xml.gz", "*.xml.xz", "*.xml.zst"};
    case ReaderKind::kArxiv:
      return {"*.tar", "*.gz", "*.tex", "*.tgz"};
    case ReaderKind::kStackExchange:
      return {"Posts.xml", "Posts.xml.*"};
    case ReaderKind::kDict:
      return {"*.dict", "*.dict.dz"};
    case ReaderKind::kSword:
      return {"*.bzv"};
    case ReaderKind::kGettext:
      return {"*.mo"};
    case ReaderKind::kMan:
      return {"**/man[1-9]/*", "*.[1-9]", "*.[1-9].gz", "*.[1-9]*.gz"};
    case ReaderKind::kJsonLines:
      return {"*.jsonl",   "*.json",      "*.ndjson",  "*.jsonl.gz",
              "*.json.gz", "*.jsonl.zst", "*.json.zst"};
    default:
      return {};
  }
}

void ReadTexts(const fs::path& file, const ReadOptions& options, TextSink* sink) {
  ReaderKind kind = options.kind;
  if (kind == ReaderKind::kAuto) kind = ReaderForName(file.filename().string());
  const bool folder = fs::is_directory(file);
  const auto bytes = folder ? 0 : static_cast<int64_t>(fs::file_size(file));
  if (kind == ReaderKind::kAuto) {
    return sink->Lose({.reason = "unknown_format",
                       .bytes = bytes,
                       .why = "no reader knows this kind of file by its name",
                       .by_choice = true});
  }
  if (!folder) MappedFile readable(file);  // an unreadable one is the user's to mend: Error passes
  WatchedSink watched(sink);
  try {
    if (!ReadDump(file, kind, options.scratch, &watched)) {
      ReadByKind(file, kind, options.charset, &watched);
    }
  } catch (const Error& error) {
    if (watched.failed()) throw;
    sink->Lose({.reason = "damaged_file", .bytes = bytes, .why = error.what()});
  }
}

std::vector<fs::path> CompanionFiles(const fs::path& file) {
  std::vector<fs::path> companions;
  fs::path plain = file;
  for (const char* suffix : {".dz", ".gz"}) {
    if (plain.extension() == suffix) plain.replace_extension();
  }
  for (const char* suffix : {".bzs", ".bzz", ".index"}) {
    fs::path path = plain;
    path.replace_extension(suffix);
    if (path != file && fs::is_regular_file(path)) companions.push_back(std::move(path));
  }
  return companions;
}

}  // namespace cria::corpus
