// Two writers of one place, rests of killed ones, files of the user's beside, pipes and devices.
#include "base/staging.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "base/compressed_file.h"
#include "base/displaced.h"
#include "base/error.h"
#include "base/staged_folder.h"

namespace cria {
namespace {

class StagingTest : public testing::Test {
 protected:
  StagingTest() {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~StagingTest() override { fs::remove_all(root_); }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(root_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  const fs::path root_ = fs::path(testing::TempDir()) / "cria_staging_test";
  const fs::path file_ = root_ / "m.gguf";
};

using Strings = std::vector<std::string>;

TEST_F(StagingTest, TheSecondWriterOfAFileIsRefused) {
  AtomicFile first(file_);
  first.Write("first");
  EXPECT_THROW(AtomicFile{file_}, Error);
  EXPECT_THROW(AtomicFile(file_, std::chrono::milliseconds(20)), Error);
  AtomicFile moved(std::move(first));
  EXPECT_THROW(AtomicFile{file_}, Error);
  moved.Commit();
  EXPECT_EQ(ReadFile(file_), "first");
  AtomicFile next(file_);
  next.Write("next");
  next.Commit();
  EXPECT_EQ(ReadFile(file_), "next");
  EXPECT_EQ(Names(), Strings{"m.gguf"});
}

TEST_F(StagingTest, SmallFilesWaitForEachOther) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i)
        WriteFile(file_, std::string(100000, static_cast<char>('a' + t)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = ReadFile(file_);
  EXPECT_EQ(text, std::string(100000, text[0]));
  EXPECT_EQ(Names(), Strings{"m.gguf"});
}

TEST_F(StagingTest, WhatAKilledWriterLeftIsTakenAndTheUsersFilesStay) {
  WriteFile(file_.string() + ".tmp", "the user's");
  WriteFile(StagingName(file_), "a longer rest of one that was killed");
  WriteFile(file_, "new");
  EXPECT_EQ(ReadFile(file_), "new");
  EXPECT_EQ(ReadFile(file_.string() + ".tmp"), "the user's");
  EXPECT_EQ(Names(), (Strings{"m.gguf", "m.gguf.tmp"}));
}

TEST_F(StagingTest, WhatCannotBeReplacedIsRefusedBeforeTheWork) {
  fs::create_directories(file_);
  EXPECT_THROW(AtomicFile{file_}, Error);
  EXPECT_THROW(AtomicFile{"/dev/null"}, Error);
  EXPECT_THROW(AtomicFile{root_ / "absent" / "m.gguf"}, Error);
  EXPECT_EQ(Names(), Strings{"m.gguf"});
  WriteFile("/dev/null", "nobody reads this");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(StagingTest, ALinkStaysALink) {
  const fs::path link = root_ / "link";
  WriteFile(file_, "old");
  fs::create_symlink("m.gguf", link);
  WriteFile(link, "new");
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(ReadFile(file_), "new");
}

TEST_F(StagingTest, TheSecondWriterOfAFolderIsRefused) {
  fs::create_directories(file_.string() + ".tmp");
  WriteFile(file_.string() + ".tmp/notes", "the user's");
  fs::create_directories(StagingName(file_));
  WriteFile(StagingName(file_) / "rest", "of one that was killed");
  {
    StagedFolder first(file_, false);
    EXPECT_THROW(StagedFolder(file_, true), Error);
    WriteFile(first.path() / "a", "1");
    first.Commit();
    EXPECT_THROW(StagedFolder(file_, false), Error);
  }
  EXPECT_EQ(ReadFile(file_ / "a"), "1");
  EXPECT_FALSE(fs::exists(file_ / "rest"));
  {
    StagedFolder again(file_, true);
    WriteFile(again.path() / "b", "2");
    again.Commit();
  }
  EXPECT_EQ(ReadFile(file_ / "b"), "2");
  EXPECT_FALSE(fs::exists(file_ / "a"));
  { const StagedFolder given_up(file_, true); }
  EXPECT_EQ(ReadFile(file_ / "b"), "2");
  EXPECT_EQ(Names(), (Strings{"m.gguf", "m.gguf.tmp"}));
  WriteFile(root_ / "file", "");
  EXPECT_THROW(StagedFolder(root_ / "file", true), Error);
}

TEST_F(StagingTest, WhatCameMeanwhileIsNotReplaced) {
  StagedFolder folder(file_, false);
  fs::create_directories(file_);
  WriteFile(file_ / "theirs", "");
  EXPECT_THROW(folder.Commit(), Error);
  EXPECT_TRUE(fs::exists(file_ / "theirs"));
}

// A file system that does not exchange folders, and a death between its two steps.
TEST_F(StagingTest, AFolderIsDisplacedAndGivenBack) {
  const fs::path target = root_ / "model", fresh = StagingName(target);
  const auto make = [](const fs::path& folder, const std::string& text) {
    fs::create_directories(folder);
    WriteFile(folder / "a", text);
  };
  make(target, "old");
  make(fresh, "new");
  Displace(fresh, target);
  EXPECT_EQ(ReadFile(target / "a"), "new");
  EXPECT_EQ(Names(), Strings{"model"});
  fs::rename(target, target.string() + kDisplacedEnding);
  EXPECT_THROW(StagedFolder(target, false), Error) << "it was there all the time";
  EXPECT_EQ(ReadFile(target / "a"), "new");
  EXPECT_EQ(Names(), Strings{"model"});
  fs::rename(target, target.string() + kDisplacedEnding);
  {
    StagedFolder next(target, true);
    WriteFile(next.path() / "a", "next");
    next.Commit();
  }
  EXPECT_EQ(ReadFile(target / "a"), "next");
  EXPECT_EQ(Names(), Strings{"model"});
}

// The lock of one that was removed between opening and locking holds nothing.
TEST_F(StagingTest, ALockIsOfWhatHasTheName) {
  FileLock first(file_);
  EXPECT_THROW(FileLock{file_}, Error);
  fs::remove(file_);
  FileLock second(file_);
  EXPECT_THROW(FileLock{file_}, Error);
}

TEST_F(StagingTest, PipesAreReadToTheirEnd) {
  const fs::path pipe = root_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string text;
  for (int i = 0; i < 30000; ++i) text += std::to_string(i) + "\n";
  const auto feed = [&](const auto& read) {
    std::thread writer([&] { WriteFile(pipe, text); });
    read();
    writer.join();
  };
  feed([&] { EXPECT_EQ(ReadFile(pipe), text); });
  feed([&] { EXPECT_EQ(TextReader(pipe).ReadAll(), text); });
  feed([&] {
    MappedFile file(pipe);
    const MappedFile moved(std::move(file));
    EXPECT_EQ(moved.text(), text);
    EXPECT_TRUE(moved.Holds(moved.bytes().subspan(5)));
    moved.LetGo(moved.bytes());
    EXPECT_EQ(moved.text(), text);
  });
}

}  // namespace
}  // namespace cria
