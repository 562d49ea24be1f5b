// Whole builds on small folders: same bytes for any thread count, skips, drops, interruptions, bad
// input.
#include "corpus/build.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/utf8.h"

namespace cria::corpus {
namespace {

class BuildTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) /
            ("build_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(root_);
    fs::create_directories(root_ / "in");
  }
  void TearDown() override { SetInterruptRequested(false); }

  static std::string Story(int n) {
    const char* names[] = {"Anna", "Bert", "Carla", "Dora", "Emil"};
    const char* things[] = {"a boat", "the old mill", "seven apples", "her brother", "a letter"};
    std::string text;
    for (int i = 0; i < 12; ++i) {
      text += std::string(names[(n + i) % 5]) + " went out on day " +
              std::to_string(n * 31 + i * 7) + " and found " + things[(n * 3 + i) % 5] +
              " near house " + std::to_string(n + i) + ".\n";
      if (i % 4 == 3) text += "\n";
    }
    return text;
  }

  void Write(const std::string& name, const std::string& bytes) {
    fs::create_directories((root_ / "in" / name).parent_path());
    WriteFile(root_ / "in" / name, bytes);
  }

  void WriteStories(int n) {
    for (int i = 0; i < n; ++i) {
      Write("stories/" + std::to_string(i) + ".txt", Story(i));
      Write("pages/" + std::to_string(i) + ".html", "<h1>Page</h1><p>" + Story(1000 + i) + "</p>");
    }
    std::string lines;
    for (int i = 0; i < n; ++i) lines += Json({{"text", Story(2000 + i)}}).dump() + "\n";
    Write("lines/all.jsonl", lines);
  }

  Recipe StoryRecipe() const {
    return ParseRecipe(
        "[corpus.holdout]\nshare = 0.1\nmin_bytes = 2000\nmax_bytes = 9000\n"
        "[[source]]\nname = \"stories\"\nkind = \"books\"\npath = \"in/stories\"\nlanguage = "
        "\"en\"\n"
        "[[source]]\nname = \"pages\"\nkind = \"pages\"\npath = \"in/pages\"\nweight = 2\n"
        "[[source]]\nname = \"lines\"\npath = \"in/lines\"\n",
        root_, "r.toml");
  }

  Manifest Build(const Recipe& recipe, const std::string& out, int threads = 2,
                 bool force = false) {
    return BuildCorpus(Context(threads), recipe, root_ / out,
                       {root_ / "cache", Progress::Style::kQuiet, force, "t"});
  }

  fs::path root_;
};

TEST_F(BuildTest, FoldersToShards) {
  WriteStories(60);
  const Manifest manifest = Build(StoryRecipe(), "out");
  ASSERT_EQ(manifest.sources.size(), 3u);
  for (const SourceInfo& source : manifest.sources) {
    EXPECT_EQ(source.read.documents, 60);
    EXPECT_GT(source.holdout.text.documents, 1);
    int64_t documents = 0, bytes = 0;
    for (const Split split : {Split::kTrain, Split::kHoldout}) {
      ForEachDocument(root_ / "out", split, source.name, [&](const Document& document) {
        EXPECT_TRUE(IsValidUtf8(document.text));
        EXPECT_EQ(document.source, source.name);
        EXPECT_EQ(document.id.size(), 32u);
        ++documents;
        bytes += static_cast<int64_t>(document.text.size());
        return true;
      });
    }
    EXPECT_EQ(documents, source.train.text.documents + source.holdout.text.documents);
    EXPECT_EQ(bytes, source.train.text.bytes + source.holdout.text.bytes);
  }
  const Manifest back = ReadManifest(root_ / "out");
  EXPECT_EQ(back.digest, manifest.digest);
  EXPECT_EQ(back.sources[1].train.sha256, manifest.sources[1].train.sha256);
  EXPECT_EQ(back.inputs.size(), 3u);
}

