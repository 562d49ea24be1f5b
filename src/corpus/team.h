// Who builds a corpus together: one process, or ranks that share the work folder and each take
// their part of the files.
#pragma once

#include <cstdint>

#include "comm/communicator.h"

namespace cria::corpus {

struct Team {
  comm::Communicator* ranks = nullptr;  ///< null: alone

  int rank() const { return ranks == nullptr ? 0 : ranks->rank(); }
  int size() const { return ranks == nullptr ? 1 : ranks->size(); }
  bool leads() const { return rank() == 0; }
  /// Whether this rank has item `i` of a list that is dealt out by turns.
  bool Has(int64_t i) const { return i % size() == rank(); }
};

}  // namespace cria::corpus
