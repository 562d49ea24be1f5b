// Embedding, layers, head and loss; training keeps every layer's activations, inference the pool.
#include "model/llama.h"

#include <algorithm>
#include <numeric>

#include "base/cpu.h"
#include "base/error.h"
#include "base/hash.h"
#include "kernels/cross_entropy.h"
#include "kernels/cuda/device_pages.h"
#include "kernels/embedding.h"
#include "kernels/norm.h"
#include "kernels/rows.h"
#include "kernels/sum.h"
#include "model/layer.h"
#include "model/ragged_batch.h"
#include "model/tensor_share.h"
#include "model/vocabulary_share.h"
#include "tensor/transfer.h"

namespace cria {
namespace {

template <class T>
class LlamaOf : public Llama {
 public:
  LlamaOf(const ModelConfig& config, const LlamaOptions& options)
      : config_(config),
        exchange_(options.tensor_ranks),
        share_(ShareConfig(config, exchange_.size())),
        vocabulary_(config.vocab_size, exchange_),
        for_training_(options.for_training),
        recompute_(options.recompute),
        accelerator_(options.accelerator) {
    CRIA_CHECK(exchange_.alone() || for_training_, "several ranks share a model only in training");
  }

  const ModelConfig& config() const override { return config_; }
  Accelerator* accelerator() const override { return accelerator_; }

  void SetGroup(const Context& context, int group, const float* values) override {
    CRIA_CHECK(source_ == nullptr || group == 0 || group > config_.n_layers, "layer {} is streamed",
               group - 1);
    weights_.SetGroup(context, share_, group, values, {true, for_training_});
  }

  void StreamLayers(WeightSource* source) override {
    CRIA_CHECK(for_training_ && weights_.layers.empty(), "before any weights are set");
    source_ = source;
    ModelConfig one = share_;
    one.n_layers = 1;
    streamed_.layers.resize(1);
    streamed_config_ = one;
  }

  void LoadWeights(const Context& context, ModelFiles files) override {
    CRIA_CHECK(!for_training_ && files.config == config_);
    files_ = std::move(files);
    weights_.Load(context, files_);
  }

  double Loss(const Context& context, const Batch& batch, std::span<float> token_loss) override {
    CheckBatch(batch);
    Activations<T>& a = Reserve(batch.rows * batch.seq_len);
    const TokenRows tokens = GridRows(context, batch, &a);
    RunFull(context, tokens, BringIn<int32_t>(context, batch.tokens, &a.tokens), false, &a);
    HeadLoss(context, BringIn<int32_t>(context, batch.targets, &a.targets), &a);
    CRIA_CHECK(token_loss.empty() || token_loss.size() == static_cast<size_t>(tokens.n()));
    TakeOut(context, a.head.loss.data(), token_loss);
    return SumLoss(context, a.head, tokens.n());
  }

  double LossAndGradients(const Context& context, const Batch& batch, float gradient_scale,
                          GradientSink* gradients) override {
    CRIA_CHECK(for_training_, "this model was made for inference");
    CheckBatch(batch);
    Activations<T>& a = Reserve(batch.rows * batch.seq_len);
    const TokenRows tokens = GridRows(context, batch, &a);
    const std::span<const int32_t> ids = BringIn<int32_t>(context, batch.tokens, &a.tokens);
    RunFull(context, tokens, ids, true, &a);
    float* embedding = config_.tied_embeddings ? gradients->Open(0) : nullptr;
    const int top = config_.n_layers + 1;
    HeadBackward(context, tokens, BringIn<int32_t>(context, batch.targets, &a.targets),
                 gradient_scale, &a, gradients->Open(top), embedding);
    gradients->Close(top);
    for (int l = config_.n_layers - 1; l >= 0; --l) {
      const LayerWeights<T>& weights =
          Layer(context, l, l > 0 ? l : -1, {recompute_ >= Recompute::kFeedForward, true});
      LayerPass<T>{context,   share_, weights, rope_, tokens, &a.layers[static_cast<size_t>(l)],
                   &a.scratch}
          .Backward(recompute_, gradients->Open(1 + l));
      gradients->Close(1 + l);
    }
    if (embedding == nullptr) {
      embedding = gradients->Open(0);
      kernels::SetZero(context, share_.vocab_size * config_.dim, embedding);
    }
    EmbeddingBackward(context, ids, &a, embedding);
    gradients->Close(0);
    return SumLoss(context, a.head, tokens.n());
  }

