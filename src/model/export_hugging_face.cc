// A folder that transformers opens.
#include <cstring>

#include "base/error.h"
#include "base/staged_folder.h"
#include "model/export_tensor.h"
#include "store/llama_names.h"
#include "store/safetensors.h"
#include "tokenizer/hugging_face.h"

namespace cria {
namespace {

constexpr int64_t kUsualShardBytes = 5'000'000'000;  // transformers' default

// Meta's neighbours (2i, 2i + 1) become transformers' halves (i, i + half), head by head; `row`
// bytes each.
std::vector<uint8_t> Permute(const std::vector<uint8_t>& bytes, int64_t row, int head_dim) {
  const int64_t rows = static_cast<int64_t>(bytes.size()) / row, half = head_dim / 2;
  std::vector<uint8_t> to(bytes.size());
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t head = r / head_dim * head_dim, within = r % head_dim;
    const int64_t target = head + within % 2 * half + within / 2;
    std::memcpy(to.data() + target * row, bytes.data() + r * row, static_cast<size_t>(row));
  }
  return to;
}

const char* TorchName(DType type) {
  return type == DType::kF16 ? "float16" : type == DType::kBF16 ? "bfloat16" : "float32";
}

Json Config(const ModelConfig& c, DType type, const tokenizer::Tokenizer* tokenizer) {
  Json json = {{"architectures", {"LlamaForCausalLM"}},
               {"attention_bias", false},
               {"bos_token_id", tokenizer == nullptr ? 1 : tokenizer->bos_id()},
               {"eos_token_id", tokenizer == nullptr ? 2 : tokenizer->eos_id()},
               {"head_dim", c.head_dim},
               {"hidden_act", "silu"},
               {"hidden_size", c.dim},
               {"initializer_range", 0.02},
               {"intermediate_size", c.hidden_dim},
               {"max_position_embeddings", c.max_seq_len},
               {"mlp_bias", false},
               {"model_type", "llama"},
               {"num_attention_heads", c.n_heads},
               {"num_hidden_layers", c.n_layers},
               {"num_key_value_heads", c.n_kv_heads},
               {"rms_norm_eps", c.norm_eps},
               {"rope_scaling", RopeScalingToJson(c.rope_scaling)},
               {"rope_theta", c.rope_theta},
               {"tie_word_embeddings", c.tied_embeddings},
               {"torch_dtype", TorchName(type)},
               {"use_cache", true},
               {"vocab_size", c.vocab_size}};
  if (!json["rope_scaling"].is_null())
    json["rope_scaling"]["rope_type"] = json["rope_scaling"]["type"];
  for (const char* key : {"bos_token_id", "eos_token_id"}) {
    if (json[key] == -1) json[key] = nullptr;
  }
  return json;
}

// One template as text, several as a list of names and texts.
Json ChatTemplates(const std::vector<tokenizer::NamedTemplate>& templates) {
  if (templates.size() == 1) return templates[0].text;
  Json list = Json::array();
  for (const auto& [name, text] : templates) list.push_back({{"name", name}, {"template", text}});
  return list;
}

// All that generation stops at: one id, or a list.
Json EndIds(const Json& config, const tokenizer::Tokenizer* tokenizer) {
  Json ends = Json::array();
  if (tokenizer != nullptr) {
    for (const int32_t id : tokenizer->end_ids()) {
      if (id != tokenizer->bos_id()) ends.push_back(id);
    }
  }
  return ends.size() > 1 ? ends : config["eos_token_id"];
}

void WriteTokenizer(const fs::path& folder, const tokenizer::Tokenizer& tokenizer,
                    int64_t max_seq_len) {
  const bool byte_level = tokenizer.vocabulary().byte_level.has_value();
  if (!byte_level) WriteFile(folder / "tokenizer.model", tokenizer.SentencePieceBytes());
  WriteFile(folder / "tokenizer.json", std::string(tokenizer.file_name()) == "tokenizer.json"
                                           ? tokenizer.bytes()
                                           : SerializeHuggingFace(tokenizer.vocabulary()));
  Json special = Json::object();
  for (const char* name : {"bos_token", "eos_token", "unk_token", "pad_token"}) {
    const std::string text = tokenizer.NamedToken(name);
    if (!text.empty()) special[name] = text;
  }
  WriteJson(folder / "special_tokens_map.json", special);
  Json config = special;
  config["add_bos_token"] = tokenizer.bos_id() >= 0;
  const auto& templates = tokenizer.vocabulary().templates;
  if (!templates.empty()) config["chat_template"] = ChatTemplates(templates);
  config["add_eos_token"] = false;
  config["clean_up_tokenization_spaces"] = false;
  config["model_max_length"] = max_seq_len;
  config["tokenizer_class"] = byte_level ? "PreTrainedTokenizerFast" : "LlamaTokenizer";
  if (!byte_level) config["legacy"] = true;
  WriteJson(folder / "tokenizer_config.json", config);
}

std::vector<store::OutputTensor> Tensors(const Context& context, const ModelFiles& model,
                                         const ExportOptions& options) {
  std::vector<store::OutputTensor> tensors;
  for (const ParameterSpec& spec : ListParameters(model.config)) {
    const store::NamedTensor& stored = StoredTensor(model, spec);
    const DType type = ScalarTypeOf(stored, options);
    const bool permuted = spec.name.ends_with(".wq.weight") || spec.name.ends_with(".wk.weight");
    const int head_dim = model.config.head_dim;
    const auto name = store::TranslateName(spec.name, store::NamingStyle::kMeta,
                                           store::NamingStyle::kHuggingFace);
    CRIA_CHECK(name.has_value(), "{}", spec.name);
    if (!permuted) {
      tensors.push_back(StreamedTensor(context, model, stored, *name, {type, {}}, options));
      continue;
    }
    tensors.push_back(
        {*name, type, spec.shape,
         [&context, &model, &options, &stored, type, head_dim](const store::ByteSink& sink) {
           const int64_t row_bytes = StoredBytes(type, stored.shape[1]);
           StreamRows(context, model, stored, {type, {}}, {.granule = head_dim}, options.progress,
                      [&](const std::vector<uint8_t>& bytes) {
                        sink(Permute(bytes, row_bytes, head_dim));
                      });
         }});
  }
  return tensors;
}

// Cuts the list into files of about equal size.
std::vector<std::vector<store::OutputTensor>> Distribute(std::vector<store::OutputTensor> tensors,
                                                         int shards) {
  int64_t total = 0;
  for (const store::OutputTensor& tensor : tensors) total += tensor.bytes();
  if (shards <= 0) shards = static_cast<int>((total + kUsualShardBytes - 1) / kUsualShardBytes);
  shards = std::clamp(shards, 1, static_cast<int>(tensors.size()));
  std::vector<std::vector<store::OutputTensor>> files(static_cast<size_t>(shards));
  int64_t written = 0;
  size_t file = 0, left = tensors.size();
  for (store::OutputTensor& tensor : tensors) {
    const bool full = written >= total / shards * static_cast<int64_t>(file + 1);
    const bool must = left <= files.size() - 1 - file;  // none may stay empty
    if (file + 1 < files.size() && !files[file].empty() && (full || must)) ++file;
    written += tensor.bytes();
    --left;
    files[file].push_back(std::move(tensor));
  }
  return files;
}

void RequireFiles(int shards, size_t tensors) {
  if (shards <= static_cast<int64_t>(tensors)) return;
  throw Error(fmt::format("{} tensors do not fill {} files", tensors, shards), "--shards",
              "ask for no more files than tensors");
}

void WriteWeights(const fs::path& folder, std::vector<store::OutputTensor> tensors, int shards) {
  const auto files = Distribute(std::move(tensors), shards);
  Json index = {{"metadata", {{"total_size", 0}}}, {"weight_map", Json::object()}};
  int64_t total = 0;
  for (size_t i = 0; i < files.size(); ++i) {
    const std::string name =
        files.size() == 1 ? std::string("model.safetensors")
                          : fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, files.size());
    store::WriteSafetensors(folder / name, files[i], {{"format", "pt"}});
    for (const store::OutputTensor& tensor : files[i]) {
      index["weight_map"][tensor.name] = name;
      total += tensor.bytes();
    }
  }
  index["metadata"]["total_size"] = total;
  if (files.size() > 1) WriteJson(folder / "model.safetensors.index.json", index);
}

}  // namespace

void ExportHuggingFace(const Context& context, const ModelFiles& model,
                       const tokenizer::Tokenizer* tokenizer, const fs::path& out,
                       const ExportOptions& options) {
  StagedFolder folder(out, options.force, [](const std::string& name) {
    return name.ends_with(".safetensors") || name.ends_with(".index.json") ||
           name.starts_with("tokenizer") || name == "config.json" ||
           name == "generation_config.json" || name == "special_tokens_map.json" ||
           name == "added_tokens.json" || name == "chat_template.jinja";
  });
  std::vector<store::OutputTensor> tensors = Tensors(context, model, options);
  const DType type = tensors.front().type;
  RequireFiles(options.shards, tensors.size());
  WriteWeights(folder.path(), std::move(tensors), options.shards);
  const Json config = Config(model.config, type, tokenizer);
  WriteJson(folder.path() / "config.json", config);
  WriteJson(
      folder.path() / "generation_config.json",
      {{"bos_token_id", config["bos_token_id"]}, {"eos_token_id", EndIds(config, tokenizer)}});
  if (tokenizer != nullptr) WriteTokenizer(folder.path(), *tokenizer, model.config.max_seq_len);
  folder.Commit();
}

}  // namespace cria
