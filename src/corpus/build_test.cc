// Whole builds on small folders: same bytes for any thread count, skips, drops, interruptions, bad
// input.
#include "corpus/build.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/utf8.h"
#include "comm/local_ranks.h"
#include "corpus/trace.h"

namespace cria::corpus {
namespace {

class BuildTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) /
            ("build_" + std::to_string(getpid()) + "_" +
             testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    fs::create_directories(root_ / "in");
  }
  void TearDown() override {
    SetInterruptRequested(false);
    fs::remove_all(root_);
  }

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
        "\"en\"\noverlap = 0\nduplicates = \"paragraphs\"\n"  // they are much alike
        "[[source]]\nname = \"pages\"\nkind = \"pages\"\npath = \"in/pages\"\nweight = 2\n"
        "[[source]]\nname = \"lines\"\npath = \"in/lines\"\n",
        root_, "r.toml");
  }

  Manifest Build(const Recipe& recipe, const std::string& out, int threads = 2,
                 bool force = false) {
    BuildOptions options;
    options.cache_dir = root_ / "cache";
    options.force = force;
    options.program_version = "t";
    return BuildCorpus(Context(threads), recipe, root_ / out, options);
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
  EXPECT_EQ(back.sources[1].train.shards.at(0).sha256,
            manifest.sources[1].train.shards.at(0).sha256);
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
  for (const char* name :
       {"train/stories-00000.jsonl.zst", "holdout/stories-00000.jsonl.zst",
        "train/pages-00000.jsonl.zst", "train/lines-00000.jsonl.zst", "manifest.json"}) {
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

// A changed threshold, a new file: what was read and judged before is used again.
TEST_F(BuildTest, DoesOnlyWhatIsNew) {
  WriteStories(30);
  Recipe recipe = StoryRecipe();
  Build(recipe, "out");
  const auto times = [&](const char* stage) {
    std::map<std::string, fs::file_time_type> found;
    for (const auto& entry : fs::directory_iterator(root_ / "out/stages" / stage)) {
      found[entry.path().filename().string()] = entry.last_write_time();
    }
    return found;
  };
  const auto texts = times("texts"), judged = times("judged");
  EXPECT_EQ(texts.size(), 12u);   // of three parts: documents, drops, fates, record
  EXPECT_EQ(judged.size(), 15u);  // and attributes
  recipe.filters.near_copy_share = 0.2;
  recipe.holdout.min_bytes = 3000;
  Build(recipe, "out");
  EXPECT_EQ(times("texts"), texts);
  EXPECT_EQ(times("judged"), judged);
  Write("stories/new.txt", Story(4321));
  Build(recipe, "out");
  int kept = 0;
  for (const auto& [name, time] : times("texts")) {
    kept += texts.contains(name) && texts.at(name) == time;
  }
  EXPECT_EQ(kept, 8);
  EXPECT_EQ(times("judged").size(), 15u);  // those of before are gone
  Build(recipe, "fresh");
  EXPECT_EQ(ReadFile(root_ / "out/train/stories-00000.jsonl.zst"),
            ReadFile(root_ / "fresh/train/stories-00000.jsonl.zst"));
}

// Whatever is held in memory and whoever reads which file.
TEST_F(BuildTest, SameBytesForAnyMemoryAndRanks) {
  WriteStories(40);
  for (int i = 0; i < 10; ++i) {
    Write("stories/again" + std::to_string(i) + ".txt", Story(i) + "\n" + Story(900 + i));
  }
  const auto build = [&](const std::string& out, int64_t memory_bytes, const Team& team) {
    BuildOptions options;
    options.cache_dir = root_ / "cache";
    options.program_version = "t";
    options.memory_bytes = memory_bytes;
    options.team = team;
    options.part_bytes = 3000;  // parts of a few files, and several shards of a source
    options.shard_bytes = 9000;
    BuildCorpus(Context(1), StoryRecipe(), root_ / out, options);
  };
  build("alone", int64_t{1} << 30, {});
  build("spilled", 100, {});
  for (const int ranks : {2, 4}) {
    comm::RunRanks(
        ranks, [&](comm::Communicator& own) { build("on" + std::to_string(ranks), 1000, {&own}); });
  }
  for (const char* other : {"spilled", "on2", "on4"}) {
    for (const char* name : {"train/stories-00000.jsonl.zst", "holdout/stories-00000.jsonl.zst",
                             "train/pages-00000.jsonl.zst", "dropped/stories.jsonl.zst",
                             "train/lines-00000.jsonl.zst", "manifest.json"}) {
      EXPECT_EQ(ReadFile(root_ / "alone" / name), ReadFile(root_ / other / name)) << other << name;
    }
  }
  const Manifest manifest = ReadManifest(root_ / "alone");
  EXPECT_GT(manifest.sources[0].train.shards.size(), 2u);
  EXPECT_GT(manifest.sources[0].drops.at("duplicate_paragraph").documents, 20);
}

// Cut off while the shards are moved to their places.
TEST_F(BuildTest, GoesOnFromAnyMoveOfTheEnd) {
  WriteStories(30);
  Build(StoryRecipe(), "whole");
  for (const char* moved : {"train/stories-00000.jsonl.zst", "holdout/pages-00000.jsonl.zst",
                            "dropped/stories.jsonl.zst", "fates/lines-00000.jsonl.zst"}) {
    fs::remove_all(root_ / "out");
    Build(StoryRecipe(), "out");
    // As if all of it were still in the staging folder, but for one file.
    const fs::path out = root_ / "out", staging = out / ".build.tmp";
    fs::create_directories(staging);
    WriteFile(staging / "digest", ReadManifest(out).digest);
    for (const char* folder : {"train", "holdout", "dropped", "fates"}) {
      fs::rename(out / folder, staging / folder);
    }
    fs::create_directories((out / moved).parent_path());
    fs::rename(staging / moved, out / moved);
    fs::remove(out / "manifest.json");
    Build(StoryRecipe(), "out");
    EXPECT_EQ(ReadFile(out / "manifest.json"), ReadFile(root_ / "whole/manifest.json")) << moved;
    EXPECT_EQ(ReadFile(out / moved), ReadFile(root_ / "whole" / moved));
  }
}

TEST_F(BuildTest, RemovesNothingOfOthers) {
  WriteStories(20);
  Write("texts/mine.txt", "precious");
  BuildOptions options;
  options.cache_dir = root_ / "cache";
  options.work_dir = root_ / "in";  // holds something else
  EXPECT_THROW(BuildCorpus(Context(1), StoryRecipe(), root_ / "out", options), Error);
  options.work_dir = root_ / "kept";
  options.keep_work = false;
  BuildCorpus(Context(1), StoryRecipe(), root_ / "out", options);
  EXPECT_FALSE(fs::exists(root_ / "kept"));
  options.keep_work = true;
  BuildCorpus(Context(1), StoryRecipe(), root_ / "again", options);
  WriteFile(root_ / "kept/texts/mine.txt", "precious");
  Write("stories/0.txt", Story(9999));
  BuildCorpus(Context(1), StoryRecipe(), root_ / "again", options);
  EXPECT_TRUE(fs::exists(root_ / "kept/texts/mine.txt"));
  EXPECT_EQ(ReadFile(root_ / "in/texts/mine.txt"), "precious");
  EXPECT_THROW(Build(StoryRecipe(), "in/stories/out"), Error);  // within an input
  WriteFile(root_ / "again/manifest.json", "{\"format\": \"cria corpus\", \"version\": 1}");
  EXPECT_EQ(Build(StoryRecipe(), "again").sources.size(), 3u);  // an older corpus is replaced
}

TEST_F(BuildTest, TwoSourcesMayTakeTheSameFiles) {
  WriteStories(20);
  const Manifest manifest = Build(
      ParseRecipe("[[source]]\nname = \"one\"\npath = \"in/stories\"\n"
                  "[[source]]\nname = \"two\"\npath = \"in/stories\"\nduplicates = \"none\"\n",
                  root_, "r.toml"),
      "out");
  EXPECT_EQ(manifest.sources[0].read.documents, 20);
  EXPECT_EQ(manifest.sources[1].read.documents, 20);
}

TEST_F(BuildTest, DroppedDocumentsCanBeLookedAt) {
  WriteStories(30);
  Write("stories/copy.txt", Story(3));
  Write("stories/short.txt", "Too short.");
  Build(StoryRecipe(), "out");
  std::map<std::string, std::string> samples;
  DocumentReader reader(root_ / "out" / DroppedName("stories"));
  Document document;
  while (reader.Next(&document)) {
    samples[document.meta["reason"].get<std::string>()] = document.text;
  }
  EXPECT_EQ(samples.at("too_short"), "Too short.");
  EXPECT_EQ(samples.at("duplicate_document") + "\n\n", Story(3));
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
  fs::remove(root_ / "out/train/pages-00000.jsonl.zst");
  Build(StoryRecipe(), "out");
  EXPECT_TRUE(fs::exists(root_ / "out/train/pages-00000.jsonl.zst"));
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

// What a reader loses can be looked at like what a rule drops, and its fate says where it stood.
TEST_F(BuildTest, LossesOfReadersHaveSamplesAndFates) {
  WriteStories(30);
  Write("lines/more.jsonl", "{\"text\": 5}\n{\"text\": \"" + std::string(200, 'x') + "\"}\n");
  const Manifest manifest = Build(StoryRecipe(), "out");
  EXPECT_EQ(manifest.sources[2].drops.at("damaged_line").documents, 1);
  DocumentReader reader(root_ / "out" / DroppedName("lines"));
  Document sample;
  while (reader.Next(&sample) && sample.meta["reason"] != "damaged_line") {
  }
  EXPECT_EQ(sample.text, "{\"text\": 5}");
  EXPECT_EQ(sample.source, "lines");
  EXPECT_EQ(sample.meta["origin"], "lines/more.jsonl#line 1");
  EXPECT_EQ(sample.meta["why"], "lines/more.jsonl:1 is no JSON object with a text");
  std::vector<TraceStep> steps;
  Trace(root_ / "out", "", sample.id, [&](const TraceStep& step) {
    steps.push_back(step);
    return true;
  });
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].stage, "lost");
  EXPECT_EQ(steps[0].facts["file"], "lines/more.jsonl");
  EXPECT_EQ(steps[0].facts["part"], "line 1");
  EXPECT_TRUE(VerifyCorpus(Context(1), root_ / "out", Progress::Style::kQuiet).faults.empty());
}

// A file that is written to while its contents are hashed ends the build with a message.
// The kernel's own files are longer than they say, as one is that somebody writes to.
TEST_F(BuildTest, AFileThatChangesMeanwhileIsAnError) {
  const Recipe recipe = ParseRecipe(
      "[[source]]\nname = \"a\"\npath = \"/proc/version\"\nreader = \"text\"\n", root_, "r.toml");
  std::string said;
  try {
    CorpusDigest(Context(1), recipe, {});
  } catch (const Error& error) {
    said = error.what();
  }
  EXPECT_NE(said.find("changed while it was read"), std::string::npos) << said;
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
  // One that gives nothing beside one that does is reported, and the rest is built.
  std::string story;
  for (int i = 0; i < 60; ++i) {
    story +=
        fmt::format("In the year {} the people of the village built another bridge.\n\n", 1700 + i);
  }
  fs::create_directories(root_ / "told");
  WriteFile(root_ / "told/y.txt", story);
  EXPECT_EQ(fault("[[source]]\nname=\"a\"\npath=\"empty\"\n"
                  "[[source]]\nname=\"b\"\nkind=\"books\"\npath=\"told\""),
            "");
  const Manifest built = ReadManifest(root_ / "bad");
  EXPECT_EQ(built.sources[0].train.text.documents, 0);
  EXPECT_GT(built.sources[1].train.text.documents, 0);
  fs::remove_all(root_ / "bad");
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
  // The template of a site says "de" on pages in other languages.
  const auto page = [](const std::string& text) {
    return "<html lang=\"de\"><body><main><h1>Titel</h1><p>" + text + "</p></main></body></html>";
  };
  for (int i = 0; i < 8; ++i) {
    Write("site/" + std::to_string(i) + ".html", page(Story(900 + i)));
  }
  const Recipe recipe = ParseRecipe(
      "[[source]]\nname = \"site\"\nkind = \"web\"\nlanguages = [\"en\"]\npath = \"in/site\"\n"
      "[[source]]\nname = \"known\"\nlanguage = \"path\"\nfiles = [\"{de,en}/*\"]\npath = \"in\"\n"
      "[[source]]\nname = \"unknown\"\npath = \"in/unknown\"\n",
      root_, "r.toml");
  const Manifest manifest = Build(recipe, "out");
  EXPECT_EQ(manifest.sources[1].drops.at("language_mismatch").documents, 1);
  EXPECT_FALSE(manifest.sources[0].drops.contains("language_mismatch"));
  EXPECT_GT(manifest.sources[0].train.languages.at("en").documents, 0);
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
