// Embedding, layers, head and loss; training keeps every layer's activations, inference the pool.
#include "model/llama.h"

#include <algorithm>

#include "base/cpu.h"
#include "base/error.h"
#include "kernels/cross_entropy.h"
#include "kernels/embedding.h"
#include "kernels/norm.h"
#include "model/layer.h"
#include "model/ragged_batch.h"

namespace cria {
namespace {

template <class T>
class LlamaOf : public Llama {
 public:
  LlamaOf(const ModelConfig& config, bool for_training)
      : config_(config),
        for_training_(for_training),
        rope_(kernels::MakeRopeTable(config.max_seq_len, config.head_dim, config.rope_theta,
                                     RopeFactors(config))) {}

  const ModelConfig& config() const override { return config_; }

  void SetWeights(const Context& context, const ParameterBlock& parameters) override {
    weights_.Set(context, config_, parameters, for_training_);
  }

  void LoadWeights(const Context& context, ModelFiles files) override {
    CRIA_CHECK(!for_training_ && files.config == config_);
    files_ = std::move(files);
    weights_.Load(context, files_);
  }

  double Loss(const Context& context, const Batch& batch, std::span<float> token_loss) override {
    CheckBatch(batch);
    Activations<T>& a = Reserve(batch.rows * batch.seq_len);
    const TokenRows tokens = GridRows(batch, &a);
    RunFull(context, tokens, batch.tokens, &a);
    HeadLoss(context, tokens.n(), batch.targets.data(), &a);
    CRIA_CHECK(token_loss.empty() || token_loss.size() == static_cast<size_t>(tokens.n()));
    std::copy_n(a.head.loss.data(), token_loss.size(), token_loss.begin());
    return SumLoss(a.head, tokens.n());
  }

  double LossAndGradients(const Context& context, const Batch& batch, float gradient_scale,
                          ParameterBlock* gradients) override {
    CRIA_CHECK(for_training_, "this model was made for inference");
    CheckBatch(batch);
    Activations<T>& a = Reserve(batch.rows * batch.seq_len);
    const TokenRows tokens = GridRows(batch, &a);
    RunFull(context, tokens, batch.tokens, &a);
    HeadBackward(context, tokens.n(), batch.targets.data(), gradient_scale, &a, gradients->data());
    for (int l = config_.n_layers - 1; l >= 0; --l) {
      LayerBackward(context, config_, weights_.layers[static_cast<size_t>(l)], rope_, tokens,
                    OffsetsOfLayer(config_, l), &a.layers[static_cast<size_t>(l)], &a.scratch,
                    gradients->data());
    }
    kernels::EmbeddingBackward(context, tokens.n(), config_.dim, a.scratch.dx.data(),
                               batch.tokens.data(),
                               gradients->data() + OffsetsOfTop(config_).embedding);
    return SumLoss(a.head, tokens.n());
  }

  KvType ExactKvType() const override { return sizeof(T) == 2 ? KvType::kF16 : KvType::kF32; }

  void Forward(const Context& context, std::span<const Segment> segments, KvPool* pool,
               float* logits) override {
    CRIA_CHECK(pool->Fits(config_), "a pool of another model");
    if (segments.empty()) return;
    const RaggedBatch batch(config_, segments);
    if (batch.phases.generated > 0) weights_.PackSome(context, files_);
    Activations<T>& a = Reserve(batch.phases.n());
    const TokenRows tokens{batch.phases, batch.positions, {}, batch.segments};
    float* x = RunLayers(context, tokens, batch.tokens, pool, &a);
    for (size_t i = 0; i < batch.wanted_rows.size(); ++i) {  // to the front, in place: they ascend
      const int64_t from = batch.wanted_rows[i], to = static_cast<int64_t>(i);
      if (from != to) std::copy_n(x + from * config_.dim, config_.dim, x + to * config_.dim);
    }
    FinalNorm(context, batch.wanted.n(), x, &a);
    WriteLogits(context, batch, &a, logits);
  }

