// `cria score`: log-likelihoods, JSON lines in, JSON lines out.
#include "infer/score.h"

#include <iostream>

#include "base/error.h"
#include "base/interrupt.h"
#include "model_flags.h"

namespace cria::app {
namespace {

struct Flags : ModelFlags {
  int top = 0;
};

struct Request {
  std::vector<int32_t> ids;  // BOS first
  int64_t context_ids = 0;   // of them given, with BOS; 1 unless a context was named
};

Request ReadRequest(const Json& json, const std::string& where, const infer::LoadedModel& model) {
  const tokenizer::Tokenizer& tokenizer = *model.tokenizer;
  Request request;
  if (json.contains("ids")) {
    request.ids = JsonGet<std::vector<int32_t>>(json, "ids", where);
    for (const int32_t id : request.ids) {
      if (id < 0 || id >= model.config.vocab_size) {
        throw Error(
            fmt::format("id {} is outside the vocabulary of {}", id, model.config.vocab_size),
            where, "use ids of this model's tokenizer");
      }
    }
    if (request.ids.empty() || request.ids[0] != tokenizer.bos_id()) {
      request.ids.insert(request.ids.begin(), tokenizer.bos_id());
    }
    request.context_ids = 1;
    return request;
  }
  request.ids = {tokenizer.bos_id()};
  if (json.contains("text")) {
    tokenizer.Encode(JsonGet<std::string>(json, "text", where), &request.ids);
    request.context_ids = 1;
    return request;
  }
  const std::string before = JsonGet<std::string>(json, "context", where);
  const std::string after = JsonGet<std::string>(json, "continuation", where);
  // Encoded together and cut by the number of tokens of the context, so that no blank is added
  // between the two.
  tokenizer.Encode(before + after, &request.ids);
  request.context_ids = std::min(request.ids.size(), 1 + tokenizer.Encode(before).size());
  return request;
}

Json ToJson(const Request& request, const std::vector<infer::TokenScore>& scores, int top) {
  Json logprobs = Json::array(), greedy = Json::array(), likeliest = Json::array();
  for (size_t i = static_cast<size_t>(request.context_ids) - 1; i < scores.size(); ++i) {
    logprobs.push_back(scores[i].logprob);
    greedy.push_back(scores[i].greedy);
    Json row = Json::array();
    for (const auto& [id, logprob] : scores[i].top)
      row.push_back({{"id", id}, {"logprob", logprob}});
    likeliest.push_back(std::move(row));
  }
  Json json = {{"ids", request.ids}, {"logprobs", logprobs}, {"greedy", greedy}};
  if (request.context_ids > 1) json["context_ids"] = request.context_ids;
  if (top > 0) json["top"] = std::move(likeliest);
  return json;
}

void RunScore(const Flags& flags) {
  const Context context = flags.MakeContext();
  const infer::LoadedModel model = flags.Load(context);
  std::string line;
  for (int64_t number = 1; std::getline(std::cin, line); ++number) {
    ThrowIfInterrupted();
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string where = fmt::format("standard input, line {}", number);
    const Request request = ReadRequest(ParseJson(line, where), where, model);
    const auto scores = infer::ScoreTokens(context, model.llama.get(), request.ids, flags.top);
    fmt::print("{}\n", ToJson(request, scores, flags.top).dump());
    if (std::fflush(stdout) != 0) {
      throw Error("the result could not be written", "standard output",
                  "make room, or write it elsewhere");
    }
  }
  ThrowIfInterrupted();
}

}  // namespace

void AddScoreCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* c = AddCommand(app, "score", "Log-likelihood of every token of JSON lines on stdin",
                           &flags, [] { RunScore(flags); });
  flags.AddTo(c);
  c->add_option("--top", flags.top, "Also the K likeliest tokens at each place")
      ->capture_default_str()
      ->check(CLI::Range(0, 1 << 20));
  c->footer("Example: echo '{\"text\": \"Hello world\"}' | cria score runs/demo");
}

}  // namespace cria::app
