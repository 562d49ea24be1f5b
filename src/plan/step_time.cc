// Operations and bytes over peaks times shares.
#include "plan/step_time.h"

#include <algorithm>

namespace cria::plan {
namespace {

/// Seconds of one pass of one replica, forward or (with twice the products) backward.
struct Pass {
  double products = 0, attention = 0, memory = 0, collectives = 0;
  double seconds() const { return products + attention + memory + collectives; }
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
    add("matrix products", pieces * (forward.products + backward.products));
    add("attention", pieces * (forward.attention + backward.attention));
    add("norms, activations, loss", pieces * (forward.memory + backward.memory));
    add("tensor-parallel collectives, not hidden",
        pieces * (forward.collectives + backward.collectives));
    add("gradients and weights between replicas, not hidden", Exposed(forward, backward));
    add("optimizer", OptimizerSeconds());
    step.link_bytes = link_bytes_, step.network_bytes = network_bytes_;
    return step;
  }

 private:
  double Peak(double share) const { return device_.matrix_flops * share; }
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
    pass.products = products * tokens_ / Tensor() / Peak(efficiency_.matrix);
    pass.attention = attention * tokens_ / Tensor() / Peak(efficiency_.attention);
    pass.memory = bytes * tokens_ / Tensor() / (device_.memory_bytes_per_s * efficiency_.memory);
    pass.collectives = TensorCollectives();
    return pass;
  }

  Pass Backward(const Pass& forward) const {
    Pass pass = {2 * forward.products, 2.5 * forward.attention, 2 * forward.memory,
                 forward.collectives};
    if (layout_.recompute == Recompute::kCheap) pass.memory += forward.memory;
    if (layout_.recompute == Recompute::kLayers) {
      pass.products += forward.products, pass.attention += forward.attention;
      pass.memory += forward.memory, pass.collectives += forward.collectives;
    }
    return pass;
  }

  /// Of one pass: two pairs of all-gather and reduce-scatter a layer.
  double TensorCollectives() {
    if (layout_.tensor == 1) return 0;
    const double bytes = config_.n_layers * 2 * 2 * tokens_ * static_cast<double>(config_.dim) * 2 *
                         (Tensor() - 1) / Tensor();
    const bool inside = layout_.tensor <= device_.per_node;
    const double passes =
        static_cast<double>(layout_.pieces) * (layout_.recompute == Recompute::kLayers ? 3 : 2);
    (inside ? link_bytes_ : network_bytes_) += passes * bytes;
    const double speed = inside ? device_.link_bytes_per_s * efficiency_.link
                                : device_.network_bytes_per_s * efficiency_.network;
    return bytes / speed * (1 - efficiency_.hidden_collectives);
  }

  /// Reduce-scatter of gradients and all-gather of weights (an all-reduce is both).
  double Exposed(const Pass& forward, const Pass& backward) {
    if (layout_.data == 1) return 0;
    const auto data = static_cast<double>(layout_.data);
    const bool inside = layout_.devices() <= device_.per_node;
    const double speed = inside ? device_.link_bytes_per_s * efficiency_.link
                                : device_.network_bytes_per_s * efficiency_.network;
    const double bytes = 2 * parameters_ * (data - 1) / data;
    const double once = bytes / speed;
    const auto pieces = static_cast<double>(layout_.pieces);
    // ZeRO 2 keeps no whole gradient, so every piece reduces its own; ZeRO 3 gathers the weights
    // for every pass.
    const double reduces = layout_.zero >= 2 ? pieces : 1,
                 gathers = layout_.zero >= 3 ? 2 * pieces : 1;
    (inside ? link_bytes_ : network_bytes_) += (reduces + gathers) * bytes;
    constexpr double kBehind = 0.95;  // the first bucket and the last have nothing beside them
    const auto exposed = [&](double moved, const Pass& pass) {
      return std::max(0.0, moved * once - kBehind * pass.seconds());
    };
    if (layout_.zero < 3) return reduces * exposed(1, backward) + exposed(1, forward);
    return pieces * (exposed(1, forward) + exposed(2, backward));
  }

  /// Reads gradient, master weight and moments, writes all but the gradient and the bf16 weight.
  double OptimizerSeconds() const {
    const double mine = parameters_ / (layout_.zero >= 1 ? static_cast<double>(layout_.data) : 1.0);
    return 28 * mine / (device_.memory_bytes_per_s * efficiency_.memory);
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
