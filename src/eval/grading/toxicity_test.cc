// The judge on texts of made-up words whose best possible judge is known, on labels that say
// nothing, on real prompts of two kinds, and from files that are whole, foreign or broken.
#include <gtest/gtest.h>

#include <cmath>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "eval/grading/toxicity_training.h"
#include "test_data.h"

namespace cria::eval {
namespace {

// Words of three syllables, other ones for every `kind`.
std::string MadeUpWord(int kind, uint64_t n) {
  constexpr const char* kStarts[] = {"ba", "ke", "mi", "to", "lu", "sa", "ne", "vi"};
  constexpr const char* kEnds[] = {"rn", "lk", "mpa"};
  return std::string(kStarts[n % 8]) + kStarts[n / 8 % 8] + kEnds[kind];
}

constexpr int kShared = 2;
constexpr int kWordsOfText = 6;

// Six words, each of the class's own 16 words with a chance of `own`, else of 64 shared ones.
std::string MadeUpText(bool toxic, double own, RandomStream* random) {
  std::string text;
  for (int i = 0; i < kWordsOfText; ++i) {
    const bool is_own = random->NextDouble() < own;
    text += is_own ? MadeUpWord(toxic ? 1 : 0, random->NextBelow(16))
                   : MadeUpWord(kShared, random->NextBelow(64));
    text += i % 2 == 0 ? " " : ", ";
  }
  return text;
}

class ToxicityTest : public ::testing::Test {
 protected:
  ToxicityTest() : folder_(fs::temp_directory_path() / "cria_toxicity_test") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~ToxicityTest() override { fs::remove_all(folder_); }

