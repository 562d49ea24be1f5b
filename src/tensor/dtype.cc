// Names, sizes and conversions.
#include "tensor/dtype.h"

#include <cmath>
#include <iterator>

#include "base/error.h"
#include "tensor/quant_block.h"

namespace cria {
namespace {

struct TypeFacts {
  const char* name;
  int64_t elements, bytes;  // of a block
};
// In the order of DType.
constexpr TypeFacts kTypes[] = {{"F32", 1, 4},      {"BF16", 1, 2},     {"F16", 1, 2},
                                {"F64", 1, 8},      {"I32", 1, 4},      {"I64", 1, 8},
                                {"U8", 1, 1},       {"Q4_0", 32, 18},   {"Q4_1", 32, 20},
                                {"Q5_0", 32, 22},   {"Q5_1", 32, 24},   {"Q8_0", 32, 34},
                                {"Q2_K", 256, 84},  {"Q3_K", 256, 110}, {"Q4_K", 256, 144},
                                {"Q5_K", 256, 176}, {"Q6_K", 256, 210}};
static_assert(std::size(kTypes) == static_cast<size_t>(DType::kQ6_K) + 1);

template <class T, class Convert>
void ConvertAll(const void* from, int64_t n, float* to, Convert convert) {
  const char* bytes = static_cast<const char*>(from);
  for (int64_t i = 0; i < n; ++i) {
    T value;
    std::memcpy(&value, bytes + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
    to[i] = convert(value);
  }
}

}  // namespace

int64_t BlockElements(DType type) { return kTypes[static_cast<size_t>(type)].elements; }
int64_t BlockBytes(DType type) { return kTypes[static_cast<size_t>(type)].bytes; }
const char* DTypeName(DType type) { return kTypes[static_cast<size_t>(type)].name; }

F16::F16(float x) {
  const uint32_t u = std::bit_cast<uint32_t>(x);
  const uint32_t sign = u >> 16 & 0x8000u;
  const uint32_t magnitude = u & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) {  // NaN
    bits = static_cast<uint16_t>(sign | 0x7E00u | (magnitude >> 13 & 0x3FFu));
  } else if (magnitude >= 0x477FF000u) {  // rounds to 2^16 or more: infinity
    bits = static_cast<uint16_t>(sign | 0x7C00u);
  } else if (magnitude >= 0x38800000u) {  // normal
    const uint32_t rounded = magnitude - 0x38000000u + 0xFFFu + (magnitude >> 13 & 1);
    bits = static_cast<uint16_t>(sign | rounded >> 13);
  } else {  // subnormal or zero: adding 0.5 aligns the significand and rounds to nearest even
    const float aligned = std::bit_cast<float>(magnitude) + 0.5f;
    bits = static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(aligned) - 0x3F000000u));
  }
}

F16::operator float() const {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16;
  const uint32_t rest = bits & 0x7FFFu;
  if (rest >= 0x7C00u) return std::bit_cast<float>(sign | 0x7F800000u | (rest & 0x3FFu) << 13);
  if (rest >= 0x0400u) return std::bit_cast<float>(sign | ((rest << 13) + 0x38000000u));
  const float value = static_cast<float>(rest) * 0x1p-24f;
  return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(value));
}

void ConvertToFloat(DType type, const void* from, int64_t n, float* to) {
  switch (type) {
    case DType::kF32:
      std::memcpy(to, from, static_cast<size_t>(n) * 4);
      return;
    case DType::kBF16:
      return ConvertAll<BF16>(from, n, to, [](BF16 x) { return static_cast<float>(x); });
    case DType::kF16:
      return ConvertAll<F16>(from, n, to, [](F16 x) { return static_cast<float>(x); });
    case DType::kF64:
      return ConvertAll<double>(from, n, to, [](double x) { return static_cast<float>(x); });
    case DType::kI32:
      return ConvertAll<int32_t>(from, n, to, [](int32_t x) { return static_cast<float>(x); });
    case DType::kI64:
      return ConvertAll<int64_t>(from, n, to, [](int64_t x) { return static_cast<float>(x); });
    case DType::kU8:
      return ConvertAll<uint8_t>(from, n, to, [](uint8_t x) { return static_cast<float>(x); });
    default:
      return DequantizeBlocks(type, static_cast<const uint8_t*>(from), n, to);
  }
}

bool ConvertFromFloat(DType type, const float* from, int64_t n, void* to) {
  CRIA_CHECK(type == DType::kF32 || type == DType::kBF16 || type == DType::kF16, "{}",
             DTypeName(type));
  if (type == DType::kF32) {
    std::memcpy(to, from, static_cast<size_t>(n) * 4);
    return true;
  }
  bool fits = true;
  uint16_t* bits = static_cast<uint16_t*>(to);
  for (int64_t i = 0; i < n; ++i) {
    bits[i] = type == DType::kBF16 ? BF16(from[i]).bits : F16(from[i]).bits;
    const uint16_t infinity = type == DType::kBF16 ? 0x7F80 : 0x7C00;
    fits &= (bits[i] & 0x7FFF) != infinity || std::isinf(from[i]);
  }
  return fits;
}

}  // namespace cria
