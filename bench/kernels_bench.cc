// A table of times of the CPU operators, except the matrix products (cria bench machine has those):
// attention in GFLOP/s of the causal half, beside the block product that it is made of, running
// from the first-level cache; the others in GB/s of the bytes that they must move. Usage:
// kernels_bench [threads [paged]]; "paged" leaves only decoding over a cache.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "base/cpu.h"
#include "base/random.h"
#include "kernels/adamw.h"
#include "kernels/attention.h"
#include "kernels/ceiling.h"
#include "kernels/cpu/attention_ops.h"
#include "kernels/cross_entropy.h"
#include "kernels/embedding.h"
#include "kernels/norm.h"
#include "kernels/paged_attention.h"
#include "kernels/rope.h"
#include "kernels/sum.h"
#include "kernels/swiglu.h"

namespace cria::kernels {
namespace {

/// Best time of one call within about 0.4 s: the machine may be shared, the floor is not.
double Seconds(const std::function<void()>& f) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point t) {
    return std::chrono::duration<double>(Clock::now() - t).count();
  };
  f();
  double best = 1e9;
  const auto start = Clock::now();
  for (int i = 0; i < 3 || since(start) < 0.4; ++i) {
    const auto t = Clock::now();
    f();
    best = std::min(best, since(t));
  }
  return best;
}

template <class T>
std::vector<T> Uniform(int64_t n) {
  RandomStream random(1, RandomPurpose::kTest);
  std::vector<T> x(n);
  for (T& value : x) value = FromFloat<T>(static_cast<float>(random.NextDouble() * 2 - 1));
  return x;
}

template <class T>
void BenchAttention(const Context& context, int64_t batch, int64_t length, int heads, int kv_heads,
                    int dim) {
  const int64_t row = (heads + 2 * kv_heads) * dim;
  const AttentionShape s{.batch = batch,
                         .q_len = length,
                         .kv_len = length,
                         .heads = heads,
                         .kv_heads = kv_heads,
                         .head_dim = dim,
                         .q_stride = row,
                         .kv_stride = row,
                         .out_stride = heads * dim};
  std::vector<T> qkv = Uniform<T>(batch * length * row), gradient(qkv.size());
  std::vector<T> out(batch * length * s.out_stride), dout = Uniform<T>(out.size());
  std::vector<float> lse(batch * heads * length);
  const int64_t k = heads * dim, v = k + kv_heads * dim;
  const double forward = Seconds(
      [&] { Attention<T>(context, s, qkv.data(), &qkv[k], &qkv[v], out.data(), lse.data()); });
  const double backward = Seconds([&] {
    AttentionBackward<T>(context, s, qkv.data(), &qkv[k], &qkv[v], out.data(), lse.data(),
                         dout.data(), gradient.data(), &gradient[k], &gradient[v]);
  });
  const double flops = 2.0 * static_cast<double>(length * (length + 1) * dim * heads * batch);
  std::printf(
      "attention %s B %2ld T %3ld heads %2d/%2d dim %3d  forward %7.3f ms %4.0f GFLOP/s  "
      "backward %7.3f ms %4.0f GFLOP/s\n",
      sizeof(T) == 2 ? "bf16" : "fp32", batch, length, heads, kv_heads, dim, forward * 1e3,
      flops / forward * 1e-9, backward * 1e3, 2.5 * flops / backward * 1e-9);
}

