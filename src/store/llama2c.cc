// The header's sizes, then tensors at computed offsets, all bounds checked.
#include "store/llama2c.h"

#include <cstring>

#include "base/error.h"

namespace cria::store {
namespace {

constexpr uint32_t kMagic = 0x616b3432;  // "ak42", export versions 1 and 2
constexpr int64_t kV1HeaderBytes = 256;
constexpr const char* kRemedy =
    "the file is cut short or not a llama2.c checkpoint; fetch it again";

struct Header {
  int version = 0;
  int64_t dim, hidden, layers, heads, kv_heads, vocab, seq_len;
  bool shared_output;
  int64_t data_offset;  // bytes
  int64_t head_dim() const { return dim / heads; }
};

// Sizes above these do not occur and would overflow the products below.
bool Plausible(const Header& h) {
  constexpr int64_t kMax = int64_t{1} << 20;
  for (const int64_t n : {h.dim, h.hidden, h.layers, h.heads, h.kv_heads, h.vocab, h.seq_len}) {
    if (n <= 0 || n > kMax) return false;
  }
  return h.layers <= 4096 && h.dim % h.heads == 0 && h.heads % h.kv_heads == 0;
}

std::optional<Header> ParseHeader(std::span<const uint8_t> bytes) {
  if (bytes.size() < 28) return std::nullopt;
  uint32_t magic;
  std::memcpy(&magic, bytes.data(), 4);
  const bool versioned = magic == kMagic;
  if (versioned && bytes.size() < static_cast<size_t>(kV1HeaderBytes)) return std::nullopt;
  int32_t words[9];
  std::memcpy(words, bytes.data(), versioned ? 36 : 28);
  const int32_t* sizes = versioned ? words + 2 : words;
  Header h;
  h.version = versioned ? words[1] : 0;
  h.dim = sizes[0];
  h.hidden = sizes[1];
  h.layers = sizes[2];
  h.heads = sizes[3];
  h.kv_heads = sizes[4];
  h.vocab = std::abs(static_cast<int64_t>(sizes[5]));
  h.seq_len = sizes[6];
  h.shared_output = versioned ? bytes[36] != 0 : sizes[5] > 0;
  h.data_offset = versioned ? kV1HeaderBytes : 28;
  if (!Plausible(h)) return std::nullopt;
  return h;
}

// Consecutive fp32 tensors of a mapped file; also counts, with no bytes given.
struct Cursor {
  std::span<const uint8_t> bytes;
  std::string where;
  TensorSet* set = nullptr;
  int64_t offset = 0;

  void Skip(int64_t floats) { offset += 4 * floats; }
  void Take(const std::string& name, const Shape& shape) {
    const int64_t size = 4 * ElementCount(shape);
    if (set != nullptr) {
      set->Add(ContiguousTensor(name, DType::kF32, shape, bytes.subspan(offset, size), where));
    }
    offset += size;
  }
  void TakeLayers(const Header& h, const std::string& name, const Shape& shape) {
    for (int64_t i = 0; i < h.layers; ++i) Take(fmt::format("layers.{}.{}", i, name), shape);
  }
};

void TakeAttention(const Header& h, Cursor* c) {
  const int64_t kv = h.kv_heads * h.head_dim();
  c->TakeLayers(h, "attention.wq.weight", {h.dim, h.dim});
  c->TakeLayers(h, "attention.wk.weight", {kv, h.dim});
  c->TakeLayers(h, "attention.wv.weight", {kv, h.dim});
  c->TakeLayers(h, "attention.wo.weight", {h.dim, h.dim});
}

void TakeFeedForward(const Header& h, Cursor* c) {
  c->TakeLayers(h, "feed_forward.w1.weight", {h.hidden, h.dim});
  c->TakeLayers(h, "feed_forward.w2.weight", {h.dim, h.hidden});
  c->TakeLayers(h, "feed_forward.w3.weight", {h.hidden, h.dim});
}

// Order of the tensors: export.py legacy_export (0) and version1_export (1).
void TakeAll(const Header& h, Cursor* c) {
  c->offset = h.data_offset;
  if (h.version == 1) {
    c->TakeLayers(h, "attention_norm.weight", {h.dim});
    c->TakeLayers(h, "ffn_norm.weight", {h.dim});
    c->Take("norm.weight", {h.dim});
    c->Take("tok_embeddings.weight", {h.vocab, h.dim});
    TakeAttention(h, c);
    TakeFeedForward(h, c);
  } else {
    c->Take("tok_embeddings.weight", {h.vocab, h.dim});
    c->TakeLayers(h, "attention_norm.weight", {h.dim});
    TakeAttention(h, c);
    c->TakeLayers(h, "ffn_norm.weight", {h.dim});
    TakeFeedForward(h, c);
    c->Take("norm.weight", {h.dim});
    c->Skip(h.seq_len * h.head_dim());  // cosine and sine tables, computed anew here
  }
  if (!h.shared_output) c->Take("output.weight", {h.vocab, h.dim});
}

int64_t ExpectedBytes(const Header& h) {
  Cursor counter;
  TakeAll(h, &counter);
  return counter.offset;
}

}  // namespace

bool IsLlama2c(const fs::path& path) {
  const MappedFile file(path);
  uint32_t magic = 0;
  if (file.bytes().size() >= 4) std::memcpy(&magic, file.bytes().data(), 4);
  if (magic == kMagic) return true;
  const auto header = ParseHeader(file.bytes());
  return header && ExpectedBytes(*header) == static_cast<int64_t>(file.bytes().size());
}

TensorSet OpenLlama2c(const fs::path& path) {
  MappedFile file(path);
  const std::string where = path.string();
  const auto header = ParseHeader(file.bytes());
  if (!header) throw Error("not a llama2.c checkpoint", where, kRemedy);
  if (header->version != 0 && header->version != 1) {
    throw Error(fmt::format("llama2.c export version {} is not supported", header->version), where,
                "export it again with --version 0 or 1 (fp32)");
  }
  const int64_t expected = ExpectedBytes(*header);
  if (expected != static_cast<int64_t>(file.bytes().size())) {
    throw Error(fmt::format("{} bytes where its header asks for {}", file.bytes().size(), expected),
                where, kRemedy);
  }
  TensorSet set;
  set.set_where(where);
  Cursor cursor{file.bytes(), where, &set};
  TakeAll(*header, &cursor);
  // run.c fixes epsilon at 1e-5 and theta at 10000; the header has neither.
  set.set_metadata({{"dim", header->dim},
                    {"hidden_dim", header->hidden},
                    {"n_layers", header->layers},
                    {"n_heads", header->heads},
                    {"n_kv_heads", header->kv_heads},
                    {"vocab_size", header->vocab},
                    {"max_seq_len", header->seq_len},
                    {"norm_eps", 1e-5}});
  set.Keep(std::move(file));
  return set;
}

}  // namespace cria::store
