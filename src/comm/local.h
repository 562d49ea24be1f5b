// Ranks that are threads of one process: for a process alone, and for tests.
#pragma once

#include <memory>
#include <vector>

#include "comm/communicator.h"

namespace cria::comm {

/// The only rank there is.
std::unique_ptr<Communicator> MakeSelf();

/// Ranks that talk through memory. One that calls Cancel is gone: who waits for it gets an Error.
class LocalGroup {
 public:
  explicit LocalGroup(int size, double timeout_s = 60);
  ~LocalGroup();
  Communicator& rank(int i) { return *ranks_[static_cast<size_t>(i)]; }

 private:
  struct Board;
  class Rank;
  std::unique_ptr<Board> board_;
  std::vector<std::unique_ptr<Communicator>> ranks_;
};

}  // namespace cria::comm
