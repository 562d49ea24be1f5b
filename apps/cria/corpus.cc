// cria corpus build | stats | show: raw public text to clean document shards, and a look into them.
#include <iostream>
#include <map>

#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "corpus/build.h"
#include "corpus_card.h"
#include "corpus_fetch.h"
#include "corpus_model.h"
#include "corpus_parts.h"
#include "corpus_pieces.h"
#include "ranks.h"

namespace cria::app {
namespace {

void PrintTable(const corpus::Manifest& manifest) {
  fmt::print("{:<16} {:<14} {:>9} {:>9} {:>10} {:>10} {:>10} {:>5}  {}\n", "source", "kind",
             "sampling", "documents", "text", "held out", "on disk", "lang", "licence");
  corpus::Count train, holdout;
  int64_t disk = 0;
  for (const corpus::SourceInfo& source : manifest.sources) {
    const int64_t file_bytes = source.train.file_bytes() + source.holdout.file_bytes();
    fmt::print("{:<16} {:<14} {:>8.1f}% {:>9} {:>10} {:>10} {:>10} {:>5}  {}\n", source.name,
               source.kind, 100 * source.proportion, source.train.text.documents,
               FormatBytes(double(source.train.text.bytes)),
               FormatBytes(double(source.holdout.text.bytes)), FormatBytes(double(file_bytes)),
               source.train.languages.size(), source.licence);
    train.documents += source.train.text.documents;
    train.bytes += source.train.text.bytes;
    holdout.bytes += source.holdout.text.bytes;
    disk += file_bytes;
  }
  fmt::print("{:<16} {:<14} {:>9} {:>9} {:>10} {:>10} {:>10}\n", "all", "", "", train.documents,
             FormatBytes(double(train.bytes)), FormatBytes(double(holdout.bytes)),
             FormatBytes(double(disk)));
}

void PrintDetails(const corpus::Manifest& manifest) {
  for (const corpus::SourceInfo& source : manifest.sources) {
    fmt::print("\n{}: read {} documents, {}\n", source.name, source.read.documents,
               FormatBytes(double(source.read.bytes)));
    for (const auto& [reason, count] : source.drops) {
      fmt::print("  dropped {:<22} {:>8} {:>10}\n", reason, count.documents,
                 FormatBytes(double(count.bytes)));
    }
    for (const auto& [language, count] : source.train.languages) {
      fmt::print("  {:<30} {:>8} {:>10}\n", language.empty() ? "(no language)" : language,
                 count.documents, FormatBytes(double(count.bytes)));
    }
  }
  if (manifest.language_id.contains("accuracy")) {
    fmt::print("\nlanguage identification: {:.2f}% of {} held-out lines right\n",
               100 * JsonGet<double>(manifest.language_id, "accuracy", "the manifest"),
               JsonGet<int64_t>(manifest.language_id, "test_lines", "the manifest"));
  }
}

struct BuildFlags : CommonFlags {
  std::string recipe, out, cache = DefaultCache().string(), work, memory = "1GB", timeout = "30min";
  bool force = false, discard_work = false;
};

void Build(BuildFlags flags) {
  const corpus::Recipe recipe = corpus::ReadRecipe(flags.recipe);
  corpus::RequireSources(recipe, flags.recipe);
  if (StartedAsRank() && flags.threads == 0) flags.threads = DefaultThreadsOfRank();
  corpus::BuildOptions options;
  options.cache_dir = flags.cache;
  options.progress = flags.progress_style();
  options.force = flags.force;
  options.program_version = CRIA_VERSION;
  options.work_dir = flags.work;
  options.memory_bytes = static_cast<int64_t>(ParseBytes(flags.memory, "--memory"));
  if (options.memory_bytes < 4096) {
    throw Error(flags.memory + " is too little to sort in", "--memory",
                "give 4KB or more, better 100MB");
  }
  options.keep_work = !flags.discard_work;
  options.load_pieces = LoadPieces;
  RunRanks(ParseSeconds(flags.timeout, "--rank-timeout"), [&](comm::Communicator* ranks) {
    options.team.ranks = ranks;
    const corpus::Manifest manifest =
        corpus::BuildCorpus(flags.MakeContext(), recipe, flags.out, options);
    if (!options.team.leads()) return;
    WriteCorpusCard(flags.out, "", fs::path(flags.out) / "card");
    if (flags.json) {
      std::cout << ReadFile(fs::path(flags.out) / "manifest.json") << "\n";
    } else {
      PrintTable(manifest);
    }
  });
}

void AddBuild(CLI::App* corpus) {
  auto flags = std::make_shared<BuildFlags>();
  CLI::App* command =
      AddCommand(corpus, "build", "Raw public text to clean, deduplicated document shards",
                 flags.get(), [flags] { Build(*flags); });
  command->add_option("recipe", flags->recipe, "Recipe file (docs/formats/recipe.md)")->required();
  command->add_option("--out", flags->out, "Folder of the corpus")->required();
  command->add_option("--cache", flags->cache, "Where fetched packages are kept")
      ->capture_default_str();
  command->add_option("--work", flags->work,
                      "Where the stages are kept, about twice the text (default: OUT/stages)");
  command
      ->add_option("--memory", flags->memory,
                   "Held for the search for duplicates; what is more is sorted on disk")
      ->capture_default_str();
  command->add_flag("--discard-work", flags->discard_work,
                    "Remove the stages at the end: the next build begins anew");
  command
      ->add_option("--rank-timeout", flags->timeout,
                   "Under mpirun: how long a rank may be waited for before the build ends")
      ->capture_default_str();
  command->add_flag("--force", flags->force, "Build again although nothing changed");
  command->footer("Example: cria corpus build recipes/demo.toml --out corpus");
}

void AddStats(CLI::App* corpus) {
  struct Flags : CommonFlags {
    std::string dir;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      AddCommand(corpus, "stats", "What a corpus holds and what was dropped", flags.get(), [flags] {
        const corpus::Manifest manifest = corpus::ReadManifest(flags->dir);
        if (flags->json) {
          std::cout << ReadFile(fs::path(flags->dir) / "manifest.json") << "\n";
          return;
        }
        PrintTable(manifest);
        PrintDetails(manifest);
      });
  command->add_option("corpus", flags->dir, "Folder of the corpus")->required();
  command->footer("Example: cria corpus stats corpus");
}

struct ShowFlags : CommonFlags {
  std::string dir, source, id, split = "train", dropped;
  int64_t limit = 3;
};

void Print(const corpus::Document& document, const std::string& what, bool json) {
  if (json) {
    std::cout << corpus::ToJsonLine(document) << "\n";
  } else {
    std::cout << fmt::format("=== {} {} {} {} {}\n{}\n\n", document.id, document.source, what,
                             document.language, document.meta.value("origin", ""), document.text);
  }
}

// Samples of what was dropped for a reason, or for any.
int64_t ShowDropped(const ShowFlags& flags, const corpus::SourceInfo& source) {
  std::map<std::string, int64_t> shown;
  int64_t all = 0;
  corpus::DocumentReader reader(fs::path(flags.dir) / corpus::DroppedName(source.name));
  corpus::Document document;
  while (reader.Next(&document)) {
    const std::string reason = document.meta.value("reason", "");
    if (flags.dropped != "all" && reason != flags.dropped) continue;
    if (shown[reason]++ >= flags.limit) continue;
    const std::string why = document.meta.value("why", "");
    Print(document, why.empty() ? reason : fmt::format("{} ({})", reason, why), flags.json);
    ++all;
  }
  return all;
}

void Show(const ShowFlags& flags) {
  const corpus::Manifest manifest = corpus::ReadManifest(flags.dir);
  int64_t shown = 0, sources = 0;
  for (const corpus::SourceInfo& source : manifest.sources) {
    if (!flags.source.empty() && source.name != flags.source) continue;
    ++sources;
    if (!flags.dropped.empty()) {
      shown += ShowDropped(flags, source);
      continue;
    }
    for (const corpus::Split split : {corpus::Split::kTrain, corpus::Split::kHoldout}) {
      if (flags.id.empty() && flags.split != corpus::SplitName(split)) continue;
      int64_t left = flags.limit;
      corpus::ForEachDocument(flags.dir, split, source.name, [&](const corpus::Document& document) {
        if (!flags.id.empty() && !document.id.starts_with(flags.id)) return true;
        ++shown;
        Print(document, corpus::SplitName(split), flags.json);
        return flags.id.empty() ? --left > 0 : true;
      });
    }
  }
  if (sources == 0)
    throw Error("no such source: " + flags.source, flags.dir, "see `cria corpus stats`");
  if (shown > 0) return;
  throw Error(flags.dropped.empty() ? "no such document" : "no document was dropped so", flags.dir,
              flags.dropped.empty() ? "ids stand in the shards and in `cria corpus show`"
                                    : "`cria corpus stats` names the reasons");
}

void AddShow(CLI::App* corpus) {
  auto flags = std::make_shared<ShowFlags>();
  CLI::App* command =
      AddCommand(corpus, "show", "Print documents", flags.get(), [flags] { Show(*flags); });
  command->add_option("corpus", flags->dir, "Folder of the corpus")->required();
  command->add_option("--source", flags->source, "Only this source");
  command->add_option("--id", flags->id, "The document whose id starts so");
  command->add_option("--split", flags->split, "Which part")
      ->check(CLI::IsMember({"train", "holdout"}))
      ->capture_default_str();
  command->add_option("--dropped", flags->dropped,
                      "Samples of what was dropped instead: a reason, or all");
  command->add_option("--limit", flags->limit, "Documents per source, or per reason")
      ->check(Above0())
      ->capture_default_str();
  command->footer("Example: cria corpus show corpus --source books --limit 1");
}

}  // namespace

void AddCorpusCommand(CLI::App* app) {
  CLI::App* corpus = app->add_subcommand("corpus", "Raw public text to clean document shards");
  corpus->require_subcommand(1);
  AddBuild(corpus);
  AddStats(corpus);
  AddShow(corpus);
  AddCorpusVerify(corpus);
  AddCorpusTrace(corpus);
  AddCorpusFetch(corpus);
  AddCorpusModel(corpus);
  AddCorpusCard(corpus);
}

}  // namespace cria::app
