// The forward pass turned inside out: all windows go through one layer before the next is read.
#include "model/importance.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "kernels/norm.h"
#include "model/layer.h"

namespace cria {
namespace {

constexpr int64_t kBatchTokens = 2048;  // of all windows, those in one pass through a layer

// Sums of squares of the columns of a matrix.
class ColumnSquares {
 public:
  explicit ColumnSquares(int64_t columns) : sums_(static_cast<size_t>(columns), 0.0) {}

  /// x T [n, columns]. Rows are added one after another, so the sums do not depend on threads.
  template <class T>
  void Add(const Context& context, int64_t n, const T* x) {
    constexpr int64_t kColumns = 64;
    const int64_t columns = static_cast<int64_t>(sums_.size());
    context.ParallelFor((columns + kColumns - 1) / kColumns, [&](int64_t block) {
      const int64_t begin = block * kColumns, end = std::min(columns, begin + kColumns);
      for (int64_t r = 0; r < n; ++r) {
        for (int64_t c = begin; c < end; ++c) {
          const double value = static_cast<float>(x[r * columns + c]);
          sums_[static_cast<size_t>(c)] += value * value;
        }
      }
    });
  }
  std::vector<float> Means(int64_t n) const {
    std::vector<float> means;
    for (const double sum : sums_)
      means.push_back(static_cast<float>(sum / static_cast<double>(n)));
    return means;
  }

 private:
  std::vector<double> sums_;
};

template <class T>
class Calibration {
 public:
  Calibration(const Context& context, const ModelFiles& files, int64_t windows, int64_t window)
      : context_(context),
        files_(files),
        config_(files.config),
        windows_(windows),
        window_(window),
        rows_(std::clamp<int64_t>(kBatchTokens / window, 1, windows)),
        rope_(kernels::MakeRopeTable(window_, config_.head_dim, config_.rope_theta,
                                     RopeFactors(config_))),
        activations_(config_, {rows_ * window}, false),
        stream_(windows * window * config_.dim) {
    for (int64_t i = 0; i < rows_ * window; ++i) {
      positions_.push_back(static_cast<int32_t>(i % window));
    }
  }

  void Embed(std::span<const int32_t> ids) {
    const store::NamedTensor& table = files_.Tensor("tok_embeddings.weight");
    const auto view = store::ContiguousView(table);
    Buffer<float> all;
    if (!view) {
      all = Buffer<float>(table.elements());
      store::ReadAsFloat(context_, table, all.span());
    }
    const int64_t dim = config_.dim, row_bytes = StoredBytes(table.type, dim);
    context_.ParallelFor(static_cast<int64_t>(ids.size()), [&](int64_t i) {
      float* to = stream_.data() + i * dim;
      if (view) {
        ConvertToFloat(table.type, view->bytes.data() + ids[i] * row_bytes, dim, to);
      } else {
        std::copy_n(all.data() + ids[i] * dim, dim, to);
      }
    });
  }

  void Layer(int l, Importance* importance) {
    const std::string prefix = "layers." + std::to_string(l) + ".";
    const std::vector<float> attention_norm = Gain(prefix + "attention_norm.weight");
    const std::vector<float> ffn_norm = Gain(prefix + "ffn_norm.weight");
    LayerWeights<T> weights;
    weights.attention_norm = attention_norm.data();
    weights.ffn_norm = ffn_norm.data();
    LoadMatrices(context_, files_, l, &weights);
    LayerActivations<T>& a = activations_.layers[0];
    const int64_t q = int64_t{config_.n_heads} * config_.head_dim;
    ColumnSquares qkv(config_.dim), wo(q), w13(config_.dim), w2(config_.hidden_dim);
    ForEachBatch([&](int64_t n, float* x) {
      std::copy_n(x, n * config_.dim, a.x.data());
      const TokenRows tokens{
          {n, 0}, std::span(positions_).first(static_cast<size_t>(n)), {n / window_, window_}, {}};
      LayerPass<T>{context_, config_, weights, rope_, tokens, &a, &activations_.scratch}.Forward(
          {}, a.x.data());
      std::copy_n(a.x.data(), n * config_.dim, x);
      // What the four products of the layer were given is still there.
      qkv.Add(context_, n, a.attention_normed.data());
      wo.Add(context_, n, a.attended.data());
      w13.Add(context_, n, a.ffn_normed.data());
      w2.Add(context_, n, activations_.scratch.gated.data());
    });
    for (const char* name : {"wq", "wk", "wv"}) Put(prefix, "attention.", name, qkv, importance);
    Put(prefix, "attention.", "wo", wo, importance);
    for (const char* name : {"w1", "w3"}) Put(prefix, "feed_forward.", name, w13, importance);
    Put(prefix, "feed_forward.", "w2", w2, importance);
  }

