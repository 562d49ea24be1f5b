// cria corpus trace | verify: which way a document went, and whether a corpus is what was written.
#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "base/error.h"
#include "corpus/build.h"
#include "corpus/trace.h"
#include "corpus_parts.h"
#include "data/loader.h"
#include "data/manifest.h"
#include "train/run_folder.h"

namespace cria::app {
namespace {

struct TraceFlags : CommonFlags {
  std::string dir, query, work, run;
  int64_t limit = 100, batch = 0, row = -1;
};

void PrintStep(const corpus::TraceStep& step) {
  std::string line = fmt::format("{:<8}", step.stage);
  for (const auto& [name, value] : step.facts.items()) {
    line +=
        fmt::format(" {}={}", name, value.is_string() ? value.get<std::string>() : value.dump());
  }
  fmt::print("{}\n", line);
}

// The documents of a source's training part at these places.
std::map<int64_t, corpus::Document> DocumentsAt(const fs::path& dir, const std::string& source,
                                                const std::set<int64_t>& places) {
  std::map<int64_t, corpus::Document> found;
  int64_t place = 0;
  corpus::ForEachDocument(dir, corpus::Split::kTrain, source,
                          [&](const corpus::Document& document) {
                            if (places.contains(place)) found[place] = document;
                            return ++place <= *places.rbegin();
                          });
  return found;
}

// From a batch of a training run back to the documents in it.
void TraceBatch(const TraceFlags& flags) {
  const train::RunRecord run = train::ReadRunRecord(flags.run);
  const ShardManifest shards = ReadShardManifest(run.data_folder);
  if (shards.corpus_digest != corpus::ReadManifest(flags.dir).digest) {
    throw Error("this run was not trained on this corpus", flags.dir,
                "name the corpus that the shards in " + run.data_folder + " were made of");
  }
  if (flags.row >= run.plan.batch_rows) {
    throw Error(fmt::format("a batch of this run has {} rows", run.plan.batch_rows), "--row",
                "rows are counted from 0");
  }
  MixtureLoader loader =
      MixtureLoader::Open(run.data_folder, shards,
                          {run.plan.seq_len, run.plan.batch_rows, run.options.seed, shards.bos_id});
  const int64_t first = std::max<int64_t>(0, flags.row);
  const int64_t end = flags.row < 0 ? run.plan.batch_rows : flags.row + 1;
  std::vector<std::pair<int64_t, RowPart>> parts;
  std::map<std::string, std::set<int64_t>> places;
  for (int64_t row = first; row < end; ++row) {
    for (RowPart& part : loader.PartsOf(flags.batch, row)) {
      places[part.source].insert(part.document);
      parts.emplace_back(row, std::move(part));
    }
  }
  std::map<std::string, std::map<int64_t, corpus::Document>> documents;
  for (const auto& [source, own] : places) documents[source] = DocumentsAt(flags.dir, source, own);
  for (const auto& [row, part] : parts) {
    const corpus::Document& document = documents[part.source].at(part.document);
    const Json facts = {{"row", row},
                        {"source", part.source},
                        {"id", document.id},
                        {"origin", document.meta.value("origin", "")},
                        {"first_token", part.first},
                        {"tokens", part.tokens}};
    if (flags.json) {
      std::cout << facts.dump() << "\n";
    } else {
      PrintStep({"batch", facts});
    }
  }
}

void Trace(const TraceFlags& flags) {
  if (!flags.run.empty()) return TraceBatch(flags);
  if (flags.query.empty()) {
    throw Error("which document?", "--run",
                "give the beginning of an id or a part of an origin, or --run and --batch");
  }
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
              "give the beginning of an id, or a part of an origin, an address or a title; where "
              "the build was told --discard-work, what was read and not dropped is known by the "
              "corpus only");
}

struct VerifyFlags : CommonFlags {
  std::string dir, recipe, cache = DefaultCache().string();
};

void Verify(const VerifyFlags& flags) {
  const Context context = flags.MakeContext();
  corpus::VerifyReport report = corpus::VerifyCorpus(context, flags.dir, flags.progress_style());
  std::vector<corpus::VerifyFault>& faults = report.faults;
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
    Json not_covered = Json::array();
    if (report.without_drops) not_covered = {"fates/", "dropped/"};
    std::cout << Json({{"faults", list}, {"not_covered", not_covered}}).dump() << "\n";
  } else {
    for (const auto& fault : faults) fmt::print("{}: {}\n", fault.path, fault.fault);
  }
  if (!faults.empty()) {
    throw Error(fmt::format("{} of its files are not what was written", faults.size()), flags.dir,
                "build the corpus again with --force");
  }
  if (flags.json) return;
  if (report.without_drops) {
    fmt::print(
        "{}: every shard is as it was written; fates/ and dropped/ were not looked at, for the "
        "manifest is of an older cria and has no digests of them\n",
        flags.dir);
  } else {
    fmt::print("{}: every shard, fate and sample is as it was written\n", flags.dir);
  }
}

}  // namespace

void AddCorpusTrace(CLI::App* corpus) {
  auto flags = std::make_shared<TraceFlags>();
  CLI::App* command =
      AddCommand(corpus, "trace", "The way of a document from its raw file, and the rules it met",
                 flags.get(), [flags] { Trace(*flags); });
  command->add_option("corpus", flags->dir, "Folder of the corpus")->required();
  command->add_option("document", flags->query, "The beginning of an id, or a part of an origin");
  command->add_option("--run", flags->run,
                      "Instead: a training run, to see which documents it read");
  command->add_option("--batch", flags->batch, "Its batch of the data, from 0")
      ->check(AtLeast0())
      ->capture_default_str();
  command->add_option("--row", flags->row, "Only this row of the batch, from 0");
  command->add_option("--work", flags->work, "Where the build kept its stages (CORPUS/stages)");
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
