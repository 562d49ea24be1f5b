// oneDNN products of one shape, with plain and with prepacked weights, on operands of fixed values.
#include "kernels/onednn.h"

#include <omp.h>

#include <dnnl.hpp>
#include <unordered_map>

#include "tensor/buffer.h"
#include "tensor/dtype.h"

namespace cria::kernels {
namespace {

using Memory = dnnl::memory;
using Tag = Memory::format_tag;

/// An operand whose bytes our own buffer holds, on huge pages like the operands of our kernels.
struct Operand {
  Buffer<uint8_t> bytes;
  Memory memory;

  Operand(const Memory::desc& desc, const dnnl::engine& engine)
      : bytes(static_cast<int64_t>(desc.get_size())), memory(desc, engine, bytes.data()) {}
};

void Fill(Operand* operand, bool bf16) {
  const int64_t n = operand->bytes.size() / (bf16 ? 2 : 4);
  for (int64_t i = 0; i < n; ++i) {
    const float x = static_cast<float>(i * 2654435761u % 1024) / 512 - 1;
    if (bf16) {
      reinterpret_cast<BF16*>(operand->bytes.data())[i] = BF16(x);
    } else {
      reinterpret_cast<float*>(operand->bytes.data())[i] = x;
    }
  }
}

}  // namespace

struct OneDnnProduct::State {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::unique_ptr<Operand> a, b, c;
  dnnl::matmul product;
  std::unordered_map<int, Memory> arguments;
  int threads = 1;
};

std::unique_ptr<OneDnnProduct> OneDnnProduct::Make(const Setup& setup) {
  try {
    return std::unique_ptr<OneDnnProduct>(new OneDnnProduct(setup));
  } catch (const dnnl::error& error) {
    if (error.status != dnnl_unimplemented) throw;
    return nullptr;
  }
}

OneDnnProduct::OneDnnProduct(const Setup& setup) : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.threads = setup.threads;
  omp_set_num_threads(setup.threads);
  const auto type = setup.bf16 ? Memory::data_type::bf16 : Memory::data_type::f32;
  const bool half = setup.bf16 && setup.bf16_result && !setup.transposed_a;
  const Memory::desc a({setup.m, setup.k}, type, setup.transposed_a ? Tag::ba : Tag::ab);
  const Memory::desc b({setup.k, setup.n}, type, setup.transposed_a ? Tag::ab : Tag::ba);
  const Memory::desc any({setup.k, setup.n}, type, Tag::any);
  const Memory::desc c({setup.m, setup.n}, half ? type : Memory::data_type::f32, Tag::ab);
  const dnnl::matmul::primitive_desc description(
      dnnl::matmul::desc(a, setup.prepacked ? any : b, c), s.engine);
  s.product = dnnl::matmul(description);
  s.a = std::make_unique<Operand>(a, s.engine);
  s.b = std::make_unique<Operand>(b, s.engine);
  s.c = std::make_unique<Operand>(c, s.engine);
  Fill(s.a.get(), setup.bf16);
  Fill(s.b.get(), setup.bf16);
  if (description.weights_desc() != b) {
    auto packed = std::make_unique<Operand>(description.weights_desc(), s.engine);
    dnnl::reorder(s.b->memory, packed->memory).execute(s.stream, s.b->memory, packed->memory);
    s.stream.wait();
    s.b = std::move(packed);
  }
  s.arguments = {
      {DNNL_ARG_SRC, s.a->memory}, {DNNL_ARG_WEIGHTS, s.b->memory}, {DNNL_ARG_DST, s.c->memory}};
}

OneDnnProduct::~OneDnnProduct() = default;

void OneDnnProduct::Run() {
  omp_set_num_threads(state_->threads);
  state_->product.execute(state_->stream, state_->arguments);
  state_->stream.wait();
}

}  // namespace cria::kernels
