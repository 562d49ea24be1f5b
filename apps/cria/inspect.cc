// `cria inspect`: what a model is, before running it.
#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "infer/load.h"
#include "model/inference_memory.h"
#include "tokenizer/chat_prompt.h"
#include "tokenizer/tokenizer.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::string model, tokenizer;
  int64_t context = 0;
  bool tensors = false;
};

constexpr int64_t kPromptTokens = 512;  // read at once, for the memory of activations

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

Json TokenizerJson(const fs::path& path) {
  const auto loaded = infer::LoadTokenizer(path);
  Json json = {{"path", path.string()},
               {"kind", loaded.vocabulary().byte_level ? "byte-level BPE" : "SentencePiece BPE"},
               {"pieces", loaded.vocab_size()},
               {"sha256", loaded.digest()}};
  DescribeSpecial(loaded, &json);
  return json;
}

Json MemoryJson(const ModelFiles& files, int64_t context) {
  Json json = {{"context", context},
               {"prompt_tokens", std::min(context, kPromptTokens)},
               {"default_precision", PrecisionName(DefaultPrecision())}};
  for (const Precision precision : {Precision::kBF16, Precision::kF32}) {
    const InferenceMemory m = EstimateInferenceMemory(files, precision, context, kPromptTokens);
    json[PrecisionName(precision)] = {
        {"weights_mapped_bytes", m.mapped_bytes}, {"weights_resident_bytes", m.resident_bytes},
        {"activation_bytes", m.activation_bytes}, {"cache_f16_bytes", m.cache_f16_bytes},
        {"cache_q8_0_bytes", m.cache_q8_0_bytes}, {"total_bytes", m.total_bytes()}};
  }
  return json;
}

Json Describe(const Flags& flags, const ModelFiles& files) {
  const int64_t context = flags.context > 0 ? flags.context : files.config.max_seq_len;
  Json json = {{"path", files.path.string()},
               {"format", files.format},
               {"config", ConfigToJson(files.config)},
               {"parameters", ParameterCount(files.config)},
               {"stored_bytes", files.stored_bytes()},
               {"types", Json::object()},
               {"tensors", Json::array()},
               {"notes", files.notes}};
  for (const store::NamedTensor& t : files.tensors.tensors()) {
    json["tensors"].push_back({{"name", t.name}, {"dtype", DTypeName(t.type)}, {"shape", t.shape}});
    Json& type = json["types"][DTypeName(t.type)];
    if (type.is_null()) type = {{"tensors", 0}, {"bytes", 0}};
    type["tensors"] = type["tensors"].get<int64_t>() + 1;
    type["bytes"] = type["bytes"].get<int64_t>() + t.stored_bytes();
  }
  if (context > files.config.max_seq_len) {
    json["notes"].push_back(fmt::format("{} tokens are more than the model's context of {}",
                                        context, files.config.max_seq_len));
  }
  json["memory"] = MemoryJson(files, context);
  const fs::path tokenizer = flags.tokenizer.empty() ? files.tokenizer : fs::path(flags.tokenizer);
  if (!tokenizer.empty()) json["tokenizer"] = TokenizerJson(tokenizer);
  if (files.state.contains("step")) json["training"] = files.state;
  return json;
}

std::string Bytes(const Json& json, const char* key) {
  return FormatBytes(json[key].get<double>());
}

void PrintMemory(const Json& memory) {
  fmt::print("  memory to run it, {} tokens of context:\n", memory["context"].get<int64_t>());
  for (const Precision precision : {Precision::kBF16, Precision::kF32}) {
    const char* name = PrecisionName(precision);
    const Json& m = memory[name];
    fmt::print(
        "    {:<5}{} = {} weights as mapped + {} weights in memory + {} for a prompt of {} + "
        "{} cache{}\n",
        name, Bytes(m, "total_bytes"), Bytes(m, "weights_mapped_bytes"),
        Bytes(m, "weights_resident_bytes"), Bytes(m, "activation_bytes"),
        memory["prompt_tokens"].get<int64_t>(), Bytes(m, "cache_f16_bytes"),
        memory["default_precision"] == name ? "  (default here)" : "");
  }
  fmt::print("    the cache in half precision; in 8 bits {}\n",
             Bytes(memory["bf16"], "cache_q8_0_bytes"));
}

void Print(const Flags& flags, const Json& json) {
  const Json& c = json["config"];
  fmt::print("{}\n  format      {}\n", json["path"].get<std::string>(),
             json["format"].get<std::string>());
  fmt::print("  parameters  {} ({})\n", FormatCount(json["parameters"].get<double>()),
             json["parameters"].get<int64_t>());
  fmt::print("  stored      {} in {} tensors\n", Bytes(json, "stored_bytes"),
             json["tensors"].size());
  for (const auto& [type, of] : json["types"].items()) {
    fmt::print("    {:<5}     {} in {}\n", type, Bytes(of, "bytes"), of["tensors"].get<int>());
  }
  for (const auto& [key, value] : c.items()) fmt::print("  {:<16}{}\n", key, value.dump());
  if (json.contains("tokenizer")) {
    const Json& t = json["tokenizer"];
    fmt::print("  tokenizer   {}, {} pieces, {}\n", t["kind"].get<std::string>(),
               t["pieces"].get<int>(), t["path"].get<std::string>());
    std::string ends;
    for (const Json& id : t["end_ids"]) {
      for (const Json& token : t["special_tokens"]) {
        if (token["id"] == id)
          ends += fmt::format(" {} ({})", token["text"].get<std::string>(), id.dump());
      }
    }
    fmt::print("  special     {} tokens; generation ends at{}\n", t["special_tokens"].size(), ends);
    fmt::print("  chat        {}\n", t["chat"].get<std::string>());
  } else {
    fmt::print("  tokenizer   none beside the model\n");
  }
  if (json.contains("training")) {
    fmt::print("  trained     {} steps, {} tokens\n",
               JsonGet<int64_t>(json["training"], "step", json["path"]),
               FormatCount(JsonGetOr(json["training"], "tokens", 0.0, json["path"])));
  }
  PrintMemory(json["memory"]);
  for (const Json& note : json["notes"]) fmt::print("  note: {}\n", note.get<std::string>());
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
  c->add_option(
       "model", flags.model,
       "Model: a run or checkpoint folder, a Meta or Hugging Face folder, a .gguf or llama2.c file")
      ->required();
  c->add_option("--tokenizer", flags.tokenizer, "Tokenizer (default: the one beside the model)");
  c->add_option("--context", flags.context,
                "Context length to reckon memory for (default: the model's)")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 30));
  c->add_flag("--tensors", flags.tensors, "List every tensor");
  c->footer("Example: cria inspect runs/demo --context 512");
}

}  // namespace cria::app
