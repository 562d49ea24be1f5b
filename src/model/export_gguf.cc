// A GGUF file that llama.cpp opens.
#include <cstring>

#include "base/error.h"
#include "model/export_tensor.h"
#include "store/gguf.h"
#include "store/llama_names.h"
#include "tokenizer/gguf_vocabulary.h"

namespace cria {
namespace {

// llama.cpp, enum llama_ftype: files of one type.
uint32_t FileTypeOf(DType type) {
  switch (type) {
    case DType::kF32:
      return 0;
    case DType::kBF16:
      return 32;
    default:
      return 1;
  }
}

// LLaMA 3.1's scaling stands in the file as its factors.
store::OutputTensor RopeFreqs(const ModelConfig& c) {
  const std::vector<double> factors = RopeFactors(c);
  const std::vector<float> values(factors.begin(), factors.end());
  return store::WholeTensor("rope_freqs.weight", DType::kF32, {static_cast<int64_t>(values.size())},
                            [values] {
                              std::vector<uint8_t> bytes(values.size() * 4);
                              std::memcpy(bytes.data(), values.data(), bytes.size());
                              return bytes;
                            });
}

}  // namespace

Json GgufKeyValues(const ModelConfig& c, const std::string& name, uint32_t file_type) {
  Json v = {{"general.architecture", "llama"},
            {"general.type", "model"},
            {"general.name", name},
            {"general.file_type", file_type},
            {"general.quantization_version", 2u}};
  const auto put = [&v](const char* key, int64_t value) {
    v[std::string("llama.") + key] = static_cast<uint32_t>(value);
  };
  put("context_length", c.max_seq_len);
  put("embedding_length", c.dim);
  put("block_count", c.n_layers);
  put("feed_forward_length", c.hidden_dim);
  put("attention.head_count", c.n_heads);
  put("attention.head_count_kv", c.n_kv_heads);
  put("attention.key_length", c.head_dim);
  put("attention.value_length", c.head_dim);
  put("rope.dimension_count", c.head_dim);
  put("vocab_size", c.vocab_size);
  v["llama.rope.freq_base"] = c.rope_theta;
  v["llama.attention.layer_norm_rms_epsilon"] = c.norm_eps;
  if (c.rope_scaling.kind == RopeScaling::Kind::kLinear) {
    v["llama.rope.scaling.type"] = "linear";
    v["llama.rope.scaling.factor"] = c.rope_scaling.factor;
  }
  return v;
}

void ExportGguf(const Context& context, const ModelFiles& model,
                const tokenizer::Tokenizer* tokenizer, const fs::path& out,
                const ExportOptions& options, const GgufPlan& plan,
                std::optional<uint32_t> file_type) {
  RequireAbsent(out, options.force);
  const ModelConfig& c = model.config;
  std::vector<store::OutputTensor> tensors;
  if (c.rope_scaling.kind == RopeScaling::Kind::kLlama3) tensors.push_back(RopeFreqs(c));
  for (const ParameterSpec& spec : ListParameters(c)) {
    const store::NamedTensor& stored = StoredTensor(model, spec);
    GgufTensorPlan how{options.type.value_or(stored.type), {}};
    if (spec.role == ParameterRole::kNorm) {
      how.type = DType::kF32;
    } else if (plan) {
      how = plan(spec);
    }
    const auto name =
        store::TranslateName(spec.name, store::NamingStyle::kMeta, store::NamingStyle::kGguf);
    CRIA_CHECK(name.has_value(), "{}", spec.name);
    std::function<void(const TensorError&)> report;
    if (options.report && spec.role != ParameterRole::kNorm) {
      report = [&options, spec](const TensorError& error) { options.report(spec, error); };
    }
    tensors.push_back(
        StreamedTensor(context, model, stored, *name, how, options, std::move(report)));
  }
  const DType embedding = StoredTensor(model, ListParameters(c).front()).type;
  Json values = GgufKeyValues(c, options.name,
                              file_type.value_or(FileTypeOf(options.type.value_or(embedding))));
  if (tokenizer != nullptr) {
    tokenizer::Vocabulary vocabulary = tokenizer->vocabulary();
    // llama.cpp wants a token for every row of the embedding.
    tokenizer::FillVocabulary(c.vocab_size, &vocabulary);
    WriteGgufVocabulary(vocabulary, &values);
  }
  store::WriteGguf(out, values, tensors, options.force);
}

}  // namespace cria
