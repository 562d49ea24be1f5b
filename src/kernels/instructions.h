// Keeps all kernels to an instruction set, for tests and to reproduce another machine's bits.
#pragma once

#include "base/cpu.h"

namespace cria::kernels {

/// No kernel runs instructions above `limit` from now on: cria::LimitIsa for those that ask
/// DetectIsa(), and the same for those that Highway dispatches. Call before any kernel runs; throws
/// Error if the processor lacks `limit`. oneDNN, the peer of the ceiling, does not follow.
void LimitInstructions(Isa limit, const std::string& where);

}  // namespace cria::kernels
