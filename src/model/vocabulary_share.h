// The vocabulary divided among tensor-parallel ranks: rank t keeps rows [t V/T, (t + 1) V/T) of the
// embedding and of the output. Every rank knows all ids and targets of a pass; rows of the
// embedding go from those that keep them to those that keep the token's stretch, so nothing is
// added; of the loss only a logarithm and a logit per token cross ranks.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "base/context.h"
#include "model/token_exchange.h"

namespace cria {

class VocabularyShare {
 public:
  /// `vocab`: of the whole model.
  VocabularyShare(int64_t vocab, const TokenExchange& exchange)
      : size_(vocab / exchange.size()), exchange_(exchange) {}

  /// x fp32 [own tokens of `ids`, dim]. `lookup(ids, to)` writes rows of this rank's part of the
  /// table, whose ids count from 0. `in`, `out`: room for [all tokens, dim].
  void Embed(int64_t dim, std::span<const int32_t> ids,
             const std::function<void(std::span<const int32_t>, float*)>& lookup, float* in,
             float* out, float* x) const;

  /// The way back: dx fp32 [own tokens, dim] goes to where the rows of the table are kept. Returns
  /// the ids of this rank's part among `ids`, in their order, and leaves their gradients in `in`.
  std::vector<int32_t> ReturnGradients(int64_t dim, std::span<const int32_t> ids, const float* dx,
                                       float* in, float* out) const;

  /// Loss fp32 [rows] and dlogits T [rows, V/T] (null for none) from the own columns of the logits,
  /// as kernels::CrossEntropy; the same loss on every rank.
  template <class T>
  void CrossEntropy(const Context& context, std::span<const int32_t> targets, const float* logits,
                    float scale, float* loss, T* dlogits) const;

 private:
  int KeeperOf(int32_t id) const { return static_cast<int>(id / size_); }
  int32_t Local(int32_t id) const { return static_cast<int32_t>(id % size_); }
  // How many of a rank's stretch of tokens each rank keeps the rows of.
  std::vector<int64_t> CountKeepers(int rank, std::span<const int32_t> ids) const;
  // How many tokens of each rank's stretch this rank keeps the rows of; and their ids, from 0.
  std::vector<int64_t> CountOwn(std::span<const int32_t> ids) const;
  std::vector<int32_t> OwnIds(std::span<const int32_t> ids) const;
  // Rows to and from every rank, those of a rank behind those of the one before.
  void ExchangeRows(int64_t dim, const std::vector<int64_t>& given, float* out,
                    const std::vector<int64_t>& taken, float* in) const;
  // Calls f(row) for the own tokens in order; `rows` are grouped by who keeps them.
  template <class F>
  void ForOwnRows(int64_t dim, std::span<const int32_t> ids, float* rows, F f) const;

  int64_t size_;
  TokenExchange exchange_;
};

}  // namespace cria
