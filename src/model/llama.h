// LLaMA: forward, loss, gradients, cached decoding, on kernels of a chosen precision.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/context.h"
#include "data/batch.h"
#include "model/checkpoint.h"
#include "model/config.h"
#include "model/parameters.h"

namespace cria {

enum class Precision { kF32, kBF16 };
const char* PrecisionName(Precision precision);
/// bf16 where the processor multiplies it (AMX, AVX-512 BF16), else fp32.
Precision DefaultPrecision();

/// Keys and values of the tokens seen so far, one sequence.
class KvCache {
 public:
  virtual ~KvCache() = default;
  virtual int64_t length() const = 0;
  virtual int64_t capacity() const = 0;
  /// Forgets everything from position `length` on.
  virtual void Truncate(int64_t length) = 0;
};

/// What a model computes. In training the weights inside are a packed copy; the fp32 master block
/// stays outside.
class Llama {
 public:
  virtual ~Llama() = default;
  virtual const ModelConfig& config() const = 0;

  /// Packs the weights for the kernels. Call after every optimizer step.
  virtual void SetWeights(const Context& context, const ParameterBlock& parameters) = 0;

  /// Reads the weights for inference, one matrix at a time; quantised ones are used where they are
  /// mapped, so `files` is kept. Throws Error if a tensor is missing or misshapen.
  virtual void LoadWeights(const Context& context, ModelFiles files) = 0;

  /// Sum over counted targets of -ln p(target). `token_loss` [rows * seq_len], if not empty,
  /// receives each term (0 where the target is -1).
  virtual double Loss(const Context& context, const Batch& batch, std::span<float> token_loss) = 0;

  /// The same; adds gradient_scale * d(loss sum)/d(parameters) to `gradients`. Only after
  /// SetWeights of a model made for training.
  virtual double LossAndGradients(const Context& context, const Batch& batch, float gradient_scale,
                                  ParameterBlock* gradients) = 0;

  virtual std::unique_ptr<KvCache> NewCache(int64_t capacity) const = 0;
  /// Feeds `tokens` at the end of the cache. `logits` receives fp32 rows of vocab_size: one per
  /// token if `all_positions`, else only the last one's.
  virtual void Decode(const Context& context, std::span<const int32_t> tokens, KvCache* cache,
                      bool all_positions, float* logits) = 0;
};

struct LlamaOptions {
  Precision precision = Precision::kF32;
  bool for_training = false;
};
std::unique_ptr<Llama> MakeLlama(const ModelConfig& config, const LlamaOptions& options);

/// Bytes that training with micro-batches of `rows` x `seq_len` needs, weights and moments
/// included.
int64_t TrainingMemoryBytes(const ModelConfig& config, Precision precision, int64_t rows,
                            int64_t seq_len);

}  // namespace cria
