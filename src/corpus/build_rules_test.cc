// Whole builds that use the rules which look at more than one text, and the models:
// near-duplicates, books in books, contamination, languages, perplexity, references; traces and
// verification.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/random.h"
#include "comm/local_ranks.h"
#include "corpus/build.h"
#include "corpus/quality/kneser_ney.h"
#include "corpus/quality/lm_text.h"
#include "corpus/quality/ngram_counts.h"
#include "corpus/quality/ngram_model_writer.h"
#include "corpus/quality/reference.h"
#include "corpus/trace.h"

namespace cria::corpus {
namespace {

class BuildRulesTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) /
            ("rules_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(root_);
    fs::create_directories(root_ / "in");
  }

  // Sentences of random words: no two seeds share a run of them.
  static std::string Text(uint64_t seed, int words, uint64_t vocabulary = 4000) {
    RandomStream random(seed, RandomPurpose::kTest);
    std::string text;
    for (int i = 0; i < words; ++i) {
      std::string word;
      uint64_t code = random.NextBelow(vocabulary);
      for (; word.size() < 3 || code > 0; code /= 20) word += "aeioubdfgklmnprstvwz"[code % 20];
      if (i % 12 == 0) word[0] = static_cast<char>(word[0] - 32);
      text += word + (i % 12 == 11 ? (i % 60 == 59 ? ".\n\n" : ".\n") : " ");
    }
    return text;
  }

  void Write(const std::string& name, const std::string& text) {
    fs::create_directories((root_ / "in" / name).parent_path());
    WriteFile(root_ / "in" / name, text);
  }

  Manifest Build(const std::string& recipe, const std::string& out, Team team = {}) {
    BuildOptions options;
    options.cache_dir = root_ / "cache";
    options.program_version = "t";
    options.team = team;
    options.part_bytes = 20'000;  // so that equal texts meet across parts and ranks
    options.load_pieces = [](const fs::path& path) { return Words(path); };
    return BuildCorpus(Context(team.ranks == nullptr ? 2 : 1), ParseRecipe(recipe, root_, "r.toml"),
                       root_ / out, options);
  }

  // A splitter at blanks; its vocabulary is a file of a word a line.
  static Pieces Words(const fs::path& path) {
    Pieces pieces;
    pieces.pieces = {"<unk>", "<s>", "</s>"};
    auto ids = std::make_shared<std::map<std::string, uint32_t>>();
    std::istringstream list(ReadFile(path));
    for (std::string word; list >> word;) {
      (*ids)[word] = static_cast<uint32_t>(pieces.pieces.size());
      pieces.pieces.push_back(word);
    }
    pieces.split = [ids](std::string_view text, std::vector<uint32_t>* out) {
      out->clear();
      std::istringstream words{std::string(text)};
      for (std::string word; words >> word;) {
        const auto found = ids->find(word);
        out->push_back(found == ids->end() ? kUnknownId : found->second);
      }
    };
    return pieces;
  }

  std::map<std::string, std::string> Kept(const std::string& out, const std::string& source) {
    std::map<std::string, std::string> kept;
    for (const Split split : {Split::kTrain, Split::kHoldout}) {
      ForEachDocument(root_ / out, split, source, [&](const Document& document) {
        kept[document.meta["origin"].get<std::string>()] = document.text;
        return true;
      });
    }
    return kept;
  }

  static constexpr char kNoHoldout[] = "[corpus.holdout]\nshare = 0\n";
  fs::path root_;
};

TEST_F(BuildRulesTest, NearDuplicatesGo) {
  for (int i = 0; i < 20; ++i) Write(fmt::format("{:02}.txt", i), Text(i, 300));
  std::string near = Text(3, 300);
  near.replace(near.find(' ', 700), 1, " changed ");
  near.replace(near.find(' ', 1000), 1, " again ");
  Write("90.txt", near);                           // a few words differ
  Write("91.txt", Text(4, 300) + Text(500, 300));  // half of it is another
  const std::string recipe =
      std::string(kNoHoldout) +
      "[[source]]\nname = \"a\"\npath = \"in\"\nduplicates = \"none\"\nnear_duplicates = 0.7\n";
  const Manifest manifest = Build(recipe, "out");
  EXPECT_EQ(manifest.sources[0].drops.at("near_duplicate").documents, 1);
  const auto kept = Kept("out", "a");
  EXPECT_FALSE(kept.contains("in/90.txt"));
  EXPECT_TRUE(kept.contains("in/91.txt"));
  comm::RunRanks(3, [&](comm::Communicator& own) { Build(recipe, "ranks", {&own}); });
  EXPECT_EQ(ReadFile(root_ / "out/manifest.json"), ReadFile(root_ / "ranks/manifest.json"));
}

