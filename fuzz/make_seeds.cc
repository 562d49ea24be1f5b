// Writes the seeds of the corpus: cria_fuzz_seeds fuzz/corpus. Sound files, one or two a target;
// the fuzzer breaks them.
#include <cstdio>

#include "base/error.h"
#include "store/checkpoint.h"
#include "tiny_model.h"
#include "tokenizer/hugging_face.h"

namespace cria::fuzz {
namespace {

void Put(const fs::path& corpus, const char* target, const char* name, std::string_view bytes) {
  fs::create_directories(corpus / target);
  WriteFile(corpus / target / name, bytes);
}

// The pickle in a file of torch.save: between the name of its entry and the next one's header.
std::string PickleOf(const std::string& zip) {
  const size_t begin = zip.find("\x80\x02}("), end = zip.find("PK\x03\x04", begin);
  return zip.substr(begin, end - begin);
}

void WriteSeeds(const fs::path& corpus) {
  const TinyFolder hf(TinyFolder::kHuggingFace), meta(TinyFolder::kMeta), own(TinyFolder::kCria);
  const auto read = [](const TinyFolder& folder, const char* name) {
    return ReadFile(folder.path() / name);
  };
  WriteTinyGguf(hf.path() / "x.gguf");
  Put(corpus, "gguf", "tiny", read(hf, "x.gguf"));
  Put(corpus, "safetensors", "tiny", read(hf, "a.safetensors"));
  Put(corpus, "hugging_face", "whole", read(hf, "config.json"));
  Put(corpus, "hugging_face", "parts",
      read(hf, "config.json") + "\n====\n" + read(hf, "model.safetensors.index.json"));
  const std::string pth = read(meta, "consolidated.00.pth");
  Put(corpus, "torch", "tiny", pth);
  Put(corpus, "zip", "tiny", pth);
  Put(corpus, "pickle", "tiny", PickleOf(pth));
  Put(corpus, "meta_params", "tiny", read(meta, "params.json"));
  const std::string manifest = read(own, store::kManifestName);
  Put(corpus, "checkpoint", "tiny", manifest.substr(0, manifest.rfind(",\n\"manifest_xxh3\"")));
  Put(corpus, "json", "tiny", manifest);
  Put(corpus, "llama2c", "tiny", TinyLlama2c());
  Put(corpus, "tokenizer_model", "tiny", TinyTokenizerModel());
  tokenizer::Vocabulary vocabulary;
  vocabulary.model = tokenizer::ParseModelProto(TinyTokenizerModel(), "tiny");
  Put(corpus, "tokenizer_json", "tiny", SerializeHuggingFace(vocabulary));
  for (const bool byte_level : {false, true}) {
    Put(corpus, "gguf_vocabulary", byte_level ? "byte_level" : "sentencepiece",
        TinyGgufVocabulary(byte_level).dump());
  }
}

}  // namespace
}  // namespace cria::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: cria_fuzz_seeds CORPUS\n", stderr);
    return 2;
  }
  cria::fuzz::WriteSeeds(argv[1]);
  return 0;
}
