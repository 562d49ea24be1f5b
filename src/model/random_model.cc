// One pool of random blocks per type and scale, from which every tensor is cut.
#include "model/random_model.h"

#include <cmath>
#include <cstring>
#include <map>

#include "base/error.h"
#include "base/random.h"
#include "kernels/quantize.h"
#include "store/gguf.h"
#include "store/llama_names.h"
#include "tokenizer/gguf_vocabulary.h"

namespace cria {
namespace {

constexpr int64_t kPoolRows = 4096, kPoolColumns = 256;  // whole blocks of every type

std::vector<uint8_t> Encode(const Context& context, DType type, const std::vector<float>& values) {
  std::vector<uint8_t> bytes(
      static_cast<size_t>(StoredBytes(type, static_cast<int64_t>(values.size()))));
  if (IsQuantized(type)) {
    kernels::Quantize(context, type, values.data(), kPoolRows, kPoolColumns, {}, bytes.data());
  } else {
    ConvertFromFloat(type, values.data(), static_cast<int64_t>(values.size()), bytes.data());
  }
  return bytes;
}

class Pools {
 public:
  Pools(const Context& context, uint64_t seed) : context_(context), seed_(seed) {}

  /// Bytes of one tensor, cut from the pool of its type and width from a random row on.
  std::vector<uint8_t> Cut(DType type, const Shape& shape, uint64_t index) {
    const int64_t columns = shape.back();
    std::vector<uint8_t>& pool = pools_[{type, columns}];
    if (pool.empty()) pool = Make(type, columns);
    std::vector<uint8_t> bytes(static_cast<size_t>(StoredBytes(type, ElementCount(shape))));
    RandomStream random(seed_, RandomPurpose::kTest, 1 + index);
    const size_t row = pool.size() / kPoolRows;
    size_t from = random.NextBelow(kPoolRows) * row;
    for (size_t at = 0; at < bytes.size();) {
      const size_t n = std::min(bytes.size() - at, pool.size() - from);
      std::memcpy(bytes.data() + at, pool.data() + from, n);
      at += n;
      from = 0;
    }
    return bytes;
  }

 private:
  std::vector<uint8_t> Make(DType type, int64_t columns) const {
    RandomStream random(seed_, RandomPurpose::kTest);
    std::vector<float> values(kPoolRows * kPoolColumns);
    const double deviation = 1 / std::sqrt(static_cast<double>(columns));
    for (float& x : values) x = static_cast<float>(deviation * random.NextNormal());
    return Encode(context_, type, values);
  }

  const Context& context_;
  uint64_t seed_;
  std::map<std::pair<DType, int64_t>, std::vector<uint8_t>> pools_;
};

std::vector<uint8_t> Ones(const Shape& shape) {
  const std::vector<float> ones(static_cast<size_t>(ElementCount(shape)), 1.0f);
  std::vector<uint8_t> bytes(ones.size() * sizeof(float));
  std::memcpy(bytes.data(), ones.data(), bytes.size());
  return bytes;
}

tokenizer::Vocabulary ByteVocabulary() {
  tokenizer::Vocabulary vocabulary;
  vocabulary.model = tokenizer::LlamaModelProto();
  using enum tokenizer::PieceType;
  auto& pieces = vocabulary.model.pieces;
  pieces = {{"<unk>", 0, kUnknown}, {"<s>", 0, kControl}, {"</s>", 0, kControl}};
  for (int byte = 0; byte < 256; ++byte) {
    pieces.push_back({fmt::format("<0x{:02X}>", byte), 0, kByte});
  }
  return vocabulary;
}

}  // namespace

void WriteRandomGguf(const Context& context, const ModelConfig& config, uint64_t seed,
                     const fs::path& out, const ExportOptions& options, const GgufPlan& plan,
                     uint32_t file_type) {
  RequireAbsent(out, options.force);
  ValidateConfig(config, "the shape of the model");
  if (config.vocab_size < 259) {
    throw Error("a vocabulary needs 259 pieces at least", "--params", "choose a larger model");
  }
  Pools pools(context, seed);
  std::vector<store::OutputTensor> tensors;
  for (const ParameterSpec& spec : ListParameters(config)) {
    const bool is_norm = spec.role == ParameterRole::kNorm;
    const DType type = is_norm ? DType::kF32 : plan(spec).type;
    const auto name =
        store::TranslateName(spec.name, store::NamingStyle::kMeta, store::NamingStyle::kGguf);
    CRIA_CHECK(name.has_value(), "{}", spec.name);
    const uint64_t index = tensors.size();
    tensors.push_back(
        store::WholeTensor(*name, type, spec.shape, [&pools, &options, spec, type, is_norm, index] {
          auto bytes = is_norm ? Ones(spec.shape) : pools.Cut(type, spec.shape, index);
          if (options.progress) options.progress(spec.elements());
          return bytes;
        }));
  }
  Json values = GgufKeyValues(config, options.name, file_type);
  tokenizer::Vocabulary vocabulary = ByteVocabulary();
  tokenizer::FillVocabulary(config.vocab_size, &vocabulary);
  WriteGgufVocabulary(vocabulary, &values);
  store::WriteGguf(out, values, tensors);
}

}  // namespace cria
