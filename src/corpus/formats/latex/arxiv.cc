// Opens archives in archives, chooses the LaTeX files, decodes them, and counts what is no paper.
#include "corpus/formats/latex/arxiv.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/interrupt.h"
#include "corpus/formats/archive.h"
#include "corpus/formats/encoding.h"
#include "corpus/formats/latex/latex.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;

// arXiv takes 50 MB packed; sources with figures unpack to a few times that.
ArchiveLimits PaperLimits() {
  ArchiveLimits limits;
  limits.max_total_bytes = int64_t{1} << 30;
  limits.max_members = 20000;
  return limits;
}

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view Leaf(std::string_view name) {
  return name.substr(name.rfind('/') == kNone ? 0 : name.rfind('/') + 1);
}

std::string_view Stem(std::string_view name) {
  name = Leaf(name);
  for (const std::string_view ending :
       {".gz", ".tgz", ".zst", ".bz2", ".zip", ".tar", ".tex", ".pdf"}) {
    if (name.size() > ending.size() && name.ends_with(ending)) name.remove_suffix(ending.size());
  }
  return name;
}

enum class Kind { kLatex, kStyle, kPdf, kOther };

// TeX has no mark at its beginning; old sources have no ending in their name.
bool LooksLikeTex(std::string_view text) {
  const std::string_view head = text.substr(0, size_t{1} << 16);
  return head.find("\\document") != kNone || head.find("\\begin{document}") != kNone ||
         head.find("\\section") != kNone || head.find("\\chapter") != kNone ||
         head.find("%auto-ignore") != kNone || head.find("\\input") != kNone ||
         head.find("\\magnification") != kNone || head.find("\\def\\") != kNone;
}

bool LooksLikePdf(std::string_view bytes) { return bytes.substr(0, 1024).find("%PDF-") != kNone; }

