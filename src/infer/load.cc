// Files to packed weights; the tokenizer is held to the one of the training.
#include "infer/load.h"

#include "base/error.h"
#include "store/gguf.h"
#include "tokenizer/gguf_vocabulary.h"

namespace cria::infer {

tokenizer::Tokenizer LoadTokenizer(const fs::path& path) {
  if (!fs::is_regular_file(path) || !store::IsGguf(path)) return tokenizer::Tokenizer::Load(path);
  return tokenizer::Tokenizer::FromVocabulary(
      tokenizer::ReadGgufVocabulary(store::OpenGguf(path).metadata(), path.string()),
      path.string());
}

LoadedModel LoadModel(const Context& context, const fs::path& path, const LoadOptions& options) {
  ModelFiles files = OpenModel(path);
  LoadedModel loaded;
  loaded.config = files.config;
  for (const std::string& note : files.notes) context.Log(LogLevel::kWarning, note);
  const fs::path tokenizer = options.tokenizer.empty() ? files.tokenizer : options.tokenizer;
  if (!tokenizer.empty()) {
    loaded.tokenizer = std::make_unique<tokenizer::Tokenizer>(LoadTokenizer(tokenizer));
    if (loaded.tokenizer->vocab_size() > files.config.vocab_size) {
      throw Error(fmt::format("the tokenizer has {} pieces, the model {}",
                              loaded.tokenizer->vocab_size(), files.config.vocab_size),
                  tokenizer.string(), "give the model's own tokenizer with --tokenizer");
    }
    const int64_t missing = files.config.vocab_size - loaded.tokenizer->vocab_size();
    if (missing > 0) {
      // A few rows of padding are usual.
      context.Log(missing > files.config.vocab_size / 32 ? LogLevel::kWarning : LogLevel::kDebug,
                  fmt::format("the tokenizer has {} pieces, the model {}: the others mean nothing",
                              loaded.tokenizer->vocab_size(), files.config.vocab_size));
      loaded.tokenizer->Fill(files.config.vocab_size);
    }
    const std::string trained_with =
        files.state.is_object() ? files.state.value("tokenizer_sha256", "") : "";
    if (!trained_with.empty() && loaded.tokenizer->digest() != trained_with) {
      throw Error("the model was trained with another tokenizer", tokenizer.string(),
                  "give the model's own tokenizer with --tokenizer");
    }
  } else if (options.needs_tokenizer) {
    throw Error("no tokenizer beside the model", path.string(), "name one with --tokenizer");
  }
  loaded.llama =
      MakeLlama(files.config,
                {.precision = options.precision.value_or(DefaultPrecision(context.accelerator())),
                 .for_training = false,
                 .accelerator = context.accelerator()});
  loaded.llama->LoadWeights(context, std::move(files));
  return loaded;
}

}  // namespace cria::infer
