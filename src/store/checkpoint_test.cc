// Round trips, thread counts, version 1, flipped bits, cuts, lying manifests, failed writes;
// checkpoint_blocks_test.cc has tensors of many blocks and many ranks.
#include "store/checkpoint.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "base/error.h"
#include "base/random.h"
#include "store/manifest.h"
#include "store/test_folder.h"

namespace cria::store {
namespace {

std::vector<float> Values(int64_t n, uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kTest);
  std::vector<float> values(n);
  for (float& value : values) value = static_cast<float>(random.NextNormal());
  return values;
}

struct Saved {
  std::vector<float> a = Values(7 * 33, 1), b = Values(5, 2), m = Values(7 * 33, 3);

  void Write(const fs::path& directory, int step) const {
    CheckpointWriter writer(directory);
    writer.AddFloats("weights/layers.0.a", {7, 33}, a);
    writer.AddFloats("weights/b", {5}, b);
    writer.AddFloats("adam_m/layers.0.a", {7, 33}, m);
    writer.AddFile("tokenizer.model", "not a real one");
    writer.Commit(Context(2), {{"dim", 33}}, {{"step", step}});
  }
};

void ExpectValues(const TensorSet& tensors, const std::string& name,
                  const std::vector<float>& want) {
  std::vector<float> got(want.size());
  ReadAsFloat(Context(2), tensors.Get(name), got);
  EXPECT_EQ(got, want) << name;
}

TEST(CheckpointTest, RoundTrip) {
  TestFolder folder;
  const Saved saved;
  saved.Write(folder / "c", 12);
  EXPECT_FALSE(fs::exists(folder / "c.cria.tmp"));
  const Checkpoint c = OpenCheckpoint(folder / "c");
  c.tensors.Verify(Context(2));
  EXPECT_EQ(c.state["step"], 12);
  EXPECT_EQ(c.config["dim"], 33);
  ASSERT_EQ(c.tensors.tensors().size(), 3u);
  ExpectValues(c.tensors, "weights/layers.0.a", saved.a);
  ExpectValues(c.tensors, "weights/b", saved.b);
  ExpectValues(c.tensors, "adam_m/layers.0.a", saved.m);
  for (const NamedTensor& tensor : c.tensors.tensors()) {
    const auto view = ContiguousView(tensor);
    ASSERT_TRUE(view);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(view->bytes.data()) % 64, 0u);
  }
  EXPECT_EQ(ReadFile(folder / "c/tokenizer.model"), "not a real one");
}

TEST(CheckpointTest, WeightsAloneSuffice) {
  TestFolder folder;
  const Saved saved;
  saved.Write(folder / "c", 1);
  fs::remove(folder / "c/adam_m.bin");
  const Checkpoint c = OpenCheckpoint(folder / "c", "weights");
  EXPECT_EQ(c.tensors.tensors().size(), 2u);
  ExpectValues(c.tensors, "weights/b", saved.b);
  EXPECT_THROW(OpenCheckpoint(folder / "c"), Error);
}

