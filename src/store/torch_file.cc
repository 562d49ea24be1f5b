// Storages and the tensors over them, from either container.
#include "store/torch_file.h"

#include <cstring>
#include <unordered_map>

#include "base/error.h"
#include "store/pickle.h"
#include "store/zip_archive.h"

namespace cria::store {
namespace {

using Kind = Pickle::Kind;
constexpr const char* kRemedy = "the file is cut short, damaged or hostile; fetch it again";

// Storage key -> its bytes.
using Storages = std::unordered_map<std::string, std::span<const uint8_t>>;

DType StorageType(const std::string& global, const std::string& where) {
  static const std::unordered_map<std::string, DType> types = {
      {"torch HalfStorage", DType::kF16},  {"torch BFloat16Storage", DType::kBF16},
      {"torch FloatStorage", DType::kF32}, {"torch DoubleStorage", DType::kF64},
      {"torch IntStorage", DType::kI32},   {"torch LongStorage", DType::kI64},
      {"torch ByteStorage", DType::kU8},
  };
  const auto it = types.find(global);
  if (it == types.end()) throw Error("\"" + global + "\" is not a storage", where, kRemedy);
  return it->second;
}

Shape IntTuple(const Pickle& pickle, int id, const std::string& where) {
  const Pickle::Node& tuple = pickle.node(id);
  Shape values;
  if (tuple.kind != Kind::kTuple && tuple.kind != Kind::kList) {
    throw Error("a tensor without sizes", where, kRemedy);
  }
  constexpr size_t kMaxDims = 64;  // torch's own
  if (tuple.items.size() > kMaxDims) {
    throw Error(fmt::format("a tensor of {} dimensions", tuple.items.size()), where, kRemedy);
  }
  for (const int item : tuple.items) {
    const Pickle::Node& node = pickle.node(item);
    if (node.kind != Kind::kInt || !node.text.empty())
      throw Error("a size that is no number", where, kRemedy);
    values.push_back(node.number);
  }
  return values;
}

// Elements from the first to the last of a strided view, both included; 0 if it is empty.
int64_t Extent(const Shape& shape, const Shape& strides, const std::string& where) {
  constexpr int64_t kLimit = int64_t{1} << 56;
  if (CheckedElementCount(shape, where) == 0) return 0;
  int64_t last = 0;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (strides[d] < 0 || (shape[d] > 1 && strides[d] > kLimit / shape[d])) {
      throw Error("impossible strides " + ShapeString(strides), where, kRemedy);
    }
    last += (shape[d] - 1) * strides[d];
    if (last > kLimit) throw Error("impossible strides " + ShapeString(strides), where, kRemedy);
  }
  return last + 1;
}

NamedTensor MakeTensor(const Pickle& pickle, const std::string& name, const Pickle::Node& node,
                       const Storages& storages, const std::string& file) {
  const std::string where = file + ", tensor \"" + name + "\"";
  const Pickle::Node& storage = pickle.node(node.items[0]);
  const Pickle::Node& offset = pickle.node(node.items[1]);
  if (storage.kind != Kind::kStorage || offset.kind != Kind::kInt || !offset.text.empty()) {
    throw Error("a tensor without a storage", where, kRemedy);
  }
  NamedTensor tensor;
  tensor.name = name;
  tensor.where = file;
  tensor.type = StorageType(pickle.node(storage.items[1]).text, where);
  tensor.shape = IntTuple(pickle, node.items[2], where);
  Shape strides = IntTuple(pickle, node.items[3], where);
  const auto it = storages.find(pickle.node(storage.items[2]).text);
  if (it == storages.end() || strides.size() != tensor.shape.size()) {
    throw Error("its storage is not in the file", where, kRemedy);
  }
  const int64_t size = BlockBytes(tensor.type);
  const int64_t extent = Extent(tensor.shape, strides, where);
  const int64_t available = static_cast<int64_t>(it->second.size()) / size;
  const int64_t numel = pickle.node(storage.items[4]).number;
  if (numel != available || static_cast<int64_t>(it->second.size()) % size != 0 ||
      offset.number < 0 || offset.number > available || extent > available - offset.number) {
    throw Error(fmt::format("asks for elements {}..{} of a storage of {} ({} declared)",
                            offset.number, offset.number + extent, available, numel),
                where, kRemedy);
  }
  // A view may repeat its storage (stride 0); a weight never does, and a file of a few bytes could
  // claim any size by it.
  if (tensor.elements() > numel) {
    throw Error(fmt::format("{} elements out of a storage of {}", tensor.elements(), numel), where,
                kRemedy);
  }
  // A dimension of size 1 is never stepped over; writers leave any stride there.
  const Shape dense = ContiguousStrides(tensor.shape);
  for (size_t d = 0; d < strides.size(); ++d) {
    if (tensor.shape[d] == 1) strides[d] = dense[d];
  }
  tensor.pieces.push_back(
      {it->second.subspan(offset.number * size, extent * size), tensor.shape, std::move(strides)});
  return tensor;
}

void AddTensors(const Pickle& pickle, const Storages& storages, TensorSet* set) {
  const Pickle::Node& root = pickle.root();
  if (root.kind != Kind::kDict) throw Error("not a dictionary of tensors", set->where(), kRemedy);
  for (size_t i = 0; i + 1 < root.items.size(); i += 2) {
    const Pickle::Node& key = pickle.node(root.items[i]);
    const Pickle::Node& value = pickle.node(root.items[i + 1]);
    if (key.kind != Kind::kString || value.kind != Kind::kTensor) continue;
    set->Add(MakeTensor(pickle, key.text, value, storages, set->where()));
  }
}

void ReadZipForm(const MappedFile& file, TensorSet* set) {
  const auto entries = ReadZip(file.bytes(), set->where());
  static const std::string kPickle = "/data.pkl";
  std::string prefix;
  for (const auto& [name, bytes] : entries) {
    if (name.size() > kPickle.size() && name.ends_with(kPickle)) {
      prefix = name.substr(0, name.size() - kPickle.size());
    }
  }
  if (prefix.empty()) throw Error("no data.pkl: not a file of torch.save", set->where(), kRemedy);
  if (const auto order = entries.find(prefix + "/byteorder"); order != entries.end()) {
    const auto text = order->second;
    if (std::string(text.begin(), text.end()) != "little") {
      throw Error("big-endian tensors", set->where(), "save the model on a little-endian machine");
    }
  }
  Storages storages;
  const std::string data = prefix + "/data/";
  for (const auto& [name, bytes] : entries) {
    if (name.starts_with(data)) storages.emplace(name.substr(data.size()), bytes);
  }
  AddTensors(Pickle(entries.at(prefix + kPickle), set->where()), storages, set);
}

// Element size of every storage the pickle names, since the old form stores element counts.
std::unordered_map<std::string, int64_t> ElementSizes(const Pickle& pickle,
                                                      const std::string& where) {
  std::unordered_map<std::string, int64_t> sizes;
  const Pickle::Node& root = pickle.root();
  for (size_t i = 1; i < root.items.size(); i += 2) {
    const Pickle::Node& value = pickle.node(root.items[i]);
    if (value.kind != Kind::kTensor) continue;
    const Pickle::Node& storage = pickle.node(value.items[0]);
    if (storage.kind != Kind::kStorage) throw Error("a tensor without a storage", where, kRemedy);
    sizes[pickle.node(storage.items[2]).text] =
        BlockBytes(StorageType(pickle.node(storage.items[1]).text, where));
  }
  return sizes;
}

// Before torch 1.6: pickles of a magic number, 1001, system facts, the dictionary, the list of
// storage keys; then per key an i64 element count and the elements.
void ReadLegacyForm(const MappedFile& file, TensorSet* set) {
  static constexpr uint8_t kMagic[] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
  const std::string& where = set->where();
  auto rest = file.bytes();
  const auto next = [&] {
    Pickle pickle(rest, where);
    rest = rest.subspan(pickle.size_bytes());
    return pickle;
  };
  if (next().root().text != std::string(std::begin(kMagic), std::end(kMagic))) {
    throw Error("not a file of torch.save", where, kRemedy);
  }
  if (next().root().number != 1001) throw Error("unknown protocol of torch.save", where, kRemedy);
  next();
  const Pickle dictionary = next();
  const Pickle keys = next();
  const auto sizes = ElementSizes(dictionary, where);
  Storages storages;
  for (const int id : keys.root().items) {
    const std::string& key = keys.node(id).text;
    const auto size = sizes.find(key);
    int64_t numel = -1;
    if (rest.size() >= 8) std::memcpy(&numel, rest.data(), 8);
    if (size == sizes.end() || numel < 0 ||
        numel > static_cast<int64_t>(rest.size() - 8) / size->second) {
      throw Error("storage \"" + key + "\" is cut short or unknown", where, kRemedy);
    }
    storages[key] = rest.subspan(8, numel * size->second);
    rest = rest.subspan(8 + numel * size->second);
  }
  AddTensors(dictionary, storages, set);
}

}  // namespace

TensorSet OpenTorchFile(const fs::path& path) {
  MappedFile file(path);
  TensorSet set;
  set.set_where(path.string());
  if (IsZip(file.bytes())) {
    ReadZipForm(file, &set);
  } else {
    ReadLegacyForm(file, &set);
  }
  set.Keep(std::move(file));
  return set;
}

}  // namespace cria::store