TEST_F(BuildTest, SameBytesForAnyThreadCount) {
  WriteStories(40);
  Write("stories/latin1.txt",
        "Gr\xfc\xdf"
        "e aus K\xf6ln. " +
            Story(5000));
  Build(StoryRecipe(), "one", 1);
  Build(StoryRecipe(), "two", 2);
  for (const char* name : {"train/stories.jsonl.zst", "holdout/stories.jsonl.zst",
                           "train/pages.jsonl.zst", "train/lines.jsonl.zst", "manifest.json"}) {
    EXPECT_EQ(ReadFile(root_ / "one" / name), ReadFile(root_ / "two" / name)) << name;
  }
}

TEST_F(BuildTest, NeverRemovesFilesOfOthers) {
  WriteStories(30);
  fs::create_directories(root_ / "out/train");
  WriteFile(root_ / "out/train/mine.jsonl.zst", "precious");
  EXPECT_THROW(Build(StoryRecipe(), "out"), Error);  // no corpus of ours stands there
  EXPECT_EQ(ReadFile(root_ / "out/train/mine.jsonl.zst"), "precious");
  Build(StoryRecipe(), "ours");
  WriteFile(root_ / "ours/train/mine.jsonl.zst", "precious");
  Write("stories/0.txt", Story(9999));
  Build(StoryRecipe(), "ours");
  EXPECT_EQ(ReadFile(root_ / "ours/train/mine.jsonl.zst"), "precious");
}

TEST_F(BuildTest, NamesOfFilesMayBeAnyBytes) {
  WriteStories(30);
  Write("stories/caf\xe9.txt", Story(7777));
  const Manifest manifest = Build(StoryRecipe(), "out");
  EXPECT_EQ(manifest.sources[0].read.documents, 31);
}

TEST_F(BuildTest, LinksInACircleAreNoFiles) {
  WriteStories(30);
  fs::create_symlink("circle", root_ / "in/stories/circle");
  EXPECT_EQ(Build(StoryRecipe(), "out").sources[0].read.documents, 30);
}

// A paragraph of a document that goes as too short is not "seen": its next copy stays.
TEST_F(BuildTest, DeduplicationLosesNoText) {
  WriteStories(30);
  const std::string
      shared = Story(500),
      only =
          "This paragraph is the only one of its kind, and it "
          "is long enough to be compared with the others that stand in the same corpus.\n";
  Write("stories/a.txt", shared);
  Write("stories/b.txt", shared + "\n" + only);
  Write("stories/c.txt", Story(501) + "\n" + only);
  Build(StoryRecipe(), "out");
  int found = 0;
  for (const Split split : {Split::kTrain, Split::kHoldout}) {
    ForEachDocument(root_ / "out", split, "stories", [&](const Document& document) {
      found += document.text.find("only one of its kind") != std::string::npos;
      return true;
    });
  }
  EXPECT_EQ(found, 1);
}

TEST_F(BuildTest, CompanionFilesAreInTheDigest) {
  WriteStories(30);
  const Recipe recipe = ParseRecipe(
      "[[source]]\nname = \"stories\"\nkind = \"books\"\npath = \"in/stories\"\n"
      "files = [\"*.txt\"]\n",
      root_, "r.toml");
  Write("stories/0.index", "one");
  const std::string before = Build(recipe, "out").digest;
  Write("stories/0.index", "two");
  EXPECT_NE(Build(recipe, "out").digest, before);
}

TEST_F(BuildTest, SkipsWhenNothingChanged) {
  WriteStories(30);
  Build(StoryRecipe(), "out");
  const auto time = fs::last_write_time(root_ / "out/manifest.json");
  Build(StoryRecipe(), "out");
  EXPECT_EQ(fs::last_write_time(root_ / "out/manifest.json"), time);
  Write("stories/0.txt", Story(9999));
  Build(StoryRecipe(), "out");
  EXPECT_NE(fs::last_write_time(root_ / "out/manifest.json"), time);
  // A lost shard is noticed.
  fs::remove(root_ / "out/train/pages.jsonl.zst");
  Build(StoryRecipe(), "out");
  EXPECT_TRUE(fs::exists(root_ / "out/train/pages.jsonl.zst"));
}

