// One build of a corpus under way: its stages in order, each over the parts of this rank. Internal
// to the room; build.h is the door.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "corpus/build.h"
#include "corpus/duplicates/exact.h"
#include "corpus/inputs.h"
#include "corpus/judge_stage.h"
#include "corpus/stage.h"
#include "corpus/work_folder.h"
#include "corpus/write_stage.h"

namespace cria::corpus {

/// Goes up with every change that makes the second stage come to other results.
inline constexpr int kJudgeVersion = 5;

class Builder {
 public:
  /// `digest` is that of the corpus: what an interrupted build of the same one finished is used.
  Builder(const Context& context, const Recipe& recipe, const BuildOptions& options,
          const FileSet& set, fs::path out_dir, std::string digest);

  void Read();
  /// Duplicates found, languages learned, every part judged.
  void Judge();
  /// Which documents are held out, and what is like them.
  void Choose();
  /// All shards, below the staging folder of this digest; the manifest on the rank that leads.
  Manifest Write();
  const fs::path& staging() const { return staging_; }
  /// Removes what earlier builds left in the work folder, or all of it.
  void Tidy();

 private:
  using PartFunction = std::function<void(int64_t part, int thread)>;
  void ForEachPart(const char* label, const PartFunction& f);
  /// Waits for all ranks; throws Interrupted on all if one of them was.
  void Together(bool interrupted = false);
  /// What the leader finds, on all ranks: disks of others may show another state.
  bool LeaderSays(bool found) const;
  void FindDuplicates();
  std::vector<bool> Removed(int64_t part) const;
  PartTask TaskOf(int64_t part) const;
  void LearnLanguages();
  fs::path LanguageModelPath() const;
  bool LanguagesAreLearned() const;
  void FindBooks();
  void FindNearDuplicates();
  void OpenStaging();
  void OpenModels();
  void FindCutoffs();
  void ShareHoldout(std::vector<HoldoutCandidates>* candidates);
  void ShareNearCopies();
  Manifest MakeManifest(const std::vector<ShardPlan>& plans);
  void WriteDropped(const std::vector<DropLog>& drops, Manifest* manifest);
  Json WriteContamination(const std::vector<ShardPlan>& plans);

  const Context& context_;
  const Recipe& recipe_;
  const BuildOptions& options_;
  const FileSet& set_;
  const Team& team_;
  const Preparer preparer_;
  std::string digest_;
  fs::path out_dir_;
  WorkFolder work_;
  fs::path staging_;
  std::vector<Part> parts_;
  Stage texts_, judged_;
  std::string judge_key_;                        ///< of all that decides the second stage
  std::vector<std::string> judged_keys_;         ///< by part
  std::unique_ptr<ExactDuplicates> duplicates_;  ///< between the passes of the second stage
  std::vector<size_t> key_counts_;               ///< by part
  std::vector<std::unordered_set<int64_t>> overlapping_;  ///< texts that go, by part
  std::optional<LanguageIdentifier> languages_;
  std::optional<PerplexityModels> perplexity_;
  std::optional<ReferenceClassifier> reference_;
  EvaluationItems items_;  ///< looked for in the training part
  Choices choices_;
};

}  // namespace cria::corpus
