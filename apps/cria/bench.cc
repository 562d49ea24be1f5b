// cria bench: what this machine reaches, and what cria reaches of it.
#include <algorithm>
#include <iostream>

#include "base/cpu.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/units.h"
#include "command.h"
#include "kernels/ceiling.h"
#include "kernels/cuda/ceiling.h"

namespace cria::app {
namespace {

using kernels::ProductShape;
using kernels::ProductSpeed;

struct MachineFlags : CommonFlags {
  double seconds = 0.5;
};

// The products of models of dim 288 (with small and paper vocabularies) and 768, at the tokens of a
// training step.
constexpr ProductShape kShapes[] = {
    {8192, 288, 288}, {8192, 864, 288},  {8192, 1536, 288}, {8192, 288, 768},  {8192, 4096, 288},
    {4096, 768, 768}, {4096, 2304, 768}, {4096, 4096, 768}, {4096, 768, 2048}, {4096, 32000, 768},
};

struct TypeReport {
  DType type;
  double peak = 0, ceiling = 0;
  std::vector<ProductSpeed> products;
};

TypeReport MeasureType(const Context& context, DType type, double seconds) {
  TypeReport report{.type = type, .products = {}};
  report.peak = kernels::MeasureRegisterPeak(context, type);
  for (ProductShape shape : kShapes) {
    ThrowIfInterrupted();
    if (type == DType::kF32) shape.m /= 4;  // as much time as the bf16 product
    report.products.push_back(kernels::MeasureProduct(context, type, shape, seconds));
    report.ceiling = std::max(report.ceiling, report.products.back().best());
  }
  return report;
}

void PrintTable(const TypeReport& report, int threads) {
  constexpr double kGiga = 1e9;
  fmt::print(
      "\n{}: register-only peak {:.0f} GFLOP/s per core, {:.0f} on {} threads; best product "
      "{:.0f} ({:.0f} % of it)\n",
      DTypeName(report.type), report.peak / threads / kGiga, report.peak / kGiga, threads,
      report.ceiling / kGiga, 100 * report.ceiling / report.peak);
  fmt::print("{:>7}{:>7}{:>7} | {:>9}{:>7}{:>9}{:>7} | {:>9}{:>7}{:>9}{:>7}\n", "tokens", "in",
             "out", "y = x W^T", "share", "oneDNN", "ratio", "dW", "share", "oneDNN", "ratio");
  const auto ratio = [](double ours, double peer) {
    return peer > 0 ? fmt::format("{:.2f}", ours / peer) : std::string("-");
  };
  for (const ProductSpeed& p : report.products) {
    fmt::print("{:>7}{:>7}{:>7} | {:>9.0f}{:>7.2f}{:>9.0f}{:>7} | {:>9.0f}{:>7.2f}{:>9.0f}{:>7}\n",
               p.shape.m, p.shape.k, p.shape.n, p.forward / kGiga, p.forward / report.peak,
               p.peer_forward / kGiga, ratio(p.forward, p.peer_forward), p.gradient / kGiga,
               p.gradient / report.peak, p.peer_gradient / kGiga,
               ratio(p.gradient, p.peer_gradient));
  }
}

Json ToJson(const TypeReport& report) {
  Json products = Json::array();
  for (const ProductSpeed& p : report.products) {
    products.push_back({{"tokens", p.shape.m},
                        {"in", p.shape.k},
                        {"out", p.shape.n},
                        {"forward_flops", p.forward},
                        {"forward_onednn_flops", p.peer_forward},
                        {"gradient_flops", p.gradient},
                        {"gradient_onednn_flops", p.peer_gradient}});
  }
  return {{"register_peak_flops", report.peak},
          {"best_product_flops", report.ceiling},
          {"products", std::move(products)}};
}

// The products of a layer of 1.1B and of 7B at the tokens of a training step, and a large square.
constexpr ProductShape kDeviceShapes[] = {
    {8192, 8192, 8192},  {16384, 2560, 2048}, {16384, 11264, 2048}, {16384, 2048, 5632},
    {8192, 12288, 4096}, {8192, 22016, 4096}, {8192, 4096, 11008},  {8192, 32000, 4096}};

void RunDevice(const MachineFlags& flags, const Context& context) {
  constexpr int kRounds = 10;
  constexpr double kTera = 1e12;
  const kernels::MemorySpeed memory = kernels::MeasureMemory(context);
  std::vector<ProductSpeed> products;
  for (const ProductShape& shape : kDeviceShapes) {
    ThrowIfInterrupted();
    products.push_back(kernels::cuda::MeasureProduct(context, shape, kRounds));
  }
  const Accelerator& device = *context.accelerator();
  const double ceiling = products.front().forward;
  if (flags.json) {
    Json rows = Json::array();
    for (const ProductSpeed& p : products) {
      rows.push_back({{"tokens", p.shape.m},
                      {"in", p.shape.k},
                      {"out", p.shape.n},
                      {"forward_flops", p.forward},
                      {"gradient_flops", p.gradient}});
    }
    std::cout << Json{{"device", device.name()},
                      {"memory_bytes", device.memory().total_bytes},
                      {"copy_bytes_per_s", memory.copy},
                      {"product_ceiling_flops", ceiling},
                      {"bf16", {{"products", rows}}}}
                     .dump(2)
              << "\n";
    return;
  }
  fmt::print("device           {}, {} memory\n", device.name(),
             FormatBytes(static_cast<double>(device.memory().total_bytes)));
  fmt::print("memory           copy {:.0f} GB/s (read + written)\n", memory.copy / 1e9);
  fmt::print("product ceiling  {:.0f} TFLOP/s, the first product below\n\n", ceiling / kTera);
  fmt::print("bf16 products of random values, TFLOP/s, median of {}\n", kRounds);
  fmt::print("{:>7}{:>7}{:>7} | {:>9}{:>7} | {:>9}{:>7}\n", "tokens", "in", "out", "y = x W^T",
             "share", "dW", "share");
  for (const ProductSpeed& p : products) {
    fmt::print("{:>7}{:>7}{:>7} | {:>9.0f}{:>7.2f} | {:>9.0f}{:>7.2f}\n", p.shape.m, p.shape.k,
               p.shape.n, p.forward / kTera, p.forward / ceiling, p.gradient / kTera,
               p.gradient / ceiling);
  }
}

void RunMachine(const MachineFlags& flags) {
  const Context context = flags.MakeContext();
  if (context.accelerator() != nullptr) return RunDevice(flags, context);
  const kernels::MemorySpeed memory = kernels::MeasureMemory(context);
  const TypeReport bf16 = MeasureType(context, DType::kBF16, flags.seconds);
  const TypeReport f32 = MeasureType(context, DType::kF32, flags.seconds);
  const double ceiling = std::max(bf16.ceiling, f32.ceiling);
  if (flags.json) {
    std::cout << Json{{"processor", CpuModel()},
                      {"isa", IsaName(DetectIsa())},
                      {"threads", context.threads()},
                      {"memory_bytes", TotalMemoryBytes()},
                      {"read_bytes_per_s", memory.read},
                      {"copy_bytes_per_s", memory.copy},
                      {"product_ceiling_flops", ceiling},
                      {"bf16", ToJson(bf16)},
                      {"f32", ToJson(f32)}}
                     .dump(2)
              << "\n";
    return;
  }
  fmt::print("processor        {} ({}), {} threads, {} memory\n", CpuModel(), IsaName(DetectIsa()),
             context.threads(), FormatBytes(static_cast<double>(TotalMemoryBytes())));
  fmt::print("memory           read {:.1f} GB/s, copy {:.1f} GB/s (read + written)\n",
             memory.read / 1e9, memory.copy / 1e9);
  fmt::print("product ceiling  {:.0f} GFLOP/s, the best product below\n", ceiling / 1e9);
  fmt::print(
      "\nGFLOP/s, best of repeated runs, ours and oneDNN's in turn; share of the register "
      "peak.\noneDNN: the better of plain and prepacked weights; its dW does not add to C, "
      "ours does.\n");
  PrintTable(bf16, context.threads());
  PrintTable(f32, context.threads());
}

}  // namespace

void AddBenchCommand(CLI::App* app) {
  CLI::App* bench = app->add_subcommand("bench", "Ratios against the machine's own ceiling");
  bench->require_subcommand(1);
  auto f = std::make_shared<MachineFlags>();
  CLI::App* machine =
      AddCommand(bench, "machine", "Peak, memory bandwidth and matrix products of this machine",
                 f.get(), [f] { RunMachine(*f); });
  AddDeviceFlag(machine, f.get());
  machine->add_option("--seconds", f->seconds, "Time per product (longer for long ones)")
      ->capture_default_str()
      ->check(Above0());
  AddBenchTrain(bench);
  AddBenchModel(bench);
  AddBenchInfer(bench);
  AddBenchBatch(bench);
  AddBenchCorpus(bench);
  AddBenchEval(bench);
}

}  // namespace cria::app
