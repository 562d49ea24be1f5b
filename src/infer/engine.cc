// A step: plan, forward, read every row of logits on all threads, then hand tokens out one by one.
#include "infer/engine.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"

namespace cria::infer {
namespace {

// Memory for logits of prompt rows that are scored, beside the generated ones: a full pass for
// vocabularies up to 32,000.
constexpr int64_t kScoreBytes = int64_t{64} << 20;

SchedulerOptions ToScheduler(const EngineOptions& o, int64_t vocab_size) {
  const int64_t drafts = o.drafter != nullptr ? o.max_draft : 0;
  const int64_t scored =
      std::clamp<int64_t>(kScoreBytes / 4 / vocab_size, 64, std::max<int64_t>(64, o.prefill_chunk));
  return {.max_sequences = o.max_sequences,
          .prompt_tokens = o.prefill_chunk,
          .step_logits = o.max_sequences * (1 + drafts) + scored,
          .reuse_prefixes = o.reuse_prefixes};
}

}  // namespace

const char* FinishReasonName(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStopToken:
      return "end of text";
    case FinishReason::kStopString:
      return "stop string";
    case FinishReason::kLength:
      return "length";
    case FinishReason::kContext:
      return "context full";
    case FinishReason::kCancelled:
      return "cancelled";
  }
  return "?";
}

// What one piece's logits give: tokens sampled, of which all but the last were guessed right.
struct Engine::Output {
  std::vector<int32_t> tokens;
  std::vector<TokenScore> scores;
};

// One unit of work on logits: a row of the prompt to be scored, or all rows that are sampled.
struct Engine::RowTask {
  size_t piece;
  int64_t row;  // -1: sample
  const float* logits;
};

Engine::Engine(const Context* context, StepModel* model, const EngineOptions& options)
    : context_(context),
      model_(model),
      options_(options),
      scheduler_(model, ToScheduler(options, model->vocab_size())),
      scratch_(static_cast<size_t>(context->threads())) {
  if (options.context > model->max_seq_len()) {
    throw Error(fmt::format("a context of {} tokens was asked for, the model was made for {}",
                            options.context, model->max_seq_len()),
                "--context", "ask for no more than the model's");
  }
  const int64_t wanted = options.context > 0 ? options.context : model->max_seq_len();
  context_length_ = std::min(wanted, model->blocks() * kKvBlockTokens);
}

Engine::~Engine() = default;

void Engine::Check(const Request& r, const std::string& where) const {
  const int64_t vocab = model_->vocab_size(), length = std::ssize(r.prompt);
  const auto fail = [&where](const std::string& what, const std::string& mend) {
    throw Error(what, where, mend);
  };
  if (r.prompt.empty()) fail("the prompt is empty", "give at least one token");
  // The last token of a prompt that is only scored is not fed.
  const int64_t needed = length - (r.max_new_tokens == 0 ? 1 : 0);
  if (needed > context_length_) {
    fail(
        fmt::format("the prompt needs {} tokens of context, there are {}", needed, context_length_),
        context_length_ < model_->max_seq_len()
            ? fmt::format("shorten the prompt, or give more context (the model was made for {})",
                          model_->max_seq_len())
            : "shorten the prompt");
  }
  for (const int32_t id : r.prompt) {
    if (id < 0 || id >= vocab)
      fail(fmt::format("id {} is outside the vocabulary of {}", id, vocab),
           "use ids of this model's tokenizer");
  }
  if (r.max_new_tokens < 0 || r.min_new_tokens < 0)
    fail("a negative number of tokens is asked for", "ask for at least 0");
  if (r.score_prompt_from && (*r.score_prompt_from < 1 || *r.score_prompt_from > length))
    fail("the first token to be scored is outside the prompt", "score from 1 on");
  if (!r.stop_strings.empty() && options_.tokenizer == nullptr)
    fail("stop strings need a tokenizer", "name one with --tokenizer");
  for (const std::string& stop : r.stop_strings) {
    if (stop.empty()) fail("a stop string is empty", "leave it out");
  }
  CheckSampling(r.sampling, vocab, where);
}

