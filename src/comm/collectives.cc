// Trees for what one rank says, direct exchange for what all say.
#include "comm/collectives.h"

#include "base/error.h"

namespace cria::comm {
namespace {

constexpr int kBarrierTag = 0, kBroadcastTag = 1, kGatherTag = 2;

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

void AllGatherBytes(Communicator& ranks, std::span<uint8_t> all, std::span<const int64_t> cuts) {
  CRIA_CHECK(std::ssize(cuts) == ranks.size() + 1 && cuts.back() == std::ssize(all));
  const auto piece = [&](int rank) {
    const int64_t first = cuts[static_cast<size_t>(rank)];
    return all.subspan(static_cast<size_t>(first),
                       static_cast<size_t>(cuts[static_cast<size_t>(rank) + 1] - first));
  };
  const std::span<const uint8_t> own = piece(ranks.rank());
  std::vector<Transfer> transfers;
  // Everybody begins with another neighbour, so that no rank is asked by all at once.
  for (int distance = 1; distance < ranks.size(); ++distance) {
    const int from = (ranks.rank() - distance + ranks.size()) % ranks.size();
    const int to = (ranks.rank() + distance) % ranks.size();
    if (!piece(from).empty()) transfers.push_back(ranks.Receive(from, kGatherTag, piece(from)));
    if (!own.empty()) transfers.push_back(ranks.Send(to, kGatherTag, own));
  }
  for (const Transfer& transfer : transfers) ranks.Wait(transfer);
}

}  // namespace cria::comm
