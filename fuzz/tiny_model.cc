// Zeros in the right shapes, written by the project's own writers.
#include "tiny_model.h"

#include <unistd.h>

#include <fstream>

#include "model/parameters.h"
#include "store/checkpoint.h"
#include "store/gguf.h"
#include "store/llama_names.h"
#include "store/safetensors.h"
#include "store/torch_file.h"
#include "tokenizer/gguf_vocabulary.h"

namespace cria::fuzz {
namespace {

ModelConfig TinyConfig(int64_t vocab_size) {
  ModelConfig c;
  c.dim = 8;
  c.n_layers = 1;
  c.n_heads = 2;
  c.n_kv_heads = 1;
  c.head_dim = 4;
  c.hidden_dim = 16;
  c.vocab_size = vocab_size;
  c.max_seq_len = 32;
  return c;
}

std::vector<store::OutputTensor> TinyTensors(const ModelConfig& config, store::NamingStyle style,
                                             DType type, const std::string& prefix = "") {
  std::vector<store::OutputTensor> tensors;
  for (const ParameterSpec& spec : ListParameters(config)) {
    const bool norm = spec.role == ParameterRole::kNorm && style == store::NamingStyle::kGguf;
    const DType own = norm ? DType::kF32 : type;
    const auto bytes = static_cast<size_t>(StoredBytes(own, spec.elements()));
    tensors.push_back(store::WholeTensor(
        prefix + *store::TranslateName(spec.name, store::NamingStyle::kMeta, style), own,
        spec.shape, [bytes] { return std::vector<uint8_t>(bytes); }));
  }
  return tensors;
}

void WriteHuggingFace(const fs::path& folder) {
  const auto all = TinyTensors(TinyConfig(4), store::NamingStyle::kHuggingFace, DType::kBF16);
  const size_t half = all.size() / 2;
  store::WriteSafetensors(folder / "a.safetensors", {all.begin(), all.begin() + half});
  store::WriteSafetensors(folder / "b.safetensors", {all.begin() + half, all.end()});
  store::WriteSafetensors(folder / "model.safetensors", all);
  Json index = {{"metadata", {{"total_size", 0}}}, {"weight_map", Json::object()}};
  for (size_t i = 0; i < all.size(); ++i) {
    index["weight_map"][all[i].name] = i < half ? "a.safetensors" : "b.safetensors";
  }
  WriteJson(folder / "model.safetensors.index.json", index);
  WriteJson(folder / "config.json", {{"model_type", "llama"},
                                     {"hidden_size", 8},
                                     {"num_hidden_layers", 1},
                                     {"num_attention_heads", 2},
                                     {"num_key_value_heads", 1},
                                     {"rms_norm_eps", 1e-5}});
}

}  // namespace

TinyFolder::TinyFolder(Kind kind)
    : path_(fs::temp_directory_path() /
            fmt::format("cria_fuzz_{}_{}", ::getpid(), static_cast<int>(kind))) {
  fs::remove_all(path_);
  if (kind == kCria) {
    store::CheckpointWriter writer(path_);
    const ModelConfig config = TinyConfig(4);
    for (auto& tensor : TinyTensors(config, store::NamingStyle::kMeta, DType::kF32, "weights/")) {
      writer.AddStreamed(std::move(tensor));
    }
    writer.AddFile("tokenizer.model", "x");
    writer.Commit(Context(1), ConfigToJson(config), {{"step", 1}});
    return;
  }
  fs::create_directories(path_);
  if (kind == kHuggingFace) {
    WriteHuggingFace(path_);
    return;
  }
  store::WriteTorchFile(path_ / "consolidated.00.pth",
                        TinyTensors(TinyConfig(4), store::NamingStyle::kMeta, DType::kF16));
  WriteJson(path_ / "params.json", {{"dim", 8},
                                    {"n_layers", 1},
                                    {"n_heads", 2},
                                    {"n_kv_heads", 1},
                                    {"norm_eps", 1e-5},
                                    {"vocab_size", 4}});
}

TinyFolder::~TinyFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void TinyFolder::Put(std::string_view name, std::string_view bytes) const {
  std::ofstream(path_ / name, std::ios::binary | std::ios::trunc) << bytes;
}

void TinyFolder::Remove(std::string_view name) const { fs::remove(path_ / name); }

void WriteTinyGguf(const fs::path& path) {
  Json values = {{"general.architecture", "llama"},
                 {"llama.context_length", 32u},
                 {"llama.embedding_length", 8u},
                 {"llama.block_count", 1u},
                 {"llama.attention.head_count", 2u},
                 {"llama.attention.head_count_kv", 1u},
                 {"llama.attention.layer_norm_rms_epsilon", 1e-5},
                 {"llama.rope.freq_base", 10000.0},
                 {"some.words", {"a", "b"}}};
  store::WriteGguf(path, values,
                   TinyTensors(TinyConfig(4), store::NamingStyle::kGguf, DType::kF16));
}

std::string TinyLlama2c() {
  const ModelConfig c = TinyConfig(4);
  const int32_t header[] = {8, 16, 1, 2, 1, 4, 32};  // a shared head
  std::string bytes(reinterpret_cast<const char*>(header), sizeof header);
  const int64_t floats = ParameterCount(c) - 4 * 8 + 32 * 4;  // the rotary tables
  return bytes + std::string(static_cast<size_t>(4 * floats), '\0');
}

Json TinyGgufVocabulary(bool byte_level) {
  tokenizer::Vocabulary vocabulary;
  vocabulary.model = tokenizer::LlamaModelProto();
  Json values = Json::object();
  if (!byte_level) {
    vocabulary.model = tokenizer::ParseModelProto(TinyTokenizerModel(), "tiny");
    WriteGgufVocabulary(vocabulary, &values);
    return values;
  }
  values = {{"tokenizer.ggml.model", "gpt2"},
            {"tokenizer.ggml.pre", "llama-bpe"},
            {"tokenizer.ggml.tokens", Json::array()},
            {"tokenizer.ggml.merges", {"a b"}}};
  for (const char* alphabet : {"!", "a", "b", "ab", "\xC4\xA0"}) {
    values["tokenizer.ggml.tokens"].push_back(alphabet);
  }
  return values;
}

std::string TinyTokenizerModel() {
  tokenizer::ModelProto model = tokenizer::LlamaModelProto();
  using enum tokenizer::PieceType;
  model.pieces = {{"<unk>", 0, kUnknown}, {"<s>", 0, kControl}, {"</s>", 0, kControl}};
  for (int byte = 0; byte < 256; ++byte) {
    model.pieces.push_back({fmt::format("<0x{:02X}>", byte), 0, kByte});
  }
  model.pieces.push_back({"a", -1, kNormal});
  model.pieces.push_back({"aa", 0, kNormal});
  return SerializeModelProto(model);
}

}  // namespace cria::fuzz
