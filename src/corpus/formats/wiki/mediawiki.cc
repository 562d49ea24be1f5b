// Which pages are articles, and what else is known of them.
#include "corpus/formats/wiki/mediawiki.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/compressed_file.h"
#include "base/utf8.h"
#include "corpus/formats/wiki/disambiguation.h"
#include "corpus/formats/wiki/mediawiki_scanner.h"
#include "corpus/formats/wiki/wikitext.h"
#include "corpus/language.h"

namespace cria::corpus {
namespace {

// Ids are small numbers, given in turn; English Wikipedia is at 8e7.
constexpr uint64_t kMaxTrackedId = uint64_t{1} << 28;

// "de" of "dewiki", "zh_yue" of "zh_yuewiktionary".
std::string LanguageOfDatabase(std::string_view name) {
  for (const std::string_view project : {"wiktionary", "wikibooks", "wikisource", "wikinews",
                                         "wikiquote", "wikiversity", "wikivoyage", "wiki"}) {
    if (!name.ends_with(project)) continue;
    name.remove_suffix(project.size());
    if (name == "simple") return "en";
    // Min Nan is no dialect of the language that "zh" names.
    return name.starts_with("zh_min") ? std::string() : NormalizeLanguage(name);
  }
  return {};
}

// "de" of "dewiki-20220620-pages-articles.xml.bz2" and of "de.wiki.xml".
std::string LanguageOfFileName(std::string_view name) {
  const size_t wiki = name.find("wiki");
  if (wiki == name.npos || wiki == 0 || wiki > 20) return {};
  const size_t end = std::min(name.find_first_of("-.", wiki), name.size());
  std::string database(name.substr(0, end));
  if (database[wiki - 1] == '.') database.erase(wiki - 1, 1);
  if (database.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != database.npos) return {};
  return LanguageOfDatabase(database);
}

std::string Url(const MediaWikiSite& site, std::string_view title) {
  const size_t slash = site.base.rfind('/');
  if (slash == std::string::npos || !site.base.starts_with("http")) return {};
  std::string url = site.base.substr(0, slash + 1);
  for (const char c : title) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        byte < 0x80 && (std::isalnum(byte) != 0 ||
                        std::string_view("-_.~/:(),!*'@;").find(c) != std::string_view::npos);
    if (plain) {
      url += c;
    } else if (c == ' ') {
      url += '_';
    } else {
      url += fmt::format("%{:02X}", byte);
    }
  }
  return url;
}

class Articles {
 public:
  Articles(MediaWikiScanner::Source source, std::string_view file_name, TextSink* sink)
      : scanner_(std::move(source), sink),
        file_language_(LanguageOfFileName(file_name)),
        sink_(sink) {}

  void Run() {
    MediaWikiPage page;
    while (scanner_.Next(&page)) {
      if (place_++ == 0) KnowSite();
      Take(&page);
    }
  }

 private:
  void KnowSite() {
    const MediaWikiSite& site = scanner_.site();
    std::string declared = LanguageOfDatabase(site.dbname);
    if (declared.empty()) declared = NormalizeLanguage(site.lang);
    // Extracts are often wrapped in the frame of another wiki, whose address is then wrong too.
    language_ = file_language_.empty() ? declared : file_language_;
    has_url_ = language_ == declared;
  }

  static std::string Valid(std::string text) {
    return IsValidUtf8(text) ? std::move(text) : RepairUtf8(text);
  }

  void Take(MediaWikiPage* page) {
    page->title = Valid(std::move(page->title));
    page->id = Valid(std::move(page->id));
    const auto lose = [&](std::string_view reason) {
      sink_->Lose({.reason = reason,
                   .bytes = page->bytes,
                   .why = fmt::format("page \"{}\"", page->title),
                   .part = page->id.empty() ? fmt::format("@{}", place_) : page->id,
                   .excerpt = page->text,
                   .by_choice = reason != "too_long"});
    };
    if (!page->article) return lose("other_namespace");
    if (page->redirect || IsRedirectText(page->text)) return lose("redirect");
    if (!page->model.empty() && page->model != "wikitext") return lose("not_wikitext");
    if (page->too_long) return lose("too_long");
    page->text = Valid(std::move(page->text));
    if (IsDisambiguation(page->text, page->title, language_)) return lose("disambiguation");
    RawText raw;
    raw.text = WikitextToText(page->text, language_, page->title);
    if (raw.text.empty()) return lose("no_text");
    if (static_cast<int64_t>(raw.text.size()) > kMaxRawTextBytes) return lose("too_long");
    raw.language = language_;
    raw.part = Part(page->id);
    raw.meta = Json::object();
    if (has_url_) {
      std::string url = Url(scanner_.site(), page->title);
      if (!url.empty()) raw.meta["url"] = Valid(std::move(url));
    }
    raw.meta["page_id"] = page->id;
    raw.meta["revision"] = Valid(page->revision);
    raw.meta["timestamp"] = Valid(page->timestamp);
    raw.title = std::move(page->title);
    sink_->Take(std::move(raw));
  }

  std::string Part(const std::string& id) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    const bool tracked =
        error == std::errc() && end == id.data() + id.size() && number < kMaxTrackedId;
    if (tracked) {
      if (number >= seen_.size()) seen_.resize(number + number / 4 + 64);
      if (!seen_[number]) {
        seen_[number] = true;
        return std::to_string(number);
      }
    }
    return fmt::format("{}@{}", id, place_);
  }

  MediaWikiScanner scanner_;
  const std::string file_language_;
  TextSink* sink_;
  std::string language_;
  bool has_url_ = false;
  int64_t place_ = 0;       // of the page in the dump, from 1
  std::vector<bool> seen_;  // ids
};

}  // namespace

void ReadMediaWiki(const fs::path& path, TextSink* sink) {
  TextReader reader(path);
  Articles([&](char* to, size_t size) { return reader.ReadSome(to, size); },
           path.filename().string(), sink)
      .Run();
}

void ReadMediaWiki(std::string_view xml, std::string_view file_name, TextSink* sink) {
  const auto source = [xml](char* to, size_t size) mutable {
    const size_t n = xml.copy(to, size);
    xml.remove_prefix(n);
    return n;
  };
  Articles(source, file_name, sink).Run();
}

}  // namespace cria::corpus
