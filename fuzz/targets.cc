// A new target is one function and one line of the table at the end.
#include "targets.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "chat_targets.h"
#include "dump_targets.h"
#include "input.h"
#include "model/checkpoint.h"
#include "store/checkpoint.h"
#include "store/gguf.h"
#include "store/llama2c.h"
#include "store/manifest.h"
#include "store/pickle.h"
#include "store/safetensors.h"
#include "store/torch_file.h"
#include "store/zip_archive.h"
#include "tiny_model.h"
#include "tokenizer/gguf_vocabulary.h"
#include "tokenizer/tokenizer.h"

namespace cria::fuzz {
namespace {

using Bytes = std::span<const uint8_t>;

std::string_view Text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Runs f; what a damaged file may throw is not a finding.
template <class F>
void Expecting(F f) {
  try {
    f();
  } catch (const Error&) {
  }
}

// A tensor that opened can be read, in no more memory than its file explains.
void ReadAll(const store::TensorSet& set) {
  static const Context context(1);
  for (const store::NamedTensor& tensor : set.tensors()) {
    store::ReadBytes(tensor);
    std::vector<float> values(static_cast<size_t>(tensor.elements()));
    store::ReadAsFloat(context, tensor, values);
  }
}

// Opens as a model, and as the whole that loading would read.
void OpenAsModel(const fs::path& path) {
  Expecting([&] { ReadAll(OpenModel(path).tensors); });
}

void Gguf(Bytes input) {
  const InputFile file(input);
  Expecting([&] { ReadAll(store::OpenGguf(file.path())); });
  OpenAsModel(file.path());
}

void Safetensors(Bytes input) {
  const InputFile file(input);
  Expecting([&] { ReadAll(store::OpenSafetensors(file.path())); });
}

void RunPickle(Bytes input) {
  Expecting([&] { store::Pickle(input, "input"); });
}

void Zip(Bytes input) {
  Expecting([&] { store::ReadZip(input, "input"); });
}

void Torch(Bytes input) {
  const InputFile file(input);
  Expecting([&] { ReadAll(store::OpenTorchFile(file.path())); });
}

void Llama2c(Bytes input) {
  const InputFile file(input);
  Expecting([&] { ReadAll(store::OpenLlama2c(file.path())); });
  OpenAsModel(file.path());
}

// config.json, and behind a line "====" the index of two files of sound weights.
void HuggingFace(Bytes input) {
  static const TinyFolder folder(TinyFolder::kHuggingFace);
  const std::string_view text = Text(input);
  const size_t cut = text.find("\n====\n");
  folder.Put("config.json", text.substr(0, cut));
  if (cut == text.npos) {
    folder.Remove("model.safetensors.index.json");
  } else {
    folder.Put("model.safetensors.index.json", text.substr(cut + 6));
  }
  OpenAsModel(folder.path());
}

// params.json before sound weights.
void MetaParams(Bytes input) {
  static const TinyFolder folder(TinyFolder::kMeta);
  folder.Put("params.json", Text(input));
  OpenAsModel(folder.path());
}

// The manifest of a checkpoint without its own digest, which is put behind it: no fuzzer finds one.
void Checkpoint(Bytes input) {
  static const TinyFolder folder(TinyFolder::kCria);
  folder.Put(store::kManifestName, store::SignManifest(std::string(Text(input))));
  Expecting([&] {
    const store::Checkpoint checkpoint = store::OpenCheckpoint(folder.path());
    ReadAll(checkpoint.tensors);
    checkpoint.tensors.Verify(Context(1));
  });
  OpenAsModel(folder.path());
}

void ReadJsonText(Bytes input) {
  Expecting([&] {
    const Json json = ParseJson(Text(input), "input");
    TryParseJson(json.dump(-1, ' ', false, Json::error_handler_t::replace));
  });
  Expecting([&] { ParseSortedJson(Text(input), "input"); });
}

// Any tokenizer that opens encodes any text and decodes what it made of it.
void Use(const tokenizer::Tokenizer& tokenizer, std::string_view text) {
  text = text.substr(0, 4096);
  for (const std::string_view sample :
       {text, std::string_view("Hello  12 \xF0\x9F\xA6\x99<s>\n")}) {
    tokenizer.Decode(tokenizer.Encode(sample));
    tokenizer.Decode(tokenizer.EncodeSpecial(sample));
  }
  for (int32_t id = 0; id < std::min(tokenizer.vocab_size(), 512); ++id) tokenizer.Decode({&id, 1});
}

void TokenizerFile(Bytes input) {
  Expecting([&] {
    Use(tokenizer::Tokenizer::FromBytes(std::string(Text(input)), "input"), Text(input));
  });
}

// The key-values of a GGUF file, as JSON.
void GgufVocabulary(Bytes input) {
  Expecting([&] {
    Use(tokenizer::Tokenizer::FromVocabulary(
            tokenizer::ReadGgufVocabulary(ParseJson(Text(input), "input"), "input"), "input"),
        Text(input));
  });
}

constexpr Target kTargets[] = {
    {"gguf", Gguf},
    {"safetensors", Safetensors},
    {"pickle", RunPickle},
    {"zip", Zip},
    {"torch", Torch},
    {"llama2c", Llama2c},
    {"hugging_face", HuggingFace},
    {"meta_params", MetaParams},
    {"checkpoint", Checkpoint},
    {"json", ReadJsonText},
    {"tokenizer_model", TokenizerFile},
    {"tokenizer_json", TokenizerFile},
    {"gguf_vocabulary", GgufVocabulary},
    {"chat_template", ChatTemplate},
    {"special_tokens", SpecialTokens},
    {"web_archive", WebArchive},
    {"web_page", WebPage},
    {"mediawiki", MediaWiki},
    {"arxiv", Arxiv},
    {"stack_exchange", StackExchange},
    {"gutenberg", Gutenberg},
    {"source_file", SourceFile},
    {"arpa", Arpa},
    {"fetch_list", FetchList},
};

}  // namespace

std::span<const Target> Targets() { return kTargets; }

const Target* FindTarget(std::string_view name) {
  for (const Target& target : kTargets) {
    if (target.name == name) return &target;
  }
  return nullptr;
}

}  // namespace cria::fuzz
