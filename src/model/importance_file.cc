// The importance of columns as a GGUF file of llama.cpp's kind: tensors `NAME.in_sum2` [1, columns]
// and `NAME.counts` [1, 1], whose quotient is the mean (tools/imatrix/imatrix.cpp).
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "model/importance.h"
#include "store/gguf.h"
#include "store/llama_names.h"

namespace cria {
namespace {

using store::NamingStyle;

store::OutputTensor FloatTensor(const std::string& name, std::vector<float> values) {
  const Shape shape = {1, static_cast<int64_t>(values.size())};
  return store::WholeTensor(name, DType::kF32, shape, [values = std::move(values)] {
    std::vector<uint8_t> bytes(values.size() * 4);
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
  });
}

std::vector<float> Floats(const Context& context, const store::NamedTensor& tensor) {
  std::vector<float> values(static_cast<size_t>(tensor.elements()));
  store::ReadAsFloat(context, tensor, values);
  return values;
}

}  // namespace

void WriteImportance(const fs::path& path, const Importance& importance) {
  const int64_t window = std::max<int64_t>(importance.window, 1);
  const Json values = {{"general.type", "imatrix"},
                       {"imatrix.datasets", Json::array({importance.text})},
                       {"imatrix.chunk_count", static_cast<uint32_t>(importance.tokens / window)},
                       {"imatrix.chunk_size", static_cast<uint32_t>(window)}};
  std::vector<store::OutputTensor> tensors;
  const float count = static_cast<float>(importance.tokens);
  for (const auto& [name, means] : importance.columns) {
    const auto gguf = store::TranslateName(name, NamingStyle::kMeta, NamingStyle::kGguf);
    CRIA_CHECK(gguf.has_value(), "{}", name);
    std::vector<float> sums = means;
    for (float& sum : sums) sum *= count;
    tensors.push_back(FloatTensor(*gguf + ".in_sum2", std::move(sums)));
    tensors.push_back(FloatTensor(*gguf + ".counts", {count}));
  }
  store::WriteGguf(path, values, tensors);
}

Importance ReadImportance(const Context& context, const fs::path& path, const ModelConfig& config) {
  const std::string where = path.string();
  if (!store::IsGguf(path)) {
    throw Error("not an importance matrix in GGUF", where,
                "convert an old .dat with llama-imatrix --output-format gguf");
  }
  const store::TensorSet tensors = store::OpenGguf(path);
  const Json& meta = tensors.metadata();
  if (JsonGetOr<std::string>(meta, "general.type", "", where) != "imatrix") {
    throw Error("a GGUF file, but no importance matrix", where,
                "name the output of an imatrix run");
  }
  Importance importance;
  importance.text = where;
  importance.window = JsonGetOr<int64_t>(meta, "imatrix.chunk_size", 0, where);
  importance.tokens = importance.window * JsonGetOr<int64_t>(meta, "imatrix.chunk_count", 0, where);
  for (const ParameterSpec& spec : ListParameters(config)) {
    if (spec.role == ParameterRole::kNorm) continue;
    const auto gguf = store::TranslateName(spec.name, NamingStyle::kMeta, NamingStyle::kGguf);
    CRIA_CHECK(gguf.has_value(), "{}", spec.name);
    if (!tensors.Contains(*gguf + ".in_sum2")) continue;
    std::vector<float> means = Floats(context, tensors.Get(*gguf + ".in_sum2"));
    const std::vector<float> counts = Floats(context, tensors.Get(*gguf + ".counts"));
    if (static_cast<int64_t>(means.size()) != spec.shape.back() || counts.size() != 1 ||
        !(counts[0] > 0)) {
      throw Error(fmt::format("{} does not fit the model's {} columns", *gguf, spec.shape.back()),
                  where, "the file belongs to another model");
    }
    for (float& mean : means) {
      mean /= counts[0];
      if (!(mean >= 0) || !std::isfinite(mean)) {
        throw Error(fmt::format("{} has a sum of squares that is none", *gguf), where,
                    "make the file again");
      }
    }
    importance.columns[spec.name] = std::move(means);
  }
  if (importance.columns.empty()) {
    throw Error("no matrix of this model is in the file", where,
                "the file belongs to another model");
  }
  return importance;
}

}  // namespace cria
