// Sorts more records than memory holds: chunks are sorted on all threads, spilled as sorted runs
// when the limit is reached, and merged when read. The stream depends on the records alone: not on
// threads, limit or order of adding.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "corpus/quality/ngram_memory.h"
#include "corpus/quality/ngram_merge.h"

namespace cria::corpus {

/// `Record` has operator<, `bool SameKey(const Record&)` and `void Absorb(const Record&)`, which
/// joins two records of one key and must not depend on the order of joining. Throws Interrupted.
template <class Record>
class NgramSorter final : public NgramSpillable {
 public:
  explicit NgramSorter(NgramMemory* memory)
      : memory_(memory), capacity_(std::max<size_t>(16, memory->chunk_bytes() / sizeof(Record))) {
    memory_->Join(this);
  }
  ~NgramSorter() override { memory_->Leave(this); }
  NgramSorter(const NgramSorter&) = delete;
  NgramSorter& operator=(const NgramSorter&) = delete;

  void Add(const Record& record) {
    CRIA_CHECK(!reading_);
    if (chunks_.empty() || chunks_.back().size == capacity_) Grow();
    Chunk& chunk = chunks_.back();
    chunk.records[chunk.size++] = record;
  }

  /// Ends adding. Then Next gives the records in order, those of one key as one.
  void StartReading() {
    CRIA_CHECK(!reading_);
    memory_->BeforeReading(this);
    SortChunks();
    reading_ = true;
    for (const Run& run : runs_) merge_.AddFile(&run.file);
    for (const Chunk& chunk : chunks_) merge_.AddSpan(chunk.records.get(), chunk.size);
    merge_.Start();
  }

  bool Next(Record* record) { return NextOf(&merge_, record); }

  int64_t memory_bytes() const override {
    return static_cast<int64_t>(chunks_.size() * capacity_ * sizeof(Record));
  }
  bool can_spill() const override { return !reading_; }
  void Spill() override {
    SortChunks();
    NgramMerge<Record> merge;
    for (const Chunk& chunk : chunks_) merge.AddSpan(chunk.records.get(), chunk.size);
    runs_.push_back({Write(&merge), 0});
    chunks_.clear();
    MergeRuns();
  }

 private:
  struct Chunk {
    std::unique_ptr<Record[]> records;
    size_t size = 0;
  };
  struct Run {
    NgramScratch file;
    int level;  // how often its records were merged from files
  };
  static constexpr int kMaxRunsPerLevel = 16;  // bounds open files; each level rewrites all once

  void Grow() {
    ThrowIfInterrupted();
    memory_->MakeRoom(this, static_cast<int64_t>(capacity_ * sizeof(Record)));
    chunks_.push_back({std::make_unique_for_overwrite<Record[]>(capacity_), 0});
  }

  void SortChunks() {
    memory_->context().ParallelFor(static_cast<int64_t>(chunks_.size()), [this](int64_t i) {
      std::sort(chunks_[i].records.get(), chunks_[i].records.get() + chunks_[i].size);
    });
  }

  void MergeRuns() {
    const int level = runs_.back().level;
    const auto first = std::find_if(runs_.begin(), runs_.end(),
                                    [&](const Run& run) { return run.level == level; });
    if (runs_.end() - first < kMaxRunsPerLevel) return;
    NgramMerge<Record> merge;
    for (auto run = first; run != runs_.end(); ++run) merge.AddFile(&run->file);
    Run merged{Write(&merge), level + 1};
    while (!runs_.empty() && runs_.back().level == level) runs_.pop_back();
    runs_.push_back(std::move(merged));
    MergeRuns();
  }

  NgramScratch Write(NgramMerge<Record>* merge) {
    NgramScratch file(memory_->scratch_folder());
    merge->Start();
    Record record;
    for (int64_t n = 0; NextOf(merge, &record); ++n) {
      if (n % (1 << 20) == 0) ThrowIfInterrupted();
      file.Write(&record, sizeof record);
    }
    file.Flush();
    return file;
  }

  static bool NextOf(NgramMerge<Record>* merge, Record* record) {
    const Record* top = merge->Top();
    if (top == nullptr) return false;
    *record = *top;
    merge->Pop();
    while ((top = merge->Top()) != nullptr && record->SameKey(*top)) {
      record->Absorb(*top);
      merge->Pop();
    }
    return true;
  }

  NgramMemory* memory_;
  size_t capacity_;  // of a chunk, in records
  std::vector<Chunk> chunks_;
  std::vector<Run> runs_;  // levels never rise
  NgramMerge<Record> merge_;
  bool reading_ = false;
};

}  // namespace cria::corpus
