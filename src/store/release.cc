// The published digests of LLaMA 1, a table.
//
// MD5: the checklist.chk files of the release, as quoted on GitHub in shawwn/llama-dl issue 4 and
// ggml-org/llama.cpp issue 238, which agree. SHA-256: the file SHA256SUMS that llama.cpp kept
// (commit 2580d755). Digests of params.json and tokenizer.model were computed anew from their texts
// and agree with both (65B/params.json, of which no MD5 was published, has the one computed).
#include "store/release.h"

namespace cria::store {
namespace {

constexpr ReleaseFile kFiles[] = {
    {"", "tokenizer.model", "eeec4125e9c7560836b4873b6f8e3025",
     "9e556afd44213b6bd1be2b850ebbbd98f5481437a8021afaf58ee7fb1818d347", 499723},
    {"7B", "params.json", "7596560e011154b90eb51a1b15739763",
     "7e89e242ddc0dd6f060b43ca219ce8b3e8f08959a72cb3c0855df8bb04d46265", 101},
    {"7B", "consolidated.00.pth", "6efc8dab194ab59e49cd24be5574d85e",
     "700df0d3013b703a806d2ae7f1bfb8e59814e3d06ae78be0c66368a50059f33d", 13476939516},
    {"13B", "params.json", "0171286599e0f8858893e49fb74b71f8",
     "4ab77bec4d4405ccb66a97b282574c89a94417e3c32e5f68f37e2876fc21322f", 101},
    {"13B", "consolidated.00.pth", "0804c42ca65584f50234a86d71e6916a",
     "745bf4e29a4dd6f411e72976d92b452da1b49168a4f41c951cfcc8051823cf08", 0},
    {"13B", "consolidated.01.pth", "016017be6040da87604f77703b92f2bc",
     "d5ccbcc465c71c0de439a5aeffebe8344c68a519bce70bc7f9f92654ee567085", 0},
    {"30B", "params.json", "4babdbd05b8923226a9e9622492054b6",
     "2c07118ea98d69dbe7810d88520e30288fa994751b337f8fca02b171955f44cb", 101},
    {"30B", "consolidated.00.pth", "f856e9d99c30855d6ead4d00cc3a5573",
     "e23294a58552d8cdec5b7e8abb87993b97ea6eced4178ff2697c02472539d067", 0},
    {"30B", "consolidated.01.pth", "d9dbfbea61309dc1e087f5081e98331a",
     "4e077b7136c7ae2302e954860cf64930458d3076fcde9443f4d0e939e95903ff", 0},
    {"30B", "consolidated.02.pth", "2b2bed47912ceb828c0a37aac4b99073",
     "24a87f01028cbd3a12de551dcedb712346c0b5cbdeff1454e0ddf2df9b675378", 0},
    {"30B", "consolidated.03.pth", "ea0405cdb5bc638fee12de614f729ebc",
     "1adfcef71420886119544949767f6a56cb6339b4d5fcde755d80fe68b49de93b", 0},
    {"65B", "params.json", "0306cf93a1c2c3891166fe1fd782c2b7",
     "999ed1659b469ccc2a941714c0a9656fa571d17c9f7c8c7589817ca90edef51b", 101},
    {"65B", "consolidated.00.pth", "9deae67e2e7b5ccfb2c738f390c00854",
     "135c563f6b3938114458183afb01adc9a63bef3d8ff7cccc3977e5d3664ecafe", 0},
    {"65B", "consolidated.01.pth", "0c4b00c30460c3818bd184ee949079ee",
     "9a600b37b19d38c7e43809485f70d17d1dc12206c07efa83bc72bb498a568bde", 0},
    {"65B", "consolidated.02.pth", "847194df776dd38f8ae9ddcede8829a1",
     "e7babf7c5606f165a3756f527cb0fedc4f83e67ef1290391e52fb1cce5f26770", 0},
    {"65B", "consolidated.03.pth", "3b6c8adcb5654fd36abab3206b46a0f1",
     "73176ffb426b40482f2aa67ae1217ef79fbbd1fff5482bae5060cdc5a24ab70e", 0},
    {"65B", "consolidated.04.pth", "68d61d1242597ad92616ec31b8cb6b4c",
     "882e6431d0b08a8bc66261a0d3607da21cbaeafa96a24e7e59777632dbdac225", 0},
    {"65B", "consolidated.05.pth", "7f71259eaee2b906aa405d8edf39925f",
     "a287c0dfe49081626567c7fe87f74cce5831f58e459b427b5e05567641f47b78", 0},
    {"65B", "consolidated.06.pth", "0574e26b6891ab2cb0df7340d773fe9b",
     "72b4eba67a1a3b18cb67a85b70f8f1640caae9b40033ea943fb166bd80a7b36b", 0},
    {"65B", "consolidated.07.pth", "e5d9790df955270b836aec79462ead22",
     "d27f5b0677d7ff129ceacd73fd461c4d06910ad7787cf217b249948c3f3bc638", 0},
};

constexpr Release kReleases[] = {
    {"7B", 1,
     R"({"dim": 4096, "multiple_of": 256, "n_heads": 32, "n_layers": 32, "norm_eps": 1e-06, "vocab_size": -1})"},
    {"13B", 2,
     R"({"dim": 5120, "multiple_of": 256, "n_heads": 40, "n_layers": 40, "norm_eps": 1e-06, "vocab_size": -1})"},
    {"30B", 4,
     R"({"dim": 6656, "multiple_of": 256, "n_heads": 52, "n_layers": 60, "norm_eps": 1e-06, "vocab_size": -1})"},
    {"65B", 8,
     R"({"dim": 8192, "multiple_of": 256, "n_heads": 64, "n_layers": 80, "norm_eps": 1e-05, "vocab_size": -1})"},
};

}  // namespace

std::span<const ReleaseFile> ReleaseFiles() { return kFiles; }
std::span<const Release> Releases() { return kReleases; }

const Release* FindRelease(std::string_view size) {
  for (const Release& release : kReleases) {
    if (release.size == size) return &release;
  }
  return nullptr;
}

const ReleaseFile* FindReleaseFile(std::string_view size, std::string_view name) {
  for (const ReleaseFile& file : kFiles) {
    if (file.size == size && file.name == name) return &file;
  }
  return nullptr;
}

}  // namespace cria::store
