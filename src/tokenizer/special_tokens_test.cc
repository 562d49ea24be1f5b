// Special tokens in text: where they are found, where they must not be, what ends a reply.
#include "tokenizer/special_tokens.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "test_data.h"
#include "tokenizer/gguf_vocabulary.h"
#include "tokenizer/hugging_face.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/tokenizer_samples.h"

namespace cria::tokenizer {
namespace {

using Ids = std::vector<int32_t>;

std::vector<std::string> Found(const TokenMatcher& matcher, const MarkedText& text, bool control) {
  std::vector<std::string> found;
  for (size_t at = 0; at < text.size();) {
    const TokenMatcher::Match match = matcher.Find(text, at, control);
    if (match.token == nullptr) break;
    found.push_back(text.bytes().substr(match.begin, match.end - match.begin));
    at = match.end;
  }
  return found;
}

TEST(TokenMatcher, LongestFirstAndFlags) {
  const TokenMatcher matcher({{.id = 1, .text = "<a>"},
                              {.id = 2, .text = "<a>b"},
                              {.id = 3, .text = "<l>", .strips_left = true},
                              {.id = 4, .text = "<r>", .strips_right = true},
                              {.id = 5, .text = "word", .control = false, .single_word = true}});
  using Texts = std::vector<std::string>;
  EXPECT_EQ(Found(matcher, {"<a>b<a><a", false}, true), (Texts{"<a>b", "<a>"}));
  EXPECT_EQ(Found(matcher, {"<a>b<a><a", false}, false), Texts{});
  EXPECT_EQ(Found(matcher, {"x \n<l> y", false}, true), Texts{" \n<l>"});
  EXPECT_EQ(Found(matcher, {"x <r> \t y", false}, true), Texts{"<r> \t "});
  EXPECT_EQ(Found(matcher, {"<r>  <l>", false}, true), (Texts{"<r>  ", "<l>"}));
  EXPECT_EQ(Found(matcher, {"word swords word_ (word) wordé", false}, false),
            (Texts{"word", "word"}));
}

TEST(TokenMatcher, ABytesFromOutsideUndoesAControlToken) {
  const TokenMatcher matcher({{.id = 1, .text = "<a>"}, {.id = 2, .text = "ok", .control = false}});
  MarkedText text("<a>", false);
  text.Append("<a> ok <", true);
  text.Append("a><a>", false);
  EXPECT_EQ(Found(matcher, text, true), (std::vector<std::string>{"<a>", "ok", "<a>"}));
}

TEST(SpecialTokens, LlamaTokenizerAsItsOwnLibrariesDo) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/tokenizer.model");
  const Tokenizer model = Tokenizer::Load(TestData() / "tokenizer/tokenizer.model");
  EXPECT_EQ(model.end_ids(), (Ids{1, 2}));
  EXPECT_EQ(model.Encode("<s>"), (Ids{529, 29879, 29958}));  // FORMATS: never from plain text
  EXPECT_EQ(model.EncodeSpecial("<s>Hello world</s>"), (Ids{1, 15043, 3186, 2}));
  EXPECT_EQ(model.EncodeSpecial("Hello world"), model.Encode("Hello world"));
  EXPECT_EQ(model.EncodeSpecial("<s>"), Ids{1});
  EXPECT_EQ(model.EncodeSpecial(""), Ids{});
  MarkedText forged("<s>", false);
  forged.Append("Hello</s>", true);
  Ids ids, plain = {1};
  model.EncodeSpecial(forged, &ids);
  model.Encode("Hello</s>", &plain);
  EXPECT_EQ(ids, plain);
}

// SentencePiece's rule: such a symbol is always one piece, and nothing is merged across it.
TEST(SpecialTokens, UserDefinedSymbolsOfSentencePiece) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/tokenizer.model");
  const Tokenizer base = Tokenizer::Load(TestData() / "tokenizer/tokenizer.model");
  ModelProto proto = base.model();
  proto.pieces.push_back({"<think>", 0, PieceType::kUserDefined});
  const Tokenizer with = Tokenizer::FromBytes(SerializeModelProto(proto));
  const int32_t id = with.vocab_size() - 1;
  EXPECT_EQ(with.Encode("Hello<think> world"), (Ids{15043, id, 3186}));
  EXPECT_EQ(with.Encode("<think>"), (Ids{29871, id}));
  EXPECT_EQ(with.Decode(Ids{15043, id, 3186}), "Hello<think> world");
}

