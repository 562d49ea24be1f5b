// Ids to texts, tokens to scores. Texts are UTF-8, while ids are bytes: borders that fall within a
// character are moved.
#include "eval/remote/remote_language_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "eval/remote/token_alignment.h"

namespace cria::eval {
namespace {

constexpr size_t kMaxStops = 4;  // what OpenAI takes

// Takes the end of a character that was cut off the front.
void DropPartInFront(std::string* text) {
  size_t bytes = 0;
  while (bytes < text->size() && ((*text)[bytes] & 0xC0) == 0x80) ++bytes;
  text->erase(0, bytes);
}

void RequireUtf8(std::string_view text) {
  if (IsValidUtf8(text)) return;
  throw Error("a text that is no UTF-8 cannot be sent to a remote model", "a text of the task",
              "repair it first");
}

// Stops as texts; an id that is no ASCII byte is no text by itself.
std::vector<std::string> StopTexts(const GenerateRequest& request) {
  std::vector<std::string> stops;
  for (int32_t id : request.stop) {
    if (id >= 1 && id <= 0x80) stops.push_back(std::string(1, static_cast<char>(id - 1)));
  }
  stops.insert(stops.end(), request.stop_texts.begin(), request.stop_texts.end());
  std::erase(stops, "");
  if (stops.size() > kMaxStops) stops.resize(kMaxStops);
  return stops;
}

// Up to the first of the stop ids.
std::vector<int32_t> WrittenIds(const std::string& text, const std::vector<int32_t>& stop) {
  std::vector<int32_t> ids = RemoteCodec().encode(text);
  ids.erase(ids.begin());
  ids.erase(std::find_first_of(ids.begin(), ids.end(), stop.begin(), stop.end()), ids.end());
  return ids;
}

std::vector<RemoteText*> Pick(std::span<RemoteText> texts, const CompletionsClient::Group& group) {
  std::vector<RemoteText*> picked;
  for (size_t i : group) picked.push_back(&texts[i]);
  return picked;
}

}  // namespace

RemoteLanguageModel::RemoteLanguageModel(RemoteModelOptions options)
    : options_(std::move(options)),
      client_(options_.server, options_.model, options_.parallel, options_.prompts_at_once) {
  CRIA_CHECK(options_.context_tokens >= 1 && options_.bytes_per_token >= 1);
  RequireUtf8(options_.bos_text);
}

int64_t RemoteLanguageModel::context_length() const {
  return options_.context_tokens * options_.bytes_per_token;
}

std::vector<ContinuationScore> RemoteLanguageModel::Loglikelihood(
    std::span<const Request> requests) {
  std::vector<RemoteText> texts;
  for (const Request& request : requests) texts.push_back(ScoredText(request));
  return Score(texts, [&](size_t i, const ContinuationScore& score) {
    if (requests[i].on_end) requests[i].on_end(score);
  });
}

std::vector<double> RemoteLanguageModel::RollingLoglikelihood(std::span<const Window> windows) {
  std::vector<RemoteText> texts;
  for (const Window& window : windows) texts.push_back(WindowText(window));
  std::vector<double> sums;
  for (const ContinuationScore& score : Score(texts, nullptr)) sums.push_back(score.logprob);
  return sums;
}

std::unique_ptr<WindowReader> RemoteLanguageModel::NewReader(int64_t) {
  throw Error("reading a text row by row is not offered by a remote model", client_.url(),
              "compare models by their perplexity, or load this one from its files");
}

std::vector<WrittenText> RemoteLanguageModel::GenerateAll(
    std::span<const GenerateRequest> requests) {
  std::vector<RemoteText> texts;
  std::vector<CompletionCall> calls;
  for (const GenerateRequest& request : requests) {
    std::string prompt = TextOf(request.prompt);
    RequireUtf8(prompt);
    const size_t length = prompt.size();
    texts.push_back({std::move(prompt), length});
    calls.push_back(WritingCall(request));
  }
  // What is drawn for the texts of one list, no standard says: each alone.
  const auto joins = [&](size_t a, size_t b) {
    return calls[a].temperature <= 0 && calls[b].temperature <= 0 &&
           calls[a].max_tokens == calls[b].max_tokens && calls[a].stop == calls[b].stop;
  };
  std::vector<WrittenText> written(requests.size());
  const std::vector<RemoteText> whole = texts;
  client_.RunGroups(client_.Grouped(texts, joins), [&](const auto& group, int slot) {
    const auto choices = client_.Ask(slot, calls[group.front()], Pick(texts, group));
    for (size_t k = 0; k < group.size(); ++k) {
      const size_t i = group[k];
      written[i] = {WrittenIds(choices[k].text, requests[i].stop),
                    choices[k].ran_out || texts[i].bytes.size() < whole[i].bytes.size()};
      if (requests[i].on_end) requests[i].on_end(written[i]);
    }
  });
  return written;
}

std::string RemoteLanguageModel::TextOf(std::span<const int32_t> ids) const {
  std::string text;
  if (!ids.empty() && ids[0] == 0) {
    text = options_.bos_text;
    ids = ids.subspan(1);
  }
  for (int32_t id : ids) {
    CRIA_CHECK(id >= 1 && id <= 256, "id {}", id);
    text += static_cast<char>(id - 1);
  }
  return text;
}

RemoteText RemoteLanguageModel::ScoredText(const Request& request) const {
  const int64_t context = std::ssize(request.context), scored = std::ssize(request.continuation);
  const int64_t cut = std::max<int64_t>(0, context + scored - context_length() - 1);
  if (cut > 0 && cut >= context) {
    throw Error(fmt::format("a continuation of {} bytes", scored), client_.url(),
                "it is longer than the context that was given for this model");
  }
  RemoteText text{TextOf(std::span(request.context).subspan(static_cast<size_t>(cut)))};
  if (cut > 0) DropPartInFront(&text.bytes);
  text.context_bytes = text.bytes.size();
  text.bytes += TextOf(request.continuation);
  RequireUtf8(text.bytes);
  return text;
}

RemoteText RemoteLanguageModel::WindowText(const Window& window) const {
  const size_t counted_from = static_cast<size_t>(window.counted_from);
  CRIA_CHECK(counted_from >= 1 && counted_from <= window.ids.size());
  RemoteText text{TextOf(window.ids.first(counted_from))};
  if (window.ids[0] != 0) DropPartInFront(&text.bytes);
  text.context_bytes = text.bytes.size();
  text.bytes += TextOf(window.ids.subspan(counted_from));
  // A character that the window cuts is the next one's.
  text.bytes.resize(std::max(text.context_bytes, CompleteUtf8Prefix(text.bytes)));
  if (text.bytes.size() > text.context_bytes) RequireUtf8(text.bytes);
  return text;
}

CompletionCall RemoteLanguageModel::WritingCall(const GenerateRequest& request) const {
  const std::string stream = fmt::format("{} {}", request.seed, request.sequence);
  return {.model = options_.model,
          .prompts = {},
          .max_tokens = request.max_new_tokens,
          .temperature = request.temperature,
          .top_p = request.top_p,
          .seed = static_cast<uint32_t>(Hash64(stream) >> 33),  // 31 bits: any server's integer
          .stop = StopTexts(request)};
}

CompletionCall RemoteLanguageModel::ScoringCall(int64_t max_tokens) const {
  return {.model = options_.model, .prompts = {}, .echo = true, .max_tokens = max_tokens};
}

std::vector<ContinuationScore> RemoteLanguageModel::Score(
    std::span<const RemoteText> texts,
    const std::function<void(size_t i, const ContinuationScore& score)>& on_end) {
  std::vector<ContinuationScore> scores(texts.size(), {.greedy = true});
  std::vector<RemoteText> sent;
  std::vector<size_t> to;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].bytes.size() > texts[i].context_bytes) {
      sent.push_back(texts[i]);
      to.push_back(i);
    } else if (on_end) {
      on_end(i, scores[i]);  // nothing to score
    }
  }
  if (sent.empty()) return scores;
  if (scoring_max_tokens_ < 0) scoring_max_tokens_ = FindOutMaxTokens();
  const CompletionCall call = ScoringCall(scoring_max_tokens_);
  const auto all_join = [](size_t, size_t) { return true; };
  const std::vector<RemoteText> whole = sent;
  client_.RunGroups(client_.Grouped(sent, all_join), [&](const auto& group, int slot) {
    const auto choices = client_.Ask(slot, call, Pick(sent, group));
    for (size_t k = 0; k < group.size(); ++k) {
      const RemoteText& text = sent[group[k]];
      ContinuationScore& score = scores[to[group[k]]];
      score = ScoreOf(choices[k], text, call.max_tokens);
      score.cut = text.bytes.size() < whole[group[k]].bytes.size();
      if (on_end) on_end(to[group[k]], score);
    }
  });
  return scores;
}

