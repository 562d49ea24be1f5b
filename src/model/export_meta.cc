// A folder as Meta's download leaves it.
#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/hash.h"
#include "base/staged_folder.h"
#include "model/export_tensor.h"
#include "store/torch_file.h"

namespace cria {
namespace {

// LLaMA 3 cuts the embedding by rows, its elders by columns.
constexpr int64_t kLlama3Vocabulary = 128000;

ShardAxis AxisOf(const ParameterSpec& spec, const ModelConfig& c) {
  if (spec.role == ParameterRole::kEmbedding && c.vocab_size >= kLlama3Vocabulary) {
    return ShardAxis::kRows;
  }
  return spec.shard;
}

// Columns of part `rank` of `ranks`, of rows with `row` bytes.
std::vector<uint8_t> Columns(const std::vector<uint8_t>& bytes, int64_t row, int rank, int ranks) {
  const int64_t rows = static_cast<int64_t>(bytes.size()) / row, part = row / ranks;
  std::vector<uint8_t> slice(static_cast<size_t>(rows * part));
  for (int64_t r = 0; r < rows; ++r) {
    std::memcpy(slice.data() + r * part, bytes.data() + r * row + rank * part,
                static_cast<size_t>(part));
  }
  return slice;
}

struct Part {
  ShardAxis axis;
  int rank, ranks;
};

void WritePart(const Context& context, const ModelFiles& model, const store::NamedTensor& stored,
               DType type, Part part, const ExportOptions& options, const store::ByteSink& sink) {
  RowRange rows;
  if (part.axis == ShardAxis::kRows) {
    const int64_t n = stored.shape[0] / part.ranks;
    rows = {part.rank * n, (part.rank + 1) * n};
  }
  // A tensor cut by columns is read once for each rank; it counts once.
  const bool by_columns = part.axis == ShardAxis::kColumns && part.ranks > 1;
  const auto progress = [&](int64_t parameters) {
    if (options.progress) options.progress(by_columns ? parameters / part.ranks : parameters);
  };
  StreamRows(
      context, model, stored, {type, {}}, rows, progress, [&](const std::vector<uint8_t>& bytes) {
        by_columns ? sink(Columns(bytes, StoredBytes(type, stored.shape[1]), part.rank, part.ranks))
                   : sink(bytes);
      });
}

void RequireWritable(const ModelConfig& c, int ranks, const std::string& where) {
  if (c.head_dim * int64_t{c.n_heads} != c.dim) {
    throw Error("Meta's format has no head size other than dim / heads", where,
                "convert to hf or gguf");
  }
  if (c.rope_scaling.kind == RopeScaling::Kind::kLinear) {
    throw Error("Meta's format has no linear rotary scaling", where, "convert to hf or gguf");
  }
  RopeScaling known;  // Meta's file names the factor alone
  known.kind = RopeScaling::Kind::kLlama3;
  known.factor = c.rope_scaling.factor;
  if (c.rope_scaling.kind == RopeScaling::Kind::kLlama3 && c.rope_scaling != known) {
    throw Error("Meta's format has no rotary scaling but LLaMA 3.1's", where,
                "convert to hf or gguf");
  }
  if (ranks < 1 || ranks > 99)
    throw Error("between 1 and 99 shards can be written", "--shards", "choose such a number");
  const struct {
    int64_t size;
    const char* name;
  } sizes[] = {{c.n_heads, "heads"},
               {c.n_kv_heads, "key/value heads"},
               {c.hidden_dim, "hidden"},
               {c.vocab_size, "vocabulary"},
               {c.dim, "dim"}};
  for (const auto& [size, name] : sizes) {
    if (size % ranks != 0) {
      throw Error(fmt::format("{} of {} cannot be cut into {} shards", name, size, ranks),
                  "--shards", "choose a number that divides it");
    }
  }
}

// multiple_of and ffn_dim_multiplier from which Meta's code gets hidden_dim back.
void PutHidden(const ModelConfig& c, Json* params) {
  for (const int64_t multiple : {256, 1024, 4096, 512, 128, 64, 32, 16, 8, 4, 2, 1}) {
    if (HiddenDim(c.dim, multiple) == c.hidden_dim) {
      (*params)["multiple_of"] = multiple;
      return;
    }
  }
  const double plain = static_cast<double>(2 * (4 * c.dim) / 3);
  for (const int64_t multiple : {1024, 256, 4096, 64, 16, 4, 1}) {
    for (const double multiplier : {1.3, 1.5, static_cast<double>(c.hidden_dim) / plain,
                                    (static_cast<double>(c.hidden_dim) + 0.5) / plain}) {
      if (HiddenDim(c.dim, multiple, multiplier) != c.hidden_dim) continue;
      (*params)["ffn_dim_multiplier"] = multiplier;
      (*params)["multiple_of"] = multiple;
      return;
    }
  }
  CRIA_CHECK(false, "no multiple_of for hidden {} at dim {}", c.hidden_dim, c.dim);
}

// As Python's json.dumps writes it, without a line end: the release's own files come out alike.
std::string PythonStyle(const Json& flat) {
  std::string text = "{";
  for (const auto& [key, value] : flat.items()) {
    text += fmt::format("{}\"{}\": {}", text.size() == 1 ? "" : ", ", key, value.dump());
  }
  return text + "}";
}

std::string Params(const ModelConfig& c) {
  const bool llama1 = c.n_kv_heads == c.n_heads && c.rope_theta == 10000 && c.vocab_size == 32000 &&
                      c.rope_scaling.kind == RopeScaling::Kind::kNone;
  Json params = {{"dim", c.dim}};
  PutHidden(c, &params);
  params["n_heads"] = c.n_heads;
  if (c.n_kv_heads != c.n_heads) params["n_kv_heads"] = c.n_kv_heads;
  params["n_layers"] = c.n_layers;
  params["norm_eps"] = c.norm_eps;
  if (c.rope_theta != 10000) params["rope_theta"] = c.rope_theta;
  if (c.rope_scaling.kind == RopeScaling::Kind::kLlama3) {
    params["use_scaled_rope"] = true;
    params["rope_scaling_factor"] = c.rope_scaling.factor;
  }
  params["vocab_size"] = llama1 ? -1 : c.vocab_size;
  if (c.max_seq_len != 2048) params["max_seq_len"] = c.max_seq_len;
  return PythonStyle(params);
}

// Lines of GNU md5sum.
std::string Checklist(const fs::path& folder, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += Md5File(folder / name) + "  " + name + "\n";
  }
  return text;
}

}  // namespace

