// The registry of sets against the tasks that read them, and files that are, are not, or may be the
// originals.
#include "eval/sets.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/hash.h"
#include "eval/task_data.h"
#include "test_data.h"

namespace cria::eval {
namespace {

// A folder of sets that goes with the test.
class SetsTest : public testing::Test {
 protected:
  SetsTest()
      : folder_(fs::path(testing::TempDir()) / "cria_sets" /
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
  }
  ~SetsTest() override { fs::remove_all(folder_); }

  fs::path Put(const std::string& name, const std::string& bytes) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }
  SetState StateOf(const std::string& name, const std::string& bytes) {
    return CheckSetFile(folder_, Put(name, bytes));
  }

  fs::path folder_;
};

std::string Gzip(const std::string& text, const std::string& file, int level) {
  const std::string mode = "wb" + std::to_string(level);
  gzFile out = gzopen(file.c_str(), mode.c_str());
  gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  gzclose(out);
  return ReadFile(file);
}

// The files and folders that a task names, wherever in its JSON.
void CollectFiles(const Json& json, const std::string& key, std::set<std::string>* files) {
  constexpr std::string_view kKeys[] = {"files",      "examples", "labels", "folders",
                                        "statistics", "articles", "folder"};
  if (json.is_structured()) {
    for (const auto& entry : json.items()) {
      CollectFiles(entry.value(), json.is_object() ? entry.key() : key, files);
    }
  } else if (json.is_string() &&
             std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys)) {
    files->insert(json.get<std::string>());
  }
}

TEST_F(SetsTest, EveryFileOfATaskHasAnEntry) {
  std::set<std::string> wanted;
  for (const TaskFile& task : kTaskFiles) {
    CollectFiles(ParseJson(task.json, task.name), "", &wanted);
  }
  EXPECT_GT(wanted.size(), 15u);
  for (const std::string& path : wanted) {
    const auto files = KnownSetFiles();
    const bool known = std::any_of(files.begin(), files.end(), [&](const SetFile& file) {
      return file.path == path || file.path == path + ".gz" || file.path.starts_with(path + "/");
    });
    EXPECT_TRUE(known) << path;
  }
}

// The sizes that the papers and pages of the sets state.
TEST_F(SetsTest, NumbersOfRecordsAreThosePublished) {
  std::map<std::string, int64_t> mmlu;
  for (const SetFile& file : KnownSetFiles()) {
    if (file.set == "mmlu") mmlu[file.path.substr(0, file.path.rfind('/'))] += file.records;
  }
  EXPECT_EQ(mmlu, (std::map<std::string, int64_t>{
                      {"mmlu/dev", 57 * 5}, {"mmlu/test", 14042}, {"mmlu/val", 1531}}));
  const std::map<std::string, int64_t> published = {
      {"arc/ARC-Challenge-Test.jsonl", 1172},
      {"arc/ARC-Easy-Test.jsonl", 2376},
      {"boolq/dev.jsonl", 3270},
      {"copa/val.jsonl", 100},
      {"crows_pairs/crows_pairs_anonymized.csv", 1508},
      {"gsm8k/test.jsonl", 1319},
      {"gsm8k/train.jsonl", 7473},
      {"hellaswag/hellaswag_val.jsonl", 10042},
      {"humaneval/HumanEval.jsonl.gz", 164},
      {"math/test/", 5000},
      {"math/train/", 7500},
      {"mbpp/mbpp.jsonl", 974},
      {"nq_open/NQ-open.dev.jsonl", 3610},
      {"piqa/valid.jsonl", 1838},
      {"siqa/dev.jsonl", 1954},
      {"truthfulqa/mc_task.json", 817},
      {"winogender/all_sentences.tsv", 720},
      {"winogrande/dev.jsonl", 1267}};
  for (const auto& [path, records] : published) {
    const SetFile* file = FindSetFile(path);
    ASSERT_NE(file, nullptr) << path;
    EXPECT_EQ(file->records, records) << path;
  }
}