Kind KindOf(std::string_view name, std::string_view bytes) {
  std::string leaf(Leaf(name));
  std::transform(leaf.begin(), leaf.end(), leaf.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  if (LooksLikePdf(bytes)) return Kind::kPdf;
  // Resource forks of a Mac and ancillary files, which are data.
  if (leaf.starts_with("._") || name.starts_with("anc/") || name.starts_with("__MACOSX/")) {
    return Kind::kOther;
  }
  if (bytes.starts_with("%!PS") || LooksBinary(bytes)) return Kind::kOther;
  if (leaf.ends_with(".sty") || leaf.ends_with(".cls")) return Kind::kStyle;
  if (leaf.ends_with(".tex") || leaf.ends_with(".ltx") || leaf.ends_with(".latex")) {
    return Kind::kLatex;
  }
  const bool plain_name = leaf.find('.') == std::string::npos || leaf.ends_with(".txt");
  const std::string_view head = bytes.substr(0, 512);
  if (head.find("<html") != kNone || head.find("<HTML") != kNone) return Kind::kOther;
  return plain_name && LooksLikeTex(bytes) ? Kind::kLatex : Kind::kOther;
}

// Character set that \usepackage[..]{inputenc} declares, as iconv names it; empty if none.
std::string InputEncoding(std::string_view bytes) {
  static const std::unordered_map<std::string_view, const char*> names = {
      {"latin1", "ISO-8859-1"},   {"latin2", "ISO-8859-2"}, {"latin3", "ISO-8859-3"},
      {"latin4", "ISO-8859-4"},   {"latin5", "ISO-8859-9"}, {"latin9", "ISO-8859-15"},
      {"latin10", "ISO-8859-16"}, {"ansinew", "CP1252"},    {"cp1252", "CP1252"},
      {"cp1250", "CP1250"},       {"cp1251", "CP1251"},     {"cp866", "CP866"},
      {"cp437", "CP437"},         {"cp850", "CP850"},       {"koi8-r", "KOI8-R"},
      {"koi8-u", "KOI8-U"},       {"applemac", "MACINTOSH"}};
  const size_t close = bytes.find("]{inputenc}");
  if (close == kNone) return "";
  const size_t from = close > 64 ? close - 64 : 0;
  const std::string_view before = bytes.substr(from, close - from);
  const size_t open = before.rfind('[');
  if (open == kNone) return "";
  const auto found = names.find(before.substr(open + 1));
  return found == names.end() ? "" : found->second;
}

struct RawFile {
  std::string name, bytes;
};

class Reader {
 public:
  Reader(const std::string& where, TextSink* sink) : where_(where), sink_(sink) {}

  /// Bytes of one paper: an archive, a compressed file, or TeX itself.
  void Paper(std::string_view id, std::string_view bytes) {
    ThrowIfInterrupted();
    const std::string where = where_ + ": " + std::string(id);
    files_.clear();
    others_ = pdfs_ = 0;
    id_ = id;
    if (LooksLikePdf(bytes)) return Lose("pdf_only", bytes, where);
    bool unpacks = true, lost = false;
    ForEachMemberIn(
        bytes, where, PaperLimits(),
        [&](std::string_view name, std::string_view member) { Member(name, member); },
        [&](Loss loss) {
          if (loss.reason == "no_archive") {
            unpacks = false;
            return;
          }
          lost = true;
          loss.part = loss.part.empty() ? id_ : id_ + "/" + loss.part;
          sink_->Lose(loss);
        });
    if (!unpacks) Member("", bytes);
    Finish(std::string(id), bytes, where, lost);
  }

  /// False if the id came before.
  bool IsNew(const std::string& id) {
    id_ = id;
    return ids_.insert(id).second;
  }

  /// The paper whose id was named last.
  void Lose(std::string_view reason, std::string_view bytes, const std::string& why,
            std::string_view excerpt = {}) {
    sink_->Lose({.reason = reason,
                 .bytes = static_cast<int64_t>(bytes.size()),
                 .why = why,
                 .part = id_,
                 .excerpt = excerpt.empty() ? bytes : excerpt});
  }

 private:
  void Member(std::string_view name, std::string_view bytes) {
    const Kind kind = KindOf(name, bytes);
    if (kind == Kind::kLatex || kind == Kind::kStyle) {
      files_.push_back({name.empty() ? "main.tex" : std::string(name), std::string(bytes)});
    } else {
      ++(kind == Kind::kPdf ? pdfs_ : others_);
    }
  }

  bool IsWithdrawn() const {
    return std::all_of(files_.begin(), files_.end(), [](const RawFile& file) {
      return file.bytes.size() < 4096 && file.bytes.find("%auto-ignore") != std::string::npos;
    });
  }

  void Finish(const std::string& id, std::string_view bytes, const std::string& where, bool lost) {
    const bool has_latex = std::any_of(files_.begin(), files_.end(), [](const RawFile& file) {
      return KindOf(file.name, file.bytes) == Kind::kLatex;
    });
    if (!has_latex) {
      // An archive that broke before its first text has been counted.
      if (pdfs_ > 0) return Lose("pdf_only", bytes, where);
      if (!lost || others_ > 0) Lose("no_latex", bytes, where);
      return;
    }
    if (IsWithdrawn()) return Lose("withdrawn", bytes, where, files_.front().bytes);
    std::string charset;
    for (const RawFile& file : files_) {
      if (charset.empty()) charset = InputEncoding(file.bytes);
    }
    LatexBundle bundle;
    for (const RawFile& file : files_) bundle.Add(file.name, ToUtf8(file.bytes, charset));
    const auto latex = std::find_if(files_.begin(), files_.end(), [](const RawFile& file) {
      return KindOf(file.name, file.bytes) == Kind::kLatex;
    });
    const std::string start = latex->bytes.substr(0, kMaxExcerptBytes);
    files_.clear();
    HandOut(id, CleanLatex(&bundle), bytes, start, where);
  }

  // `start` is that of its first LaTeX file.
  void HandOut(const std::string& id, LatexPaper paper, std::string_view bytes,
               std::string_view start, const std::string& where) {
    if (paper.text.empty()) return Lose("no_section", bytes, where, start);
    if (static_cast<int64_t>(paper.text.size()) > kMaxRawTextBytes) {
      return Lose("too_long", paper.text, where);
    }
    const auto partly = [&](std::string_view reason, int64_t items, int64_t lost_bytes) {
      if (items == 0) return;
      sink_->Lose(
          {.reason = reason, .items = items, .bytes = lost_bytes, .why = where, .part = id});
    };
    partly("macro_limit", paper.macro_limit, 0);
    partly("input_limit", paper.input_limit, 0);
    partly("unused_file", paper.unused_files, paper.unused_bytes);
    RawText text;
    text.part = id;
    text.title = paper.title;
    if (const std::string arxiv_id = ArxivId(id); !arxiv_id.empty()) {
      text.meta = Json::object();
      text.meta["arxiv_id"] = arxiv_id;
    }
    text.text = std::move(paper.text);
    sink_->Take(std::move(text));
  }

  const std::string& where_;
  TextSink* sink_;
  std::unordered_set<std::string> ids_;
  std::string id_;  // of the paper in hand
  std::vector<RawFile> files_;
  int64_t pdfs_ = 0, others_ = 0;
};

// A bulk tar is not compressed and holds one paper per member, named after its id.
bool IsBulkMember(std::string_view name) {
  return !ArxivId(name).empty() && (name.ends_with(".gz") || name.ends_with(".pdf"));
}

bool IsPlainTar(std::string_view bytes) {
  return bytes.size() > 512 && bytes.substr(257, 5) == "ustar";
}

}  // namespace

