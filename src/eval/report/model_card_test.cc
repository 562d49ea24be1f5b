// The model card: what is known stands there, what is not says how to state it.
#include "eval/report/model_card.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "eval/report/card_results.h"
#include "eval/task_report.h"

namespace cria::eval {
namespace {

constexpr const char* kTasks = R"({
 "profile": "paper",
 "results": {
  "piqa": {"alias": "PIQA", "measure": "characters", "acc_norm,none": 0.783,
           "acc_norm_stderr,none": 0.0096, "acc,none": 0.5, "headline": 0.783, "chance": 0.5},
  "crows_pairs": {"alias": "CrowS-Pairs", "stereotype,none": 0.666, "chance": 0.5,
                  "groups": {"Age": {"value": 0.7, "stderr": 0.05, "questions": 87},
                             "Gender": {"value": 0.6, "stderr": 0.03, "questions": 262}}}},
 "n-shot": {"piqa": 0},
 "n-samples": {"piqa": {"original": 200, "effective": 200, "whole_set": 1838}},
 "notes": ["PIQA: 0-shot.", "CrowS-Pairs: pairs <of> sentences."]})";

CardFacts Facts() {
  CardFacts facts;
  facts.name = "tiny";
  facts.model = {.dim = 64,
                 .n_layers = 2,
                 .n_heads = 4,
                 .n_kv_heads = 4,
                 .head_dim = 16,
                 .hidden_dim = 256,
                 .vocab_size = 512,
                 .max_seq_len = 64,
                 .rope_scaling = {}};
  facts.learning_rate = 0.002;
  facts.batch_tokens = 832;
  facts.tokens = 9984;
  facts.finished = true;
  return facts;
}

std::string Card(const CardFacts& facts) {
  return RenderMarkdown({.title = "t", .subtitle = "s", .blocks = ModelCardBlocks(facts)}, "p");
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(ModelCard, HasTheSectionsInOrder) {
  const std::string card = Card(Facts());
  size_t at = 0;
  for (const char* section :
       {"## Model details", "## Intended use", "## Factors", "## Metrics", "## Evaluation datasets",
        "## Training dataset", "## Quantitative analysis", "## Ethical considerations"}) {
    const size_t found = card.find(section);
    ASSERT_NE(found, std::string::npos) << section;
    EXPECT_GT(found, at) << section;
    at = found;
  }
}

TEST(ModelCard, SaysWhatIsNotStatedAndHow) {
  const std::string card = Card(Facts());
  for (const char* line :
       {"Who made it: Not stated; --author states it.", "Date: Not stated; --date states it.",
        "Version: Not stated; --model-version states it.", "Licence: Not stated; --licence",
        "Primary uses: Not stated; --intended-use", "Out of scope: Not stated; --out-of-scope",
        "Mitigations: Not stated; --mitigations", "--corpus names the folder",
        "Results: not measured", "Measures: None were taken.",
        "Not measured: toxicity, stereotypes, genders in occupations, truthfulness (cria eval "
        "--tasks toxicity\\_basic,crows\\_pairs,winogender,truthfulqa\\_mc1 measures them).",
        "was not looked for"}) {
    EXPECT_TRUE(Has(card, line)) << line << "\n" << card;
  }
  CardFacts facts = Facts();
  facts.stated.author = "A <b>";
  facts.stated.date = "May 2026";
  facts.stated.licence = "MIT";
  const std::string stated = Card(facts);
  EXPECT_TRUE(Has(stated, "Who made it: A \\<b\\>\n"));
  EXPECT_TRUE(Has(stated, "Date: May 2026\n"));
  EXPECT_TRUE(Has(stated, "Licence: MIT\n"));
  facts.stated.date = "";
  facts.files_date = "1 May 2026";
  EXPECT_TRUE(Has(Card(facts),
                  "Not stated (--date states it); the files of the weights are of 1 "
                  "May 2026."));
}

TEST(ModelCard, HyperParametersAreThoseOfTheRun) {
  // 2 x 512 x 64 embeddings and outputs; a layer 4 x 64^2 + 3 x 64 x 256 + 2 x 64; a last norm.
  EXPECT_EQ(ParameterCount(Facts().model), 65536 + 2 * (16384 + 49152 + 128) + 64);
  std::string card = Card(Facts());
  EXPECT_TRUE(Has(card, "| 64 | 4 | 2 | 0.002 | 832 | 10.0K |")) << card;
  EXPECT_TRUE(Has(card,
                  "196,928 parameters, 2 layers, a context of 64 tokens and a vocabulary of "
                  "512 pieces."));
  EXPECT_FALSE(Has(card, "not finished"));
  CardFacts facts = Facts();
  facts.finished = false;
  facts.tokens = 0;
  facts.initial_weights = "runs/base";
  card = Card(facts);
  EXPECT_TRUE(Has(card, "not finished"));
  EXPECT_TRUE(Has(card, "| 832 | - |"));
  EXPECT_TRUE(Has(card, "began with the weights of runs/base."));
}

TEST(ModelCard, DataComeWithTheirLicences) {
  CardFacts facts = Facts();
  facts.data = {{.source = "wiki|pedia",
                 .kind = "wikipedia",
                 .licence = "CC BY-SA 4.0",
                 .proportion = 0.25,
                 .epochs = 1.5,
                 .bytes = 2000000,
                 .tokens = 500000},
                {.source = "books", .kind = "books", .licence = "", .proportion = 0.75}};
  facts.inputs = {{"wiki|pedia", "dump.xml", "2026-01", "ab", ""}};
  facts.languages = {{"en", 3, 100}, {"de", 9, 300}, {"", 1, 0}};
  facts.contamination = {{"removed", true},
                         {"sets", {{"piqa", {{"items", 1838}, {"any_13_gram", 2}}}}}};
  const std::string card = Card(facts);
  EXPECT_TRUE(Has(card,
                  "| wiki\\|pedia | wikipedia | 25.0 % | 1.5 | 2.0 MB | 500K | CC BY-SA "
                  "4.0 |"))
      << card;
  EXPECT_TRUE(Has(card, "| books | books | 75.0 % | - | 0 B | - | not stated in the corpus"));
  EXPECT_TRUE(Has(card, "| dump.xml | 2026-01 | not stated |"));
  EXPECT_LT(card.find("| de | 9 | 300 B | 75.0 % |"), card.find("| en | 3 | 100 B | 25.0 % |"));
  EXPECT_TRUE(Has(card, "| none or unknown | 1 | 0 B | 0.0 % |"));
  EXPECT_TRUE(Has(card, "| piqa | 1,838 | 2 | 0 |"));
  EXPECT_TRUE(Has(card, "were removed"));
}

TEST(ModelCard, ResultsOfTasksAndOfText) {
  CardFacts facts = Facts();
  facts.results = {{"a.json", ParseJson(kTasks, "a")},
                   {"b.json", ParseJson(R"({"model": "m", "result": {"rule": "r", "total": {
                       "documents": 3, "bytes": 1000, "bits_per_byte": 1.25, "perplexity": 20}}})",
                                        "b")},
                   {"c.json", ParseJson(R"({"perplexity": [{"rule": "llama.cpp", "perplexity":
                       {"value": 5.6789, "standard_error": 0.0312}}], "notes": "short"})",
                                        "c")}};
  const std::string card = Card(facts);
  EXPECT_TRUE(Has(card, "| PIQA | 0 | 200 of 1838 | 78.3 ± 1.0 | 50.0 | acc\\_norm |")) << card;
  EXPECT_TRUE(Has(card, "| CrowS-Pairs | - | - | 66.6 | 50.0 | stereotype |"));
  EXPECT_TRUE(Has(card, "| Gender | 262 | 60.0 ± 3.0 |"));
  EXPECT_TRUE(Has(card, "| **All** | **-** | **66.6** |"));
  EXPECT_TRUE(Has(card, "| b.json | 3 | 1000 | 1.250 | 20.00 |"));
  EXPECT_TRUE(Has(card, "| c.json | llama.cpp | 5.679 ± 0.031 |"));
  EXPECT_TRUE(Has(card, "pairs \\<of\\> sentences."));
  EXPECT_TRUE(Has(card, "Measured: stereotypes, in the tables. Not measured: toxicity, genders"));
  EXPECT_TRUE(Has(card, "PIQA, 200 of 1838 questions; CrowS-Pairs; held-out text, 3 documents."));
  EXPECT_TRUE(Has(card, "Measures: acc\\_norm, bits per byte, perplexity per token, stereotype."));
}

