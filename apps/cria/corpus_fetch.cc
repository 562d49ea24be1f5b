// Flags to lists, the line that shows how far it is, and the table at the end.
#include "corpus_fetch.h"

#include <iostream>
#include <map>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/json.h"
#include "base/units.h"
#include "corpus/fetch/url.h"
#include "fetch_flags.h"
#include "fetch_line.h"

namespace cria::app {
namespace {

constexpr size_t kShownPerReason = 5;

struct CorpusFetchFlags : FetchFlags {
  std::vector<std::string> lists, accept, digests;
  std::string out, base, rate;
  double delay = 0;
  int connections = 2;
  int64_t first = 0, sample = 0;
  bool verify = false;
};

corpus::FetchOptions OptionsOf(const CorpusFetchFlags& flags) {
  corpus::FetchOptions options = FetchOptionsOf(flags, "corpus fetch");
  options.connections = flags.connections;
  options.delay_seconds = flags.delay;
  if (!flags.rate.empty()) options.bytes_per_second = ParseBytes(flags.rate, "--rate");
  options.verify = flags.verify;
  return options;
}

// Lists that are addresses are fetched themselves, and kept below lists/.
fs::path ListFile(const Context& context, const CorpusFetchFlags& flags, const std::string& list) {
  const auto url = corpus::ParseUrl(list);
  if (!url.has_value()) return list;
  corpus::FetchEntry entry;
  entry.url = url->text();
  entry.name = "lists/" + corpus::NameOfUrl(*url);
  const auto report =
      FetchLine(flags.progress_style()).Fetch(context, {entry}, flags.out, OptionsOf(flags));
  if (report.interrupted) throw Interrupted("Go on with the same command.");
  if (!report.failures.empty()) {
    throw Error("the list cannot be fetched: " + report.failures[0].detail, entry.url,
                "check the address; it may be busy: try again later");
  }
  return fs::path(flags.out) / entry.name;
}

// Digest lists and listings of items stand in the folder of the files that they name.
std::string BaseOf(const CorpusFetchFlags& flags, const std::string& list, const fs::path& file) {
  const auto url = corpus::ParseUrl(list);
  const bool beside = !file.string().ends_with(".paths.gz") && !file.string().ends_with(".paths");
  return flags.base.empty() && url.has_value() && beside ? corpus::FolderOfUrl(*url) : flags.base;
}

std::vector<corpus::FetchEntry> EntriesOf(const Context& context, const CorpusFetchFlags& flags) {
  std::vector<std::vector<corpus::FetchEntry>> lists;
  for (const std::string& list : flags.lists) {
    const fs::path file = ListFile(context, flags, list);
    lists.push_back(corpus::ReadFetchList(file, BaseOf(flags, list, file)));
  }
  corpus::FetchChoice choice{flags.accept, flags.first, flags.sample, flags.seed};
  auto entries = corpus::ChooseEntries(corpus::MergeFetchLists(lists), choice);
  if (entries.empty()) {
    throw Error("no file of the lists is accepted", "--accept",
                "globs over local names: '*.bz2', 'enwiki/**'");
  }
  for (const std::string& list : flags.digests) {
    const fs::path file = ListFile(context, flags, list);
    corpus::AddDigests(TextReader(file).ReadAll(), file.string(), &entries);
  }
  return entries;
}

void PrintReport(const corpus::FetchReport& report, const std::string& out) {
  const double rate = report.seconds > 0 ? double(report.fetched_bytes) / report.seconds : 0;
  fmt::print("{:<14} {:>8} {:>10}  {}/s in {}\n", "fetched", report.fetched,
             FormatBytes(double(report.fetched_bytes)), FormatBytes(rate),
             FormatSeconds(report.seconds));
  fmt::print("{:<14} {:>8}\n", "already there", report.there);
  if (report.not_tried > 0) fmt::print("{:<14} {:>8}\n", "not yet", report.not_tried);
  fmt::print("{:<14} {:>8}\n", "failed", report.failures.size());
  std::map<std::string, std::vector<const corpus::FetchFailure*>> by_reason;
  for (const corpus::FetchFailure& failure : report.failures) {
    by_reason[failure.reason].push_back(&failure);
  }
  for (const auto& [reason, failures] : by_reason) {
    fmt::print("  {:<12} {:>8}\n", reason, failures.size());
    for (size_t i = 0; i < failures.size() && i < kShownPerReason; ++i) {
      fmt::print("    {}\n      {}\n", failures[i]->url, failures[i]->detail);
    }
    if (failures.size() > kShownPerReason) {
      fmt::print("    and {} more; --json lists all\n", failures.size() - kShownPerReason);
    }
  }
  fmt::print("{} stands in {}\n", "fetched.jsonl", out);
}

Json ToJson(const corpus::FetchReport& report) {
  Json json{{"files", report.files},
            {"fetched", report.fetched},
            {"already_there", report.there},
            {"not_tried", report.not_tried},
            {"failed", report.failures.size()},
            {"fetched_bytes", report.fetched_bytes},
            {"seconds", report.seconds},
            {"failures", Json::array()}};
  for (const corpus::FetchFailure& failure : report.failures) {
    json["failures"].push_back({{"url", failure.url},
                                {"name", failure.name},
                                {"reason", failure.reason},
                                {"detail", failure.detail}});
  }
  return json;
}

void Run(const CorpusFetchFlags& flags) {
  const Context context = flags.MakeContext();
  const auto entries = EntriesOf(context, flags);
  const corpus::FetchReport report =
      FetchLine(flags.progress_style()).Fetch(context, entries, flags.out, OptionsOf(flags));
  if (flags.json) {
    std::cout << ToJson(report).dump(1, ' ', false, Json::error_handler_t::replace) << std::endl;
  } else {
    PrintReport(report, flags.out);
    std::fflush(stdout);
  }
  if (report.interrupted) {
    throw Interrupted(
        fmt::format("{} of {} files are there, and what has come of others is kept. Go on with the "
                    "same command.",
                    report.fetched + report.there, report.files));
  }
  if (!report.failures.empty()) {
    throw Error(fmt::format("{} of {} files failed", report.failures.size(), report.files),
                flags.out, "see the reasons above; the same command tries only these again");
  }
}

}  // namespace

void AddCorpusFetch(CLI::App* corpus) {
  auto flags = std::make_shared<CorpusFetchFlags>();
  CLI::App* command =
      AddCommand(corpus, "fetch", "Raw public dumps from their servers, resumed and checked",
                 flags.get(), [flags] { Run(*flags); });
  command
      ->add_option("lists", flags->lists, "Lists of files: paths or addresses (docs/fetching.md)")
      ->required();
  command->add_option("--out", flags->out, "Folder of the files")->required();
  command->add_option("--base", flags->base, "Address that paths in lists are below");
  command->add_option("--accept", flags->accept, "Only files whose local name matches a glob")
      ->allow_extra_args(false);
  command->add_option("--digests", flags->digests, "Digest lists (sha256sum, ...) to check with")
      ->allow_extra_args(false);
  CLI::Option* first =
      command->add_option("--first", flags->first, "Only the first so many files")->check(Above0());
  command->add_option("--sample", flags->sample, "Only so many files, drawn by --seed")
      ->check(Above0())
      ->excludes(first);
  command->add_option("--connections", flags->connections, "Files at a time")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  command->add_option("--rate", flags->rate, "Bytes per second of all together, e.g. 20MB");
  command->add_option("--delay", flags->delay, "Seconds between requests to one server")
      ->check(Between(0, 3600))
      ->capture_default_str();
  AddFetchFlags(command, flags.get());
  command->add_flag("--verify", flags->verify, "Read again what is there, fetch what is damaged");
  command->footer(
      "Example: cria corpus fetch wet.paths.gz --base https://data.commoncrawl.org/ --first 10 "
      "--out "
      "cc");
}

}  // namespace cria::app
