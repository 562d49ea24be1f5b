// The header walked with a bounds-checked reader, then tensors as views of the data section.
#include "store/gguf.h"

#include <cstring>

#include "base/error.h"
#include "store/gguf_value.h"

namespace cria::store {
namespace {

constexpr const char* kRemedy = "the file is cut short, damaged or hostile; fetch it again";
constexpr uint64_t kMaxArray = uint64_t{1} << 22;   // elements; vocabularies have 2^18 at most
constexpr uint64_t kMaxValues = uint64_t{1} << 23;  // of all arrays together
constexpr uint64_t kMaxKeys = 1 << 14;              // files have some fifty; each is searched for
constexpr uint32_t kMaxDims = 4;
constexpr uint64_t kMaxFileBytes = uint64_t{1} << 60;

struct TypeNumber {
  DType type;
  int32_t number;
};
// ggml.h, enum ggml_type.
constexpr TypeNumber kTypeNumbers[] = {
    {DType::kF32, 0},   {DType::kF16, 1},   {DType::kQ4_0, 2},  {DType::kQ4_1, 3},
    {DType::kQ5_0, 6},  {DType::kQ5_1, 7},  {DType::kQ8_0, 8},  {DType::kQ2_K, 10},
    {DType::kQ3_K, 11}, {DType::kQ4_K, 12}, {DType::kQ5_K, 13}, {DType::kQ6_K, 14},
    {DType::kI32, 26},  {DType::kI64, 27},  {DType::kF64, 28},  {DType::kBF16, 30}};

struct ForeignType {
  uint32_t number;
  const char* name;
};
// The others of that list, to refuse them by name.
constexpr ForeignType kForeignTypes[] = {
    {9, "Q8_1"},   {15, "Q8_K"},   {16, "IQ2_XXS"}, {17, "IQ2_XS"}, {18, "IQ3_XXS"},
    {19, "IQ1_S"}, {20, "IQ4_NL"}, {21, "IQ3_S"},   {22, "IQ2_S"},  {23, "IQ4_XS"},
    {24, "I8"},    {25, "I16"},    {29, "IQ1_M"},   {34, "TQ1_0"},  {35, "TQ2_0"},
    {39, "MXFP4"}, {40, "NVFP4"},  {41, "Q1_0"},    {42, "Q2_0"}};

constexpr uint64_t kValueBytes[] = {1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};  // at least

class Reader {
 public:
  Reader(std::span<const uint8_t> bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  [[noreturn]] void Fail(const std::string& what) const {
    throw Error(what, fmt::format("{}, offset {}", where_, at_), kRemedy);
  }
  uint64_t at() const { return at_; }
  uint64_t left() const { return bytes_.size() - at_; }

  template <class T>
  T Take() {
    if (left() < sizeof(T)) Fail("the header is cut short");
    T value;
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  std::string TakeString() {
    const auto size = Take<uint64_t>();
    if (size > left()) Fail(fmt::format("a string of {} bytes where {} are left", size, left()));
    std::string text(reinterpret_cast<const char*>(bytes_.data() + at_), size);
    at_ += size;
    return text;
  }
  /// A count of things that take at least `bytes_each`.
  uint64_t TakeCount(uint64_t bytes_each, const char* of) {
    const auto count = Take<uint64_t>();
    if (count > left() / bytes_each) Fail(fmt::format("{} {} cannot fit in the file", count, of));
    return count;
  }
  Json TakeValue(uint32_t type);

 private:
  Json TakeArray();

  std::span<const uint8_t> bytes_;
  const std::string& where_;
  uint64_t at_ = 0;
  uint64_t values_ = 0;
};

Json Reader::TakeArray() {
  const auto type = Take<uint32_t>();
  if (type > kF64 || type == kArray) Fail(fmt::format("an array of type {}", type));
  const uint64_t count = TakeCount(kValueBytes[type], "array elements");
  values_ += count;
  if (count > kMaxArray || values_ > kMaxValues) {
    Fail(fmt::format("an array of {} elements, above any vocabulary", count));
  }
  Json array = Json::array();
  for (uint64_t i = 0; i < count; ++i) array.push_back(TakeValue(type));
  return array;
}

Json Reader::TakeValue(uint32_t type) {
  switch (type) {
    case kU8:
      return Take<uint8_t>();
    case kI8:
      return Take<int8_t>();
    case kU16:
      return Take<uint16_t>();
    case kI16:
      return Take<int16_t>();
    case kU32:
      return Take<uint32_t>();
    case kI32:
      return Take<int32_t>();
    case kF32:
      return Take<float>();
    case kBool:
      return Take<uint8_t>() != 0;
    case kString:
      return TakeString();
    case kArray:
      return TakeArray();
    case kU64:
      return Take<uint64_t>();
    case kI64:
      return Take<int64_t>();
    case kF64:
      return Take<double>();
    default:
      Fail(fmt::format("value type {} is unknown", type));
  }
}

struct Entry {
  std::string name;
  DType type;
  Shape shape;
  uint64_t offset, bytes;
};

DType TakeType(Reader* in, const std::string& name) {
  const auto number = in->Take<uint32_t>();
  for (const TypeNumber& known : kTypeNumbers) {
    if (known.number == static_cast<int32_t>(number)) return known.type;
  }
  std::string type = std::to_string(number);
  for (const ForeignType& foreign : kForeignTypes) {
    if (foreign.number == number) type = foreign.name;
  }
  in->Fail(
      fmt::format("tensor \"{}\" has type {}, which is not supported (F32, F16, BF16, Q4_0, "
                  "Q4_1, Q5_0, Q5_1, Q8_0 and Q2_K to Q6_K are)",
                  name, type));
}

Entry TakeEntry(Reader* in, const std::string& where) {
  Entry entry;
  entry.name = in->TakeString();
  const std::string at = where + ", tensor \"" + entry.name + "\"";
  const auto n_dims = in->Take<uint32_t>();
  if (n_dims > kMaxDims) in->Fail(fmt::format("a tensor of {} dimensions", n_dims));
  entry.shape.resize(n_dims);
  for (uint32_t d = 0; d < n_dims; ++d) {
    entry.shape[n_dims - 1 - d] = static_cast<int64_t>(in->Take<uint64_t>());
  }
  const int64_t elements = CheckedElementCount(entry.shape, at);
  entry.type = TakeType(in, entry.name);
  const int64_t row = entry.shape.empty() ? 1 : entry.shape.back();
  if (row % BlockElements(entry.type) != 0) {
    throw Error(fmt::format("rows of {} are no whole blocks of {}", row, DTypeName(entry.type)), at,
                kRemedy);
  }
  entry.bytes = static_cast<uint64_t>(StoredBytes(entry.type, elements));
  entry.offset = in->Take<uint64_t>();
  return entry;
}

Json TakeKeyValues(Reader* in, uint64_t count) {
  Json values = Json::object();
  for (uint64_t i = 0; i < count; ++i) {
    const std::string key = in->TakeString();
    if (values.contains(key)) in->Fail(fmt::format("key \"{}\" occurs twice", key));
    const auto type = in->Take<uint32_t>();
    values[key] = in->TakeValue(type);
  }
  return values;
}

uint64_t AlignmentOf(const Json& values, const std::string& where) {
  if (!values.contains("general.alignment")) return 32;
  const auto alignment = JsonGet<uint64_t>(values, "general.alignment", where);
  if (alignment == 0 || alignment > 1 << 20 || (alignment & (alignment - 1)) != 0) {
    throw Error(fmt::format("alignment {} is no power of two", alignment), where, kRemedy);
  }
  return alignment;
}

void RequireVersion(Reader* in) {
  const auto version = in->Take<uint32_t>();
  if (version == 2 || version == 3) return;
  if (version == 0x02000000 || version == 0x03000000)
    in->Fail("a big-endian file is not supported");
  in->Fail(fmt::format("GGUF version {} is not supported (2 and 3 are)", version));
}

}  // namespace

bool IsGguf(const fs::path& path) {
  const MappedFile file(path);
  return file.text().starts_with("GGUF");
}

int32_t GgufTypeNumber(DType type) {
  for (const TypeNumber& known : kTypeNumbers) {
    if (known.type == type) return known.number;
  }
  return -1;
}

TensorSet OpenGguf(const fs::path& path, int64_t* rest_bytes) {
  MappedFile file(path);
  const std::string where = path.string();
  Reader in(file.bytes(), where);
  if (in.Take<uint32_t>() != 0x46554747) in.Fail("not a GGUF file");
  RequireVersion(&in);
  const uint64_t n_tensors = in.TakeCount(8 + 4 + 4 + 8, "tensors");
  const uint64_t n_values = in.TakeCount(8 + 4 + 1, "key-values");
  if (n_values > kMaxKeys) in.Fail(fmt::format("{} key-values, above any model's", n_values));
  TensorSet set;
  set.set_where(where);
  set.set_metadata(TakeKeyValues(&in, n_values));
  const uint64_t alignment = AlignmentOf(set.metadata(), where);
  std::vector<Entry> entries;
  for (uint64_t i = 0; i < n_tensors; ++i) entries.push_back(TakeEntry(&in, where));
  const uint64_t start = (in.at() + alignment - 1) / alignment * alignment;
  const uint64_t available = file.bytes().size() > start ? file.bytes().size() - start : 0;
  uint64_t expected = 0, end = 0;
  for (const Entry& entry : entries) {
    if (entry.offset != expected) {
      throw Error(fmt::format("hole or overlap: stands at {} of the data, {} expected",
                              entry.offset, expected),
                  where + ", tensor \"" + entry.name + "\"", kRemedy);
    }
    // No overflow: CheckedElementCount keeps each tensor below 2^59 bytes.
    end = entry.offset + entry.bytes;
    if (end > kMaxFileBytes) break;
    expected = (end + alignment - 1) / alignment * alignment;
  }
  if (end > available || (n_tensors > 0 && start > file.bytes().size())) {
    throw Error(fmt::format("cut short: {} bytes of {}", file.bytes().size(), start + end), where,
                kRemedy);
  }
  // Some writers fill up the last block.
  const uint64_t used = start + std::min(available, std::max(end, expected));
  if (rest_bytes != nullptr) *rest_bytes = static_cast<int64_t>(file.bytes().size() - used);
  for (const Entry& entry : entries) {
    set.Add(ContiguousTensor(entry.name, entry.type, entry.shape,
                             file.bytes().subspan(start + entry.offset, entry.bytes), where));
  }
  set.Keep(std::move(file));
  return set;
}

}  // namespace cria::store
