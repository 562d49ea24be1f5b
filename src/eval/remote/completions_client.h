// Prompts sent to a completions endpoint: several in one request and several requests at once, cut
// where the server finds them too long. What their replies are for is not its business.
#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "eval/remote/completion_call.h"
#include "eval/remote/endpoint.h"

namespace cria::eval {

/// A prompt; of its first `context_bytes` some may be left out, so that the rest fits.
struct RemoteText {
  std::string bytes = {};
  size_t context_bytes = 0;
};

class CompletionsClient {
 public:
  using Group = std::vector<size_t>;  ///< texts sent in one request

  /// `parallel` requests at once, of `prompts_at_once` prompts where the server takes lists.
  CompletionsClient(EndpointOptions server, std::string model, int parallel, int prompts_at_once);

  /// The address that is asked, for errors.
  std::string url() const { return endpoint_.url() + "/completions"; }

  /// Neighbours of `texts` put together where joins(a, b) says that their calls are the same.
  std::vector<Group> Grouped(std::span<const RemoteText> texts,
                             const std::function<bool(size_t a, size_t b)>& joins) const;

  /// Runs every group on some thread, whose number is the `slot` of Ask. The first failure ends
  /// all.
  void RunGroups(const std::vector<Group>& groups,
                 const std::function<void(const Group& group, int slot)>& run);

  /// The choices of all texts; `call` without prompts. A text that the server finds too long loses
  /// an eighth in front, as often as needed. A list that is refused is sent one by one.
  std::vector<CompletionChoice> Ask(int slot, CompletionCall call,
                                    std::span<RemoteText* const> texts);

  /// The choice of one text; nothing if the server refuses the call itself (400, 422).
  std::optional<CompletionChoice> TryOne(CompletionCall call, const RemoteText& text);

  /// Times that a text was cut.
  int64_t cuts() const { return cuts_.load(); }

 private:
  CompletionChoice AskOne(int slot, CompletionCall call, RemoteText* text);
  Endpoint::Reply Send(int slot, const CompletionCall& call);
  std::vector<CompletionChoice> Parse(const Endpoint::Reply& reply,
                                      const CompletionCall& call) const;
  [[noreturn]] void Refuse(int slot, const CompletionCall& call, const Endpoint::Reply& reply);

  const std::string model_;
  const size_t prompts_at_once_;
  std::atomic<bool> failed_{false};  // ends the other calls of a run
  Endpoint endpoint_;
  ThreadPool threads_;
  std::atomic<bool> takes_lists_{true};
  std::atomic<int64_t> cuts_{0};
};

/// What is to be done about a server that gives no log-probabilities of prompts.
inline constexpr const char* kNeedsEcho =
    "take a server whose /v1/completions knows echo together with logprobs (vLLM does); endpoints "
    "for chat alone cannot give the log-likelihood of a text";

}  // namespace cria::eval
