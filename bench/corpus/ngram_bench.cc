// Trains an n-gram language model on the lines of a text file, words as pieces, and scores the text
// with it. Prints MB/s, n-grams, file size, the error of quantising and tokens a second on one
// core.
//   ngram_bench TEXT [--order N] [--prune A,B,..] [--threads N] [--memory-mb N] [--scratch DIR]
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "corpus/quality/kneser_ney.h"
#include "corpus/quality/lm_text.h"
#include "corpus/quality/ngram_model.h"
#include "corpus/quality/ngram_model_writer.h"

namespace {

using namespace cria;
using namespace cria::corpus;

struct Flags {
  fs::path text, scratch = fs::temp_directory_path() / "ngram_bench";
  int order = 5, threads = 0;
  int64_t memory_mb = 2048;
  KneserNeyOptions estimate;
};

Flags ParseFlags(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (!flag.starts_with("--")) {
      flags.text = flag;
      continue;
    }
    if (++i == argc) throw Error("a value is missing", std::string(flag), "give one");
    const std::string value = argv[i];
    if (flag == "--order") flags.order = std::stoi(value);
    if (flag == "--threads") flags.threads = std::stoi(value);
    if (flag == "--memory-mb") flags.memory_mb = std::stoll(value);
    if (flag == "--scratch") flags.scratch = value;
    if (flag != "--prune") continue;
    for (size_t at = 0; at <= value.size();) {
      const size_t end = std::min(value.find(',', at), value.size());
      flags.estimate.prune.push_back(std::stoll(value.substr(at, end - at)));
      at = end + 1;
    }
  }
  if (flags.text.empty()) throw Error("no text file is named", "the command line", "name one");
  return flags;
}