TEST_F(SetsTest, EntriesSayWhereFromAndHowTheirDigestIsKnown) {
  for (const SetFile& file : KnownSetFiles()) {
    EXPECT_TRUE(file.url.empty() || file.url.starts_with("http")) << file.path;
    EXPECT_FALSE(file.licence.empty()) << file.path;
    EXPECT_TRUE(file.sha256.empty() || file.bytes > 0) << file.path;
    const std::string line = DescribeSetFile(file);
    EXPECT_TRUE(line.starts_with(file.path + ", ")) << line;
    EXPECT_NE(line.find(file.licence), std::string::npos) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    EXPECT_NE(line.find(file.digest()), std::string::npos) << line;
  }
}

TEST_F(SetsTest, WhatNoRegistryMaySay) {
  const auto refused = [](const std::string& files, const std::string& why) {
    const std::string text = R"({"sets": [{"name": "a", "title": "A", "source": "s",
        "licence": "l", "files": )" +
                             files + "}]}";
    try {
      SetFilesFromJson(ParseJson(text, "test"), "test");
      ADD_FAILURE() << "taken: " << files;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
    }
  };
  refused(R"([{"path": "a/b", "url": "u", "sha256": "12"}])", "no SHA-256");
  refused(R"([{"path": "a/b", "url": "u"}])", "neither a digest nor a note");
  refused(R"([{"path": "b/b", "url": "u", "note": "n"}])", "folder of its set");
  refused(R"([{"path": "a/../b", "url": "u", "note": "n"}])", "folder of its set");
  refused(R"([{"path": "a/", "url": "u", "note": "n"}])", "folder of its set");
  refused(R"([{"path": "a/b", "note": "n"}])", "url");
  refused(R"([{"path": "a/b", "member": "m", "note": "n"}])", "no archive");
  refused(R"([{"path": "a/b", "url": "u", "note": "n", "bytse": 3}])", "bytse");
  refused(R"([{"path": "a/b", "url": "u", "note": "n", "records": 0}])", "above 0");
  refused(R"([{"path": "a/b", "url": "u", "note": "n"}, {"path": "a/b", "url": "v", "note": "n"}])",
          "twice");
  refused("[{\"path\": \"a/b\", \"url\": \"u\", \"sha256\": \"" + std::string(64, '0') + "\"}]",
          "how is the digest known");
}

TEST_F(SetsTest, FilesThatAreNotTheOriginals) {
  EXPECT_EQ(StateOf("gsm8k/test.jsonl", "{\"question\": \"1+1?\", \"answer\": \"#### 2\"}\n"),
            SetState::kAltered);
  EXPECT_EQ(StateOf("gsm8k/test.jsonl", ""), SetState::kAltered);
  // A digest that others have written down counts as well.
  EXPECT_EQ(StateOf("hellaswag/hellaswag_val.jsonl", "{}\n"), SetState::kAltered);
  // A known part of a set is no set.
  EXPECT_EQ(StateOf("hellaswag/hellaswag_val_1000.jsonl", "{}\n"), SetState::kAltered);
  EXPECT_EQ(StateOf("gsm8k/other.jsonl", "{}\n"), SetState::kUnknown);
  EXPECT_EQ(StateOf("math/test/algebra/1.json", "{}\n"), SetState::kUnknown);
  EXPECT_EQ(CheckSetFile(folder_ / "gsm8k", folder_ / "gsm8k/test.jsonl"), SetState::kUnknown);
  EXPECT_THROW(CheckSetFile(folder_, folder_ / "piqa/valid.jsonl"), Error);
  // What is published packed may lie unpacked, and packed in another way.
  EXPECT_EQ(StateOf("humaneval/HumanEval.jsonl", "{}\n"), SetState::kAltered);
  EXPECT_EQ(StateOf("humaneval/HumanEval.jsonl.zst", "{}\n"), SetState::kAltered);
  const std::string packed = Gzip(std::string(5000, 'x'), folder_ / "x.gz", 9);
  Put("piqa/valid.jsonl.gz", packed.substr(0, packed.size() - 6));
  EXPECT_THROW(CheckSetFile(folder_, folder_ / "piqa/valid.jsonl.gz"), Error);
}

