// `cria chat`: a conversation in the terminal, or line by line from a pipe. The whole conversation
// is rendered by the model's chat template each turn.
#include <cstdio>
#include <iostream>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "chat_input.h"
#include "reply.h"
#include "tokenizer/chat_prompt.h"

namespace cria::app {
namespace {

struct Flags : ModelFlags, SamplingFlags {
  EngineFlags engine;
  MoreSamplingFlags more;
  std::string system, chat_template;
};

constexpr uintmax_t kMostSavedBytes = uintmax_t{64} << 20;

constexpr const char* kHelp =
    "/help           this text\n"
    "/system [TEXT]  sets the system message and starts over; without TEXT shows it\n"
    "/reset          forgets the conversation, the system message stays\n"
    "/undo           takes back the last question and its answer\n"
    "/regen          answers the last question anew\n"
    "/save FILE      writes the conversation as JSON\n"
    "/load FILE      goes on with a saved one\n"
    "/exit           ends (so does Ctrl-D); Ctrl-C stops an answer\n"
    "A backslash at the end of a line goes on in the next; // begins a text with /.\n";

// "1 token", "2 tokens"
std::string Counted(int64_t n, const char* noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

void Print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

class Chat {
 public:
  Chat(const Flags& flags, RunningEngine* engine)
      : flags_(flags),
        tokenizer_(*engine->model().tokenizer),
        format_(tokenizer::ChatFormat::Choose(tokenizer_, flags.chat_template)),
        stop_texts_(format_.stop_texts()),
        reply_(engine, flags.sampling, flags.seed) {
    stop_texts_.insert(stop_texts_.end(), flags.more.stop.begin(), flags.more.stop.end());
    SetSystem(flags.system);
  }

  const tokenizer::ChatFormat& format() const { return format_; }
  /// Messages that did not fit the context.
  int64_t unsent() const { return unsent_; }

  /// One line of the user. False: the end.
  bool Handle(const std::string& line) {
    if (line.empty()) return true;
    if (!line.starts_with('/') || line.starts_with("//")) {
      Ask(line.substr(line.starts_with("//") ? 1 : 0));
      return true;
    }
    const size_t blank = line.find(' ');
    const std::string command = line.substr(0, blank);
    const std::string rest = blank == std::string::npos ? "" : line.substr(blank + 1);
    if (command == "/exit" || command == "/quit") return false;
    if (command == "/help") {
      Note(kHelp);
    } else if (command == "/reset") {
      SetSystem(system_);
      Note("(The conversation is forgotten.)\n");
    } else if (command == "/system") {
      if (rest.empty()) {
        Note(system_.empty() ? "(No system message.)\n" : system_ + "\n");
      } else {
        SetSystem(rest);
        Note("(Starting over with this system message.)\n");
      }
    } else if (command == "/undo") {
      Note(TakeBack() ? "(Taken back.)\n" : "(There is nothing to take back.)\n");
    } else if (command == "/regen") {
      Regenerate();
    } else if (command == "/save" && !rest.empty()) {
      SaveTo(rest);
    } else if (command == "/load" && !rest.empty()) {
      LoadFrom(rest);
    } else if (command == "/save" || command == "/load") {
      Note(fmt::format("(Name a file: {} FILE)\n", command));
    } else {
      Note("(No such command; /help lists them.)\n");
    }
    return true;
  }

 private:
  // Notes go where they cannot be taken for answers.
  static void Note(const std::string& text) {
    std::fflush(stdout);
    fmt::print(stderr, "{}", text);
  }

  void SetSystem(const std::string& text) {
    system_ = text;
    messages_ = Json::array();
    if (!text.empty()) messages_.push_back({{"role", "system"}, {"content", text}});
  }

  // Drops the last message of the user and all behind it.
  bool TakeBack() {
    size_t size = messages_.size();
    while (size > 0 && messages_[size - 1].value("role", "") != "user") --size;
    if (size == 0) return false;
    messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(size) - 1, messages_.end());
    return true;
  }

  void Regenerate() {
    size_t size = messages_.size();
    while (size > 0 && messages_[size - 1].value("role", "") != "user") --size;
    if (size == 0) return Note("(There is no question yet.)\n");
    const Json before = messages_;
    const auto question = messages_[size - 1].value("content", "");
    TakeBack();
    try {
      Ask(question);
    } catch (const Error&) {
      messages_ = before;
      throw;
    }
  }

  // Over a saved conversation, but never over anything else.
  void SaveTo(const std::string& path) const {
    if (fs::exists(path)) {
      const Json there = fs::is_regular_file(path) && fs::file_size(path) <= kMostSavedBytes
                             ? TryParseJson(ReadFile(path))
                             : Json();
      if (!there.is_object() || !there.contains("messages")) {
        throw Error("this is there already, and is no saved conversation", path,
                    "name another file: /save FILE");
      }
    }
    WriteJson(path, {{"messages", messages_}});
    Note("(Saved.)\n");
  }

  void LoadFrom(const std::string& path) {
    const Json json = ReadJson(path);
    const auto messages = JsonGet<Json>(json, "messages", path);
    for (const Json& message : messages) {
      JsonGet<std::string>(message, "role", path);
      JsonGet<std::string>(message, "content", path);
    }
    messages_ = messages;
    const bool system = !messages.empty() && messages[0]["role"] == "system";
    system_ = system ? messages[0]["content"].get<std::string>() : "";
    Note(fmt::format("({}.)\n", Counted(std::ssize(messages), "message")));
  }

  void Ask(const std::string& text) {
    messages_.push_back({{"role", "user"}, {"content", text}});
    try {
      Answer();
    } catch (const Error&) {
      TakeBack();
      throw;
    }
  }

  void Answer() {
    tokenizer::ChatRequest request;
    request.messages = messages_;
    const std::vector<int32_t> ids = format_.Prompt(tokenizer_, request).ids;
    if (ids.empty()) throw Error("the template writes nothing", "chat", "use another template");
    if (std::ssize(ids) >= reply_.context_tokens()) {
      TakeBack();
      ++unsent_;
      // Whoever reads lines waits for one.
      if (flags_.json) {
        Print(Json{{"content", nullptr},
                   {"stop", "context full"},
                   {"prompt_tokens", ids.size()},
                   {"context_tokens", reply_.context_tokens()}}
                  .dump() +
              "\n");
      }
      return Note(
          fmt::format("(The conversation with this needs {} tokens and room for an answer; the "
                      "context has {}. It was not sent. /undo or /reset makes room.)\n",
                      ids.size(), reply_.context_tokens()));
    }
    bool in_line = false;  // an answer stands there without its end
    Reply::Result result;
    try {
      result = reply_.Run(ids, stop_texts_, flags_.max_gen_len, [&](std::string_view piece) {
        if (!flags_.json) Print(piece);
        in_line = !flags_.json;
      });
    } catch (const Error&) {
      if (in_line) Print("\n");
      throw;
    }
    messages_.push_back({{"role", "assistant"}, {"content", result.text}});
    if (flags_.json) {
      const Json line = {{"content", result.text},
                         {"stop", result.stop},
                         {"prompt_tokens", ids.size()},
                         {"reused_tokens", result.reused_tokens},
                         {"reply_tokens", result.new_tokens}};
      Print(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
    } else {
      Print("\n");
    }
    if (result.full) {
      Note(fmt::format(
          "(The answer ends here: {} tokens of the prompt and {} of the answer fill the "
          "context of {}.)\n",
          ids.size(), result.new_tokens, reply_.context_tokens()));
    } else if (result.stop == "interrupted" || result.stop == "length") {
      Note(fmt::format("(Stopped after {}: {}.)\n", Counted(result.new_tokens, "token"),
                       result.stop));
    }
    // On a terminal it stops an answer, elsewhere all of them.
    if (result.stop == "interrupted" && !ChatInput::IsTerminal()) throw Interrupted();
  }

  const Flags& flags_;
  const tokenizer::Tokenizer& tokenizer_;
  const tokenizer::ChatFormat format_;
  std::vector<std::string> stop_texts_;
  Reply reply_;
  std::string system_;
  Json messages_ = Json::array();
  int64_t unsent_ = 0;
};

void RunChat(const Flags& flags) {
  const Context context = flags.MakeContext();
  infer::LoadedModel model = flags.Load(context);
  const int64_t tokens = ContextTokens(flags.engine.context_tokens, model.config);
  RunningEngine engine(&context, flags, flags.engine, std::move(model), 1, tokens);
  Chat chat(flags, &engine);
  const bool terminal = ChatInput::IsTerminal();
  if (!flags.quiet) fmt::print(stderr, "{}\n", chat.format().Describe());
  if (!flags.quiet && terminal) fmt::print(stderr, "/help lists the commands, /exit ends.\n");
  ChatInput input;
  std::string line;
  bool again = false;  // Ctrl-C at the prompt, twice in a row, ends
  while (true) {
    if (terminal) Print("\n> ");
    const InputEvent event = input.Next(&line);
    if (event == InputEvent::kEnd) break;
    if (event == InputEvent::kInterrupted) {
      if (TerminationRequested()) throw Interrupted();
      if (!terminal || std::exchange(again, true)) throw Interrupted();
      fmt::print(stderr, "\n(/exit or Ctrl-D ends, Ctrl-C once more too.)");
      continue;
    }
    again = false;
    try {
      if (!chat.Handle(line)) break;
    } catch (const Error& error) {
      if (!terminal) throw;
      fmt::print(stderr, "{}\n", error.what());
    }
    if (TerminationRequested()) throw Interrupted();  // it came while an answer was written
  }
  if (!terminal && chat.unsent() > 0) {
    throw Error(fmt::format("{} not sent: the conversation fills the context",
                            Counted(chat.unsent(), "message")),
                "standard input", "begin anew in between with /reset, or write shorter ones");
  }
}

}  // namespace

void AddChatCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* c =
      AddCommand(app, "chat", "Talk to a model in the terminal", &flags, [] { RunChat(flags); });
  flags.ModelFlags::AddTo(c);
  c->add_option("--system", flags.system, "System message");
  c->add_option(
      "--chat-template", flags.chat_template,
      "llama2, llama3, mistral, chatml, zephyr, vicuna, alpaca, plain, or a file (default: "
      "the model's own)");
  flags.SamplingFlags::AddTo(c);
  flags.more.AddTo(c, &flags.sampling);
  flags.engine.batch = 1;
  AddContextFlag(c, &flags.engine.context_tokens);
  AddKvTypeFlag(c, &flags.engine.kv_type);
  flags.engine.AddSpeculationTo(c);
  c->footer("Example: cria chat runs/demo\nOther input than a terminal is taken line by line.");
}

}  // namespace cria::app
