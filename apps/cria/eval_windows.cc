// Perplexity under two rules, and the divergence from an original, as tables and JSON.
#include "eval_windows.h"

#include <algorithm>

#include "base/error.h"
#include "eval/divergence.h"
#include "eval/llama_language_model.h"

namespace cria::app {
namespace {

using eval::Estimate;
using eval::FixedWindows;

constexpr int64_t kWholeWindow = 2048;

std::vector<int32_t> EndToEnd(const std::vector<eval::HeldOutDocument>& documents) {
  std::vector<int32_t> ids;
  for (const eval::HeldOutDocument& document : documents) {
    // A tokenizer without BOS has -1 in its place.
    std::copy_if(document.ids.begin(), document.ids.end(), std::back_inserter(ids),
                 [](int32_t id) { return id >= 0; });
  }
  return ids;
}

std::vector<eval::ScoredId> Score(const Context& context, const CommonFlags& flags,
                                  eval::LanguageModel* model, eval::LanguageModel* base,
                                  const FixedWindows& rule, std::span<const int32_t> ids,
                                  int32_t bos_id) {
  std::unique_ptr<Progress> progress;
  auto scored = eval::ScoreWindows(context, model, base, rule, ids,
                                   {.bos_id = bos_id, .progress = [&](int64_t done, int64_t total) {
                                      if (!progress) {
                                        progress = std::make_unique<Progress>(
                                            flags.progress_style(), rule.name, total, "tokens");
                                      }
                                      progress->Update(done);
                                    }});
  if (progress) progress->Finish();
  return scored;
}

// A rule whose windows fit the model; `note` says what was changed.
int64_t Fitting(int64_t window, int64_t context_length, std::string* note) {
  if (window <= context_length) return window;
  *note += fmt::format(" The model's context is {} tokens, so windows are {} instead of {}.",
                       context_length, context_length, window);
  return context_length;
}

Json RuleJson(const FixedWindows& rule, int64_t windows, int64_t scored) {
  return {{"rule", rule.name},
          {"description", rule.description},
          {"window_tokens", rule.length},
          {"windows", windows},
          {"scored_tokens", scored}};
}

struct RuleRun {
  FixedWindows rule;
  std::vector<eval::ScoredId> scored;
  int64_t windows() const { return static_cast<int64_t>(scored.size()) / rule.scored_per_window(); }
};

void AddPerplexity(const std::vector<RuleRun>& runs, const std::string& notes,
                   WindowResults* results) {
  eval::Table table{.caption = "",
                    .columns = {{"Perplexity by rule"},
                                {"Perplexity", true},
                                {"+-", true},
                                {"Windows", true},
                                {"Tokens scored", true}},
                    .rows = {}};
  Json& json = results->json["perplexity"] = Json::array();
  for (const RuleRun& run : runs) {
    const Estimate ppl = eval::Perplexity(run.scored);
    const int64_t count = static_cast<int64_t>(run.scored.size());
    table.rows.push_back({run.rule.name, fmt::format("{:.4f}", ppl.value),
                          fmt::format("{:.4f}", ppl.error), std::to_string(run.windows()),
                          std::to_string(count)});
    table.caption += (table.caption.empty() ? "" : " ") +
                     fmt::format("{}: {}.", run.rule.name, run.rule.description);
    Json entry = RuleJson(run.rule, run.windows(), count);
    entry["perplexity"] = ToJson(ppl);
    json.push_back(std::move(entry));
  }
  table.caption += notes + " +-: standard error.";
  results->tables.push_back(std::move(table));
}

void AddDivergence(const RuleRun& run, const std::string& against, WindowResults* results) {
  const eval::Divergence d = eval::Compare(run.scored);
  eval::Table table{
      .caption = fmt::format("{} tokens of {} windows under the rule {}: {}. KL(original || "
                             "model) in nats per token; p: probability of the token that "
                             "stands there. +-: standard error.",
                             run.scored.size(), run.windows(), run.rule.name, run.rule.description),
      .columns = {{"Against " + against}, {"Value", true}, {"+-", true}},
      .rows = {}};
  const auto add = [&](const char* name, const Estimate& e, const char* form = "{:.6f}",
                       double factor = 1) {
    const double value = factor * e.value, error = factor * e.error;
    table.rows.push_back({name, fmt::format(fmt::runtime(form), value),
                          e.error < 0 ? "" : fmt::format(fmt::runtime(form), error)});
  };
  const auto plain = [&](const char* name, double value, const char* form = "{:.6f}") {
    add(name, {value, -1}, form);
  };
  add("perplexity", d.perplexity, "{:.4f}");
  add("perplexity of the original", d.base_perplexity, "{:.4f}");
  add("ratio of perplexities", d.ratio);
  add("ln of the ratio", d.log_ratio);
  plain("correlation of ln p, %", 100 * d.correlation, "{:.2f}");
  add("mean KL divergence", d.kl);
  plain("KL maximum", d.kl_quantiles.max);
  plain("KL 99.9 %", d.kl_quantiles.p999);
  plain("KL 99 %", d.kl_quantiles.p99);
  plain("KL 95 %", d.kl_quantiles.p95);
  plain("KL 90 %", d.kl_quantiles.p90);
  plain("KL median", d.kl_quantiles.median);
  add("mean difference of p, %", d.probability_shift, "{:.3f}", 100);
  add("RMS difference of p, %", d.rms_probability_shift, "{:.3f}", 100);
  add("same likeliest token, %", d.same_top, "{:.3f}", 100);
  results->tables.push_back(std::move(table));
  Json json = RuleJson(run.rule, run.windows(), static_cast<int64_t>(run.scored.size()));
  json["against"] = against;
  json.update(ToJson(d));
  results->json["kl"] = std::move(json);
}

infer::LoadedModel LoadOriginal(const Context& context, const WindowTasks& tasks,
                                const infer::LoadedModel& model,
                                const std::vector<eval::HeldOutDocument>& documents) {
  const std::string& path = tasks.against;
  infer::LoadedModel original = infer::LoadModel(
      context, path, {.tokenizer = {}, .precision = tasks.precision, .needs_tokenizer = false});
  const auto refuse = [&](const std::string& what) {
    throw Error(what, "--against " + path, "name the model that MODEL was made of");
  };
  if (original.config.vocab_size != model.config.vocab_size) {
    refuse(fmt::format("the models have vocabularies of {} and {}", original.config.vocab_size,
                       model.config.vocab_size));
  }
  if (original.tokenizer) {
    for (const eval::HeldOutDocument& document : documents) {
      std::vector<int32_t> ids = {original.tokenizer->bos_id()};
      original.tokenizer->Encode(document.text, &ids);
      if (ids != document.ids) refuse("the models encode the text differently");
    }
  }
  return original;
}

}  // namespace

WindowResults RunWindowTasks(const Context& context, const CommonFlags& flags,
                             const WindowTasks& tasks, const infer::LoadedModel& model,
                             const std::vector<eval::HeldOutDocument>& documents) {
  WindowResults results;
  const std::vector<int32_t> ids = EndToEnd(documents);
  const int32_t bos_id = model.tokenizer->bos_id();
  eval::LlamaLanguageModel own(&context, model.llama.get());
  int64_t longest = own.context_length();
  infer::LoadedModel original;
  std::unique_ptr<eval::LlamaLanguageModel> base;
  if (tasks.kl) {
    original = LoadOriginal(context, tasks, model, documents);
    base = std::make_unique<eval::LlamaLanguageModel>(&context, original.llama.get());
    longest = std::min(longest, base->context_length());
  }
  std::string notes;
  std::vector<RuleRun> runs;
  runs.push_back({eval::LlamaCppWindows(Fitting(tasks.window, longest, &notes)), {}});
  runs[0].scored = Score(context, flags, &own, base.get(), runs[0].rule, ids, bos_id);
  if (tasks.perplexity) {
    const FixedWindows whole =
        eval::WholeWindows(Fitting(kWholeWindow, own.context_length(), &notes));
    if (static_cast<int64_t>(ids.size()) < whole.length) {
      notes += fmt::format(" {} is left out: the text has {} tokens.", whole.name, ids.size());
    } else {
      runs.push_back({whole, Score(context, flags, &own, nullptr, whole, ids, bos_id)});
    }
    AddPerplexity(runs, notes, &results);
    if (!notes.empty()) results.json["notes"] = notes.substr(1);
  }
  if (tasks.kl) AddDivergence(runs[0], tasks.against, &results);
  return results;
}

}  // namespace cria::app