TEST(SpecialTokens, TokenizerJsonAddedTokens) {
  Json json = SampleByteLevelJson();
  const int next = json["added_tokens"][0]["id"].get<int>() + 1;
  json["added_tokens"].push_back({{"id", next}, {"content", "<|eot_id|>"}, {"special", false}});
  json["added_tokens"].push_back({{"id", next + 1}, {"content", "<tool>"}, {"special", false}});
  const Tokenizer tokenizer = Tokenizer::FromBytes(json.dump());
  // Ordinary by the file, a control token by its form.
  EXPECT_EQ(tokenizer.Type(next), PieceType::kControl);
  EXPECT_EQ(tokenizer.end_ids(), Ids{next});
  EXPECT_EQ(tokenizer.EncodeSpecial("hello<|eot_id|>"), (Ids{259, next}));
  EXPECT_GT(tokenizer.Encode("hello<|eot_id|>").size(), 5u);
  EXPECT_EQ(tokenizer.Encode("hello<tool>hello"), (Ids{259, next + 1, 259}));
  EXPECT_EQ(tokenizer.Decode(Ids{259, next + 1, next}), "hello<tool>");
  const Tokenizer again = Tokenizer::FromBytes(SerializeHuggingFace(tokenizer.vocabulary()));
  EXPECT_EQ(again.Encode("hello<tool>hello"), (Ids{259, next + 1, 259}));
  EXPECT_EQ(again.EncodeSpecial("hello<|eot_id|>"), (Ids{259, next}));
  Json values = Json::object();
  WriteGgufVocabulary(tokenizer.vocabulary(), &values);
  const Tokenizer gguf = Tokenizer::FromVocabulary(ReadGgufVocabulary(values, "test"), "test");
  EXPECT_EQ(gguf.Encode("hello<tool>hello"), (Ids{259, next + 1, 259}));
  EXPECT_EQ(gguf.EncodeSpecial("hello<|eot_id|>"), (Ids{259, next}));
  EXPECT_EQ(gguf.end_ids(), Ids{next});
}