  KvType ExactKvType() const override { return sizeof(T) == 2 ? KvType::kF16 : KvType::kF32; }

  void Forward(const Context& context, std::span<const Segment> segments, KvPool* pool,
               float* logits) override {
    CRIA_CHECK(pool->Fits(config_), "a pool of another model");
    if (segments.empty()) return;
    const RaggedBatch batch(config_, segments);
    CoverPositions(*std::max_element(batch.positions.begin(), batch.positions.end()) + 1);
    if (batch.phases.generated > 0) weights_.PackSome(context, files_);
    Activations<T>& a = Reserve(batch.phases.n());
    if (accelerator_ != nullptr) pages_.Set(context, batch.segments);
    const TokenRows tokens{batch.phases,
                           BringIn<int32_t>(context, batch.positions, &a.positions),
                           {},
                           {batch.segments, accelerator_ != nullptr ? &pages_ : nullptr}};
    const auto ids = BringIn<int32_t>(context, batch.tokens, &a.tokens);
    const auto wanted = BringIn<int32_t>(context, batch.wanted_rows, &a.wanted_rows);
    const auto pass = [&] {
      const float* x = RunLayers(context, tokens, ids, pool, false, &a);
      if (std::ssize(wanted) < tokens.n()) {  // x of a model in training is head.x
        float* const to = for_training_ ? a.scratch.dx.data() : a.head.x.data();
        kernels::GatherRows(context, std::ssize(wanted), config_.dim, x, wanted.data(), to);
        x = to;
      }
      FinalNorm(context, {0, std::ssize(wanted)}, x, &a);
      if (accelerator_ != nullptr && batch.OneGeneratedRowEach())
        LogitBlock(context, batch.wanted, &a, 0);
    };
    if (accelerator_ == nullptr) {
      pass();
      return WriteLogits(context, batch, &a, logits);
    }
    if (batch.OneGeneratedRowEach()) {
      // Always the same work but for the numbers in it.
      accelerator_->Replay(HashPass(pages_.key(), pool), pass);
    } else {
      pass();
    }
    TakeLogits(context, batch, &a, logits);
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
      activations_ = std::make_unique<Activations<T>>(share_, PassTokens{n, exchange_.size()},
                                                      for_training_, recompute_, accelerator_);
    }
    return *activations_;
  }

  // The table of rotations grows to the positions seen: a model may be made for far longer texts.
  void CoverPositions(int64_t end) {
    if (end <= rope_.positions) return;
    const int64_t size = std::min(RotaryPositions(end), config_.max_seq_len);
    rope_ = kernels::MakeRopeTable(size, config_.head_dim, config_.rope_theta, RopeFactors(config_),
                                   accelerator_);
  }

  TokenRows GridRows(const Context& context, const Batch& batch, Activations<T>* a) {
    const int64_t n = batch.rows * batch.seq_len;
    CoverPositions(batch.seq_len);
    positions_.resize(static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) {
      positions_[static_cast<size_t>(i)] = static_cast<int32_t>(i % batch.seq_len);
    }
    return {{n, 0},
            BringIn<int32_t>(context, positions_, &a->positions),
            {batch.rows, batch.seq_len},
            {},
            exchange_};
  }

  // Returns the residual stream behind the layers. They keep what they saw when this model trains;
  // else one set of buffers serves all and the residual stream stays in place.
  float* RunLayers(const Context& context, const TokenRows& tokens, std::span<const int32_t> ids,
                   KvPool* pool, bool then_backward, Activations<T>* a) {
    Embed(context, ids, a);
    for (int l = 0; l < config_.n_layers; ++l) {
      const bool last = l + 1 == config_.n_layers;
      LayerActivations<T>& layer = a->layers[for_training_ ? static_cast<size_t>(l) : 0];
      float* x_out = !for_training_ ? layer.x.data()
                     : last         ? a->head.x.data()
                                    : a->layers[static_cast<size_t>(l) + 1].x.data();
      const LayerWeights<T>& weights = Layer(context, l,
                                             !last           ? 2 + l
                                             : then_backward ? 1 + l
                                                             : -1,
                                             {true, false});
      LayerPass<T>{context, share_, weights, rope_, tokens, &layer, &a->scratch}.Forward(
          pool != nullptr ? pool->layer(l) : kernels::KvLayer(), x_out);
    }
    return for_training_ ? a->head.x.data() : a->layers[0].x.data();
  }

