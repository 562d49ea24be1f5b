// Files compared with what the manifest says of them.
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

// One file to look at; of a shard also what it holds.
struct Task {
  const SourceInfo* source;
  const FileInfo* file;
  const ShardInfo* shard = nullptr;
  bool fates = false;
};

std::vector<Task> TasksOf(const Manifest& manifest) {
  std::vector<Task> tasks;
  for (const SourceInfo& source : manifest.sources) {
    for (const SplitInfo* split : {&source.train, &source.holdout}) {
      for (const ShardInfo& shard : split->shards) tasks.push_back({&source, &shard, &shard});
    }
    if (!source.dropped.path.empty()) tasks.push_back({&source, &source.dropped});
    for (const FileInfo& file : source.fates) tasks.push_back({&source, &file, nullptr, true});
  }
  return tasks;
}

std::string FaultOfBytes(const fs::path& path, const FileInfo& file) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return "is missing";
  if (static_cast<int64_t>(size) != file.file_bytes) {
    return fmt::format("has {} bytes, the manifest says {}", size, file.file_bytes);
  }
  return Sha256File(path) == file.sha256 ? "" : "has another SHA-256 than the manifest says";
}

std::string FaultOfShard(const fs::path& path, const ShardInfo& shard, const std::string& source) {
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

std::string FaultOfSamples(const fs::path& path, const SourceInfo& source) {
  DocumentReader reader(path);
  Document document;
  std::unordered_set<std::string> shown;
  while (reader.Next(&document)) {
    if (!IsValidUtf8(document.text)) return "sample " + document.id + " is no valid UTF-8";
    const std::string reason = document.meta.value("reason", "");
    if (!source.drops.contains(reason)) return "holds a sample of \"" + reason + "\", not counted";
    shown.insert(reason);
  }
  for (const auto& [reason, count] : source.drops) {
    if (!shown.contains(reason)) return "holds no sample of \"" + reason + "\"";
  }
  return "";
}

Counts CountFates(const fs::path& path) {
  Counts counts;
  TextReader reader(path);
  std::string line;
  for (int64_t number = 1; reader.NextLine(&line); ++number) {
    ThrowIfInterrupted();
    const std::string where = fmt::format("{}:{}", path.string(), number);
    const Json fate = ParseJson(line, where);
    counts[JsonGet<std::string>(fate, "reason", where)] +=
        {JsonGet<int64_t>(fate, "items", where), JsonGet<int64_t>(fate, "bytes", where)};
  }
  return counts;
}

// Whether the fates of a source are those that the manifest counts.
std::string FaultOfSum(const Counts& fates, const Counts& drops) {
  Counts both = drops;
  AddCounts(&both, fates);
  for (const auto& [reason, sum] : both) {
    const auto told = fates.find(reason), counted = drops.find(reason);
    const Count t = told == fates.end() ? Count() : told->second;
    const Count c = counted == drops.end() ? Count() : counted->second;
    if (t == c) continue;
    return fmt::format("tell of {} {} of {} bytes, the manifest says {} of {}", t.documents, reason,
                       t.bytes, c.documents, c.bytes);
  }
  return "";
}

class Verifier {
 public:
  explicit Verifier(const fs::path& corpus_dir) : corpus_dir_(corpus_dir) {}

  void Look(const Task& task) {
    const fs::path path = corpus_dir_ / task.file->path;
    std::string fault;
    Counts counts;
    try {
      fault = FaultOfBytes(path, *task.file);
      if (fault.empty() && task.shard != nullptr) {
        fault = FaultOfShard(path, *task.shard, task.source->name);
      } else if (fault.empty() && task.fates) {
        counts = CountFates(path);
      } else if (fault.empty()) {
        fault = FaultOfSamples(path, *task.source);
      }
    } catch (const Error& error) {
      fault = error.what();
    }
    const std::lock_guard lock(mutex_);
    if (task.fates) AddCounts(&fates_[task.source->name], counts);
    if (fault.empty()) return;
    faults_.push_back({task.file->path, fault});
    if (task.fates) damaged_.insert(task.source->name);
  }

  std::vector<VerifyFault> Finish(const Manifest& manifest) {
    for (const SourceInfo& source : manifest.sources) {
      if (source.dropped.path.empty() || damaged_.contains(source.name)) continue;
      const std::string fault = FaultOfSum(fates_[source.name], source.drops);
      if (!fault.empty()) faults_.push_back({"fates/" + source.name + "-*", fault});
    }
    std::sort(faults_.begin(), faults_.end(),
              [](const VerifyFault& a, const VerifyFault& b) { return a.path < b.path; });
    return std::move(faults_);
  }

 private:
  const fs::path& corpus_dir_;
  std::mutex mutex_;
  std::vector<VerifyFault> faults_;
  std::map<std::string, Counts> fates_;      // by source
  std::unordered_set<std::string> damaged_;  // sources whose fates cannot be summed
};

}  // namespace

VerifyReport VerifyCorpus(const Context& context, const fs::path& corpus_dir,
                          Progress::Style style) {
  const Manifest manifest = ReadManifest(corpus_dir);
  const std::vector<Task> tasks = TasksOf(manifest);
  Verifier verifier(corpus_dir);
  std::atomic<int64_t> done = 0;
  Progress progress(style, "Verifying", std::ssize(tasks), "files");
  context.ParallelForThread(std::ssize(tasks), [&](int64_t i, int thread) {
    verifier.Look(tasks[static_cast<size_t>(i)]);
    ++done;
    if (thread == 0) progress.Update(done);
  });
  progress.Finish();
  const bool older = std::any_of(manifest.sources.begin(), manifest.sources.end(),
                                 [](const SourceInfo& s) { return s.dropped.path.empty(); });
  return {verifier.Finish(manifest), older};
}

}  // namespace cria::corpus