ContinuationScore RemoteLanguageModel::ScoreOf(const CompletionChoice& choice,
                                               const RemoteText& text, int64_t max_tokens) const {
  const size_t generated = static_cast<size_t>(max_tokens);
  if (choice.tokens.size() <= generated) {
    throw Error("the server does not give log-probabilities of prompts: echo is not supported",
                client_.url(), kNeedsEcho);
  }
  const CountedTokens counted =
      FindContinuation(choice.tokens, text.bytes, text.context_bytes, generated, client_.url());
  ContinuationScore score{.greedy = true,
                          .tokens = static_cast<int64_t>(counted.end - counted.first)};
  for (size_t i = counted.first; i < counted.end; ++i) {
    const RemoteToken& token = choice.tokens[i];
    if (!token.logprob && i == 0) {
      throw Error("the first token of a text is to be scored, and the server says nothing of it",
                  client_.url(),
                  "give a context, or the text that this model's training puts in front of each "
                  "text, such as <|endoftext|>");
    }
    if (!token.logprob) {
      throw Error(fmt::format("the server gives no log-probability of token {}", i), client_.url(),
                  kNeedsEcho);
    }
    score.logprob += *token.logprob;
    score.greedy =
        score.greedy && token.likeliest_logprob && *token.logprob >= *token.likeliest_logprob;
  }
  return score;
}

// Also where a wrong address, key or model shows, before much is sent.
int64_t RemoteLanguageModel::FindOutMaxTokens() {
  const RemoteText text{"One two three.", 3};
  const auto none = client_.TryOne(ScoringCall(0), text);
  // A server may read 0 as "as many as it likes", or give no numbers then.
  if (none && none->text == text.bytes && !none->tokens.empty()) {
    ScoreOf(*none, text, 0);
    return 0;
  }
  RemoteText again = text;
  RemoteText* const one[] = {&again};
  ScoreOf(client_.Ask(0, ScoringCall(1), one)[0], again, 1);
  return 1;
}

TextCodec RemoteCodec() {
  const auto encode = [](const std::string& text) {
    std::vector<int32_t> ids = {0};
    for (char c : text) ids.push_back(static_cast<unsigned char>(c) + 1);
    return ids;
  };
  const auto decode = [](std::span<const int32_t> ids) {
    std::string text;
    for (int32_t id : ids) {
      if (id >= 1 && id <= 256) text += static_cast<char>(id - 1);
    }
    return text;
  };
  return {.encode = encode, .decode = decode};
}

}  // namespace cria::eval