  fs::path Write(const std::string& name, std::string_view text) {
    WriteFile(folder_ / name, text);
    return folder_ / name;
  }
  // Of texts that anyone can tell.
  LabelledTexts EasyTexts(int texts) {
    RandomStream random(1, RandomPurpose::kTest);
    std::string lines[2];
    for (int i = 0; i < texts; ++i) {
      const bool toxic = i % 3 == 0;
      lines[toxic] += MadeUpText(toxic, 0.7, &random) + "\n";
    }
    LabelledTexts labelled;
    labelled.AddClass(Write("toxic.txt", lines[1]), true);
    labelled.AddClass(Write("clean.txt", lines[0]), false);
    return labelled;
  }
  template <class F>
  std::string Fault(const F& run) {
    try {
      run();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  fs::path folder_;
};

#define EXPECT_SAYS(text, part) EXPECT_NE(std::string(text).find(part), std::string::npos) << (text)

double Number(const FastTextToxicity& judge, const char* member) {
  return judge.report()["held_out"][member].get<double>();
}

// A judge can know a text by its class's words and by nothing else. With r the chance that a text
// has none, it wins a pair unless both have none, and then half: 1 - r^2 / 2. Its probabilities
// are 0 or 1, or 1/2 for texts with none: a Brier score of r / 4.
TEST_F(ToxicityTest, AsGoodAsCanBe) {
  constexpr double kNone = 0.5;
  const double own = 1 - std::pow(kNone, 1.0 / kWordsOfText);
  RandomStream random(7, RandomPurpose::kTest);
  std::string lines[2];
  for (int i = 0; i < 6000; ++i) lines[i % 2] += MadeUpText(i % 2, own, &random) + "\n";
  LabelledTexts texts;
  texts.AddClass(Write("toxic.txt", lines[1]), true);
  texts.AddClass(Write("clean.txt", lines[0]), false);
  const FastTextToxicity judge = TrainToxicity(std::move(texts), {.held_out = 0.2});
  const double best = 1 - kNone * kNone / 2, error = Number(judge, "area_error");
  EXPECT_NEAR(error, 0.01, 0.003);
  EXPECT_GT(Number(judge, "area_under_curve"), best - 0.05);
  EXPECT_LT(Number(judge, "area_under_curve"), best + 4 * error);
  EXPECT_LT(Number(judge, "brier_after"), Number(judge, "brier_before"));
  EXPECT_LT(Number(judge, "brier_after"), kNone / 4 + 0.04);
  EXPECT_GT(Number(judge, "brier_after"), kNone / 4 - 0.02);
  // The calibrated mean is the share of toxic texts.
  EXPECT_NEAR(Number(judge, "mean_toxicity"), 0.5, 0.05);
  EXPECT_NEAR(static_cast<double>(judge.report()["held_out"]["texts"].get<int>()), 1200, 130);
}

// Labels by chance: whoever sees held-out texts in training would seem to know them. Were texts
// that differ in marks alone split by their marks, the area would be above 0.6.
TEST_F(ToxicityTest, LabelNoise) {
  for (const uint64_t seed : {6, 7}) {
    RandomStream random(seed, RandomPurpose::kTest);
    std::string csv = "comment_text,toxic\n";
    for (int i = 0; i < 2000; ++i) {
      const std::string text = MadeUpText(false, 0.1, &random);
      const bool toxic = random.NextDouble() < 0.5;
      // Every text three times, in other dress: all on one side.
      for (const char* tail : {"", "!", "\n"}) {
        csv += fmt::format("\"{}{}\",{}\n", text, tail, toxic ? 1 : 0);
      }
    }
    LabelledTexts texts;
    texts.AddLabelled(Write("noise.csv", csv));
    const FastTextToxicity judge = TrainToxicity(std::move(texts), {.held_out = 0.3});
    // Texts come in pairs with one label, so that the error is larger by the root of two.
    const double error = std::sqrt(2) * Number(judge, "area_error");
    EXPECT_NEAR(Number(judge, "area_under_curve"), 0.5, 3 * error) << seed;
    EXPECT_NEAR(Number(judge, "brier_after"), 0.25, 0.01);
    EXPECT_GT(Number(judge, "brier_before"), 0.26);
    EXPECT_GE(judge.report()["training"]["repeated"].get<int>(), 2000);
  }
}

TEST_F(ToxicityTest, SameBytesInAnyOrder) {
  const FastTextToxicity first = TrainToxicity(EasyTexts(600), {});
  first.Save(folder_ / "first", false);
  LabelledTexts turned;
  for (const bool toxic : {false, true}) {
    const fs::path path = folder_ / (toxic ? "toxic.txt" : "clean.txt");
    TextReader reader(path);
    std::vector<std::string> lines;
    for (std::string line; reader.NextLine(&line);) lines.push_back(line);
    std::string text;
    for (size_t i = lines.size(); i-- > 0;) text += lines[i] + "\r\n\r\n";
    turned.AddClass(Write(path.filename().string(), text), toxic);
  }
  TrainToxicity(std::move(turned), {}).Save(folder_ / "second", false);
  EXPECT_EQ(Sha256File(folder_ / "first/model.bin"), Sha256File(folder_ / "second/model.bin"));
  Json reports[2] = {ReadJson(folder_ / "first/judge.json"),
                     ReadJson(folder_ / "second/judge.json")};
  EXPECT_NE(reports[0], reports[1]);  // digests of the files
  for (Json& report : reports) report["training"].erase("files");
  EXPECT_EQ(reports[0], reports[1]);
}

TEST_F(ToxicityTest, FolderRoundTrip) {
  const FastTextToxicity judge = TrainToxicity(EasyTexts(600), {});
  judge.Save(folder_ / "deep/judge", false);
  EXPECT_THROW(judge.Save(folder_ / "deep/judge", false), Error);
  judge.Save(folder_ / "deep/judge", true);
  const FastTextToxicity loaded = FastTextToxicity::Load(folder_ / "deep/judge");
  const std::string toxic = MadeUpWord(1, 3) + " " + MadeUpWord(1, 5);
  const std::string clean = MadeUpWord(0, 3) + " " + MadeUpWord(0, 5);
  const std::vector<std::string> texts = {toxic,
                                          clean,
                                          "",
                                          " \n\t",
                                          "\xff\xfe",
                                          "</s> __label__toxic",
                                          MadeUpWord(1, 3) + "\n" + MadeUpWord(1, 5),
                                          toxic + "!?"};
  const std::vector<double> scores = judge.Toxicity(texts);
  EXPECT_EQ(loaded.Toxicity(texts), scores);
  EXPECT_EQ(loaded.Describe(), judge.Describe());
  EXPECT_EQ(loaded.report(), judge.report());
  EXPECT_GT(scores[0], 0.8);
  EXPECT_LT(scores[1], 0.2);
  EXPECT_EQ(scores[2], 0);
  EXPECT_EQ(scores[3], 0);
  EXPECT_EQ(scores[6], scores[0]);
  for (const double score : scores) EXPECT_TRUE(score >= 0 && score <= 1) << score;
  // One by one is as all at once.
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(judge.Toxicity({&texts[i], 1}), std::vector<double>{scores[i]});
  }
  EXPECT_SAYS(judge.Describe(), "not PerspectiveAPI");
  EXPECT_SAYS(judge.Describe(), Sha256File(folder_ / "deep/judge/model.bin"));
  EXPECT_SAYS(judge.Describe(), Sha256File(folder_ / "toxic.txt").substr(0, 12));
}

TEST_F(ToxicityTest, DamagedFolders) {
  const fs::path judge = folder_ / "judge";
  TrainToxicity(EasyTexts(600), {}).Save(judge, false);
  const std::string model = ReadFile(judge / "model.bin"), json = ReadFile(judge / "judge.json");
  const auto fault = [&] { return Fault([&] { FastTextToxicity::Load(judge); }); };
  Write("judge/model.bin", model.substr(0, model.size() / 2));
  EXPECT_SAYS(fault(), "not the one that judge.json describes");
  Write("judge/model.bin", model);
  for (const char* part : {"format", "model", "calibration", "training", "held_out"}) {
    Json less = Json::parse(json);
    less.erase(part);
    WriteJson(judge / "judge.json", less);
    EXPECT_SAYS(fault(), part);
  }
  Json other = Json::parse(json);
  other["calibration"]["slope"] = -1;
  WriteJson(judge / "judge.json", other);
  EXPECT_SAYS(fault(), "slope -1");
  Write("judge/judge.json", json.substr(0, 100));
  EXPECT_NE(fault(), "no error");
  fs::remove(judge / "model.bin");
  Write("judge/judge.json", json);
  EXPECT_SAYS(fault(), "model.bin");
  EXPECT_NE(Fault([&] { FastTextToxicity::Load(folder_ / "none"); }), "no error");
  // What is no judge's is not replaced.
  Write("judge/thesis.tex", "");
  const FastTextToxicity again = TrainToxicity(EasyTexts(600), {});
  EXPECT_SAYS(Fault([&] { again.Save(judge, true); }), "thesis.tex");
}

TEST_F(ToxicityTest, TooLittleToLearnFrom) {
  LabelledTexts one_class, few, contradictory;
  one_class.AddClass(Write("a.txt", "bake lk\nbake rn\n"), true);
  EXPECT_SAYS(Fault([&] { TrainToxicity(one_class, {}); }), "0 clean texts are left");
  few.AddClass(folder_ / "a.txt", true);
  few.AddClass(Write("b.txt", "mito lk\n"), false);
  EXPECT_SAYS(Fault([&] { TrainToxicity(few, {}); }), "are left for");
  contradictory.AddClass(folder_ / "a.txt", true);
  contradictory.AddClass(folder_ / "a.txt", false);
  EXPECT_SAYS(Fault([&] { TrainToxicity(contradictory, {}); }), "0 toxic and 0 clean");
  EXPECT_SAYS(Fault([&] { TrainToxicity(LabelledTexts(), {}); }), "0 toxic and 0 clean");
  EXPECT_SAYS(Fault([&] { TrainToxicity(few, {.held_out = 0.5}); }), "--held-out");
  EXPECT_SAYS(Fault([&] { TrainToxicity(few, {.held_out = std::nan("")}); }), "--held-out");
}

TEST_F(ToxicityTest, LeftOutIsCounted) {
  EasyTexts(900);
  LabelledTexts texts;
  texts.AddClass(folder_ / "toxic.txt", true);
  texts.AddClass(folder_ / "clean.txt", false);
  std::string csv = "text,toxicity\n\"\",1\n\" \t\",0\n";
  csv += "Mito,1\nmito,0\nMÍTO,0\n";  // one text with both labels
  csv += "Kelu,1\nkelu,1\nKELU,1\n";  // one text, twice too often
  texts.AddLabelled(Write("more.csv", csv));
  const Json training = TrainToxicity(std::move(texts), {}).report()["training"];
  EXPECT_EQ(training["empty"], 2);
  EXPECT_EQ(training["contradictory"], 3);
  EXPECT_GE(training["repeated"], 2);
  EXPECT_EQ(training["files"][2]["toxic"], 5);
  EXPECT_EQ(training["files"][2]["clean"], 3);
  EXPECT_EQ(training["files"][2]["sha256"], Sha256Hex(csv));
}

TEST(ToxicityWords, AsTheClassifierSeesThem) {
  EXPECT_EQ(FastTextToxicity::WordsOf("  Well,\tBÁKE!!\r\nlu*k 42%"), "well , bake ! ! lu*k 00%");
  EXPECT_EQ(FastTextToxicity::WordsOf("“mi”—to…"), "\" mi \" - to . . .");
  EXPECT_EQ(FastTextToxicity::WordsOf(" \n "), "");
  EXPECT_EQ(FastTextToxicity::WithoutMarks("\" mi \" , to - . . ."), "mi to -");
  EXPECT_EQ(FastTextToxicity::WithoutMarks("? !"), "");
}

// The forms in which the sets are published; texts are made up.
TEST_F(ToxicityTest, PublishedForms) {
  const auto read = [&](const std::string& name, std::string_view text) {
    LabelledTexts texts;
    texts.AddLabelled(Write(name, text));
    return std::pair(texts.texts(), texts.files()[0]);
  };
  {
    const auto [texts, file] =
        read("train.csv",
             "\"id\",\"comment_text\",\"toxic\",\"severe_toxic\",\"obscene\",\"threat\",\"insult\","
             "\"identity_hate\"\n\"0000997932d777bf\",\"Bake \"\"lu\"\"\nmito, ke\",0,0,0,0,0,0\n"
             "\"0002bcb3da6cb337\",\"lurn\",1,1,1,0,1,0\n\"0002bcb3da6cb338\",\"none\",-1,-1,-1,-1,"
             "-1,-1\n");
    ASSERT_EQ(texts.size(), 2);
    EXPECT_EQ(texts[0].text, "Bake \"lu\"\nmito, ke");
    EXPECT_FALSE(texts[0].toxic);
    EXPECT_TRUE(texts[1].toxic);
    EXPECT_EQ(file.unlabelled, 1);
    EXPECT_SAYS(file.form, "Jigsaw Toxic Comment");
  }
  {
    const auto [texts, file] =
        read("all_data.csv",
             "id,comment_text,split,created_date,publication_id,toxicity,severe_toxicity\n"
             "1083994,bake,train,2017-03-06 15:21:53.675241+00,21,0.37,0.0\n"
             "1083995,mito,train,2017-03-06 15:21:53.675241+00,21,0.5,0.0\n"
             "1083996,kelu,test,2017-03-06 15:21:53.675241+00,21,,\n");
    ASSERT_EQ(texts.size(), 2);
    EXPECT_FALSE(texts[0].toxic);
    EXPECT_TRUE(texts[1].toxic);
    EXPECT_SAYS(file.form, "Civil Comments");
  }
  {
    const auto [texts, file] = read("unintended.csv", "id,target,comment_text\n1,0.9,bake\n");
    EXPECT_TRUE(texts.at(0).toxic);
    EXPECT_SAYS(file.form, "target");
  }
  {
    const auto [texts, file] = read(
        "prompts.jsonl",
        R"({"filename":"0766186-bc.txt","begin":340,"end":564,"challenging":false,)"
        R"("prompt":{"text":"bake mito","threat":0.12,"toxicity":0.14},)"
        R"("continuation":{"text":" lu","toxicity":0.91}})"
        "\n"
        R"({"filename":"x","prompt":{"text":"kelu","toxicity":0.63},"continuation":{"text":""}})"
        "\n"
        R"({"filename":"x","prompt":{"text":"vi","toxicity":null},"continuation":{"text":""}})"
        "\n");
    ASSERT_EQ(texts.size(), 2);
    EXPECT_EQ(texts[0].text, "bake mito");
    EXPECT_FALSE(texts[0].toxic);
    EXPECT_TRUE(texts[1].toxic);
    EXPECT_EQ(file.unlabelled, 1);
    EXPECT_SAYS(file.form, "RealToxicityPrompts");
    LabelledTexts threats(0.1);
    EXPECT_SAYS(Fault([&] {
                  threats.AddLabelled(folder_ / "prompts.jsonl", {"prompt.text", "prompt.threat"});
                }),
                "prompts.jsonl:2");
    EXPECT_TRUE(threats.texts().at(0).toxic);
  }
}

TEST_F(ToxicityTest, FieldsAndLinesOfOnesOwn) {
  LabelledTexts texts(0.3);
  texts.AddLabelled(Write("own.tsv", "said\tbad\nbake\ttrue\nlu, ke\tFalse\nmito\t0.3\n"),
                    {"said", "bad"});
  texts.AddLabelled(Write("own.jsonl", "{\"a\":{\"b\":\"x\"},\"bad\":true}\n"), {"a.b", "bad"});
  ZstdWriter packed(folder_ / "toxic.jsonl.zst");
  packed.Write("\"kelu\"\n{\"text\":\"mito\\nlu\"}\n");
  packed.Commit();
  texts.AddClass(folder_ / "toxic.jsonl.zst", true);
  std::vector<std::pair<std::string, bool>> read;
  for (const LabelledText& text : texts.texts()) read.emplace_back(text.text, text.toxic);
  EXPECT_EQ(read, (std::vector<std::pair<std::string, bool>>{{"bake", true},
                                                             {"lu, ke", false},
                                                             {"mito", true},
                                                             {"x", true},
                                                             {"kelu", true},
                                                             {"mito\nlu", true}}));
}

TEST_F(ToxicityTest, HostileFiles) {
  const auto labelled = [&](const std::string& name, std::string_view text,
                            LabelFields fields = {}) {
    Write(name, text);
    return Fault([&] { LabelledTexts().AddLabelled(folder_ / name, fields); });
  };
  EXPECT_SAYS(labelled("a.csv", ""), "a.csv");
  EXPECT_SAYS(labelled("a.csv", "comment_text,toxic\n"), "no text with a label");
  EXPECT_SAYS(labelled("a.csv", "comment_text,toxic\nbake,-1\n"), "no text with a label");
  EXPECT_SAYS(labelled("a.csv", "comment,score\nbake,1\n"), "--text-field");
  EXPECT_SAYS(labelled("a.csv", "comment,score\nbake,1\n", {"comment", "toxic"}),
              "no field \"toxic\"");
  EXPECT_SAYS(labelled("a.csv", "comment,score\nbake,1\n", {"comment", ""}), "give both");
  EXPECT_SAYS(labelled("a.csv", "text,toxicity\nbake,0\nmito,2\n"), "a.csv:3");
  for (const char* label : {"nan", "inf", "1e999", "0.5x", "toxic", "-0.1", "1.01"}) {
    EXPECT_SAYS(labelled("a.csv", "text,toxicity\nbake," + std::string(label) + "\n"),
                "is no label");
  }
  EXPECT_SAYS(labelled("a.csv", "text,toxicity\nb\xe4ke,0\n"), "not UTF-8");
  EXPECT_SAYS(labelled("a.csv", "text,toxicity\n\"bake,0\n"), "does not end");
  EXPECT_SAYS(labelled("a.jsonl", ""), "no text with a label");
  EXPECT_SAYS(labelled("a.jsonl", "\n{\"text\":\"a\",\"toxicity\":1}\n{\"text\":\"b\"}\n"),
              "a.jsonl:3");
  EXPECT_SAYS(labelled("a.jsonl", "{\"text\":7,\"toxicity\":1}\n"), "a.jsonl:1");
  EXPECT_SAYS(labelled("a.jsonl", "[1]\n"), "--text-field");
  EXPECT_SAYS(labelled("a.jsonl", "{\"prompt\":\"x\"}\n"), "--text-field");
  EXPECT_SAYS(labelled("a.jsonl", "{\"text\":\"a\",\"toxicity\":[1]}\n"), "is no label");
  EXPECT_SAYS(labelled("a.jsonl", "{\"text\":\"\xff\",\"toxicity\":1}\n"), "not UTF-8");
  EXPECT_SAYS(labelled("a.txt", "x\n"), "is called .csv");
  const auto lines = [&](std::string_view text) {
    Write("lines.txt", text);
    return Fault([&] { LabelledTexts().AddClass(folder_ / "lines.txt", true); });
  };
  EXPECT_SAYS(lines(""), "no text");
  EXPECT_SAYS(lines("\n \r\n"), "no text");
  EXPECT_SAYS(lines("bake\n\xc3\n"), "lines.txt:2");
  EXPECT_NE(Fault([&] { LabelledTexts().AddClass(folder_ / "none.txt", true); }), "no error");
}

// Prompts that PerspectiveAPI found to threaten or attack, against ones it found to flirt or be
// explicit: few, short, some in files of both kinds, but not of the same words.
TEST_F(ToxicityTest, RealPrompts) {
  CRIA_REQUIRE_TEST_DATA("eval/realtoxicityprompts");
  const fs::path prompts = TestData() / "eval/realtoxicityprompts";
  LabelledTexts texts;
  for (const char* kind : {"threat", "identity_attack"}) {
    texts.AddClass(prompts / fmt::format("rtp_{}.txt", kind), true);
  }
  for (const char* kind : {"flirtation", "sexually_explicit"}) {
    texts.AddClass(prompts / fmt::format("rtp_{}.txt", kind), false);
  }
  const FastTextToxicity judge = TrainToxicity(std::move(texts), {.held_out = 0.3});
  const double area = Number(judge, "area_under_curve"), error = Number(judge, "area_error");
  EXPECT_GT(area, 0.5 + 2 * error) << error;
  EXPECT_LT(Number(judge, "brier_after"), Number(judge, "brier_of_share"));
}

}  // namespace
}  // namespace cria::eval
