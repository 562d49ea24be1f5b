// The carrier over NCCL, on stand-ins for NCCL and the CUDA runtime: what arrives where, in which
// groups, and what is said when another rank does not come.
#include "kernels/cuda/target/nccl_ranks.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/error.h"
#include "comm/collectives.h"
#include "comm/local_ranks.h"

namespace cria::kernels::cuda {
namespace {

using comm::Transfer;

constexpr size_t kBytes = 1000;

std::vector<uint8_t> BytesOf(int from, int to, int tag) {
  return std::vector<uint8_t>(kBytes + static_cast<size_t>(from),
                              static_cast<uint8_t>(7 * from + 31 * to + tag));
}

// What one rank exchanges with all others under a tag.
struct Exchange {
  std::vector<std::vector<uint8_t>> out, in;
  std::vector<Transfer> transfers;

  void Receive(comm::Communicator* ranks, int tag) {
    in.resize(static_cast<size_t>(ranks->size()));
    for (int rank = 0; rank < ranks->size(); ++rank) {
      if (rank == ranks->rank()) continue;
      auto& to = in[static_cast<size_t>(rank)];
      to.resize(kBytes + static_cast<size_t>(rank));
      transfers.push_back(ranks->Receive(rank, tag, to));
    }
  }
  void Send(comm::Communicator* ranks, int tag) {
    for (int rank = 0; rank < ranks->size(); ++rank)
      out.push_back(BytesOf(ranks->rank(), rank, tag));
    for (int rank = 0; rank < ranks->size(); ++rank) {
      if (rank != ranks->rank()) {
        transfers.push_back(ranks->Send(rank, tag, out[static_cast<size_t>(rank)]));
      }
    }
  }
  void Check(comm::Communicator* ranks, int tag) {
    for (const Transfer& transfer : transfers) ranks->Wait(transfer);
    for (int rank = 0; rank < ranks->size(); ++rank) {
      if (rank == ranks->rank()) continue;
      EXPECT_EQ(in[static_cast<size_t>(rank)], BytesOf(rank, ranks->rank(), tag)) << rank;
    }
  }
};

TEST(NcclRanks, TransfersOfATagGoTogether) {
  ASSERT_TRUE(FindNccl());
  for (const int size : {2, 3, 5}) {
    comm::RunRanks(size, [](comm::Communicator& carrier) {
      CudaDevice device(0);
      const auto ranks = MakeNcclRanks(&carrier, &device);
      EXPECT_EQ(ranks->size(), carrier.size());
      for (int round = 0; round < 20; ++round) {
        // The first is asked for early and begins last, as the embedding's gradient does.
        Exchange early, other, last;
        early.Receive(ranks.get(), 1);
        other.Receive(ranks.get(), 2);
        other.Send(ranks.get(), 2);
        ranks->Launch(2);
        last.Send(ranks.get(), 3);
        last.Receive(ranks.get(), 3);
        ranks->Launch(3);
        other.Check(ranks.get(), 2);
        early.Send(ranks.get(), 1);
        ranks->Launch(1);
        ranks->Launch(9);  // nothing
        early.Check(ranks.get(), 1);
        last.Check(ranks.get(), 3);
      }
      const int64_t each = 20 * 3 * static_cast<int64_t>(kBytes);
      EXPECT_GE(ranks->traffic().sent_bytes, each * (carrier.size() - 1));
    });
  }
}

TEST(NcclRanks, ARankThatDoesNotComeIsAnError) {
  std::atomic<int> errors = 0;
  comm::RunRanks(2, [&](comm::Communicator& carrier) {
    CudaDevice device(0);
    const auto ranks = MakeNcclRanks(&carrier, &device);
    if (carrier.rank() == 1) return;
    std::vector<uint8_t> bytes(8);
    const Transfer transfer = ranks->Receive(1, 1, bytes);
    try {
      ranks->Launch(1);
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("rank 0 of 2"), std::string::npos) << error.what();
      ++errors;
    }
    EXPECT_THROW(ranks->Launch(1), Error);  // and stays one
    (void)transfer;
  });
  EXPECT_EQ(errors, 1);
}

TEST(NcclRanks, AfterGivingUpEverythingIsAnError) {
  comm::RunRanks(2, [&](comm::Communicator& carrier) {
    CudaDevice device(0);
    const auto ranks = MakeNcclRanks(&carrier, &device);
    comm::Barrier(carrier);
    Exchange exchange;
    exchange.Receive(ranks.get(), 1);
    ranks->Cancel();
    EXPECT_THROW(ranks->Launch(1), Error);
  });
}

}  // namespace
}  // namespace cria::kernels::cuda
