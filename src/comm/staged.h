// Ranks whose bytes lie in the memory of an accelerator, each in its own: on their way they pass
// through the processor's memory, so that any communicator carries them.
#pragma once

#include <memory>

#include "base/accelerator.h"
#include "comm/communicator.h"

namespace cria::comm {

/// The same ranks, tags and traffic as `ranks`; bytes are those of `accelerator`'s memory. Send
/// returns once they have left it, so that all work asked for before is done then; what was
/// received is there for work that is asked for after Wait. Both arguments outlive
/// this.
std::unique_ptr<Communicator> MakeStaged(Communicator* ranks, Accelerator* accelerator);

}  // namespace cria::comm
