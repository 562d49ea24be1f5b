// Trees for what one rank says, direct exchange for what all say.
#include "comm/collectives.h"

#include "base/error.h"

namespace cria::comm {
namespace {

constexpr int kBarrierTag = 0, kBroadcastTag = 1;

}  // namespace

// Dissemination (Hensgen, Finkel & Manber 1988): in round k each rank signals the one 2^k further.
void Barrier(Communicator& ranks) {
  const int size = ranks.size();
  for (int distance = 1; distance < size; distance *= 2) {
    const uint8_t out = 0;
    uint8_t in = 0;
    const Transfer receive =
        ranks.Receive((ranks.rank() - distance + size) % size, kBarrierTag, {&in, 1});
    ranks.Wait(ranks.Send((ranks.rank() + distance) % size, kBarrierTag, {&out, 1}));
    ranks.Wait(receive);
  }
}

void Broadcast(Communicator& ranks, int root, std::span<uint8_t> bytes) {
  const int size = ranks.size();
  const int own = (ranks.rank() - root + size) % size;  // the root is 0
  int bit = 1;
  while (bit < size && (own & bit) == 0) bit *= 2;
  if (own != 0) ranks.Wait(ranks.Receive((own - bit + root) % size, kBroadcastTag, bytes));
  std::vector<Transfer> sends;
  for (bit /= 2; bit > 0; bit /= 2) {
    if (own + bit < size)
      sends.push_back(ranks.Send((own + bit + root) % size, kBroadcastTag, bytes));
  }
  for (const Transfer& send : sends) ranks.Wait(send);
}

std::string BroadcastText(Communicator& ranks, int root, std::string text) {
  int64_t size = std::ssize(text);
  Broadcast(ranks, root, {reinterpret_cast<uint8_t*>(&size), sizeof size});
  text.resize(static_cast<size_t>(size));
  Broadcast(ranks, root, {reinterpret_cast<uint8_t*>(text.data()), text.size()});
  return text;
}

void FinishExchange(Communicator& ranks, Exchange* exchange) {
  for (const Transfer& transfer : *exchange) ranks.Wait(transfer);
  exchange->clear();
}

// Everybody begins with another neighbour, so that no rank is asked by all at once.
Exchange BeginAllToAll(Communicator& ranks, std::span<const std::span<const uint8_t>> out,
                       std::span<const std::span<uint8_t>> in, int tag) {
  const int size = ranks.size();
  CRIA_CHECK(std::ssize(out) == size && std::ssize(in) == size);
  Exchange exchange;
  for (int distance = 1; distance < size; ++distance) {
    const int from = (ranks.rank() - distance + size) % size;
    const int to = (ranks.rank() + distance) % size;
    const std::span<uint8_t> taken = in[static_cast<size_t>(from)];
    const std::span<const uint8_t> given = out[static_cast<size_t>(to)];
    if (!taken.empty()) exchange.push_back(ranks.Receive(from, tag, taken));
    if (!given.empty()) exchange.push_back(ranks.Send(to, tag, given));
  }
  return exchange;
}

Exchange BeginAllGather(Communicator& ranks, std::span<uint8_t> all,
                        std::span<const int64_t> cuts) {
  CRIA_CHECK(std::ssize(cuts) == ranks.size() + 1 && cuts.back() == std::ssize(all));
  std::vector<std::span<uint8_t>> pieces;
  for (size_t rank = 0; rank + 1 < cuts.size(); ++rank) {
    pieces.push_back(all.subspan(static_cast<size_t>(cuts[rank]),
                                 static_cast<size_t>(cuts[rank + 1] - cuts[rank])));
  }
  const std::vector<std::span<const uint8_t>> own(pieces.size(),
                                                  pieces[static_cast<size_t>(ranks.rank())]);
  return BeginAllToAll(ranks, own, pieces);
}

void AllGatherBytes(Communicator& ranks, std::span<uint8_t> all, std::span<const int64_t> cuts) {
  Exchange exchange = BeginAllGather(ranks, all, cuts);
  FinishExchange(ranks, &exchange);
}

}  // namespace cria::comm