// Without a digest, a wrong number of lines still shows a part of a set; blank lines do not count.
TEST_F(SetsTest, RecordsAreCountedWhereNoDigestIsKnown) {
  std::string lines;
  for (int i = 0; i < 1436; ++i) lines += "{}\n";
  EXPECT_EQ(StateOf("race/race_middle_test.jsonl", lines), SetState::kUnknown);
  EXPECT_EQ(StateOf("race/race_middle_test.jsonl", "\n" + lines + " \r\n"), SetState::kUnknown);
  EXPECT_EQ(StateOf("race/race_middle_test.jsonl", lines + "{}"), SetState::kAltered);
  EXPECT_EQ(StateOf("race/race_middle_test.jsonl.gz", Gzip(lines, folder_ / "x.gz", 9)),
            SetState::kUnknown);
}

TEST_F(SetsTest, OriginalsPackedUnpackedAndTouched) {
  CRIA_REQUIRE_TEST_DATA("eval/winogender/occupations-stats.tsv");
  const std::string bytes = ReadFile(TestData() / "eval/winogender/occupations-stats.tsv");
  const std::string name = "winogender/occupations-stats.tsv";
  EXPECT_EQ(StateOf(name, bytes), SetState::kOriginal);
  EXPECT_EQ(StateOf(name + ".gz", Gzip(bytes, folder_ / "x.gz", 1)), SetState::kOriginal);
  EXPECT_EQ(StateOf(name, Gzip(bytes, folder_ / "x.gz", 9)), SetState::kOriginal);
  ZstdWriter zstd(folder_ / (name + ".zst"));
  zstd.Write(bytes);
  zstd.Commit();
  EXPECT_EQ(CheckSetFile(folder_, folder_ / (name + ".zst")), SetState::kOriginal);
  // The same place by another way.
  EXPECT_EQ(CheckSetFile(folder_ / "winogender/..", folder_ / "./winogender/.." / (name + ".zst")),
            SetState::kOriginal);
  std::string touched = bytes;
  touched[touched.size() / 2] ^= 1;
  EXPECT_EQ(StateOf(name, touched), SetState::kAltered);
  EXPECT_EQ(StateOf(name + ".gz", Gzip(touched, folder_ / "x.gz", 1)), SetState::kAltered);
  EXPECT_EQ(StateOf(name, bytes + "\n"), SetState::kAltered);
  EXPECT_EQ(StateOf(name, bytes.substr(0, bytes.size() - 1)), SetState::kAltered);
}

// Of most sets the test data hold two records of three; MMLU's files are whole.
TEST_F(SetsTest, TestDataAreAlteredSetsButForMmlu) {
  CRIA_REQUIRE_TEST_DATA("eval/mmlu");
  const fs::path folder = TestData() / "eval";
  const std::set<std::string> whole = {"winogender/occupations-stats.tsv"};
  std::map<SetState, int> mmlu;
  int altered = 0;
  for (const SetFile& file : KnownSetFiles()) {
    if (file.path.ends_with('/') || !fs::exists(folder / file.path)) continue;
    const SetState state = CheckSetFile(folder, folder / file.path);
    if (file.set == "mmlu") {
      ++mmlu[state];
      continue;
    }
    EXPECT_EQ(state, whole.contains(file.path) ? SetState::kOriginal : SetState::kAltered)
        << file.path;
    altered += state == SetState::kAltered;
  }
  EXPECT_EQ(mmlu, (std::map<SetState, int>{{SetState::kOriginal, 3 * 38}}));
  EXPECT_GT(altered, 20);
}

}  // namespace
}  // namespace cria::eval
