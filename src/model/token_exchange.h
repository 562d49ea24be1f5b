// Sequence parallelism (Korthikanti et al. 2022, arXiv:2205.05198): between the products of a layer
// each of several tensor-parallel ranks keeps a stretch of the tokens. Before a product the
// stretches are brought together; behind it, where every rank has a part of each sum, the parts of
// a stretch go to the rank that keeps it and are added there, in the order of ranks.
#pragma once

#include <cstdint>
#include <vector>

#include "base/context.h"
#include "comm/collectives.h"

namespace cria {

/// Neighbouring tokens of a pass.
struct TokenStretch {
  int64_t first = 0, count = 0;
};

class TokenExchange {
 public:
  /// Alone: every token is this rank's, and nothing is sent.
  TokenExchange() = default;
  /// `ranks` outlives this; null: alone.
  explicit TokenExchange(comm::Communicator* ranks) : ranks_(ranks) {}

  bool alone() const { return size() == 1; }
  int rank() const { return ranks_ != nullptr ? ranks_->rank() : 0; }
  int size() const { return ranks_ != nullptr ? ranks_->size() : 1; }
  comm::Communicator* ranks() const { return ranks_; }

  /// Of n tokens, those that a rank keeps.
  TokenStretch StretchOf(int rank, int64_t n) const {
    const int64_t first = n * rank / size();
    return {first, n * (rank + 1) / size() - first};
  }
  TokenStretch Own(int64_t n) const { return StretchOf(rank(), n); }

  /// Begins to fill `all` [n, width], where this rank's stretch stands already.
  template <class T>
  comm::Exchange BeginGather(int64_t n, int64_t width, T* all) const;

  /// Begins to send this rank's `part` [n, width] of a sum to where its stretches are kept, and to
  /// take the others' parts of the own stretch into `received` [(size - 1) own, width].
  template <class T>
  comm::Exchange BeginScatter(int64_t n, int64_t width, const T* part, T* received) const;
  /// The parts of the own stretch, in the order of ranks.
  template <class T>
  std::vector<const T*> Parts(int64_t n, int64_t width, const T* part, const T* received) const;

  /// Elements that this rank sends for a gather, or for a scatter.
  int64_t SentByGather(int64_t n, int64_t width) const {
    return Own(n).count * width * (size() - 1);
  }
  int64_t SentByScatter(int64_t n, int64_t width) const { return (n - Own(n).count) * width; }

  void Finish(comm::Exchange* exchange) const {
    if (!exchange->empty()) comm::FinishExchange(*ranks_, exchange);
  }

 private:
  comm::Communicator* ranks_ = nullptr;
};

}  // namespace cria
