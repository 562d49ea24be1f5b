// Sketches and decisions: stated errors, real editions, which of two books stays.
#include "corpus/duplicates/book_overlap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "base/file.h"
#include "test_data.h"

namespace cria::corpus {
namespace {

BookSketch Sketch(std::string_view text) {
  BookSketcher sketcher;
  sketcher.Add(text);
  return sketcher.Finish();
}

std::string Words(int n, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string text;
  for (int i = 0; i < n; ++i) {
    for (uint64_t letters = 2 + random() % 7; letters > 0; --letters)
      text += static_cast<char>('a' + random() % 26);
    text += random() % 12 == 0 ? ".\n" : " ";
  }
  return text;
}

// `percent` of every chapter from `book`, the rest of its own, and a preface.
std::string Edition(const std::string& book, int percent, uint64_t seed) {
  constexpr size_t kChapter = 5000;
  std::string text;
  for (size_t i = 0; i < book.size(); i += kChapter) {
    const size_t shared = kChapter * percent / 100;
    text += book.substr(i, shared);
    text += Words(static_cast<int>((kChapter - shared) / 6), seed * 1000 + i);
  }
  return text;
}

std::string Letters(std::string_view text) {
  std::string letters;
  for (const char c : text)
    if (c >= 'a' && c <= 'z') letters += c;
  return letters;
}

std::vector<std::string_view> Shingles(std::string_view letters) {
  std::vector<std::string_view> shingles;
  for (size_t i = 0; i + kBookShingleLetters <= letters.size(); ++i)
    shingles.push_back(letters.substr(i, kBookShingleLetters));
  std::sort(shingles.begin(), shingles.end());
  shingles.erase(std::unique(shingles.begin(), shingles.end()), shingles.end());
  return shingles;
}

// By definition, without hashes and samples.
double ExactShare(std::string_view one, std::string_view other) {
  const std::string a = Letters(one), b = Letters(other);
  const auto shorter = Shingles(a.size() <= b.size() ? a : b);
  const auto longer = Shingles(a.size() <= b.size() ? b : a);
  std::vector<std::string_view> shared;
  std::set_intersection(shorter.begin(), shorter.end(), longer.begin(), longer.end(),
                        std::back_inserter(shared));
  return static_cast<double>(shared.size()) / static_cast<double>(shorter.size());
}

TEST(BookOverlap, DecidesAtNinetyPercent) {
  const std::string book = Words(30'000, 1);
  for (const int percent : {80, 88, 92, 98}) {
    const std::string other = Edition(book, percent, 7) + Words(500, 99);
    const ContentOverlap overlap = OverlapOf(Sketch(book), Sketch(other));
    const double exact = ExactShare(book, other);
    EXPECT_NEAR(exact, percent / 100.0, 0.02);
    EXPECT_NEAR(overlap.share, exact, 4 * overlap.standard_error) << percent;
    EXPECT_LT(overlap.standard_error, 0.009);
    BookOverlap books;
    EXPECT_TRUE(books.Add(Sketch(book)).empty());
    EXPECT_TRUE(books.Add(Sketch(Words(30'000, 2))).empty());
    const std::vector<DroppedBook> dropped = books.Add(Sketch(other));
    ASSERT_EQ(dropped.size(), exact > 0.9 ? 1u : 0u) << percent << " " << overlap.share;
    if (dropped.empty()) continue;
    EXPECT_EQ(dropped[0].dropped, 2);
    EXPECT_EQ(dropped[0].kept, 0);
    EXPECT_EQ(dropped[0].overlap.share, overlap.share);
  }
}

// The scatter of the estimate is the stated one, to 25 % (60 rounds know it to 9 %), and unbiased.
TEST(BookOverlap, StatesItsError) {
  constexpr int kRounds = 60;
  double error = 0, squares = 0;
  for (uint64_t round = 0; round < kRounds; ++round) {
    const std::string book = Words(2500, 100 + round);
    const std::string other = Edition(book, 85, 500 + round);
    const ContentOverlap overlap = OverlapOf(Sketch(book), Sketch(other));
    const double exact = ExactShare(book, other);
    const double z = (overlap.share - exact) / overlap.standard_error;
    error += z / kRounds;
    squares += z * z / kRounds;
  }
  EXPECT_NEAR(error, 0, 4 / std::sqrt(static_cast<double>(kRounds)));
  EXPECT_NEAR(std::sqrt(squares), 1, 0.25);
}

TEST(BookOverlap, FirstStaysUnlessALaterOneIsMuchLonger) {
  const std::string one = Words(8000, 1), two = Words(8000, 2), preface = Words(2000, 3);
  BookOverlap books;
  EXPECT_TRUE(books.Add(Sketch(one)).empty());
  EXPECT_TRUE(books.Add(Sketch(two)).empty());
  const auto with_preface = books.Add(Sketch(preface + one));  // 1.25 times as long
  ASSERT_EQ(with_preface.size(), 1u);
  EXPECT_EQ(with_preface[0].dropped, 2);
  EXPECT_EQ(with_preface[0].kept, 0);
  const auto collected = books.Add(Sketch(one + two + preface));
  ASSERT_EQ(collected.size(), 2u);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(collected[i].dropped, i);
    EXPECT_EQ(collected[i].kept, 3);
    EXPECT_GT(collected[i].overlap.share, 0.97);
  }
  const auto again = books.Add(Sketch(two));  // what holds it now is the collection
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].dropped, 4);
  EXPECT_EQ(again[0].kept, 3);
  EXPECT_EQ(books.books(), 5);
}

// A licence that stands in all of them makes no pair, however often it does.
TEST(BookOverlap, BoilerplateMakesNoPairs) {
  const std::string licence = Words(300, 5);
  BookOverlap books;
  for (uint64_t i = 0; i < 300; ++i)
    EXPECT_TRUE(books.Add(Sketch(licence + Words(700, 1000 + i))).empty()) << i;
  const auto copy = books.Add(Sketch(licence + Words(700, 1000 + 299)));
  ASSERT_EQ(copy.size(), 1u);
  EXPECT_EQ(copy[0].kept, 299);
}

TEST(BookSketch, PiecesAndMergesAreTheWhole) {
  const std::string book = Words(40'000, 1);
  const BookSketch whole = Sketch(book);
  BookSketcher sketcher;
  for (size_t i = 0; i < book.size(); i += 777) sketcher.Add(std::string_view(book).substr(i, 777));
  const BookSketch pieces = sketcher.Finish();
  EXPECT_EQ(pieces.hashes, whole.hashes);
  EXPECT_EQ(pieces.letters, whole.letters);
  EXPECT_LE(whole.hashes.size(), kFullBookHashes);
  EXPECT_GT(whole.hashes.size(), kFullBookHashes / 2 - 300);
  const BookSketch nothing = sketcher.Finish();  // starts afresh
  EXPECT_TRUE(nothing.hashes.empty());
  EXPECT_EQ(nothing.letters, 0);
}

TEST(BookSketch, BoundedAndDeafToDress) {
  EXPECT_EQ(Sketch("\xc3\x84rger IM Stra\xc3\x9f"
                   "enbau, 1. Teil\xe2\x80\x94oder: 2!")
                .hashes,
            Sketch("arger im strassenbau teil oder").hashes);
  EXPECT_TRUE(Sketch("too short a text, 123456789").hashes.empty());
  EXPECT_EQ(OverlapOf(Sketch(""), Sketch(Words(100, 1))).share, 0);
  EXPECT_EQ(Sketch(std::string(1 << 20, 'a')).hashes.size(), 1u);
  const BookSketch long_one = Sketch(Words(200'000, 1));  // a million letters
  EXPECT_EQ(long_one.rate_log2, kUsualRateLog2);
  EXPECT_NEAR(static_cast<double>(long_one.hashes.size()),
              static_cast<double>(long_one.letters) * long_one.rate(), 1000);
}

TEST(BookOverlap, RealEditions) {
  CRIA_REQUIRE_TEST_DATA("raw/gutenberg/84-0.txt");
  const fs::path folder = TestData() / "raw/gutenberg";
  BookOverlap books;
  for (const char* name :
       {"1342-0.txt", "84-0.txt", "2000-8.txt", "24675-8.txt", "tinyshakespeare.txt"})
    EXPECT_TRUE(books.Add(Sketch(ReadFile(folder / name))).empty()) << name;
  const auto dropped = books.Add(Sketch(ReadFile(folder / "84.txt")));
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(dropped[0].kept, 1);
  EXPECT_GT(dropped[0].overlap.share, 0.95);
  const ContentOverlap other =
      OverlapOf(Sketch(ReadFile(folder / "1342-0.txt")), Sketch(ReadFile(folder / "84.txt")));
  EXPECT_LT(other.share, 0.1);  // what they share is Project Gutenberg's licence
}

}  // namespace
}  // namespace cria::corpus