  // The weights of a layer, kept or asked of the source; `next_group` is what it will be asked for
  // afterwards.
  const LayerWeights<T>& Layer(const Context& context, int l, int next_group, PackFor passes) {
    if (source_ == nullptr) return weights_.layers[static_cast<size_t>(l)];
    streamed_.SetGroup(context, streamed_config_, 1, source_->Fetch(1 + l, next_group), passes);
    return streamed_.layers[0];
  }

  void Embed(const Context& context, std::span<const int32_t> ids, Activations<T>* a) {
    const auto lookup = [&](std::span<const int32_t> rows, float* to) {
      weights_.Embed(context, config_.dim, rows, to);
    };
    float* const x = a->layers[0].x.data();
    if (exchange_.alone()) return lookup(ids, x);
    vocabulary_.Embed(config_.dim, ids, lookup, a->scratch.rows_in.data(),
                      a->scratch.rows_out.data(), x);
  }

  // gradient += that of the table's rows, from scratch.dx.
  void EmbeddingBackward(const Context& context, std::span<const int32_t> ids, Activations<T>* a,
                         float* gradient) {
    Scratch<T>& s = a->scratch;
    if (exchange_.alone()) {
      return kernels::EmbeddingBackward(context, std::ssize(ids), config_.dim, s.dx.data(),
                                        ids.data(), gradient);
    }
    const std::vector<int32_t> mine = vocabulary_.ReturnGradients(
        config_.dim, ids, s.dx.data(), s.rows_in.data(), s.rows_out.data());
    kernels::EmbeddingBackward(context, std::ssize(mine), config_.dim, s.rows_in.data(),
                               mine.data(), gradient);
  }

  // `own` rows of x, to their place among all.
  void FinalNorm(const Context& context, TokenStretch own, const float* x, Activations<T>* a) {
    kernels::RmsNorm(context, own.count, config_.dim, static_cast<float>(config_.norm_eps), x,
                     weights_.norm, a->head.normed.data() + own.first * config_.dim,
                     a->head.rms.data());
  }