 private:
  void CheckToken(int32_t token) const {
    CRIA_CHECK(token >= 0 && token < config_.vocab_size, "token {} of {}", token,
               config_.vocab_size);
  }

  void CheckBatch(const Batch& batch) const {
    CRIA_CHECK(batch.seq_len <= config_.max_seq_len, "sequence {} > {}", batch.seq_len,
               config_.max_seq_len);
    CRIA_CHECK(batch.tokens.size() == static_cast<size_t>(batch.rows * batch.seq_len));
    CRIA_CHECK(batch.targets.size() == batch.tokens.size());
    for (const int32_t token : batch.tokens) CheckToken(token);
    for (const int32_t target : batch.targets) {
      if (target != -1) CheckToken(target);
    }
  }

  // Activations grow to the largest micro-batch seen.
  Activations<T>& Reserve(int64_t n) {
    if (!activations_ || activations_->n < n) {
      activations_.reset();  // free the old ones first
      activations_ = std::make_unique<Activations<T>>(config_, n, for_training_);
    }
    return *activations_;
  }

  TokenRows GridRows(const Batch& batch, Activations<T>* a) const {
    const int64_t n = batch.rows * batch.seq_len;
    for (int64_t i = 0; i < n; ++i) a->positions[i] = static_cast<int32_t>(i % batch.seq_len);
    return {
        {n, 0}, a->positions.span().first(static_cast<size_t>(n)), {batch.rows, batch.seq_len}, {}};
  }

  // Returns the residual stream behind the layers. They keep what they saw when this model trains;
  // else one set of buffers serves all and the residual stream stays in place.
  float* RunLayers(const Context& context, const TokenRows& tokens, std::span<const int32_t> ids,
                   KvPool* pool, Activations<T>* a) {
    weights_.Embed(context, config_.dim, ids, a->layers[0].x.data());
    for (int l = 0; l < config_.n_layers; ++l) {
      const bool last = l + 1 == config_.n_layers;
      LayerActivations<T>& layer = a->layers[for_training_ ? static_cast<size_t>(l) : 0];
      float* x_out = !for_training_ ? layer.x.data()
                     : last         ? a->head.x.data()
                                    : a->layers[static_cast<size_t>(l) + 1].x.data();
      LayerForward(context, config_, weights_.layers[static_cast<size_t>(l)], rope_, tokens,
                   pool != nullptr ? pool->layer(l) : kernels::KvLayer(), &layer, &a->scratch,
                   x_out);
    }
    return for_training_ ? a->head.x.data() : a->layers[0].x.data();
  }

  void FinalNorm(const Context& context, int64_t rows, const float* x, Activations<T>* a) {
    kernels::RmsNorm(context, rows, config_.dim, static_cast<float>(config_.norm_eps), x,
                     weights_.norm, a->head.normed.data(), a->head.rms.data());
  }

  // Whole sequences, up to the final norm of every row.
  void RunFull(const Context& context, const TokenRows& tokens, std::span<const int32_t> ids,
               Activations<T>* a) {
    FinalNorm(context, tokens.n(), RunLayers(context, tokens, ids, nullptr, a), a);
  }

  // Rows that stand in the caller's order go straight to it; else by way of head.logits.
  void WriteLogits(const Context& context, const RaggedBatch& batch, Activations<T>* a,
                   float* logits) {
    const int64_t vocab = config_.vocab_size, wanted = batch.wanted.n();
    if (wanted == 0) return;
    if (batch.in_order()) {
      weights_.output.Apply(context, batch.wanted, a->head.normed.data(), config_.dim,
                            &a->scratch.quantized, logits, vocab);
      return;
    }
    ForEachLogitBlock(context, batch.wanted, a, [&](int64_t first, int64_t rows) {
      context.ParallelFor(rows, [&](int64_t r) {
        std::copy_n(a->head.logits.data() + r * vocab, vocab,
                    logits + batch.logit_rows[static_cast<size_t>(first + r)] * vocab);
      });
    });
  }

