// First the posts, converted, go through a sorter; then they come back question by question.
#include "corpus/formats/stack_exchange/stack_exchange.h"

#include <unordered_set>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/utf8.h"
#include "corpus/formats/html/html_references.h"
#include "corpus/formats/stack_exchange/post_html.h"
#include "corpus/formats/stack_exchange/post_rows.h"
#include "corpus/formats/stack_exchange/post_sorter.h"
#include "corpus/formats/xml_prolog.h"

namespace cria::corpus {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;

// Text of an XML attribute.
std::string Decoded(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  AppendDecodedReferences(raw, &text);
  return IsValidUtf8(text) ? text : RepairUtf8(text);
}

// The same on one line.
std::string OneLine(std::string_view raw) {
  const std::string text = Decoded(raw);
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

// "<a><b>", and since 2024 "|a|b|".
Json TagList(std::string_view tags) {
  Json list = Json::array();
  while (!tags.empty()) {
    const size_t end = std::min(tags.find_first_of("<>|"), tags.size());
    if (end > 0) list.push_back(tags.substr(0, end));
    tags.remove_prefix(std::min(end + 1, tags.size()));
  }
  return list;
}

// False if the file declares entities. Throws unless `head`, its first bytes, opens a list of
// posts.
bool OpensPosts(std::string_view head, const std::string& where) {
  const auto fail = [&](const std::string& what) {
    throw Error(what, where,
                "name the Posts.xml of an archive from archive.org/details/stackexchange");
  };
  if (head.starts_with("7z\xbc\xaf\x27\x1c")) {
    throw Error("a 7z archive, which cria does not unpack", where,
                "unpack it (7z x FILE) and name the Posts.xml that was in it");
  }
  const XmlProlog prolog = ReadXmlProlog(head);
  if (prolog.state == XmlProlog::State::kEntities) return false;
  if (prolog.state != XmlProlog::State::kRoot) fail("no XML file");
  head.remove_prefix(prolog.root);
  const std::string_view name = head.substr(1, head.find_first_of(" \t\r\n/>") - 1);
  if (name != "posts") {
    fail(fmt::format("a list of <{}>, not of <posts>", RepairUtf8(name.substr(0, 40))));
  }
  return true;
}

// Puts a question and its answers together, which come one behind the other.
class Threads {
 public:
  Threads(std::string site, int64_t max_bytes, TextSink* sink)
      : site_(std::move(site)), max_bytes_(max_bytes), sink_(sink) {}

  void Add(Post post) {
    if (post.question_id != question_.question_id) Finish();
    if (!open_ && post.is_answer != 0) {
      return Lose("orphan_answer", post, fmt::format("an answer to {}", post.question_id));
    }
    if (!ids_.insert(post.id).second) return Lose("repeated_post", post, "its id came before");
    if (post.is_answer == 0) {
      open_ = true;
      text_ = "Q: " + post.title + (post.title.empty() || post.text.empty() ? "" : "\n\n");
      text_ += post.text;
      question_ = std::move(post);
      return;
    }
    ++answers_;
    // One more byte than may be is enough to know.
    if (static_cast<int64_t>(text_.size()) <= max_bytes_) text_.append("\n\nA: ").append(post.text);
    answer_bytes_ += static_cast<int64_t>(post.text.size());
  }

  void Finish() {
    if (open_ && static_cast<int64_t>(text_.size()) > max_bytes_) {
      sink_->Lose({.reason = "too_long",
                   .bytes = static_cast<int64_t>(question_.text.size()) + answer_bytes_,
                   .why = fmt::format("question {} with its answers", question_.id),
                   .part = std::to_string(question_.id),
                   .excerpt = text_});
    } else if (open_) {
      RawText out;
      out.text = std::move(text_);
      out.part = std::to_string(question_.id);
      out.title = std::move(question_.title);
      out.meta = {{"question_id", question_.id},
                  {"score", question_.score},
                  {"answers", answers_},
                  {"tags", TagList(question_.tags)},
                  {"site", site_},
                  {"date", question_.created}};
      sink_->Take(std::move(out));
    }
    open_ = false;
    question_ = {};
    text_.clear();
    ids_.clear();
    answers_ = answer_bytes_ = 0;
  }

 private:
  void Lose(std::string_view reason, const Post& post, std::string why) {
    sink_->Lose({.reason = reason,
                 .bytes = static_cast<int64_t>(post.text.size()),
                 .why = std::move(why),
                 .part = std::to_string(post.id),
                 .excerpt = post.text,
                 .by_choice = true});
  }

  std::string site_;
  int64_t max_bytes_;
  TextSink* sink_;
  Post question_;
  bool open_ = false;
  std::string text_;
  std::unordered_set<int64_t> ids_;
  int64_t answers_ = 0, answer_bytes_ = 0;
};

// Takes the bytes of a Posts.xml in pieces, and hands out the texts at the end.
class Reader {
 public:
  Reader(const StackExchangeOptions& options, std::string site, std::string where, TextSink* sink)
      : sorter_(options.scratch, options.memory_bytes),
        max_text_bytes_(options.max_text_bytes),
        site_(std::move(site)),
        where_(std::move(where)),
        sink_(sink),
        scanner_([this](const PostRow& row, int64_t bytes) { Take(row, bytes); },
                 [this](std::string_view row, int64_t offset, const std::string& why) {
                   sink_->Lose({.reason = "damaged_row",
                                .bytes = static_cast<int64_t>(row.size()),
                                .why = fmt::format("{}: {} at byte {}", where_, why, offset),
                                .part = fmt::format("byte {}", offset),
                                .excerpt = row});
                 }) {}

  void Feed(std::string_view piece) {
    ThrowIfInterrupted();
    if (!checked_) {
      head_.append(piece);
      if (head_.size() < kMaxXmlPrologBytes) return;
      Check();
      return;
    }
    scanner_.Feed(piece);
  }

  /// Whether the rest of the file does not matter.
  bool refused() const { return refused_; }

  void Finish() {
    if (!checked_) Check();
    if (refused_) return;
    scanner_.Finish();
    Threads threads(site_, max_text_bytes_, sink_);
    for (Post post; sorter_.Next(&post);) threads.Add(std::move(post));
    threads.Finish();
  }

 private:
  void Check() {
    checked_ = true;
    refused_ = !OpensPosts(head_, where_);
    if (refused_) {
      return sink_->Lose({.reason = "entities_declared",
                          .bytes = static_cast<int64_t>(head_.size()),
                          .why = where_ + ": its document type declares entities",
                          .excerpt = head_});
    }
    scanner_.Feed(head_);
    std::string().swap(head_);
  }

  void Take(const PostRow& row, int64_t bytes) {
    const auto lose = [&](std::string_view reason) {
      sink_->Lose({.reason = reason,
                   .bytes = bytes,
                   .why = fmt::format("a post of type {}", row.type),
                   .part = std::to_string(row.id),
                   .excerpt = row.body,
                   .by_choice = true});
    };
    if (row.type != 1 && row.type != 2) return lose("other_post");
    Post post;
    post.is_answer = row.type == 2;
    post.id = row.id;
    post.question_id = post.is_answer != 0 ? row.parent_id : row.id;
    post.score = row.score;
    post.text = PostHtmlToText(Decoded(row.body));
    if (post.is_answer == 0) {
      post.title = OneLine(row.title);
      post.tags = OneLine(row.tags);
      post.created = OneLine(row.created);
    }
    if (post.text.empty() && post.title.empty()) return lose("empty_post");
    post.text.shrink_to_fit();
    sorter_.Add(std::move(post));
  }

  PostSorter sorter_;
  int64_t max_text_bytes_;
  std::string site_, where_;
  TextSink* sink_;
  PostRowScanner scanner_;
  std::string head_;
  bool checked_ = false, refused_ = false;
};

}  // namespace

void ReadStackExchange(const fs::path& posts, const StackExchangeOptions& options, TextSink* sink) {
  const std::string where = posts.string();
  Reader reader(options, fs::absolute(posts).parent_path().filename().string(), where, sink);
  TextReader file(posts);
  std::string piece(kPieceBytes, '\0');
  while (!reader.refused()) {
    const size_t size = file.ReadSome(piece.data(), piece.size());
    if (size == 0) break;
    reader.Feed(std::string_view(piece).substr(0, size));
  }
  reader.Finish();
}

void ReadStackExchangeBytes(std::string_view xml, const std::string& site, const std::string& where,
                            const StackExchangeOptions& options, TextSink* sink) {
  Reader reader(options, site, where, sink);
  for (; !xml.empty() && !reader.refused(); xml.remove_prefix(std::min(kPieceBytes, xml.size()))) {
    reader.Feed(xml.substr(0, kPieceBytes));
  }
  reader.Finish();
}

}  // namespace cria::corpus