int64_t Engine::Submit(Request request, const std::string& where) {
  Check(request, where);
  const std::lock_guard lock(inbox_mutex_);
  inbox_.push_back(std::make_unique<ActiveRequest>(next_id_, std::move(request)));
  return next_id_++;
}

void Engine::Cancel(int64_t request) {
  const std::lock_guard lock(inbox_mutex_);
  cancelled_.push_back(request);
}

void Engine::TakeInbox() {
  std::vector<std::unique_ptr<ActiveRequest>> inbox;
  std::vector<int64_t> cancelled;
  {
    const std::lock_guard lock(inbox_mutex_);
    inbox.swap(inbox_);
    cancelled.swap(cancelled_);
  }
  for (std::unique_ptr<ActiveRequest>& request : inbox) {
    if (options_.tokenizer != nullptr) {
      request->text = std::make_unique<TextStream>(*options_.tokenizer, request->request.prompt,
                                                   request->request.stop_strings);
    }
    if (request->prompt == 0) {
      Finish(std::move(request), FinishReason::kLength);
    } else {
      scheduler_.Add(std::move(request));
    }
  }
  for (const int64_t id : cancelled) {
    if (std::unique_ptr<ActiveRequest> request = scheduler_.Remove(id))
      Finish(std::move(request), FinishReason::kCancelled);
  }
}

bool Engine::Step() {
  TakeInbox();
  if (options_.drafter != nullptr) MakeDrafts();
  const std::vector<Piece> pieces = scheduler_.Plan();
  if (!pieces.empty()) {
    Forward(pieces);
    std::vector<Output> outputs(pieces.size());
    ReadLogits(pieces, &outputs);
    for (size_t i = 0; i < pieces.size(); ++i) Deliver(pieces[i], outputs[i]);
    ++counted_.steps;
  }
  // A request's function may have submitted another.
  const std::lock_guard lock(inbox_mutex_);
  return !scheduler_.running().empty() || scheduler_.waiting() > 0 || !inbox_.empty();
}

void Engine::MakeDrafts() {
  std::vector<DraftTask> tasks;
  for (const auto& r : scheduler_.running()) {
    r->draft.clear();
    if (!r->decoding()) continue;
    // With g guesses g + 1 tokens may come out, and g + 1 are computed.
    const int64_t most =
        std::min({r->draft_length, options_.max_draft,
                  r->request.max_new_tokens - r->generated() - 1, context_length_ - r->size()});
    if (most <= 0) continue;
    tasks.push_back({.request = r->id,
                     .tokens = r->tokens,
                     .prompt_tokens = std::ssize(r->request.prompt),
                     .sampler = &r->sampler,
                     .most = most,
                     .draft = &r->draft});
  }
  if (!tasks.empty()) options_.drafter->Draft(*context_, tasks);
}

void Engine::Forward(std::span<const Piece> pieces) {
  std::vector<Segment> segments;
  std::vector<std::vector<int32_t>> joined;  // tokens and drafts of a request
  joined.reserve(pieces.size());
  int64_t rows = 0;
  for (const Piece& piece : pieces) {
    const ActiveRequest& r = *piece.request;
    std::span<const int32_t> all = r.tokens;
    if (!r.draft.empty() && piece.first + piece.count > r.size()) {
      joined.push_back(r.tokens);
      joined.back().insert(joined.back().end(), r.draft.begin(), r.draft.end());
      all = joined.back();
    }
    segments.push_back(
        {.tokens = all.subspan(static_cast<size_t>(piece.first), static_cast<size_t>(piece.count)),
         .first_position = piece.first,
         .blocks = r.blocks,
         .generated = piece.generated,
         .logits = piece.logits});
    rows += piece.rows();
    if (!piece.generated) counted_.prompt_tokens += piece.count;
  }
  logits_.resize(static_cast<size_t>(rows * model_->vocab_size()));
  model_->Forward(*context_, segments, logits_.data());
}

