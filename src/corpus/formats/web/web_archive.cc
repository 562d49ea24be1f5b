// From records to texts: what kind of page it is, in which character set, and under which name.
#include "corpus/formats/web/web_archive.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "corpus/formats/encoding.h"
#include "corpus/formats/html/html.h"
#include "corpus/formats/web/warc.h"
#include "corpus/quality/white_space.h"

namespace cria::corpus {
namespace {

// ISO 639-3 to ISO 639-1, six characters each: Common Crawl declares the former.
constexpr std::string_view kLanguages =
    "aaraa abkab afraf akaak amham araar argan asmas avaav aveae aymay azeaz bakba bambm belbe "
    "benbn bisbi bodbo bosbs brebr bulbg catca cescs chach chece chucu chvcv corkw cosco crecr "
    "cymcy danda deude divdv dzodz ellel engen epoeo estet euseu eweee faofo fasfa fijfj finfi "
    "frafr fryfy fulff glagd glega glggl glvgv grngn gujgu hatht hauha hebhe herhz hinhi hmoho "
    "hrvhr hunhu hyehy iboig idoio iiiii ikuiu ileie inaia indid ipkik islis itait javjv jpnja "
    "kalkl kankn kasks katka kaukr kazkk khmkm kikki kinrw kirky komkv konkg korko kuakj kurku "
    "laolo latla lavlv limli linln litlt ltzlb lublu luglg mahmh malml marmr mkdmk mlgmg mltmt "
    "monmn mrimi msams myamy nauna navnv nblnr ndend ndong nepne nldnl nnonn nobnb norno nyany "
    "ocioc ojioj orior ormom ossos panpa plipi polpl porpt pusps quequ rohrm ronro runrn rusru "
    "sagsg sansa sinsi slksk slvsl smese smosm snasn sndsd somso sotst spaes sqisq srdsc srpsr "
    "sswss sunsu swasw swesv tahty tamta tattt telte tgktg tgltl thath tirti tonto tsntn tsots "
    "tuktk turtr twitw uigug ukruk urdur uzbuz venve vievi volvo wlnwa wolwo xhoxh yidyi yoryo "
    "zhaza zhozh zulzu ";

// Names under which the web means more than they say (WHATWG Encoding, "Names and labels"): pages
// that declare the old set use the letters that its successor added.
constexpr std::pair<std::string_view, const char*> kCharsets[] = {{"iso-8859-1", "windows-1252"},
                                                                  {"iso8859-1", "windows-1252"},
                                                                  {"latin1", "windows-1252"},
                                                                  {"latin-1", "windows-1252"},
                                                                  {"us-ascii", "windows-1252"},
                                                                  {"ascii", "windows-1252"},
                                                                  {"iso-8859-9", "windows-1254"},
                                                                  {"latin5", "windows-1254"},
                                                                  {"iso-8859-11", "windows-874"},
                                                                  {"tis-620", "windows-874"},
                                                                  {"gb2312", "gb18030"},
                                                                  {"gb_2312-80", "gb18030"},
                                                                  {"gbk", "gb18030"},
                                                                  {"x-gbk", "gb18030"},
                                                                  {"shift_jis", "cp932"},
                                                                  {"shift-jis", "cp932"},
                                                                  {"sjis", "cp932"},
                                                                  {"x-sjis", "cp932"},
                                                                  {"windows-31j", "cp932"},
                                                                  {"euc-kr", "cp949"},
                                                                  {"ks_c_5601-1987", "cp949"},
                                                                  {"ksc5601", "cp949"},
                                                                  {"windows-949", "cp949"},
                                                                  {"big5", "big5-hkscs"},
                                                                  {"big5-hkscs", "big5-hkscs"},
                                                                  {"x-x-big5", "big5-hkscs"},
                                                                  {"x-cp1250", "windows-1250"},
                                                                  {"x-cp1251", "windows-1251"},
                                                                  {"x-cp1252", "windows-1252"},
                                                                  {"win-1251", "windows-1251"},
                                                                  {"cp-1251", "windows-1251"},
                                                                  {"x-euc-jp", "euc-jp"},
                                                                  {"x-mac-roman", "macintosh"},
                                                                  {"visual", "iso-8859-8"},
                                                                  {"logical", "iso-8859-8"},
                                                                  {"iso-8859-8-i", "iso-8859-8"}};

std::string KnownCharset(const std::string& label) {
  for (const auto& [name, means] : kCharsets) {
    if (label == name) return means;
  }
  return label;
}

std::string TwoLetterLanguage(std::string_view code) {
  if (code.size() == 2) return std::string(code);
  if (code.size() != 3) return "";
  for (size_t at = 0; at + 5 <= kLanguages.size(); at += 6) {
    if (kLanguages.substr(at, 3) == code) return std::string(kLanguages.substr(at + 3, 2));
  }
  return "";
}

std::string Utf8(std::string_view bytes) {
  return IsValidUtf8(bytes) ? std::string(bytes) : RepairUtf8(bytes);
}

// A page's bytes as UTF-8. Byte order mark first, then the server's word, then the page's own.
std::string DecodePage(std::string_view bytes, const std::string& http_charset) {
  const std::string charset =
      KnownCharset(http_charset.empty() ? DeclaredCharset(bytes) : http_charset);
  const bool marked = bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff");
  // A page in UTF-16 cannot declare it in its own text, so only the server's word counts.
  if (http_charset.starts_with("utf-16") && !marked && LooksBinary(bytes)) {
    const char* mark = http_charset == "utf-16be" ? "\xfe\xff" : "\xff\xfe";
    return ToUtf8(mark + std::string(bytes), charset);
  }
  return ToUtf8(bytes, charset);
}

bool BeginsLikeHtml(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  const size_t begin = bytes.find_first_not_of(" \t\r\n");
  if (begin == bytes.npos) return false;
  const std::string head = MediaType(bytes.substr(begin, 14));  // in lower case
  return head.starts_with("<!doctype html") || head.starts_with("<html");
}

class Archive {
 public:
  Archive(TextSink* sink, const HtmlReader& html) : sink_(*sink), html_(html) {}

