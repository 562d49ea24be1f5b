// One packed n-gram for each position goes to the sorter, which joins equal ones.
#include "corpus/quality/ngram_counts.h"

#include "base/error.h"
#include "corpus/quality/ngram_sink.h"

namespace cria::corpus {
namespace {

int CheckedOrder(int order) {
  CRIA_CHECK(order >= 1 && order <= kMaxNgramOrder, "order {}", order);
  return order;
}

}  // namespace

NgramCounts::NgramCounts(int order, NgramMemory* memory)
    : memory_(memory), packing_(CheckedOrder(order)), sorter_(memory) {}

void NgramCounts::Add(std::span<const uint32_t> ids) {
  NgramKey key = packing_.Push({}, kBeginId);
  for (const uint32_t id : ids) {
    if (id < kFirstPieceId) continue;
    if (id > packing_.max_id()) {
      throw Error(fmt::format("piece {} is too large: {}-grams hold ids up to {}", id,
                              packing_.order(), packing_.max_id()),
                  "the language model's vocabulary",
                  "take fewer kinds of pieces, or a lower order");
    }
    largest_id_ = std::max(largest_id_, id);
    ++tokens_;
    key = packing_.Push(key, id);
    sorter_.Add({key, 1});
  }
  sorter_.Add({packing_.Push(key, kEndId), 1});
  ++sentences_;
}

}  // namespace cria::corpus
