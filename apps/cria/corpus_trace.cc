// cria corpus trace | verify: which way a document went, and whether a corpus is what was written.
#include <iostream>

#include "base/error.h"
#include "corpus/build.h"
#include "corpus/trace.h"
#include "corpus_parts.h"

namespace cria::app {
namespace {

struct TraceFlags : CommonFlags {
  std::string dir, query, work;
  int64_t limit = 100;
};

void PrintStep(const corpus::TraceStep& step) {
  std::string line = fmt::format("{:<8}", step.stage);
  for (const auto& [name, value] : step.facts.items()) {
    line +=
        fmt::format(" {}={}", name, value.is_string() ? value.get<std::string>() : value.dump());
  }
  fmt::print("{}\n", line);
}

void Trace(const TraceFlags& flags) {
  int64_t found = 0;
  corpus::Trace(flags.dir, flags.work, flags.query, [&](const corpus::TraceStep& step) {
    if (flags.json) {
      std::cout << Json({{"stage", step.stage}, {"facts", step.facts}}).dump() << "\n";
    } else {
      PrintStep(step);
    }
    return ++found < flags.limit;
  });
  if (found > 0) return;
  throw Error("nothing is known of \"" + flags.query + "\"", flags.dir,
              "give the beginning of an id, or a part of an origin; where the build was told "
              "--discard-work, only documents of the corpus are known");
}

struct VerifyFlags : CommonFlags {
  std::string dir, recipe, cache = DefaultCache().string();
};

void Verify(const VerifyFlags& flags) {
  const Context context = flags.MakeContext();
  std::vector<corpus::VerifyFault> faults =
      corpus::VerifyCorpus(context, flags.dir, flags.progress_style());
  if (!flags.recipe.empty()) {
    corpus::BuildOptions options;
    options.cache_dir = flags.cache;
    const std::string digest =
        corpus::CorpusDigest(context, corpus::ReadRecipe(flags.recipe), options);
    if (digest != corpus::ReadManifest(flags.dir).digest) {
      faults.push_back({"manifest.json",
                        "the recipe or its inputs are no longer those of the "
                        "corpus: digest " +
                            digest});
    }
  }
  if (flags.json) {
    Json list = Json::array();
    for (const auto& fault : faults) list.push_back({{"path", fault.path}, {"fault", fault.fault}});
    std::cout << Json({{"faults", list}}).dump() << "\n";
  } else {
    for (const auto& fault : faults) fmt::print("{}: {}\n", fault.path, fault.fault);
  }
  if (!faults.empty()) {
    throw Error(fmt::format("{} of its files are not what was written", faults.size()), flags.dir,
                "build the corpus again with --force");
  }
  if (!flags.json) fmt::print("{}: every shard is as it was written\n", flags.dir);
}

}  // namespace

void AddCorpusTrace(CLI::App* corpus) {
  auto flags = std::make_shared<TraceFlags>();
  CLI::App* command =
      AddCommand(corpus, "trace", "The way of a document from its raw file, and the rules it met",
                 flags.get(), [flags] { Trace(*flags); });
  command->add_option("corpus", flags->dir, "Folder of the corpus")->required();
  command->add_option("document", flags->query, "The beginning of an id, or a part of an origin")
      ->required();
  command->add_option("--work", flags->work, "Where the build kept its stages (CORPUS/work)");
  command->add_option("--limit", flags->limit, "Steps to print")
      ->check(Above0())
      ->capture_default_str();
  command->footer("Example: cria corpus trace corpus gnome-user-docs/usr/share/help/C/gnome-help");
}

void AddCorpusVerify(CLI::App* corpus) {
  auto flags = std::make_shared<VerifyFlags>();
  CLI::App* command = AddCommand(corpus, "verify", "Compare a corpus with its manifest",
                                 flags.get(), [flags] { Verify(*flags); });
  command->add_option("corpus", flags->dir, "Folder of the corpus")->required();
  command->add_option("--recipe", flags->recipe, "Also ask whether recipe and inputs are the same");
  command->add_option("--cache", flags->cache, "Where fetched packages are kept")
      ->capture_default_str();
  command->footer("Example: cria corpus verify corpus");
}

}  // namespace cria::app
