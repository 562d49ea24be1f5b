// `cria generate`: continues prompts, many at a time.
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>

#include "base/error.h"
#include "base/interrupt.h"
#include "engine_flags.h"
#include "finished_lines.h"
#include "ordered_output.h"
#include "output_path.h"
#include "prompt_file.h"

namespace cria::app {
namespace {

struct Flags : ModelFlags, SamplingFlags {
  EngineFlags engine;
  MoreSamplingFlags more;
  std::string prompt, prompts, out;
  int logprobs = -1;
  bool force = false, special = false, resume = false;
};

std::string ReadStdin() { return {std::istreambuf_iterator<char>(std::cin), {}}; }

// Something was piped in.
bool InputWaits() {
  struct stat status;
  if (::fstat(STDIN_FILENO, &status) != 0 || !S_ISFIFO(status.st_mode)) return false;
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return ::poll(&input, 1, 0) > 0 && (input.revents & POLLIN) != 0;
}

std::vector<Prompt> ReadPrompts(const Flags& flags, const tokenizer::Tokenizer& tokenizer) {
  infer::Request common{.max_new_tokens = flags.max_gen_len,
                        .sampling = flags.sampling,
                        .seed = flags.seed,
                        .stop_tokens = tokenizer.end_ids(),
                        .stop_strings = flags.more.stop};
  if (flags.logprobs >= 0) common.logprobs = flags.logprobs;
  if (!flags.prompts.empty()) {
    return ReadPromptFile(flags.prompts, tokenizer, common, flags.special);
  }
  if (flags.prompt.empty() && InputWaits()) {
    spdlog::warn("Standard input is not read: --prompt - takes it as the prompt.");
  }
  Prompt prompt{.text = flags.prompt == "-" ? ReadStdin() : flags.prompt,
                .where = "the prompt",
                .id = nullptr,
                .request = std::move(common)};
  prompt.request.prompt = PromptIds(tokenizer, prompt.text, flags.special, "--prompt");
  return {std::move(prompt)};
}

std::string PromptText(const tokenizer::Tokenizer& tokenizer, std::span<const int32_t> ids) {
  tokenizer::StreamDecoder decoder(tokenizer);
  std::string text;
  for (const int32_t id : ids) text += decoder.Feed(id);
  return text;
}

Json ScoresToJson(const infer::Completion& completion) {
  Json rows = Json::array();
  for (size_t i = 0; i < completion.scores.size(); ++i) {
    const infer::TokenScore& score = completion.scores[i];
    Json top = Json::array();
    for (const auto& [id, logprob] : score.top) top.push_back({{"id", id}, {"logprob", logprob}});
    rows.push_back({{"id", completion.tokens[i]}, {"logprob", score.logprob}, {"top", top}});
  }
  return rows;
}

std::string ToJsonLine(int64_t index, const Prompt& prompt, const std::string& prompt_text,
                       const infer::Completion& completion) {
  Json line = {{"index", index}};
  if (!prompt.id.is_null()) line["id"] = prompt.id;
  line["prompt"] = prompt.text;
  line["text"] = prompt_text + completion.text;
  line["ids"] = completion.tokens;
  line["prompt_ids"] = prompt.request.prompt;
  line["stop"] = infer::FinishReasonName(completion.reason);
  if (!completion.stop_string.empty()) line["stop_string"] = completion.stop_string;
  if (prompt.request.logprobs) line["logprobs"] = ScoresToJson(completion);
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Everything one run shares between its requests' functions.
class Generation {
 public:
  Generation(const Flags& flags, RunningEngine* engine, std::vector<Prompt> prompts)
      : flags_(flags),
        engine_(engine),
        prompts_(std::move(prompts)),
        output_(flags.out, flags.resume  ? OrderedOutput::Existing::kAppend
                           : flags.force ? OrderedOutput::Existing::kReplace
                                         : OrderedOutput::Existing::kRefuse),
        finished_(flags.resume ? FinishedLines(flags.out, prompts_) : std::set<int64_t>()),
        streams_(prompts_.size() == 1 && !flags.json && flags.out.empty()) {}

  void Run() {
    // All are checked before the first is run.
    for (int64_t i = 0; i < std::ssize(prompts_); ++i) {
      if (finished_.contains(i)) {
        output_.Skip(i);
      } else {
        Submit(i);
      }
    }
    output_.Begin();
    if (!finished_.empty()) {
      spdlog::info("{} of {} texts are there already.", finished_.size(), prompts_.size());
    }
    Progress progress(prompts_.size() == 1 ? Progress::Style::kQuiet : flags_.progress_style(),
                      "generate", std::ssize(prompts_) - std::ssize(finished_), "texts");
    const auto start = std::chrono::steady_clock::now();
    const auto note = [&] {
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      return fmt::format(
          "{:.1f} tokens/s",
          static_cast<double>(engine_->engine()->statistics().generated_tokens) / seconds.count());
    };
    while (engine_->engine()->Step()) {
      if (InterruptRequested()) Stop();
      if (failed_) std::rethrow_exception(failed_);
      progress.Update(done_, note());
    }
    if (failed_) std::rethrow_exception(failed_);
    progress.Update(done_);
    progress.Finish(note());
    Summarise();
  }

 private:
  void Submit(int64_t index) {
    const Prompt& prompt = prompts_[static_cast<size_t>(index)];
    infer::Request request = prompt.request;
    if (streams_) {
      request.on_token = [](const infer::TokenEvent& event) { Print(event.text); };
    }
    request.on_end = [this, index](int64_t, infer::Completion completion) {
      End(index, completion);
    };
    engine_->engine()->Submit(std::move(request), prompt.where);
    if (streams_) Print(PromptText(*engine_->model().tokenizer, prompt.request.prompt));
  }

  static void Print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  void End(int64_t index, const infer::Completion& completion) {
    ++done_;
    if (streams_) {
      Print(completion.tail + "\n");
    } else {
      const Prompt& prompt = prompts_[static_cast<size_t>(index)];
      const std::string before = PromptText(*engine_->model().tokenizer, prompt.request.prompt);
      try {
        output_.Add(index, flags_.json ? ToJsonLine(index, prompt, before, completion)
                                       : before + completion.text + "\n");
      } catch (const Error&) {
        failed_ = std::current_exception();
      }
    }
    if (completion.reason == infer::FinishReason::kContext && !flags_.json) {
      spdlog::warn("The context of {} tokens is full; the text ends here.",
                   engine_->engine()->context_length());
    }
  }

  [[noreturn]] void Stop() {
    output_.WriteRest();
    throw Interrupted(
        streams_ ? ""
                 : fmt::format("{} of {} texts were finished and are written.",
                               output_.written() + std::ssize(finished_), prompts_.size()) +
                       (flags_.json && !flags_.out.empty()
                            ? fmt::format(" The same command with --resume{} goes on.",
                                          flags_.force ? " instead of --force" : "")
                            : ""));
  }

  void Summarise() const {
    const infer::EngineStatistics s = engine_->engine()->statistics();
    if (s.drafted_tokens > 0) {
      spdlog::info("Speculation: {} of {} guessed tokens were right; {} passes for {} tokens.",
                   s.accepted_tokens, s.drafted_tokens, s.steps, s.generated_tokens);
    }
    if (s.prefixes.shared_tokens + s.prefixes.copied_tokens > 0) {
      spdlog::debug("{} of {} prompt tokens were found in the cache.",
                    s.prefixes.shared_tokens + s.prefixes.copied_tokens, s.prefixes.prompt_tokens);
    }
  }

  const Flags& flags_;
  RunningEngine* engine_;
  std::vector<Prompt> prompts_;
  OrderedOutput output_;
  std::set<int64_t> finished_;  // by a run before this one
  bool streams_;                // one text, as it is written
  int64_t done_ = 0;
  std::exception_ptr failed_;
};

void RunGenerate(const Flags& flags) {
  if (flags.resume && (!flags.json || flags.out.empty())) {
    throw Error("only JSON lines in a file can be resumed", "--resume", "add --json and --out");
  }
  if (!flags.out.empty()) {
    // What is there and may be replaced is opened, not exchanged.
    if (!flags.resume && !(flags.force && fs::exists(flags.out))) {
      RequireWritable(flags.out, flags.force, "--out");
    }
    if (flags.resume && fs::exists(flags.out) && !fs::is_regular_file(flags.out)) {
      throw Error("this is no file that a run could go on in", "--out " + flags.out, "name a file");
    }
    RequireNoInput(flags.out, {flags.model, flags.tokenizer, flags.prompts, flags.engine.speculate},
                   "--out");
  }
  const Context context = flags.MakeContext();
  infer::LoadedModel model = flags.Load(context);
  std::vector<Prompt> prompts = ReadPrompts(flags, *model.tokenizer);
  int64_t longest = 1;
  for (const Prompt& prompt : prompts) {
    if (prompt.request.logprobs && !flags.json) {
      throw Error("log-probabilities have no place in plain text",
                  flags.logprobs >= 0 ? "--logprobs" : prompt.where, "add --json");
    }
    longest = std::max(longest, std::ssize(prompt.request.prompt) + prompt.request.max_new_tokens);
  }
  RunningEngine engine(&context, flags, flags.engine, std::move(model), std::ssize(prompts),
                       longest);
  Generation(flags, &engine, std::move(prompts)).Run();
}

}  // namespace

void AddGenerateCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* c = AddCommand(app, "generate", "Continue a text, or many at once", &flags,
                           [] { RunGenerate(flags); });
  flags.ModelFlags::AddTo(c);
  c->add_option("-p,--prompt", flags.prompt, "Text to continue; - reads it from stdin");
  c->add_option(
       "--prompts", flags.prompts,
       "File with one prompt a line (-: standard input): text, or JSON lines {\"prompt\", \"id\", "
       "\"max_gen_len\", \"seed\", \"temperature\", \"stop\", ...}")
      ->excludes("--prompt");
  c->add_flag("--special", flags.special, "Control tokens such as </s> in prompts are parsed");
  c->add_option("-o,--out", flags.out, "File for the results (default: standard output)");
  c->add_flag("--force", flags.force, "Replace the file");
  c->add_flag("--resume", flags.resume, "Write what is missing in the file of an interrupted run")
      ->excludes("--force");
  flags.SamplingFlags::AddTo(c);
  flags.more.AddTo(c, &flags.sampling);
  c->add_option("--logprobs", flags.logprobs,
                "With --json: log-probability of each token and of the N likeliest")
      ->check(CLI::Range(0, 1 << 20));
  AddContextFlag(c, &flags.engine.context_tokens);
  flags.engine.AddBatchTo(c, "Texts written at once, at most");
  AddKvTypeFlag(c, &flags.engine.kv_type);
  flags.engine.AddSpeculationTo(c);
  c->footer(
      "Examples: cria generate runs/demo --prompt \"In the beginning\"\n"
      "          cria generate runs/demo --prompts prompts.jsonl --json --out texts.jsonl");
}

}  // namespace cria::app
