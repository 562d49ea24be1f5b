// Reading: a line at a time; hashes of the n-grams read so far tell which are missing. Writing:
// each order's section grows in a scratch file, as the counts stand in front of them.
#include "corpus/quality/arpa.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>
#include <system_error>
#include <unordered_map>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "corpus/quality/ngram_format.h"
#include "corpus/quality/pieces.h"

namespace cria::corpus {
namespace {

constexpr float kMissingUnknown = -100;

struct Weights {
  float log10_probability, log10_backoff;
};

// Open addressing in a power of two of cells of 16 bytes, three to six eighths full.
class NgramTable {
 public:
  /// False if it is there already.
  bool Insert(uint64_t hash, Weights weights) {
    if (4 * (size_ + 1) > 3 * cells_.size()) Grow();
    Cell* cell = At(hash);
    if (cell->hash != 0) return false;
    *cell = {hash, weights};
    ++size_;
    return true;
  }
  const Weights* Find(uint64_t hash) const {
    if (cells_.empty()) return nullptr;
    const Cell* cell = const_cast<NgramTable*>(this)->At(hash);
    return cell->hash == 0 ? nullptr : &cell->weights;
  }

 private:
  struct Cell {
    uint64_t hash = 0;
    Weights weights = {};
  };
  Cell* At(uint64_t hash) {
    const size_t mask = cells_.size() - 1;
    size_t at = hash & mask;
    while (cells_[at].hash != 0 && cells_[at].hash != hash) at = (at + 1) & mask;
    return &cells_[at];
  }
  void Grow() {
    std::vector<Cell> old(std::max<size_t>(1024, 2 * cells_.size()));
    old.swap(cells_);
    for (const Cell& cell : old) {
      if (cell.hash != 0) *At(cell.hash) = cell;
    }
  }
  std::vector<Cell> cells_;
  size_t size_ = 0;
};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// The next word of a line, which loses it; empty at the end.
std::string_view TakeWord(std::string_view* line) {
  while (!line->empty() && IsSpace(line->front())) line->remove_prefix(1);
  size_t end = 0;
  while (end < line->size() && !IsSpace((*line)[end])) ++end;
  const std::string_view word = line->substr(0, end);
  line->remove_prefix(end);
  return word;
}

bool IsBlank(std::string_view line) { return TakeWord(&line).empty(); }

template <class Number>
bool ParseNumber(std::string_view text, Number* number) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), *number);
  if constexpr (std::is_floating_point_v<Number>) {
    // Smaller than the smallest float: from_chars leaves the number alone.
    if (code == std::errc::result_out_of_range) *number = 0;
    if (code == std::errc::result_out_of_range) return end == text.data() + text.size();
  }
  return code == std::errc() && end == text.data() + text.size();
}

class ArpaReader {
 public:
  using NextLine = std::function<bool(std::string_view*)>;
  ArpaReader(NextLine next_line, std::string name, NgramSink* sink)
      : next_line_(std::move(next_line)), name_(std::move(name)), sink_(sink) {}

  ArpaStats Read() {
    ReadCounts();
    ReadUnigrams();
    for (int n = 2; n <= stats_.order; ++n) ReadSection(n);
    if (Line() != "\\end\\") Fail("\\end\\ expected");
    return std::move(stats_);
  }

 private:
  struct Entry {
    Weights weights;
    std::array<std::string_view, kMaxNgramOrder> words;
  };

  [[noreturn]] void Fail(const std::string& what) const {
    throw Error("not an ARPA language model: " + what, fmt::format("{}, line {}", name_, line_),
                "name an ARPA text (lmplz, SRILM write it), plain, .gz or .zst");
  }

  // The next line that is not blank, without white space at its end; empty at the end of the text.
  std::string_view Line() {
    std::string_view line;
    while (next_line_(&line)) {
      if (++line_ % (1 << 20) == 0) ThrowIfInterrupted();
      while (!line.empty() && IsSpace(line.back())) line.remove_suffix(1);
      if (!IsBlank(line)) return line;
    }
    return {};
  }

