// A model in the files of other programs: Meta's release, Hugging Face, GGUF; and as a checkpoint
// of our own. The inverse of checkpoint.h. Tensors go in pieces of some 100 MB, whatever the
// size of the model.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "model/checkpoint.h"
#include "model/tensor_error.h"
#include "tokenizer/tokenizer.h"

namespace cria {

struct ExportOptions {
  std::optional<DType>
      type;            ///< of matrices; unset: as stored (F16 for quantised ones, except GGUF)
  int shards = 0;      ///< files (Meta: model-parallel ranks); 0: as many as is usual
  bool force = false;  ///< replace what is there
  std::string name;    ///< what the model is called in its files
  std::function<void(int64_t parameters)> progress;  ///< after each tensor: those it wrote
  /// What each matrix lost (ExportGguf only); costs reading back what was encoded.
  std::function<void(const ParameterSpec& spec, const TensorError& error)> report;
};

/// Folder with params.json, consolidated.NN.pth, checklist.chk and the tokenizer. Norms and
/// matrices have one type. Throws Error if the sizes do not divide by the shards.
void ExportMeta(const Context& context, const ModelFiles& model,
                const tokenizer::Tokenizer* tokenizer, const fs::path& out,
                const ExportOptions& options);

/// Folder with config.json, safetensors (an index where there are several) and tokenizer files.
void ExportHuggingFace(const Context& context, const ModelFiles& model,
                       const tokenizer::Tokenizer* tokenizer, const fs::path& out,
                       const ExportOptions& options);

/// Checkpoint folder of cria.
void ExportCria(const Context& context, const ModelFiles& model,
                const tokenizer::Tokenizer* tokenizer, const fs::path& out,
                const ExportOptions& options);

/// How one tensor is written: its type and, for quantised types, the importance of each column
/// (empty: all alike).
struct GgufTensorPlan {
  DType type;
  std::vector<float> importance;
};
using GgufPlan = std::function<GgufTensorPlan(const ParameterSpec& spec)>;

/// The key-values of a GGUF file that describe the model; those of the tokenizer are apart.
Json GgufKeyValues(const ModelConfig& config, const std::string& name, uint32_t file_type);

/// One GGUF file. Norms are F32, as llama.cpp wants them; matrices are what `plan` says, or,
/// without one, options.type or their own type. `file_type` is llama.cpp's number for the mixture.
void ExportGguf(const Context& context, const ModelFiles& model,
                const tokenizer::Tokenizer* tokenizer, const fs::path& out,
                const ExportOptions& options, const GgufPlan& plan = nullptr,
                std::optional<uint32_t> file_type = std::nullopt);

}  // namespace cria
