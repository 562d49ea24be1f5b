// Decoding first, then prompts; room is made from the young for the old.
#include "infer/scheduler.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace cria::infer {
namespace {

// Below this many tokens a copied part of a block saves less than it costs to keep track of.
constexpr int64_t kLeastPart = 8;

std::span<const int32_t> TokensOf(const ActiveRequest& request, int64_t first, int64_t count) {
  return std::span(request.tokens).subspan(static_cast<size_t>(first), static_cast<size_t>(count));
}

}  // namespace

Scheduler::Scheduler(StepModel* model, const SchedulerOptions& options)
    : model_(model), options_(options), cache_(model->blocks(), options.reuse_prefixes) {
  CRIA_CHECK(options.max_sequences > 0 && options.prompt_tokens > 0 && options.step_logits > 0);
}

void Scheduler::Add(std::unique_ptr<ActiveRequest> request) {
  waiting_.push_back(std::move(request));
}

std::unique_ptr<ActiveRequest> Scheduler::Remove(int64_t id) {
  const auto is_it = [id](const auto& request) { return request->id == id; };
  const auto running = std::find_if(running_.begin(), running_.end(), is_it);
  std::unique_ptr<ActiveRequest> found;
  if (running != running_.end()) {
    found = std::move(*running);
    running_.erase(running);
    cache_.Release(&found->blocks);
    return found;
  }
  const auto waiting = std::find_if(waiting_.begin(), waiting_.end(), is_it);
  if (waiting != waiting_.end()) {
    found = std::move(*waiting);
    waiting_.erase(waiting);
  }
  return found;
}

std::vector<Piece> Scheduler::Plan() {
  pieces_.clear();
  tokens_left_ = options_.prompt_tokens;
  logits_left_ = options_.step_logits;
  PlanDecoding();
  PlanPrompts();
  return std::move(pieces_);
}

bool Scheduler::Grow(ActiveRequest* request, int64_t tokens) {
  const int64_t missing = KvPool::BlocksFor(tokens) - std::ssize(request->blocks);
  return missing <= 0 || cache_.Allocate(missing, &request->blocks);
}

void Scheduler::Preempt() {
  std::unique_ptr<ActiveRequest> victim = std::move(running_.back());
  running_.pop_back();
  cache_.Release(&victim->blocks);
  victim->fed = victim->shared = 0;
  victim->draft.clear();
  ++preemptions_;
  waiting_.push_front(std::move(victim));
}

void Scheduler::PlanDecoding() {
  // Preempt shortens the list at its end, which has not been planned yet.
  for (size_t i = 0; i < running_.size(); ++i) {
    ActiveRequest* r = running_[i].get();
    if (!r->decoding()) continue;
    bool here = true;
    while (here && !Grow(r, r->fed + 1)) {
      here = running_.back().get() != r;
      Preempt();
    }
    if (!here) break;
    // Drafts take what room is free, nobody's.
    int64_t drafts = std::min<int64_t>(std::ssize(r->draft), logits_left_ - 1);
    if (cache_.available() <= std::ssize(running_)) {
      drafts = std::min(drafts, std::ssize(r->blocks) * kKvBlockTokens - r->fed - 1);
    }
    while (drafts > 0 && !Grow(r, r->fed + 1 + drafts)) --drafts;
    r->draft.resize(static_cast<size_t>(std::max<int64_t>(drafts, 0)));
    const int64_t count = 1 + std::ssize(r->draft);
    pieces_.push_back({r, r->fed, count, true, Segment::Logits::kAll});
    logits_left_ -= count;
  }
}

void Scheduler::PlanPrompts() {
  for (const auto& r : running_) {
    if (tokens_left_ <= 0 || logits_left_ <= 0) return;
    if (!r->decoding() && !PlanReading(r.get())) return;
  }
  while (tokens_left_ > 0 && logits_left_ > 0 && Admit()) {
    if (!PlanReading(running_.back().get())) return;
  }
}

// Plans the next part of a prompt, or of generated tokens that are computed again. False: the pass
// is full.
bool Scheduler::PlanReading(ActiveRequest* r) {
  SkipShared(r);
  if (IsBeingComputed(*r)) return true;
  const bool generated = r->fed >= r->prompt;
  int64_t end = generated ? r->size() : r->prompt;
  auto logits = Segment::Logits::kNone;
  // Only what is not known yet: scores of the prompt, and the first token behind everything.
  const int64_t scored = r->first_scored_row();
  if (!generated && r->fed < scored && scored < end) {
    end = scored;
  } else if (!generated && r->fed >= scored) {
    logits = Segment::Logits::kAll;
    end = std::min(end, r->fed + logits_left_);
  }
  end = std::min(end, r->fed + tokens_left_);
  if (logits == Segment::Logits::kNone && end == r->size()) logits = Segment::Logits::kLast;
  pieces_.push_back({r, r->fed, end - r->fed, generated, logits});
  tokens_left_ -= pieces_.back().count;
  logits_left_ -= pieces_.back().rows();
  return true;
}

