// A rank that works for long while the others wait for it: it says now and then that it lives, so
// that their patience (the communicator's timeout) need only cover silence.
#pragma once

#include <atomic>
#include <thread>

#include "comm/communicator.h"

namespace cria::comm {

/// While it lives, a thread beside tells every other rank, which are all in AwaitHeartbeats. `tag`
/// is used by nothing else.
class Heartbeat {
 public:
  Heartbeat(Communicator* ranks, int tag, double interval_s = 1);
  /// The others go on.
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;

 private:
  void Tell(uint8_t word);

  Communicator* ranks_;
  int tag_;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

/// Returns once the Heartbeat of `rank` ended.
void AwaitHeartbeats(Communicator* ranks, int rank, int tag);

}  // namespace cria::comm
