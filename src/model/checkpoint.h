// From named tensors, in any format that store reads, to a config and a block of parameters.
#pragma once

#include "base/context.h"
#include "base/file.h"
#include "model/config.h"
#include "model/parameters.h"
#include "store/tensor_set.h"

namespace cria {

/// A model's files, opened and recognised by content, nothing read yet.
struct ModelFiles {
  const char* format = "";  ///< "cria", "meta", "huggingface", "gguf", "llama2.c"
  ModelConfig config;
  store::TensorSet tensors;
  std::string prefix;  ///< of the weights' names: "weights/" in a cria checkpoint
  Json state;          ///< of the training run, cria only
  fs::path tokenizer;  ///< found beside the model, or the GGUF file with its own; empty if none
  fs::path path;       ///< folder or file that holds the tensors
  /// What of the model is not built though it runs: a sliding window, for one.
  std::vector<std::string> notes;

  /// Bytes of the weights as stored.
  int64_t stored_bytes() const;
  /// A weight by its Meta name. Throws Error if it is missing or does not have the shape that the
  /// configuration asks for.
  const store::NamedTensor& Tensor(const std::string& name) const;
  /// Compares recorded digests; throws Error that names file and tensor. Reads all weights.
  void Verify(const Context& context) const;
  /// The same if the weights are up to 1 GB.
  void VerifySmall(const Context& context) const;
};

/// Opens a cria checkpoint or run folder (its newest complete checkpoint), a Meta folder, a Hugging
/// Face folder, a GGUF file or a llama2.c file. Sizes are taken from the tensors where the format
/// does not state them, and every tensor must be there in its shape. Throws Error that names what
/// is missing, damaged or not known.
ModelFiles OpenModel(const fs::path& path);

/// Reads all weights as fp32, checking recorded digests of files up to 1 GB and every shape.
ParameterBlock ReadParameters(const Context& context, const ModelFiles& files);

}  // namespace cria
