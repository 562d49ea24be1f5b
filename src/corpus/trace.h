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
  std::string stage;  ///< "read", "judged", "touched", "corpus"
  Json facts;
};

/// Finds what begins with `query`, a document's id, or contains it in its origin, in the stages of
/// `work_dir` and in the corpus, and hands what is known of it to `use` until that returns false.
/// Facts: read {origin, bytes, language, licence, ...}; judged: the attributes (attributes.h);
/// touched {reason, items, bytes}; corpus {split, shard, line, id, bytes}.
void Trace(const fs::path& corpus_dir, const fs::path& work_dir, const std::string& query,
           const std::function<bool(const TraceStep&)>& use);

struct VerifyFault {
  std::string path, fault;
};

/// Compares every shard with the manifest: size, digest, and what it holds: valid UTF-8, ids that
/// occur once in their shard, documents and bytes as counted. Empty: all is as it was written.
std::vector<VerifyFault> VerifyCorpus(const Context& context, const fs::path& corpus_dir,
                                      Progress::Style style);

}  // namespace cria::corpus