  void ReadCounts();
  Entry ParseEntry(std::string_view line, int n) const;
  void ReadUnigrams();
  uint32_t IdOf(std::string_view word);
  void ReadSection(int n);
  void Need(std::span<const uint32_t> ids);
  Weights BackOff(std::span<const uint32_t> ids) const;

  NextLine next_line_;
  std::string name_;
  NgramSink* sink_;
  ArpaStats stats_;
  int64_t line_ = 0;
  std::string pending_;  // the first line behind the counts
  std::unordered_map<std::string_view, uint32_t> ids_;
  std::vector<std::string> vocabulary_;
  std::vector<Weights> unigrams_;
  NgramTable known_;  // of more than one word, below the order
};

void ArpaReader::ReadCounts() {
  // What stands before \data\ is comment, but a file of something else should fail at once.
  std::string_view line = Line();
  for (int64_t skipped = 0; line != "\\data\\"; line = Line(), ++skipped) {
    if (line.empty() || skipped > 1000) Fail("\\data\\ expected");
  }
  for (line = Line(); line.starts_with("ngram"); line = Line()) {
    line.remove_prefix(5);
    const size_t equals = line.find('=');
    std::string_view order_text = line.substr(0, equals);
    std::string_view count_text = equals == line.npos ? "" : line.substr(equals + 1);
    int order = 0;
    int64_t count = -1;
    if (!ParseNumber(TakeWord(&order_text), &order) ||
        !ParseNumber(TakeWord(&count_text), &count) || count < 0) {
      Fail("a line such as \"ngram 1=100\" expected");
    }
    if (order != ++stats_.order) Fail("the orders do not rise by one");
    if (order > kMaxNgramOrder) Fail(fmt::format("orders above {} are not read", kMaxNgramOrder));
    stats_.ngrams.push_back(count);
  }
  if (stats_.order == 0) Fail("no orders are named");
  if (line != "\\1-grams:") Fail("\\1-grams: expected");
}

ArpaReader::Entry ArpaReader::ParseEntry(std::string_view line, int n) const {
  if (line.empty() || line.front() == '\\') Fail("fewer n-grams than announced");
  Entry entry;
  float probability = 0, backoff = kNoExtension;
  if (!ParseNumber(TakeWord(&line), &probability) || std::isnan(probability)) {
    Fail("a number expected");
  }
  if (probability > 0) Fail("a probability above 1");
  for (int i = 0; i < n; ++i) {
    entry.words[i] = TakeWord(&line);
    if (entry.words[i].empty()) Fail("too few words");
  }
  const std::string_view last = TakeWord(&line);
  if (!last.empty() && (!ParseNumber(last, &backoff) || !std::isfinite(backoff))) {
    Fail("a number expected");
  }
  if (!IsBlank(line)) Fail("too many words");
  // lmplz writes 0 where nothing follows; where something does, Need says so.
  if (backoff == 0) backoff = kNoExtension;
  entry.weights = {std::max(probability, kMissingUnknown), backoff};
  return entry;
}

void ArpaReader::ReadUnigrams() {
  vocabulary_ = {"<unk>", "<s>", "</s>"};
  unigrams_.assign(kFirstPieceId, {kMissingUnknown, kNoExtension});
  std::array<bool, kFirstPieceId> seen = {};
  for (int64_t i = 0; i < stats_.ngrams[0]; ++i) {
    const Entry entry = ParseEntry(Line(), 1);
    const std::string_view word = entry.words[0] == "<UNK>" ? "<unk>" : entry.words[0];
    const auto mark = std::find(vocabulary_.begin(), vocabulary_.begin() + kFirstPieceId, word);
    const auto id = static_cast<size_t>(mark - vocabulary_.begin());
    if (id < kFirstPieceId) {
      if (seen[id]) Fail("a word stands twice");
      seen[id] = true;
      unigrams_[id] = entry.weights;
      continue;
    }
    if (vocabulary_.size() >= UINT32_MAX - 1) Fail("too many words");
    vocabulary_.emplace_back(word);
    unigrams_.push_back(entry.weights);
  }
  if (!seen[kBeginId] || !seen[kEndId]) Fail("no <s> or no </s>");
  ids_.reserve(vocabulary_.size());
  for (uint32_t id = 0; id < vocabulary_.size(); ++id) {
    if (!ids_.emplace(vocabulary_[id], id).second) Fail("a word stands twice");
  }
  sink_->Begin(stats_.order, vocabulary_);
  for (uint32_t id = 0; id < unigrams_.size(); ++id) {
    sink_->Take({&id, 1}, unigrams_[id].log10_probability, unigrams_[id].log10_backoff);
  }
}

