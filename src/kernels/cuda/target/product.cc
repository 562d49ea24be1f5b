// Products by cuBLASLt. It counts columns first: our C [m, n] row by row is its C^T [n, m], so it
// is asked for C^T = B^T A^T.
#include "kernels/cuda/product.h"

#include <cublasLt.h>
#include <cuda_runtime.h>
#include <fmt/format.h>

#include <map>
#include <memory>
#include <tuple>

#include "base/error.h"
#include "kernels/cuda/target/runtime.h"

namespace cria::kernels::cuda {
namespace {

constexpr int64_t kWorkspaceBytes = int64_t{64} << 20;
constexpr uint64_t kWidestLoad = 16;  // bytes

void Check(cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw Error(fmt::format("cuBLASLt: {} ({})", cublasLtGetStatusString(status), what),
              "--device cuda", "check that the libraries fit the driver (nvidia-smi)");
}

cudaDataType_t TypeOf(DType type) { return type == DType::kBF16 ? CUDA_R_16BF : CUDA_R_32F; }

// One kind of product with the algorithm the library found for it.
class Plan {
 public:
  Plan(cublasLtHandle_t handle, const Product& p) {
    Check(cublasLtMatmulDescCreate(&operation_, CUBLAS_COMPUTE_32F, CUDA_R_32F), "a product");
    const cublasOperation_t first = p.b.transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    const cublasOperation_t second = p.a.transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    Set(CUBLASLT_MATMUL_DESC_TRANSA, first);
    Set(CUBLASLT_MATMUL_DESC_TRANSB, second);
    Layout(&b_, p.operands, p.b.transposed ? p.k : p.n, p.b.transposed ? p.n : p.k, p.b.stride);
    Layout(&a_, p.operands, p.a.transposed ? p.m : p.k, p.a.transposed ? p.k : p.m, p.a.stride);
    Layout(&c_, p.result, p.n, p.m, p.c_stride);
    Choose(handle, p);
  }
  ~Plan() {
    for (cublasLtMatrixLayout_t layout : {a_, b_, c_}) cublasLtMatrixLayoutDestroy(layout);
    cublasLtMatmulDescDestroy(operation_);
  }
  Plan(const Plan&) = delete;

  void Run(cublasLtHandle_t handle, CudaDevice* device, const Product& p) const {
    const float alpha = 1, beta = p.accumulate || p.d != nullptr ? 1 : 0;
    const void* const added = p.d != nullptr ? p.d : p.c;
    void* workspace = device->Scratch<uint8_t>(CudaDevice::kProducts, kWorkspaceBytes);
    Check(cublasLtMatmul(handle, operation_, &alpha, p.b.data, b_, p.a.data, a_, &beta, added, c_,
                         p.c, c_, &algorithm_, workspace, kWorkspaceBytes,
                         static_cast<cudaStream_t>(device->stream())),
          "a product");
  }

 private:
  void Set(cublasLtMatmulDescAttributes_t attribute, cublasOperation_t value) {
    Check(cublasLtMatmulDescSetAttribute(operation_, attribute, &value, sizeof(value)),
          "a product");
  }
  static void Layout(cublasLtMatrixLayout_t* layout, DType type, int64_t rows, int64_t columns,
                     int64_t stride) {
    Check(cublasLtMatrixLayoutCreate(layout, TypeOf(type), static_cast<uint64_t>(rows),
                                     static_cast<uint64_t>(columns), stride),
          "a matrix");
  }
  // Up to what the widest loads want: which algorithm is chosen, and so the bits, must not depend
  // on where in memory a matrix happens to lie beyond that.
  static uint32_t Alignment(const void* data, int64_t stride, DType type) {
    const auto bytes = static_cast<uint64_t>(stride) * (type == DType::kBF16 ? 2 : 4);
    const uint64_t both = reinterpret_cast<uint64_t>(data) | bytes | kWidestLoad;
    return static_cast<uint32_t>(both & (~both + 1));
  }

  // Sums split over blocks are only added in a fixed order, by way of the workspace.
  void Choose(cublasLtHandle_t handle, const Product& p) {
    cublasLtMatmulPreference_t preference = nullptr;
    Check(cublasLtMatmulPreferenceCreate(&preference), "a preference");
    const auto set = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
      Check(cublasLtMatmulPreferenceSetAttribute(preference, attribute, &value, sizeof(value)),
            "a preference");
    };
    set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, static_cast<uint64_t>(kWorkspaceBytes));
    set(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
        static_cast<uint32_t>(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE));
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, Alignment(p.b.data, p.b.stride, p.operands));
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, Alignment(p.a.data, p.a.stride, p.operands));
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES,
        Alignment(p.d != nullptr ? p.d : p.c, p.c_stride, p.result));
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, Alignment(p.c, p.c_stride, p.result));
    cublasLtMatmulHeuristicResult_t result = {};
    int found = 0;
    const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(handle, operation_, b_, a_, c_, c_,
                                                                 preference, 1, &result, &found);
    cublasLtMatmulPreferenceDestroy(preference);
    Check(status, "choosing an algorithm");
    if (found == 0) {
      throw Error(fmt::format("cuBLASLt has no product [{}, {}] x [{}, {}]", p.m, p.k, p.k, p.n),
                  "--device cuda", "take --precision f32, or --device cpu");
    }
    algorithm_ = result.algo;
  }

  cublasLtMatmulDesc_t operation_ = nullptr;
  cublasLtMatrixLayout_t a_ = nullptr, b_ = nullptr, c_ = nullptr;
  cublasLtMatmulAlgo_t algorithm_ = {};
};

// What makes two products of one kind.
auto KindOf(const Product& p) {
  const auto odd = [](const void* data) { return reinterpret_cast<uint64_t>(data) % kWidestLoad; };
  return std::tuple(p.m, p.n, p.k, p.operands, p.result, p.a.stride, p.a.transposed, p.b.stride,
                    p.b.transposed, p.c_stride, odd(p.a.data), odd(p.b.data), odd(p.c), odd(p.d));
}

}  // namespace

// Prompts come in many lengths; what was chosen for long-gone ones is let go of.
class ProductPlans {
 public:
  ProductPlans() { Check(cublasLtCreate(&handle_), "starting"); }
  ~ProductPlans() {
    plans_.clear();
    cublasLtDestroy(handle_);
  }
  ProductPlans(const ProductPlans&) = delete;

  void Run(CudaDevice* device, const Product& p) {
    constexpr size_t kMost = 4096;
    if (plans_.size() > kMost) plans_.clear();
    std::unique_ptr<Plan>& plan = plans_[KindOf(p)];
    if (!plan) plan = std::make_unique<Plan>(handle_, p);
    plan->Run(handle_, device, p);
  }

 private:
  cublasLtHandle_t handle_ = nullptr;
  std::map<decltype(KindOf(Product())), std::unique_ptr<Plan>> plans_;
};

void DeleteProductPlans::operator()(ProductPlans* plans) const { delete plans; }

void RunProduct(CudaDevice* device, const Product& p) {
  auto& plans = device->state().products;
  if (!plans) plans.reset(new ProductPlans);
  plans->Run(device, p);
}

}  // namespace cria::kernels::cuda
