// `cria inspect`: what a model is, before running it.
#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "infer/load.h"
#include "model/checkpoint.h"
#include "model/llama.h"
#include "tokenizer/chat_prompt.h"
#include "tokenizer/tokenizer.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::string model, tokenizer;
  int64_t context = 0;
  bool tensors = false;
};

struct Memory {
  int64_t weights_bytes, cache_bytes;
};

// Packed operands, the fp32 embedding table, and keys and values of `context` tokens.
Memory InferenceMemory(const ModelConfig& c, Precision precision, int64_t context) {
  const int64_t element = precision == Precision::kBF16 ? 2 : 4;
  const int64_t embedding = c.vocab_size * c.dim;
  const int64_t matrices = ParameterCount(c) - (c.tied_embeddings ? 0 : embedding);
  return {matrices * element + embedding * 4,
          2 * c.n_layers * int64_t{c.n_kv_heads} * c.head_dim * context * element};
}

// Tokens with a meaning of their own, and how conversations are written.
void DescribeSpecial(const tokenizer::Tokenizer& tokenizer, Json* json) {
  Json& special = (*json)["special_tokens"] = Json::array();
  for (const tokenizer::AddedToken& token : tokenizer.added_tokens()) {
    special.push_back({{"id", token.id}, {"text", token.text}, {"control", token.control}});
  }
  (*json)["bos_id"] = tokenizer.bos_id();
  (*json)["eos_id"] = tokenizer.eos_id();
  (*json)["end_ids"] = tokenizer.end_ids();
  for (const tokenizer::NamedTemplate& known : tokenizer.vocabulary().templates) {
    (*json)["templates"].push_back(known.name);
  }
  try {
    (*json)["chat"] = tokenizer::ChatFormat::Choose(tokenizer).Describe();
  } catch (const Error& error) {  // the rest of the model can still be looked at
    (*json)["chat"] = error.what();
  }
}

Json Describe(const Flags& flags, const ModelFiles& files) {
  const int64_t context = flags.context > 0 ? flags.context : files.config.max_seq_len;
  Json json = {{"path", files.path.string()},
               {"format", files.format},
               {"config", ConfigToJson(files.config)},
               {"parameters", ParameterCount(files.config)},
               {"stored_bytes", files.stored_bytes()},
               {"tensors", Json::array()},
               {"memory", Json::object()}};
  for (const store::NamedTensor& t : files.tensors.tensors()) {
    json["tensors"].push_back({{"name", t.name}, {"dtype", DTypeName(t.type)}, {"shape", t.shape}});
  }
  for (const Precision precision : {Precision::kBF16, Precision::kF32}) {
    const Memory memory = InferenceMemory(files.config, precision, context);
    json["memory"][PrecisionName(precision)] = {{"context", context},
                                                {"weights_bytes", memory.weights_bytes},
                                                {"cache_bytes", memory.cache_bytes}};
  }
  const fs::path tokenizer = flags.tokenizer.empty() ? files.tokenizer : fs::path(flags.tokenizer);
  if (!tokenizer.empty()) {
    const auto loaded = infer::LoadTokenizer(tokenizer);
    json["tokenizer"] = {
        {"path", tokenizer.string()}, {"pieces", loaded.vocab_size()}, {"sha256", loaded.digest()}};
    DescribeSpecial(loaded, &json["tokenizer"]);
  }
  if (files.state.contains("step")) json["training"] = files.state;
  return json;
}

void Print(const Flags& flags, const Json& json) {
  const Json& c = json["config"];
  fmt::print("{}\n  format      {}\n", json["path"].get<std::string>(),
             json["format"].get<std::string>());
  fmt::print("  parameters  {} ({})\n", FormatCount(json["parameters"].get<double>()),
             json["parameters"].get<int64_t>());
  fmt::print("  stored      {} in {} tensors\n", FormatBytes(json["stored_bytes"].get<double>()),
             json["tensors"].size());
  for (const auto& [key, value] : c.items()) fmt::print("  {:<16}{}\n", key, value.dump());
  for (const auto& [precision, m] : json["memory"].items()) {
    fmt::print("  memory {:<5}{} weights + {} cache at {} tokens\n", precision,
               FormatBytes(m["weights_bytes"].get<double>()),
               FormatBytes(m["cache_bytes"].get<double>()), m["context"].get<int64_t>());
  }
  if (json.contains("tokenizer")) {
    fmt::print("  tokenizer   {} pieces, {}\n", json["tokenizer"]["pieces"].get<int>(),
               json["tokenizer"]["path"].get<std::string>());
    std::string ends;
    for (const Json& id : json["tokenizer"]["end_ids"]) {
      for (const Json& token : json["tokenizer"]["special_tokens"]) {
        if (token["id"] == id)
          ends += fmt::format(" {} ({})", token["text"].get<std::string>(), id.dump());
      }
    }
    fmt::print("  special     {} tokens; generation ends at{}\n",
               json["tokenizer"]["special_tokens"].size(), ends);
    fmt::print("  chat        {}\n", json["tokenizer"]["chat"].get<std::string>());
  } else {
    fmt::print("  tokenizer   none beside the model\n");
  }
  if (json.contains("training")) {
    fmt::print("  trained     {} steps, {} tokens\n", json["training"]["step"].get<int64_t>(),
               FormatCount(json["training"].value("tokens", 0.0)));
  }
  if (!flags.tensors) return;
  for (const Json& t : json["tensors"]) {
    fmt::print("  {:<48} {:<5} {}\n", t["name"].get<std::string>(), t["dtype"].get<std::string>(),
               ShapeString(t["shape"].get<Shape>()));
  }
}

void RunInspect(const Flags& flags) {
  const Json json = Describe(flags, OpenModel(flags.model));
  if (flags.json) {
    fmt::print("{}\n", json.dump(1));
  } else {
    Print(flags, json);
  }
}

}  // namespace

void AddInspectCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* c = AddCommand(app, "inspect", "Show what a model is and the memory it needs", &flags,
                           [] { RunInspect(flags); });
  c->add_option("model", flags.model,
                "Model: a run or checkpoint folder, a Meta or Hugging Face folder, a .gguf file")
      ->required();
  c->add_option("--tokenizer", flags.tokenizer, "Tokenizer (default: the one beside the model)");
  c->add_option("--context", flags.context,
                "Context length to reckon memory for (default: the model's)")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 30));
  c->add_flag("--tensors", flags.tensors, "List every tensor");
  c->footer("Example: cria inspect runs/demo --context 512");
}

}  // namespace cria::app
