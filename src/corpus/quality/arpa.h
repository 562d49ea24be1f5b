// N-gram models as ARPA text, plain, .gz or .zst: what lmplz, SRILM and others write, and what they
// read. Quick queries are ngram_model.h's matter.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "corpus/quality/ngram_scratch.h"
#include "corpus/quality/ngram_sink.h"

namespace cria::corpus {

struct ArpaStats {
  int order = 0;
  std::vector<int64_t> ngrams;  ///< by order - 1, as the file has them
  int64_t added = 0;  ///< n-grams that the file left out though longer ones begin or end with them
};

/// Reads a model, of up to kMaxNgramOrder, and hands its n-grams to `sink`, unigrams first. <unk>
/// (or <UNK>), <s> and </s> become the first three ids; without <unk>, it gets log10 -100 as in
/// KenLM. The sink gets the n-grams that a query needs and the file lacks, with the probability
/// that backing off gives them. Holds 21 to 43 bytes in memory for each n-gram below the order.
///
/// What is not an ARPA model throws Error, with the line; Interrupted.
ArpaStats ReadArpa(const fs::path& path, NgramSink* sink);
/// The same from text in memory; `name` is for errors.
ArpaStats ReadArpa(std::string_view text, const std::string& name, NgramSink* sink);

/// Writes a model as ARPA text, compressed if the name ends in .gz or .zst. Numbers are the
/// shortest that read back as the same floats.
class ArpaWriter final : public NgramSink {
 public:
  /// What was not yet written lies in `scratch_folder`. The file appears at Finish.
  ArpaWriter(fs::path path, fs::path scratch_folder);
  ~ArpaWriter() override;

  /// Throws Error if a piece holds white space, which ARPA text cannot tell from a separator.
  void Begin(int order, std::vector<std::string> vocabulary) override;
  void Take(std::span<const uint32_t> ids, float log10_probability, float log10_backoff) override;
  void MarkContext(std::span<const uint32_t>) override {}
  void Finish();

 private:
  fs::path path_, scratch_folder_;
  std::vector<std::string> vocabulary_;
  std::vector<NgramScratch> sections_;  // by order - 1
  std::vector<int64_t> ngrams_;
  std::string line_;
};

}  // namespace cria::corpus
