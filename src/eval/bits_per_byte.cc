// Sums of -log2 p over documents, and xz and zstd at their best on the same bytes.
#include "eval/bits_per_byte.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "eval/windows.h"

namespace cria::eval {
namespace {

// Windows handed over at once: enough to batch like lengths, little enough to show progress.
constexpr size_t kWindowsPerCall = 512;

double Ratio(double a, double b) { return b > 0 ? a / b : 0; }

}  // namespace

double TextScore::bits_per_byte() const {
  return Ratio(nats / std::numbers::ln2, static_cast<double>(bytes));
}
double TextScore::perplexity() const { return std::exp(Ratio(nats, static_cast<double>(tokens))); }
double TextScore::bytes_per_token() const {
  return Ratio(static_cast<double>(bytes), static_cast<double>(tokens));
}

void TextScore::Add(const TextScore& other) {
  documents += other.documents;
  bytes += other.bytes;
  tokens += other.tokens;
  nats += other.nats;
}

TextEvaluation EvaluateText(LanguageModel* model, const std::vector<HeldOutDocument>& documents,
                            const TextEvaluationOptions& options) {
  const int64_t context = model->context_length();
  const int64_t stride =
      options.stride > 0 ? std::min(options.stride, context) : std::max<int64_t>(context / 2, 1);
  std::vector<Window> windows;
  std::vector<size_t> owner;  // window -> document
  int64_t total_tokens = 0;
  for (size_t d = 0; d < documents.size(); ++d) {
    for (const Window& window : CutIntoWindows(documents[d].ids, context, stride)) {
      windows.push_back(window);
      owner.push_back(d);
      total_tokens += static_cast<int64_t>(window.ids.size()) - window.counted_from;
    }
  }
  if (total_tokens == 0) {
    throw Error("no text to score", "the held-out documents",
                "give a file or corpus that holds text");
  }
  std::vector<double> nats(documents.size(), 0.0);
  int64_t done_tokens = 0;
  if (options.progress) options.progress(0, total_tokens);
  for (size_t first = 0; first < windows.size(); first += kWindowsPerCall) {
    const size_t count = std::min(kWindowsPerCall, windows.size() - first);
    const auto part = std::span<const Window>(windows).subspan(first, count);
    const std::vector<double> sums = model->RollingLoglikelihood(part);
    for (size_t i = 0; i < count; ++i) {
      RequireNumber(sums[i], documents[owner[first + i]].source);
      nats[owner[first + i]] -= sums[i];
      done_tokens += static_cast<int64_t>(part[i].ids.size()) - part[i].counted_from;
    }
    if (options.progress) options.progress(done_tokens, total_tokens);
  }
  TextEvaluation evaluation;
  for (size_t d = 0; d < documents.size(); ++d) {
    const HeldOutDocument& document = documents[d];
    const TextScore score{.documents = 1,
                          .bytes = static_cast<int64_t>(document.text.size()),
                          .tokens = std::max<int64_t>(document.ids.size(), 1) - 1,
                          .nats = nats[d]};
    evaluation.total.Add(score);
    evaluation.by_source[document.source].Add(score);
    evaluation.by_language[document.language].Add(score);
  }
  evaluation.rule = WindowRule(context, stride);
  return evaluation;
}

CompressorComparison CompareCompressors(const Context& context,
                                        const std::vector<HeldOutDocument>& documents) {
  std::map<std::string, std::string> files;
  std::string solid;
  for (const HeldOutDocument& document : documents) {
    files[document.source] += document.text;
    solid += document.text;
  }
  // One task per file and compressor; the solid file, the longest, goes first.
  struct Task {
    const std::string* text;
    int64_t* size;
    int64_t (*compress)(std::string_view);
  };
  CompressorComparison comparison;
  std::vector<Task> tasks = {{&solid, &comparison.solid.xz_bytes, XzSize},
                             {&solid, &comparison.solid.zstd_bytes, ZstdUltraSize}};
  for (const auto& [source, text] : files) {
    CompressedSize& size = comparison.by_source[source];
    size.bytes = static_cast<int64_t>(text.size());
    tasks.push_back({&text, &size.xz_bytes, XzSize});
    tasks.push_back({&text, &size.zstd_bytes, ZstdUltraSize});
  }
  context.ParallelFor(static_cast<int64_t>(tasks.size()), [&](int64_t i) {
    ThrowIfInterrupted();
    *tasks[i].size = tasks[i].compress(*tasks[i].text);
  });
  comparison.solid.bytes = static_cast<int64_t>(solid.size());
  for (const auto& [source, size] : comparison.by_source) {
    comparison.total.bytes += size.bytes;
    comparison.total.xz_bytes += size.xz_bytes;
    comparison.total.zstd_bytes += size.zstd_bytes;
  }
  return comparison;
}

}  // namespace cria::eval