bool Scheduler::Admit() {
  if (waiting_.empty() || std::ssize(running_) >= options_.max_sequences) return false;
  ActiveRequest* r = waiting_.front().get();
  Share(r);
  // A block for each request that writes stays free, so that it is not thrown out at once.
  const int64_t missing = KvPool::BlocksFor(r->size()) - std::ssize(r->blocks);
  if (missing + (running_.empty() ? 0 : std::ssize(running_)) > cache_.available()) {
    r->fed = r->shared = 0;
    cache_.Release(&r->blocks);
    return false;
  }
  const int64_t at = r->fed;
  const int64_t wanted = ReusableTokens(*r) - at;
  std::pair<int32_t, int64_t> part{-1, 0};
  if (options_.reuse_prefixes && wanted >= kLeastPart) {
    part = cache_.FindPart(Parent(*r, r->shared),
                           TokensOf(*r, at, std::min(wanted, kKvBlockTokens)), kLeastPart);
  }
  if (!cache_.Allocate(missing, &r->blocks)) {
    // The part was the last block there was: without it there is room.
    cache_.Release(part.first);
    part = {-1, 0};
    CRIA_CHECK(cache_.Allocate(missing, &r->blocks));
  }
  if (part.first >= 0) {
    model_->CopyBlock(part.first, r->blocks[static_cast<size_t>(r->shared)], part.second);
    cache_.Release(part.first);
    r->fed += part.second;
  }
  if (!std::exchange(r->admitted, true)) {
    cache_.Count(r->prompt, at, part.second);
    r->completion.reused_tokens = r->fed;
  }
  running_.push_back(std::move(waiting_.front()));
  waiting_.pop_front();
  return true;
}

// The last token of the prompt is always computed, and so is the first that is to be scored: their
// logits are wanted.
int64_t Scheduler::ReusableTokens(const ActiveRequest& r) const {
  if (!options_.reuse_prefixes) return 0;
  return std::min(r.generated() > 0 ? r.prompt : r.prompt - 1, r.first_scored_row());
}

int32_t Scheduler::Parent(const ActiveRequest& r, int64_t block) const {
  return block == 0 ? PrefixCache::kRoot : r.blocks[static_cast<size_t>(block) - 1];
}

// Takes the whole blocks that are there already, before any of its own.
void Scheduler::Share(ActiveRequest* r) {
  const int64_t reusable = ReusableTokens(*r);
  while (r->fed + kKvBlockTokens <= reusable) {
    const int32_t block = cache_.Find(Parent(*r, r->shared), TokensOf(*r, r->fed, kKvBlockTokens));
    if (block < 0) return;
    r->blocks.push_back(block);
    ++r->shared;
    r->fed += kKvBlockTokens;
  }
}

// The same later on: another request with the same beginning may have computed it meanwhile.
void Scheduler::SkipShared(ActiveRequest* r) {
  const int64_t reusable = ReusableTokens(*r);
  while (r->fed == r->shared * kKvBlockTokens && r->fed + kKvBlockTokens <= reusable) {
    const int32_t block = cache_.Find(Parent(*r, r->shared), TokensOf(*r, r->fed, kKvBlockTokens));
    if (block < 0) return;
    cache_.Release(std::exchange(r->blocks[static_cast<size_t>(r->shared)], block));
    ++r->shared;
    r->fed += kKvBlockTokens;
    cache_.Count(0, kKvBlockTokens, 0);
    r->completion.reused_tokens += kKvBlockTokens;
  }
}

// True if this pass computes, for an older request, the very block that comes next: better to wait
// for it than to compute it twice.
bool Scheduler::IsBeingComputed(const ActiveRequest& r) const {
  const int64_t end = r.fed + kKvBlockTokens;
  if (r.fed != r.shared * kKvBlockTokens || end > ReusableTokens(r)) return false;
  return std::any_of(pieces_.begin(), pieces_.end(), [&](const Piece& piece) {
    const ActiveRequest& other = *piece.request;
    return !piece.generated && other.prompt >= end && piece.first + piece.count > r.fed &&
           other.shared * kKvBlockTokens <= r.fed &&
           std::equal(r.tokens.begin(), r.tokens.begin() + end, other.tokens.begin());
  });
}

void Scheduler::Computed(const Piece& piece, int64_t tokens) {
  ActiveRequest* r = piece.request;
  r->fed = piece.first + tokens;
  if (!piece.generated && options_.reuse_prefixes) Publish(r);
}

void Scheduler::Publish(ActiveRequest* r) {
  const int64_t prompt = std::min(r->fed, r->prompt);
  while ((r->shared + 1) * kKvBlockTokens <= prompt) {
    int32_t& block = r->blocks[static_cast<size_t>(r->shared)];
    block = cache_.Publish(Parent(*r, r->shared),
                           TokensOf(*r, r->shared * kKvBlockTokens, kKvBlockTokens), block);
    ++r->shared;
  }
  const int64_t rest = prompt - r->shared * kKvBlockTokens;
  if (prompt == r->prompt && rest >= kLeastPart) {
    cache_.PublishPart(Parent(*r, r->shared), TokensOf(*r, r->shared * kKvBlockTokens, rest),
                       r->blocks[static_cast<size_t>(r->shared)]);
  }
}

}  // namespace cria::infer
