// cria tokenize: documents to token shards.
#include "data/tokenize.h"

#include <iostream>

#include "base/units.h"
#include "command.h"
#include "infer/load.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::string corpus, tokenizer, out;
  bool force = false;
};

double PerToken(const TokenCount& c) {
  return c.tokens > 0 ? static_cast<double>(c.bytes) / static_cast<double>(c.tokens) : 0;
}

void PrintTable(const ShardManifest& manifest) {
  fmt::print("{:<20} {:>9} {:>10} {:>10} {:>11} {:>12} {:>16}\n", "source", "sampling", "documents",
             "text", "tokens", "bytes/token", "held-out tokens");
  const auto row = [](const std::string& name, const std::string& share, const TokenCount& train,
                      const TokenCount& holdout) {
    fmt::print("{:<20} {:>9} {:>10} {:>10} {:>11} {:>12.3f} {:>16}\n", name, share, train.documents,
               FormatBytes(static_cast<double>(train.bytes)),
               FormatCount(static_cast<double>(train.tokens)), PerToken(train),
               FormatCount(static_cast<double>(holdout.tokens)));
  };
  for (const ShardSource& s : manifest.sources) {
    row(s.name, fmt::format("{:.1f}%", 100 * s.proportion), s.train.count, s.holdout.count);
  }
  row("all", "", manifest.Total(false), manifest.Total(true));
}

void Run(const Flags& flags) {
  const auto tokenizer = infer::LoadTokenizer(flags.tokenizer);
  const ShardManifest manifest =
      TokenizeCorpus(flags.MakeContext(), flags.corpus, tokenizer, flags.out,
                     {.force = flags.force, .progress = flags.progress_style()});
  if (flags.json) {
    std::cout << ReadFile(fs::path(flags.out) / kShardManifestName) << "\n";
  } else {
    PrintTable(manifest);
  }
}

}  // namespace

void AddTokenizeCommand(CLI::App* app) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = AddCommand(app, "tokenize", "Documents to token shards", flags.get(),
                                 [flags] { Run(*flags); });
  command->add_option("corpus", flags->corpus, "Folder of `cria corpus build`")->required();
  command->add_option("--tokenizer", flags->tokenizer, "tokenizer.model")->required();
  command->add_option("--out", flags->out, "Folder of the shards")->required();
  command->add_flag("--force", flags->force, "Replace shards made from something else");
  command->footer("Example: cria tokenize corpus --tokenizer tokenizer.model --out shards");
}

}  // namespace cria::app
