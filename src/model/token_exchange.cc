// Who gives whom which rows.
#include "model/token_exchange.h"

#include "tensor/dtype.h"

namespace cria {
namespace {

template <class T>
std::span<const uint8_t> Bytes(const T* from, int64_t elements) {
  return {reinterpret_cast<const uint8_t*>(from), static_cast<size_t>(elements) * sizeof(T)};
}
template <class T>
std::span<uint8_t> Bytes(T* to, int64_t elements) {
  return {reinterpret_cast<uint8_t*>(to), static_cast<size_t>(elements) * sizeof(T)};
}

}  // namespace

template <class T>
comm::Exchange TokenExchange::BeginGather(int64_t n, int64_t width, T* all) const {
  if (alone()) return {};
  std::vector<int64_t> cuts;
  for (int rank = 0; rank <= size(); ++rank) {
    cuts.push_back(StretchOf(rank, n).first * width * int64_t{sizeof(T)});
  }
  return comm::BeginAllGather(*ranks_, Bytes(all, n * width), cuts);
}

template <class T>
comm::Exchange TokenExchange::BeginParts(int64_t n, int64_t width, T* received) const {
  comm::Exchange exchange;
  const int64_t own = Own(n).count * width;
  for (int rank = 0; rank < size() && own > 0; ++rank) {
    if (rank == this->rank()) continue;
    exchange.push_back(ranks_->Receive(rank, comm::kGatherTag, Bytes(received, own)));
    received += own;
  }
  return exchange;
}

template <class T>
void TokenExchange::SendPart(int to, int64_t n, int64_t width, const T* part,
                             comm::Exchange* exchange) const {
  const TokenStretch theirs = StretchOf(to, n);
  if (theirs.count == 0) return;
  exchange->push_back(
      ranks_->Send(to, comm::kGatherTag, Bytes(part + theirs.first * width, theirs.count * width)));
}

template <class T>
comm::Exchange TokenExchange::BeginScatter(int64_t n, int64_t width, const T* part,
                                           T* received) const {
  comm::Exchange exchange = BeginParts(n, width, received);
  for (int distance = 1; distance < size(); ++distance) {
    SendPart((rank() + distance) % size(), n, width, part, &exchange);
  }
  return exchange;
}

template <class T>
std::vector<const T*> TokenExchange::Parts(int64_t n, int64_t width, const T* part,
                                           const T* received) const {
  const TokenStretch own = Own(n);
  std::vector<const T*> parts;
  for (int rank = 0; rank < size(); ++rank) {
    if (rank == this->rank()) {
      parts.push_back(part + own.first * width);
      continue;
    }
    parts.push_back(received);
    received += own.count * width;
  }
  return parts;
}

#define CRIA_INSTANTIATE(T)                                                                     \
  template comm::Exchange TokenExchange::BeginGather<T>(int64_t, int64_t, T*) const;            \
  template comm::Exchange TokenExchange::BeginParts<T>(int64_t, int64_t, T*) const;             \
  template void TokenExchange::SendPart<T>(int, int64_t, int64_t, const T*, comm::Exchange*)    \
      const;                                                                                    \
  template comm::Exchange TokenExchange::BeginScatter<T>(int64_t, int64_t, const T*, T*) const; \
  template std::vector<const T*> TokenExchange::Parts<T>(int64_t, int64_t, const T*, const T*)  \
      const;
CRIA_INSTANTIATE(float)
CRIA_INSTANTIATE(BF16)
#undef CRIA_INSTANTIATE

}  // namespace cria
