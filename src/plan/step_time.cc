// Operations and bytes over peaks times shares.
#include "plan/step_time.h"

#include <algorithm>

namespace cria::plan {
namespace {

/// One pass of one replica, forward or (with twice the products) backward.
struct Pass {
  double products_s = 0, attention_s = 0, memory_s = 0, collectives_s = 0;
  double seconds() const { return products_s + attention_s + memory_s + collectives_s; }
};

class Step {
 public:
  Step(const ModelConfig& config, int64_t seq_len, const Layout& layout, const Device& device,
       const Efficiency& efficiency)
      : config_(config),
        layout_(layout),
        device_(device),
        efficiency_(efficiency),
        seq_len_(seq_len),
        tokens_(static_cast<double>(layout.micro_rows * seq_len)),
        parameters_(static_cast<double>(ParameterCount(config)) /
                    static_cast<double>(layout.tensor)) {}

  StepTime Run() {
    const Pass forward = Forward(), backward = Backward(forward);
    const auto pieces = static_cast<double>(layout_.pieces);
    StepTime step;
    step.tokens = static_cast<double>(layout_.batch_rows() * seq_len_);
    step.flops_per_token = TrainFlopsPerToken(config_, seq_len_);
    const auto add = [&](const char* name, double seconds) {
      if (seconds > 0) step.phases.push_back({name, seconds}), step.seconds += seconds;
    };
    add("matrix products", pieces * (forward.products_s + backward.products_s));
    add("attention", pieces * (forward.attention_s + backward.attention_s));
    add("norms, activations, loss", pieces * (forward.memory_s + backward.memory_s));
    add("tensor-parallel collectives, not hidden",
        pieces * (forward.collectives_s + backward.collectives_s));
    add("gradients and weights between replicas, not hidden", Exposed(forward, backward));
    add("optimizer", OptimizerSeconds());
    step.link_bytes = link_bytes_, step.network_bytes = network_bytes_;
    return step;
  }

 private:
  double Peak(double share) const { return device_.matrix_flops_per_s * share; }
  double Tensor() const { return static_cast<double>(layout_.tensor); }

  Pass Forward() {
    const double dim = static_cast<double>(config_.dim),
                 hidden = static_cast<double>(config_.hidden_dim), layers = config_.n_layers,
                 vocab = static_cast<double>(config_.vocab_size),
                 heads = static_cast<double>(config_.n_heads) * config_.head_dim,
                 keys = static_cast<double>(config_.n_kv_heads) * config_.head_dim;
    // TrainFlopsPerToken is three forward passes; attention's part of it is causal.
    const double attention = 2 * layers * heads * static_cast<double>(seq_len_),
                 products = TrainFlopsPerToken(config_, seq_len_) / 3 - attention;
    // bf16, read and written: two norms, two residual additions, rotary of q and k, SwiGLU; the
    // logits four times.
    const double bytes =
        layers * 2 * (2 * 2 * dim + 2 * 3 * dim + 2 * (heads + keys) + 3 * hidden) + 8 * vocab;
    Pass pass;
    pass.products_s = products * tokens_ / Tensor() / Peak(efficiency_.matrix);
    pass.attention_s = attention * tokens_ / Tensor() / Peak(efficiency_.attention);
    pass.memory_s = bytes * tokens_ / Tensor() / (device_.memory_bytes_per_s * efficiency_.memory);
    pass.collectives_s = TensorCollectives();
    return pass;
  }

  Pass Backward(const Pass& forward) const {
    // Sequence parallelism keeps a share of the normalised inputs and gathers them once more.
    Pass pass = {2 * forward.products_s, 2.5 * forward.attention_s, 2 * forward.memory_s,
                 1.5 * forward.collectives_s};
    if (layout_.recompute == Recompute::kCheap) pass.memory_s += forward.memory_s;
    if (layout_.recompute == Recompute::kLayers) {
      pass.products_s += forward.products_s, pass.attention_s += forward.attention_s;
      pass.memory_s += forward.memory_s, pass.collectives_s += forward.collectives_s;
    }
    return pass;
  }

  double LinkSpeed() const { return device_.link_bytes_per_s * efficiency_.link; }
  double NetworkSpeed() const { return device_.network_bytes_per_s * efficiency_.network; }

  /// Of a forward pass: two pairs of all-gather and reduce-scatter a layer, of which each moves
  /// (tensor - 1) / tensor of the activations.
  double TensorCollectives() {
    if (layout_.tensor == 1) return 0;
    const double bytes = config_.n_layers * 2 * 2 * tokens_ * static_cast<double>(config_.dim) * 2 *
                         (Tensor() - 1) / Tensor();
    const double passes = layout_.recompute == Recompute::kLayers ? 3.5 : 2.5;
    link_bytes_ += static_cast<double>(layout_.pieces) * passes * bytes;
    return bytes / LinkSpeed() * (1 - efficiency_.hidden_collectives);
  }

  /// Seconds to reduce-scatter or all-gather `bytes` over the replicas, which a step does `times`
  /// times. Those of one node do it over its links first and then send a share each: a node's
  /// adapters work side by side.
  double BetweenReplicas(double bytes, int64_t times) {
    const double inside = std::min(static_cast<double>(layout_.data),
                                   std::max(1.0, device_.per_node / Tensor())),
                 nodes = static_cast<double>(layout_.data) / inside;
    const double link = bytes * (inside - 1) / inside,
                 network = bytes / inside * std::max(0.0, nodes - 1) / nodes;
    link_bytes_ += static_cast<double>(times) * link;
    network_bytes_ += static_cast<double>(times) * network;
    return std::max(link / LinkSpeed(), network / NetworkSpeed());
  }

  /// Reduce-scatter of fp32 gradients and all-gather of bf16 weights, as far as passes do not hide
  /// them.
  double Exposed(const Pass& forward, const Pass& backward) {
    if (layout_.data == 1) return 0;
    // ZeRO 2 keeps no whole gradient, so every piece reduces its own; ZeRO 3 gathers the weights
    // for every pass.
    const int64_t reduces = layout_.zero >= 2 ? layout_.pieces : 1,
                  gathers = layout_.zero >= 3 ? 2 * layout_.pieces : 1;
    const double reduce = BetweenReplicas(4 * parameters_, reduces),
                 gather = BetweenReplicas(2 * parameters_, gathers);
    const auto exposed = [&](double moved, const Pass& pass) {
      return std::max(0.0, moved - efficiency_.behind * pass.seconds());
    };
    if (layout_.zero < 3) {
      return static_cast<double>(reduces) * exposed(reduce, backward) + exposed(gather, forward);
    }
    return static_cast<double>(layout_.pieces) *
           (exposed(gather, forward) + exposed(reduce + gather, backward));
  }

  /// Reads gradient, master weight and moments (16 bytes), writes the last three and the bf16
  /// weight (14).
  double OptimizerSeconds() const {
    const double mine = parameters_ / (layout_.zero >= 1 ? static_cast<double>(layout_.data) : 1.0);
    return 30 * mine / (device_.memory_bytes_per_s * efficiency_.memory);
  }

  const ModelConfig& config_;
  const Layout& layout_;
  const Device& device_;
  const Efficiency& efficiency_;
  int64_t seq_len_;
  double tokens_, parameters_;
  double link_bytes_ = 0, network_bytes_ = 0;
};

}  // namespace

StepTime PlanStep(const ModelConfig& config, int64_t seq_len, const Layout& layout,
                  const Device& device, const Efficiency& efficiency) {
  return Step(config, seq_len, layout, device, efficiency).Run();
}

}  // namespace cria::plan
