// `cria score`: log-likelihoods, JSON lines in, JSON lines out.
#include "base/error.h"
#include "base/interrupt.h"
#include "engine_flags.h"
#include "json_line.h"
#include "line_reader.h"
#include "ordered_output.h"

namespace cria::app {
namespace {

struct Flags : ModelFlags {
  int top = 0;
  EngineFlags engine;
};

struct Request {
  std::vector<int32_t> ids;  // BOS first, unless the line says "bos": false
  int64_t context_ids = 0;   // of them given, with BOS; 1 unless a context was named
  bool has_context = false;
  Json id;  // of the line, handed back; null: none
};

// What would be ignored is refused.
void RequireKnown(const Json& json, const std::string& where) {
  if (!json.is_object()) {
    throw Error("no JSON object", where, "write one a line, such as {\"text\": \"Once\"}");
  }
  constexpr const char* kForms = "{\"text\"}, {\"ids\"} or {\"context\", \"continuation\"}";
  size_t forms = 0;
  for (const auto& [key, value] : json.items()) {
    if (key == "id" || key == "bos") continue;
    ++forms;
    if (key == "text" || key == "ids" || key == "context" || key == "continuation") continue;
    throw Error(fmt::format("\"{}\" is not known here", key), where,
                fmt::format("a line holds {}, \"id\" and \"bos\"", kForms));
  }
  const bool pair = json.contains("context") && json.contains("continuation");
  if (forms != (pair ? 2 : 1) || (!pair && !json.contains("text") && !json.contains("ids"))) {
    throw Error("a line holds one thing to score", where, fmt::format("write {}", kForms));
  }
}

Request ReadRequest(const Json& json, const std::string& where, const infer::LoadedModel& model) {
  const tokenizer::Tokenizer& tokenizer = *model.tokenizer;
  RequireKnown(json, where);
  Request request;
  request.id = json.value("id", Json());
  std::vector<int32_t> bos;  // none: a text begins without, and its first id is given
  const bool begins = JsonGetOr<bool>(json, "bos", true, where);
  if (begins && tokenizer.bos_id() >= 0) bos.push_back(tokenizer.bos_id());
  if (json.contains("ids")) {
    request.ids = JsonGet<std::vector<int32_t>>(json, "ids", where);
    for (const int32_t id : request.ids) {
      if (id < 0 || id >= model.config.vocab_size) {
        throw Error(
            fmt::format("id {} is outside the vocabulary of {}", id, model.config.vocab_size),
            where, "use ids of this model's tokenizer");
      }
    }
    if (!bos.empty() && (request.ids.empty() || request.ids[0] != bos[0])) {
      request.ids.insert(request.ids.begin(), bos[0]);
    }
    request.context_ids = 1;
    return request;
  }
  request.ids = bos;
  if (json.contains("text")) {
    tokenizer.Encode(JsonGet<std::string>(json, "text", where), &request.ids);
    request.context_ids = 1;
    return request;
  }
  request.has_context = true;
  const std::string before = JsonGet<std::string>(json, "context", where);
  const std::string after = JsonGet<std::string>(json, "continuation", where);
  // Encoded together and cut by the number of tokens of the context, so that no blank is added
  // between the two.
  tokenizer.Encode(before + after, &request.ids);
  request.context_ids = static_cast<int64_t>(std::max<size_t>(
      1, std::min(request.ids.size(), bos.size() + tokenizer.Encode(before).size())));
  return request;
}

// `scores` begin at the first id that is not given.
Json ToJson(const Request& request, const std::vector<infer::TokenScore>& scores, int top) {
  Json logprobs = Json::array(), greedy = Json::array(), likeliest = Json::array();
  for (const infer::TokenScore& score : scores) {
    logprobs.push_back(score.logprob);
    greedy.push_back(score.greedy);
    Json row = Json::array();
    for (const auto& [id, logprob] : score.top) row.push_back({{"id", id}, {"logprob", logprob}});
    likeliest.push_back(std::move(row));
  }
  Json json = {{"ids", request.ids}, {"logprobs", logprobs}, {"greedy", greedy}};
  if (!request.id.is_null()) json["id"] = request.id;
  if (request.has_context) json["context_ids"] = request.context_ids;
  if (top > 0) json["top"] = std::move(likeliest);
  return json;
}

// Lines in, scored together as they come, lines out in the same order.
class Scoring {
 public:
  Scoring(const Flags& flags, RunningEngine* engine)
      : flags_(flags), engine_(engine), output_("", OrderedOutput::Existing::kRefuse) {}

  // What stands before a bad line is still answered.
  void Run() {
    std::exception_ptr bad_line;
    for (bool more = true; more || open_ > 0;) {
      try {
        while (more && open_ < kMostOpen) {
          if (!ReadLine(open_ == 0, &more)) break;
        }
      } catch (const Error&) {
        bad_line = std::current_exception();
        more = false;
      }
      ThrowIfInterrupted();
      engine_->engine()->Step();
      if (failed_) std::rethrow_exception(failed_);
    }
    if (bad_line) std::rethrow_exception(bad_line);
  }

 private:
  // Enough that a pass is full of short lines.
  static constexpr int64_t kMostOpen = 256;

  // False: nothing was there to read.
  bool ReadLine(bool wait, bool* more) {
    std::string line;
    switch (reader_.Next(&line, wait)) {
      case LineReader::Result::kNotYet:
        return false;
      case LineReader::Result::kEnd:
        *more = false;
        return false;
      case LineReader::Result::kLine:
        break;
    }
    ++number_;
    if (line.find_first_not_of(" \t\r") == std::string::npos) return true;
    const std::string where = fmt::format("standard input, line {}", number_);
    Request request = ReadRequest(ParseJsonLine(line, where), where, engine_->model());
    infer::Request scored{.prompt = request.ids,
                          .max_new_tokens = 0,
                          .score_prompt_from = request.context_ids,
                          .score_prompt_top = flags_.top};
    scored.on_end = [this, index = submitted_, request = std::move(request)](
                        int64_t, const infer::Completion& completion) {
      --open_;
      try {
        output_.Add(index, ToJson(request, completion.prompt_scores, flags_.top).dump() + "\n");
      } catch (const Error&) {
        failed_ = std::current_exception();
      }
    };
    engine_->engine()->Submit(std::move(scored), where);
    ++submitted_;
    ++open_;
    return true;
  }

  const Flags& flags_;
  RunningEngine* engine_;
  LineReader reader_;
  OrderedOutput output_;
  int64_t number_ = 0, submitted_ = 0, open_ = 0;
  std::exception_ptr failed_;
};

void RunScore(const Flags& flags) {
  const Context context = flags.MakeContext();
  infer::LoadedModel model = flags.Load(context);
  const int64_t tokens = model.config.max_seq_len;
  RunningEngine engine(&context, flags, flags.engine, std::move(model), flags.engine.batch, tokens);
  Scoring(flags, &engine).Run();
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
  flags.engine.batch = 64;
  AddContextFlag(c, &flags.engine.context_tokens);
  flags.engine.AddBatchTo(c, "Lines scored at once, at most");
  AddKvTypeFlag(c, &flags.engine.kv_type);
  c->footer("Example: echo '{\"text\": \"Hello world\"}' | cria score runs/demo");
}

}  // namespace cria::app
