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

  /// Begins to take the others' parts of a sum's own stretch into `received`
  /// [(size - 1) own, width]; every rank sends with SendPart.
  template <class T>
  comm::Exchange BeginParts(int64_t n, int64_t width, T* received) const;
  /// Begins to send this rank's `part` [n, width] of a sum to where a rank's stretch of it is kept.
  template <class T>
  void SendPart(int to, int64_t n, int64_t width, const T* part, comm::Exchange* exchange) const;
  /// Both, for all others.
  template <class T>
  comm::Exchange BeginScatter(int64_t n, int64_t width, const T* part, T* received) const;
  /// The parts of the own stretch, in the order of ranks.
  template <class T>
  std::vector<const T*> Parts(int64_t n, int64_t width, const T* part, const T* received) const;

  /// Calls f(stretch) for the own tokens while `gather` is under way, then, once it is finished,
  /// for those before and behind them.
  template <class F>
  void ForOwnThenOthers(int64_t n, comm::Exchange* gather, F f) const {
    const TokenStretch own = Own(n);
    if (own.count > 0) f(own);
    Finish(gather);
    const int64_t end = own.first + own.count;
    if (own.first > 0) f(TokenStretch{0, own.first});
    if (end < n) f(TokenStretch{end, n - end});
  }

  void Finish(comm::Exchange* exchange) const {
    if (!exchange->empty()) comm::FinishExchange(*ranks_, exchange);
  }

 private:
  comm::Communicator* ranks_ = nullptr;
};

}  // namespace cria
