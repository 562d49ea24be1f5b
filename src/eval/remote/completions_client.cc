// What goes into a request depends on the texts alone, so that results do not depend on timing.
#include "eval/remote/completions_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <mutex>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/utf8.h"

namespace cria::eval {
namespace {

constexpr size_t kGroupBytes = 64 << 10;
constexpr size_t kMaxReplyBytes = size_t{256} << 20;
constexpr size_t kModelListBytes = 4 << 20;
constexpr size_t kNamedModels = 20;

// A token's text, number, place and rivals take some 100 bytes; a token holds a byte or more.
size_t ReplyBound(const CompletionCall& call) {
  size_t bytes = 0;
  for (const std::string& prompt : call.prompts) bytes += prompt.size();
  const size_t written = call.prompts.size() * static_cast<size_t>(call.max_tokens);
  return std::min(kMaxReplyBytes, (size_t{4} << 20) + 1024 * bytes + 4096 * written);
}

bool Mentions(std::string text, std::initializer_list<std::string_view> words) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

bool RefusesCall(const Endpoint::Reply& reply) {
  return reply.status == 400 || reply.status == 422;
}

bool IsTooLong(const Endpoint::Reply& reply) {
  return reply.status == 413 ||
         (RefusesCall(reply) &&
          Mentions(ErrorMessage(reply.body),
                   {"context length", "context_length", "maximum context", "context window",
                    "context size", "too long", "max_model_len", "maximum model length"}));
}

// An eighth of a text, or a few bytes more: a character is not cut.
size_t EighthOf(std::string_view text) {
  size_t bytes = text.size() / 8 + 1;
  while (bytes < text.size() && (text[bytes] & 0xC0) == 0x80) ++bytes;
  return bytes;
}

}  // namespace

CompletionsClient::CompletionsClient(EndpointOptions server, std::string model, int parallel,
                                     int prompts_at_once)
    : model_(std::move(model)),
      prompts_at_once_(static_cast<size_t>(std::max(1, prompts_at_once))),
      endpoint_(std::move(server), std::max(1, parallel),
                [this] { return InterruptRequested() || failed_.load(); }),
      threads_(std::max(1, parallel)) {
  if (model_.empty() || !IsValidUtf8(model_)) {
    throw Error("no name of a model", "the name of the remote model",
                "give it as the server writes it in GET /v1/models");
  }
}

std::vector<CompletionsClient::Group> CompletionsClient::Grouped(
    std::span<const RemoteText> texts, const std::function<bool(size_t a, size_t b)>& joins) const {
  std::vector<Group> groups;
  size_t bytes = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    const bool joined = i > 0 && groups.back().size() < prompts_at_once_ &&
                        bytes + texts[i].bytes.size() <= kGroupBytes && joins(i - 1, i);
    if (!joined) groups.emplace_back();
    bytes = (joined ? bytes : 0) + texts[i].bytes.size();
    groups.back().push_back(i);
  }
  return groups;
}

void CompletionsClient::RunGroups(const std::vector<Group>& groups,
                                  const std::function<void(const Group& group, int slot)>& run) {
  std::mutex mutex;
  std::exception_ptr first;
  failed_.store(false);
  try {
    threads_.Run(std::ssize(groups), [&](int64_t i, int slot) {
      try {
        run(groups[static_cast<size_t>(i)], slot);
      } catch (...) {
        const std::lock_guard lock(mutex);
        // Before the others are ended by it: what they throw then is not the fault.
        if (!first) first = std::current_exception();
        failed_.store(true);
        throw;
      }
    });
  } catch (...) {
    failed_.store(false);
    std::rethrow_exception(first);
  }
}

std::vector<CompletionChoice> CompletionsClient::Ask(int slot, CompletionCall call,
                                                     std::span<RemoteText* const> texts) {
  if (texts.size() > 1 && takes_lists_.load()) {
    for (const RemoteText* text : texts) call.prompts.push_back(text->bytes);
    const Endpoint::Reply reply = Send(slot, call);
    if (reply.status == 200) {
      try {
        return Parse(reply, call);
      } catch (const Error&) {
        // Some servers answer to the first of a list alone.
      }
    }
    call.prompts.clear();
  }
  std::vector<CompletionChoice> choices;
  const int64_t cuts_before = cuts_.load();
  for (RemoteText* text : texts) choices.push_back(AskOne(slot, call, text));
  if (texts.size() > 1 && cuts_.load() == cuts_before) takes_lists_.store(false);
  return choices;
}

std::optional<CompletionChoice> CompletionsClient::TryOne(CompletionCall call,
                                                          const RemoteText& text) {
  call.prompts = {text.bytes};
  const Endpoint::Reply reply = Send(0, call);
  if (reply.status == 200) return Parse(reply, call)[0];
  if (!RefusesCall(reply)) Refuse(0, call, reply);
  return std::nullopt;
}

CompletionChoice CompletionsClient::AskOne(int slot, CompletionCall call, RemoteText* text) {
  while (true) {
    call.prompts = {text->bytes};
    const Endpoint::Reply reply = Send(slot, call);
    if (reply.status == 200) return Parse(reply, call)[0];
    const size_t cut = EighthOf(text->bytes);
    if (!IsTooLong(reply) || cut >= text->context_bytes) Refuse(slot, call, reply);
    text->bytes.erase(0, cut);
    text->context_bytes -= cut;
    ++cuts_;
  }
}

Endpoint::Reply CompletionsClient::Send(int slot, const CompletionCall& call) {
  return endpoint_.Post(slot, "/completions", call.Body(), ReplyBound(call));
}

std::vector<CompletionChoice> CompletionsClient::Parse(const Endpoint::Reply& reply,
                                                       const CompletionCall& call) const {
  return ParseCompletion(reply.body, call, url(),
                         [this](std::string_view text) { return endpoint_.Quote(text); });
}

// A reply that is final, and what may mend it.
void CompletionsClient::Refuse(int slot, const CompletionCall& call, const Endpoint::Reply& reply) {
  const std::string said = endpoint_.Describe(reply);
  if (IsTooLong(reply)) {
    throw Error(said, url(), "tell the model's true context length, or give shorter texts");
  }
  if (reply.status != 404) {
    throw Error(said, url(), call.echo ? kNeedsEcho : "see that it serves /v1/completions");
  }
  std::vector<std::string> names;
  try {
    names = ParseModelNames(endpoint_.Get(slot, "/models", kModelListBytes).body);
  } catch (const Error&) {
    // Its own fault is not the one to be told.
  }
  if (names.empty()) {
    throw Error(said, url(),
                "check the address, which usually ends in /v1, and the name of the model; "
                "endpoints for chat alone have no /completions and cannot be scored");
  }
  if (std::find(names.begin(), names.end(), model_) != names.end()) {
    throw Error(
        fmt::format("the server has the model \"{}\", but not for completions; {}", model_, said),
        url(), kNeedsEcho);
  }
  std::string list;
  for (size_t i = 0; i < std::min(names.size(), kNamedModels); ++i) {
    list += (i > 0 ? ", " : "") + endpoint_.Quote(names[i]);
  }
  throw Error(fmt::format("the server does not know the model \"{}\"; {}", model_, said), url(),
              "name one that it has: " + list + (names.size() > kNamedModels ? ", ..." : ""));
}

}  // namespace cria::eval
