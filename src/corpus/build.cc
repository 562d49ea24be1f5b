// The stages of a corpus in order, and when none is needed.
#include "corpus/build.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/hash.h"
#include "comm/collectives.h"
#include "corpus/builder.h"
#include "corpus/publish.h"

namespace cria::corpus {
namespace {

// Goes up with every change that makes other shards from the same inputs.
constexpr int kPipelineVersion = 3;

std::string Digest(const Recipe& recipe, const std::vector<InputInfo>& inputs) {
  Json json = {{"pipeline", {kPipelineVersion, kReaderVersion, kJudgeVersion}},
               {"recipe", RecipeToJson(recipe)}};
  for (const InputInfo& input : inputs) {
    json["inputs"].push_back({input.source, input.name, input.version, input.sha256, input.files});
  }
  return Sha256Hex(json.dump());
}

// A corpus within its own input would be read by the next build.
void RequireApart(const Recipe& recipe, const fs::path& folder) {
  const fs::path inner = fs::weakly_canonical(fs::absolute(folder));
  for (const Source& source : recipe.sources) {
    for (const Input& input : source.inputs) {
      if (input.path.empty()) continue;
      const auto end =
          std::mismatch(input.path.begin(), input.path.end(), inner.begin(), inner.end());
      if (end.first != input.path.end()) continue;
      throw Error("this folder lies within an input of source \"" + source.name + "\"",
                  folder.string(), "write to a folder beside it");
    }
  }
}

// Whether the leader found the corpus as it should be; all ranks do as it does.
bool AgreeOn(const Team& team, bool current) {
  if (team.size() == 1) return current;
  return comm::BroadcastText(*team.ranks, 0, current ? "1" : "0") == "1";
}

Manifest RunStages(const Context& context, const Recipe& recipe, const fs::path& out_dir,
                   const BuildOptions& options, const FileSet& set, const std::string& digest) {
  Builder builder(context, recipe, options, set, out_dir, digest);
  builder.Read();
  builder.Judge();
  builder.Choose();
  const Manifest manifest = builder.Write();
  if (options.team.leads()) {
    Publish(builder.staging(), out_dir, manifest);
    builder.Tidy();
  }
  return manifest;
}

}  // namespace

std::string CorpusDigest(const Context& context, const Recipe& recipe,
                         const BuildOptions& options) {
  return Digest(recipe, FindFiles(context, recipe, options).inputs);
}

Manifest BuildCorpus(const Context& context, const Recipe& recipe, const fs::path& out_dir,
                     const BuildOptions& options) {
  const Team& team = options.team;
  RequireOurs(out_dir);
  RequireApart(recipe, out_dir);
  if (!options.work_dir.empty()) RequireApart(recipe, options.work_dir);
  const FileSet set = FindFiles(context, recipe, options);
  const std::string digest = Digest(recipe, set.inputs);
  Manifest manifest;
  if (AgreeOn(team, !options.force && IsCurrent(out_dir, digest, &manifest))) {
    if (team.leads()) {
      context.Log(LogLevel::kInfo,
                  "Corpus: nothing changed, " + out_dir.string() + " is used as it is");
    }
    return ReadManifest(out_dir);
  }
  fs::create_directories(out_dir);
  std::optional<DirectoryLock> lock;
  if (team.leads()) lock.emplace(out_dir);
  if (team.size() > 1) comm::Barrier(*team.ranks);
  RequireFreeSpace(out_dir, int64_t{64} << 20);

  const fs::path work = WorkPath(out_dir, options.work_dir);
  try {
    manifest = RunStages(context, recipe, out_dir, options, set, digest);
  } catch (const Error& error) {
    const std::string what = error.what();
    const bool read = what.find((work / "texts").string()) != what.npos ||
                      what.find((work / "judged").string()) != what.npos;
    if (!read || what.find("No space") != what.npos) throw;
    throw Error("a file of an earlier stage cannot be used: " + what, work.string(),
                "remove that folder and build again");
  }
  if (team.size() > 1) comm::Barrier(*team.ranks);
  return team.leads() ? manifest : ReadManifest(out_dir);
}

}  // namespace cria::corpus
