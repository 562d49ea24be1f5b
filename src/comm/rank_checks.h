// For tests: what every communicator must do, checked from each of its ranks.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "comm/collectives.h"

namespace cria::comm {

/// Messages of one tag keep their order, those of another pass them; lengths from 0 to many.
inline std::string CheckMessages(Communicator& ranks, int tag) {
  const int next = (ranks.rank() + 1) % ranks.size();
  const int previous = (ranks.rank() + ranks.size() - 1) % ranks.size();
  std::vector<std::vector<uint8_t>> out, in;
  std::vector<Transfer> transfers;
  const size_t sizes[] = {0, 1, 1000, 3 << 20, 5};
  for (const size_t size : sizes) {
    out.emplace_back(size, static_cast<uint8_t>(size % 251 + static_cast<size_t>(ranks.rank())));
    in.emplace_back(size);
  }
  for (auto& bytes : out) transfers.push_back(ranks.Send(next, tag, bytes));
  const uint8_t early = 7;
  uint8_t seen = 0;
  transfers.push_back(ranks.Send(next, tag + 1, {&early, 1}));
  ranks.Wait(ranks.Receive(previous, tag + 1, {&seen, 1}));
  for (auto& bytes : in) transfers.push_back(ranks.Receive(previous, tag, bytes));
  for (const Transfer& transfer : transfers) ranks.Wait(transfer);
  if (seen != 7) return "a message of another tag was lost";
  for (size_t i = 0; i < in.size(); ++i) {
    const std::vector<uint8_t> want(
        sizes[i], static_cast<uint8_t>(sizes[i] % 251 + static_cast<size_t>(previous)));
    if (in[i] != want) return "message " + std::to_string(i) + " is another";
  }
  return "";
}

inline std::string CheckCollectives(Communicator& ranks) {
  for (int root = 0; root < ranks.size(); ++root) {
    const std::string text = std::string(static_cast<size_t>(root) * 70000, 'x');
    const std::string got = BroadcastText(ranks, root, ranks.rank() == root ? text : "other");
    if (got != text) return "a broadcast changed on its way";
  }
  std::vector<int> all(static_cast<size_t>(ranks.size()));
  AllGather(ranks, 3 * ranks.rank(), std::span<int>(all));
  for (int rank = 0; rank < ranks.size(); ++rank) {
    if (all[static_cast<size_t>(rank)] != 3 * rank) return "a gathered number is another";
  }
  // Pieces of 0, 1, 4, 9, ... values.
  std::vector<int64_t> cuts = {0};
  for (int64_t rank = 0; rank < ranks.size(); ++rank) cuts.push_back(cuts.back() + rank * rank);
  std::vector<double> values(static_cast<size_t>(cuts.back()), -1.0);
  const auto own = static_cast<size_t>(ranks.rank());
  for (int64_t i = cuts[own]; i < cuts[own + 1]; ++i) {
    values[static_cast<size_t>(i)] = static_cast<double>(i) / 3;
  }
  AllGatherV(ranks, std::span<double>(values), cuts);
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] != static_cast<double>(i) / 3) return "a gathered piece is another";
  }
  for (int i = 0; i < 20; ++i) Barrier(ranks);
  return "";
}

/// Every rank gives every other a message of its own, two exchanges under way at once.
inline std::string CheckAllToAll(Communicator& ranks) {
  const auto size = static_cast<size_t>(ranks.size()), own = static_cast<size_t>(ranks.rank());
  const auto length = [](size_t from, size_t to) { return (from * 7 + to * 3) % 5 * 1000; };
  std::vector<std::vector<uint8_t>> out[2], in[2];
  Exchange exchanges[2];
  for (int turn = 0; turn < 2; ++turn) {
    std::vector<std::span<const uint8_t>> give;
    std::vector<std::span<uint8_t>> take;
    for (size_t rank = 0; rank < size; ++rank) {
      out[turn].emplace_back(length(own, rank), static_cast<uint8_t>(100 * turn + 10 * own + rank));
      in[turn].emplace_back(length(rank, own));
    }
    for (size_t rank = 0; rank < size; ++rank) {
      give.emplace_back(out[turn][rank]);
      take.emplace_back(in[turn][rank]);
    }
    exchanges[turn] = BeginAllToAll(ranks, give, take);
  }
  for (int turn = 1; turn >= 0; --turn) FinishExchange(ranks, &exchanges[turn]);
  for (int turn = 0; turn < 2; ++turn) {
    for (size_t rank = 0; rank < size; ++rank) {
      const auto want = static_cast<uint8_t>(100 * turn + 10 * rank + own);
      if (rank != own && in[turn][rank] != std::vector<uint8_t>(length(rank, own), want)) {
        return "what a rank gave arrived changed";
      }
    }
  }
  return "";
}

/// Empty if all is well. Two threads talk at once, as training and saving do.
inline std::string CheckAll(Communicator& ranks) {
  if (ranks.size() == 1) return CheckCollectives(ranks);
  std::string beside;
  std::thread other([&] { beside = CheckMessages(ranks, kFirstUserTag + 10); });
  std::string fault = CheckCollectives(ranks);
  if (fault.empty()) fault = CheckAllToAll(ranks);
  if (fault.empty()) fault = CheckMessages(ranks, kFirstUserTag);
  other.join();
  const Traffic traffic = ranks.traffic();
  if (traffic.sent_bytes < (6 << 20)) return "what was sent is not counted";
  return fault.empty() ? beside : fault;
}

}  // namespace cria::comm
