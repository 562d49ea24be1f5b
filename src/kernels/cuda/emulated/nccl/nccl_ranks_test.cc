// The carrier over NCCL, on stand-ins for NCCL and the CUDA runtime: what arrives where, in which
// groups and when, and what is said when another rank does not come.
#include "kernels/cuda/target/nccl_ranks.h"

#include <cuda_runtime.h>
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <new>
#include <thread>

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

// Work for the stream that computes: done in order, some time after it was asked for.
class Computation {
 public:
  ~Computation() { Finish(); }
  void Then(std::function<void()> f) {
    const auto run = [](void* argument) { (*static_cast<std::function<void()>*>(argument))(); };
    cudaLaunchHostFunc(nullptr, run, &work_.emplace_back(std::move(f)));
  }
  void Finish() {
    std::atomic<bool> done = false;
    Then([&] { done = true; });
    while (!done) std::this_thread::yield();
  }

 private:
  std::deque<std::function<void()>> work_;
};

// What one rank exchanges with all others under a tag. What is sent is computed only then.
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
  void Send(comm::Communicator* ranks, int tag, Computation* computation) {
    for (int rank = 0; rank < ranks->size(); ++rank) {
      out.emplace_back(kBytes + static_cast<size_t>(ranks->rank()));
    }
    computation->Then([this, tag, own = ranks->rank()] {
      for (size_t rank = 0; rank < out.size(); ++rank) {
        const std::vector<uint8_t> bytes = BytesOf(own, static_cast<int>(rank), tag);
        std::copy(bytes.begin(), bytes.end(), out[rank].begin());
      }
    });
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
      EXPECT_TRUE(in[static_cast<size_t>(rank)] == BytesOf(rank, ranks->rank(), tag)) << rank;
    }
  }
};

TEST(NcclRanks, TransfersOfATagGoTogether) {
  ASSERT_TRUE(FindNccl());
  EXPECT_EQ(NcclName().substr(0, 5), "NCCL ");
  for (const int size : {2, 3, 5}) {
    comm::RunRanks(size, [](comm::Communicator& carrier) {
      CudaDevice device(0);
      const auto ranks = MakeNcclRanks(&carrier, &device);
      EXPECT_EQ(ranks->size(), carrier.size());
      const int64_t before = ranks->traffic().sent_bytes;
      for (int round = 0; round < 20; ++round) {
        // The first is asked for early and begins last, as the embedding's gradient does.
        Exchange early, other, last;
        Computation computation;
        early.Receive(ranks.get(), 1);
        other.Receive(ranks.get(), 2);
        other.Send(ranks.get(), 2, &computation);
        ranks->Launch(2);
        last.Send(ranks.get(), 3, &computation);
        last.Receive(ranks.get(), 3);
        ranks->Launch(3);
        other.Check(ranks.get(), 2);
        early.Send(ranks.get(), 1, &computation);
        ranks->Launch(1);
        ranks->Launch(9);  // nothing
        early.Check(ranks.get(), 1);
        last.Check(ranks.get(), 3);
      }
      const int64_t each = 20 * 3 * static_cast<int64_t>(kBytes) + 20 * 3 * carrier.rank();
      EXPECT_EQ(ranks->traffic().sent_bytes - before, each * (carrier.size() - 1));
    });
  }
}

// Memory that is still read is not yet received into.
TEST(NcclRanks, WaitForWhatComputesBefore) {
  comm::RunRanks(2, [](comm::Communicator& carrier) {
    CudaDevice device(0);
    const auto ranks = MakeNcclRanks(&carrier, &device);
    const int other = 1 - carrier.rank();
    const std::vector<uint8_t> first(kBytes, 1), second(kBytes, 2);
    std::vector<uint8_t> in(kBytes), read(kBytes);
    const auto exchange = [&](const std::vector<uint8_t>& out) {
      const Transfer receive = ranks->Receive(other, 1, in), send = ranks->Send(other, 1, out);
      ranks->Launch(1);
      ranks->Wait(receive);
      ranks->Wait(send);
    };
    exchange(first);
    Computation computation;
    computation.Then([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      read = in;
    });
    exchange(second);
    computation.Finish();
    EXPECT_TRUE(read == first);
    EXPECT_TRUE(in == second);
  });
}