  void Read(WarcReader* reader) {
    while ((record_ = reader->Next()) != nullptr) {
      shown_ = record_->block;
      if (record_->type == "conversion") {
        Conversion();
      } else if (record_->type == "response") {
        Response();
      } else if (record_->type == "resource") {
        Resource();
      } else if (record_->type == "continuation") {
        Lose("segment", "the text of a record in several pieces goes on here");
      }
    }
  }

 private:
  void Conversion() {
    const std::string type = MediaType(record_->fields.Get("Content-Type"));
    if (!type.empty() && !type.starts_with("text/")) return Lose("not_html", type);
    const std::string body = Utf8(record_->block);
    RawText text;
    std::string_view rest = StripWhiteSpace(body);
    const auto next_line = [&rest] {
      const size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = StripWhiteSpace(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      return line;
    };
    text.title = next_line();
    text.text.reserve(rest.size());
    for (bool first = true; !rest.empty(); first = false) {
      if (!first) text.text += '\n';
      text.text += next_line();
    }
    Hand(std::move(text));
  }

  void Response() {
    // Other schemes (dns:, ftp:) store what they got without a message around it.
    const std::string type = MediaType(record_->fields.Get("Content-Type"));
    if (type != "application/http" && !record_->block.starts_with("HTTP/")) return Resource();
    HttpMessage message;
    if (!message.Parse(record_->block)) return Lose("damaged_record", "no HTTP status line");
    if (message.status != 200) return Lose("http_status", std::to_string(message.status));
    const std::string_view content = message.fields.Get("Content-Type");
    // Images and films are the most of some archives: judged before they are unpacked.
    const std::string kind = MediaType(content);
    if (!kind.empty() && !MayBeText(kind)) return Lose("not_html", kind);
    std::string scratch;
    std::string_view body;
    switch (DecodeBody(message, kMaxRawTextBytes, &scratch, &body)) {
      case BodyFault::kNone:
        shown_ = body;
        return Page(body, kind, CharsetParameter(content));
      case BodyFault::kDamaged:
        return Lose("damaged_record", "the body does not unpack");
      case BodyFault::kTooLong:
        return Lose("too_long", "the body when unpacked");
      case BodyFault::kUnknownCoding:
        return Lose("unknown_coding", message.fields.List("Content-Encoding"));
    }
  }

  // Notes of the crawler itself (its log, its arguments) are plain-text resources, so of these only
  // HTML is a page.
  void Resource() {
    const std::string_view content = record_->fields.Get("Content-Type");
    const std::string type = MediaType(content);
    if (!IsHtml(type)) return Lose("not_html", type);
    Page(record_->block, type, CharsetParameter(content));
  }

  static bool IsHtml(const std::string& type) {
    return type == "text/html" || type == "application/xhtml+xml";
  }
  static bool MayBeText(const std::string& type) { return IsHtml(type) || type == "text/plain"; }

  void Page(std::string_view body, std::string type, const std::string& charset) {
    if (type.empty()) {
      type = MediaType(record_->fields.Get("WARC-Identified-Payload-Type"));
      if (type.empty() && BeginsLikeHtml(body)) type = "text/html";
    }
    const bool utf16 = charset.starts_with("utf-16");
    if (!MayBeText(type) || (LooksBinaryPage(body) && !utf16)) return Lose("not_html", type);
    RawText page;
    page.text = DecodePage(body, charset);
    try {
      if (type != "text/plain") page = html_(page.text);
    } catch (const Error& error) {
      return Lose("unread_html", error.what());
    }
    Hand(std::move(page));
  }

  // Hands a text out under its record's name.
  void Hand(RawText text) {
    if (text.text.find_first_not_of(" \t\r\n") == std::string::npos) {
      return Lose("no_text", "nothing is left of the page");
    }
    if (static_cast<int64_t>(text.text.size()) > kMaxRawTextBytes) {
      return Lose("too_long", "the text of the page");
    }
    const HeaderFields& fields = record_->fields;
    text.part = Part();
    if (!text.meta.is_object()) text.meta = Json::object();
    const auto add = [&](const char* key, std::string_view value) {
      if (!value.empty()) text.meta[key] = Utf8(value);
    };
    add("url", record_->url());
    add("date", fields.Get("WARC-Date"));
    // CCNet names the block's; a page's is better known by its payload's, which has no headers.
    const std::string_view payload = fields.Get("WARC-Payload-Digest");
    const bool conversion = record_->type == "conversion";
    add("digest", conversion || payload.empty() ? fields.Get("WARC-Block-Digest") : payload);
    add("truncated", fields.Get("WARC-Truncated"));
    const std::string_view languages = fields.Get("WARC-Identified-Content-Language");
    if (languages.find(',') != languages.npos) {
      add("languages", languages);
    } else if (text.language.empty()) {
      text.language = TwoLetterLanguage(languages);
    }
    sink_.Take(std::move(text));
  }

  // Unique in the file, whatever the file says: a name that was there before gets the number too.
  std::string Part() {
    std::string part = record_->Name();
    while (!parts_.insert(Hash64(part)).second) part += fmt::format("#{}", record_->number);
    return part;
  }

  void Lose(std::string_view reason, const std::string& why) {
    constexpr size_t kShown = 200;
    std::string part = record_->Name();
    if (parts_.contains(Hash64(part))) part += fmt::format("#{}", record_->number);
    sink_.Lose({.reason = reason,
                .bytes = static_cast<int64_t>(record_->block.size()),
                .why = fmt::format("record {} at byte {}, {}: {}", record_->number, record_->offset,
                                   Utf8(record_->url().substr(0, kShown)),
                                   Utf8(std::string_view(why).substr(0, kShown))),
                .part = std::move(part),
                .excerpt = shown_});
  }

  TextSink& sink_;
  const HtmlReader& html_;
  const WarcRecord* record_ = nullptr;
  std::string_view shown_;  // what there is of the page: the record's block, then its body unpacked
  std::unordered_set<uint64_t> parts_;
};

}  // namespace

void ReadWebArchive(const fs::path& file, TextSink* sink, const HtmlReader& html) {
  WarcReader reader(MappedFile(file), sink);
  Archive(sink, html).Read(&reader);
}

void ReadWebArchiveBytes(std::string_view bytes, TextSink* sink, const HtmlReader& html) {
  WarcReader reader(bytes, sink);
  Archive(sink, html).Read(&reader);
}

}  // namespace cria::corpus
