// What is wrong with flags, sets and judges is said before a model is read.
#include "eval_questions.h"

#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>

#include "base/cpu.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "engine_flags.h"
#include "eval/cached_language_model.h"
#include "eval/grading/fast_text_toxicity.h"
#include "eval/kinds/set_files.h"
#include "eval/llama_language_model.h"
#include "eval/remote/remote_language_model.h"
#include "eval/report/paper_tables.h"
#include "eval/sandbox/sandbox.h"
#include "eval/task_report.h"
#include "model_flags.h"
#include "output_path.h"
#include "result_table.h"

namespace cria::app {
namespace {

// What judges replies, for those tasks that need it.
class Judges {
 public:
  explicit Judges(const QuestionFlags& flags) : python_(fs::absolute(flags.python).string()) {
    if (flags.run_code) {
      sandbox_ = std::make_unique<eval::Sandbox>(FoldersOf(flags.python));
      TryPython(flags.python);
    }
    if (!flags.judge.empty()) {
      toxicity_ =
          std::make_unique<eval::FastTextToxicity>(eval::FastTextToxicity::Load(flags.judge));
    }
  }
  eval::Graders On(const Context* context) const {
    return {.context = context,
            .sandbox = sandbox_.get(),
            .python = python_,
            .toxicity = toxicity_.get()};
  }
  const eval::ToxicityJudge* toxicity() const { return toxicity_.get(); }

 private:
  // An interpreter outside /usr brings its own prefix: /opt/python/bin/python3 is below
  // /opt/python.
  static std::vector<fs::path> FoldersOf(const fs::path& python) {
    if (!fs::exists(python)) {
      throw Error("the interpreter is not there", python.string(), "name one with --python");
    }
    std::vector<fs::path> folders;
    for (const fs::path& place : {fs::absolute(python), fs::canonical(python)}) {
      const fs::path prefix = place.parent_path().parent_path();
      const bool is_usr = place.string().starts_with("/usr/") || prefix == "/";
      if (!is_usr) folders.push_back(prefix);
    }
    return folders;
  }

  // Before the model writes for hours.
  void TryPython(const std::string& python) const {
    const eval::SandboxResult result =
        sandbox_->Run({.command = {fs::absolute(python).string(), "-S", "-c", "print(6 * 7)"}});
    if (result.status != 0 || result.output != "42\n") {
      throw Error("the interpreter does not compute 6 * 7 in the sandbox", python,
                  "name one of Python 3 with --python");
    }
  }

