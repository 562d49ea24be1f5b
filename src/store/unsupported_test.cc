// What is not supported is refused by its name, not by a riddle further on.
#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"
#include "store/gguf.h"
#include "store/hugging_face.h"
#include "store/meta.h"
#include "store/safetensors.h"
#include "store/test_folder.h"
#include "store/torch_file.h"

namespace cria::store {
namespace {

OutputTensor Floats(const std::string& name, Shape shape) {
  const auto bytes = static_cast<size_t>(4 * ElementCount(shape));
  return WholeTensor(name, DType::kF32, std::move(shape),
                     [bytes] { return std::vector<uint8_t>(bytes); });
}

void ExpectNamed(const std::string& message, const std::string& name) {
  EXPECT_NE(message.find(name), std::string::npos) << message;
}

TEST(Unsupported, HuggingFaceConfigurations) {
  const Json good = {{"model_type", "llama"},
                     {"hidden_size", 64},
                     {"num_hidden_layers", 2},
                     {"num_attention_heads", 4}};
  EXPECT_NO_THROW(HuggingFaceParams(good, "config.json"));
  const struct {
    Json change;
    const char* name;
  } cases[] = {
      {{{"model_type", "qwen2"}}, "qwen2"},
      {{{"model_type", "mixtral"}, {"num_local_experts", 8}}, "mixtral"},
      {{{"num_local_experts", 8}}, "mixture of experts"},
      {{{"attention_bias", true}}, "attention_bias"},
      {{{"mlp_bias", true}}, "mlp_bias"},
      {{{"hidden_act", "gelu"}}, "gelu"},
      {{{"partial_rotary_factor", 0.5}}, "rotary embedding of 0.5"},
      {{{"rope_scaling", {{"type", "dynamic"}, {"factor", 2.0}}}}, "\"dynamic\""},
      {{{"rope_scaling", {{"rope_type", "yarn"}, {"factor", 4.0}}}}, "\"yarn\""},
      {{{"rope_scaling", {{"type", "longrope"}, {"factor", 4.0}}}}, "\"longrope\""},
      {{{"rope_parameters", {{"rope_type", "yarn"}, {"factor", 4.0}}}}, "\"yarn\""},
      {{{"quantization_config", {{"quant_method", "gptq"}, {"bits", 4}}}}, "\"gptq\""},
      {{{"quantization_config", {{"quant_method", "awq"}}}}, "\"awq\""},
      {{{"quantization_config", {{"quant_method", "fp8"}}}}, "\"fp8\""},
  };
  for (const auto& [change, name] : cases) {
    Json config = good;
    config.update(change);
    ExpectNamed(MessageOf<Error>([&] { HuggingFaceParams(config, "config.json"); }), name);
  }
  Json unnamed = good;
  unnamed.erase("model_type");
  unnamed["architectures"] = {"FalconForCausalLM"};
  ExpectNamed(MessageOf<Error>([&] { HuggingFaceParams(unnamed, "config.json"); }),
              "FalconForCausalLM");
}

// Mistral runs without its window, within it.
TEST(Unsupported, SlidingWindowHoldsTheContextAndIsNoted) {
  Json config = {{"model_type", "mistral"},          {"hidden_size", 64},
                 {"num_hidden_layers", 2},           {"num_attention_heads", 4},
                 {"max_position_embeddings", 32768}, {"sliding_window", 4096}};
  const Json params = HuggingFaceParams(config, "config.json");
  EXPECT_EQ(params["max_seq_len"], 4096);
  ExpectNamed(params["notes"].dump(), "sliding window");
  config["sliding_window"] = nullptr;
  EXPECT_EQ(HuggingFaceParams(config, "config.json")["max_seq_len"], 32768);
  EXPECT_TRUE(HuggingFaceParams(config, "config.json")["notes"].empty());
}

TEST(Unsupported, HuggingFaceTensors) {
  const std::pair<const char*, const char*> cases[] = {
      {"model.layers.0.self_attn.q_proj.bias", "biases"},
      {"model.layers.0.self_attn.q_proj.qweight", "GPTQ"},
      {"model.layers.0.block_sparse_moe.experts.0.w1.weight", "mixture of experts"},
      {"model.layers.0.self_attn.q_norm.weight", "no LLaMA has"}};
  for (const auto& [tensor, name] : cases) {
    const TestFolder folder;
    WriteFile(folder / "config.json",
              R"({"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1,
                  "num_attention_heads": 2})");
    WriteSafetensors(folder / "model.safetensors", {Floats(tensor, {8})});
    ExpectNamed(MessageOf<Error>([&] { OpenHuggingFace(folder.path()); }), name);
  }
}

TEST(Unsupported, TypesOfSafetensors) {
  const TestFolder folder;
  for (const char* type : {"F8_E4M3", "F8_E5M2", "F4"}) {
    const std::string header =
        fmt::format(R"({{"a":{{"dtype":"{}","shape":[2],"data_offsets":[0,2]}}}})", type);
    const uint64_t size = header.size();
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &size, 8);
    WriteFile(folder / "x", bytes + header + "ab");
    ExpectNamed(MessageOf<Error>([&] { OpenSafetensors(folder / "x"); }), type);
  }
}

