// Times every operation of the annex at the sizes of a 1.1B and a 7B model, as a share of what the
// GPU's memory and matrix units reach: where a step's time goes. Numbers are random or zero where
// they do not matter for the time.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "kernels/convert.h"
#include "kernels/cross_entropy.h"
#include "kernels/cuda/ceiling.h"
#include "kernels/cuda/device.h"
#include "kernels/cuda/device_pages.h"
#include "kernels/cuda/operations.h"
#include "kernels/embedding.h"
#include "kernels/norm.h"
#include "kernels/swiglu.h"

namespace cria::kernels {
namespace {

struct Shape {
  const char* name;
  int64_t dim, hidden, vocab;
  int heads, kv_heads, head_dim;
};
constexpr Shape kShapes[] = {{"1.1B", 2048, 5632, 32000, 32, 4, 64},
                             {"7B", 4096, 11008, 32000, 32, 32, 128}};

class Bench {
 public:
  explicit Bench(const Context& context)
      : context_(context),
        device_(cuda::CudaDevice::Of(context)),
        bytes_per_s_(MeasureMemory(context).copy),
        flops_(MeasureProductCeiling(context)) {
    fmt::print("{}: copy {:.0f} GB/s, product {:.0f} TFLOP/s\n", device_.name(), bytes_per_s_ / 1e9,
               flops_ / 1e12);
    fmt::print("{:<34}{:>9}{:>9}{:>7}{:>9}{:>7}\n", "", "us", "GB/s", "share", "TFLOP/s", "share");
  }

  template <class T>
  Buffer<T> Values(int64_t n, float scale = 1) {
    constexpr int64_t kChunk = int64_t{1} << 18;
    RandomStream random(1, RandomPurpose::kTest, ++stream_);
    std::vector<T> chunk(static_cast<size_t>(std::min(n, kChunk)));
    for (T& value : chunk) value = FromFloat<T>(scale * static_cast<float>(random.NextNormal()));
    Buffer<T> values(n, &device_);
    for (int64_t at = 0; at < n; at += kChunk) {
      device_.Upload(values.data() + at, chunk.data(),
                     std::min(n - at, kChunk) * static_cast<int64_t>(sizeof(T)));
    }
    return values;
  }
  Buffer<int32_t> Ids(int64_t n, const std::function<int32_t(int64_t)>& f) {
    std::vector<int32_t> ids(static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) ids[static_cast<size_t>(i)] = f(i);
    Buffer<int32_t> there(n, &device_);
    device_.Upload(there.data(), ids.data(), n * 4);
    return there;
  }

  // `bytes` and `flop` are those that the operation must move and do. Graphs hide the launches.
  void Time(const std::string& name, double bytes, double flop, const std::function<void()>& f) {
    constexpr int kRounds = 7;
    try {
      f();
      const int repeats = static_cast<int>(std::clamp(2.0 / (device_.Time(f) + 1e-3), 1.0, 100.0));
      std::vector<double> us;
      for (int round = 0; round < kRounds; ++round) {
        us.push_back(1e3 / repeats * device_.Time([&] {
          for (int i = 0; i < repeats; ++i) f();
        }));
      }
      std::sort(us.begin(), us.end());
      const double median = us[kRounds / 2], seconds = median * 1e-6;
      fmt::print("{:<34}{:>9.1f}{:>9.0f}{:>7.2f}{:>9.1f}{:>7.2f}\n", name, median,
                 bytes / seconds / 1e9, bytes / seconds / bytes_per_s_, flop / seconds / 1e12,
                 flop / seconds / flops_);
    } catch (const Error& error) {
      fmt::print("{:<34} {}\n", name, error.what());
    }
    std::fflush(stdout);
  }

  const Context& context_;
  cuda::CudaDevice& device_;