  std::string python_;
  std::unique_ptr<eval::Sandbox> sandbox_;
  std::unique_ptr<eval::FastTextToxicity> toxicity_;
};

// Names everything that a reply of a local model depends on. Its bytes by the files' names, sizes
// and times: that is quick.
std::string IdentityOf(const QuestionFlags& flags, const infer::LoadedModel& model,
                       Precision precision) {
  const fs::path place = fs::canonical(OpenModel(flags.model).path);
  std::vector<fs::path> files = {place};
  if (fs::is_directory(place)) {
    files.clear();
    for (const auto& entry :
         fs::recursive_directory_iterator(place, fs::directory_options::follow_directory_symlink)) {
      if (entry.is_regular_file() && IsOfModel(entry.path())) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
  }
  std::string identity = fmt::format("{} {} {} {} {}", place.string(), model.tokenizer->digest(),
                                     PrecisionName(precision), flags.device, IsaName(DetectIsa()));
  if (!flags.kv_type.empty()) identity += " kv " + flags.kv_type;
  if (flags.device != "cpu") identity += fmt::format(" batch {}", flags.batch);
  for (const fs::path& file : files) {
    identity += fmt::format(" {}:{}:{}", file.string(), fs::file_size(file),
                            fs::last_write_time(file).time_since_epoch().count());
  }
  return "cria " CRIA_VERSION " " + Sha256Hex(identity);
}

// Where replies are kept: in the folder that the user named, or beside the report until it is
// written. Empty: nowhere.
fs::path CacheFile(const QuestionFlags& flags, const std::string& identity) {
  if (!flags.cache.empty()) {
    return fs::path(flags.cache) / (Sha256Hex(identity).substr(0, 16) + ".jsonl");
  }
  return flags.out.empty() ? fs::path() : fs::path(flags.out + ".requests.jsonl");
}

std::vector<eval::TaskResult> RunOn(const QuestionFlags& flags, std::vector<TaskSet> sets,
                                    eval::LanguageModel* model, const std::string& identity,
                                    const eval::TextCodec& codec, const eval::Graders& graders) {
  const fs::path file = CacheFile(flags, identity);
  if (file.empty()) return RunTasks(flags, flags, std::move(sets), model, codec, graders);
  // Those of a --cache are named after the identity.
  const bool replace = flags.force || !flags.cache.empty();
  const bool shared = !flags.cache.empty();
  eval::CachedLanguageModel cached(model, file, identity, replace, shared);
  if (cached.forgotten() > 0) {
    spdlog::warn("{} replies in {}, of another model or under other settings, are dropped",
                 cached.forgotten(), file.string());
  }
  if (cached.known() > 0 && !flags.quiet) {
    spdlog::info("{} replies are known from {}", cached.known(), file.string());
  }
  if (cached.damaged() > 0) {
    spdlog::warn("{} lines of {} are damaged: what they held is asked anew", cached.damaged(),
                 file.string());
  }
  return RunTasks(flags, flags, std::move(sets), &cached, codec, graders);
}

std::vector<eval::TaskResult> RunLocal(const QuestionFlags& flags, std::vector<TaskSet> sets,
                                       const Judges& judges) {
  const Context context = flags.MakeContext();
  const Precision precision = PrecisionNamed(flags.precision, context);
  const infer::LoadedModel model = infer::LoadModel(
      context, flags.model, {.tokenizer = flags.tokenizer, .precision = precision});
  eval::LlamaLanguageModel language_model(&context, model.llama.get());
  language_model.set_tokenizer(model.tokenizer.get());
  language_model.set_kv_type(KvTypeNamed(flags.kv_type, *model.llama));
  language_model.set_sequences(flags.batch);
  return RunOn(flags, std::move(sets), &language_model, IdentityOf(flags, model, precision),
               CodecOf(*model.tokenizer), judges.On(&context));
}

// The key goes in clear over http: no harm on this machine.
void WarnOfKey(const std::string& address) {
  for (const char* safe : {"https://", "http://localhost", "http://127.", "http://[::1]"}) {
    if (address.starts_with(safe)) return;
  }
  spdlog::warn("OPENAI_API_KEY is sent without encryption to {}", address);
}

std::vector<eval::TaskResult> RunRemote(const QuestionFlags& flags, std::vector<TaskSet> sets,
                                        const Judges& judges) {
  const Context context(flags.threads);
  const char* key = std::getenv("OPENAI_API_KEY");
  eval::RemoteModelOptions options;
  options.server.url = flags.model;
  options.server.key = key == nullptr ? "" : key;
  options.server.seconds = 120;
  options.server.log = [](const std::string& line) { spdlog::warn("{}", line); };
  options.model = flags.served_model;
  options.context_tokens = flags.served_context;
  options.bos_text = flags.served_bos;
  if (!options.server.key.empty()) WarnOfKey(flags.model);
  eval::RemoteLanguageModel model(std::move(options));
  const std::string identity =
      fmt::format("cria {} {} {} {} {}", CRIA_VERSION, flags.model, flags.served_model,
                  flags.served_context, flags.served_bos);
  return RunOn(flags, std::move(sets), &model, identity, eval::RemoteCodec(), judges.On(&context));
}

// Flags that none of the tasks knows, or that this kind of model does not: they would be ignored.
void RefuseUnused(const QuestionFlags& flags, const std::vector<TaskSet>& sets) {
  const auto given = [&](const char* name) { return flags.command->count(name) > 0; };
  const auto refuse = [&](const char* name, const char* why) {
    if (given(name)) throw Error(why, name, "leave it out");
  };
  const auto none = [&](const auto& holds) {
    return std::none_of(sets.begin(), sets.end(),
                        [&](const TaskSet& set) { return holds(set.task); });
  };
  constexpr const char* kNoTask = "none of the tasks knows it";
  if (none([](const auto& task) { return task.body.contains("shots"); })) {
    refuse("--shots", kNoTask);
  }
  if (none([](const auto& task) { return task.body.contains("samples"); })) {
    refuse("--repeats", kNoTask);
  }
  for (const char* name : {"--run-code", "--python", "--judge"}) {
    const std::string needs = std::string(name) == "--python" ? "--run-code" : name;
    if (none([&](const auto& task) { return task.kind->needs() == needs; })) refuse(name, kNoTask);
  }
  if (flags.is_remote()) {
    for (const char* name : {"--precision", "--tokenizer", "--device", "--kv-type", "--batch"}) {
      refuse(name, "the model runs at the endpoint");
    }
    if (flags.served_model.empty()) {
      throw Error("the endpoint's name of the model must be given", "--served-model",
                  "its /v1/models lists them");
    }
  } else {
    for (const char* name : {"--served-model", "--served-context", "--served-bos"}) {
      refuse(name, "MODEL is no endpoint");
    }
  }
}

void Print(const std::vector<eval::Block>& blocks) {
  bool first = true;
  for (const eval::Block& block : blocks) {
    if (const auto* table = std::get_if<eval::Table>(&block)) {
      if (!first) fmt::print("\n");
      PrintTable(*table);
    } else if (const auto* paragraph = std::get_if<eval::Paragraph>(&block)) {
      fmt::print("\n{}\n", paragraph->text);
    }
    first = false;
  }
}

}  // namespace

void QuestionFlags::AddTo(CLI::App* eval) {
  command = eval;
  command
      ->add_option("--profile", profile,
                   "Rules of prompts and ranking: the paper's or those of lm-evaluation-harness")
      ->check(CLI::IsMember({"paper", "harness"}))
      ->capture_default_str();
  command
      ->add_option(
          "--shots", shots,
          "Solved examples before a question, where the task has them (paper: 5 of MMLU; 0, "
          "1, 5, 64 of nq_open and triviaqa)")
      ->check(CLI::Range(0, 1000));
  command
      ->add_option("--repeats", repeats,
                   "Replies to a question, where the task draws several (paper: 256 of math_maj, "
                   "100 of gsm8k_maj)")
      ->check(CLI::Range(1, 100000));
  command
      ->add_option("--as", as,
                   "The model of the paper whose published numbers these should meet: the report "
                   "says which lie within the error")
      ->check(CLI::IsMember(eval::PublishedModels()));
  command->add_option("--samples", samples,
                      "Folder for every question with its scores, TASK.jsonl");
  AddModifiedFlag(command, this);
  command->add_option("--cache", cache,
                      "Folder that keeps every reply of the model, for the next evaluation "
                      "(default: beside --out, until that is written)");
  AddKvTypeFlag(command, &kv_type);
  command->add_option("--batch", batch, "Questions read or answered at once, at most")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{1}, int64_t{4096}));
  command->add_flag("--run-code", run_code,
                    "Run the programs that the model writes, in a sandbox: humaneval and mbpp");
  command->add_option("--python", python, "The interpreter that runs them")->capture_default_str();
  command->add_option("--judge", judge,
                      "Judge of toxicity that `cria eval judge` made: toxicity_basic, "
                      "toxicity_respectful");
  command->add_option("--served-bos", served_bos,
                      "What it puts in front of a text, such as <|endoftext|>, if nothing does");
  command->add_option("--served-model", served_model,
                      "Name of the model at an endpoint, where MODEL is http(s)://...");
  command->add_option("--served-context", served_context, "Tokens that it reads at once")
      ->check(CLI::Range(int64_t{16}, int64_t{1} << 24))
      ->capture_default_str();
}