// One that waits for the earlier of two groups does not wait for the later.
TEST(NcclRanks, WaitForTheirOwnGroup) {
  comm::RunRanks(
      2,
      [](comm::Communicator& carrier) {
        CudaDevice device(0);
        const auto ranks = MakeNcclRanks(&carrier, &device);
        std::vector<uint8_t> bytes(2 * kBytes, static_cast<uint8_t>(carrier.rank()));
        const auto half = [&](int i) { return std::span(bytes).subspan(i * kBytes, kBytes); };
        if (carrier.rank() == 0) {
          const Transfer one = ranks->Receive(1, 1, half(0)), two = ranks->Receive(1, 2, half(1));
          ranks->Launch(1);
          ranks->Launch(2);
          ranks->Wait(one);
          comm::Barrier(carrier);
          ranks->Wait(two);
          EXPECT_TRUE(bytes == std::vector<uint8_t>(2 * kBytes, 1));
        } else {
          const Transfer one = ranks->Send(0, 1, half(0));
          ranks->Launch(1);
          comm::Barrier(carrier);
          const Transfer two = ranks->Send(0, 2, half(1));
          ranks->Launch(2);
          ranks->Wait(one);
          ranks->Wait(two);
        }
      },
      1.0);
}

// What rank 0 of three says when rank 2 does not come, and rank 1 only sends.
std::string WhatIsSaid(double timeout_s) {
  std::string said;
  const auto begin = std::chrono::steady_clock::now();
  comm::RunRanks(
      3,
      [&](comm::Communicator& carrier) {
        std::vector<uint8_t> bytes(16);  // outlives what sends from it
        CudaDevice device(0);
        const auto ranks = MakeNcclRanks(&carrier, &device);
        if (carrier.rank() == 2) return;
        if (carrier.rank() == 1) {
          ranks->Send(0, 1, {bytes.data(), 8});
          return ranks->Launch(1);
        }
        const Transfer transfer = ranks->Receive(1, 1, {bytes.data(), 8});
        ranks->Receive(2, 1, {bytes.data() + 8, 8});
        ranks->Launch(1);
        try {
          ranks->Wait(transfer);
        } catch (const Error& error) {
          said = error.what();
        }
        EXPECT_THROW(ranks->Launch(1), Error);  // and stays one
      },
      timeout_s);
  // Also where the library's abort waits for the other ranks'.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  return said;
}

TEST(NcclRanks, ARankThatIsSilentIsAnError) {
  const std::string said = WhatIsSaid(0.7);
  EXPECT_NE(said.find("no word from at least one of ranks 1, 2 for 1 s"), said.npos) << said;
}

TEST(NcclRanks, AFailureOfTheLibraryIsAnError) {
  const std::string said = WhatIsSaid(5);
  EXPECT_NE(said.find("NCCL: the stand-in refuses (a transfer)"), said.npos) << said;
  EXPECT_NE(said.find("rank 0 of 3"), said.npos) << said;
}

// While the other still works, and does not come to end things in peace.
TEST(NcclRanks, ARankThatFailsIsSoonGone) {
  std::atomic<bool> gone = false;
  comm::RunRanks(2, [&](comm::Communicator& carrier) {
    CudaDevice device(0);
    if (carrier.rank() == 0) {
      const auto ranks = MakeNcclRanks(&carrier, &device);
      while (!gone) std::this_thread::yield();
      return ranks->Cancel();
    }
    std::chrono::steady_clock::time_point begin;
    try {
      const auto ranks = MakeNcclRanks(&carrier, &device);
      begin = std::chrono::steady_clock::now();
      throw std::bad_alloc();
    } catch (const std::bad_alloc&) {
      EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
    }
    gone = true;
  });
}

TEST(NcclRanks, LinksAreTriedFirst) {
  void* const library = ::dlopen("libnccl.so.2", RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr);
  const auto groups = reinterpret_cast<int64_t (*)()>(::dlsym(library, "StandInGroups"));
  ASSERT_NE(groups, nullptr);
  const int64_t before = groups();
  comm::RunRanks(3, [](comm::Communicator& carrier) {
    CudaDevice device(0);
    const auto ranks = MakeNcclRanks(&carrier, &device);
    EXPECT_EQ(ranks->traffic().sent_bytes, carrier.traffic().sent_bytes);  // not counted
  });
  EXPECT_EQ(groups() - before, 3);
  ::dlclose(library);
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
