// Choice of reader by name, with a bound on what a file may unpack to.
#include "corpus/reader.h"

#include <algorithm>

#include "base/compressed_file.h"
#include "base/error.h"
#include "corpus/dictionary.h"
#include "corpus/encoding.h"
#include "corpus/gettext.h"
#include "corpus/html.h"
#include "corpus/language.h"
#include "corpus/man.h"
#include "corpus/plain.h"
#include "corpus/sword.h"
#include "corpus/xml.h"

namespace cria::corpus {
namespace {

// Entries of dictionaries and quotations are joined to documents of about this size.
constexpr size_t kJoinedBytes = 6000;
// A file is held whole; above this it is a bomb, or a dump that should be cut.
constexpr int64_t kMaxUnpackedBytes = int64_t{2} << 30;

std::string WithoutCompression(std::string name) {
  for (const char* suffix : {".gz", ".zst", ".dz"}) {
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

void Lose(FileTexts* result, const std::string& reason, int64_t bytes, const std::string& warning) {
  auto& loss = result->losses[reason];
  ++loss.items;
  loss.bytes += bytes;
  if (result->warning.empty()) result->warning = warning;
}

void Numbered(std::vector<std::string> texts, const std::string& prefix, FileTexts* result) {
  for (size_t i = 0; i < texts.size(); ++i) {
    result->texts.push_back({std::move(texts[i]), fmt::format("{}{}", prefix, i), "", ""});
  }
}

void ReadSword(const fs::path& file, const std::string& charset, FileTexts* result) {
  const auto sibling = [&](const char* suffix) {
    fs::path path = file;
    path.replace_extension(suffix);
    return path;
  };
  const MappedFile bzv(file), bzs(sibling(".bzs")), bzz(sibling(".bzz"));
  std::vector<std::string> chapters =
      ReadSwordText(bzs.text(), bzv.text(), bzz.text(), file.string());
  for (std::string& chapter : chapters) chapter = ToUtf8(chapter, charset);
  Numbered(std::move(chapters), "chapter ", result);
}

void ReadDictionary(const fs::path& file, const std::string& charset, FileTexts* result) {
  const fs::path index =
      WithoutCompression(file.string())
          .substr(0, WithoutCompression(file.string()).size() - std::string_view(".dict").size()) +
      ".index";
  const std::string text = TextReader(file).ReadAll();
  std::vector<std::string> runs = ReadDictd(text, ReadFile(index), kJoinedBytes, index.string());
  for (std::string& run : runs) run = ToUtf8(run, charset);
  Numbered(std::move(runs), "entries ", result);
}

void ReadMarkup(const fs::path& file, const std::string& utf8, ReaderKind kind, FileTexts* result) {
  // Mallard links name other pages of the same folder and print their titles.
  const auto title_of = [&](const std::string& xref) -> std::string {
    const std::string page = xref.substr(0, xref.find('#'));
    const fs::path target = file.parent_path() / (page + ".page");
    if (page.empty() || page.find('/') != std::string::npos || !fs::exists(target)) return "";
    return MallardTitle(ToUtf8(ReadFile(target), ""));
  };
  MarkupText markup = kind == ReaderKind::kXml ? XmlToText(utf8, title_of) : HtmlToText(utf8);
  result->texts.push_back(
      {std::move(markup.text), "", NormalizeLanguage(markup.language), std::move(markup.title)});
}

void ReadDecoded(const fs::path& file, const std::string& bytes, ReaderKind kind,
                 const std::string& charset, FileTexts* result) {
  const std::string declared =
      kind == ReaderKind::kText || kind == ReaderKind::kJsonLines ? "" : DeclaredCharset(bytes);
  std::string utf8 = ToUtf8(bytes, charset.empty() ? declared : charset);
  switch (kind) {
    case ReaderKind::kHtml:
    case ReaderKind::kXml:
      return ReadMarkup(file, utf8, kind, result);
    case ReaderKind::kMan:
      result->texts.push_back({ManToText(utf8), "", "", ""});
      return;
    case ReaderKind::kMarkdown:
      result->texts.push_back({MarkdownToText(utf8), "", "", ""});
      return;
    case ReaderKind::kFortune:
      return Numbered(ReadFortunes(utf8, kJoinedBytes), "quotations ", result);
    case ReaderKind::kText:
      result->texts.push_back({StripGutenberg(std::move(utf8)), "", "", ""});
      return;
    default:
      result->texts.push_back({std::move(utf8), "", "", ""});
  }
}

void ReadByKind(const fs::path& file, ReaderKind kind, const std::string& charset,
                FileTexts* result) {
  if (kind == ReaderKind::kSword) return ReadSword(file, charset, result);
  if (kind == ReaderKind::kDict) return ReadDictionary(file, charset, result);
  const std::string bytes = TextReader(file).ReadAll(kMaxUnpackedBytes);
  if (kind == ReaderKind::kGettext) {
    return Numbered(ReadGettext(bytes, charset, file.string()), "messages ", result);
  }
  if (LooksBinary(bytes)) {
    return Lose(result, "binary", static_cast<int64_t>(bytes.size()),
                file.string() + " is no text");
  }
  if (kind != ReaderKind::kJsonLines) return ReadDecoded(file, bytes, kind, charset, result);
  const auto bad_line = [&](int64_t line, size_t size) {
    Lose(result, "damaged_line", static_cast<int64_t>(size),
         fmt::format("{}:{} is no JSON object with a text", file.string(), line));
  };
  for (JsonText& item : ReadJsonLines(ToUtf8(bytes, charset), bad_line)) {
    result->texts.push_back({std::move(item.text), std::move(item.part),
                             NormalizeLanguage(item.language), std::move(item.title)});
  }
}

}  // namespace

ReaderKind ReaderForName(const std::string& file_name) {
  const std::string name = WithoutCompression(file_name);
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
      {".jsonl", ReaderKind::kJsonLines},   {".ndjson", ReaderKind::kJsonLines},
      {".json", ReaderKind::kJsonLines}};
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

FileTexts ReadTexts(const fs::path& file, ReaderKind kind, const std::string& charset) {
  FileTexts result;
  if (kind == ReaderKind::kAuto) kind = ReaderForName(file.filename().string());
  const auto bytes = static_cast<int64_t>(fs::file_size(file));
  if (kind == ReaderKind::kAuto) {
    Lose(&result, "unknown_format", bytes, "");
    return result;
  }
  MappedFile readable(file);  // an unreadable file is the user's to mend: its Error passes
  try {
    ReadByKind(file, kind, charset, &result);
  } catch (const Error& error) {
    result.texts.clear();
    Lose(&result, "damaged_file", bytes, error.what());
  }
  return result;
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
