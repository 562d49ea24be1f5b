// tokenizer.json read and written: the LLaMA tokenizer against its golden ids, a byte-level one
// built by hand, and what is refused.
#include "tokenizer/hugging_face.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"
#include "test_data.h"
#include "tokenizer/gguf_vocabulary.h"
#include "tokenizer/regex_split.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/tokenizer_samples.h"

namespace cria::tokenizer {
namespace {

void ExpectGoldenIds(const Tokenizer& tokenizer) {
  std::string lines = ReadFile(TestData() / "tokenizer/golden_encode.jsonl");
  size_t at = 0, checked = 0;
  while (at < lines.size()) {
    const size_t end = lines.find('\n', at);
    const Json item = ParseJson(std::string_view(lines).substr(at, end - at), "golden");
    at = end + 1;
    const auto text = item["text"].get<std::string>();
    const auto ids = item["ids"].get<std::vector<int32_t>>();
    ASSERT_EQ(tokenizer.Encode(text), ids) << item["id"];
    if (!item.contains("decoded")) {
      ASSERT_EQ(tokenizer.Decode(ids), text);
    }
    ++checked;
  }
  EXPECT_GT(checked, 1000);
}

TEST(HuggingFace, TheLlamaTokenizerGivesTheGoldenIds) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/llama-hf-tokenizer.json");
  const Tokenizer read = Tokenizer::Load(TestData() / "tokenizer/llama-hf-tokenizer.json");
  EXPECT_EQ(read.bos_id(), 1);
  EXPECT_EQ(read.eos_id(), 2);
  ExpectGoldenIds(read);
}

TEST(HuggingFace, WritesTheMergesOfTransformers) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/llama-hf-tokenizer.json");
  const Tokenizer tokenizer = Tokenizer::Load(TestData() / "tokenizer/tokenizer.model");
  const std::string text = SerializeHuggingFace(tokenizer.vocabulary());
  const SortedJson ours = ParseSortedJson(text, "ours");
  const SortedJson theirs =
      ParseSortedJson(ReadFile(TestData() / "tokenizer/llama-hf-tokenizer.json"), "theirs");
  EXPECT_EQ(ours["model"]["vocab"], theirs["model"]["vocab"]);
  EXPECT_EQ(ours["model"]["merges"], theirs["model"]["merges"]);
  EXPECT_EQ(ours["normalizer"], theirs["normalizer"]);
  EXPECT_EQ(ours["decoder"], theirs["decoder"]);
  ExpectGoldenIds(Tokenizer::FromBytes(text));
}

TEST(Gguf, TheVocabularyGoesThereAndBack) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/tokenizer.model");
  const Tokenizer tokenizer = Tokenizer::Load(TestData() / "tokenizer/tokenizer.model");
  Json values = Json::object();
  WriteGgufVocabulary(tokenizer.vocabulary(), &values);
  const Tokenizer again = Tokenizer::FromVocabulary(ReadGgufVocabulary(values, "test"), "test");
  EXPECT_EQ(again.bos_id(), tokenizer.bos_id());
  EXPECT_EQ(again.eos_id(), tokenizer.eos_id());
  ExpectGoldenIds(again);
}

std::string ByteLevelJson(bool ignore_merges) { return SampleByteLevelJson(ignore_merges).dump(); }

TEST(ByteLevel, CutsThenMerges) {
  const Tokenizer plain = Tokenizer::FromBytes(ByteLevelJson(false));
  // " world" has no merges: its letters stay apart unless whole words go first.
  EXPECT_EQ(plain.Encode("hello"), (std::vector<int32_t>{259}));
  EXPECT_EQ(plain.Encode("hello world").size(), 1 + 6);
  const Tokenizer whole = Tokenizer::FromBytes(ByteLevelJson(true));
  EXPECT_EQ(whole.Encode("hello world"), (std::vector<int32_t>{259, 260}));
  EXPECT_EQ(whole.bos_id(), -1);  // no post-processor puts it there
  for (const char* text :
       {"hello world", "  12345 \n\n\t x's", "\xF0\x9F\xA6\x99 llama\xC2\xA0!", ""}) {
    EXPECT_EQ(whole.Decode(whole.Encode(text)), text);
    StreamDecoder stream(whole);
    std::string joined;
    for (const int32_t id : whole.Encode(text)) joined += stream.Feed(id);
    EXPECT_EQ(joined + stream.Flush(), text);
  }
  const Tokenizer again = Tokenizer::FromBytes(SerializeHuggingFace(whole.vocabulary()));
  EXPECT_EQ(again.Encode("hello world 1234"), whole.Encode("hello world 1234"));
}

// Cuts that the expression's author documents: contractions, one optional leading character before
// letters, numbers by three, blanks that leave one for the next word.
TEST(ByteLevel, Llama3Cuts) {
  const RegexSplit split(kLlama3Split, "test");
  const auto parts = [&](std::string_view text) {
    std::vector<std::string_view> out;
    split.Split(text, &out);
    return std::vector<std::string>(out.begin(), out.end());
  };
  EXPECT_EQ(parts("I'll pay 12345 now"),
            (std::vector<std::string>{"I", "'ll", " pay", " ", "123", "45", " now"}));
  EXPECT_EQ(parts("a   b"), (std::vector<std::string>{"a", "  ", " b"}));
  EXPECT_EQ(parts("x!!\n\n y"), (std::vector<std::string>{"x", "!!\n\n", " y"}));
  EXPECT_EQ(parts("\xC3\xA9t\xC3\xA9 "), (std::vector<std::string>{"\xC3\xA9t\xC3\xA9", " "}));
}

// What a file of a few bytes could cost: ids far apart, pieces whose merges take the square.
TEST(HuggingFace, HolesAndLongPiecesAreBounded) {
  const Json far = {{"model", {{"type", "BPE"}, {"vocab", {{"a", 4000000}}}}}};
  EXPECT_THROW(ParseHuggingFace(far.dump(), "here"), Error);
  ModelProto model = LlamaModelProto();
  model.pieces = {{"<unk>", 0, PieceType::kUnknown}};
  for (int byte = 0; byte < 256; ++byte) {
    model.pieces.push_back({fmt::format("<0x{:02X}>", byte), 0, PieceType::kByte});
  }
  EXPECT_NO_THROW(Tokenizer::FromBytes(SerializeModelProto(model), "here"));
  model.pieces.push_back({std::string(100000, 'a'), 0, PieceType::kNormal});
  EXPECT_THROW(Tokenizer::FromBytes(SerializeModelProto(model), "here"), Error);
}

TEST(HuggingFace, RefusesOtherKindsAndDamage) {
  const auto with = [](const char* find, const char* put) {
    std::string text = ByteLevelJson(false);
    text.replace(text.find(find), std::string(find).size(), put);
    return text;
  };
  EXPECT_THROW(Tokenizer::FromBytes(with("\"BPE\"", "\"Unigram\"")), Error);
  EXPECT_THROW(Tokenizer::FromBytes(with("Isolated", "Removed")), Error);
  EXPECT_THROW(Tokenizer::FromBytes(with("hell o", "hell zz")), Error);
  EXPECT_THROW(Tokenizer::FromBytes(with("(?i:", "(?i((")), Error);
  EXPECT_THROW(
      Tokenizer::FromBytes(with("\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}")),
      Error);
  const std::string whole = ByteLevelJson(true);
  for (size_t cut = 1; cut < whole.size(); cut += 97) {
    EXPECT_THROW(Tokenizer::FromBytes(whole.substr(0, cut)), Error) << cut;
  }
}

}  // namespace
}  // namespace cria::tokenizer