void ExportMeta(const Context& context, const ModelFiles& model,
                const tokenizer::Tokenizer* tokenizer, const fs::path& out,
                const ExportOptions& options) {
  const ModelConfig& c = model.config;
  const int ranks = std::max(1, options.shards);
  RequireWritable(c, ranks, model.path.string());
  std::vector<ParameterSpec> specs = ListParameters(c);
  if (c.tied_embeddings) {  // Meta's code loads a head of its own
    ParameterSpec head = specs.front();
    head.role = ParameterRole::kOutput;
    head.shard = ShardAxis::kRows;
    specs.push_back(head);
  }
  StagedFolder folder(out, options.force, [](const std::string& name) {
    return name.ends_with(".pth") || name == "params.json" || name == "checklist.chk" ||
           name.starts_with("tokenizer") || name == "chat_template.jinja";
  });
  std::vector<std::string> names;
  for (int rank = 0; rank < ranks; ++rank) {
    std::vector<store::OutputTensor> tensors;
    for (const ParameterSpec& spec : specs) {
      const store::NamedTensor& stored = StoredTensor(model, spec);
      const DType type = ScalarTypeOf(stored, options);
      const ShardAxis axis = AxisOf(spec, c);
      Shape shape = spec.shape;
      if (axis == ShardAxis::kRows) shape[0] /= ranks;
      if (axis == ShardAxis::kColumns) shape[1] /= ranks;
      const std::string name =
          spec.role == ParameterRole::kOutput ? std::string("output.weight") : spec.name;
      const Part part{axis, rank, ranks};
      tensors.push_back(
          {name, type, shape,
           [&context, &model, &options, &stored, type, part](const store::ByteSink& sink) {
             WritePart(context, model, stored, type, part, options, sink);
           }});
    }
    names.push_back(fmt::format("consolidated.{:02}.pth", rank));
    store::WriteTorchFile(folder.path() / names.back(), tensors);
  }
  names.push_back("params.json");
  WriteFile(folder.path() / "params.json", Params(c));
  WriteFile(folder.path() / "checklist.chk", Checklist(folder.path(), names));
  if (tokenizer != nullptr) {
    if (tokenizer->vocabulary().byte_level) {
      tokenizer->Save(folder.path() / tokenizer->file_name());
    } else {
      WriteFile(folder.path() / "tokenizer.model", tokenizer->SentencePieceBytes());
    }
    if (const auto* chat = tokenizer->FindTemplate("default")) {
      WriteFile(folder.path() / "chat_template.jinja", chat->text);
    }
  }
  folder.Commit();
}

}  // namespace cria