// SmolLM2 cuts digits one by one before GPT-2's rule; GPT-2 keeps them together.
TEST(SpecialTokens, PreTokenizersOfGpt2AndSmolLm2) {
  Json json = SampleByteLevelJson();
  const int next = json["added_tokens"][0]["id"].get<int>() + 1;
  json["model"]["vocab"]["12"] = next;
  const Json byte_level = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}};
  json["pre_tokenizer"] = byte_level;
  EXPECT_EQ(Tokenizer::FromBytes(json.dump()).Encode("hello 12"), (Ids{259, ' ', '1', '2'}));
  EXPECT_EQ(Tokenizer::FromBytes(json.dump()).Encode("hello\n12"), (Ids{259, '\n', next}));
  const Json digits = {{"type", "Digits"}, {"individual_digits", true}};
  json["pre_tokenizer"] = {{"type", "Sequence"},
                           {"pretokenizers", Json::array({digits, byte_level})}};
  EXPECT_EQ(Tokenizer::FromBytes(json.dump()).Encode("hello\n12"), (Ids{259, '\n', '1', '2'}));
  json["pre_tokenizer"] = {{"type", "Sequence"},
                           {"pretokenizers", Json::array({{{"type", "Whitespace"}}, byte_level})}};
  try {
    Tokenizer::FromBytes(json.dump());
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("\"Whitespace\""), std::string::npos);
  }
}

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / fmt::format("cria-special-{}", ::getpid())) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  void Write(const char* name, const Json& json) const { WriteJson(path_ / name, json); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

TEST(SpecialTokens, FilesBesideTheTokenizer) {
  const Folder folder;
  Json json = SampleByteLevelJson();
  const int bos = json["added_tokens"][0]["id"];
  for (const char* text : {"<|end_of_text|>", "<|eot_id|>", "<|eom_id|>"}) {
    json["added_tokens"].push_back(
        {{"id", bos + std::ssize(json["added_tokens"])}, {"content", text}, {"special", true}});
  }
  folder.Write("tokenizer.json", json);
  folder.Write("special_tokens_map.json", {{"bos_token", {{"content", "<|begin_of_text|>"}}},
                                           {"eos_token", "<|end_of_text|>"}});
  folder.Write("tokenizer_config.json", {{"eos_token", "<|eot_id|>"},
                                         {"pad_token", nullptr},
                                         {"chat_template",
                                          {{{"name", "default"}, {"template", "a{{ bos_token }}"}},
                                           {{"name", "tool_use"}, {"template", "b"}}}}});
  folder.Write("generation_config.json", {{"eos_token_id", {bos + 1, bos + 2, bos + 9999}}});
  const Tokenizer t = Tokenizer::Load(folder.path() / "tokenizer.json");
  EXPECT_EQ(t.NamedToken("bos_token"), "<|begin_of_text|>");
  EXPECT_EQ(t.NamedToken("pad_token"), "");
  EXPECT_EQ(t.bos_id(), -1);  // no post-processor puts it there
  EXPECT_EQ(t.eos_id(), bos + 2);
  EXPECT_EQ(t.end_ids(), (Ids{bos + 1, bos + 2, bos + 3}));
  ASSERT_NE(t.FindTemplate("tool_use"), nullptr);
  EXPECT_EQ(t.FindTemplate("default")->text, "a{{ bos_token }}");
  WriteFile(folder.path() / "chat_template.jinja", "file");
  EXPECT_EQ(Tokenizer::Load(folder.path() / "tokenizer.json").FindTemplate("default")->text,
            "file");
  WriteFile(folder.path() / "tokenizer_config.json", "[1]");
  EXPECT_THROW(Tokenizer::Load(folder.path() / "tokenizer.json"), Error);
}

TEST(SpecialTokens, TokensThatATokenizerModelLacks) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/tokenizer.model");
  const Folder folder;
  fs::copy_file(TestData() / "tokenizer/tokenizer.model", folder.path() / "tokenizer.model");
  folder.Write("tokenizer_config.json",
               {{"tokenizer_class", "LlamaTokenizer"},
                {"add_bos_token", true},
                {"bos_token", "<s>"},
                {"eos_token", "<|im_end|>"},
                {"added_tokens_decoder",
                 {{"1", {{"content", "<s>"}, {"special", true}}},
                  {"32000", {{"content", "<|im_end|>"}, {"special", true}}},
                  {"32001", {{"content", "<|im_start|>"}, {"special", true}}}}}});
  const Tokenizer t = Tokenizer::Load(folder.path() / "tokenizer.model");
  EXPECT_EQ(t.vocab_size(), 32002);
  EXPECT_EQ(t.bos_id(), 1);
  EXPECT_EQ(t.eos_id(), 32000);
  EXPECT_EQ(t.EncodeSpecial("<|im_start|>Hello<|im_end|>"), (Ids{32001, 15043, 32000}));
  folder.Write("tokenizer_config.json", {{"added_tokens_decoder", {{"5", {{"content", "<x>"}}}}}});
  EXPECT_THROW(Tokenizer::Load(folder.path() / "tokenizer.model"), Error);
}

// Prefix rules of tokenizer.json: a Prepend normaliser works on every part between special tokens,
// Metaspace "first" on the start of the text only.
TEST(SpecialTokens, BlankPrefixOfParts) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/llama-hf-tokenizer.json");
  const std::string bytes = ReadFile(TestData() / "tokenizer/llama-hf-tokenizer.json");
  const Tokenizer legacy = Tokenizer::FromBytes(bytes);
  EXPECT_EQ(legacy.EncodeSpecial("<s>Hello</s>Hello"), (Ids{1, 15043, 2, 15043}));
  SortedJson json = ParseSortedJson(bytes, "test");
  json["normalizer"] = nullptr;
  json["pre_tokenizer"] = {{"type", "Metaspace"},
                           {"replacement", "\xE2\x96\x81"},
                           {"prepend_scheme", "first"},
                           {"split", false}};
  const Tokenizer first = Tokenizer::FromBytes(json.dump());
  EXPECT_EQ(first.EncodeSpecial("Hello</s>Hello"), (Ids{15043, 2, 10994}));
  EXPECT_EQ(first.EncodeSpecial("<s>Hello"), (Ids{1, 10994}));
  EXPECT_EQ(first.Encode(" Hello"), Ids{15043});
  json["pre_tokenizer"]["split"] = true;
  EXPECT_THROW(Tokenizer::FromBytes(json.dump()), Error);
}

}  // namespace
}  // namespace cria::tokenizer
