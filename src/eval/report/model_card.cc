// The sections in the order of LLaMA's card. Sentences about the model are made of facts, or say
// that a fact is missing.
#include "eval/report/model_card.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "eval/report/card_results.h"
#include "eval/report/contamination_table.h"

namespace cria::eval {
namespace {

constexpr size_t kMostLanguages = 20;

std::string Stated(const std::string& text, const char* flag) {
  return text.empty() ? fmt::format("Not stated; {} states it.", flag) : text;
}

Block Labelled(const char* label, const std::string& text) {
  return Paragraph{fmt::format("{}: {}", label, text)};
}

std::string DateOf(const CardFacts& facts) {
  if (!facts.stated.date.empty()) return facts.stated.date;
  if (facts.files_date.empty()) return Stated("", "--date");
  return fmt::format("Not stated (--date states it); the files of the weights are of {}.",
                     facts.files_date);
}

std::string TypeOf(const CardFacts& facts) {
  std::string text = fmt::format(
      "An auto-regressive language model on the transformer architecture of LLaMA, {} parameters, "
      "{} layers, a context of {} tokens and a vocabulary of {} pieces.",
      FormatWhole(ParameterCount(facts.model)), facts.model.n_layers, facts.model.max_seq_len,
      facts.model.vocab_size);
  if (!facts.initial_weights.empty()) {
    text += fmt::format(" Training began with the weights of {}.", facts.initial_weights);
  }
  return text;
}

void AddDetails(const CardFacts& facts, std::vector<Block>* blocks) {
  const CardStatements& stated = facts.stated;
  blocks->push_back(Heading{"Model details"});
  blocks->push_back(Labelled("Who made it", Stated(stated.author, "--author")));
  blocks->push_back(Labelled("Date", DateOf(facts)));
  blocks->push_back(Labelled("Version", Stated(stated.version, "--model-version")));
  blocks->push_back(Labelled("Type", TypeOf(facts)));
  blocks->push_back(Labelled("Paper or resources", Stated(stated.paper, "--paper")));
  blocks->push_back(Labelled("Citation", Stated(stated.citation, "--citation")));
  blocks->push_back(Labelled("Licence", Stated(stated.licence, "--licence")));
  blocks->push_back(Labelled("Where to send questions", Stated(stated.contact, "--contact")));
  if (facts.digests.empty()) return;
  Table table{.caption = "Digests", .columns = {{"Of"}, {"SHA-256"}}, .rows = {}};
  for (const NamedValue& digest : facts.digests) table.rows.push_back({digest.name, digest.value});
  blocks->push_back(std::move(table));
}

void AddUse(const CardFacts& facts, std::vector<Block>* blocks) {
  const CardStatements& stated = facts.stated;
  blocks->push_back(Heading{"Intended use"});
  blocks->push_back(Labelled("Primary uses", Stated(stated.intended_use, "--intended-use")));
  blocks->push_back(Labelled("Primary users", Stated(stated.intended_users, "--intended-users")));
  blocks->push_back(Labelled("Out of scope", Stated(stated.out_of_scope, "--out-of-scope")));
}

Table LanguageTable(const CardFacts& facts) {
  std::vector<LanguageRow> rows = facts.languages;
  std::stable_sort(rows.begin(), rows.end(),
                   [](const LanguageRow& a, const LanguageRow& b) { return a.bytes > b.bytes; });
  double all = 0;
  for (const LanguageRow& row : rows) all += static_cast<double>(row.bytes);
  Table table{.caption = rows.size() > kMostLanguages
                             ? fmt::format("The {} commonest of {} languages of the training text",
                                           kMostLanguages, rows.size())
                             : "Languages of the training text",
              .columns = {{"Language"}, {"Documents", true}, {"Text", true}, {"Share", true}},
              .rows = {}};
  rows.resize(std::min(rows.size(), kMostLanguages));
  for (const LanguageRow& row : rows) {
    const auto bytes = static_cast<double>(row.bytes);
    table.rows.push_back({row.code.empty() ? "none or unknown" : row.code,
                          FormatWhole(row.documents), FormatBytes(bytes),
                          fmt::format("{:.1f} %", 100 * bytes / all)});
  }
  return table;
}

void AddFactors(const CardFacts& facts, std::vector<Block>* blocks) {
  blocks->push_back(Heading{"Factors"});
  blocks->push_back(
      Labelled("Relevant factors",
               "Above all the language of a text: what is rare in the training data is modelled "
               "worse, and so are dialects and fields of knowledge that it lacks."));
  if (facts.languages.empty()) {
    blocks->push_back(Paragraph{
        "The languages of the training text are not known here; --corpus names the folder that "
        "lists them."});
  } else {
    blocks->push_back(LanguageTable(facts));
  }
  blocks->push_back(
      Labelled("Evaluation factors",
               "A model of public text learns its prejudices. " + HarmSentence(facts.results)));
}

void AddMetrics(const CardFacts& facts, std::vector<Block>* blocks) {
  blocks->push_back(Heading{"Metrics"});
  blocks->push_back(Labelled("Measures", MeasureSentence(facts.results)));
  blocks->push_back(
      Labelled("Decision thresholds",
               "None: of choices the first in rank counts, whatever its distance to the next."));
  blocks->push_back(Labelled(
      "Uncertainty",
      "Errors are standard errors over questions. This is one run from one seed: how much another "
      "would differ was not measured."));
}

void AddEvaluationSets(const CardFacts& facts, std::vector<Block>* blocks) {
  blocks->push_back(Heading{"Evaluation datasets"});
  const std::vector<std::string> sets = EvaluatedSets(facts.results);
  blocks->push_back(Paragraph{
      sets.empty() ? "None: no results were given. cria eval MODEL --out X.json makes some, "
                     "--results takes them."
                   : fmt::format("{}.", fmt::join(sets, "; "))});
  if (!facts.contamination.contains("sets")) {
    blocks->push_back(Paragraph{
        "Whether questions of these sets stand in the training text was not looked for."});
    return;
  }
  blocks->push_back(ContaminationTable(facts.contamination, "manifest.json of the corpus"));
}

void AddTrainingData(const CardFacts& facts, std::vector<Block>* blocks) {
  blocks->push_back(Heading{"Training dataset"});
  if (facts.data.empty()) {
    blocks->push_back(Paragraph{
        "Not known here: --corpus names the folder of cria corpus build that the tokens were "
        "made of."});
    return;
  }
  Table table{.caption = "Sources: the share of sampled text and the passes over each",
              .columns = {{"Source"},
                          {"Kind"},
                          {"Sampling", true},
                          {"Epochs", true},
                          {"Text", true},
                          {"Tokens", true},
                          {"Licence"}},
              .rows = {}};
  for (const DataRow& row : facts.data) {
    table.rows.push_back({row.source, row.kind, fmt::format("{:.1f} %", 100 * row.proportion),
                          row.epochs > 0 ? fmt::format("{:.2g}", row.epochs) : "-",
                          FormatBytes(static_cast<double>(row.bytes)),
                          row.tokens > 0 ? FormatCount(static_cast<double>(row.tokens)) : "-",
                          row.licence.empty() ? "not stated in the corpus's recipe" : row.licence});
  }
  blocks->push_back(std::move(table));
  if (facts.inputs.empty()) return;
  Table inputs{.caption = "Inputs",
               .columns = {{"Source"}, {"Input"}, {"Version"}, {"Licence"}},
               .rows = {}};
  for (const InputRow& row : facts.inputs) {
    inputs.rows.push_back(
        {row.source, row.name, row.version, row.licence.empty() ? "not stated" : row.licence});
  }
  blocks->push_back(std::move(inputs));
}

void AddQuantities(const CardFacts& facts, std::vector<Block>* blocks) {
  blocks->push_back(Heading{"Quantitative analysis"});
  const auto known = [](double value, std::string text) {
    return value > 0 ? text : std::string("-");
  };
  blocks->push_back(Table{
      .caption = facts.finished ? "Hyper-parameters"
                                : "Hyper-parameters; the run is not finished, the tokens are those "
                                  "of its last checkpoint",
      .columns = {{"Parameters", true},
                  {"Dimension", true},
                  {"Heads", true},
                  {"Layers", true},
                  {"Learning rate", true},
                  {"Batch, tokens", true},
                  {"Tokens", true}},
      .rows = {{FormatCount(static_cast<double>(ParameterCount(facts.model))),
                std::to_string(facts.model.dim), std::to_string(facts.model.n_heads),
                std::to_string(facts.model.n_layers),
                known(facts.learning_rate, fmt::format("{:.3g}", facts.learning_rate)),
                known(static_cast<double>(facts.batch_tokens), FormatWhole(facts.batch_tokens)),
                known(static_cast<double>(facts.tokens),
                      FormatCount(static_cast<double>(facts.tokens)))}}});
  if (!facts.training.empty()) {
    Table table{.caption = "Further settings", .columns = {{"Setting"}, {"Value"}}, .rows = {}};
    for (const NamedValue& value : facts.training) table.rows.push_back({value.name, value.value});
    blocks->push_back(std::move(table));
  }
  AddResults(facts.results, blocks);
}

void AddEthics(const CardFacts& facts, std::vector<Block>* blocks) {
  blocks->push_back(Heading{"Ethical considerations"});
  blocks->push_back(Labelled(
      "Data",
      facts.data.empty()
          ? "What the training text holds is not known here."
          : "The sources above were read by machine, not by people. Text of the public may be "
            "offensive, wrong or about living persons, and some of it may come back word by "
            "word."));
  blocks->push_back(Labelled(
      "Human life",
      "Nothing here was made or tested for decisions about health, law, safety or livelihood."));
  blocks->push_back(Labelled("Mitigations", Stated(facts.stated.mitigations, "--mitigations")));
  blocks->push_back(Labelled(
      "Risks",
      "The model states falsehoods as fluently as facts, repeats prejudices and may insult. " +
          HarmSentence(facts.results)));
  blocks->push_back(Labelled(
      "Use cases",
      "Whoever puts it before people must first measure these risks in that use; what is listed "
      "as out of scope above holds for models made of this one as well."));
}

}  // namespace

std::vector<Block> ModelCardBlocks(const CardFacts& facts) {
  std::vector<Block> blocks;
  AddDetails(facts, &blocks);
  AddUse(facts, &blocks);
  AddFactors(facts, &blocks);
  AddMetrics(facts, &blocks);
  AddEvaluationSets(facts, &blocks);
  AddTrainingData(facts, &blocks);
  AddQuantities(facts, &blocks);
  AddEthics(facts, &blocks);
  return blocks;
}

}  // namespace cria::eval
