// config.json to Meta's keys, names to Meta's names, rows of wq and wk to Meta's order.
#include "store/hugging_face.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/error.h"
#include "store/llama_names.h"
#include "store/safetensors.h"
#include "store/torch_file.h"

namespace cria::store {
namespace {

constexpr const char* kRemedy = "fetch the missing or damaged files of the model again";
constexpr const char* kQuantized =
    "cria reads F32, F16 and BF16 here; fetch the unquantised model, or one in GGUF";
constexpr const char* kNotLlama =
    "cria runs LLaMA and models of the same block: LLaMA 1 to 3.2, TinyLlama, SmolLM2, Mistral";

[[noreturn]] void Refuse(const std::string& what, const std::string& where) {
  throw Error(what, where, kNotLlama);
}

void RequireLlama(const Json& config, const std::string& where) {
  const std::string type = JsonGetOr<std::string>(config, "model_type", "llama", where);
  const auto names = JsonGetOr<std::vector<std::string>>(config, "architectures", {}, where);
  if (!config.contains("model_type") && !names.empty() && !names[0].starts_with("LlamaFor") &&
      !names[0].starts_with("LLaMAFor") && !names[0].starts_with("MistralFor")) {
    Refuse(fmt::format("architecture \"{}\" is not supported", names[0]), where);
  }
  if (type != "llama" && type != "mistral") {
    Refuse(fmt::format("model_type \"{}\" is not supported", type), where);
  }
  const std::string act = JsonGetOr<std::string>(config, "hidden_act", "silu", where);
  if (act != "silu" && act != "swish") {
    Refuse(fmt::format("activation \"{}\" is not supported", act), where);
  }
  for (const char* bias : {"attention_bias", "mlp_bias"}) {
    if (JsonGetOr(config, bias, false, where)) {
      Refuse(fmt::format("{}: biases are not supported", bias), where);
    }
  }
  for (const char* experts : {"num_local_experts", "num_experts"}) {
    if (JsonGetOr<int64_t>(config, experts, 0, where) > 1) {
      Refuse("a mixture of experts is not supported", where);
    }
  }
  const double rotated = JsonGetOr(config, "partial_rotary_factor", 1.0, where);
  if (rotated != 1)
    Refuse(fmt::format("rotary embedding of {} of a head is not supported", rotated), where);
  // GPTQ, AWQ, bitsandbytes, fp8, compressed-tensors and more.
  if (config.contains("quantization_config") && !config["quantization_config"].is_null()) {
    const auto method =
        JsonGetOr<std::string>(config["quantization_config"], "quant_method", "unnamed", where);
    throw Error(fmt::format("quantised weights of method \"{}\" are not supported", method), where,
                kQuantized);
  }
}

// {"type": "linear" | "llama3", ...} or null; other kinds are refused by name. Newer files keep
// rope_theta in the same object, named rope_parameters.
Json RopeScaling(const Json& config, const std::string& where) {
  const char* key = config.contains("rope_parameters") ? "rope_parameters" : "rope_scaling";
  if (!config.contains(key) || config[key].is_null()) return nullptr;
  const Json& rope = config[key];
  const std::string type = JsonGetOr<std::string>(
      rope, "rope_type", JsonGetOr<std::string>(rope, "type", "default", where), where);
  if (type == "default") return nullptr;
  if (type != "linear" && type != "llama3") {
    Refuse(fmt::format("rotary scaling \"{}\" is not supported", type), where);
  }
  Json scaling = {{"type", type}, {"factor", JsonGet<double>(rope, "factor", where)}};
  if (type == "llama3") {
    for (const char* name : {"low_freq_factor", "high_freq_factor"}) {
      scaling[name] = JsonGet<double>(rope, name, where);
    }
    scaling["original_max_position_embeddings"] =
        JsonGet<int64_t>(rope, "original_max_position_embeddings", where);
  }
  return scaling;
}

}  // namespace

Json HuggingFaceParams(const Json& config, const std::string& where) {
  RequireLlama(config, where);
  const auto heads = JsonGet<int64_t>(config, "num_attention_heads", where);
  const auto dim = JsonGet<int64_t>(config, "hidden_size", where);
  if (heads <= 0 || dim <= 0) throw Error("sizes must be positive", where, kRemedy);
  const double theta = config.contains("rope_parameters")
                           ? JsonGetOr(config["rope_parameters"], "rope_theta", 10000.0, where)
                           : JsonGetOr(config, "rope_theta", 10000.0, where);
  // Mistral's window is not built; up to its length it changes nothing.
  int64_t context = JsonGetOr<int64_t>(config, "max_position_embeddings", 2048, where);
  const int64_t window = JsonGetOr<int64_t>(config, "sliding_window", 0, where);
  Json notes = Json::array();
  if (window > 0 && window < context) {
    notes.push_back(fmt::format(
        "attention in a sliding window is not built: the context is held to the window, {} of {} "
        "tokens",
        window, context));
    context = window;
  }
  return {{"notes", notes},
          {"dim", dim},
          {"n_layers", JsonGet<int64_t>(config, "num_hidden_layers", where)},
          {"n_heads", heads},
          {"n_kv_heads", JsonGetOr(config, "num_key_value_heads", heads, where)},
          {"head_dim", JsonGetOr(config, "head_dim", dim / heads, where)},
          {"norm_eps", JsonGetOr(config, "rms_norm_eps", 1e-6, where)},
          {"rope_theta", theta},
          {"rope_scaling", RopeScaling(config, where)},
          {"max_seq_len", context},
          {"tied_embeddings", JsonGetOr(config, "tie_word_embeddings", false, where)}};
}

WeightFiles FindWeights(const fs::path& directory) {
  for (const bool torch : {false, true}) {
    const std::string name = torch ? "pytorch_model.bin" : "model.safetensors";
    const fs::path single = directory / name, index = directory / (name + ".index.json");
    if (fs::is_regular_file(index)) return {index, {}, torch};
    if (fs::is_regular_file(single)) return {{}, single, torch};
  }
  return {};
}

std::map<std::string, std::vector<std::string>> ReadWeightMap(const Json& index,
                                                              const std::string& where) {
  const auto map = JsonGet<Json>(index, "weight_map", where);
  std::map<std::string, std::vector<std::string>> files;
  for (const auto& [tensor, file] : map.items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : "";
    if (name.empty() || name.find_first_of("/\\") != std::string::npos || name.starts_with(".")) {
      throw Error(fmt::format("weight_map names \"{}\", which is not a file beside it", name),
                  where, "the index is damaged or hostile; fetch it again");
    }
    files[name].push_back(tensor);
  }
  return files;
}

namespace {

// Meta turns neighbouring values (2i, 2i + 1) of a head, transformers turns (i, i + half): row
// t * half + i of a head there is row 2i + t here. As a strided view: [heads, half, 2, in].
void UndoPermutation(NamedTensor* tensor, int64_t head_dim, const std::string& where) {
  const int64_t rows = tensor->shape.size() == 2 ? tensor->shape[0] : -1;
  if (head_dim < 2 || head_dim % 2 != 0 || rows < 0 || rows % head_dim != 0) {
    throw Error(
        fmt::format("shape {} does not hold heads of {}", ShapeString(tensor->shape), head_dim),
        where, kRemedy);
  }
  TensorPiece& piece = tensor->pieces.front();
  const int64_t row = piece.strides[0], column = piece.strides[1], half = head_dim / 2;
  piece.shape = {rows / head_dim, half, 2, tensor->shape[1]};
  piece.strides = {head_dim * row, row, half * row, column};
}

[[noreturn]] void RefuseTensor(const std::string& name, const std::string& where) {
  if (name.ends_with(".bias")) Refuse("biases are not supported", where);
  if (name.find(".experts.") != name.npos) Refuse("a mixture of experts is not supported", where);
  for (const char* suffix : {".qweight", ".qzeros", ".scales", ".g_idx", ".weight_scale"}) {
    if (name.ends_with(suffix)) {
      throw Error("weights quantised as GPTQ, AWQ or FP8 are not supported", where, kQuantized);
    }
  }
  Refuse("a tensor that no LLaMA has", where);
}

void AddTensors(const TensorSet& part, const Json& params, std::set<std::string>* names,
                TensorSet* set) {
  for (const NamedTensor& stored : part.tensors()) {
    names->insert(stored.name);
    if (stored.name.ends_with("rotary_emb.inv_freq")) continue;
    const std::string where = stored.where + ", tensor \"" + stored.name + "\"";
    const auto name = TranslateName(stored.name, NamingStyle::kHuggingFace, NamingStyle::kMeta);
    if (!name) RefuseTensor(stored.name, where);
    // Files of tied models may repeat the embedding as head; the configuration decides.
    if (*name == "output.weight" && params["tied_embeddings"].get<bool>()) continue;
    NamedTensor tensor = stored;
    tensor.name = *name;
    if (name->ends_with(".wq.weight") || name->ends_with(".wk.weight")) {
      UndoPermutation(&tensor, params["head_dim"].get<int64_t>(), where);
    }
    set->Add(std::move(tensor));
  }
}

TensorSet OpenPart(const fs::path& file, bool torch) {
  return torch ? OpenTorchFile(file) : OpenSafetensors(file);
}

}  // namespace

bool IsHuggingFace(const fs::path& directory) {
  const WeightFiles files = FindWeights(directory);
  return fs::is_regular_file(directory / "config.json") &&
         !(files.index.empty() && files.single.empty());
}

TensorSet OpenHuggingFace(const fs::path& directory) {
  TensorSet set;
  set.set_where(directory.string());
  const fs::path config = directory / "config.json";
  set.set_metadata(HuggingFaceParams(ReadJson(config), config.string()));
  const WeightFiles weights = FindWeights(directory);
  std::map<std::string, std::vector<std::string>> files;
  if (weights.index.empty()) {
    files[weights.single.filename().string()];
  } else {
    files = ReadWeightMap(ReadJson(weights.index), weights.index.string());
  }
  for (const auto& [file, promised] : files) {
    TensorSet part = OpenPart(directory / file, weights.torch);
    std::set<std::string> names;
    AddTensors(part, set.metadata(), &names, &set);
    for (const std::string& name : promised) {
      if (!names.contains(name)) {
        throw Error(fmt::format("tensor \"{}\" is missing, which the index puts here", name),
                    (directory / file).string(), kRemedy);
      }
    }
    set.Absorb(std::move(part));
  }
  return set;
}

}  // namespace cria::store
