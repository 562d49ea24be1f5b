// The registry as a list; its files through the fetcher of dumps, members out of archives.
#include "eval_fetch.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/units.h"
#include "corpus/fetch/fetched_log.h"
#include "corpus/fetch/url.h"
#include "corpus/formats/archive.h"
#include "eval/sets.h"
#include "fetch_flags.h"
#include "fetch_line.h"

namespace cria::app {
namespace {

using eval::SetFile;
using eval::SetState;

// A set of more files is listed by its name alone, unless it is asked for.
constexpr int64_t kListedFiles = 20;
// Larger members, as ARC's corpus of sentences, are passed over: no set has such a file.
constexpr int64_t kMaxMemberBytes = int64_t{1} << 30;
constexpr char kArchives[] = "archives/";

struct EvalFetchFlags : FetchFlags {
  std::vector<std::string> names;
  std::string out, mirror;
  bool list = false;
};

// What became of one file.
struct Outcome {
  const SetFile* file;
  std::string result;  // fetched, there, by_hand, no_original or failed
  std::string detail;  // of the last three
};

std::vector<const SetFile*> ChosenFiles(const std::vector<std::string>& names) {
  std::vector<const SetFile*> chosen;
  std::set<std::string> sets, unknown(names.begin(), names.end());
  for (const SetFile& file : eval::KnownSetFiles()) {
    sets.insert(file.set);
    const bool named = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return name == file.set || name == file.path;
    });
    if (named || names.empty()) chosen.push_back(&file);
    unknown.erase(file.set);
    unknown.erase(file.path);
  }
  if (!unknown.empty()) {
    throw Error(fmt::format("no evaluation set \"{}\"", *unknown.begin()), "--list shows the sets",
                fmt::format("name a set or a file of one: {}", fmt::join(sets, ", ")));
  }
  return chosen;
}

// original, altered, unknown or absent.
std::string StateBelow(const fs::path& folder, const SetFile& file) {
  const fs::path path = folder / file.path;
  if (!fs::exists(path)) return "absent";
  if (fs::is_directory(path)) return eval::SetStateName(SetState::kUnknown);
  return eval::SetStateName(eval::CheckSetFile(folder, path));
}

Json ToJson(const SetFile& file) {
  const auto text = [](const std::string& value) { return value.empty() ? Json() : Json(value); };
  const auto count = [](int64_t value) { return value < 0 ? Json() : Json(value); };
  return {{"set", file.set},
          {"path", file.path},
          {"source", file.source},
          {"url", text(file.url)},
          {"member", text(file.member)},
          {"licence", file.licence},
          {"bytes", count(file.bytes)},
          {"records", count(file.records)},
          {"sha256", text(file.sha256)},
          {"verified", text(file.verified)},
          {"recorded_sha256", text(file.recorded_sha256)},
          {"recorded_by", text(file.recorded_by)},
          {"unpacked_sha256", text(file.unpacked_sha256)},
          {"archive_sha256", text(file.archive_sha256)},
          {"archive_recorded_by", text(file.archive_recorded_by)},
          {"subset_of", text(file.subset_of)},
          {"by_hand", text(file.by_hand)},
          {"note", text(file.note)}};
}

