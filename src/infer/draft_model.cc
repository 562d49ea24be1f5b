// Each round computes what the draft model lacks and samples one guess more.
#include "infer/draft_model.h"

#include <algorithm>

namespace cria::infer {

DraftModel::DraftModel(StepModel* model, int64_t chunk)
    : model_(model), chunk_(chunk), blocks_(model->blocks(), false) {}

void DraftModel::Forget(int64_t request) {
  const auto found = states_.find(request);
  if (found == states_.end()) return;
  blocks_.Release(&found->second.blocks);
  states_.erase(found);
}

// What was computed stays as far as it is still true; room for the rest.
bool DraftModel::Prepare(const DraftTask& task, State* state) {
  const int64_t needed = std::ssize(task.tokens) + task.most - 1;
  if (needed > model_->max_seq_len()) return false;
  const int64_t missing = KvPool::BlocksFor(needed) - std::ssize(state->blocks);
  if (missing > 0 && !blocks_.Allocate(missing, &state->blocks)) return false;
  const auto differs = std::mismatch(state->tokens.begin(), state->tokens.end(),
                                     task.tokens.begin(), task.tokens.end());
  state->tokens.erase(differs.first, state->tokens.end());
  // The newest is computed again if need be: its logits are wanted.
  if (std::ssize(state->tokens) == std::ssize(task.tokens)) state->tokens.pop_back();
  return true;
}

void DraftModel::Round(const Context& context, std::span<Turn> turns) {
  const int64_t vocab = model_->vocab_size();
  // Long prompts first, in parts; then all together for the last part, which gives the logits.
  while (true) {
    std::vector<Segment> segments;
    bool last = true;
    for (const Turn& turn : turns) {
      last = last && std::ssize(turn.wanted) - std::ssize(turn.state->tokens) <= chunk_;
    }
    for (Turn& turn : turns) {
      const int64_t at = std::ssize(turn.state->tokens);
      const int64_t count = std::min(std::ssize(turn.wanted) - at - (last ? 0 : 1), chunk_);
      if (count <= 0) continue;
      segments.push_back(
          {.tokens =
               std::span(turn.wanted).subspan(static_cast<size_t>(at), static_cast<size_t>(count)),
           .first_position = at,
           .blocks = turn.state->blocks,
           .generated = at >= turn.task->prompt_tokens,
           .logits = last ? Segment::Logits::kLast : Segment::Logits::kNone});
      const auto begin = turn.wanted.begin() + at;
      turn.state->tokens.insert(turn.state->tokens.end(), begin, begin + count);
    }
    if (last) logits_.resize(segments.size() * static_cast<size_t>(vocab));
    model_->Forward(context, segments, logits_.data());
    if (last) break;
  }
  scratch_.resize(static_cast<size_t>(context.threads()));
  context.ParallelForThread(std::ssize(turns), [&](int64_t i, int thread) {
    Turn& turn = turns[static_cast<size_t>(i)];
    const SamplePoint point{
        .index = turn.wanted.size() - static_cast<uint64_t>(turn.task->prompt_tokens),
        .history = turn.wanted,
        .prompt_tokens = turn.task->prompt_tokens,
        .banned = {}};
    const std::span<const float> row(logits_.data() + i * vocab, static_cast<size_t>(vocab));
    const int32_t token =
        turn.task->sampler->SampleAt(row, point, &scratch_[static_cast<size_t>(thread)]);
    turn.wanted.push_back(token);
    turn.task->draft->push_back(token);
  });
}

void DraftModel::Draft(const Context& context, std::span<const DraftTask> tasks) {
  std::vector<Turn> turns;
  for (const DraftTask& task : tasks) {
    task.draft->clear();
    if (task.most <= 0) continue;
    State& state = states_[task.request];
    if (!Prepare(task, &state)) {
      Forget(task.request);
      continue;
    }
    turns.push_back({&task, &state, {task.tokens.begin(), task.tokens.end()}});
  }
  while (!turns.empty()) {
    Round(context, turns);
    std::erase_if(
        turns, [](const Turn& turn) { return std::ssize(*turn.task->draft) >= turn.task->most; });
  }
}

}  // namespace cria::infer
