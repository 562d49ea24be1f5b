// What a GGUF file calls things, in Meta's words; the parts of a split file together.
#include <cstdlib>

#include "base/error.h"
#include "store/gguf.h"
#include "store/llama_names.h"

namespace cria::store {
namespace {

constexpr const char* kRemedy = "fetch the file again from its source";

// The decimal that a fp32 value was written from: 1e-06, not 9.999999974752427e-07.
double Decimal(double value) {
  return std::strtod(fmt::format("{}", static_cast<float>(value)).c_str(), nullptr);
}

[[noreturn]] void Refuse(const std::string& what, const std::string& where) {
  throw Error(what, where, "cria runs LLaMA and models of the same block");
}

Json RopeScaling(const Json& values, const std::string& where) {
  const auto type = JsonGetOr<std::string>(values, "llama.rope.scaling.type", "none", where);
  // Before there were types, a factor alone.
  const double old = JsonGetOr(values, "llama.rope.scale_linear", 1.0, where);
  if (type == "none" && old > 1) return {{"type", "linear"}, {"factor", Decimal(old)}};
  if (type == "none") return nullptr;
  if (type != "linear") Refuse(fmt::format("rotary scaling \"{}\" is not supported", type), where);
  return {{"type", type},
          {"factor", Decimal(JsonGetOr(values, "llama.rope.scaling.factor", 1.0, where))}};
}

Json MetaParams(const Json& values, const std::string& where) {
  if (const auto part = JsonGetOr<int64_t>(values, "split.no", 0, where); part > 0) {
    throw Error(fmt::format("this is part {} of a model in {} files", part + 1,
                            JsonGetOr<int64_t>(values, "split.count", 0, where)),
                where, "name the first part, *-00001-of-*.gguf");
  }
  const auto architecture = JsonGetOr<std::string>(values, "general.architecture", "", where);
  if (architecture != "llama") {
    Refuse(fmt::format("architecture \"{}\" is not supported", architecture), where);
  }
  if (JsonGetOr<int64_t>(values, "llama.expert_count", 0, where) > 0) {
    Refuse("a mixture of experts is not supported", where);
  }
  const auto heads = JsonGet<int64_t>(values, "llama.attention.head_count", where);
  const auto dim = JsonGet<int64_t>(values, "llama.embedding_length", where);
  if (heads <= 0 || dim <= 0) throw Error("sizes must be positive", where, kRemedy);
  const int64_t head_dim = JsonGetOr(values, "llama.attention.key_length", dim / heads, where);
  const int64_t rotated = JsonGetOr(values, "llama.rope.dimension_count", head_dim, where);
  if (rotated != head_dim) {
    Refuse(
        fmt::format("rotary embedding of {} out of {} values is not supported", rotated, head_dim),
        where);
  }
  int64_t context = JsonGet<int64_t>(values, "llama.context_length", where);
  const int64_t window = JsonGetOr<int64_t>(values, "llama.attention.sliding_window", 0, where);
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
          {"n_layers", JsonGet<int64_t>(values, "llama.block_count", where)},
          {"n_heads", heads},
          {"n_kv_heads", JsonGetOr(values, "llama.attention.head_count_kv", heads, where)},
          {"head_dim", head_dim},
          {"norm_eps",
           Decimal(JsonGet<double>(values, "llama.attention.layer_norm_rms_epsilon", where))},
          {"rope_theta", Decimal(JsonGetOr(values, "llama.rope.freq_base", 10000.0, where))},
          {"rope_scaling", RopeScaling(values, where)},
          {"max_seq_len", context}};
}

[[noreturn]] void RefuseTensor(const std::string& name, const std::string& where) {
  if (name.ends_with(".bias")) Refuse("biases are not supported", where);
  if (name.find("_exps.") != name.npos) Refuse("a mixture of experts is not supported", where);
  Refuse("a tensor that no LLaMA has", where);
}

void AddTensors(const TensorSet& part, Json* params, TensorSet* set) {
  for (const NamedTensor& stored : part.tensors()) {
    if (stored.name == "rope_freqs.weight") {
      std::vector<float> factors(static_cast<size_t>(stored.elements()));
      ReadAsFloat(Context(1), stored, factors);
      (*params)["rope_factors"] = factors;
      continue;
    }
    const auto name = TranslateName(stored.name, NamingStyle::kGguf, NamingStyle::kMeta);
    if (!name) RefuseTensor(stored.name, stored.where + ", tensor \"" + stored.name + "\"");
    NamedTensor tensor = stored;
    tensor.name = *name;
    set->Add(std::move(tensor));
  }
}

}  // namespace

fs::path GgufPart(const fs::path& first, int64_t part, int64_t count) {
  const std::string name = first.filename().string();
  const std::string tail = fmt::format("-{:05}-of-{:05}.gguf", 1, count);
  if (!name.ends_with(tail)) {
    throw Error(fmt::format("the first of {} parts must be named *{}", count, tail), first.string(),
                "name the first part, under its own name, with the others beside it");
  }
  return first.parent_path() / (name.substr(0, name.size() - tail.size()) +
                                fmt::format("-{:05}-of-{:05}.gguf", part, count));
}

TensorSet OpenLlamaGguf(const fs::path& path) {
  TensorSet first = OpenGguf(path);
  const std::string where = path.string();
  const Json values = first.metadata();
  Json params = MetaParams(values, where);
  params["gguf"] = values;
  const int64_t parts = JsonGetOr<int64_t>(values, "split.count", 1, where);
  if (parts < 1 || parts > 4096) throw Error(fmt::format("{} parts", parts), where, kRemedy);
  TensorSet set;
  set.set_where(where);
  AddTensors(first, &params, &set);
  set.Absorb(std::move(first));
  for (int64_t part = 2; part <= parts; ++part) {
    TensorSet other = OpenGguf(GgufPart(path, part, parts));
    AddTensors(other, &params, &set);
    set.Absorb(std::move(other));
  }
  set.set_metadata(std::move(params));
  return set;
}

}  // namespace cria::store
