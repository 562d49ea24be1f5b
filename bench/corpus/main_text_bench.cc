// Precision, recall and F1 of ExtractMainText on pages with marked main text, as the article
// extraction benchmark of Scrapinghub defines them (shingles of four words, means over the pages),
// and its speed on one core.
//   main_text_bench FOLDER     with ground-truth.json and html/<key>.html.gz
// Or how many of the snippets that people marked as main text, or as none of it, are found: the
// evaluation data of Trafilatura.
//   main_text_bench FOLDER     with evaldata.json, eval/<file> and cache/<file>
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
#include "corpus/formats/encoding.h"
#include "corpus/formats/html/html.h"
#include "corpus/formats/html/main_text.h"

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

RawText MainTextOf(const std::string& raw, double* seconds, double* bytes) {
  const std::string html = ToUtf8(raw, DeclaredCharset(raw));
  const auto start = std::chrono::steady_clock::now();
  RawText found = ExtractMainText(html);
  *seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  *bytes += static_cast<double>(html.size());
  return found;
}

// Any white space is one space, as in evaluate.py of Trafilatura.
std::string Folded(std::string_view text) {
  std::string folded;
  bool space = false;
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    text.remove_prefix(static_cast<size_t>(c.length));
    const bool white = c.code <= ' ' || c.code == 0x85 || c.code == 0xa0 || c.code == 0x3000 ||
                       (c.code >= 0x2000 && c.code <= 0x200a) || c.code == 0x2028 ||
                       c.code == 0x2029 || c.code == 0x202f;
    if (!white && space && !folded.empty()) folded += ' ';
    if (!white) AppendUtf8(c.code, &folded);
    space = white;
  }
  return folded;
}

int RunSnippets(const fs::path& folder) {
  constexpr size_t kMaxSnippets = 6;  // of each kind and page, as there
  const Json pages = ReadJson(folder / "evaldata.json");
  size_t read = 0, wanted = 0, found = 0, unwanted = 0, left = 0;
  double seconds = 0, bytes = 0;
  for (const auto& [url, page] : pages.items()) {
    const auto name = JsonGet<std::string>(page, "file", "evaldata.json, " + url);
    fs::path file = folder / "eval" / name;
    if (!fs::exists(file)) file = folder / "cache" / name;
    if (!fs::exists(file)) continue;
    ++read;
    const std::string text = Folded(MainTextOf(TextReader(file).ReadAll(), &seconds, &bytes).text);
    const auto count = [&](const char* kind, size_t* all, size_t* inside) {
      size_t seen = 0;
      for (const Json& snippet : page.at(kind)) {
        if (++seen > kMaxSnippets) break;
        ++*all;
        if (text.find(Folded(snippet.get<std::string>())) != text.npos) ++*inside;
      }
    };
    count("with", &wanted, &found);
    count("without", &unwanted, &left);
  }
  fmt::print("pages {}  of the text {} of {}  of the rest {} of {}  {:.1f} MB, {:.0f} MB/s\n", read,
             found, wanted, left, unwanted, bytes / 1e6, bytes / 1e6 / std::max(seconds, 1e-9));
  return 0;
}

int Run(const fs::path& folder) {
  if (fs::exists(folder / "evaldata.json")) return RunSnippets(folder);
  const Json truth = ReadJson(folder / "ground-truth.json");
  Mean precision, recall;
  double seconds = 0, bytes = 0;
  for (const auto& [key, page] : truth.items()) {
    const std::string raw = TextReader(folder / "html" / (key + ".html.gz")).ReadAll();
    const RawText found = MainTextOf(raw, &seconds, &bytes);
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