 private:
  double bytes_per_s_, flops_;
  uint64_t stream_ = 0;
};

void Training(Bench* bench, const Shape& s, int64_t rows, int64_t seq) {
  const Context& context = bench->context_;
  Accelerator* const device = context.accelerator();
  const int64_t n = rows * seq;
  const auto N = static_cast<double>(n), dim = static_cast<double>(s.dim);
  fmt::print("{}: {} x {} tokens\n", s.name, rows, seq);
  const auto x = bench->Values<float>(n * s.dim), gain = bench->Values<float>(s.dim);
  auto rms = bench->Values<float>(n), dx = bench->Values<float>(n * s.dim);
  auto y = bench->Values<BF16>(n * s.dim), dy = bench->Values<BF16>(n * s.dim);
  auto dgain = bench->Values<float>(s.dim);
  bench->Time("RmsNorm", N * dim * 6, 0, [&] {
    RmsNorm(context, n, s.dim, 1e-5f, x.data(), gain.data(), y.data(), rms.data());
  });
  bench->Time("RmsNormBackward", N * dim * 14, 0, [&] {
    RmsNormBackward(context, n, s.dim, x.data(), gain.data(), rms.data(), dy.data(), dx.data(),
                    dgain.data());
  });
  bench->Time("Convert", N * dim * 6, 0, [&] { Convert(context, n * s.dim, x.data(), y.data()); });
  bench->Time("copy of the residual stream", N * dim * 8, 0,
              [&] { device->Copy(dx.data(), x.data(), n * s.dim * 4); });
  {
    auto gate_up = bench->Values<BF16>(n * 2 * s.hidden), out = bench->Values<BF16>(n * s.hidden);
    const double bytes = N * static_cast<double>(s.hidden) * 2;
    bench->Time("SwiGlu", 3 * bytes, 0,
                [&] { SwiGlu(context, n, s.hidden, gate_up.data(), out.data()); });
    bench->Time("SwiGluBackward", 6 * bytes, 0, [&] {
      SwiGluBackward(context, n, s.hidden, gate_up.data(), out.data(), gate_up.data(), out.data());
    });
  }
  const int64_t q = int64_t{s.heads} * s.head_dim, kv = int64_t{s.kv_heads} * s.head_dim;
  auto qkv = bench->Values<BF16>(n * (q + 2 * kv)), d_qkv = bench->Values<BF16>(n * (q + 2 * kv));
  const auto positions = bench->Ids(n, [&](int64_t i) { return static_cast<int32_t>(i % seq); });
  const RopeTable table = MakeRopeTable(seq, s.head_dim, 10000, {}, device);
  bench->Time("Rope", N * static_cast<double>(q + kv) * 4, 0, [&] {
    Rope(context, table, positions.span(), s.heads + s.kv_heads, qkv.data(), q + 2 * kv, false);
  });
  {
    auto out = bench->Values<BF16>(n * q);
    const auto dout = bench->Values<BF16>(n * q);
    auto lse = bench->Values<float>(n * s.heads);
    const AttentionShape shape{rows,       seq,        seq,        s.heads, s.kv_heads,
                               s.head_dim, q + 2 * kv, q + 2 * kv, q};
    // Half of all pairs are masked.
    const double flop = 4.0 * N * static_cast<double>(seq) / 2 * static_cast<double>(q);
    const BF16 *k = qkv.data() + q, *v = k + kv;
    bench->Time("Attention", 0, flop,
                [&] { Attention(context, shape, qkv.data(), k, v, out.data(), lse.data()); });
    BF16 *dk = d_qkv.data() + q, *dv = dk + kv;
    bench->Time("AttentionBackward (2.5 x)", 0, 2.5 * flop, [&] {
      AttentionBackward(context, shape, qkv.data(), k, v, out.data(), lse.data(), dout.data(),
                        d_qkv.data(), dk, dv);
    });
  }
  {
    constexpr int64_t kRows = 4096;
    const auto logits = bench->Values<float>(kRows * s.vocab);
    auto dlogits = bench->Values<BF16>(kRows * s.vocab);
    auto loss = bench->Values<float>(kRows);
    const auto targets =
        bench->Ids(kRows, [&](int64_t i) { return static_cast<int32_t>(i * 7919 % s.vocab); });
    bench->Time("CrossEntropy, 4096 rows", kRows * static_cast<double>(s.vocab) * 6, 0, [&] {
      CrossEntropy(context, kRows, s.vocab, logits.data(), targets.data(), 1.0f, loss.data(),
                   dlogits.data());
    });
  }
  {
    auto rows_of = bench->Values<float>(s.vocab * s.dim);
    const auto ids =
        bench->Ids(n, [&](int64_t i) { return static_cast<int32_t>(i * i % 7919 % s.vocab); });
    bench->Time("Embedding", N * dim * 8, 0,
                [&] { Embedding(context, n, s.dim, rows_of.data(), ids.data(), dx.data()); });
    bench->Time("EmbeddingBackward", N * dim * 4, 0, [&] {
      EmbeddingBackward(context, n, s.dim, dx.data(), ids.data(), rows_of.data());
    });
  }
  const struct {
    const char* name;
    int64_t out, in;
  } products[] = {{"qkv", q + 2 * kv, s.dim},
                  {"wo", s.dim, q},
                  {"w13", 2 * s.hidden, s.dim},
                  {"w2", s.dim, s.hidden},
                  {"head", s.vocab, s.dim}};
  for (const auto& p : products) {
    const int64_t m = std::min<int64_t>(n, p.out == s.vocab ? 4096 : n);
    const auto in = bench->Values<BF16>(m * p.in), out = bench->Values<BF16>(m * p.out);
    auto result = bench->Values<BF16>(m * std::max(p.in, p.out));
    auto sums = bench->Values<float>(std::max(m * p.out, p.in * p.out));
    const auto w = bench->Values<BF16>(p.out * p.in);
    PackedMatrix<BF16> forward;
    forward.k = p.in, forward.n = p.out, forward.plain = w.data();
    forward.k_stride = 1, forward.n_stride = p.in;
    const PackedMatrix<BF16> backward = forward.Transposed();
    const double flop = 2.0 * static_cast<double>(m) * static_cast<double>(p.out * p.in);
    const std::string name = p.name;
    bench->Time(name + " x W^T, bf16", 0, flop,
                [&] { Matmul(context, m, in.data(), p.in, forward, result.data(), p.out); });
    bench->Time(name + " += x W^T, fp32", 0, flop,
                [&] { Matmul(context, m, in.data(), p.in, forward, sums.data(), p.out, true); });
    bench->Time(name + " dy W", 0, flop,
                [&] { Matmul(context, m, out.data(), p.out, backward, result.data(), p.in); });
    bench->Time(name + " dW", 0, flop, [&] {
      MatmulTransposedA(context, p.out, p.in, m, out.data(), p.out, in.data(), p.in, sums.data(),
                        p.in);
    });
  }
}

void Update(Bench* bench) {
  constexpr int64_t n = int64_t{1} << 28;
  auto g = bench->Values<float>(n), p = bench->Values<float>(n), m = bench->Values<float>(n),
       v = Buffer<float>(n, bench->context_.accelerator());
  auto packed = Buffer<BF16>(n, bench->context_.accelerator());
  const double bytes = static_cast<double>(n);
  bench->Time("AdamW", 28 * bytes, 0, [&] {
    AdamW(bench->context_, {.learning_rate = 1e-4f}, n, g.data(), p.data(), m.data(), v.data());
  });
  bench->Time("weights rounded", 6 * bytes, 0,
              [&] { Convert(bench->context_, n, p.data(), packed.data()); });
  bench->Time("Add", 12 * bytes, 0, [&] { Add(bench->context_, n, g.data(), p.data()); });
  const SumRange all{0, n};
  double sum = 0;
  bench->Time("SumsOfSquares", 4 * bytes, 0, [&] {
    SumsOfSquares(bench->context_, g.data(), {&all, 1}, {&sum, 1});
  });
}

void Inference(Bench* bench, const Shape& s) {
  const Context& context = bench->context_;
  Accelerator* const device = context.accelerator();
  fmt::print("{}: products of few rows, the weights of 8 layers in turn\n", s.name);
  constexpr int64_t kCopies = 8;
  const int64_t q = int64_t{s.heads} * s.head_dim;
  const std::pair<int64_t, int64_t> products[] = {
      {s.dim, q}, {2 * s.hidden, s.dim}, {s.dim, s.hidden}, {s.vocab, s.dim}};
  const auto x = bench->Values<BF16>(64 * std::max(s.hidden, s.dim));
  auto y = bench->Values<float>(64 * std::max(s.vocab, 2 * s.hidden));
  for (const auto& [out, in] : products) {
    const auto w = bench->Values<BF16>(kCopies * out * in, 0.02f);
    for (const int64_t m : {1, 4, 8, 64}) {
      int64_t turn = 0;
      bench->Time(fmt::format("bf16 [{}, {}], {} rows", out, in, m),
                  2.0 * static_cast<double>(out * in), 2.0 * static_cast<double>(m * out * in),
                  [&] {
                    PackedMatrix<BF16> matrix;
                    matrix.k = in, matrix.n = out;
                    matrix.plain = w.data() + turn++ % kCopies * out * in;
                    matrix.k_stride = 1, matrix.n_stride = in;
                    Matmul(context, m, x.data(), in, matrix, y.data(), out);
                  });
    }
    for (const DType type : {DType::kQ4_0, DType::kQ8_0, DType::kQ4_K, DType::kQ6_K}) {
      if (in % BlockElements(type) != 0) continue;
      const int64_t bytes = StoredBytes(type, out * in);
      const auto blocks = Buffer<uint8_t>(kCopies * bytes + 256, device);
      for (const int64_t m : {1, 8, 64}) {
        int64_t turn = 0;
        bench->Time(
            fmt::format("{} [{}, {}], {} rows", DTypeName(type), out, in, m),
            static_cast<double>(bytes), 2.0 * static_cast<double>(m * out * in), [&] {
              const BlockMatrix part{type, blocks.data() + turn++ % kCopies * bytes, out, in};
              cuda::BlockMatmul(context, m, x.data(), in, {&part, 1}, y.data(), out, false);
            });
      }
    }
  }
  const int64_t kv = int64_t{s.kv_heads} * s.head_dim;
  for (const auto& [sequences, tokens] :
       {std::pair<int64_t, int64_t>{1, 512}, {1, 2048}, {64, 512}, {64, 2048}}) {
    const int64_t each = tokens / kKvBlockTokens;
    const KvHeadLayout layout = LayOutKvHead(KvType::kF16, s.head_dim);
    Buffer<uint8_t> cache(sequences * each * s.kv_heads * layout.bytes, device);
    const KvLayer layer{KvType::kF16,     s.kv_heads,   s.head_dim,
                        sequences * each, cache.data(), s.kv_heads * layout.bytes};
    std::vector<std::vector<int32_t>> blocks(static_cast<size_t>(sequences));
    std::vector<PagedSegment> decode;
    for (int64_t i = 0; i < sequences; ++i) {
      for (int64_t b = 0; b < each; ++b) {
        blocks[static_cast<size_t>(i)].push_back(static_cast<int32_t>(i * each + b));
      }
      decode.push_back({i, 1, tokens - 1, blocks[static_cast<size_t>(i)], true});
    }
    DevicePages pages;
    pages.Set(context, decode);
    const auto rows = bench->Values<BF16>(std::max(sequences, tokens) * (q + 2 * kv));
    Buffer<BF16> out(std::max(sequences, tokens) * q, device);
    const PagedShape shape{s.heads, q + 2 * kv, q};
    bench->Time(fmt::format("decode attention {} x {}", sequences, tokens),
                static_cast<double>(sequences * tokens * kv * 4), 0, [&] {
                  PagedAttention(context, shape, layer, PagedRows(decode, &pages), rows.data(),
                                 out.data());
                });
    bench->Time("  keys and values stored", static_cast<double>(sequences * kv * 8), 0, [&] {
      StoreKeysValues(context, layer, PagedRows(decode, &pages), rows.data() + q,
                      rows.data() + q + kv, q + 2 * kv);
    });
    if (sequences > 1) continue;
    const PagedSegment prompt{0, tokens, 0, blocks[0], false};
    pages.Set(context, {&prompt, 1});
    bench->Time(fmt::format("prefill attention {}", tokens), 0,
                2.0 * static_cast<double>(tokens * tokens * q), [&] {
                  PagedAttention(context, shape, layer, PagedRows({&prompt, 1}, &pages),
                                 rows.data(), out.data());
                });
  }
}

}  // namespace

int Main(int argc, char** argv) {
  const Context context(0, nullptr, cuda::OpenDevice(0));
  Bench bench(context);
  const bool quick = argc > 1 && std::strcmp(argv[1], "quick") == 0;
  for (const Shape& shape : kShapes) {
    if (!quick || &shape == kShapes) Training(&bench, shape, shape.dim > 2048 ? 4 : 8, 2048);
    Inference(&bench, shape);
  }
  Update(&bench);
  return 0;
}

}  // namespace cria::kernels

int main(int argc, char** argv) {
  try {
    return cria::kernels::Main(argc, argv);
  } catch (const cria::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