void List(const EvalFetchFlags& flags, const std::vector<const SetFile*>& files) {
  if (flags.json) {
    Json json = Json::array();
    for (const SetFile* file : files) {
      json.push_back(ToJson(*file));
      if (!flags.out.empty()) json.back()["state"] = StateBelow(flags.out, *file);
    }
    std::cout << json.dump(1) << std::endl;
    return;
  }
  std::map<std::string, std::vector<const SetFile*>> sets;
  for (const SetFile* file : files) sets[file->set].push_back(file);
  for (const auto& [name, members] : sets) {
    const SetFile& first = *members[0];
    fmt::print("{}: {}, {}; licence: {}\n", name, first.title, first.source, first.licence);
    if (!first.by_hand.empty()) fmt::print("  by hand: {}\n", first.by_hand);
    if (!first.archive_sha256.empty()) {
      fmt::print("  archive: {}, {}, sha256 {} ({})\n", first.url,
                 FormatBytes(double(first.archive_bytes)), first.archive_sha256,
                 first.archive_recorded_by);
    }
    if (flags.names.empty() && flags.out.empty() && std::ssize(members) > kListedFiles) {
      fmt::print("  {} files; cria eval fetch --list {} shows each\n", members.size(), name);
      continue;
    }
    for (const SetFile* file : members) {
      const std::string state =
          flags.out.empty() ? "" : fmt::format("{:<9}", StateBelow(flags.out, *file));
      fmt::print("  {}{}\n", state, eval::DescribeSetFile(*file));
    }
  }
}

// Where a file is asked for: at the authors', or at the same place below the mirror.
std::string AddressOf(const EvalFetchFlags& flags, const SetFile& file) {
  const auto url = corpus::ParseUrl(file.url);
  CRIA_CHECK(url.has_value(), "{}", file.url);
  if (flags.mirror.empty()) return url->text();
  std::string mirror = flags.mirror;
  while (mirror.ends_with('/')) mirror.pop_back();
  return mirror + "/" + corpus::EncodePath(corpus::NameOfUrl(*url));
}

std::string ArchiveName(const SetFile& file) {
  return kArchives + file.set + "-" + fs::path(file.url).filename().string();
}

corpus::FetchEntry EntryOf(const EvalFetchFlags& flags, const SetFile& file) {
  corpus::FetchEntry entry;
  entry.url = AddressOf(flags, file);
  entry.name = file.member.empty() ? file.path : ArchiveName(file);
  entry.size_bytes = file.member.empty() ? file.bytes : file.archive_bytes;
  entry.digests.sha256 = file.member.empty() ? file.digest() : file.archive_sha256;
  return entry;
}

// The outcome of a file that is not to be fetched; nothing if it is.
std::optional<Outcome> Standing(const EvalFetchFlags& flags, const SetFile& file) {
  const std::string state = StateBelow(flags.out, file);
  if (state == eval::SetStateName(SetState::kAltered) && file.subset_of.empty()) {
    return Outcome{&file, "failed",
                   "another file stands there, which is not the original; move it away"};
  }
  if (state != "absent") return Outcome{&file, "there", ""};
  if (file.url.empty()) return Outcome{&file, "no_original", file.note};
  if (!file.by_hand.empty()) {
    return Outcome{&file, "by_hand", fmt::format("{} {}", file.url, file.by_hand)};
  }
  return std::nullopt;
}

// One archive, from which some files are wanted.
class Unpacking {
 public:
  Unpacking(const fs::path& out, std::string archive, std::vector<const SetFile*> wanted)
      : out_(out), archive_(std::move(archive)), wanted_(std::move(wanted)) {}

  // Puts every wanted member that is the original into its place. The archive goes: what is of use
  // has been taken from it.
  std::vector<Outcome> Run() {
    const DirectoryLock lock(out_);
    const std::string set = wanted_[0]->set;
    corpus::FetchedLog log(out_);
    const auto record = log.Find(archive_);
    std::string damage;
    try {
      corpus::ForEachMember(
          out_ / archive_, {.max_member_bytes = kMaxMemberBytes},
          [&](std::string_view name, std::string_view bytes) { Take(name, bytes, record, &log); },
          [&](const corpus::Loss& loss) { damage = loss.why; });
    } catch (const AllTaken&) {
    }
    for (const SetFile* file : wanted_) {
      outcomes_.push_back(
          {file, "failed", damage.empty() ? "the archive has no member " + file->member : damage});
    }
    fs::remove(out_ / archive_);
    fs::remove_all(out_ / kArchives / set);
    std::error_code not_empty;
    fs::remove(out_ / kArchives, not_empty);
    return std::move(outcomes_);
  }

