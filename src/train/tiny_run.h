// What the tests of whole runs share: a tiny model, shards of random ids, all bits of a run.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/hash.h"
#include "base/interrupt.h"
#include "base/random.h"
#include "data/manifest.h"
#include "store/checkpoint.h"
#include "train/run.h"

namespace cria::train {

inline constexpr int64_t kVocab = 40;

inline ModelConfig TinyConfig() {
  ModelConfig c;
  c.dim = 16;
  c.n_layers = 1;
  c.n_heads = c.n_kv_heads = 2;
  c.head_dim = 8;
  c.hidden_dim = 32;
  c.vocab_size = kVocab;
  c.max_seq_len = 16;
  return c;
}

class RunTest : public ::testing::Test {
 protected:
  /// `strange`: documents of ids that no other has, of 60 in each source.
  explicit RunTest(int strange = 0)
      : root_(fs::temp_directory_path() / ("cria_run_" + std::to_string(::getpid()))) {
    fs::remove_all(root_);
    fs::create_directories(root_ / "shards");
    ShardManifest manifest{Sha256Hex("model"), kVocab, 1, 2, "", {}};
    for (const char* name : {"a", "b"}) {
      const std::string file = std::string(name) + ".tok";
      ShardWriter writer(root_ / "shards" / file, {name, manifest.tokenizer_sha256, kVocab});
      RandomStream random(1, RandomPurpose::kTest, static_cast<uint64_t>(name[0]));
      for (int d = 0; d < 60; ++d) {
        std::vector<int32_t> ids = {1};
        const int least = d < strange ? 25 : 3;
        for (int i = 0; i < 20; ++i) {
          ids.push_back(least + static_cast<int32_t>(random.NextBelow(9)));
        }
        ids.push_back(2);
        writer.Add(ids, 40);
      }
      writer.Commit();
      const ShardEntry entry{file, writer.payload_sha256(), {60, 2400, writer.tokens()}, {}};
      manifest.sources.push_back({name, "other", 0.5, entry, entry});
    }
    WriteFile(root_ / "shards" / kShardTokenizerName, "model");
    WriteShardManifest(root_ / "shards", manifest);
  }
  ~RunTest() override {
    SetInterruptRequested(false);
    fs::remove_all(root_);
  }

  RunSetup Setup(const std::string& run) const {
    RunSetup setup;
    setup.config = TinyConfig();
    setup.options.steps = 30;
    setup.options.batch_tokens = 64;
    setup.options.validation_tokens = 64;
    setup.options.learning_rate = 1e-2;
    setup.shards = root_ / "shards";
    setup.run = root_ / run;
    setup.resume = true;
    setup.token_bytes.assign(kVocab, 2);
    return setup;
  }

  // Everything that a run is: all tensors of its last checkpoint.
  static std::string Bits(const fs::path& run) {
    const store::Checkpoint checkpoint = store::OpenCheckpoint(store::LatestCheckpoint(run));
    std::string bits;
    for (const store::NamedTensor& tensor : checkpoint.tensors.tensors()) {
      const std::vector<uint8_t> bytes = store::ReadBytes(tensor);
      bits += tensor.name;
      bits.append(bytes.begin(), bytes.end());
    }
    return bits;
  }

  fs::path root_;
};

// Asks for a stop after a number of steps, as Ctrl-C would.
class StopAfter : public Observer {
 public:
  explicit StopAfter(int64_t step) : step_(step) {}
  void OnStep(const StepReport& report) override {
    if (report.step == step_) SetInterruptRequested(true);
  }

 private:
  int64_t step_;
};

}  // namespace cria::train
