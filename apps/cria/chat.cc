// `cria chat`: a conversation in the terminal. The cache is kept between turns.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "base/interrupt.h"
#include "infer/generate.h"
#include "model_flags.h"

namespace cria::app {
namespace {

struct Flags : ModelFlags, SamplingFlags {};

constexpr const char* kHelp =
    "This is a base model: it continues text, it was not taught to answer. Each line you type is "
    "put\n"
    "behind what stands so far, in the form  \"Q: <your line>\\nA:\", and the model goes on until "
    "it starts a\n"
    "new line. /raw TEXT puts TEXT in as it is, /new forgets everything, /quit ends.\n";

class Chat {
 public:
  Chat(const Flags& flags, const Context* context, infer::LoadedModel model)
      : flags_(flags),
        context_(context),
        model_(std::move(model)),
        sequence_(model_.llama.get(), model_.config.max_seq_len),
        sampler_(flags.sampling, flags.seed) {}

  void Forget() {
    sequence_.Truncate(0);
    pending_.clear();
  }

  // One turn: `text` goes in behind the conversation, the answer streams out.
  void Say(const std::string& text, bool one_line) {
    const tokenizer::Tokenizer& tokenizer = *model_.tokenizer;
    std::vector<int32_t> ids = pending_;
    if (sequence_.length() == 0 && ids.empty()) ids.push_back(tokenizer.bos_id());
    tokenizer.Encode(text, &ids);
    if (sequence_.length() + static_cast<int64_t>(ids.size()) >= sequence_.capacity()) {
      fmt::print("(The context of {} tokens is full; starting afresh.)\n", sequence_.capacity());
      Forget();
      ids = {tokenizer.bos_id()};
      tokenizer.Encode(text, &ids);
      if (std::ssize(ids) >= sequence_.capacity()) {
        fmt::print("(That alone is {} tokens; it does not fit.)\n", ids.size());
        return;
      }
    }
    tokenizer::StreamDecoder decoder(tokenizer);
    pending_.clear();
    bool any = false;
    const infer::GenerateOptions options{flags_.max_gen_len,
                                         {tokenizer.eos_id(), tokenizer.bos_id()}};
    const infer::StopReason reason =
        infer::Generate(*context_, &sequence_, ids, options, &sampler_, [&](int32_t id) {
          pending_ = {id};  // the newest id is not in the cache yet
          std::string piece = decoder.Feed(id);
          const size_t end = one_line && any ? piece.find('\n') : std::string::npos;
          any = any || piece.find_first_not_of(" \n") != std::string::npos;
          if (!any) return true;
          Print(piece.substr(0, end));
          return end == std::string::npos;
        });
    // On any other end the newest id is already in the cache.
    if (reason == infer::StopReason::kStopToken || reason == infer::StopReason::kContext)
      pending_.clear();
    Print(decoder.Flush() + "\n");
    if (reason == infer::StopReason::kContext) fmt::print("(context full)\n");
  }

 private:
  static void Print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  const Flags& flags_;
  const Context* context_;
  infer::LoadedModel model_;
  Sequence sequence_;
  infer::Sampler sampler_;
  std::vector<int32_t> pending_;
};

void RunChat(const Flags& flags) {
  const Context context = flags.MakeContext();
  Chat chat(flags, &context, flags.Load(context));
  if (!flags.quiet) fmt::print("{}", kHelp);
  const bool terminal = ::isatty(STDIN_FILENO);
  std::string line;
  while (true) {
    if (terminal) fmt::print("\n> ");
    std::fflush(stdout);
    const bool read = static_cast<bool>(std::getline(std::cin, line));
    ThrowIfInterrupted();
    if (!read || line == "/quit") break;
    if (line.empty()) continue;
    if (line == "/help") {
      fmt::print("{}", kHelp);
    } else if (line == "/new") {
      chat.Forget();
    } else if (line.starts_with("/raw ")) {
      chat.Say(line.substr(5), false);
    } else {
      chat.Say("\nQ: " + line + "\nA:", true);
    }
  }
}

}  // namespace

void AddChatCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* c =
      AddCommand(app, "chat", "Talk to a model in the terminal", &flags, [] { RunChat(flags); });
  flags.ModelFlags::AddTo(c);
  flags.SamplingFlags::AddTo(c);
  c->footer("Example: cria chat runs/demo");
}

}  // namespace cria::app
