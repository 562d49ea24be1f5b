// Models of a real shape with random weights, for measuring speed and memory where the real ones
// are not at hand.
#pragma once

#include "model/export.h"

namespace cria {

/// Writes a GGUF file whose matrices have the types that `plan` says, with normal values of
/// standard deviation 1 / sqrt(columns), norms 1, and a tokenizer of bytes and unused pieces.
/// Values repeat after about a million, so a file is made at the speed of the disk. Importance is
/// not used.
void WriteRandomGguf(const Context& context, const ModelConfig& config, uint64_t seed,
                     const fs::path& out, const ExportOptions& options, const GgufPlan& plan,
                     uint32_t file_type);

}  // namespace cria