TEST_F(BuildRulesTest, BooksInBooksGo) {
  for (int i = 0; i < 5; ++i) Write(fmt::format("{:02}.txt", i), Text(i, 4000));
  Write("10.txt", "A preface of another edition.\n\n" + Text(2, 4000));
  Write("11.txt", Text(3, 4000) + Text(50, 4000));  // a collection holds the third
  const std::string recipe = std::string(kNoHoldout) +
                             "[[source]]\nname = \"b\"\nkind = \"books\"\npath = \"in\"\n"
                             "duplicates = \"none\"\n";
  const Manifest manifest = Build(recipe, "out");
  EXPECT_EQ(manifest.sources[0].drops.at("book_overlap").documents, 2);
  const auto kept = Kept("out", "b");
  EXPECT_FALSE(kept.contains("in/10.txt"));
  EXPECT_FALSE(kept.contains("in/03.txt"));  // the longer one stays
  // The same text twice is one book: the first stays, also beside a source without the rule.
  Write("12.txt", Text(1, 4000));
  const Manifest both = Build(recipe +
                                  "[[source]]\nname = \"all\"\npath = \"in\"\n"
                                  "duplicates = \"none\"\n",
                              "both");
  EXPECT_EQ(both.sources[0].drops.at("book_overlap").documents, 3);
  EXPECT_TRUE(Kept("both", "b").contains("in/01.txt"));
  EXPECT_EQ(both.sources[1].train.text.documents, 8);
  Build(recipe, "out");
  comm::RunRanks(2, [&](comm::Communicator& own) { Build(recipe, "ranks", {&own}); });
  EXPECT_EQ(ReadFile(root_ / "out/manifest.json"), ReadFile(root_ / "ranks/manifest.json"));
}

TEST_F(BuildRulesTest, EvaluationItemsAreFoundAndRemoved) {
  for (int i = 0; i < 10; ++i) Write(fmt::format("{:02}.txt", i), Text(i, 300));
  const std::string item = "what does the old miller of the village say to his third daughter";
  Write("90.txt", Text(90, 100) + item + "\n" + Text(91, 100));
  std::string other = Text(999, 20);
  std::replace(other.begin(), other.end(), '\n', ' ');
  fs::create_directories(root_ / "sets");
  WriteFile(root_ / "sets/quiz.jsonl",
            "{\"question\":\"" + item + "\"}\n{\"question\":\"" + other + "\"}\n");
  const auto recipe = [&](const char* remove) {
    return std::string(kNoHoldout) + "[corpus.contamination]\npath = \"sets\"\nremove = " + remove +
           "\n[[source]]\nname = \"c\"\npath = \"in\"\n";
  };
  Manifest manifest = Build(recipe("false"), "out");
  EXPECT_TRUE(Kept("out", "c").contains("in/90.txt"));
  const Json& sum = manifest.contamination["sets"]["quiz.jsonl"];
  EXPECT_EQ(sum["items"], 2);
  EXPECT_EQ(sum["any_13_gram"], 1);
  const Json found = ReadJson(root_ / "out" / kContaminationName)["items"];
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["record"], 1);
  EXPECT_EQ(found[0]["documents"], 1);
  manifest = Build(recipe("true"), "out");
  EXPECT_EQ(manifest.sources[0].drops.at("contaminated").documents, 1);
  EXPECT_FALSE(Kept("out", "c").contains("in/90.txt"));
}