std::vector<const char*> QuestionFlagNames() {
  return {"--allow-modified", "--as",    "--profile",      "--shots",          "--repeats",
          "--samples",        "--cache", "--run-code",     "--kv-type",        "--batch",
          "--python",         "--judge", "--served-model", "--served-context", "--served-bos"};
}

void AskQuestions(const QuestionFlags& flags) {
  std::vector<TaskSet> sets = ReadTaskSets(flags);
  RefuseUnused(flags, sets);
  if (!flags.samples.empty()) {
    RequireWritableFolder(flags.samples, "--samples");
    for (const TaskSet& set : sets) {
      const fs::path file = SamplesFile(flags, set.task);
      RequireWritable(file, flags.force, "--samples");
      std::vector<std::string> inputs = {flags.model};
      for (const fs::path& input : eval::FilesOf(set.task, flags.folder)) {
        inputs.push_back(input.string());
      }
      RequireNoInput(file, inputs, "--samples");
    }
  }
  const Judges judges(flags);
  for (const TaskSet& set : sets) set.task.kind->Require(set.task, judges.On(nullptr));
  std::vector<eval::TaskResult> results;
  try {
    results = flags.is_remote() ? RunRemote(flags, std::move(sets), judges)
                                : RunLocal(flags, std::move(sets), judges);
  } catch (const Interrupted&) {
    throw Interrupted(flags.out.empty() && flags.cache.empty()
                          ? "Nothing is kept: with --out or --cache the same command goes on."
                          : "Go on with the same command.");
  }
  const std::string name =
      flags.is_remote() ? flags.served_model : fs::canonical(flags.model).filename().string();
  Json json = eval::TaskJson(results, ProfileOf(flags));
  json["model"] = flags.model;
  std::vector<eval::Block> blocks, page;
  blocks.emplace_back(eval::TaskTable(results, name));
  if (!flags.kv_type.empty()) {
    json["kv_type"] = flags.kv_type;
    blocks.emplace_back(eval::Paragraph{"KV cache in " + flags.kv_type + "."});
  }
  for (std::string& note : eval::TaskNotes(results)) {
    blocks.emplace_back(eval::Paragraph{std::move(note)});
  }
  if (judges.toxicity() != nullptr) {
    json["judge"] = judges.toxicity()->Describe();
    blocks.emplace_back(eval::Paragraph{judges.toxicity()->Describe()});
  }
  page = eval::PaperTables(results, {.model = name, .as = flags.as});
  if (!flags.out.empty()) {
    page.emplace_back(eval::Heading{"All tasks"});
    eval::Charts chart = eval::TaskChart(results, name, flags.as.empty() ? "LLaMA 7B" : flags.as);
    if (!chart.items.empty()) page.emplace_back(std::move(chart));
    page.insert(page.end(), blocks.begin(), blocks.end());
    WriteBlocks(flags.out, "Evaluation of " + flags.model, json, page);
    if (flags.cache.empty()) fs::remove(flags.out + ".requests.jsonl");
  }
  if (flags.json) return fmt::print("{}\n", json.dump());
  Print(flags.as.empty() || page.empty() ? blocks : page);
}

}  // namespace cria::app
