// The way of one document through a build: from the raw file to its place in the corpus, or to the
// rule that dropped it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/progress.h"
#include "corpus/manifest.h"

namespace cria::corpus {

struct TraceStep {
  std::string stage;  ///< "lost", "read", "judged", "touched", "corpus"
  Json facts;
};

/// Finds what begins with `query`, a document's id, or contains it in its origin, its URL or title,
/// or in the words for its loss, in the stages of `work_dir` and in the corpus, and hands what is
/// known of it to `use` until that returns false. Facts: lost, by a reader {id, origin, reason,
/// items, bytes, why, file, part}; read {origin, bytes, language, licence, ...}; judged: the
/// attributes (attributes.h); touched, by a rule {id, origin, reason, items, bytes}; corpus {split,
/// shard, line, id, bytes}.
void Trace(const fs::path& corpus_dir, const fs::path& work_dir, const std::string& query,
           const std::function<bool(const TraceStep&)>& use);

struct VerifyFault {
  std::string path, fault;
};

struct VerifyReport {
  std::vector<VerifyFault> faults;  ///< empty: all is as it was written
  /// The manifest is of an older program that wrote no digests of fates/ and dropped/: these were
  /// not looked at.
  bool without_drops = false;
};

/// Compares every file with the manifest: size, digest, and what it holds. Shards: valid UTF-8, ids
/// that occur once in their shard, documents and bytes as counted. Fates: as many of each reason as
/// the manifest counts. Samples: of reasons that the manifest counts.
VerifyReport VerifyCorpus(const Context& context, const fs::path& corpus_dir,
                          Progress::Style style);

}  // namespace cria::corpus