  // Calls f(first row, number of rows) with head.logits filled for those rows.
  template <class F>
  void ForEachLogitBlock(const Context& context, PhaseRows all, Activations<T>* a, F f) {
    constexpr int64_t kRows = HeadActivations<T>::kLogitRows;
    for (int64_t first = 0; first < all.n(); first += kRows) {
      const int64_t rows = std::min(kRows, all.n() - first);
      const int64_t prompt = std::clamp<int64_t>(all.prompt - first, 0, rows);
      weights_.output.Apply(context, {prompt, rows - prompt},
                            a->head.normed.data() + first * config_.dim, config_.dim,
                            &a->scratch.quantized, a->head.logits.data(), config_.vocab_size);
      f(first, rows);
    }
  }

  void HeadLoss(const Context& context, int64_t n, const int32_t* targets, Activations<T>* a) {
    HeadActivations<T>& head = a->head;
    ForEachLogitBlock(context, {n, 0}, a, [&](int64_t first, int64_t rows) {
      kernels::CrossEntropy<T>(context, rows, config_.vocab_size, head.logits.data(),
                               targets + first, 1, head.loss.data() + first, nullptr);
    });
  }

  // Loss, gradient of the output matrix, and scratch.dx = gradient at the final residual stream.
  void HeadBackward(const Context& context, int64_t n, const int32_t* targets, float scale,
                    Activations<T>* a, float* gradients) {
    HeadActivations<T>& head = a->head;
    const int64_t dim = config_.dim, vocab = config_.vocab_size;
    ForEachLogitBlock(context, {n, 0}, a, [&](int64_t first, int64_t rows) {
      kernels::CrossEntropy(context, rows, vocab, head.logits.data(), targets + first, scale,
                            head.loss.data() + first, head.dlogits.data() + first * vocab);
    });
    const TopOffsets top = OffsetsOfTop(config_);
    kernels::MatmulTransposedA(context, vocab, dim, n, head.dlogits.data(), vocab,
                               head.normed.data(), dim, gradients + top.output, dim);
    kernels::Matmul(context, n, head.dlogits.data(), vocab, weights_.output.backward,
                    a->scratch.d_normed.data(), dim);
    context.ParallelFor(n,
                        [&](int64_t r) { std::fill_n(a->scratch.dx.data() + r * dim, dim, 0.0f); });
    kernels::RmsNormBackward(context, n, dim, head.x.data(), weights_.norm, head.rms.data(),
                             a->scratch.d_normed.data(), a->scratch.dx.data(),
                             gradients + top.norm);
  }

  static double SumLoss(const HeadActivations<T>& head, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += head.loss[i];
    return sum;
  }

  ModelConfig config_;
  bool for_training_;
  kernels::RopeTable rope_;
  ModelFiles files_;  // mapped, for the weights that stay in it
  LlamaWeights<T> weights_;
  std::unique_ptr<Activations<T>> activations_;
};

}  // namespace

const char* PrecisionName(Precision precision) {
  return precision == Precision::kBF16 ? "bf16" : "f32";
}

Precision DefaultPrecision() {
  return DetectIsa() >= Isa::kAvx512Bf16 ? Precision::kBF16 : Precision::kF32;
}

std::unique_ptr<Llama> MakeLlama(const ModelConfig& config, const LlamaOptions& options) {
  ValidateConfig(config, "model configuration");
  if (options.precision == Precision::kBF16)
    return std::make_unique<LlamaOf<BF16>>(config, options.for_training);
  return std::make_unique<LlamaOf<float>>(config, options.for_training);
}

int64_t TrainingMemoryBytes(const ModelConfig& config, Precision precision, int64_t rows,
                            int64_t seq_len) {
  const bool bf16 = precision == Precision::kBF16;
  const int64_t parameters = ParameterCount(config);
  // Master weights, gradients and two moments in fp32; packed operands forward and backward.
  const int64_t weights =
      parameters * (16 + 2 * (bf16 ? 2 : 4)) + config.vocab_size * config.dim * 4;
  const int64_t n = rows * seq_len;
  return weights +
         (bf16 ? ActivationBytes<BF16>(config, n, true) : ActivationBytes<float>(config, n, true));
}

}  // namespace cria
