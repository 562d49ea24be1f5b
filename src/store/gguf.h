// GGUF version 3 (docs/formats/gguf.md): typed key-values and tensors in one mapped file.
#pragma once

#include "store/output_tensor.h"
#include "store/tensor_set.h"

namespace cria::store {

/// True if the file begins with "GGUF".
bool IsGguf(const fs::path& path);

/// Maps one file under its own tensor names; shapes are [out, in], the reverse of the file's
/// order. metadata() has the key-values as they stand. Every count, offset and length is held
/// against the file before it is believed; damaged files throw Error with the offset. `rest_bytes`
/// becomes what stands behind the last tensor, which no reader looks at.
TensorSet OpenGguf(const fs::path& path, int64_t* rest_bytes = nullptr);

/// A LLaMA in GGUF, all parts if it is split: Meta's tensor names; metadata() has the keys of
/// OpenHuggingFace, "rope_factors" (divisors of the rotary frequencies) where the file lists them,
/// "notes" as there, and "gguf", the key-values of the file. Other architectures are refused by
/// name.
TensorSet OpenLlamaGguf(const fs::path& path);

/// Path of one part of a split file: model-00002-of-00005.gguf for part 2 beside part 1. Throws
/// Error if the first is not named as part 1 of `count`.
fs::path GgufPart(const fs::path& first, int64_t part, int64_t count);

/// Writes version 3, atomically. Of `values`: strings, booleans, numbers (without sign u32, with
/// sign i32, where these suffice; floating fp32) and arrays of one of them. Throws Error if a name
/// is too long for GGUF, the disk lacks space, or, without `replace`, something came to `path`.
void WriteGguf(const fs::path& path, const Json& values, const std::vector<OutputTensor>& tensors,
               bool replace = true);

/// GGUF's number of a tensor type, or -1 if it has none.
int32_t GgufTypeNumber(DType type);

}  // namespace cria::store