uint32_t ArpaReader::IdOf(std::string_view word) {
  const auto at = ids_.find(word == "<UNK>" ? "<unk>" : word);
  if (at == ids_.end()) Fail(fmt::format("\"{}\" is no 1-gram", word));
  return at->second;
}

void ArpaReader::ReadSection(int n) {
  if (Line() != fmt::format("\\{}-grams:", n)) Fail(fmt::format("\\{}-grams: expected", n));
  std::array<uint32_t, kMaxNgramOrder> ids;
  const std::span<const uint32_t> ngram(ids.data(), n);
  for (int64_t i = 0; i < stats_.ngrams[n - 1]; ++i) {
    const Entry entry = ParseEntry(Line(), n);
    for (int w = 0; w < n; ++w) ids[w] = IdOf(entry.words[w]);
    if (n < stats_.order && !known_.Insert(NgramHash(ngram), entry.weights)) {
      Fail("an n-gram stands twice");
    }
    Need(ngram.first(n - 1));
    sink_->MarkContext(ngram.first(n - 1));
    Need(ngram.last(n - 1));
    sink_->Take(ngram, entry.weights.log10_probability, entry.weights.log10_backoff);
  }
}

// Queries go from short n-grams to long ones and stop at the first that is not there, so all that
// an n-gram begins or ends with must be there.
void ArpaReader::Need(std::span<const uint32_t> ids) {
  if (ids.size() < 2) return;
  const uint64_t hash = NgramHash(ids);
  if (known_.Find(hash) != nullptr) return;
  Need(ids.first(ids.size() - 1));
  sink_->MarkContext(ids.first(ids.size() - 1));
  Need(ids.last(ids.size() - 1));
  const Weights weights = BackOff(ids);
  known_.Insert(hash, weights);
  ++stats_.added;
  sink_->Take(ids, weights.log10_probability, weights.log10_backoff);
}

// What a query would answer for an n-gram that is not there, but what it begins and ends with is.
Weights ArpaReader::BackOff(std::span<const uint32_t> ids) const {
  const auto find = [this](std::span<const uint32_t> part) {
    return part.size() == 1 ? &unigrams_[part[0]] : known_.Find(NgramHash(part));
  };
  const Weights* context = find(ids.first(ids.size() - 1));
  const Weights* shorter = find(ids.last(ids.size() - 1));
  return {context->log10_backoff + shorter->log10_probability, kNoExtension};
}

std::string Extension(const fs::path& path) { return path.extension().string(); }