  // Whole sequences, up to the final norm of every row.
  void RunFull(const Context& context, const TokenRows& tokens, std::span<const int32_t> ids,
               bool then_backward, Activations<T>* a) {
    FinalNorm(context, tokens.own(), RunLayers(context, tokens, ids, nullptr, then_backward, a), a);
    comm::Exchange exchange = exchange_.BeginGather(tokens.n(), config_.dim, a->head.normed.data());
    exchange_.Finish(&exchange);
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

  // From an accelerator, where logits are made a block of rows at a time; the first one of
  // generated rows alone is there already.
  void TakeLogits(const Context& context, const RaggedBatch& batch, Activations<T>* a,
                  float* logits) {
    const int64_t vocab = config_.vocab_size;
    const auto take = [&](int64_t first, int64_t rows) {
      const float* const from = a->head.logits.data();
      if (batch.in_order()) {
        return TakeOut<float>(context, from,
                              {logits + first * vocab, static_cast<size_t>(rows * vocab)});
      }
      taken_.resize(static_cast<size_t>(rows * vocab));
      TakeOut<float>(context, from, taken_);
      for (int64_t r = 0; r < rows; ++r) {
        std::copy_n(taken_.data() + r * vocab, vocab,
                    logits + batch.logit_rows[static_cast<size_t>(first + r)] * vocab);
      }
    };
    if (!batch.OneGeneratedRowEach()) return ForEachLogitBlock(context, batch.wanted, a, take);
    for (int64_t first = 0; first < batch.wanted.n(); first += a->head.logit_rows) {
      if (first > 0) LogitBlock(context, batch.wanted, a, first);
      take(first, std::min(a->head.logit_rows, batch.wanted.n() - first));
    }
  }

  // Calls f(first row, number of rows) with head.logits filled for those rows.
  template <class F>
  void ForEachLogitBlock(const Context& context, PhaseRows all, Activations<T>* a, F f) {
    for (int64_t first = 0; first < all.n(); first += a->head.logit_rows) {
      f(first, LogitBlock(context, all, a, first));
    }
  }

  // Returns the number of rows.
  int64_t LogitBlock(const Context& context, PhaseRows all, Activations<T>* a, int64_t first) {
    const int64_t rows = std::min(a->head.logit_rows, all.n() - first);
    const int64_t prompt = std::clamp<int64_t>(all.prompt - first, 0, rows);
    weights_.output.Apply(context, {prompt, rows - prompt},
                          a->head.normed.data() + first * config_.dim, config_.dim,
                          &a->scratch.quantized, a->head.logits.data(), share_.vocab_size);
    return rows;
  }

  // What the work of a pass over generated rows depends on.
  uint64_t HashPass(uint64_t pages, KvPool* pool) const {
    const uint64_t numbers[] = {pages, reinterpret_cast<uint64_t>(pool->layer(0).data),
                                reinterpret_cast<uint64_t>(activations_.get()),
                                reinterpret_cast<uint64_t>(rope_.cos.data()),
                                reinterpret_cast<uint64_t>(rope_.sin.data())};
    return Hash64({reinterpret_cast<const char*>(numbers), sizeof(numbers)});
  }

  void HeadLoss(const Context& context, std::span<const int32_t> targets, Activations<T>* a) {
    ForEachLogitBlock(context, {std::ssize(targets), 0}, a, [&](int64_t first, int64_t rows) {
      CrossEntropy(context, targets.subspan(first, rows), 1, &a->head, first, nullptr);
    });
  }

  // Of the block of logits that begins at row `first`.
  void CrossEntropy(const Context& context, std::span<const int32_t> targets, float scale,
                    HeadActivations<T>* head, int64_t first, T* dlogits) {
    float* const loss = head->loss.data() + first;
    if (exchange_.alone()) {
      kernels::CrossEntropy(context, std::ssize(targets), config_.vocab_size, head->logits.data(),
                            targets.data(), scale, loss, dlogits);
    } else {
      vocabulary_.CrossEntropy(context, targets, head->logits.data(), scale, loss, dlogits);
    }
  }

  // Loss, gradients of the last group (with tied embeddings the output's go to `tied`), and
  // scratch.dx = gradient at the final residual stream.
  void HeadBackward(const Context& context, const TokenRows& tokens,
                    std::span<const int32_t> targets, float scale, Activations<T>* a,
                    float* gradients, float* tied) {
    HeadActivations<T>& head = a->head;
    Scratch<T>& s = a->scratch;
    const int64_t n = tokens.n(), dim = config_.dim, vocab = share_.vocab_size;
    ForEachLogitBlock(context, {n, 0}, a, [&](int64_t first, int64_t rows) {
      CrossEntropy(context, targets.subspan(first, rows), scale, &head, first,
                   head.dlogits.data() + first * vocab);
    });
    kernels::Matmul(context, n, head.dlogits.data(), vocab, weights_.output.backward,
                    s.d_normed.data(), dim);
    comm::Exchange sums = exchange_.BeginScatter(n, dim, s.d_normed.data(), s.received.data());
    kernels::MatmulTransposedA(context, vocab, dim, n, head.dlogits.data(), vocab,
                               head.normed.data(), dim, tied != nullptr ? tied : gradients + dim,
                               dim);
    const T* d_normed = SumOwnRows(context, dim, tokens, &sums, &s);
    const int64_t own = tokens.own().count;
    kernels::SetZero(context, own * dim, s.dx.data());
    kernels::SetZero(context, dim, gradients);
    kernels::RmsNormBackward(context, own, dim, head.x.data(), weights_.norm, head.rms.data(),
                             d_normed, s.dx.data(), gradients);
  }

  static double SumLoss(const Context& context, const HeadActivations<T>& head, int64_t n) {
    std::vector<float> losses(static_cast<size_t>(n));
    TakeOut<float>(context, head.loss.data(), losses);
    return std::accumulate(losses.begin(), losses.end(), 0.0);
  }

  ModelConfig config_;
  TokenExchange exchange_;
  ModelConfig share_;  // of this rank; config_ when alone
  VocabularyShare vocabulary_;
  bool for_training_;
  Recompute recompute_;
  Accelerator* accelerator_;
  kernels::RopeTable rope_;
  ModelFiles files_;  // mapped, for the weights that stay in it
  LlamaWeights<T> weights_;
  std::unique_ptr<Activations<T>> activations_;
  WeightSource* source_ = nullptr;  // of the layers; null: they are in weights_
  LlamaWeights<T> streamed_;        // the layer that was asked for last
  ModelConfig streamed_config_;     // of one layer
  std::vector<int32_t> positions_;
  std::vector<float> taken_;  // logits in another order than the caller's
  kernels::DevicePages pages_;
};

}  // namespace

void Llama::SetWeights(const Context& context, const ParameterBlock& parameters) {
  const std::vector<ParameterRange> groups = ParameterGroups(config());
  for (size_t g = 0; g < groups.size(); ++g) {
    SetGroup(context, static_cast<int>(g), parameters.values(groups[g]).data());
  }
}

const char* PrecisionName(Precision precision) {
  return precision == Precision::kBF16 ? "bf16" : "f32";
}

Precision DefaultPrecision(const Accelerator* accelerator) {
  return accelerator != nullptr || DetectIsa() >= Isa::kAvx512Bf16 ? Precision::kBF16
                                                                   : Precision::kF32;
}

std::unique_ptr<Llama> MakeLlama(const ModelConfig& config, const LlamaOptions& options) {
  ValidateConfig(config, "model configuration");
  if (options.precision == Precision::kBF16)
    return std::make_unique<LlamaOf<BF16>>(config, options);
  return std::make_unique<LlamaOf<float>>(config, options);
}

namespace {

// What the products of a step keep beside their operands, n tokens at a time.
template <class T>
int64_t ProductScratch(const ModelConfig& c, int64_t n) {
  const int64_t q = int64_t{c.n_heads} * c.head_dim, kv = int64_t{c.n_kv_heads} * c.head_dim;
  // In, out.
  const std::pair<int64_t, int64_t> weights[] = {{c.dim, q + 2 * kv},
                                                 {q, c.dim},
                                                 {c.dim, 2 * c.hidden_dim},
                                                 {c.hidden_dim, c.dim},
                                                 {c.dim, c.vocab_size}};
  int64_t left = 0, right = 0;
  for (const auto& [in, out] : weights) {
    left = std::max({left, kernels::LeftScratchBytes<T>(n, in, false),
                     kernels::LeftScratchBytes<T>(n, out, false),
                     kernels::LeftScratchBytes<T>(out, n, true)});
    right = std::max(right, kernels::RightScratchBytes<T>(in, n));
  }
  return left + right;
}

}  // namespace

int64_t ModelTrainingBytes(const ModelConfig& config, Precision precision, const PassTokens& tokens,
                           const TrainingMemory& memory) {
  const ModelConfig c = ShareConfig(config, tokens.ranks);
  const bool bf16 = precision == Precision::kBF16;
  int64_t layer = 0;
  // Operands forward and backward.
  const auto packed = [&](int64_t out, int64_t in) {
    if (tokens.accelerated) return ReservedBytes(out * in * (bf16 ? 2 : 4));  // serves both
    return bf16 ? kernels::PackedBytes<BF16>(in, out) + kernels::PackedBytes<BF16>(out, in)
                : kernels::PackedBytes<float>(in, out) + kernels::PackedBytes<float>(out, in);
  };
  const int64_t q = int64_t{c.n_heads} * c.head_dim, kv = int64_t{c.n_kv_heads} * c.head_dim;
  layer += packed(q + 2 * kv, c.dim) + packed(c.dim, q);
  layer += packed(2 * c.hidden_dim, c.dim) + packed(c.dim, c.hidden_dim);
  const int64_t weights = (memory.stream_layers ? 1 : c.n_layers) * layer +
                          packed(c.vocab_size, c.dim) + ReservedBytes(4 * c.vocab_size * c.dim);
  const int64_t n = tokens.n;
  const int64_t scratch = tokens.accelerated ? 0
                          : bf16             ? ProductScratch<BF16>(c, n)
                                             : ProductScratch<float>(c, n);
  return weights + scratch +
         (bf16 ? ActivationBytes<BF16>(c, tokens, true, memory.recompute)
               : ActivationBytes<float>(c, tokens, true, memory.recompute));
}

int64_t TensorSentBytes(const ModelConfig& config, Precision precision, int64_t tokens, int ranks,
                        Recompute recompute) {
  if (ranks == 1) return 0;
  // A gather and a scatter send as much; a layer has two of each forward and backward, the
  // backward pass gathers the inputs of its products again, and what is computed again is sent
  // again, but for the inputs of w1 and w3.
  int64_t per_layer = 2 * 2 + 2 * 2 + 2;
  if (recompute == Recompute::kLayers) per_layer += 2;
  const int64_t exchanges = config.n_layers * per_layer + 2;  // and the head's
  const int64_t others = tokens * config.dim * (ranks - 1) / ranks;
  const int64_t value_bytes = precision == Precision::kBF16 ? 2 : 4;
  // Rows of the embedding there and back, as the ids have it; two numbers a token of the loss.
  return others * exchanges * value_bytes + 2 * 4 * others / ranks + tokens * 2 * 4 * (ranks - 1);
}

}  // namespace cria
