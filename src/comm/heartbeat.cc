// One byte a beat; the last one is another.
#include "comm/heartbeat.h"

#include <chrono>
#include <exception>
#include <vector>

namespace cria::comm {
namespace {

constexpr uint8_t kAlive = 1, kDone = 2;
constexpr std::chrono::milliseconds kNap(20);

}  // namespace

Heartbeat::Heartbeat(Communicator* ranks, int tag, double interval_s) : ranks_(ranks), tag_(tag) {
  thread_ = std::thread([this, interval_s] {
    using Clock = std::chrono::steady_clock;
    Clock::time_point told = Clock::now();
    while (!ends_) {
      std::this_thread::sleep_for(kNap);
      if (std::chrono::duration<double>(Clock::now() - told).count() < interval_s) continue;
      told = Clock::now();
      Tell(kAlive);
    }
    Tell(kDone);
  });
}

Heartbeat::~Heartbeat() {
  ends_ = true;
  thread_.join();
}

// That somebody is gone is for the next exchange to say.
void Heartbeat::Tell(uint8_t word) {
  try {
    std::vector<Transfer> sends;
    for (int rank = 0; rank < ranks_->size(); ++rank) {
      if (rank != ranks_->rank()) sends.push_back(ranks_->Send(rank, tag_, {&word, 1}));
    }
    for (const Transfer& send : sends) ranks_->Wait(send);
  } catch (const std::exception&) {
    ends_ = true;
  }
}

void AwaitHeartbeats(Communicator* ranks, int rank, int tag) {
  for (uint8_t word = kAlive; word == kAlive;) ranks->Wait(ranks->Receive(rank, tag, {&word, 1}));
}

}  // namespace cria::comm
