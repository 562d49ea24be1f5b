// What is wrong with flags, sets and judges is said before a model is read.
#include "eval_questions.h"

#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "base/hash.h"
#include "eval/cached_language_model.h"
#include "eval/grading/fast_text_toxicity.h"
#include "eval/llama_language_model.h"
#include "eval/remote/remote_language_model.h"
#include "eval/report/paper_tables.h"
#include "eval/sandbox/sandbox.h"
#include "eval/task_report.h"
#include "model_flags.h"
#include "result_table.h"

namespace cria::app {
namespace {

// What judges replies, for those tasks that need it.
class Judges {
 public:
  explicit Judges(const QuestionFlags& flags) : python_(flags.python) {
    if (flags.run_code) sandbox_ = std::make_unique<eval::Sandbox>();
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
  std::string python_;
  std::unique_ptr<eval::Sandbox> sandbox_;
  std::unique_ptr<eval::FastTextToxicity> toxicity_;
};

// Names the model's bytes as far as that is quick: the files with sizes and times.
std::string IdentityOf(const CommonFlags& common, const QuestionFlags& flags) {
  std::string identity = fmt::format("{} {} {} {} {}", flags.model, flags.tokenizer,
                                     flags.precision, common.device, flags.served_model);
  if (flags.is_remote()) return identity;
  std::vector<fs::path> files = {flags.model};
  if (fs::is_directory(flags.model)) {
    files.clear();
    for (const auto& entry : fs::recursive_directory_iterator(flags.model)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
  }
  for (const fs::path& file : files) {
    identity += fmt::format(" {}:{}:{}", file.filename().string(), fs::file_size(file),
                            fs::last_write_time(file).time_since_epoch().count());
  }
  return fmt::format("cria " CRIA_VERSION " {}", Sha256Hex(identity));
}

// Where replies are kept: in the folder that the user named, or beside the report until it is
// written. Empty: nowhere.
fs::path CacheFile(const CommonFlags& common, const QuestionFlags& flags) {
  if (!flags.cache.empty()) {
    return fs::path(flags.cache) / (Sha256Hex(IdentityOf(common, flags)).substr(0, 16) + ".jsonl");
  }
  return flags.out.empty() ? fs::path() : fs::path(flags.out + ".requests.jsonl");
}

std::vector<eval::TaskResult> RunOn(const CommonFlags& common, const QuestionFlags& flags,
                                    std::vector<TaskSet> sets, eval::LanguageModel* model,
                                    const eval::TextCodec& codec, const eval::Graders& graders) {
  const fs::path file = CacheFile(common, flags);
  if (file.empty()) return RunTasks(common, flags, std::move(sets), model, codec, graders);
  eval::CachedLanguageModel cached(model, file, IdentityOf(common, flags));
  if (cached.known() > 0 && !common.quiet) {
    spdlog::info("{} replies are known from {}", cached.known(), file.string());
  }
  return RunTasks(common, flags, std::move(sets), &cached, codec, graders);
}

std::vector<eval::TaskResult> RunLocal(const CommonFlags& common, const QuestionFlags& flags,
                                       std::vector<TaskSet> sets, const Judges& judges) {
  const Context context = common.MakeContext();
  const infer::LoadedModel model = infer::LoadModel(
      context, flags.model,
      {.tokenizer = flags.tokenizer, .precision = PrecisionNamed(flags.precision, context)});
  eval::LlamaLanguageModel language_model(&context, model.llama.get());
  language_model.set_tokenizer(model.tokenizer.get());
  return RunOn(common, flags, std::move(sets), &language_model, CodecOf(*model.tokenizer),
               judges.On(&context));
}

std::vector<eval::TaskResult> RunRemote(const CommonFlags& common, const QuestionFlags& flags,
                                        std::vector<TaskSet> sets, const Judges& judges) {
  const Context context(common.threads);
  const char* key = std::getenv("OPENAI_API_KEY");
  eval::RemoteModelOptions options;
  options.server.url = flags.model;
  options.server.key = key == nullptr ? "" : key;
  options.server.log = [](const std::string& line) { spdlog::warn("{}", line); };
  options.model = flags.served_model;
  options.context_tokens = flags.served_context;
  eval::RemoteLanguageModel model(std::move(options));
  std::vector<eval::TaskResult> results =
      RunOn(common, flags, std::move(sets), &model, eval::RemoteCodec(), judges.On(&context));
  if (model.cuts() > 0) {
    spdlog::warn("{} times a text longer than the server's context lost part of its beginning",
                 model.cuts());
  }
  return results;
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

void QuestionFlags::AddTo(CLI::App* command) {
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
  command->add_flag("--allow-modified", allow_modified,
                    "Also use sets that are not as published; the report says so");
  command->add_option("--cache", cache,
                      "Folder that keeps every reply of the model, for the next evaluation "
                      "(default: beside --out, until that is written)");
  command->add_flag("--run-code", run_code,
                    "Run the programs that the model writes, in a sandbox: humaneval and mbpp");
  command->add_option("--python", python, "The interpreter that runs them")->capture_default_str();
  command->add_option("--judge", judge,
                      "Judge of toxicity that `cria eval judge` made: toxicity_basic, "
                      "toxicity_respectful");
  command->add_option("--served-model", served_model,
                      "Name of the model at an endpoint, where MODEL is http(s)://...");
  command->add_option("--served-context", served_context, "Tokens that it reads at once")
      ->check(CLI::Range(int64_t{16}, int64_t{1} << 24))
      ->capture_default_str();
}

std::vector<const char*> QuestionFlagNames() {
  return {"--allow-modified", "--as",      "--profile",      "--shots",
          "--repeats",        "--samples", "--cache",        "--run-code",
          "--python",         "--judge",   "--served-model", "--served-context"};
}

void AskQuestions(const CommonFlags& common, const QuestionFlags& flags) {
  std::vector<TaskSet> sets = ReadTaskSets(flags);
  const Judges judges(flags);
  for (const TaskSet& set : sets) set.task.kind->Require(set.task, judges.On(nullptr));
  const std::vector<eval::TaskResult> results =
      flags.is_remote() ? RunRemote(common, flags, std::move(sets), judges)
                        : RunLocal(common, flags, std::move(sets), judges);
  const std::string name =
      flags.is_remote() ? flags.served_model : fs::canonical(flags.model).filename().string();
  Json json = eval::TaskJson(results, ProfileOf(flags));
  json["model"] = flags.model;
  std::vector<eval::Block> blocks, page;
  blocks.emplace_back(eval::TaskTable(results, name));
  for (std::string& note : eval::TaskNotes(results)) {
    blocks.emplace_back(eval::Paragraph{std::move(note)});
  }
  if (judges.toxicity() != nullptr) {
    json["judge"] = judges.toxicity()->Describe();
    blocks.emplace_back(eval::Paragraph{judges.toxicity()->Describe()});
  }
  if (!flags.out.empty()) {
    page = eval::PaperTables(results, {.model = name, .as = flags.as});
    page.emplace_back(eval::Heading{"All tasks"});
    page.insert(page.end(), blocks.begin(), blocks.end());
    WriteBlocks(flags.out, "Evaluation of " + flags.model, json, page);
    if (flags.cache.empty()) fs::remove(CacheFile(common, flags));
  }
  if (common.json) return fmt::print("{}\n", json.dump());
  Print(blocks);
}

}  // namespace cria::app
