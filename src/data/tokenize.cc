// Rounds of documents encoded in parallel and written in order.
#include "data/tokenize.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "corpus/manifest.h"

namespace cria {
namespace {

using corpus::Document;
using tokenizer::Tokenizer;

// Text encoded in one parallel round; bounds memory.
constexpr int64_t kRoundBytes = int64_t{16} << 20;

// Gathers documents, encodes them on all threads, writes them in order.
class ShardBuilder {
 public:
  ShardBuilder(const Context& context, const Tokenizer& tokenizer, const fs::path& path,
               const std::string& source)
      : context_(context),
        tokenizer_(tokenizer),
        writer_(path, {source, tokenizer.digest(), tokenizer.vocab_size()}) {}

  void Add(const Document& document) {
    pending_.push_back({document.text, document.language, {}});
    pending_bytes_ += static_cast<int64_t>(document.text.size());
    if (pending_bytes_ >= kRoundBytes) Flush();
  }

  // False if there were no documents: then no file is written.
  bool Finish(ShardEntry* entry) {
    Flush();
    if (writer_.documents() == 0) return false;
    writer_.Commit();
    entry_.payload_sha256 = writer_.payload_sha256();
    *entry = entry_;
    return true;
  }

 private:
  struct Pending {
    std::string text, language;
    std::vector<int32_t> ids;
  };

  void Flush() {
    context_.ParallelFor(static_cast<int64_t>(pending_.size()), [this](int64_t i) {
      Pending& p = pending_[static_cast<size_t>(i)];
      if (tokenizer_.bos_id() >= 0) p.ids.push_back(tokenizer_.bos_id());
      tokenizer_.Encode(p.text, &p.ids);
      if (tokenizer_.eos_id() >= 0) p.ids.push_back(tokenizer_.eos_id());
    });
    for (const Pending& p : pending_) {
      const int64_t bytes = static_cast<int64_t>(p.text.size());
      writer_.Add(p.ids, bytes);
      for (TokenCount* count : {&entry_.count, &entry_.languages[p.language]}) {
        count->documents += 1;
        count->bytes += bytes;
        count->tokens += static_cast<int64_t>(p.ids.size());
      }
    }
    pending_.clear();
    pending_bytes_ = 0;
  }

