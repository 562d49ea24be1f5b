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
comm::Exchange TokenExchange::BeginScatter(int64_t n, int64_t width, const T* part,
                                           T* received) const {
  if (alone()) return {};
  const int64_t own = Own(n).count * width;
  std::vector<std::span<const uint8_t>> out;
  std::vector<std::span<uint8_t>> in;
  for (int rank = 0; rank < size(); ++rank) {
    const TokenStretch theirs = StretchOf(rank, n);
    out.push_back(Bytes(part + theirs.first * width, theirs.count * width));
    if (rank == this->rank()) {
      in.emplace_back();
      continue;
    }
    in.push_back(Bytes(received, own));
    received += own;
  }
  return comm::BeginAllToAll(*ranks_, out, in);
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
  template comm::Exchange TokenExchange::BeginScatter<T>(int64_t, int64_t, const T*, T*) const; \
  template std::vector<const T*> TokenExchange::Parts<T>(int64_t, int64_t, const T*, const T*)  \
      const;
CRIA_INSTANTIATE(float)
CRIA_INSTANTIATE(BF16)
#undef CRIA_INSTANTIATE

}  // namespace cria