// Texts of the model's own kind are head, others are tail; C4's rules come before.
TEST_F(BuildRulesTest, ModelsJudgeAndTheRecipeDecides) {
  const fs::path model = root_ / "models/en";
  fs::create_directories(model);
  std::set<std::string> words;
  std::string training;
  for (int i = 0; i < 200; ++i)
    training += NormalizeLmText(Text(i, 100, 50), LmLineBreaks::kSpace) + " ";
  std::istringstream in(training);
  std::string vocabulary;
  for (std::string word; in >> word;) {
    if (words.insert(word).second) vocabulary += word + "\n";
  }
  WriteFile(model / kPiecesName, vocabulary);
  const Context context(1);
  NgramMemory memory(context, int64_t{64} << 20, root_ / "scratch");
  NgramCounts counts(3, &memory);
  const Pieces pieces = Words(model / kPiecesName);
  std::vector<uint32_t> ids;
  for (int i = 0; i < 200; ++i) {
    pieces.split(NormalizeLmText(Text(i, 100, 50), LmLineBreaks::kSpace), &ids);
    counts.Add(ids);
  }
  NgramModelWriter writer(model / kNgramModelName, NgramModelWriter::Values::kQuantized, &memory);
  EstimateKneserNey(&counts, pieces.pieces, {}, &writer);
  writer.Finish();
  std::vector<std::string> cited, others;
  for (int i = 0; i < 500; ++i) {
    cited.push_back(Text(20000 + i, 200, 50));
    others.push_back(Text(30000 + i, 200, 4000));
  }
  ReferenceClassifier::Train(cited, others).Save(root_ / "reference.bin");

  for (int i = 0; i < 10; ++i) {
    Write(fmt::format("like{}.txt", i), Text(5000 + i, 200, 50));
    Write(fmt::format("unlike{}.txt", i), Text(6000 + i, 200, 4000));
  }
  const auto recipe = [&](const std::string& keys) {
    return std::string(kNoHoldout) +
           "[corpus.models]\nperplexity = \"models\"\nreference = \"reference.bin\"\n"
           "[[source]]\nname = \"web\"\nkind = \"web\"\npath = \"in\"\nlanguage = \"en\"\n"
           "duplicates = \"none\"\n" +
           keys;
  };
  Manifest manifest = Build(recipe("keep = [\"head\"]\n"), "out");
  EXPECT_EQ(manifest.sources[0].drops.at("perplexity").documents, 14);  // 30 % of 20 are head
  for (const auto& [origin, text] : Kept("out", "web")) {
    EXPECT_TRUE(origin.starts_with("in/like")) << origin;
  }
  const auto judged = fs::last_write_time(root_ / "out/stages/judged");
  manifest = Build(recipe("min_reference = 0.5\n"), "out");
  EXPECT_EQ(fs::last_write_time(root_ / "out/stages/judged"), judged);  // a threshold costs nothing
  EXPECT_EQ(manifest.sources[0].drops.at("not_reference").documents, 10);
  EXPECT_EQ(manifest.sources[0].measures.at("perplexity").size() > 0, true);
  Write("like0.txt", Text(5000, 200, 50) + "a line without an end\n");
  manifest = Build(recipe("c4 = true\n"), "c4");
  EXPECT_EQ(manifest.sources[0].train.text.documents, 20);
  EXPECT_GE(manifest.sources[0].drops.at("c4_no_end_mark_line").documents, 1);
  EXPECT_THROW(Build("[[source]]\nname = \"a\"\npath = \"in\"\nkeep = [\"head\"]\n", "x"), Error);
  EXPECT_THROW(Build("[corpus.contamination]\nremove = true\n[[source]]\nname = \"a\"\npath = "
                     "\"in\"\n",
                     "x"),
               Error);
}

TEST_F(BuildRulesTest, TracesAndProofs) {
  for (int i = 0; i < 10; ++i) Write(fmt::format("{:02}.txt", i), Text(i, 300));
  Write("20.txt", Text(3, 300));
  Build(std::string(kNoHoldout) + "[[source]]\nname = \"t\"\npath = \"in\"\n", "out");
  const auto trace = [&](const std::string& query) {
    std::string stages;
    Trace(root_ / "out", "", query, [&](const TraceStep& step) {
      stages += step.stage + " " + step.facts.value("reason", "") + ";";
      return true;
    });
    return stages;
  };
  EXPECT_EQ(trace("in/03.txt"), "read ;judged ;corpus ;");
  EXPECT_EQ(trace("in/20.txt"), "read ;touched duplicate_document;");
  EXPECT_EQ(trace("in/99.txt"), "");
  const VerifyReport whole = VerifyCorpus(Context(1), root_ / "out", Progress::Style::kQuiet);
  EXPECT_TRUE(whole.faults.empty());
  EXPECT_FALSE(whole.without_drops);
  const fs::path shard = root_ / "out/train/t-00000.jsonl.zst";
  std::string bytes = ReadFile(shard);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  WriteFile(shard, bytes);
  const auto faults = VerifyCorpus(Context(1), root_ / "out", Progress::Style::kQuiet).faults;
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].path, "train/t-00000.jsonl.zst");
}

}  // namespace
}  // namespace cria::corpus
