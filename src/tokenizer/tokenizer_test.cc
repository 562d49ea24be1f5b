// Golden files, round trips, damaged files and streaming of the tokenizer.
#include "tokenizer/tokenizer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "base/utf8.h"
#include "test_data.h"

namespace cria::tokenizer {
namespace {

std::filesystem::path Data(const std::string& name) { return TestData() / "tokenizer" / name; }

const Tokenizer& Llama() {
  static const Tokenizer tokenizer = Tokenizer::Load(Data("tokenizer.model"));
  return tokenizer;
}

template <class F>
void ForEachJsonLine(const std::filesystem::path& path, F&& f) {
  std::ifstream in(path);
  std::string line;
  int lines = 0;
  for (; std::getline(in, line); ++lines) f(ParseJson(line, path.string()));
  ASSERT_GT(lines, 100);
}

std::string FromHex(const std::string& hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return out;
}

std::string RandomText(uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kTest);
  constexpr uint32_t kBases[] = {'a', 'A', '0', ' ', 0x430, 0x4E00, 0x1F600, 0x300, 0xAC00, 0x20};
  std::string text;
  const uint64_t n = random.NextBelow(120);
  for (uint64_t i = 0; i < n; ++i) {
    const uint32_t base = kBases[random.NextBelow(std::size(kBases))];
    AppendUtf8(base == ' ' ? base : base + static_cast<uint32_t>(random.NextBelow(26)), &text);
  }
  return text;
}

TEST(TokenizerTest, GoldenEncode) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/golden_encode.jsonl");
  ForEachJsonLine(Data("golden_encode.jsonl"), [](const Json& json) {
    const auto text = json["text"].get<std::string>();
    const auto ids = json["ids"].get<std::vector<int32_t>>();
    ASSERT_EQ(Llama().Encode(text), ids) << text;
    ASSERT_EQ(Llama().Encode(text), ids) << "from the cache: " << text;
    const auto decoded = json.contains("decoded") ? json["decoded"].get<std::string>() : text;
    ASSERT_EQ(Llama().Decode(ids), decoded);
  });
}

TEST(TokenizerTest, GoldenDecodeAndStreaming) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/golden_decode.jsonl");
  ForEachJsonLine(Data("golden_decode.jsonl"), [](const Json& json) {
    const auto ids = json["ids"].get<std::vector<int32_t>>();
    const auto text = json["text"].get<std::string>();
    ASSERT_EQ(Llama().Decode(ids), text) << json["id"];
    StreamDecoder stream(Llama());
    std::string joined;
    for (const int32_t id : ids) {
      const std::string part = stream.Feed(id);
      ASSERT_TRUE(IsValidUtf8(part));
      joined += part;
    }
    ASSERT_EQ(joined + stream.Flush(), text) << json["id"];
  });
}

TEST(TokenizerTest, GoldenInvalidUtf8) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/golden_invalid_utf8.jsonl");
  ForEachJsonLine(Data("golden_invalid_utf8.jsonl"), [](const Json& json) {
    const auto hex = json["hex"].get<std::string>();
    ASSERT_EQ(Llama().Encode(FromHex(hex)), json["ids"].get<std::vector<int32_t>>()) << hex;
  });
}

TEST(TokenizerTest, Llama2cFileIsTheSameTokenizer) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/llama2c-tokenizer.bin");
  const Tokenizer other = Tokenizer::Load(Data("llama2c-tokenizer.bin"));
  ASSERT_EQ(other.vocab_size(), Llama().vocab_size());
  for (int32_t id = 0; id < other.vocab_size(); ++id) {
    ASSERT_EQ(other.Piece(id), Llama().Piece(id)) << id;
    ASSERT_EQ(other.Type(id), Llama().Type(id)) << id;
    ASSERT_EQ(other.Score(id), Llama().Score(id)) << id;
  }
  const Tokenizer again = Tokenizer::FromBytes(other.bytes());
  EXPECT_EQ(again.digest(), other.digest());
  EXPECT_EQ(again.Encode("Hello  world 123"), Llama().Encode("Hello  world 123"));
}

TEST(TokenizerTest, Facts) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/tokenizer.model");
  EXPECT_EQ(Llama().vocab_size(), 32000);
  EXPECT_EQ(Llama().unk_id(), 0);
  EXPECT_EQ(Llama().bos_id(), 1);
  EXPECT_EQ(Llama().eos_id(), 2);
  EXPECT_EQ(Llama().digest(), "9e556afd44213b6bd1be2b850ebbbd98f5481437a8021afaf58ee7fb1818d347");
  EXPECT_EQ(Llama().Find("\xE2\x96\x81Hello"), 15043);
  EXPECT_EQ(Llama().Score(29871), -1e9f);
  EXPECT_TRUE(Llama().Encode("").empty());
  EXPECT_EQ(Llama().Decode(std::vector<int32_t>{1, 15043, 2}), "Hello");
  EXPECT_THROW(Llama().Decode(std::vector<int32_t>{32000}), Error);
  EXPECT_THROW(Llama().Decode(std::vector<int32_t>{-1}), Error);
}

