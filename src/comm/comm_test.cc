// Messages and collectives between ranks that are threads; mpi_ranks.cc is the same over MPI.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "base/error.h"
#include "comm/collectives.h"
#include "comm/group.h"
#include "comm/heartbeat.h"
#include "comm/local_ranks.h"
#include "comm/rank_checks.h"
#include "comm/staged.h"

namespace cria::comm {
namespace {

TEST(Local, CollectivesAgreeOnEverySize) {
  for (int size = 1; size <= 6; ++size) {
    SCOPED_TRACE(size);
    RunRanks(size, [](Communicator& ranks) { EXPECT_EQ(CheckAll(ranks), ""); });
  }
}

// Ranks 1 and 3 of five, and 4, 0 and 2: both groups talk at once.
TEST(Group, IsACommunicator) {
  RunRanks(5, [](Communicator& all) {
    const bool odd = all.rank() % 2 == 1;
    const auto group = MakeGroup(&all, odd ? std::vector<int>{1, 3} : std::vector<int>{4, 0, 2});
    EXPECT_EQ(CheckAll(*group), "");
    EXPECT_EQ(group->traffic().sent_bytes, all.traffic().sent_bytes);
    EXPECT_EQ(group->traffic().received_bytes, all.traffic().received_bytes);
    Barrier(all);
  });
}

TEST(Group, NamesTheRankOfAll) {
  LocalGroup all(3, 0.02);
  const auto group = MakeGroup(&all.rank(0), {2, 0});
  uint8_t byte = 0;
  try {
    group->Wait(group->Receive(0, kFirstUserTag, {&byte, 1}));
    FAIL() << "nobody waited";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("no word from rank 2"), std::string::npos);
  }
}

// Memory that only its own calls may reach: what lies at an address here is shifted by one.
class FarMemory : public Accelerator {
 public:
  std::string name() const override { return "far"; }
  Memory memory() const override { return {}; }
  void* Allocate(int64_t) override { return nullptr; }
  void Free(void*) noexcept override {}
  void Upload(void* to, const void* from, int64_t bytes) override { Shift(to, from, bytes, 1); }
  void Download(void* to, const void* from, int64_t bytes) override { Shift(to, from, bytes, -1); }
  const void* Fetch(const void*, int64_t) override { return nullptr; }
  void Copy(void*, const void*, int64_t) override {}
  void Zero(void*, int64_t) override {}
  void Wait() override {}
  void Replay(uint64_t, const std::function<void()>&) override {}
  void ForgetReplays() override {}

 private:
  static void Shift(void* to, const void* from, int64_t bytes, int by) {
    const auto* source = static_cast<const uint8_t*>(from);
    std::transform(source, source + bytes, static_cast<uint8_t*>(to),
                   [by](uint8_t value) { return static_cast<uint8_t>(value + by); });
  }
};

TEST(Staged, IsACommunicatorOfBytesElsewhere) {
  for (int size = 1; size <= 4; ++size) {
    RunRanks(size, [](Communicator& ranks) {
      FarMemory memory;
      const auto staged = MakeStaged(&ranks, &memory);
      EXPECT_EQ(CheckAll(*staged), "");
      EXPECT_EQ(staged->traffic().sent_bytes, ranks.traffic().sent_bytes);
    });
  }
  // On the way they are what they are there.
  RunRanks(2, [](Communicator& ranks) {
    FarMemory memory;
    const auto staged = MakeStaged(&ranks, &memory);
    uint8_t there = 6, here = 0;
    if (ranks.rank() == 0) return staged->Wait(staged->Send(1, kFirstUserTag, {&there, 1}));
    ranks.Wait(ranks.Receive(0, kFirstUserTag, {&here, 1}));
    EXPECT_EQ(here, 5);
  });
}

// Longer than anybody would wait in silence.
TEST(Heartbeat, KeepsTheOthersWaiting) {
  RunRanks(
      3,
      [](Communicator& ranks) {
        if (ranks.rank() == 1) {
          const Heartbeat heartbeat(&ranks, kFirstUserTag, 0.05);
          std::this_thread::sleep_for(std::chrono::milliseconds(700));
        } else {
          AwaitHeartbeats(&ranks, 1, kFirstUserTag);
        }
        Barrier(ranks);
      },
      0.3);
}

TEST(Local, SilenceNamesTheRank) {
  try {
    RunRanks(
        2,
        [](Communicator& ranks) {
          uint8_t byte = 0;
          if (ranks.rank() == 0) ranks.Wait(ranks.Receive(1, kFirstUserTag, {&byte, 1}));
        },
        0.05);
    FAIL() << "nobody waited";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("no word from rank 1"), std::string::npos);
  }
}

TEST(Local, WhoWaitsForARankThatFailedIsTold) {
  try {
    RunRanks(3, [](Communicator& ranks) {
      if (ranks.rank() == 1) throw Error("the disk is full", "rank 1", "make room");
      Barrier(ranks);
    });
    FAIL() << "nobody failed";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("the disk is full"), std::string::npos);
  }
}

// What the wait for `transfer` says when it fails.
std::string Complaint(Communicator& rank, Transfer transfer) {
  try {
    rank.Wait(transfer);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Local, ARankThatLeftIsNamed) {
  LocalGroup group(3);
  group.rank(1).Cancel();
  uint8_t byte = 0;
  EXPECT_NE(Complaint(group.rank(0), group.rank(0).Receive(1, kFirstUserTag, {&byte, 1}))
                .find("rank 1 is gone"),
            std::string::npos);
}

TEST(Local, CancelEndsAWaitUnderWay) {
  LocalGroup group(2);
  uint8_t byte = 0;
  const Transfer transfer = group.rank(0).Receive(1, kFirstUserTag, {&byte, 1});
  std::string complaint;
  std::thread waiting([&] { complaint = Complaint(group.rank(0), transfer); });
  group.rank(0).Cancel();
  waiting.join();
  EXPECT_NE(complaint.find("this rank gave up"), std::string::npos);
}

TEST(Local, BytesAreLeftAloneAfterAWaitFailed) {
  LocalGroup group(2, 0.02);
  const uint8_t out = 9;
  uint8_t first = 0, second = 0;
  Communicator &early = group.rank(0), &late = group.rank(1);
  const Transfer one = early.Receive(1, kFirstUserTag, {&first, 1});
  const Transfer two = early.Receive(1, kFirstUserTag + 1, {&second, 1});
  const std::string complaint = Complaint(early, one);
  EXPECT_NE(complaint.find("no word from rank 1"), std::string::npos);
  EXPECT_NE(Complaint(late, late.Send(0, kFirstUserTag, {&out, 1})).find("rank 0 is gone"),
            std::string::npos);
  late.Send(0, kFirstUserTag + 1, {&out, 1});
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 0);
  // The first reason, not what followed from it.
  EXPECT_EQ(Complaint(early, two), complaint);
}

TEST(Self, NeedsNobody) {
  const auto self = MakeSelf();
  Barrier(*self);
  EXPECT_EQ(BroadcastText(*self, 0, "text"), "text");
  double all = 0;
  AllGather(*self, 2.0, std::span<double>(&all, 1));
  EXPECT_EQ(all, 2.0);
}

}  // namespace
}  // namespace cria::comm
