// The pickle of a dictionary of tensors, protocol 2, and a zip entry per storage.
#include "base/error.h"
#include "store/torch_file.h"
#include "store/zip_writer.h"

namespace cria::store {
namespace {

// Opcodes of Python's pickletools.
enum Op : char {
  kProto = '\x80',
  kEmptyDict = '}',
  kMark = '(',
  kUnicode = 'X',
  kGlobal = 'c',
  kBinInt = 'J',
  kLong1 = '\x8a',
  kTuple = 't',
  kEmptyTuple = ')',
  kPersistentId = 'Q',
  kReduce = 'R',
  kFalse = '\x89',
  kSetItems = 'u',
  kStop = '.',
};

class PickleWriter {
 public:
  PickleWriter() { text_ = {kProto, 2, kEmptyDict, kMark}; }
  void AddTensor(const OutputTensor& tensor, size_t key);
  std::string Finish() { return text_ + char(kSetItems) + char(kStop); }

 private:
  void Put(Op op) { text_ += op; }
  void String(const std::string& text) {
    Put(kUnicode);
    const uint32_t size = static_cast<uint32_t>(text.size());
    text_.append(reinterpret_cast<const char*>(&size), 4);
    text_ += text;
  }
  void Global(const char* module, const char* name) {
    Put(kGlobal);
    text_ += fmt::format("{}\n{}\n", module, name);
  }
  void Integer(int64_t value) {
    const bool is_short = value == static_cast<int32_t>(value);
    Put(is_short ? kBinInt : kLong1);
    if (!is_short) text_ += '\x08';
    text_.append(reinterpret_cast<const char*>(&value), is_short ? 4 : 8);
  }
  void Tuple(const Shape& values) {
    Put(kMark);
    for (const int64_t value : values) Integer(value);
    Put(kTuple);
  }

  std::string text_;
};

const char* StorageClass(DType type) {
  switch (type) {
    case DType::kF32:
      return "FloatStorage";
    case DType::kF16:
      return "HalfStorage";
    case DType::kBF16:
      return "BFloat16Storage";
    default:
      CRIA_CHECK(false, "{} in a torch file", DTypeName(type));
  }
}

void PickleWriter::AddTensor(const OutputTensor& tensor, size_t key) {
  String(tensor.name);
  Global("torch._utils", "_rebuild_tensor_v2");
  Put(kMark);  // arguments: storage, offset, size, stride, requires_grad, hooks
  Put(kMark);
  String("storage");
  Global("torch", StorageClass(tensor.type));
  String(std::to_string(key));
  String("cpu");
  Integer(ElementCount(tensor.shape));
  Put(kTuple);
  Put(kPersistentId);
  Integer(0);
  Tuple(tensor.shape);
  Tuple(ContiguousStrides(tensor.shape));
  Put(kFalse);
  Global("collections", "OrderedDict");
  Put(kEmptyTuple);
  Put(kReduce);
  Put(kTuple);
  Put(kReduce);
}

}  // namespace

void WriteTorchFile(const fs::path& path, const std::vector<OutputTensor>& tensors) {
  constexpr int64_t kLimit = int64_t{1} << 32;
  PickleWriter pickle;
  int64_t total = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].bytes() >= kLimit) {
      throw Error(fmt::format("tensor \"{}\" is above 4 GiB", tensors[i].name), path.string(),
                  "write more shards, or a smaller --dtype");
    }
    pickle.AddTensor(tensors[i], i);
    total += tensors[i].bytes();
  }
  RequireFreeSpace(fs::absolute(path).parent_path(), total);
  ZipWriter zip(path);
  zip.Add("archive/data.pkl", pickle.Finish());
  for (size_t i = 0; i < tensors.size(); ++i) {
    zip.Begin("archive/data/" + std::to_string(i), static_cast<uint64_t>(tensors[i].bytes()));
    WriteTensor(tensors[i], [&zip](auto bytes) {
      zip.Write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    });
    zip.End();
  }
  zip.Add("archive/version", "3\n");
  zip.Commit();
}

}  // namespace cria::store