void Engine::ReadLogits(std::span<const Piece> pieces, std::vector<Output>* outputs) {
  std::vector<RowTask> tasks;
  const int64_t vocab = model_->vocab_size();
  const float* logits = logits_.data();
  for (size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    ActiveRequest* r = piece.request;
    const int64_t rows = piece.rows(), first_row = piece.first + piece.count - rows;
    const float* sampled =
        piece.generated ? logits : logits + std::max<int64_t>(rows - 1, 0) * vocab;
    for (int64_t row = 0; !piece.generated && row < rows; ++row) {
      if (first_row + row >= r->first_scored_row() &&
          first_row + row + 1 < std::ssize(r->request.prompt)) {
        tasks.push_back({i, first_row + row, logits + row * vocab});
      }
    }
    // Behind the newest token there is one to be chosen, unless it is known (computed again).
    if (rows > 0 && piece.first + piece.count >= r->size()) tasks.push_back({i, -1, sampled});
    if (r->request.score_prompt_from) {
      r->completion.prompt_scores.resize(r->request.prompt.size() -
                                         static_cast<size_t>(*r->request.score_prompt_from));
    }
    logits += rows * vocab;
  }
  context_->ParallelForThread(std::ssize(tasks), [&](int64_t t, int thread) {
    const RowTask& task = tasks[static_cast<size_t>(t)];
    const Piece& piece = pieces[task.piece];
    if (task.row >= 0) {
      ScoreRow(piece, task.row, task.logits);
    } else {
      SampleRows(piece, task.logits, &(*outputs)[task.piece],
                 &scratch_[static_cast<size_t>(thread)]);
    }
  });
}

void Engine::ScoreRow(const Piece& piece, int64_t row, const float* logits) {
  ActiveRequest* r = piece.request;
  const Request& request = r->request;
  r->completion.prompt_scores[static_cast<size_t>(row + 1 - *request.score_prompt_from)] =
      ScoreToken({logits, static_cast<size_t>(model_->vocab_size())},
                 request.prompt[static_cast<size_t>(row) + 1], request.score_prompt_top);
}

// The token behind the newest, and behind each guess that was right.
void Engine::SampleRows(const Piece& piece, const float* logits, Output* output,
                        SamplerScratch* scratch) {
  const ActiveRequest& r = *piece.request;
  const size_t vocab = static_cast<size_t>(model_->vocab_size());
  std::vector<int32_t> joined;
  std::span<const int32_t> history = r.tokens;
  if (!r.draft.empty()) {
    joined = r.tokens;
    joined.insert(joined.end(), r.draft.begin(), r.draft.end());
    history = joined;
  }
  for (size_t i = 0; i <= r.draft.size(); ++i) {
    const std::span<const float> row(logits + i * vocab, vocab);
    const uint64_t index = static_cast<uint64_t>(r.generated()) + i;
    const bool early = static_cast<int64_t>(index) < r.request.min_new_tokens;
    const SamplePoint point{.index = index,
                            .history = history.first(r.tokens.size() + i),
                            .prompt_tokens = std::ssize(r.request.prompt),
                            .banned = early ? std::span<const int32_t>(r.request.stop_tokens)
                                            : std::span<const int32_t>()};
    const int32_t token = r.sampler.SampleAt(row, point, scratch);
    output->tokens.push_back(token);
    if (r.request.logprobs) output->scores.push_back(ScoreToken(row, token, *r.request.logprobs));
    if (i == r.draft.size() || token != r.draft[i]) break;
  }
}

