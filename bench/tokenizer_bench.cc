// Encoding speed beside SentencePiece's own library, one thread, the same lines in the same
// process. Usage: tokenizer_bench tokenizer.model text. Also counts lines whose ids differ (must be
// 0).
#include <sentencepiece_processor.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "tokenizer/tokenizer.h"

namespace {

constexpr int kRepeats = 3;

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Least seconds of a few passes: others use the machine too. `prepare` is not timed.
template <class Prepare, class Pass>
double Seconds(Prepare&& prepare, Pass&& pass) {
  double best = 1e30;
  for (int i = 0; i < kRepeats; ++i) {
    auto state = prepare();
    const auto start = std::chrono::steady_clock::now();
    pass(state);
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: tokenizer_bench tokenizer.model text\n", stderr);
    return 2;
  }
  const cria::MappedFile file(argv[2]);
  const std::vector<std::string_view> lines = Lines(file.text());
  const auto ours = cria::tokenizer::Tokenizer::Load(argv[1]);
  sentencepiece::SentencePieceProcessor theirs;
  if (!theirs.Load(argv[1]).ok()) return 1;

  int64_t tokens = 0, differing = 0;
  std::vector<int> expected;
  for (const std::string_view line : lines) {
    const std::vector<int32_t> ids = ours.Encode(line);
    theirs.Encode({line.data(), line.size()}, &expected).IgnoreError();
    tokens += static_cast<int64_t>(ids.size());
    differing += !std::equal(ids.begin(), ids.end(), expected.begin(), expected.end());
  }
  // A fresh tokenizer each time: its cache starts empty.
  std::vector<int32_t> ids;
  const double our_s = Seconds([&] { return cria::tokenizer::Tokenizer::Load(argv[1]); },
                               [&](const cria::tokenizer::Tokenizer& fresh) {
                                 for (const std::string_view line : lines) {
                                   ids.clear();
                                   fresh.Encode(line, &ids);
                                 }
                               });
  const double their_s =
      Seconds([] { return 0; },
              [&](int) {
                for (const std::string_view line : lines) {
                  theirs.Encode({line.data(), line.size()}, &expected).IgnoreError();
                }
              });
  const double mb = static_cast<double>(file.text().size()) / 1e6;
  std::printf("encode: %.1f MB, %zu lines, %.3f bytes/token, %ld lines differ\n", mb, lines.size(),
              mb * 1e6 / static_cast<double>(tokens), static_cast<long>(differing));
  std::printf("encode: cria %.1f MB/s, SentencePiece %.1f MB/s, ratio %.1f\n", mb / our_s,
              mb / their_s, their_s / our_s);
  return differing == 0 ? 0 : 1;
}
