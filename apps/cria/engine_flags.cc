// --kv-type, --speculate and the like: declared once, checked once.
#include "engine_flags.h"

#include <algorithm>

#include "base/error.h"
#include "infer/prompt_lookup.h"

namespace cria::app {
namespace {

void RequireSameVocabulary(const infer::LoadedModel& model, const infer::LoadedModel& draft,
                           const std::string& path) {
  // Guesses are held to the model's own tokens: with another vocabulary they are wrong, not
  // harmful.
  if (draft.tokenizer == nullptr && draft.config.vocab_size == model.config.vocab_size) return;
  bool same = draft.tokenizer != nullptr && draft.config.vocab_size == model.config.vocab_size &&
              draft.tokenizer->vocab_size() == model.tokenizer->vocab_size();
  for (int32_t id = 0; same && id < model.tokenizer->vocab_size(); ++id) {
    same = draft.tokenizer->Piece(id) == model.tokenizer->Piece(id);
  }
  if (same) return;
  throw Error("the draft model has another vocabulary", path,
              "draft with a model that has the same tokenizer as the one it drafts for");
}

}  // namespace

KvType KvTypeNamed(const std::string& name, const Llama& model) {
  for (const KvType type : {KvType::kF32, KvType::kF16, KvType::kQ8_0}) {
    if (name == KvTypeName(type)) return type;
  }
  return model.ExactKvType();
}

void AddKvTypeFlag(CLI::App* command, std::string* kv_type) {
  command
      ->add_option("--kv-type", *kv_type,
                   "Numbers of the KV cache: f16, q8_0, or f32 (default: f16, exact for bf16)")
      ->check(CLI::IsMember({"f32", "f16", "q8_0"}));
}

void EngineFlags::AddBatchTo(CLI::App* command, const char* what) {
  command->add_option("--batch", batch, what)
      ->capture_default_str()
      ->check(CLI::Range(int64_t{1}, int64_t{4096}));
}

void EngineFlags::AddSpeculationTo(CLI::App* command) {
  command->add_option("--speculate", speculate,
                      "Guess several tokens at a time, for speed; the text stays the same: "
                      "\"lookup\" in what stands before, or a smaller MODEL with this tokenizer");
}

void MoreSamplingFlags::AddTo(CLI::App* c, infer::SamplingOptions* sampling) {
  c->add_option("--top-k", sampling->top_k, "Sample from the K likeliest tokens (0: all)")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{0}, int64_t{1} << 30));
  c->add_option("--min-p", sampling->min_p,
                "Sample from tokens at least this times as likely as the likeliest")
      ->capture_default_str()
      ->check(Between(0, 1));
  c->add_option("--repeat-penalty", sampling->repetition_penalty,
                "Divides the logits of tokens that stand before, prompt included (1: none)")
      ->capture_default_str()
      ->check(Above0());
  c->add_option("--repeat-last-n", sampling->repetition_window,
                "How many tokens --repeat-penalty looks back (0: all)")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{0}, int64_t{1} << 30));
  c->add_option("--presence-penalty", sampling->presence_penalty,
                "Taken from the logits of tokens already generated")
      ->capture_default_str()
      ->check(Between(-100, 100));
  c->add_option("--frequency-penalty", sampling->frequency_penalty,
                "Taken from the logits of a token for each time it was generated")
      ->capture_default_str()
      ->check(Between(-100, 100));
  c->add_option("--stop", stop, "End the text before this string; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check([](const std::string& text) {
        return text.empty() ? std::string("a stop string must not be empty") : std::string();
      });
}

RunningEngine::RunningEngine(const Context* context, const ModelFlags& model_flags,
                             const EngineFlags& flags, infer::LoadedModel model, int64_t sequences,
                             int64_t tokens)
    : model_(std::move(model)) {
  const int64_t longest =
      flags.context_tokens > 0 ? flags.context_tokens : model_.config.max_seq_len;
  sequences = std::clamp<int64_t>(sequences, 1, flags.batch);
  tokens = std::clamp<int64_t>(tokens, 1, std::min(longest, model_.config.max_seq_len));
  const KvType type = KvTypeNamed(flags.kv_type, *model_.llama);
  step_model_ = std::make_unique<infer::LlamaStepModel>(
      model_.llama.get(), type, infer::SuitableBlocks(*model_.llama, type, sequences, tokens));
  if (flags.speculate == "lookup") {
    drafter_ = std::make_unique<infer::PromptLookup>();
  } else if (!flags.speculate.empty()) {
    LoadDraft(context, model_flags, flags.speculate, sequences, tokens);
  }
  engine_ = std::make_unique<infer::Engine>(
      context, step_model_.get(),
      infer::EngineOptions{.context = flags.context_tokens,
                           .max_sequences = flags.batch,
                           .prefill_chunk = infer::PrefillChunk(*model_.llama),
                           .tokenizer = model_.tokenizer.get(),
                           .drafter = drafter_.get()});
}

void RunningEngine::LoadDraft(const Context* context, const ModelFlags& model_flags,
                              const std::string& path, int64_t sequences, int64_t tokens) {
  ModelFlags draft_flags = model_flags;
  draft_flags.model = path;
  draft_flags.tokenizer.clear();
  draft_ = draft_flags.Load(*context, false);
  RequireSameVocabulary(model_, draft_, path);
  const KvType type = draft_.llama->ExactKvType();
  const int64_t each = std::min(tokens, draft_.config.max_seq_len);
  draft_step_model_ = std::make_unique<infer::LlamaStepModel>(
      draft_.llama.get(), type, infer::SuitableBlocks(*draft_.llama, type, sequences, each));
  drafter_ = std::make_unique<infer::DraftModel>(draft_step_model_.get());
}

}  // namespace cria::app
