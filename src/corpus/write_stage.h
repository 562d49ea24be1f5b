// The last stage: the recipe's decisions applied to what the second stage left, and the shards of
// the corpus written.
#pragma once

#include <map>
#include <memory>
#include <unordered_set>
#include <vector>

#include "corpus/decide.h"
#include "corpus/duplicates/contamination.h"
#include "corpus/duplicates/near_copies.h"
#include "corpus/holdout.h"
#include "corpus/inputs.h"
#include "corpus/manifest.h"
#include "corpus/stage.h"

namespace cria::corpus {

/// What is decided over the whole corpus before its shards are written.
struct Choices {
  Measures measures;
  std::vector<std::unordered_set<uint64_t>> holdout;  ///< HoldoutHash of documents, by source
  NearCopies near_copies{1};
  fs::path near_duplicates;  ///< folder of the lists that WriteNearDuplicates wrote
  std::shared_ptr<const ContaminationIndex> contamination;  ///< null: nobody looks
};

/// Remembers which documents of a part are near-duplicates, by their order in it.
void WriteNearDuplicates(const fs::path& folder, const std::string& key,
                         const std::vector<int64_t>& documents);

/// Consecutive parts of a source that fill one shard of each split.
struct ShardPlan {
  int source = 0;
  int64_t number = 0;          ///< within the source
  std::vector<int64_t> parts;  ///< indices
};

/// By the sizes that the second stage left, the same on any number of ranks. A part is not divided.
std::vector<ShardPlan> PlanShards(const std::vector<Part>& parts,
                                  const std::vector<int64_t>& kept_bytes, int64_t shard_bytes);

/// Counts the perplexities of a part's documents by language, where the source keeps some buckets.
void AddPerplexities(const Recipe& recipe, const Part& part, const Stage& judged,
                     const std::string& key, const Measures& measures,
                     std::map<std::string, PerplexityHistogram>* histograms);

/// Offers the documents of a part that the recipe keeps.
void OfferForHoldout(const Recipe& recipe, const Part& part, const Stage& judged,
                     const std::string& key, const Choices& choices, HoldoutCandidates* candidates);

/// Takes up the held-out documents of a part into choices->near_copies.
void CollectHeldOut(const Recipe& recipe, const Part& part, const Stage& judged,
                    const std::string& key, const Choices& choices, NearCopies* near_copies);

/// Evaluation texts found in a document of the training part.
struct FoundItems {
  std::string document;
  std::vector<ContaminationHit> hits;
};

/// What became of one plan.
struct ShardRecord {
  Histograms measures;  ///< of the training part
  std::vector<FoundItems> found;
  SplitInfo train, holdout;
  FileInfo fates;
  DropLog drops;
};

/// What the second stage left.
struct JudgedParts {
  const std::vector<Part>& parts;
  const Stage& texts;                    ///< of the first stage: its fates
  const std::vector<std::string>& keys;  ///< of the parts in `stage`
  const Stage& stage;
};

/// Writes the shards of a plan below `staging`, with the fates of all stages and the record beside;
/// or finds them there, or where an interrupted Publish has moved them to already: in the folder
/// above. Reasons: those of Decide, near_duplicate, near_copy_document, near_copy_paragraph,
/// short_after_dedup, contaminated.
ShardRecord WriteShards(const Recipe& recipe, const JudgedParts& judged, const ShardPlan& plan,
                        const Choices& choices, const fs::path& staging);

/// What WriteShards wrote down of a plan, without looking at the shards again.
ShardRecord ReadShardRecord(const Recipe& recipe, const ShardPlan& plan, const fs::path& staging);

}  // namespace cria::corpus
