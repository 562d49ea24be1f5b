// Digests on their way from the ranks that wrote the blocks to the one that finishes the
// checkpoint. Not how a block is hashed (block_digest.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cria::store {

/// Digests of blocks that follow each other in one tensor.
struct DigestRun {
  int64_t tensor;       ///< index in the list that all ranks share
  int64_t first_block;  ///< of the tensor
  std::vector<uint64_t> digests;
};

/// As bytes to send. `layout` stands for the list of tensors.
std::vector<uint8_t> PackRuns(std::span<const DigestRun> runs, uint64_t layout);
/// Appends packed runs of another rank. Throws Error at `where` if they are none, or of another
/// layout.
void UnpackRuns(std::span<const uint8_t> packed, uint64_t layout, const std::string& where,
                std::vector<DigestRun>* runs);

struct TensorExtent {
  std::string name;
  int64_t bytes = 0;
};

/// The digest of every tensor (DigestRule::kBlocks) from the runs of all ranks, in any order.
/// Throws Error at `where`, with tensor and bytes, unless every block has exactly one digest.
std::vector<uint64_t> JoinRuns(std::vector<DigestRun> runs, std::span<const TensorExtent> tensors,
                               const std::string& where);

}  // namespace cria::store