/// Decoding over a cache that no processor cache holds: `layers` layers take turns. The floor is
/// reading every key and value once at the speed of memory, measured in turn.
template <class T>
void BenchPaged(const Context& context, KvType type, int64_t sequences, int64_t length, int heads,
                int kv_heads, int dim) {
  const int64_t blocks = (length + kKvBlockTokens - 1) / kKvBlockTokens;
  KvLayer layer{.type = type, .kv_heads = kv_heads, .head_dim = dim};
  layer.block_stride = kv_heads * layer.layout().bytes;
  layer.blocks = blocks * sequences;
  const int64_t bytes = layer.blocks * layer.block_stride;
  const int64_t layers = std::max<int64_t>(1, (int64_t{1} << 30) / bytes);
  Buffer<uint8_t> memory(layers * bytes);
  const int64_t row = (heads + 2 * kv_heads) * dim;
  const std::vector<T> qkv = Uniform<T>(length * row);
  std::vector<T> out(sequences * heads * dim);
  std::vector<std::vector<int32_t>> tables(sequences);
  std::vector<PagedSegment> fill, decode;
  for (int64_t s = 0; s < sequences; ++s) {
    for (int64_t b = 0; b < blocks; ++b) {
      tables[s].push_back(static_cast<int32_t>((b * sequences + s) * 7919 % layer.blocks));
    }
    fill.push_back({0, length, 0, tables[s], false});
    decode.push_back({s, 1, length - 1, tables[s], true});
  }
  int64_t turn = 0;
  const auto next_layer = [&] { layer.data = memory.data() + turn++ % layers * bytes; };
  const auto store_all = [&] {
    next_layer();
    StoreKeysValues<T>(context, layer, PagedRows(fill), &qkv[heads * dim],
                       &qkv[(heads + kv_heads) * dim], row);
  };
  for (int64_t l = 0; l < layers; ++l) store_all();
  const double store = Seconds(store_all);
  const double seconds = Seconds([&] {
    next_layer();
    PagedAttention<T>(context, {heads, row, heads * dim}, layer, PagedRows(decode), qkv.data(),
                      out.data());
  });
  const double read = MeasureMemory(context, 0.3).read;
  const double floor = static_cast<double>(length * sequences * 2 * kv_heads * dim) *
                       (type == KvType::kQ8_0  ? 34.0 / 32
                        : type == KvType::kF16 ? 2
                                               : 4);
  std::printf(
      "paged decode %s %-4s %2ld sequences of %4ld heads %2d/%2d dim %3d  %8.3f ms %5.1f GB/s, "
      "%3.0f %% of %4.1f; storing a token %6.2f us\n",
      sizeof(T) == 2 ? "bf16" : "fp32", KvTypeName(type), sequences, length, heads, kv_heads, dim,
      seconds * 1e3, floor / seconds * 1e-9, 100 * floor / seconds / read, read * 1e-9,
      store * 1e6 / static_cast<double>(length * sequences));
}

/// A prompt over the cache beside Attention, which reads q, k, v where they lie.
template <class T>
void BenchPagedPrompt(const Context& context, KvType type, int64_t length, int heads, int kv_heads,
                      int dim) {
  KvLayer layer{.type = type, .kv_heads = kv_heads, .head_dim = dim};
  layer.block_stride = kv_heads * layer.layout().bytes;
  std::vector<int32_t> table;
  for (; layer.blocks * kKvBlockTokens < length; ++layer.blocks) {
    table.push_back(static_cast<int32_t>(layer.blocks));
  }
  Buffer<uint8_t> memory(layer.blocks * layer.block_stride);
  layer.data = memory.data();
  const int64_t row = (heads + 2 * kv_heads) * dim, k = heads * dim, v = k + kv_heads * dim;
  const std::vector<T> qkv = Uniform<T>(length * row);
  std::vector<T> out(length * heads * dim);
  const AttentionShape plain{.q_len = length,
                             .kv_len = length,
                             .heads = heads,
                             .kv_heads = kv_heads,
                             .head_dim = dim,
                             .q_stride = row,
                             .kv_stride = row,
                             .out_stride = heads * dim};
  const PagedSegment segment{0, length, 0, table, false};
  const double paged = Seconds([&] {
    StoreKeysValues<T>(context, layer, std::span(&segment, 1), &qkv[k], &qkv[v], row);
    PagedAttention<T>(context, {heads, row, heads * dim}, layer, std::span(&segment, 1), qkv.data(),
                      out.data());
  });
  const double direct = Seconds(
      [&] { Attention<T>(context, plain, qkv.data(), &qkv[k], &qkv[v], out.data(), nullptr); });
  std::printf(
      "paged prompt %s %-4s of %4ld heads %2d/%2d dim %3d  %8.3f ms, stored too; "
      "unpaged %8.3f ms\n",
      sizeof(T) == 2 ? "bf16" : "fp32", KvTypeName(type), length, heads, kv_heads, dim, paged * 1e3,
      direct * 1e3);
}

template <class E>
void BenchProduct(const char* name, const AttentionOps<E>& ops) {
  const std::vector<E> a = Uniform<E>(48 * 64), b = Uniform<E>(64 * 64);
  std::vector<float> c(48 * 64);
  const double seconds = Seconds([&] {
    for (int i = 0; i < 100; ++i)
      ops.product({48, 64, 64, a.data(), 64, b.data(), 64, c.data(), 64, false});
  });
  std::printf("block product %s, one thread: %.0f GFLOP/s\n", name,
              100 * 2.0 * 48 * 64 * 64 / seconds * 1e-9);
}

void Report(const char* name, double seconds, double bytes) {
  std::printf("%-24s %8.3f ms %6.1f GB/s\n", name, seconds * 1e3, bytes / seconds * 1e-9);
}