TEST(CheckpointTest, SameBytesForAnyThreadCount) {
  TestFolder folder;
  const Saved saved;
  saved.Write(folder / "c", 1);
  const std::string first = ReadFile(folder / "c/manifest.json");
  saved.Write(folder / "c", 1);  // over the old one
  EXPECT_EQ(ReadFile(folder / "c/manifest.json"), first);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(CheckpointTest, EveryFlippedBitOfTensorsIsFound) {
  TestFolder folder;
  const Saved saved;
  saved.Write(folder / "c", 1);
  for (const size_t offset : {size_t{0}, size_t{500}, size_t{7 * 33 * 4 - 1}, size_t{960}}) {
    FlipBit(folder / "c/weights.bin", offset);
    const Checkpoint c = OpenCheckpoint(folder / "c");
    const std::string message = MessageOf<Error>([&] { c.tensors.Verify(Context(2)); });
    EXPECT_NE(message.find("weights.bin"), std::string::npos) << message;
    EXPECT_NE(message.find(offset < 960 ? "weights/layers.0.a" : "weights/b"), std::string::npos)
        << message;
    FlipBit(folder / "c/weights.bin", offset);
  }
}

TEST(CheckpointTest, EveryFlippedBitOfTheManifestIsFound) {
  TestFolder folder;
  Saved().Write(folder / "c", 1);
  const std::string good = ReadFile(folder / "c/manifest.json");
  for (size_t offset = 0; offset < good.size(); ++offset) {
    std::string bad = good;
    bad[offset] ^= 1;
    WriteFile(folder / "m.json", bad);
    EXPECT_THROW(ReadManifest(folder / "m.json"), Error) << offset;
  }
  for (size_t size = 0; size < good.size(); ++size) {
    WriteFile(folder / "m.json", good.substr(0, size));
    EXPECT_THROW(ReadManifest(folder / "m.json"), Error) << size;
  }
}

TEST(CheckpointTest, CutAndMissingFilesAreNamed) {
  TestFolder folder;
  Saved().Write(folder / "c", 1);
  fs::resize_file(folder / "c/weights.bin", 900);
  std::string message = MessageOf<Error>([&] { OpenCheckpoint(folder / "c"); });
  EXPECT_NE(message.find("weights.bin"), std::string::npos);
  EXPECT_NE(message.find("cut short"), std::string::npos);
  fs::remove(folder / "c/weights.bin");
  message = MessageOf<Error>([&] { OpenCheckpoint(folder / "c"); });
  EXPECT_NE(message.find("missing"), std::string::npos);
  Saved().Write(folder / "d", 1);
  FlipBit(folder / "d/tokenizer.model", 3);
  message = MessageOf<Error>([&] { OpenCheckpoint(folder / "d", "weights"); });
  EXPECT_NE(message.find("tokenizer.model"), std::string::npos);
}

TEST(CheckpointTest, ManifestsThatLieAreRefused) {
  TestFolder folder;
  Saved().Write(folder / "c", 1);
  const Manifest good = ReadManifest(folder / "c/manifest.json");
  const auto refused = [&](auto change) {
    Manifest manifest = good;
    change(&manifest);
    WriteFile(folder / "c/manifest.json", FormatManifest(manifest));
    EXPECT_THROW(OpenCheckpoint(folder / "c"), Error);
  };
  refused([](Manifest* m) { m->tensors[0].offset = 1 << 20; });
  refused([](Manifest* m) { m->tensors[0].offset = -64; });
  refused([](Manifest* m) { m->tensors[0].shape = {int64_t{1} << 40, int64_t{1} << 40}; });
  refused([](Manifest* m) { m->tensors[0].shape = {-7, 33}; });
  refused([](Manifest* m) { m->tensors[1].name = m->tensors[0].name; });
  refused([](Manifest* m) { m->files[0].name = "../c/weights.bin"; });
  refused([](Manifest* m) { m->files[0].bytes += 1; });
}

TEST(CheckpointTest, FailedSaveLeavesTheOldOneAndNothingElse) {
  TestFolder folder;
  const Saved saved;
  saved.Write(folder / "c", 1);
  CheckpointWriter writer(folder / "c");
  writer.AddFloats("weights/b", {5}, saved.b);
  writer.AddFile(std::string(300, 'x'), "a name no file system takes");
  EXPECT_THROW(writer.Commit(Context(1), Json::object(), Json::object()), Error);
  EXPECT_FALSE(fs::exists(folder / "c.cria.tmp"));
  const Checkpoint c = OpenCheckpoint(folder / "c");
  c.tensors.Verify(Context(1));
  EXPECT_EQ(c.tensors.tensors().size(), 3u);
}

// Version 1: one digest of all bytes of a tensor.
void PutVersion1(const fs::path& directory) {
  fs::create_directories(directory);
  WriteFile(directory / kManifestName, R"({
"format": "cria checkpoint",
"version": 1,
"config": {"dim":3},
"state": {"step":7},
"files": [
{"name":"weights.bin","bytes":68},
{"name":"note","bytes":1,"xxh3":"eaf06c6480b2cd11"}],
"tensors": [
{"name":"weights/a","dtype":"F32","shape":[3],"file":"weights.bin","offset":0,"bytes":12,"xxh3":"7977fbb9ac817d62"},
{"name":"weights/b","dtype":"F32","shape":[1,1],"file":"weights.bin","offset":64,"bytes":4,"xxh3":"7d99fbe36c125803"}],
"manifest_xxh3": "511f38fba11f3203"
}
)");
  std::string bytes(68, '\0');
  const float a[] = {1, 2, 3}, b = -0.5f;
  std::memcpy(bytes.data(), a, sizeof a);
  std::memcpy(bytes.data() + 64, &b, sizeof b);
  WriteFile(directory / "weights.bin", bytes);
  WriteFile(directory / "note", "x");
}

