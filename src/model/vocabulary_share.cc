// Rows by keeper; softmax over columns that nobody has all of.
#include "model/vocabulary_share.h"

#include <algorithm>

#include "kernels/cross_entropy.h"
#include "tensor/dtype.h"

namespace cria {
namespace {

// Messages lie one behind the other, that of rank r `rows[r]` rows long.
template <class Byte>
std::vector<std::span<Byte>> Messages(float* at, const std::vector<int64_t>& rows, int64_t dim) {
  std::vector<std::span<Byte>> messages;
  for (const int64_t n : rows) {
    messages.push_back({reinterpret_cast<uint8_t*>(at), static_cast<size_t>(n * dim) * sizeof *at});
    at += n * dim;
  }
  return messages;
}

}  // namespace

std::vector<int64_t> VocabularyShare::CountKeepers(int rank, std::span<const int32_t> ids) const {
  std::vector<int64_t> counts(static_cast<size_t>(exchange_.size()));
  const TokenStretch stretch = exchange_.StretchOf(rank, std::ssize(ids));
  for (const int32_t id : ids.subspan(stretch.first, stretch.count)) {
    ++counts[static_cast<size_t>(KeeperOf(id))];
  }
  return counts;
}

std::vector<int64_t> VocabularyShare::CountOwn(std::span<const int32_t> ids) const {
  std::vector<int64_t> counts;
  for (int rank = 0; rank < exchange_.size(); ++rank) {
    counts.push_back(CountKeepers(rank, ids)[static_cast<size_t>(exchange_.rank())]);
  }
  return counts;
}

std::vector<int32_t> VocabularyShare::OwnIds(std::span<const int32_t> ids) const {
  std::vector<int32_t> own;
  for (const int32_t id : ids) {
    if (KeeperOf(id) == exchange_.rank()) own.push_back(Local(id));
  }
  return own;
}

void VocabularyShare::ExchangeRows(int64_t dim, const std::vector<int64_t>& given, float* out,
                                   const std::vector<int64_t>& taken, float* in) const {
  const auto own = static_cast<size_t>(exchange_.rank());
  const auto messages_out = Messages<const uint8_t>(out, given, dim);
  const auto messages_in = Messages<uint8_t>(in, taken, dim);
  comm::Exchange exchange = comm::BeginAllToAll(*exchange_.ranks(), messages_out, messages_in);
  std::copy(messages_out[own].begin(), messages_out[own].end(), messages_in[own].begin());
  exchange_.Finish(&exchange);
}

template <class F>
void VocabularyShare::ForOwnRows(int64_t dim, std::span<const int32_t> ids, float* rows,
                                 F f) const {
  std::vector<float*> next;
  for (const int64_t n : CountKeepers(exchange_.rank(), ids)) {
    next.push_back(rows);
    rows += n * dim;
  }
  const TokenStretch stretch = exchange_.Own(std::ssize(ids));
  for (const int32_t id : ids.subspan(stretch.first, stretch.count)) {
    float*& row = next[static_cast<size_t>(KeeperOf(id))];
    f(row);
    row += dim;
  }
}

void VocabularyShare::Embed(int64_t dim, std::span<const int32_t> ids,
                            const std::function<void(std::span<const int32_t>, float*)>& lookup,
                            float* in, float* out, float* x) const {
  lookup(OwnIds(ids), out);  // in the order of tokens, so stretch by stretch
  ExchangeRows(dim, CountOwn(ids), out, CountKeepers(exchange_.rank(), ids), in);
  ForOwnRows(dim, ids, in, [&](const float* row) { x = std::copy_n(row, dim, x); });
}

std::vector<int32_t> VocabularyShare::ReturnGradients(int64_t dim, std::span<const int32_t> ids,
                                                      const float* dx, float* in,
                                                      float* out) const {
  ForOwnRows(dim, ids, out, [&](float* row) {
    std::copy_n(dx, dim, row);
    dx += dim;
  });
  ExchangeRows(dim, CountKeepers(exchange_.rank(), ids), out, CountOwn(ids), in);
  return OwnIds(ids);
}

template <class T>
void VocabularyShare::CrossEntropy(const Context& context, std::span<const int32_t> targets,
                                   const float* logits, float scale, float* loss,
                                   T* dlogits) const {
  const int64_t rows = std::ssize(targets);
  const auto ranks = static_cast<size_t>(exchange_.size());
  // Of every rank: log sum exp of its columns, then the target's logit where it is one of them.
  std::vector<float> all(ranks * 2 * static_cast<size_t>(rows));
  float* const own = all.data() + exchange_.rank() * 2 * rows;
  kernels::LogSumExp(context, rows, size_, logits, own);
  std::vector<int32_t> local(targets.begin(), targets.end());
  for (int64_t r = 0; r < rows; ++r) {
    int32_t& target = local[static_cast<size_t>(r)];
    if (target < 0) continue;
    const bool mine = KeeperOf(target) == exchange_.rank();
    target = mine ? Local(target) : kernels::kTargetElsewhere;
    own[rows + r] = mine ? logits[r * size_ + target] : 0;
  }
  std::vector<int64_t> cuts;
  for (size_t rank = 0; rank <= ranks; ++rank)
    cuts.push_back(static_cast<int64_t>(rank) * 2 * rows);
  comm::AllGatherV(*exchange_.ranks(), std::span<float>(all), cuts);
  std::vector<const float*> parts;
  for (size_t rank = 0; rank < ranks; ++rank) parts.push_back(all.data() + cuts[rank]);
  std::vector<float> lse(static_cast<size_t>(rows));
  kernels::JoinLogSumExp(rows, parts, lse.data());
  for (int64_t r = 0; r < rows; ++r) {
    const int32_t target = targets[static_cast<size_t>(r)];
    loss[r] = target < 0 ? 0
                         : lse[static_cast<size_t>(r)] -
                               parts[static_cast<size_t>(KeeperOf(target))][rows + r];
  }
  if (dlogits == nullptr) return;
  kernels::CrossEntropyGradient(context, rows, size_, logits, local.data(), lse.data(), scale,
                                dlogits);
}

template void VocabularyShare::CrossEntropy(const Context&, std::span<const int32_t>, const float*,
                                            float, float*, float*) const;
template void VocabularyShare::CrossEntropy(const Context&, std::span<const int32_t>, const float*,
                                            float, float*, BF16*) const;

}  // namespace cria
