// Packing of all matrices, several of one input side by side.
#include "model/weights.h"

#include <algorithm>

#include "base/cpu.h"
#include "base/error.h"
#include "kernels/embedding.h"
#include "kernels/rows.h"
#include "tensor/transfer.h"

namespace cria {
namespace {

int64_t QkvRows(const ModelConfig& c) { return int64_t{c.n_heads + 2 * c.n_kv_heads} * c.head_dim; }

}  // namespace

LayerOffsets::LayerOffsets(const ModelConfig& c)
    : attention_norm(0),
      wqkv(c.dim),
      wo(wqkv + QkvRows(c) * c.dim),
      ffn_norm(wo + c.dim * c.n_heads * c.head_dim),
      w13(ffn_norm + c.dim),
      w2(w13 + 2 * c.hidden_dim * c.dim) {}

template <class T>
void LinearWeight<T>::Pack(const Context& context, const float* from, int64_t out, int64_t in,
                           PackFor passes) {
  if (passes.forward) kernels::Pack(context, from, in, out, 1, in, &forward);
  if (!passes.backward) return;
  if (context.accelerator() != nullptr) {  // the same memory serves both ways
    if (forward.plain == nullptr || !passes.forward) {
      kernels::Pack(context, from, in, out, 1, in, &forward);
    }
    backward = forward.Transposed();
  } else {
    kernels::Pack(context, from, out, in, in, 1, &backward);
  }
}

template <class T>
void LlamaWeights<T>::Reserve(const Context& context, const ModelConfig& c) {
  layers.resize(static_cast<size_t>(c.n_layers));
  const int64_t gains = (2 * int64_t{c.n_layers} + 1) * c.dim;
  if (small.size() != gains) small = Buffer<float>(gains, context.accelerator());
}

template <class T>
void LlamaWeights<T>::SetGroup(const Context& context, const ModelConfig& c, int group,
                               const float* values, PackFor passes) {
  Reserve(context, c);
  if (group == 0) {
    SetEmbedding(context, c, values, passes);
  } else if (group <= c.n_layers) {
    SetLayer(context, c, group - 1, values, passes);
  } else {
    float* const gain = small.data() + 2 * c.n_layers * c.dim;
    kernels::CopyRows(context, 1, c.dim, values, gain);
    norm = gain;
    if (!c.tied_embeddings) {
      output.Pack(context, values + c.dim, c.vocab_size, c.dim, passes);
    }
  }
}

template <class T>
void LlamaWeights<T>::SetEmbedding(const Context& context, const ModelConfig& c,
                                   const float* values, PackFor passes) {
  if (embedding.size() != c.vocab_size * c.dim) {
    embedding = Buffer<float>(c.vocab_size * c.dim, context.accelerator());
  }
  kernels::CopyRows(context, c.vocab_size, c.dim, values, embedding.data());
  if (c.tied_embeddings) output.Pack(context, values, c.vocab_size, c.dim, passes);
}

template <class T>
void LlamaWeights<T>::SetLayer(const Context& context, const ModelConfig& c, int l,
                               const float* values, PackFor passes) {
  const LayerOffsets at(c);
  LayerWeights<T>& layer = layers[static_cast<size_t>(l)];
  float* const gains = small.data() + 2 * l * c.dim;
  kernels::CopyRows(context, 1, c.dim, values + at.attention_norm, gains);
  kernels::CopyRows(context, 1, c.dim, values + at.ffn_norm, gains + c.dim);
  layer.attention_norm = gains;
  layer.ffn_norm = gains + c.dim;
  layer.wqkv.Pack(context, values + at.wqkv, QkvRows(c), c.dim, passes);
  layer.wo.Pack(context, values + at.wo, c.dim, int64_t{c.n_heads} * c.head_dim, passes);
  layer.w13.Pack(context, values + at.w13, 2 * c.hidden_dim, c.dim, passes);
  layer.w2.Pack(context, values + at.w2, c.dim, c.hidden_dim, passes);
}

namespace {

/// Matrices of equally long rows one below the other, as floats: straight from the file where rows
/// lie in order there, through memory where they do not.
class StackedRows {
 public:
  StackedRows(const Context& context, std::span<const store::NamedTensor* const> tensors) {
    for (const store::NamedTensor* tensor : tensors) {
      Part part{tensor->shape[0], tensor->shape[1], store::ContiguousView(*tensor), {}};
      if (!part.view) {
        part.floats = Buffer<float>(tensor->elements());
        store::ReadAsFloat(context, *tensor, part.floats.span());
      }
      parts_.push_back(std::move(part));
    }
  }

