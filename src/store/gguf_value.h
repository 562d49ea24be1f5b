// The numbers of GGUF's value types (ggml, docs/gguf.md), for its reader and writer.
#pragma once

#include <cstdint>

namespace cria::store {

enum GgufValue : uint32_t {
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kF32,
  kBool,
  kString,
  kArray,
  kU64,
  kI64,
  kF64
};

}  // namespace cria::store
