// What the ranks of one run say to each other, whatever carries it: bytes from one to another.
// Everything larger is made of that (collectives.h), so that order and bits are ours.
#pragma once

#include <cstdint>
#include <span>

namespace cria::comm {

/// A message under way.
struct Transfer {
  int64_t id = -1;
};

struct Traffic {
  int64_t sent_bytes = 0, received_bytes = 0;
  double waited_s = 0;  ///< in Wait, over all threads
};

class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// Begin to send or receive. The bytes must stay, and those of Receive be left alone, until Wait.
  /// Messages of one (from, to, tag) arrive in the order sent; lengths must agree. Not to oneself.
  virtual Transfer Send(int to, int tag, std::span<const uint8_t> bytes) = 0;
  virtual Transfer Receive(int from, int tag, std::span<uint8_t> bytes) = 0;
  /// Says that every transfer of `tag` that belongs together has been asked for here. A carrier
  /// that must know what goes both ways before it begins (NCCL) waits for this, which every rank
  /// says for the same tags in the same order; for the others, whose transfers are under way at
  /// once, it means nothing. (Collectives do not say it: they are for those.)
  virtual void Launch(int /*tag*/) {}
  /// Blocks until it is done; once per transfer. Throws Error that names the other rank if it is
  /// silent for longer than the communicator's timeout, is gone, or if Cancel was called here. That
  /// ends this rank's part: nothing under way touches its bytes any more, and what is waited for
  /// later throws the same.
  virtual void Wait(Transfer transfer) = 0;
  /// Gives up, as a Wait that throws does. For a rank that failed elsewhere, before its threads are
  /// joined and its bytes are freed.
  virtual void Cancel() = 0;
  /// Silence of another rank after which Wait throws.
  virtual double timeout_s() const = 0;
  /// Since the start.
  virtual Traffic traffic() const = 0;
};

}  // namespace cria::comm