template <class T>
void BenchRows(const Context& context, int64_t rows, int64_t dim, int64_t hidden, int64_t vocab) {
  const double n = static_cast<double>(rows * dim), t = sizeof(T);
  std::vector<float> x = Uniform<float>(rows * dim), gain(dim, 1.0f), inverse(rows), dx(rows * dim);
  std::vector<T> y(rows * dim);
  Report("norm", Seconds([&] {
           RmsNorm(context, rows, dim, 1e-5f, x.data(), gain.data(), y.data(), inverse.data());
         }),
         n * (4 + t));
  Report("norm backward", Seconds([&] {
           RmsNormBackward(context, rows, dim, x.data(), gain.data(), inverse.data(), y.data(),
                           dx.data(), gain.data());
         }),
         n * (12 + t));
  const RopeTable table = MakeRopeTable(512, 64, 1e4);
  std::vector<int32_t> positions(rows);
  for (int64_t r = 0; r < rows; ++r) positions[r] = static_cast<int32_t>(r % 512);
  Report("rope", Seconds([&] {
           Rope(context, table, positions, static_cast<int>(dim / 64), y.data(), dim, false);
         }),
         n * 2 * t);
  std::vector<T> gate_up = Uniform<T>(rows * 2 * hidden), out = Uniform<T>(rows * hidden),
                 dg(gate_up.size());
  const double m = static_cast<double>(rows * hidden) * t;
  Report("swiglu", Seconds([&] { SwiGlu(context, rows, hidden, gate_up.data(), out.data()); }),
         3 * m);
  Report("swiglu backward", Seconds([&] {
           SwiGluBackward(context, rows, hidden, gate_up.data(), out.data(), dg.data(), out.data());
         }),
         6 * m);
  std::vector<float> logits = Uniform<float>(rows / 8 * vocab), loss(rows);
  std::vector<T> dlogits(logits.size());
  std::vector<int32_t> targets(rows);
  for (int64_t r = 0; r < rows; ++r) targets[r] = static_cast<int32_t>(r * 7919 % vocab);
  Report("cross-entropy", Seconds([&] {
           CrossEntropy(context, rows / 8, vocab, logits.data(), targets.data(), 1.0f, loss.data(),
                        dlogits.data());
         }),
         static_cast<double>(logits.size()) * (4 + t));
  std::vector<float> embedding(vocab * dim);
  Report("embedding", Seconds([&] {
           Embedding(context, rows, dim, embedding.data(), targets.data(), x.data());
         }),
         n * 8);
  Report("embedding backward", Seconds([&] {
           EmbeddingBackward(context, rows, dim, x.data(), targets.data(), embedding.data());
         }),
         n * 12);
}

void BenchUpdate(const Context& context, int64_t n) {
  std::vector<float> g = Uniform<float>(n), p(n), m(n), v(n);
  Report("adamw", Seconds([&] {
           AdamW(context, {.learning_rate = 1e-3f}, n, g.data(), p.data(), m.data(), v.data());
         }),
         static_cast<double>(n) * 28);
  Report("add", Seconds([&] { Add(context, n, g.data(), p.data()); }), static_cast<double>(n) * 12);
}

}  // namespace
}  // namespace cria::kernels

int main(int argc, char** argv) {
  using namespace cria::kernels;
  const cria::Context context(argc > 1 ? std::atoi(argv[1]) : 0);
  std::printf("%s, %s, %d threads\n", cria::CpuModel().c_str(), cria::IsaName(cria::DetectIsa()),
              context.threads());
  for (const cria::KvType type : {cria::KvType::kF16, cria::KvType::kQ8_0, cria::KvType::kF32}) {
    BenchPaged<cria::BF16>(context, type, 1, 2048, 32, 32, 128);
    BenchPaged<cria::BF16>(context, type, 16, 512, 32, 32, 128);
    BenchPaged<cria::BF16>(context, type, 1, 2048, 32, 8, 128);
    BenchPaged<cria::BF16>(context, type, 16, 512, 32, 4, 64);
    BenchPagedPrompt<cria::BF16>(context, type, 512, 32, 32, 128);
    BenchPagedPrompt<cria::BF16>(context, type, 512, 32, 4, 64);
  }
  if (argc > 2) return 0;
  if (const auto* ops = Bf16AttentionOps()) BenchProduct("bf16", *ops);
  BenchProduct("fp32", FloatAttentionOps());
  BenchAttention<cria::BF16>(context, 8, 512, 12, 12, 64);
  BenchAttention<cria::BF16>(context, 8, 256, 6, 6, 48);
  BenchAttention<cria::BF16>(context, 2, 512, 6, 6, 128);
  BenchAttention<cria::BF16>(context, 8, 512, 12, 4, 64);
  BenchAttention<float>(context, 8, 512, 12, 12, 64);
  BenchRows<cria::BF16>(context, 4096, 768, 2048, 32000);
  BenchUpdate(context, 20'000'000);
}
