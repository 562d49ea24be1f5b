// Header parsed and every range checked before a byte is read.
#include "store/safetensors.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "base/error.h"

namespace cria::store {
namespace {

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit
constexpr const char* kRemedy = "the file is damaged or not safetensors; fetch or export it again";

DType ParseDType(const std::string& name, const std::string& where) {
  static constexpr DType kTypes[] = {DType::kF32, DType::kBF16, DType::kF16, DType::kF64,
                                     DType::kI32, DType::kI64,  DType::kU8};
  for (const DType type : kTypes) {
    if (name == DTypeName(type)) return type;
  }
  if (name == "BOOL" || name == "I8") return DType::kU8;  // one byte each; carried, not interpreted
  throw Error(fmt::format("tensor type \"{}\" is not supported", name), where,
              "convert the model to F32, F16 or BF16 first");
}

// nlohmann keeps the last of repeated keys; the format forbids them, so they are counted here.
Json ParseHeader(std::string_view text, const std::string& where) {
  std::set<std::string> names;
  bool repeated = false;
  const Json::parser_callback_t callback = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth == 1 && event == Json::parse_event_t::key) {
      repeated |= !names.insert(parsed.get<std::string>()).second;
    }
    return true;
  };
  const Json header = ParseJson(text, where, callback);
  if (repeated || !header.is_object()) {
    throw Error(repeated ? "header names a tensor twice" : "header is not an object", where,
                kRemedy);
  }
  return header;
}

struct Entry {
  std::string name;
  DType type;
  Shape shape;
  uint64_t begin, end;
};

Entry ParseEntry(const std::string& name, const Json& json, const std::string& where) {
  const std::string at = where + ", tensor \"" + name + "\"";
  const auto offsets = JsonGet<std::vector<uint64_t>>(json, "data_offsets", at);
  Entry entry{name, ParseDType(JsonGet<std::string>(json, "dtype", at), at),
              JsonGet<Shape>(json, "shape", at), 0, 0};
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    throw Error("bad data_offsets", at, kRemedy);
  }
  entry.begin = offsets[0];
  entry.end = offsets[1];
  const int64_t bytes = StoredBytes(entry.type, CheckedElementCount(entry.shape, at));
  if (entry.end - entry.begin != static_cast<uint64_t>(bytes)) {
    throw Error(fmt::format("{} bytes for shape {} of {}", entry.end - entry.begin,
                            ShapeString(entry.shape), DTypeName(entry.type)),
                at, kRemedy);
  }
  return entry;
}

}  // namespace

TensorSet OpenSafetensors(const fs::path& path) {
  MappedFile file(path);
  const std::string where = path.string();
  const auto bytes = file.bytes();
  uint64_t header_bytes = 0;
  if (bytes.size() >= 8) std::memcpy(&header_bytes, bytes.data(), 8);
  if (bytes.size() < 10 || header_bytes > kMaxHeaderBytes || header_bytes > bytes.size() - 8 ||
      bytes[8] != '{') {
    throw Error("not a safetensors file", where, kRemedy);
  }
  const Json header = ParseHeader(file.text().substr(8, header_bytes), where);
  TensorSet set;
  set.set_where(where);
  std::vector<Entry> entries;
  for (const auto& [name, json] : header.items()) {
    if (name == "__metadata__") {
      set.set_metadata(json);
    } else {
      entries.push_back(ParseEntry(name, json, where));
    }
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  const auto data = bytes.subspan(8 + header_bytes);
  uint64_t covered = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != covered) {
      throw Error(fmt::format("hole or overlap at data offset {}", covered),
                  where + ", tensor \"" + entry.name + "\"", kRemedy);
    }
    covered = entry.end;
    if (covered > data.size()) break;
    set.Add(ContiguousTensor(entry.name, entry.type, entry.shape,
                             data.subspan(entry.begin, entry.end - entry.begin), where));
  }
  if (covered != data.size()) {
    throw Error(fmt::format("{}: {} bytes of {}", covered > data.size() ? "cut short" : "too long",
                            bytes.size(), 8 + header_bytes + covered),
                where, kRemedy);
  }
  set.Keep(std::move(file));
  return set;
}

void WriteSafetensors(const fs::path& path, const std::vector<OutputTensor>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  uint64_t offset = 0;
  for (const OutputTensor& tensor : tensors) {
    CRIA_CHECK(!header.contains(tensor.name), "{} twice", tensor.name);
    const uint64_t bytes = static_cast<uint64_t>(tensor.bytes());
    header[tensor.name] = {{"dtype", DTypeName(tensor.type)},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // data aligned to 8, as the reference writer does
  const uint64_t header_bytes = text.size();
  RequireFreeSpace(fs::absolute(path).parent_path(),
                   static_cast<int64_t>(8 + header_bytes + offset));
  AtomicFile file(path);
  file.Write(&header_bytes, 8);
  file.Write(text);
  for (const OutputTensor& tensor : tensors) {
    WriteTensor(tensor, [&file](auto bytes) { file.Write(bytes.data(), bytes.size()); });
  }
  file.Commit();
}

}  // namespace cria::store