  void Read(int64_t first, int64_t count, float* to) const {
    for (const Part& part : parts_) {
      const int64_t n = std::min(count, part.rows - first);
      if (n > 0) {
        part.Read(first, n, to);
        to += n * part.columns;
        count -= n;
        first += n;
      }
      first -= part.rows;
    }
  }

 private:
  struct Part {
    int64_t rows, columns;
    std::optional<TensorView> view;
    Buffer<float> floats;

    void Read(int64_t first, int64_t n, float* to) const {
      if (!view) {
        std::copy_n(floats.data() + first * columns, n * columns, to);
        return;
      }
      const uint8_t* from = view->bytes.data() + first * StoredBytes(view->type, columns);
      ConvertToFloat(view->type, from, n * columns, to);
    }
  };
  std::vector<Part> parts_;
};

// To the accelerator's memory, each part as it is stored.
template <class T>
void MoveBlocks(const Context& context, LinearWeight<T>* linear) {
  constexpr int64_t kAlignment = 256;
  std::vector<int64_t> places = {0};
  const auto bytes_of = [](const kernels::BlockMatrix& part) {
    return StoredBytes(part.type, part.n * part.k);
  };
  for (const kernels::BlockMatrix& part : linear->blocks) {
    places.push_back((places.back() + bytes_of(part) + kAlignment - 1) / kAlignment * kAlignment);
  }
  linear->packed_blocks = Buffer<uint8_t>(places.back(), context.accelerator());
  for (size_t i = 0; i < linear->blocks.size(); ++i) {
    kernels::BlockMatrix& part = linear->blocks[i];
    uint8_t* const to = linear->packed_blocks.data() + places[i];
    context.accelerator()->Upload(to, part.data, bytes_of(part));
    part.data = to;
  }
}

template <class T>
void LoadLinear(const Context& context, const ModelFiles& files,
                std::initializer_list<const char*> names, const std::string& prefix,
                LinearWeight<T>* linear) {
  std::vector<const store::NamedTensor*> tensors;
  int64_t out = 0, in = 0;
  bool quantized = true;
  for (const char* name : names) {
    const store::NamedTensor& tensor = files.Tensor(prefix + name);
    tensors.push_back(&tensor);
    out += tensor.shape[0];
    in = tensor.shape[1];
    quantized = quantized && IsQuantized(tensor.type) && store::ContiguousView(tensor);
  }
  if (quantized) {
    for (const store::NamedTensor* tensor : tensors) {
      const TensorView view = *store::ContiguousView(*tensor);
      linear->blocks.push_back({view.type, view.bytes.data(), tensor->shape[0], in});
    }
    if (context.accelerator() != nullptr) MoveBlocks(context, linear);
    return;
  }
  const StackedRows rows(context, tensors);
  kernels::PackRows<T>(
      context, in, out,
      [&](int64_t first, int64_t count, float* to) { rows.Read(first, count, to); },
      &linear->forward);
}

}  // namespace

template <class T>
void LoadMatrices(const Context& context, const ModelFiles& files, int l, LayerWeights<T>* to) {
  const std::string prefix = "layers." + std::to_string(l) + ".";
  LoadLinear(context, files, {"attention.wq.weight", "attention.wk.weight", "attention.wv.weight"},
             prefix, &to->wqkv);
  LoadLinear(context, files, {"attention.wo.weight"}, prefix, &to->wo);
  LoadLinear(context, files, {"feed_forward.w1.weight", "feed_forward.w3.weight"}, prefix,
             &to->w13);
  LoadLinear(context, files, {"feed_forward.w2.weight"}, prefix, &to->w2);
}

template <class T>
void LlamaWeights<T>::Load(const Context& context, const ModelFiles& files) {
  files.VerifySmall(context);
  const ModelConfig& c = files.config;
  Reserve(context, c);
  float* gain = small.data();
  std::vector<float> read(static_cast<size_t>(c.dim));
  const auto load_gain = [&](const std::string& name) {
    store::ReadAsFloat(context, files.Tensor(name), read);
    PutIn<float>(context, read, gain);
    gain += c.dim;
    return gain - c.dim;
  };
  for (int l = 0; l < c.n_layers; ++l) {
    const std::string prefix = "layers." + std::to_string(l) + ".";
    LayerWeights<T>& layer = layers[static_cast<size_t>(l)];
    layer.attention_norm = load_gain(prefix + "attention_norm.weight");
    layer.ffn_norm = load_gain(prefix + "ffn_norm.weight");
    LoadMatrices(context, files, l, &layer);
  }
  norm = load_gain("norm.weight");
  const char* const kEmbedding = "tok_embeddings.weight";
  LoadLinear(context, files, {c.tied_embeddings ? kEmbedding : "output.weight"}, "", &output);
  const auto pack_later = [&](LinearWeight<T>* linear) {
    if (!linear->blocks.empty() && context.accelerator() == nullptr) to_pack_.push_back(linear);
  };
  for (LayerWeights<T>& layer : layers) {
    for (LinearWeight<T>* linear : {&layer.wqkv, &layer.wo, &layer.w13, &layer.w2}) {
      pack_later(linear);
    }
  }
  pack_later(&output);
  const store::NamedTensor& table = files.Tensor(kEmbedding);
  if (context.accelerator() == nullptr) stored_embedding = store::ContiguousView(table);
  if (!stored_embedding) {
    Buffer<float> values(table.elements());
    store::ReadAsFloat(context, table, values.span());
    if (context.accelerator() == nullptr) {
      embedding = std::move(values);
    } else {
      embedding = Buffer<float>(table.elements(), context.accelerator());
      PutIn<float>(context, values.span(), embedding.data());
    }
  }
}

namespace {

// Copies every part into one buffer, part behind part. Returns its bytes.
template <class T>
int64_t PackStacked(const Context& context, LinearWeight<T>* linear) {
  int64_t bytes = 0;
  for (const kernels::BlockMatrix& part : linear->blocks) bytes += kernels::PackedBlockBytes(part);
  linear->packed_blocks = Buffer<uint8_t>(bytes);
  uint8_t* to = linear->packed_blocks.data();
  for (kernels::BlockMatrix& part : linear->blocks) {
    kernels::PackBlocks(context, part, to);
    part.packed = to;
    to += kernels::PackedBlockBytes(part);
  }
  return bytes;
}

}  // namespace

template <class T>
void LlamaWeights<T>::PackSome(const Context& context, const ModelFiles& files) {
  constexpr int64_t kCalls = 8;
  if (next_to_pack_ == to_pack_.size()) return;
  if (next_to_pack_ == 0) {
    // Beside the copy, the caches and activations need room.
    const int64_t bytes = files.stored_bytes();
    if (bytes + bytes / 4 > AvailableMemoryBytes()) next_to_pack_ = to_pack_.size();
  }
  int64_t left = files.stored_bytes() / kCalls;
  for (; next_to_pack_ < to_pack_.size() && left > 0; ++next_to_pack_) {
    LinearWeight<T>* linear = to_pack_[next_to_pack_];
    left -= PackStacked(context, linear);
    for (const kernels::BlockMatrix& part : linear->blocks) {
      const int64_t bytes = StoredBytes(part.type, part.n * part.k);
      files.tensors.LetGo({part.data, static_cast<size_t>(bytes)});
    }
  }
}

template <class T>
void LlamaWeights<T>::Embed(const Context& context, int64_t dim, std::span<const int32_t> tokens,
                            float* x) const {
  const int64_t n = static_cast<int64_t>(tokens.size());
  if (!stored_embedding) {
    return kernels::Embedding(context, n, dim, embedding.data(), tokens.data(), x);
  }
  const DType type = stored_embedding->type;
  const int64_t row_bytes = StoredBytes(type, dim);
  for (int64_t i = 0; i < n; ++i) {
    ConvertToFloat(type, stored_embedding->bytes.data() + tokens[i] * row_bytes, dim, x + i * dim);
  }
}

template void LoadMatrices<float>(const Context&, const ModelFiles&, int, LayerWeights<float>*);
template void LoadMatrices<BF16>(const Context&, const ModelFiles&, int, LayerWeights<BF16>*);
template struct LinearWeight<float>;
template struct LinearWeight<BF16>;
template struct LlamaWeights<float>;
template struct LlamaWeights<BF16>;

}  // namespace cria
