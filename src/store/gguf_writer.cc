// The header in memory, then each tensor as it is made.
#include <limits>

#include "base/error.h"
#include "store/gguf.h"
#include "store/gguf_value.h"

namespace cria::store {
namespace {

constexpr int64_t kAlignment = 32;  // the format's default, so no key is needed
constexpr size_t kMaxName = 63;     // bytes of a tensor's name, the terminator aside

template <class T>
void Put(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof value);
}

void PutString(const std::string& text, std::string* out) {
  Put<uint64_t>(text.size(), out);
  *out += text;
}

GgufValue TypeOf(const Json& value) {
  if (value.is_boolean()) return kBool;
  if (value.is_number_float()) return kF32;
  if (value.is_number_unsigned()) {
    return value.get<uint64_t>() <= std::numeric_limits<uint32_t>::max() ? kU32 : kU64;
  }
  if (value.is_number_integer()) {
    const auto number = value.get<int64_t>();
    return number == static_cast<int32_t>(number) ? kI32 : kI64;
  }
  if (value.is_array()) return kArray;
  CRIA_CHECK(value.is_string(), "a GGUF value cannot be {}", value.type_name());
  return kString;
}

void PutScalar(GgufValue type, const Json& value, std::string* out) {
  switch (type) {
    case kU32:
      return Put(value.get<uint32_t>(), out);
    case kI32:
      return Put(value.get<int32_t>(), out);
    case kF32:
      return Put(value.get<float>(), out);
    case kBool:
      return Put<uint8_t>(value.get<bool>(), out);
    case kU64:
      return Put(value.get<uint64_t>(), out);
    case kI64:
      return Put(value.get<int64_t>(), out);
    case kString:
      return PutString(value.get<std::string>(), out);
    default:  // types that TypeOf never gives, and arrays of arrays
      CRIA_CHECK(false, "GGUF value type {}", static_cast<uint32_t>(type));
  }
}

void PutValue(const Json& value, std::string* out) {
  const GgufValue type = TypeOf(value);
  Put<uint32_t>(type, out);
  if (type != kArray) return PutScalar(type, value, out);
  const GgufValue element = value.empty() ? kString : TypeOf(value.front());
  Put<uint32_t>(element, out);
  Put<uint64_t>(value.size(), out);
  for (const Json& item : value) PutScalar(element, item, out);
}

int64_t Padded(int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

std::string Header(const Json& values, const std::vector<OutputTensor>& tensors,
                   const std::string& where) {
  std::string out = "GGUF";
  Put<uint32_t>(3, &out);
  Put<uint64_t>(tensors.size(), &out);
  Put<uint64_t>(values.size(), &out);
  for (const auto& [key, value] : values.items()) {
    PutString(key, &out);
    PutValue(value, &out);
  }
  int64_t offset = 0;
  for (const OutputTensor& tensor : tensors) {
    if (tensor.name.size() > kMaxName) {
      throw Error(fmt::format("the name \"{}\" is too long for GGUF", tensor.name), where,
                  "rename the tensor");
    }
    PutString(tensor.name, &out);
    Put(static_cast<uint32_t>(tensor.shape.size()), &out);
    for (size_t d = tensor.shape.size(); d-- > 0;)
      Put(static_cast<uint64_t>(tensor.shape[d]), &out);
    const int32_t type = GgufTypeNumber(tensor.type);
    CRIA_CHECK(type >= 0, "{} in GGUF", DTypeName(tensor.type));
    Put(type, &out);
    Put(static_cast<uint64_t>(offset), &out);
    offset += Padded(tensor.bytes());
  }
  out.resize(static_cast<size_t>(Padded(static_cast<int64_t>(out.size()))));
  return out;
}

}  // namespace

void WriteGguf(const fs::path& path, const Json& values, const std::vector<OutputTensor>& tensors,
               bool replace) {
  const std::string header = Header(values, tensors, path.string());
  int64_t total = static_cast<int64_t>(header.size());
  for (const OutputTensor& tensor : tensors) total += Padded(tensor.bytes());
  RequireFreeSpace(fs::absolute(path).parent_path(), total);
  AtomicFile file(path);
  file.Write(header);
  for (const OutputTensor& tensor : tensors) {
    WriteTensor(tensor, [&file](auto bytes) { file.Write(bytes.data(), bytes.size()); });
    file.Write(std::string(static_cast<size_t>(Padded(tensor.bytes()) - tensor.bytes()), '\0'));
  }
  file.Commit(replace);
}

}  // namespace cria::store