  void Output(Importance* importance) {
    const std::vector<float> norm = Gain("norm.weight");
    ColumnSquares output(config_.dim);
    ForEachBatch([&](int64_t n, float* x) {
      kernels::RmsNorm(context_, n, config_.dim, static_cast<float>(config_.norm_eps), x,
                       norm.data(), activations_.head.normed.data(), activations_.head.rms.data());
      output.Add(context_, n, activations_.head.normed.data());
    });
    const char* name = config_.tied_embeddings ? "tok_embeddings" : "output";
    Put("", "", name, output, importance);
  }

 private:
  std::vector<float> Gain(const std::string& name) {
    std::vector<float> gain(static_cast<size_t>(config_.dim));
    store::ReadAsFloat(context_, files_.Tensor(name), gain);
    return gain;
  }
  // f(tokens, residual stream [tokens, dim]) for whole windows.
  template <class F>
  void ForEachBatch(F f) {
    for (int64_t w = 0; w < windows_; w += rows_) {
      ThrowIfInterrupted();
      const int64_t n = std::min(rows_, windows_ - w) * window_;
      f(n, stream_.data() + w * window_ * config_.dim);
    }
  }
  void Put(const std::string& prefix, const char* block, const char* name,
           const ColumnSquares& squares, Importance* importance) {
    importance->columns[prefix + block + name + ".weight"] = squares.Means(windows_ * window_);
  }

  const Context& context_;
  const ModelFiles& files_;
  const ModelConfig& config_;
  int64_t windows_, window_, rows_;
  kernels::RopeTable rope_;
  Activations<T> activations_;
  std::vector<int32_t> positions_;
  Buffer<float> stream_;  // [windows * window, dim]
};

template <class T>
void Run(const Context& context, const ModelFiles& model, std::span<const int32_t> ids,
         const CalibrationOptions& options, Importance* importance) {
  const int64_t windows = importance->tokens / importance->window;
  Calibration<T> calibration(context, model, windows, importance->window);
  calibration.Embed(ids);
  const int layers = model.config.n_layers;
  for (int l = 0; l < layers; ++l) {
    calibration.Layer(l, importance);
    if (options.progress) options.progress(l + 1, layers);
  }
  calibration.Output(importance);
}

}  // namespace

std::vector<float> Importance::Of(const std::string& name) const {
  const auto at = columns.find(name);
  return at == columns.end() ? std::vector<float>() : at->second;
}

Importance Calibrate(const Context& context, const ModelFiles& model, std::span<const int32_t> ids,
                     const CalibrationOptions& options) {
  Importance importance;
  importance.window = std::min(options.window, model.config.max_seq_len);
  const int64_t windows = static_cast<int64_t>(ids.size()) / importance.window;
  if (windows == 0) {
    throw Error(fmt::format("{} tokens, one window has {}", ids.size(), importance.window),
                "the calibration text", "give a longer text, and --calibrate-tokens to match");
  }
  importance.tokens = windows * importance.window;
  std::vector<int32_t> read(ids.begin(), ids.begin() + importance.tokens);
  for (int64_t w = 0; w < windows && options.bos_id >= 0; ++w) {
    read[static_cast<size_t>(w * importance.window)] = options.bos_id;
  }
  for (const int32_t id : read) {
    CRIA_CHECK(id >= 0 && id < model.config.vocab_size, "id {} of {}", id, model.config.vocab_size);
  }
  if (options.precision == Precision::kBF16) {
    Run<BF16>(context, model, read, options, &importance);
  } else {
    Run<float>(context, model, read, options, &importance);
  }
  return importance;
}

}  // namespace cria
