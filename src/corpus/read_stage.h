// The first stage: raw files of a part to cleaned texts with their origin. Judges nothing.
#pragma once

#include "base/context.h"
#include "corpus/inputs.h"
#include "corpus/stage.h"

namespace cria::corpus {

/// Reads a part and writes it to `stage`, unless it is there. What the readers could not read
/// stands in its record and its fates, each under the origin "file#part". `scratch` is a folder for
/// what is larger than memory. Throws Error for unreadable files and full disks.
void ReadPart(const Part& part, SourceKind kind, const Stage& stage, const fs::path& scratch);

}  // namespace cria::corpus
