// Which weights stay mapped is weights.cc's rule: quantised matrices whose bytes are contiguous,
// the matrices of one product together, and the embedding table in any type.
#include "model/inference_memory.h"

#include <algorithm>

#include "model/activations.h"

namespace cria {
namespace {

struct Weights {
  int64_t mapped = 0, resident = 0;
};

void AddProduct(const ModelFiles& files, const std::string& prefix,
                std::initializer_list<const char*> names, int64_t element_bytes, Weights* weights) {
  bool quantized = true;
  int64_t stored = 0, elements = 0;
  for (const char* name : names) {
    const store::NamedTensor& tensor = files.Tensor(prefix + name);
    quantized = quantized && IsQuantized(tensor.type) && store::ContiguousView(tensor);
    stored += tensor.stored_bytes();
    elements += tensor.elements();
  }
  (quantized ? weights->mapped : weights->resident) +=
      quantized ? stored : elements * element_bytes;
}

Weights WeightsOf(const ModelFiles& files, int64_t element_bytes) {
  const ModelConfig& c = files.config;
  Weights weights;
  for (int l = 0; l < c.n_layers; ++l) {
    const std::string prefix = "layers." + std::to_string(l) + ".";
    AddProduct(files, prefix, {"attention.wq.weight", "attention.wk.weight", "attention.wv.weight"},
               element_bytes, &weights);
    AddProduct(files, prefix, {"attention.wo.weight"}, element_bytes, &weights);
    AddProduct(files, prefix, {"feed_forward.w1.weight", "feed_forward.w3.weight"}, element_bytes,
               &weights);
    AddProduct(files, prefix, {"feed_forward.w2.weight"}, element_bytes, &weights);
  }
  const char* const kEmbedding = "tok_embeddings.weight";
  AddProduct(files, "", {c.tied_embeddings ? kEmbedding : "output.weight"}, element_bytes,
             &weights);
  const store::NamedTensor& table = files.Tensor(kEmbedding);
  const bool shared = c.tied_embeddings && IsQuantized(table.type);  // counted as the head
  if (store::ContiguousView(table)) {
    weights.mapped += shared ? 0 : table.stored_bytes();
  } else {
    weights.resident += table.elements() * 4;
  }
  weights.resident += (2 * c.n_layers + 1) * c.dim * 4;  // norms
  return weights;
}

}  // namespace

InferenceMemory EstimateInferenceMemory(const ModelFiles& files, Precision precision,
                                        int64_t context, int64_t prompt_tokens) {
  const ModelConfig& c = files.config;
  const bool bf16 = precision == Precision::kBF16;
  const Weights weights = WeightsOf(files, bf16 ? 2 : 4);
  const int64_t n = std::min(context, prompt_tokens);
  const int64_t values = 2 * c.n_layers * int64_t{c.n_kv_heads} * c.head_dim * context;
  InferenceMemory memory;
  memory.mapped_bytes = weights.mapped;
  memory.resident_bytes = weights.resident;
  memory.activation_bytes =
      bf16 ? ActivationBytes<BF16>(c, {n}, false) : ActivationBytes<float>(c, {n}, false);
  memory.activation_bytes +=
      std::min(RotaryPositions(context), c.max_seq_len) * c.head_dim * int64_t{sizeof(float)};
  memory.cache_f16_bytes = 2 * values;
  memory.cache_q8_0_bytes = values / BlockElements(DType::kQ8_0) * BlockBytes(DType::kQ8_0);
  return memory;
}

}  // namespace cria