  const Context& context_;
  const Tokenizer& tokenizer_;
  ShardWriter writer_;
  ShardEntry entry_;
  std::vector<Pending> pending_;
  int64_t pending_bytes_ = 0;
};

// The manifest that stands in `out_dir` if it says what this run would make.
std::optional<ShardManifest> FindFinished(const fs::path& out_dir, const std::string& corpus_digest,
                                          const Tokenizer& tokenizer) {
  if (!fs::exists(out_dir / kShardManifestName)) return std::nullopt;
  ShardManifest manifest = ReadShardManifest(out_dir);
  if (manifest.corpus_digest != corpus_digest) return std::nullopt;
  if (manifest.tokenizer_sha256 != tokenizer.digest()) return std::nullopt;
  for (const ShardSource& source : manifest.sources) {
    for (const ShardEntry* entry : {&source.train, &source.holdout}) {
      if (!entry->file.empty()) OpenShard(out_dir, manifest, *entry, TokenShard::Check::kSizes);
    }
  }
  return manifest;
}

// A file that this command wrote: all there may be in a folder it is to fill again.
bool IsOurs(const fs::path& path, const fs::path& out_dir, bool finished) {
  const fs::path in = path.lexically_relative(out_dir);
  const std::string name = in.filename().string();
  if (in.has_parent_path()) {
    const fs::path split = in.parent_path();
    return (split == "train" || split == "holdout") &&
           (name.ends_with(".tok") || name.find(".tok.") != std::string::npos);
  }
  // The tokenizer is written last but for the manifest, so a final one alone may be the user's.
  return name == kLockName || name == "train" || name == "holdout" || name == kShardManifestName ||
         (name == kShardTokenizerName ? finished || fs::exists(out_dir / kLockName)
                                      : name.starts_with(kShardTokenizerName));
}

// Removes what an earlier run left, finished or not; refuses a folder that holds something else.
void CheckFolder(const fs::path& out_dir, bool force) {
  if (!fs::exists(out_dir)) return;
  if (!fs::is_directory(out_dir)) RequireAbsent(out_dir, false);
  const bool finished = fs::exists(out_dir / kShardManifestName);
  if (finished) {
    RequireAbsent(out_dir, force);
    ReadShardManifest(out_dir);  // throws if the folder holds another kind of manifest
  }
  for (const auto& entry : fs::recursive_directory_iterator(out_dir)) {
    if (IsOurs(entry.path(), out_dir, finished)) continue;
    throw Error("the folder holds something else", entry.path().string(), "choose another --out");
  }
}

void EmptyFolder(const fs::path& out_dir) {
  fs::remove(out_dir / kShardManifestName);
  for (const char* split : {"train", "holdout"}) {
    fs::remove_all(out_dir / split);
    fs::create_directories(out_dir / split);
  }
}

}  // namespace

ShardManifest TokenizeCorpus(const Context& context, const fs::path& corpus_dir,
                             const Tokenizer& tokenizer, const fs::path& out_dir,
                             const TokenizeOptions& options) {
  const corpus::Manifest corpus = corpus::ReadManifest(corpus_dir);
  if (auto finished = FindFinished(out_dir, corpus.digest, tokenizer)) return *finished;
  CheckFolder(out_dir, options.force);
  int64_t total_bytes = 0;
  for (const auto& s : corpus.sources) total_bytes += s.train.text.bytes + s.holdout.text.bytes;
  RequireFreeSpace(out_dir, total_bytes);
  fs::create_directories(out_dir);
  const DirectoryLock lock(out_dir);
  EmptyFolder(out_dir);
  Progress progress(options.progress, "tokenize", total_bytes, "bytes");

  ShardManifest manifest;
  manifest.tokenizer_sha256 = tokenizer.digest();
  manifest.vocab_size = tokenizer.vocab_size();
  manifest.bos_id = tokenizer.bos_id();
  manifest.eos_id = tokenizer.eos_id();
  manifest.corpus_digest = corpus.digest;
  int64_t done_bytes = 0;
  for (const corpus::SourceInfo& info : corpus.sources) {
    ShardSource source{info.name, info.kind, info.proportion, {}, {}};
    for (const corpus::Split split : {corpus::Split::kTrain, corpus::Split::kHoldout}) {
      const bool train = split == corpus::Split::kTrain;
      const std::string file = std::string(train ? "train/" : "holdout/") + info.name + ".tok";
      ShardBuilder builder(context, tokenizer, out_dir / file, info.name);
      corpus::ForEachDocument(corpus_dir, split, info.name, [&](const Document& document) {
        ThrowIfInterrupted();
        builder.Add(document);
        done_bytes += static_cast<int64_t>(document.text.size());
        progress.Update(done_bytes, info.name);
        return true;
      });
      ShardEntry& entry = train ? source.train : source.holdout;
      if (builder.Finish(&entry)) entry.file = file;
    }
    manifest.sources.push_back(std::move(source));
  }
  if (manifest.Total(false).documents == 0) {
    throw Error("the corpus holds no training text", corpus_dir.string(),
                "check the recipe's sources and filters");
  }
  tokenizer.Save(out_dir / kShardTokenizerName);
  WriteShardManifest(out_dir, manifest);
  progress.Finish();
  return manifest;
}

std::vector<int32_t> TokenTextBytes(const Tokenizer& tokenizer) {
  constexpr std::string_view kBlank = "\xE2\x96\x81";  // U+2581, three bytes for one blank
  std::vector<int32_t> bytes;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    const std::string& piece = tokenizer.Piece(id);
    switch (tokenizer.Type(id)) {
      case tokenizer::PieceType::kByte:
        bytes.push_back(1);
        continue;
      case tokenizer::PieceType::kControl:
      case tokenizer::PieceType::kUnknown:
      case tokenizer::PieceType::kUnused:
        bytes.push_back(0);
        continue;
      default:
        break;
    }
    int32_t n = static_cast<int32_t>(piece.size());
    for (size_t at = piece.find(kBlank); at != std::string::npos; at = piece.find(kBlank, at + 3)) {
      n -= 2;
    }
    bytes.push_back(n);
  }
  return bytes;
}

}  // namespace cria