 private:
  struct AllTaken {};  // ends the walk: the rest of an archive may be gigabytes

  void Take(std::string_view name, std::string_view bytes,
            const std::optional<corpus::FetchedFile>& archive, corpus::FetchedLog* log) {
    ThrowIfInterrupted();
    // Two files may be of one member.
    const auto rest =
        std::stable_partition(wanted_.begin(), wanted_.end(), [&](const SetFile* file) {
          return name != file->member && !name.ends_with("/" + file->member);
        });
    if (rest == wanted_.end()) return;
    for (auto file = rest; file != wanted_.end(); ++file) Place(**file, bytes, archive, log);
    wanted_.erase(rest, wanted_.end());
    if (wanted_.empty()) throw AllTaken();
  }

  // Judged beside its place, so that nothing altered ever stands in it.
  void Place(const SetFile& file, std::string_view bytes,
             const std::optional<corpus::FetchedFile>& archive, corpus::FetchedLog* log) {
    const fs::path staged = out_ / kArchives / file.path;
    fs::create_directories(staged.parent_path());
    WriteFile(staged, bytes);
    const std::string sha256 = Sha256Hex(bytes);
    if (eval::CheckSetFile(out_ / kArchives, staged) == SetState::kAltered) {
      outcomes_.push_back({&file, "failed",
                           fmt::format("{} is not the original: {} bytes, SHA-256 {}", file.member,
                                       bytes.size(), sha256)});
      return;
    }
    fs::create_directories((out_ / file.path).parent_path());
    fs::rename(staged, out_ / file.path);
    corpus::FetchedFile line;
    line.name = file.path;
    line.url = (archive.has_value() ? archive->url : file.url) + "#" + file.member;
    line.bytes = std::ssize(bytes);
    line.digests.sha256 = sha256;
    if (archive.has_value()) line.date = archive->date;
    log->Add(line);
    outcomes_.push_back({&file, "fetched", ""});
  }

  fs::path out_;
  std::string archive_;
  std::vector<const SetFile*> wanted_;
  std::vector<Outcome> outcomes_;
};

std::vector<Outcome> FetchFiles(const EvalFetchFlags& flags,
                                const std::vector<const SetFile*>& files) {
  const Context context = flags.MakeContext();
  std::vector<corpus::FetchEntry> entries;
  std::map<std::string, std::vector<const SetFile*>> by_name;  // of the entry
  std::vector<Outcome> outcomes;
  for (const SetFile* file : files) {
    if (auto outcome = Standing(flags, *file)) {
      outcomes.push_back(std::move(*outcome));
      continue;
    }
    corpus::FetchEntry entry = EntryOf(flags, *file);
    auto& members = by_name[entry.name];
    members.push_back(file);
    if (members.size() == 1) entries.push_back(std::move(entry));
  }
  if (entries.empty()) return outcomes;
  fs::create_directories(flags.out);
  const corpus::FetchReport report =
      FetchLine(flags.progress_style())
          .Fetch(context, entries, flags.out, FetchOptionsOf(flags, "eval fetch"));
  if (report.interrupted) throw Interrupted("Go on with the same command.");
  for (const corpus::FetchFailure& failure : report.failures) {
    for (const SetFile* file : by_name[failure.name]) {
      outcomes.push_back({file, "failed", failure.detail});
    }
    by_name.erase(failure.name);
  }
  for (auto& [name, members] : by_name) {
    if (members[0]->member.empty()) {
      outcomes.push_back({members[0], "fetched", ""});
      continue;
    }
    for (Outcome& outcome : Unpacking(flags.out, name, std::move(members)).Run()) {
      outcomes.push_back(std::move(outcome));
    }
  }
  return outcomes;
}

bool IsMissing(const Outcome& outcome) {
  return outcome.result == "failed" || outcome.result == "by_hand";
}