class Clock {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Ids of the words of all lines, one line behind the other.
struct Words {
  std::vector<std::string> pieces = {"<unk>", "<s>", "</s>"};
  std::vector<uint32_t> ids;
  std::vector<size_t> ends;  // of lines
};

Words SplitWords(std::string_view text) {
  Words words;
  std::unordered_map<std::string, uint32_t> index;
  std::string line;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    line = NormalizeLmText(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    for (size_t at = 0; at < line.size();) {
      const size_t stop = std::min(line.find(' ', at), line.size());
      if (stop > at) {
        const auto id = static_cast<uint32_t>(words.pieces.size());
        const auto [word, is_new] = index.try_emplace(line.substr(at, stop - at), id);
        if (is_new) words.pieces.push_back(word->first);
        words.ids.push_back(word->second);
      }
      at = stop + 1;
    }
    if (words.ids.size() > (words.ends.empty() ? 0 : words.ends.back())) {
      words.ends.push_back(words.ids.size());
    }
  }
  return words;
}

enum class Part { kTrained, kHeldOut };

template <class F>
void ForEachLine(const Words& words, Part part, const F& f) {
  size_t begin = 0;
  for (size_t i = 0; i < words.ends.size(); ++i) {
    const bool held_out = i % 50 == 49;
    if (held_out == (part == Part::kHeldOut)) {
      f(std::span(words.ids).subspan(begin, words.ends[i] - begin));
    }
    begin = words.ends[i];
  }
}

void Train(const Context& context, const Flags& flags, const Words& words,
           NgramModelWriter::Values values, const fs::path& path) {
  NgramMemory memory(context, flags.memory_mb << 20, flags.scratch);
  const Clock clock;
  NgramCounts counts(flags.order, &memory);
  ForEachLine(words, Part::kTrained, [&](std::span<const uint32_t> ids) { counts.Add(ids); });
  const double counted = clock.Seconds();
  NgramModelWriter writer(path, values, &memory);
  const auto stats = EstimateKneserNey(&counts, words.pieces, flags.estimate, &writer);
  const double estimated = clock.Seconds();
  writer.Finish();
  const double mb = static_cast<double>(fs::file_size(flags.text)) / 1e6;
  fmt::print(
      "train: {:.1f} s ({:.1f} count, {:.1f} estimate, {:.1f} write), {:.2f} MB/s, {} spills\n",
      clock.Seconds(), counted, estimated - counted, clock.Seconds() - estimated,
      mb / clock.Seconds(), memory.spills());
  int64_t kept = 0;
  for (size_t n = 0; n < stats.size(); ++n) {
    const NgramOrderStats& s = stats[n];
    kept += s.kept;
    fmt::print("  {}-grams: {} of {} kept, D {:.4f} {:.4f} {:.4f}{}\n", n + 1, s.kept, s.ngrams,
               s.discounts[0], s.discounts[1], s.discounts[2], s.fallback ? " (fallback)" : "");
  }
  fmt::print("  file: {:.1f} MB, {:.2f} bytes an n-gram, {} collisions\n",
             static_cast<double>(writer.file_bytes()) / 1e6,
             static_cast<double>(writer.file_bytes()) / static_cast<double>(kept),
             writer.collisions());
}

Words MapWords(const NgramModel& model, const Words& words) {
  Words mapped;
  mapped.ends = words.ends;
  const std::vector<uint32_t> map = model.MapPieces(words.pieces);
  for (const uint32_t id : words.ids) mapped.ids.push_back(map[id]);
  return mapped;
}

void PrintSpeed(const NgramModel& model, const Words& words, Part part, const char* name) {
  double best = 0, score = 0;
  int64_t tokens = 0, lines = 0;
  for (int repeat = 0; repeat < 3; ++repeat) {
    score = 0;
    tokens = lines = 0;
    const std::clock_t start = std::clock();  // time on the core: others use the machine too
    ForEachLine(words, part, [&](std::span<const uint32_t> ids) {
      score += model.Score(ids);
      tokens += static_cast<int64_t>(ids.size());
      ++lines;
    });
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    best = std::max(best, static_cast<double>(tokens + lines) / seconds);
  }
  fmt::print("score, {}, {}: {:.2f} million tokens/s on one core, perplexity {:.3f}\n", name,
             model.quantized() ? "8 bits" : "floats", best / 1e6,
             NgramPerplexity(score, tokens + lines - 1));
}

void PrintError(const NgramModel& rough, const NgramModel& exact, const Words& words) {
  double sum = 0, squares = 0, largest = 0;
  int64_t tokens = 0;
  std::vector<NgramScore> a, b;
  ForEachLine(words, Part::kHeldOut, [&](std::span<const uint32_t> ids) {
    rough.ScoreEach(ids, &a);
    exact.ScoreEach(ids, &b);
    for (size_t i = 0; i < a.size(); ++i, ++tokens) {
      const double error = double{a[i].log10_probability} - b[i].log10_probability;
      sum += error;
      squares += error * error;
      largest = std::max(largest, std::abs(error));
    }
  });
  const auto n = static_cast<double>(tokens);
  fmt::print("quantising, log10 of a token held out: mean {:+.6f}, rms {:.6f}, largest {:.4f}\n",
             sum / n, std::sqrt(squares / n), largest);
}

void Run(int argc, char** argv) {
  const Flags flags = ParseFlags(argc, argv);
  const Context context(flags.threads);
  Clock clock;
  const Words words = SplitWords(ReadFile(flags.text));
  fmt::print("text: {} tokens, {} lines, {} kinds; normalised and split in {:.1f} s\n",
             words.ids.size(), words.ends.size(), words.pieces.size(), clock.Seconds());
  fs::create_directories(flags.scratch);
  const fs::path quantized = flags.scratch / "bench.q8", floats = flags.scratch / "bench.f32";
  Train(context, flags, words, NgramModelWriter::Values::kQuantized, quantized);
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("memory: {} MB at most, text and its ids included\n", usage.ru_maxrss >> 10);
  Train(context, flags, words, NgramModelWriter::Values::kFloat, floats);
  clock = {};
  const NgramModel model(quantized);
  fmt::print("open: {:.2f} s with digest\n", clock.Seconds());
  const NgramModel exact(floats);
  const Words mapped = MapWords(model, words);
  for (const NgramModel* one : {&model, &exact}) {
    PrintSpeed(*one, mapped, Part::kTrained, "trained on");
    PrintSpeed(*one, mapped, Part::kHeldOut, "held out");
  }
  PrintError(model, exact, mapped);
  fs::remove(quantized);
  fs::remove(floats);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "ngram_bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