// Plain, gzip or zstd by the name's end.
class TextWriter {
 public:
  explicit TextWriter(const fs::path& path) {
    if (Extension(path) == ".zst") {
      zstd_.emplace(path);
      return;
    }
    file_.emplace(path);
    if (Extension(path) != ".gz") return;
    gzip_.emplace();
    constexpr int kGzipWindow = 15 + 16;
    CRIA_CHECK(deflateInit2(&*gzip_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8,
                            Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~TextWriter() {
    if (gzip_) deflateEnd(&*gzip_);
  }
  TextWriter(const TextWriter&) = delete;

  void Write(std::string_view text) {
    if (zstd_) return zstd_->Write(text);
    if (gzip_) return Deflate(text, Z_NO_FLUSH);
    file_->Write(text);
  }
  void Commit() {
    if (zstd_) return zstd_->Commit();
    if (gzip_) Deflate({}, Z_FINISH);
    file_->Commit();
  }

 private:
  void Deflate(std::string_view text, int flush) {
    std::array<char, size_t{64} << 10> out;
    gzip_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    gzip_->avail_in = static_cast<uInt>(text.size());
    do {
      gzip_->next_out = reinterpret_cast<Bytef*>(out.data());
      gzip_->avail_out = out.size();
      CRIA_CHECK(deflate(&*gzip_, flush) != Z_STREAM_ERROR);
      file_->Write(out.data(), out.size() - gzip_->avail_out);
    } while (gzip_->avail_out == 0);
  }
  std::optional<ZstdWriter> zstd_;
  std::optional<AtomicFile> file_;
  std::optional<z_stream> gzip_;
};

}  // namespace

ArpaStats ReadArpa(const fs::path& path, NgramSink* sink) {
  TextReader reader(path);
  std::string text;
  const auto next_line = [&](std::string_view* line) {
    const bool more = reader.NextLine(&text);
    *line = text;
    return more;
  };
  return ArpaReader(next_line, path.string(), sink).Read();
}

ArpaStats ReadArpa(std::string_view text, const std::string& name, NgramSink* sink) {
  const auto next_line = [&](std::string_view* line) {
    if (text.empty()) return false;
    const size_t end = std::min(text.find('\n'), text.size());
    *line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return true;
  };
  return ArpaReader(next_line, name, sink).Read();
}

ArpaWriter::ArpaWriter(fs::path path, fs::path scratch_folder)
    : path_(std::move(path)), scratch_folder_(std::move(scratch_folder)) {}
ArpaWriter::~ArpaWriter() = default;

void ArpaWriter::Begin(int order, std::vector<std::string> vocabulary) {
  for (const std::string& piece : vocabulary) {
    if (!piece.empty() && piece.find_first_of(" \t\r\n") == piece.npos) continue;
    throw Error("a piece is empty or holds white space, which ARPA text cannot hold",
                path_.string(), "write the model in cria's own form instead");
  }
  vocabulary_ = std::move(vocabulary);
  ngrams_.resize(order);
  for (int n = 0; n < order; ++n) sections_.emplace_back(scratch_folder_);
}

void ArpaWriter::Take(std::span<const uint32_t> ids, float log10_probability, float log10_backoff) {
  CRIA_CHECK(!ids.empty() && ids.size() <= sections_.size(), "{} words", ids.size());
  line_.clear();
  fmt::format_to(std::back_inserter(line_), "{}\t", log10_probability + 0.0f);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) line_ += ' ';
    line_ += vocabulary_[ids[i]];
  }
  if (ids.size() < sections_.size()) {
    fmt::format_to(std::back_inserter(line_), "\t{}", log10_backoff + 0.0f);
  }
  line_ += '\n';
  sections_[ids.size() - 1].Write(line_.data(), line_.size());
  ++ngrams_[ids.size() - 1];
}

void ArpaWriter::Finish() {
  CRIA_CHECK(!sections_.empty(), "no n-grams were given");
  TextWriter writer(path_);
  std::string head = "\\data\\\n";
  for (size_t n = 1; n <= ngrams_.size(); ++n) {
    fmt::format_to(std::back_inserter(head), "ngram {}={}\n", n, ngrams_[n - 1]);
  }
  writer.Write(head);
  std::string buffer(size_t{1} << 18, '\0');
  for (size_t n = 1; n <= sections_.size(); ++n) {
    writer.Write(fmt::format("\n\\{}-grams:\n", n));
    NgramScratch& section = sections_[n - 1];
    section.Flush();
    for (int64_t at = 0; at < section.size();) {
      const size_t got = section.Read(at, buffer.data(), buffer.size());
      writer.Write(std::string_view(buffer).substr(0, got));
      at += static_cast<int64_t>(got);
    }
  }
  writer.Write("\n\\end\\\n");
  writer.Commit();
}

}  // namespace cria::corpus
