// Bins that a damaged manifest may hold.
#include <gtest/gtest.h>

#include "base/error.h"
#include "corpus/manifest.h"

namespace cria::corpus {
namespace {

TEST(Histograms, ComeBackFromJsonOrAreRefused) {
  const auto read = [](const char* bins) {
    return HistogramsFromJson(Json{{"words", ParseJson(bins, "")}}, "manifest.json");
  };
  const Histograms histograms = read("[[-3, 5], [2, 9]]");
  EXPECT_EQ(histograms.at("words").at(-3), 5);
  EXPECT_EQ(histograms.at("words").at(2), 9);
  // Beyond an int, beyond an int64_t, in two bins that would overflow together, no pairs.
  for (const char* bad :
       {"[[4294967296, 1]]", "[[1, 18446744073709551615]]", "[[1, 1e87]]", "[[1.5, 1]]",
        "[[1, 9223372036854775807], [1, 9223372036854775807]]", "[[1]]", "[1]", "[[1, 2, 3]]"}) {
    EXPECT_THROW(read(bad), Error) << bad;
  }
}

}  // namespace
}  // namespace cria::corpus
