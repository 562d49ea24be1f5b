// Precision, recall and F1 of ExtractMainText on pages with marked main text, as the article
// extraction benchmark of Scrapinghub defines them (shingles of four words, means over the pages),
// and its speed on one core.
//   main_text_bench FOLDER     with ground-truth.json and html/<key>.html.gz
#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"
#include "corpus/encoding.h"
#include "corpus/formats/main_text.h"
#include "corpus/html.h"

namespace cria::corpus {
namespace {

constexpr size_t kShingle = 4;

bool IsWordCharacter(uint32_t code) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  return code == '_' || (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

std::map<std::string, int> Shingles(std::string_view text) {
  std::vector<std::string> words(1);
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    if (IsWordCharacter(c.code))
      AppendUtf8(c.code, &words.back());
    else if (!words.back().empty())
      words.emplace_back();
    text.remove_prefix(static_cast<size_t>(c.length));
  }
  if (words.back().empty()) words.pop_back();
  std::map<std::string, int> shingles;
  if (words.empty()) return shingles;
  for (size_t i = 0; i == 0 || i + kShingle <= words.size(); ++i) {
    std::string shingle;
    for (size_t k = i; k < std::min(i + kShingle, words.size()); ++k) shingle += words[k] + ' ';
    ++shingles[shingle];
  }
  return shingles;
}

struct Mean {
  double sum = 0;
  int count = 0;
  void Add(double value) {
    sum += value;
    ++count;
  }
  double value() const { return count > 0 ? sum / count : 0; }
};

int Run(const fs::path& folder) {
  const Json truth = ReadJson(folder / "ground-truth.json");
  Mean precision, recall;
  double seconds = 0, bytes = 0;
  for (const auto& [key, page] : truth.items()) {
    const std::string raw = TextReader(folder / "html" / (key + ".html.gz")).ReadAll();
    const std::string html = ToUtf8(raw, DeclaredCharset(raw));
    const auto start = std::chrono::steady_clock::now();
    const RawText found = ExtractMainText(html);
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    bytes += static_cast<double>(html.size());
    const auto wanted =
        Shingles(JsonGet<std::string>(page, "articleBody", "ground-truth.json, " + key));
    const auto given = Shingles(found.text);
    double both = 0, want = 0, gave = 0;
    for (const auto& [shingle, count] : wanted) {
      const auto other = given.find(shingle);
      if (other != given.end()) both += std::min(count, other->second);
      want += count;
    }
    for (const auto& [shingle, count] : given) gave += count;
    if (gave > 0) precision.Add(both / gave);
    if (want > 0) recall.Add(both / want);
  }
  const double p = precision.value(), r = recall.value();
  fmt::print("pages {}  F1 {:.3f}  precision {:.3f}  recall {:.3f}  {:.1f} MB, {:.0f} MB/s\n",
             truth.size(), p + r > 0 ? 2 * p * r / (p + r) : 0, p, r, bytes / 1e6,
             bytes / 1e6 / std::max(seconds, 1e-9));
  return 0;
}

}  // namespace
}  // namespace cria::corpus

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: main_text_bench FOLDER\n");
    return 2;
  }
  try {
    return cria::corpus::Run(argv[1]);
  } catch (const cria::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
