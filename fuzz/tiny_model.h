// A sound LLaMA of a few hundred bytes in every format: what stands beside a fuzzed file, and the
// seeds.
#pragma once

#include <string_view>

#include "base/json.h"

namespace cria::fuzz {

/// A folder with a tiny model, removed at the end.
class TinyFolder {
 public:
  enum Kind {
    kHuggingFace,  ///< config.json, an index and two safetensors files, the whole in a third
    kMeta,
    kCria,
  };
  explicit TinyFolder(Kind kind);
  ~TinyFolder();
  TinyFolder(const TinyFolder&) = delete;
  const fs::path& path() const { return path_; }
  /// Replaces a file, without flushing it to disk.
  void Put(std::string_view name, std::string_view bytes) const;
  void Remove(std::string_view name) const;

 private:
  fs::path path_;
};

/// The same model in one GGUF file, with a tokenizer of bytes.
void WriteTinyGguf(const fs::path& path);
/// As llama2.c's file, version 0.
std::string TinyLlama2c();
/// Key-values of a GGUF vocabulary: "llama" or "gpt2".
Json TinyGgufVocabulary(bool byte_level);
/// A tokenizer.model with the byte pieces and a few merges.
std::string TinyTokenizerModel();

}  // namespace cria::fuzz