TEST(TokenizerTest, RoundTripAndLongWordsAgreeWithShortOnes) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/tokenizer.model");
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    const std::string text = RandomText(seed);
    ASSERT_EQ(Llama().Decode(Llama().Encode(text)), text);
  }
  // One word of 60 equal blanks or letters takes the heap, of 30 the scan.
  EXPECT_EQ(Llama().Decode(Llama().Encode(std::string(60, ' '))), std::string(60, ' '));
  EXPECT_EQ(Llama().Decode(Llama().Encode(std::string(100000, 'o'))), std::string(100000, 'o'));
}

/// The rule of bpe_encoder.h, written down as plainly as possible.
std::vector<std::string> PlainMerge(const Tokenizer& tokenizer, const std::string& text) {
  std::map<std::string, float> scores;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (tokenizer.Type(id) == PieceType::kNormal) scores[tokenizer.Piece(id)] = tokenizer.Score(id);
  }
  std::vector<std::string> symbols = {"\xE2\x96\x81"};
  for (std::string_view rest = text; !rest.empty();) {
    const auto length = static_cast<size_t>(DecodeUtf8(rest).length);
    symbols.emplace_back(rest[0] == ' ' ? std::string_view("\xE2\x96\x81")
                                        : rest.substr(0, length));
    rest.remove_prefix(length);
  }
  while (true) {
    size_t best = symbols.size();
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto it = scores.find(symbols[i] + symbols[i + 1]);
      if (it == scores.end()) continue;
      if (best == symbols.size() || it->second > scores[symbols[best] + symbols[best + 1]])
        best = i;
    }
    if (best == symbols.size()) return symbols;
    symbols[best] += symbols[best + 1];
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

TEST(TokenizerTest, AgreesWithThePlainRule) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/tokenizer.model");
  for (uint64_t seed = 5000; seed < 5020; ++seed) {
    std::string text = RandomText(seed);
    if (seed % 4 == 0) text += std::string(seed % 97, ' ') + "xooooo------------------------==";
    if (text.empty()) continue;
    std::vector<int32_t> expected;
    for (const std::string& piece : PlainMerge(Llama(), text)) {
      const int32_t id = Llama().Find(piece);
      if (id >= 0) {
        expected.push_back(id);
      } else {
        for (const char c : piece) expected.push_back(3 + static_cast<uint8_t>(c));
      }
    }
    ASSERT_EQ(Llama().Encode(text), expected) << text;
  }
}

TEST(TokenizerTest, UnsupportedModelsAreRefusedByName) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/unsupported/unigram_test_model.model");
  try {
    Tokenizer::Load(Data("unsupported/unigram_test_model.model"));
    FAIL() << "a Unigram model was taken";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("Unigram"), std::string::npos) << error.what();
  }
}

TEST(TokenizerTest, DamagedFilesNeverCrash) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/spm_train_reference/botchan_bpe_2000.model");
  const std::string model = ReadFile(Data("spm_train_reference/botchan_bpe_2000.model"));
  const std::string llama2c = ReadFile(TestData() / "models/stories260K/tok512.bin");
  RandomStream random(1, RandomPurpose::kTest);
  const auto attempt = [](std::string bytes) {
    try {
      const Tokenizer tokenizer = Tokenizer::FromBytes(std::move(bytes));
      tokenizer.Decode(tokenizer.Encode("Hello  world, 12 \xD0\xB6 and more\n"));
    } catch (const Error&) {
    }
  };
  for (const std::string* file : {&model, &llama2c}) {
    const std::string& whole = *file;
    // A llama2.c file has no count, so only a cut inside a piece can be seen for certain.
    for (size_t cut = 0; cut < whole.size(); cut += 1 + random.NextBelow(100)) {
      if (&whole == &model) {
        EXPECT_THROW(Tokenizer::FromBytes(whole.substr(0, cut)), Error) << cut;
      } else {
        attempt(whole.substr(0, cut));
      }
    }
    for (int i = 0; i < 1500; ++i) {
      std::string flipped = whole;
      flipped[random.NextBelow(whole.size())] ^= static_cast<char>(1 << random.NextBelow(8));
      attempt(std::move(flipped));
    }
  }
  attempt("");
  attempt("garbage");
  attempt(std::string(1000, '\xFF'));
}

}  // namespace
}  // namespace cria::tokenizer
