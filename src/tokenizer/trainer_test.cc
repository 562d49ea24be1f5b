// Training: the pieces of spm_train on its reference, determinism, what SentencePiece makes of the
// model, bad input.
#include "tokenizer/trainer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "base/utf8.h"
#include "test_data.h"
#include "tokenizer/pair_merger.h"

namespace cria::tokenizer {
namespace {

std::filesystem::path Reference(const std::string& name) {
  return TestData() / "tokenizer" / "spm_train_reference" / name;
}

Tokenizer TrainOn(const std::string& text, int vocab_size, int threads = 2) {
  TrainerOptions options;
  options.vocab_size = vocab_size;
  Trainer trainer(options);
  const Context context(threads);
  trainer.AddText(text, context);
  return trainer.Train(context);
}

/// Words of a few letters, with the occasional script, digit, blank run and invalid byte.
std::string SyntheticText(uint64_t seed, int words) {
  RandomStream random(seed, RandomPurpose::kTest);
  std::string text;
  for (int i = 0; i < words; ++i) {
    const uint64_t size = 1 + random.NextBelow(7);
    for (uint64_t k = 0; k < size; ++k) {
      const uint64_t r = random.NextBelow(8) * random.NextBelow(5);
      AppendUtf8(r == 28   ? 0x444
                 : r == 24 ? '7'
                 : r == 21 ? '.'
                           : 'a' + static_cast<uint32_t>(r) % 13,
                 &text);
    }
    text += i % 17 == 16 ? "\n" : i % 13 == 12 ? "   " : " ";
    if (i % 997 == 996) text += "<s>\xFF\xE2\x96\x81 ";
  }
  return text;
}

TEST(TrainerTest, MatchesSpmTrainOnItsReference) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/spm_train_reference/botchan_bpe_2000.model");
  const Tokenizer expected = Tokenizer::Load(Reference("botchan_bpe_2000.model"));
  const Tokenizer trained = TrainOn(ReadFile(Reference("botchan.txt")), 2000);
  ASSERT_EQ(trained.vocab_size(), 2000);
  for (int32_t id = 0; id < 2000; ++id) {
    ASSERT_EQ(trained.Piece(id), expected.Piece(id)) << id;
    ASSERT_EQ(trained.Score(id), expected.Score(id)) << id;
    ASSERT_EQ(trained.Type(id), expected.Type(id)) << id;
  }
}

TEST(TrainerTest, SameBytesForAnyThreadsAndOrder) {
  const std::string text = SyntheticText(1, 40000);
  const Tokenizer one = TrainOn(text, 700, 1);
  EXPECT_EQ(TrainOn(text, 700, 3).bytes(), one.bytes());
  TrainerOptions options;
  options.vocab_size = 700;
  Trainer trainer(options);
  const size_t middle = text.find('\n', text.size() / 2) + 1;
  trainer.AddText(text.substr(middle));
  trainer.AddText(text.substr(0, middle));
  EXPECT_EQ(trainer.Train(Context(2)).bytes(), one.bytes());
  EXPECT_EQ(one.Decode(one.Encode(text.substr(0, 3000))), text.substr(0, 3000));
}

TEST(TrainerTest, PiecesKeepTheRules) {
  const PieceRules rules;
  EXPECT_TRUE(IsValidPiece(U"\u2581the", rules));
  EXPECT_TRUE(IsValidPiece(U"\u2581\u2581\u2581", rules));
  EXPECT_TRUE(IsValidPiece(U"漢かな", rules));
  EXPECT_TRUE(IsValidPiece(U"e\u0301a", rules));
  EXPECT_TRUE(IsValidPiece(U"...", rules));
  EXPECT_TRUE(IsValidPiece(U"7", rules));
  EXPECT_FALSE(IsValidPiece(U"\u2581\u2581a", rules));
  EXPECT_FALSE(IsValidPiece(U"a\u2581", rules));
  EXPECT_FALSE(IsValidPiece(U"42", rules));
  EXPECT_FALSE(IsValidPiece(U"\u25817", rules));
  EXPECT_FALSE(IsValidPiece(U"aф", rules));
  EXPECT_FALSE(IsValidPiece(U"a.", rules));
  EXPECT_FALSE(IsValidPiece(U"abcdefghijklmnopq", rules));
}

TEST(TrainerTest, BadInputIsRefused) {
  EXPECT_THROW(TrainOn("", 400), Error);
  EXPECT_THROW(TrainOn("\n\n", 400), Error);
  EXPECT_THROW(TrainOn("abc abc", 400), Error);
  EXPECT_THROW(TrainOn("abcdefghijklm", 265), Error);
  EXPECT_THROW(TrainOn(std::string(5000, 'a'), 400), Error);
  EXPECT_THROW(Trainer({.vocab_size = 259}), Error);
  EXPECT_THROW(Trainer({.character_coverage = 1.5}), Error);
  EXPECT_THROW(Trainer({.max_piece_length = 0}), Error);
}

/// Lines of ids as spm_encode prints them.
std::string EncodeLines(const Tokenizer& tokenizer, const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    std::string line;
    for (const int32_t id : tokenizer.Encode(std::string_view(text).substr(at, end - at))) {
      if (!line.empty()) line += ' ';
      line += std::to_string(id);
    }
    out += line + '\n';
    at = end + 1;
  }
  return out;
}

TEST(TrainerTest, SentencePieceEncodesTheSame) {
  if (std::system("command -v spm_encode >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "spm_encode is not installed";
  const auto folder = std::filesystem::temp_directory_path() /
                      ("cria_tokenizer_test_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string text = SyntheticText(2, 30000) + "\n";
  const Tokenizer tokenizer = TrainOn(text, 900);
  tokenizer.Save(folder / "t.model");
  WriteFile(folder / "text", text);
  const std::string command =
      "cd " + folder.string() +
      " && spm_encode --model=t.model --output_format=id <text >ids 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(ReadFile(folder / "ids"), EncodeLines(tokenizer, text));
  std::filesystem::remove_all(folder);
}

TEST(TrainerTest, ReferenceIds) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/spm_train_reference/botchan_bpe_2000.ids");
  const Tokenizer tokenizer = Tokenizer::Load(Reference("botchan_bpe_2000.model"));
  EXPECT_EQ(EncodeLines(tokenizer, ReadFile(Reference("botchan.txt"))),
            ReadFile(Reference("botchan_bpe_2000.ids")));
}

}  // namespace
}  // namespace cria::tokenizer