// The address of what is missing; the place where another file stands, if it has none.
std::string WhereOf(const EvalFetchFlags& flags, const SetFile& file) {
  return file.url.empty() ? (fs::path(flags.out) / file.path).string() : AddressOf(flags, file);
}

// What a browser can do where this could not.
std::string ByHand(const EvalFetchFlags& flags, const SetFile& file) {
  return fmt::format("fetch {}{} and put it at {}", file.url.empty() ? file.source : file.url,
                     file.member.empty() ? "" : fmt::format(", take {} out of it", file.member),
                     (fs::path(flags.out) / file.path).string());
}

void PrintOutcomes(const EvalFetchFlags& flags, const std::vector<Outcome>& outcomes) {
  if (flags.json) {
    Json json = Json::array();
    for (const Outcome& outcome : outcomes) {
      json.push_back({{"path", outcome.file->path}, {"result", outcome.result}});
      if (!outcome.detail.empty()) json.back()["detail"] = outcome.detail;
      if (IsMissing(outcome)) json.back()["url"] = WhereOf(flags, *outcome.file);
    }
    std::cout << json.dump(1, ' ', false, Json::error_handler_t::replace) << std::endl;
    return;
  }
  std::map<std::string, int64_t> counts;
  for (const Outcome& outcome : outcomes) {
    ++counts[outcome.result];
    if (outcome.detail.empty()) continue;
    fmt::print("{}: {}\n  {}\n", outcome.file->path, outcome.result, outcome.detail);
    if (outcome.result == "failed") fmt::print("  {}\n", WhereOf(flags, *outcome.file));
  }
  for (const auto& [result, count] : counts) fmt::print("{:<12} {:>5}\n", result, count);
  std::fflush(stdout);
}

void Run(const EvalFetchFlags& flags) {
  const std::vector<const SetFile*> files = ChosenFiles(flags.names);
  if (flags.list) return List(flags, files);
  if (flags.names.empty()) {
    throw Error("no set is named", "--list shows the sets", "name sets, or give --list");
  }
  if (flags.out.empty()) throw Error("the folder of the sets is missing", "--out", "give one");
  if (!flags.mirror.empty() && !corpus::ParseUrl(flags.mirror).has_value()) {
    throw Error("no address of http or https", "--mirror", "https://host/folder");
  }
  const std::vector<Outcome> outcomes = FetchFiles(flags, files);
  PrintOutcomes(flags, outcomes);
  const auto first = std::find_if(outcomes.begin(), outcomes.end(), IsMissing);
  if (first != outcomes.end()) {
    throw Error(fmt::format("{} of {} files are not there, {} first: {}",
                            std::count_if(outcomes.begin(), outcomes.end(), IsMissing),
                            outcomes.size(), first->file->path, first->detail),
                WhereOf(flags, *first->file),
                "the same command tries only what is not there again; by hand: " +
                    ByHand(flags, *first->file));
  }
}

}  // namespace

void AddEvalFetchCommand(CLI::App* eval) {
  auto flags = std::make_shared<EvalFetchFlags>();
  CLI::App* command =
      AddCommand(eval, "fetch", "The public sets that the tasks read: where they live, and fetched",
                 flags.get(), [flags] { Run(*flags); });
  command->add_option("names", flags->names,
                      "Sets, or files of sets (arc, mmlu, gsm8k/test.jsonl)");
  command->add_flag("--list", flags->list,
                    "Say where they live, their licence and digest; with --out what lies there");
  command->add_option("--out", flags->out, "Folder of the sets, as --data of cria eval");
  command->add_option("--mirror", flags->mirror,
                      "Ask MIRROR/HOST/PATH in place of https://HOST/PATH; digests stay the same");
  AddFetchFlags(command, flags.get());
  command->footer(
      "Examples: cria eval fetch --list\n          cria eval fetch piqa arc --out sets");
}

}  // namespace cria::app
