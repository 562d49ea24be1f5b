// LLaMA: forward over ragged batches behind a cache, loss, gradients, on kernels of a chosen
// precision.
#pragma once

#include <algorithm>
#include <memory>
#include <span>

#include "base/context.h"
#include "data/batch.h"
#include "model/activations.h"
#include "model/checkpoint.h"
#include "model/config.h"
#include "model/kv_pool.h"
#include "model/parameter_stream.h"
#include "model/parameters.h"
#include "model/token_exchange.h"

namespace cria {

enum class Precision { kF32, kBF16 };
const char* PrecisionName(Precision precision);
/// bf16 on an accelerator, and where the processor multiplies it (AMX, AVX-512 BF16), else fp32.
Precision DefaultPrecision(const Accelerator* accelerator = nullptr);

/// Positions of which a model that has seen `end` of them keeps the rotations, at most as many as
/// it was made for: the table grows by a quarter, so that a long text makes it few times.
inline int64_t RotaryPositions(int64_t end) { return std::max<int64_t>(1024, end + end / 4); }

/// New tokens of one sequence in a ragged batch.
struct Segment {
  std::span<const int32_t> tokens;  ///< >= 1
  int64_t first_position = 0;       ///< tokens before it are in the blocks already
  /// Block table: position p lies in blocks[p / kKvBlockTokens]; covers first_position + tokens.
  std::span<const int32_t> blocks;
  /// Tokens made by the model (decode arithmetic), else prompt; see PhaseRows in model/weights.h.
  bool generated = false;
  enum class Logits { kNone, kLast, kAll } logits = Logits::kLast;
};

/// What a model computes. In training the weights inside are a packed copy; the fp32 master block
/// stays outside. Tokens, targets, losses and logits are in the processor's memory, gradients in
/// that of what computes.
class Llama {
 public:
  virtual ~Llama() = default;
  virtual const ModelConfig& config() const = 0;  ///< of the whole model
  /// Where weights lie and passes run, null: on the processor. That of every context given here.
  virtual Accelerator* accelerator() const = 0;

  /// Packs the weights of one group (ParameterGroups) for the kernels: fp32 values in the order of
  /// the block, in the accelerator's memory if there is one. All groups must be set before the
  /// first pass, and again after every optimizer step.
  virtual void SetGroup(const Context& context, int group, const float* values) = 0;
  /// All groups of a whole block.
  void SetWeights(const Context& context, const ParameterBlock& parameters);
  /// From now on the layers' weights are asked of `source` in every pass, and never kept: SetGroup
  /// is for the first and the last group only. `source` outlives this. Training only.
  virtual void StreamLayers(WeightSource* source) = 0;

  /// Reads the weights for inference, one matrix at a time; quantised ones are used where they are
  /// mapped, so `files` is kept. Throws Error if a tensor is missing or misshapen.
  virtual void LoadWeights(const Context& context, ModelFiles files) = 0;

  /// Sum over counted targets of -ln p(target). `token_loss` [rows * seq_len], if not empty,
  /// receives each term (0 where the target is -1).
  virtual double Loss(const Context& context, const Batch& batch, std::span<float> token_loss) = 0;

  /// The same; gradient_scale * d(loss sum)/d(parameters) goes to `gradients`. Only for a model
  /// made for training.
  virtual double LossAndGradients(const Context& context, const Batch& batch, float gradient_scale,
                                  GradientSink* gradients) = 0;

  /// The number type in which a cache holds the model's keys and values as they are computed: kF32
  /// for float precision, kF16 for bf16. The cached pass then equals the full one.
  virtual KvType ExactKvType() const = 0;

  /// Runs the new tokens of several sequences at once: reads what stands before them in the blocks
  /// of `pool` (made for this configuration) and writes their keys and values there. `logits`
  /// receives fp32 rows of vocab_size for the tokens that want them, in the order of the segments.
  /// Segments are of different sequences and write to no common block. A row's bits depend on its
  /// own sequence's tokens and their `generated` alone: not on the other segments, on how a prompt
  /// is cut into calls, or on threads. On an accelerator they do depend on how many rows a call
  /// has, and are the same for the same calls.
  virtual void Forward(const Context& context, std::span<const Segment> segments, KvPool* pool,
                       float* logits) = 0;
};

struct LlamaOptions {
  Precision precision = Precision::kF32;
  bool for_training = false;
  Recompute recompute = Recompute::kNone;  ///< in training; changes no bit
  /// Ranks that share every layer (tensor_share.h), this one among them; they call Loss and
  /// LossAndGradients together, with the same batch. Parameters, groups and gradients are then
  /// those of the own share; gradients of norms are the own tokens' and have to be added over the
  /// ranks. Outlives the model. Training only.
  comm::Communicator* tensor_ranks = nullptr;
  Accelerator* accelerator = nullptr;  ///< of the contexts that will be given
};
std::unique_ptr<Llama> MakeLlama(const ModelConfig& config, const LlamaOptions& options);

/// What a model in training spends time on to save memory. Neither changes a bit.
struct TrainingMemory {
  Recompute recompute = Recompute::kNone;
  bool stream_layers = false;  ///< StreamLayers: packed weights of one layer at a time
  friend bool operator==(const TrainingMemory&, const TrainingMemory&) = default;
};

/// Bytes of a model made for training once it ran passes of so many tokens, on one of
/// `tokens.ranks` that share it: its packed weights and its activations. Master weights, gradients
/// and moments are the trainer's.
int64_t ModelTrainingBytes(const ModelConfig& config, Precision precision, const PassTokens& tokens,
                           const TrainingMemory& memory);

/// What one of several tensor-parallel ranks sends in a pass forward and backward.
int64_t TensorSentBytes(const ModelConfig& config, Precision precision, int64_t tokens, int ranks,
                        Recompute recompute);

}  // namespace cria
