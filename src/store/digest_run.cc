// Packed: the layout, then for each run tensor, first block, number of digests, digests; all of
// them 8 bytes little-endian.
#include "store/digest_run.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "store/block_digest.h"

namespace cria::store {
namespace {

const char* const kRemedy =
    "nothing was replaced; start every rank with the same program and options, on one file system";

void Put(std::vector<uint8_t>* to, const void* from, size_t n) {
  const auto* bytes = static_cast<const uint8_t*>(from);
  to->insert(to->end(), bytes, bytes + n);
}

// Takes 8-byte values from the front.
class Reader {
 public:
  Reader(std::span<const uint8_t> bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  bool empty() const { return bytes_.empty(); }
  template <class T>
  T Take() {
    T value;
    Take(&value, 1);
    return value;
  }
  template <class T>
  void Take(T* to, int64_t n) {
    static_assert(sizeof(T) == 8);
    if (n < 0 || n > std::ssize(bytes_) / 8) {
      throw Error("the digests of another rank are cut short", where_, kRemedy);
    }
    const auto size = static_cast<size_t>(n) * sizeof(T);
    if (size > 0) std::memcpy(to, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
  }
  int64_t left() const { return std::ssize(bytes_) / 8; }

 private:
  std::span<const uint8_t> bytes_;
  const std::string& where_;
};

}  // namespace

std::vector<uint8_t> PackRuns(std::span<const DigestRun> runs, uint64_t layout) {
  std::vector<uint8_t> packed;
  Put(&packed, &layout, sizeof layout);
  for (const DigestRun& run : runs) {
    const int64_t header[] = {run.tensor, run.first_block, std::ssize(run.digests)};
    Put(&packed, header, sizeof header);
    Put(&packed, run.digests.data(), run.digests.size() * sizeof(uint64_t));
  }
  return packed;
}

void UnpackRuns(std::span<const uint8_t> packed, uint64_t layout, const std::string& where,
                std::vector<DigestRun>* runs) {
  Reader in(packed, where);
  if (in.Take<uint64_t>() != layout) {
    throw Error("another rank writes other tensors", where, kRemedy);
  }
  while (!in.empty()) {
    DigestRun run{in.Take<int64_t>(), in.Take<int64_t>(), {}};
    const auto n = in.Take<int64_t>();
    run.digests.resize(static_cast<size_t>(std::clamp<int64_t>(n, 0, in.left())));
    in.Take(run.digests.data(), n);
    runs->push_back(std::move(run));
  }
}

std::vector<uint64_t> JoinRuns(std::vector<DigestRun> runs, std::span<const TensorExtent> tensors,
                               const std::string& where) {
  std::sort(runs.begin(), runs.end(), [](const DigestRun& a, const DigestRun& b) {
    return std::pair(a.tensor, a.first_block) < std::pair(b.tensor, b.first_block);
  });
  std::vector<uint64_t> digests, blocks;
  auto run = runs.begin();
  for (int64_t t = 0; t < std::ssize(tensors); ++t) {
    const TensorExtent& tensor = tensors[static_cast<size_t>(t)];
    const auto fail = [&](const char* what, int64_t first_block, int64_t end_block) {
      throw Error(fmt::format("tensor \"{}\": bytes {} to {} {}", tensor.name,
                              first_block * kDigestBlockBytes,
                              std::min(end_block * kDigestBlockBytes, tensor.bytes), what),
                  where, kRemedy);
    };
    blocks.clear();
    for (; run != runs.end() && run->tensor == t; ++run) {
      const int64_t next = std::ssize(blocks);
      if (run->first_block > next) fail("were written by no rank", next, run->first_block);
      if (run->first_block < next) {
        fail("were written twice", run->first_block,
             std::min(next, run->first_block + std::ssize(run->digests)));
      }
      blocks.insert(blocks.end(), run->digests.begin(), run->digests.end());
    }
    const int64_t all = DigestBlocks(tensor.bytes);
    if (std::ssize(blocks) < all) fail("were written by no rank", std::ssize(blocks), all);
    CRIA_CHECK(std::ssize(blocks) == all, "{}: {} digests of {}", tensor.name, blocks.size(), all);
    digests.push_back(DigestOfBlocks(blocks));
  }
  CRIA_CHECK(run == runs.end(), "digests of tensor {} of {}", run->tensor, tensors.size());
  return digests;
}

}  // namespace cria::store
