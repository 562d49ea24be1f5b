// Records in buckets: held in memory up to a limit, beyond it in files of a scratch folder. What
// the searches for duplicates sort by, when a corpus is larger than memory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "base/file.h"

namespace cria::corpus {

/// The same for bytes; see Spill.
class ByteSpill {
 public:
  /// Makes `folder` when it is needed and removes what it put there.
  ByteSpill(fs::path folder, int buckets, int64_t memory_bytes);
  ~ByteSpill();
  void Add(int bucket, std::span<const uint8_t> bytes);
  std::vector<uint8_t> Read(int bucket) const;
  void Clear(int bucket);
  int64_t spilled_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

template <class Record>
class Spill {
  static_assert(std::is_trivially_copyable_v<Record>);

 public:
  /// Errors of the disk throw Error. At most `memory_bytes` are held between calls.
  Spill(fs::path folder, int buckets, int64_t memory_bytes)
      : bytes_(std::move(folder), buckets, memory_bytes), buckets_(buckets) {}

  int buckets() const { return buckets_; }
  /// Thread-safe. Records of one bucket come back in the order added by one thread; threads mix.
  void Add(int bucket, std::span<const Record> records) {
    bytes_.Add(bucket, {reinterpret_cast<const uint8_t*>(records.data()), records.size_bytes()});
  }
  std::vector<Record> Read(int bucket) const {
    const std::vector<uint8_t> bytes = bytes_.Read(bucket);
    std::vector<Record> records(bytes.size() / sizeof(Record));
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<uint8_t*>(records.data()));
    return records;
  }
  /// Forgets a bucket and frees its memory and disk.
  void Clear(int bucket) { bytes_.Clear(bucket); }
  int64_t spilled_bytes() const { return bytes_.spilled_bytes(); }

 private:
  ByteSpill bytes_;
  int buckets_;
};

}  // namespace cria::corpus