TEST(CheckpointTest, Version1OpensAndIsVerified) {
  TestFolder folder;
  PutVersion1(folder / "c");
  const Checkpoint c = OpenCheckpoint(folder / "c");
  c.tensors.Verify(Context(2));
  EXPECT_EQ(c.state["step"], 7);
  ExpectValues(c.tensors, "weights/a", {1, 2, 3});
  ExpectValues(c.tensors, "weights/b", {-0.5f});
  FlipBit(folder / "c/weights.bin", 65);
  const std::string message =
      MessageOf<Error>([&] { OpenCheckpoint(folder / "c").tensors.Verify(Context(2)); });
  EXPECT_NE(message.find("\"weights/b\""), std::string::npos) << message;
}

// A process that saves again and again is killed at random times: what stands at the path is
// complete.
TEST(CheckpointTest, KilledWriterLeavesACompleteCheckpoint) {
  TestFolder folder;
  const std::vector<float> big = Values(1 << 19, 5);
  const auto write = [&](int step) {
    CheckpointWriter writer(folder / "c");
    writer.AddFloats("weights/a", {1 << 19}, big);
    writer.Commit(Context(1), Json::object(), {{"step", step}});
  };
  write(0);
  RandomStream random(1, RandomPurpose::kTest);
  for (int round = 0; round < 12; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int step = 1;; ++step) write(step);
    }
    ::usleep(static_cast<useconds_t>(500 + random.NextBelow(20000)));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const Checkpoint c = OpenCheckpoint(folder / "c");
    c.tensors.Verify(Context(1));
  }
}

TEST(CheckpointTest, RunsListAndPrune) {
  TestFolder folder;
  EXPECT_TRUE(LatestCheckpoint(folder.path()).empty());
  for (const int step : {5, 100, 20}) Saved().Write(StepDirectory(folder.path(), step), step);
  fs::create_directories(folder / "checkpoints/step-00000200.cria.tmp");
  fs::create_directories(folder / "checkpoints/step-00000300");  // no manifest: not a checkpoint
  EXPECT_EQ(LatestCheckpoint(folder.path()), StepDirectory(folder.path(), 100));
  PruneCheckpoints(folder.path(), 2);
  const auto left = ListCheckpoints(folder.path());
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0], StepDirectory(folder.path(), 20));
  EXPECT_FALSE(fs::exists(folder / "checkpoints/step-00000200.cria.tmp"));
  EXPECT_FALSE(fs::exists(folder / "checkpoints/step-00000300"));
  EXPECT_EQ(StepOf(left[1]), 100);
  DropCheckpointsAfter(folder.path(), 20);
  EXPECT_EQ(LatestCheckpoint(folder.path()), StepDirectory(folder.path(), 20));
  DropCheckpointsAfter(folder.path(), 20);
  EXPECT_EQ(ListCheckpoints(folder.path()).size(), 1u);
}

}  // namespace
}  // namespace cria::store
