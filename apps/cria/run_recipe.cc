// The later tables of a recipe, read key by key; every fault names its line.
#include "run_recipe.h"

#include "base/hash.h"
#include "toml_table.h"

namespace cria::app {
namespace {

constexpr int64_t kMany = int64_t{1} << 50;

void ReadTokenizer(const TomlTable& in, TokenizerTable* out) {
  in.AllowOnly({"vocab_size", "sample_bytes"});
  in.ReadCount("vocab_size", 260, 1 << 20, &out->vocab_size);
  in.ReadCount("sample_bytes", 1000, kMany, &out->sample_bytes);
}

void ReadModel(const TomlTable& in, ModelTable* out) {
  in.AllowOnly({"params", "preset", "seq_len", "dim", "n_layers", "n_heads", "n_kv_heads",
                "head_dim", "hidden_dim", "norm_eps", "rope_theta", "tied_embeddings"});
  in.ReadCount("params", 1000, kMany, &out->params);
  in.Read("preset", &out->preset);
  in.ReadCount("seq_len", 2, 1 << 20, &out->seq_len);
  ModelConfig& c = out->sizes;
  in.ReadCount("dim", 1, 1 << 20, &c.dim);
  in.ReadCount("n_layers", 1, 1000, &c.n_layers);
  in.ReadCount("n_heads", 1, 10000, &c.n_heads);
  in.ReadCount("n_kv_heads", 1, 10000, &c.n_kv_heads);
  in.ReadCount("head_dim", 2, 1 << 16, &c.head_dim);
  in.ReadCount("hidden_dim", 1, 1 << 22, &c.hidden_dim);
  in.Read("norm_eps", 0, 1, &c.norm_eps);
  in.Read("rope_theta", 1, 1e12, &c.rope_theta);
  in.Read("tied_embeddings", &c.tied_embeddings);
  const int ways = (out->params > 0) + !out->preset.empty() + (c.dim > 0);
  if (ways != 1) {
    in.Fail("params", "the model's size must be given in one way",
            "give params = \"8M\", or preset = \"7B\", or dim, n_layers and n_heads");
  }
  if (c.dim > 0 && (c.n_layers == 0 || c.n_heads == 0)) {
    in.Fail("dim", "dim needs n_layers and n_heads beside it", "give all three");
  }
}

void ReadTrain(const TomlTable& in, train::TrainOptions* out) {
  in.AllowOnly({"minutes",
                "steps",
                "tokens",
                "seq_len",
                "batch_tokens",
                "learning_rate",
                "warmup_steps",
                "final_share",
                "optimizer",
                "momentum",
                "beta1",
                "beta2",
                "eps",
                "weight_decay",
                "clip",
                "precision",
                "micro_rows",
                "save_every_s",
                "save_every_steps",
                "rollback_above",
                "validation_tokens",
                "validate_every"});
  double minutes = 0;
  in.Read("minutes", 0.01, 1e7, &minutes);
  out->seconds = 60 * minutes;
  in.ReadCount("steps", 1, kMany, &out->steps);
  in.ReadCount("tokens", 1, kMany, &out->tokens);
  in.ReadCount("seq_len", 2, 1 << 20, &out->seq_len);
  in.ReadCount("batch_tokens", 1, kMany, &out->batch_tokens);
  in.Read("learning_rate", 1e-9, 1, &out->learning_rate);
  in.ReadCount("warmup_steps", 0, kMany, &out->warmup_steps);
  in.Read("final_share", 0, 1, &out->final_share);
  std::string optimizer = train::OptimizerName(out->optimizer.kind);
  in.Read("optimizer", &optimizer);
  out->optimizer.kind = train::ParseOptimizer(optimizer, in.Where("optimizer"));
  in.Read("momentum", 0, 1, &out->optimizer.momentum);
  in.Read("beta1", 0, 1, &out->optimizer.beta1);
  in.Read("beta2", 0, 1, &out->optimizer.beta2);
  in.Read("eps", 1e-30, 1, &out->optimizer.eps);
  in.Read("weight_decay", 0, 10, &out->optimizer.weight_decay);
  in.Read("clip", 0, 1e9, &out->optimizer.clip);
  in.ReadCount("micro_rows", 1, kMany, &out->micro_rows);
  in.Read("save_every_s", 1, 1e9, &out->save_every_s);
  in.ReadCount("save_every_steps", 1, kMany, &out->save_every_steps);
  in.Read("rollback_above", 0, 1e9, &out->rollback_above);
  in.ReadCount("validation_tokens", 0, kMany, &out->validation_tokens);
  in.ReadCount("validate_every", 1, kMany, &out->validate_every);
  std::string precision;
  in.Read("precision", &precision);
  if (precision == PrecisionName(Precision::kF32)) {
    out->precision = Precision::kF32;
  } else if (precision == PrecisionName(Precision::kBF16)) {
    out->precision = Precision::kBF16;
  } else if (!precision.empty()) {
    in.Fail("precision", fmt::format("unknown precision \"{}\"", precision),
            fmt::format("use {} or {}", PrecisionName(Precision::kF32),
                        PrecisionName(Precision::kBF16)));
  }
}

void ReadSamples(const TomlTable& in, SamplesTable* out) {
  in.AllowOnly({"prompts", "temperature", "top_p", "max_tokens"});
  in.Read("prompts", &out->prompts);
  in.Read("temperature", 0, 100, &out->temperature);
  in.Read("top_p", 0, 1, &out->top_p);
  in.ReadCount("max_tokens", 1, 1 << 20, &out->max_tokens);
}

}  // namespace

RunRecipe ReadRunRecipe(const fs::path& path, Precision precision) {
  const std::string text = ReadFile(path), where = path.string();
  RunRecipe recipe;
  recipe.corpus = corpus::ReadRecipe(path);
  recipe.seed = recipe.corpus.seed;
  recipe.sha256 = Sha256Hex(text);
  const toml::table root = toml::parse(text);  // the corpus room has reported faults of the syntax
  TomlTable(root, where, "the recipe")
      .AllowOnly({"name", "seed", "corpus", "source", "tokenizer", "model", "train", "evaluation",
                  "samples"});
  const auto table = [&](const char* name) {
    const toml::table* found = root[name].as_table();
    static const toml::table kEmpty;
    if (root.contains(name) && found == nullptr) {
      throw Error(fmt::format("\"{}\" must be a table", name), where,
                  fmt::format("write [{}]", name));
    }
    return TomlTable(found != nullptr ? *found : kEmpty, where, fmt::format("[{}]", name));
  };
  ReadTokenizer(table("tokenizer"), &recipe.tokenizer);
  ReadModel(table("model"), &recipe.model);
  recipe.train.precision = precision;
  ReadTrain(table("train"), &recipe.train);
  const TomlTable evaluation = table("evaluation");
  evaluation.AllowOnly({"stride", "questions"});
  evaluation.ReadCount("stride", 1, 1 << 20, &recipe.evaluation.stride);
  evaluation.ReadCount("questions", 0, 1'000'000, &recipe.evaluation.questions);
  ReadSamples(table("samples"), &recipe.samples);
  return recipe;
}

ModelConfig ModelFromTable(const ModelTable& table, int64_t vocab_size) {
  if (!table.preset.empty()) {
    ModelConfig config = PresetConfig(table.preset, vocab_size);
    config.max_seq_len = table.seq_len;
    return config;
  }
  if (table.params > 0) {
    ModelConfig config = DeriveConfig(table.params, vocab_size, table.seq_len);
    const ModelConfig& given = table.sizes;
    if (given.n_kv_heads > 0) config.n_kv_heads = given.n_kv_heads;
    if (given.hidden_dim > 0) config.hidden_dim = given.hidden_dim;
    config.norm_eps = given.norm_eps;
    config.rope_theta = given.rope_theta;
    config.tied_embeddings = given.tied_embeddings;
    ValidateConfig(config, "[model] of the recipe, --kv-heads, --hidden");
    return config;
  }
  ModelConfig config = table.sizes;
  config.vocab_size = vocab_size;
  config.max_seq_len = table.seq_len;
  if (config.n_kv_heads == 0) config.n_kv_heads = config.n_heads;
  if (config.head_dim == 0 && config.dim % config.n_heads == 0) {
    config.head_dim = static_cast<int>(config.dim / config.n_heads);
  }
  if (config.hidden_dim == 0) config.hidden_dim = HiddenDim(config.dim);
  ValidateConfig(config, "[model] of the recipe");
  return config;
}

}  // namespace cria::app