// What `cria eval --out X.json` writes is what the card reads.
TEST(ModelCard, ReadsWhatEvaluationWrites) {
  TaskResult result;
  for (const TaskSpec& task : BuiltInTasks(Profile::kPaper)) {
    if (task.name == "winogender") result.task = task;
  }
  for (int q = 0; q < 100; ++q) {
    result.questions.push_back({.id = "q", .groups = {q < 50 ? "his/him/he" : "her/her/she"}});
    result.values.push_back({q < 20 ? 1.0 : 0.0, 1.0});
  }
  result.metrics = {"acc_norm", "acc"};
  result.scores.resize(100);
  result.chance = 0.5;
  CardFacts facts = Facts();
  facts.results = {{"x.json", TaskJson({result}, Profile::kPaper)}};
  const std::string card = Card(facts);
  // sqrt(.2 .8 / 99), and of the group sqrt(.4 .6 / 49).
  EXPECT_TRUE(Has(card, "| WinoGender | 0 | 100 of 720 | 20.0 ± 4.0 | 50.0 | acc\\_norm |"))
      << card;
  EXPECT_TRUE(Has(card, "| his/him/he | 50 | 40.0 ± 7.0 |"));
  EXPECT_TRUE(Has(card, "100 of the set's 720 questions."));
  EXPECT_TRUE(Has(card, "Measured: genders in occupations, in the tables."));
}

TEST(ModelCard, FilesWithoutScoresAreRefused) {
  CardFacts facts = Facts();
  for (const char* text : {"{}", R"({"results": {}})", R"({"results": {"a": {"alias": "A"}}})",
                           R"({"results": {"a": 1}})", R"({"results": [1]})"}) {
    facts.results = {{"x.json", ParseJson(text, "x")}};
    EXPECT_THROW(ModelCardBlocks(facts), Error) << text;
  }
  // lm-evaluation-harness names no headline.
  facts.results = {{"h.json", ParseJson(R"({"results": {"piqa": {"alias": "piqa", "acc,none": 0.5,
      "acc_stderr,none": "N/A"}}, "n-shot": {"piqa": 5}})",
                                        "h")}};
  EXPECT_TRUE(Has(Card(facts), "| piqa | 5 | - | 50.0 | - | acc |"));
}

}  // namespace
}  // namespace cria::eval
