// Shards compared with what the manifest says of them.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <unordered_set>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/utf8.h"
#include "corpus/trace.h"

namespace cria::corpus {
namespace {

std::string FaultOf(const fs::path& path, const ShardInfo& shard, const std::string& source) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return "is missing";
  if (static_cast<int64_t>(size) != shard.file_bytes) {
    return fmt::format("has {} bytes, the manifest says {}", size, shard.file_bytes);
  }
  if (Sha256File(path) != shard.sha256) return "has another SHA-256 than the manifest says";
  Count count;
  std::unordered_set<std::string> ids;
  DocumentReader reader(path);
  Document document;
  while (reader.Next(&document)) {
    ThrowIfInterrupted();
    count += {1, static_cast<int64_t>(document.text.size())};
    if (!ids.insert(document.id).second) return "holds document " + document.id + " twice";
    if (!IsValidUtf8(document.text)) return "document " + document.id + " is no valid UTF-8";
    if (document.source != source) return "holds a document of source " + document.source;
  }
  if (count == shard.text) return "";
  return fmt::format("holds {} documents of {} bytes, the manifest says {} of {}", count.documents,
                     count.bytes, shard.text.documents, shard.text.bytes);
}

}  // namespace

std::vector<VerifyFault> VerifyCorpus(const Context& context, const fs::path& corpus_dir,
                                      Progress::Style style) {
  const Manifest manifest = ReadManifest(corpus_dir);
  std::vector<std::pair<const SourceInfo*, const ShardInfo*>> shards;
  for (const SourceInfo& source : manifest.sources) {
    for (const SplitInfo* split : {&source.train, &source.holdout}) {
      for (const ShardInfo& shard : split->shards) shards.emplace_back(&source, &shard);
    }
  }
  std::vector<VerifyFault> faults;
  std::mutex mutex;
  std::atomic<int64_t> done = 0;
  Progress progress(style, "Verifying", std::ssize(shards), "shards");
  context.ParallelForThread(std::ssize(shards), [&](int64_t i, int thread) {
    const auto& [source, shard] = shards[static_cast<size_t>(i)];
    std::string fault;
    try {
      fault = FaultOf(corpus_dir / shard->path, *shard, source->name);
    } catch (const Error& error) {
      fault = error.what();
    }
    ++done;
    if (thread == 0) progress.Update(done);
    const std::lock_guard lock(mutex);
    if (!fault.empty()) faults.push_back({shard->path, fault});
  });
  progress.Finish();
  std::sort(faults.begin(), faults.end(),
            [](const VerifyFault& a, const VerifyFault& b) { return a.path < b.path; });
  return faults;
}

}  // namespace cria::corpus