Json GgufValues() {
  return {{"general.architecture", "llama"},  {"llama.context_length", 64u},
          {"llama.embedding_length", 8u},     {"llama.block_count", 1u},
          {"llama.attention.head_count", 2u}, {"llama.attention.layer_norm_rms_epsilon", 1e-5}};
}

TEST(Unsupported, GgufKeysAndTensors) {
  const struct {
    Json change;
    const char *tensor, *name;
  } cases[] = {
      {{{"general.architecture", "falcon"}}, "token_embd.weight", "\"falcon\""},
      {{{"llama.expert_count", 8u}}, "token_embd.weight", "mixture of experts"},
      {{{"llama.rope.scaling.type", "yarn"}}, "token_embd.weight", "\"yarn\""},
      {{{"llama.rope.dimension_count", 2u}}, "token_embd.weight", "2 out of 4"},
      {Json::object(), "blk.0.attn_q.bias", "biases"},
      {Json::object(), "blk.0.ffn_gate_exps.weight", "mixture of experts"},
      {Json::object(), "blk.0.attn_q_norm.weight", "no LLaMA has"},
  };
  const TestFolder folder;
  for (const auto& [change, tensor, name] : cases) {
    Json values = GgufValues();
    values.update(change);
    WriteGguf(folder / "x.gguf", values, {Floats(tensor, {2, 8})});
    ExpectNamed(MessageOf<Error>([&] { OpenLlamaGguf(folder / "x.gguf"); }), name);
  }
}

TEST(Unsupported, GgufTypesVersionsAndByteOrder) {
  const TestFolder folder;
  WriteGguf(folder / "x.gguf", GgufValues(), {Floats("token_embd.weight", {2, 8})});
  const std::string good = ReadFile(folder / "x.gguf");
  const size_t type = good.find("token_embd.weight") + 17 + 4 + 16;
  const auto with = [&](size_t at, uint32_t value) {
    std::string bad = good;
    std::memcpy(bad.data() + at, &value, 4);
    WriteFile(folder / "x.gguf", bad);
    return MessageOf<Error>([&] { OpenGguf(folder / "x.gguf"); });
  };
  for (const auto& [number, name] : {std::pair(16u, "IQ2_XXS"),
                                     {20u, "IQ4_NL"},
                                     {23u, "IQ4_XS"},
                                     {34u, "TQ1_0"},
                                     {39u, "MXFP4"},
                                     {77u, "77"}}) {
    ExpectNamed(with(type, number), fmt::format("type {},", name));
  }
  ExpectNamed(with(4, 0x03000000), "big-endian");
  ExpectNamed(with(4, 1), "version 1");
}

TEST(Unsupported, OtherModelsInMetasLayout) {
  for (const auto& [key, name] : {std::pair("moe_args", "mixture of experts"),
                                  {"vision_chunk_size", "pictures"},
                                  {"quantization_args", "quantised"},
                                  {"lora_args", "LoRA"}}) {
    const TestFolder folder;
    WriteJson(folder / "params.json", {{"dim", 8}, {key, 1}});
    WriteTorchFile(folder / "consolidated.00.pth", {Floats("norm.weight", {8})});
    ExpectNamed(MessageOf<Error>([&] { OpenMeta(folder.path()); }), name);
  }
}

}  // namespace
}  // namespace cria::store