void Engine::Deliver(const Piece& piece, const Output& output) {
  ActiveRequest* r = piece.request;
  const int64_t drafted = std::ssize(r->draft);
  if (output.tokens.empty()) {
    scheduler_.Computed(piece, piece.count);
    if (r->request.max_new_tokens == 0 && r->fed >= r->prompt) End(r, FinishReason::kLength);
    return;
  }
  const int64_t accepted = std::ssize(output.tokens) - 1;
  scheduler_.Computed(piece, piece.count - drafted + accepted);
  r->draft.clear();
  r->completion.drafted_tokens += drafted;
  r->completion.accepted_tokens += accepted;
  counted_.drafted_tokens += drafted;
  counted_.accepted_tokens += accepted;
  // Longer guesses while they are right, no longer than they were when not.
  if (drafted > 0) {
    r->draft_length =
        accepted == drafted ? std::min(2 * r->draft_length, options_.max_draft) : accepted + 1;
  }
  for (size_t i = 0; i < output.tokens.size(); ++i) {
    if (!HandOut(r, output.tokens[i], output.scores.empty() ? nullptr : &output.scores[i])) return;
  }
}

// False: the request has ended and is gone.
bool Engine::HandOut(ActiveRequest* r, int32_t token, const TokenScore* score) {
  const Request& request = r->request;
  if (std::find(request.stop_tokens.begin(), request.stop_tokens.end(), token) !=
      request.stop_tokens.end()) {
    End(r, FinishReason::kStopToken);
    return false;
  }
  const int64_t index = r->generated();
  r->tokens.push_back(token);
  r->completion.tokens.push_back(token);
  if (score != nullptr) r->completion.scores.push_back(*score);
  ++counted_.generated_tokens;
  const std::string text = r->text ? r->text->Feed(token) : std::string();
  r->completion.text += text;
  if (request.on_token) {
    request.on_token(
        {.request = r->id, .index = index, .token = token, .score = score, .text = text});
  }
  if (r->text && r->text->stopped()) {
    End(r, FinishReason::kStopString);
  } else if (index + 1 >= request.max_new_tokens) {
    End(r, FinishReason::kLength);
  } else if (r->size() > context_length_) {
    End(r, FinishReason::kContext);
  } else {
    return true;
  }
  return false;
}

void Engine::End(ActiveRequest* request, FinishReason reason) {
  Finish(scheduler_.Remove(request->id), reason);
}

void Engine::Finish(std::unique_ptr<ActiveRequest> r, FinishReason reason) {
  if (options_.drafter != nullptr) options_.drafter->Forget(r->id);
  Completion& done = r->completion;
  done.reason = reason;
  done.prompt_tokens = std::ssize(r->request.prompt);
  if (r->text) {
    done.tail = r->text->Flush();
    done.text += done.tail;
    done.stop_string = r->text->match();
  }
  if (r->request.on_end) r->request.on_end(r->id, std::move(done));
}

EngineStatistics Engine::statistics() const {
  EngineStatistics s = counted_;
  s.running = std::ssize(scheduler_.running());
  s.waiting = scheduler_.waiting();
  s.preemptions = scheduler_.preemptions();
  s.blocks = scheduler_.cache().blocks();
  s.blocks_held = scheduler_.cache().held();
  s.prefixes = scheduler_.cache().statistics();
  return s;
}

std::vector<Completion> RunAll(Engine* engine, std::vector<Request> requests) {
  // Shared: requests that an interrupt leaves in the engine still know the place.
  struct Place {
    std::vector<Completion> completions;
    bool wanted = true;
  };
  const auto place = std::make_shared<Place>();
  place->completions.resize(requests.size());
  for (size_t i = 0; i < requests.size(); ++i) {
    requests[i].on_end = [place, i, own = std::move(requests[i].on_end)](int64_t request,
                                                                         Completion completion) {
      if (own && place->wanted) own(request, completion);
      place->completions[i] = std::move(completion);
    };
    engine->Submit(std::move(requests[i]));
  }
  try {
    do {
      ThrowIfInterrupted();
    } while (engine->Step());
  } catch (...) {
    place->wanted = false;
    throw;
  }
  return std::move(place->completions);
}

}  // namespace cria::infer