std::string ArxivId(std::string_view name) {
  // "hep-th/9901001" is an id and a path; its folder in a bulk tar is digits.
  std::string_view stem = Stem(name);
  const size_t slash = name.rfind('/');
  std::string_view folder = slash == kNone ? std::string_view() : Leaf(name.substr(0, slash));
  if (const size_t version = stem.rfind('v');
      version != kNone && version > 6 && IsDigits(stem.substr(version + 1))) {
    stem = stem.substr(0, version);
  }
  const size_t dot = stem.find('.');
  if (dot == 4 && IsDigits(stem.substr(0, 4)) && IsDigits(stem.substr(5)) &&
      (stem.size() == 9 || stem.size() == 10)) {
    return std::string(stem);
  }
  if (stem.size() < 7 || !IsDigits(stem.substr(stem.size() - 7))) return "";
  std::string_view archive = stem.substr(0, stem.size() - 7);
  if (archive.empty()) archive = folder;
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || c == '-' || c == '.' || (c >= 'A' && c <= 'Z');
  };
  if (archive.size() < 2 || archive.size() > 16 ||
      !std::all_of(archive.begin(), archive.end(), is_name)) {
    return "";
  }
  return std::string(archive) + "/" + std::string(stem.substr(stem.size() - 7));
}

void ReadArxivBytes(std::string_view bytes, const std::string& name, TextSink* sink) {
  Reader reader(name, sink);
  const std::string own_id = ArxivId(name);
  const std::string single = own_id.empty() ? std::string(Stem(name)) : own_id;
  if (!IsPlainTar(bytes)) return reader.Paper(single, bytes);
  bool is_bulk = false, is_source = false;
  ForEachMemberIn(
      bytes, name, ArchiveLimits(),
      [&](std::string_view member, std::string_view contents) {
        if (!IsBulkMember(member)) {
          is_source = true;
          return;
        }
        is_bulk = true;
        const std::string id = ArxivId(member);
        if (!reader.IsNew(id)) return reader.Lose("duplicate_id", contents, name + ": " + id);
        reader.Paper(id, contents);
      },
      [&](const Loss& loss) { sink->Lose(loss); });
  if (is_source && !is_bulk) reader.Paper(single, bytes);
}

void ReadArxiv(const fs::path& file, TextSink* sink) {
  const MappedFile mapped(file);
  ReadArxivBytes(mapped.text(), file.string(), sink);
}

}  // namespace cria::corpus