TEST_F(BuildTest, DropsAreCountedByReason) {
  WriteStories(30);
  Write("stories/copy.txt", Story(3));
  Write("stories/short.txt", "Too short.");
  Write("stories/binary.bin.txt", std::string("\0\1\2", 3));
  Write("stories/cut.txt.gz", "\x1f\x8b\x08 damaged");
  Write("stories/picture.png", "png");
  const Manifest manifest = Build(StoryRecipe(), "out");
  const auto& drops = manifest.sources[0].drops;
  EXPECT_EQ(drops.at("duplicate_document").documents, 1);
  EXPECT_EQ(drops.at("too_short").documents, 1);
  EXPECT_EQ(drops.at("binary").documents, 1);
  EXPECT_EQ(drops.at("damaged_file").documents, 1);
  EXPECT_EQ(drops.at("unknown_format").documents, 1);
}

TEST_F(BuildTest, BadInputIsAClearError) {
  WriteStories(5);
  const auto fault = [&](const std::string& recipe) -> std::string {
    try {
      Build(ParseRecipe(recipe, root_, "r.toml"), "bad");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(fault("[[source]]\nname=\"a\"\npath=\"none\"").find("no such file"), std::string::npos);
  fs::create_directories(root_ / "empty");
  EXPECT_NE(fault("[[source]]\nname=\"a\"\npath=\"empty\"").find("no file to read"),
            std::string::npos);
  WriteFile(root_ / "empty/x.txt", "");
  EXPECT_NE(fault("[[source]]\nname=\"a\"\npath=\"empty\"").find("no text is left"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(root_ / "bad/manifest.json"));
  EXPECT_THROW(ReadManifest(root_ / "bad"), Error);

  WriteFile(root_ / "mine.txt", "x");
  EXPECT_THROW(Build(StoryRecipe(), "mine.txt"), Error);
  EXPECT_THROW(Build(StoryRecipe(), "in"), Error);  // a folder that holds something else
  if (geteuid() != 0) {
    fs::permissions(root_ / "in/stories/0.txt", fs::perms::none);
    EXPECT_THROW(Build(StoryRecipe(), "unreadable"), Error);
  }
}

TEST_F(BuildTest, InterruptLeavesNoManifest) {
  WriteStories(20);
  SetInterruptRequested(true);
  EXPECT_THROW(Build(StoryRecipe(), "out"), Interrupted);
  EXPECT_FALSE(fs::exists(root_ / "out/manifest.json"));
  SetInterruptRequested(false);
  EXPECT_EQ(Build(StoryRecipe(), "out").sources.size(), 3u);
}

TEST_F(BuildTest, LanguagesAreLearnedAndStrangersDropped) {
  const auto german = [](int n) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
      text += "Am Tag " + std::to_string(n * 31 + i * 7) + " ging der Bäcker Nummer " +
              std::to_string(n + i) +
              " hinaus und fand in der Nähe des alten Hauses einen Brief seiner Schwester.\n";
    }
    return text;
  };
  for (int i = 0; i < 60; ++i) {
    Write("de/" + std::to_string(i) + ".txt", german(i));
    Write("en/" + std::to_string(i) + ".txt", Story(i));
    Write("unknown/" + std::to_string(i) + ".txt", i % 2 == 0 ? german(500 + i) : Story(500 + i));
  }
  Write("de/stranger.txt", Story(777));
  const Recipe recipe = ParseRecipe(
      "[[source]]\nname = \"known\"\nlanguage = \"path\"\nfiles = [\"{de,en}/*\"]\npath = \"in\"\n"
      "[[source]]\nname = \"unknown\"\npath = \"in/unknown\"\n",
      root_, "r.toml");
  const Manifest manifest = Build(recipe, "out");
  EXPECT_EQ(manifest.sources[0].drops.at("language_mismatch").documents, 1);
  int64_t wrong = 0, all = 0;
  ForEachDocument(root_ / "out", Split::kTrain, "unknown", [&](const Document& document) {
    wrong += document.language != (document.text.starts_with("Am Tag") ? "de" : "en");
    return ++all > 0;
  });
  EXPECT_GT(all, 40);
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(manifest.language_id["accuracy"].get<double>(), 0.95);
}

}  // namespace
}  // namespace cria::corpus
