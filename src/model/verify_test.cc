// Sound models pass, and each way in which a download goes wrong is named.
#include "model/verify.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"
#include "model/export.h"
#include "store/release.h"
#include "test_data.h"

namespace cria {
namespace {

class Verify : public testing::Test {
 protected:
  Verify() : folder_(fs::path(testing::TempDir()) / ("verify_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Verify() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  fs::path Copy(const std::string& fixture) {
    const fs::path to = folder_ / "model";
    fs::remove_all(to);
    fs::copy(TestData() / "models" / fixture, to, fs::copy_options::recursive);
    return to;
  }
  VerifyReport Run(const fs::path& model) {
    const auto reports = VerifyModel(context_, model);
    EXPECT_EQ(reports.size(), 1u);
    return reports.front();
  }
  static const FileCheck& File(const VerifyReport& report, const std::string& name) {
    const auto it = std::find_if(report.files.begin(), report.files.end(),
                                 [&](const FileCheck& file) { return file.name == name; });
    if (it != report.files.end()) return *it;
    static const FileCheck none;
    ADD_FAILURE() << name << " is not in the report";
    return none;
  }
  static void ExpectOnlyFault(const VerifyReport& report, const std::string& name,
                              FileStatus status, const std::string& detail) {
    EXPECT_EQ(report.faults(), 1);
    const FileCheck& file = File(report, name);
    EXPECT_EQ(file.status, status) << FileStatusName(file.status) << " " << file.detail;
    EXPECT_NE(file.detail.find(detail), std::string::npos) << file.detail;
  }

  Context context_{2};
  fs::path folder_;
};

void Flip(const fs::path& path, size_t at) {
  std::string bytes = ReadFile(path);
  bytes[at] ^= 1;
  WriteFile(path, bytes);
}

void Cut(const fs::path& path, size_t bytes) { fs::resize_file(path, fs::file_size(path) - bytes); }

TEST_F(Verify, EveryFixtureIsSound) {
  CRIA_REQUIRE_TEST_DATA("models/tiny_random_512");
  int models = 0;
  for (const char* family :
       {"tiny_random_512", "tiny_random_32k", "stories260K", "quatricmorph_tiny_llama_2shard"}) {
    for (const auto& entry : fs::recursive_directory_iterator(TestData() / "models" / family)) {
      const std::string name = entry.path().filename().string();
      const bool folder = name == "params.json" || name == "config.json";
      if (!folder && !name.ends_with(".gguf") && !name.starts_with("stories260K")) continue;
      if (entry.is_directory()) continue;
      ++models;
      const fs::path model = folder ? entry.path().parent_path() : entry.path();
      const VerifyReport report = Run(model);
      EXPECT_EQ(report.faults(), 0) << model;
      for (const FileCheck& file : report.files) {
        const bool listed = name == "params.json" && file.name.starts_with("consolidated.");
        EXPECT_EQ(file.status == FileStatus::kOk,
                  listed || file.name == "params.json" || file.bytes == 499723)
            << model << " " << file.name << " " << file.detail;
      }
    }
  }
  EXPECT_GE(models, 25);
}

TEST_F(Verify, NamesTheBrokenFileOfAMetaFolder) {
  CRIA_REQUIRE_TEST_DATA("models/tiny_random_512/meta_fp16_mp2");
  const std::string second = "consolidated.01.pth";
  fs::path model = Copy("tiny_random_512/meta_fp16_mp2");
  Flip(model / second, 100000);
  ExpectOnlyFault(Run(model), second, FileStatus::kBroken, "checklist.chk says");

  model = Copy("tiny_random_512/meta_fp16_mp2");
  fs::copy(TestData() / "models/tiny_random_512/meta_fp16/tokenizer.model",
           model / "tokenizer.model");  // the vocabulary, which params.json leaves open
  Cut(model / second, 100000);
  ExpectOnlyFault(Run(model), second, FileStatus::kBroken, "cut short: 79427 bytes of at least ");
  // 5 norms of 64 whole, half of everything else (2 * 512 * 64 + 2 * (4 * 64^2 + 3 * 64 * 192)).
  EXPECT_EQ(File(Run(model), second).expected_bytes, 2 * (5 * 64 + (65536 + 106496) / 2));

  model = Copy("tiny_random_512/meta_fp16_mp2");
  fs::remove(model / second);
  ExpectOnlyFault(Run(model), second, FileStatus::kMissing, "listed in checklist.chk");
  fs::remove(model / "checklist.chk");
  ExpectOnlyFault(Run(model), second, FileStatus::kMissing, "the model has 2 shards");

  model = Copy("tiny_random_512/meta_fp16_mp2");
  WriteFile(model / second, "<!DOCTYPE html><html>403 Forbidden</html>");
  ExpectOnlyFault(Run(model), second, FileStatus::kBroken, "HTML");
}

TEST_F(Verify, NamesABadChecklistOrConfiguration) {
  CRIA_REQUIRE_TEST_DATA("models/tiny_random_512/meta_fp16");
  fs::path model = Copy("tiny_random_512/meta_fp16");
  WriteFile(model / "checklist.chk", "<html><body>Access denied</body></html>\n");
  ExpectOnlyFault(Run(model), "checklist.chk", FileStatus::kBroken, "an HTML page");

  model = Copy("tiny_random_512/meta_fp16");
  WriteFile(model / "params.json", "{\"dim\": 64, ");
  EXPECT_EQ(File(Run(model), "params.json").status, FileStatus::kBroken);
  WriteFile(model / "params.json", "{\"dim\": \"64\"}");
  EXPECT_EQ(File(Run(model), "params.json").status, FileStatus::kBroken);

  model = Copy("tiny_random_512/meta_fp16");
  fs::remove(model / "checklist.chk");
  Json params = ReadJson(model / "params.json");
  params["n_layers"] = 3;  // more than the shard has
  WriteJson(model / "params.json", params);
  ExpectOnlyFault(Run(model), "consolidated.00.pth", FileStatus::kBroken, "params.json asks for");
}

// The release's folders are not here; their texts and tables are, and the shards are missing.
TEST_F(Verify, KnowsTheParamsOfEachRelease) {
  for (const store::Release& release : store::Releases()) {
    const fs::path model = folder_ / release.size;
    fs::create_directories(model);
    WriteFile(model / "params.json", release.params);
    VerifyReport report = Run(model);
    EXPECT_EQ(File(report, "params.json").status, FileStatus::kOk) << release.size;
    EXPECT_NE(report.release.find("LLaMA " + std::string(release.size)), std::string::npos);
    EXPECT_EQ(report.faults(), release.shards);  // as many as are missing
  }
  std::string wrong(store::FindRelease("65B")->params);
  wrong.replace(wrong.find("1e-05"), 5, "1e-06");
  WriteFile(folder_ / "65B/params.json", wrong);
  const FileCheck bad = File(Run(folder_ / "65B"), "params.json");
  EXPECT_EQ(bad.status, FileStatus::kBroken);
  EXPECT_EQ(bad.detail, "norm_eps is 1e-06, LLaMA 65B has 1e-05");
  // LLaMA 2's file of the same shape is not a broken LLaMA 1.
  std::string second(store::FindRelease("7B")->params);
  second.replace(second.find("1e-06"), 5, "1e-05");
  WriteFile(folder_ / "7B/params.json", second);
  const VerifyReport report = Run(folder_ / "7B");
  EXPECT_EQ(File(report, "params.json").status, FileStatus::kUnknown);
  EXPECT_NE(report.release.find("LLaMA 2"), std::string::npos) << report.release;
  // Unless the folder's own list settles that it is LLaMA 1.
  WriteFile(folder_ / "7B/checklist.chk",
            std::string(store::FindReleaseFile("7B", "consolidated.00.pth")->md5) +
                "  consolidated.00.pth\n");
  EXPECT_EQ(File(Run(folder_ / "7B"), "params.json").status, FileStatus::kBroken);
}

TEST_F(Verify, ChecksARootOfSeveralSizes) {
  CRIA_REQUIRE_TEST_DATA("tokenizer/tokenizer.model");
  const fs::path root = folder_ / "root";
  fs::create_directories(root / "13B");
  fs::create_directories(root / "7B");
  fs::copy(TestData() / "tokenizer/tokenizer.model", root / "tokenizer.model");
  WriteFile(root / "tokenizer_checklist.chk",
            "eeec4125e9c7560836b4873b6f8e3025  tokenizer.model\n");
  WriteFile(root / "7B/params.json", store::FindRelease("7B")->params);
  WriteFile(root / "13B/params.json", store::FindRelease("13B")->params);
  auto reports = VerifyModel(context_, root);
  ASSERT_EQ(reports.size(), 3u);
  EXPECT_EQ(reports[0].faults(), 0);
  EXPECT_EQ(File(reports[0], "tokenizer.model").status, FileStatus::kOk);
  EXPECT_EQ(reports[1].faults(), 2);  // 13B: its shards
  EXPECT_EQ(reports[2].faults(), 1);
  Cut(root / "tokenizer.model", 1);
  reports = VerifyModel(context_, root);
  EXPECT_EQ(File(reports[0], "tokenizer.model").status, FileStatus::kBroken);
}

TEST_F(Verify, NamesTheBrokenPartOfAHuggingFaceFolder) {
  CRIA_REQUIRE_TEST_DATA("models/tiny_random_512/hf_fp16_2shards");
  const std::string second = "model-00002-of-00002.safetensors";
  const std::string index = "model.safetensors.index.json";
  fs::path model = Copy("tiny_random_512/hf_fp16_2shards");
  Cut(model / second, 4);
  ExpectOnlyFault(Run(model), second, FileStatus::kBroken, "cut short: 107900 bytes of 107904");
  fs::remove(model / second);
  ExpectOnlyFault(Run(model), second, FileStatus::kMissing, index);

  model = Copy("tiny_random_512/hf_fp16_2shards");
  Json json = ReadJson(model / index);
  json["metadata"]["total_size"] = 7;
  WriteJson(model / index, json);
  ExpectOnlyFault(Run(model), index, FileStatus::kBroken, "total_size is 7");
  json["metadata"].erase("total_size");
  json["weight_map"]["model.more.weight"] = second;
  WriteJson(model / index, json);
  ExpectOnlyFault(Run(model), second, FileStatus::kBroken, "model.more.weight");

  model = Copy("tiny_random_512/hf_fp16");
  json = ReadJson(model / "config.json");
  json["num_hidden_layers"] = 3;
  WriteJson(model / "config.json", json);
  ExpectOnlyFault(Run(model), "(model)", FileStatus::kBroken, "layers.2.");
}

TEST_F(Verify, NamesTheBrokenPartOfGgufAndCheckpoint) {
  CRIA_REQUIRE_TEST_DATA("models/tiny_random_512/tiny_random_512.f16.gguf");
  const fs::path gguf = folder_ / "x.gguf";
  fs::copy(TestData() / "models/tiny_random_512/tiny_random_512.f16.gguf", gguf);
  const auto whole = fs::file_size(gguf);
  Cut(gguf, 4000);
  ExpectOnlyFault(Run(gguf), "x.gguf", FileStatus::kBroken,
                  fmt::format("cut short: {} bytes of {}", whole - 4000, whole));

  const ModelFiles source = OpenModel(TestData() / "models/tiny_random_512/meta_fp16");
  const fs::path own = folder_ / "own";
  ExportCria(context_, source, nullptr, own, {});
  EXPECT_EQ(Run(own).faults(), 0);
  Flip(own / "weights.bin", 3000);
  ExpectOnlyFault(Run(own), "weights.bin", FileStatus::kBroken, "tok_embeddings.weight");
  Cut(own / "weights.bin", 8);
  ExpectOnlyFault(Run(own), "weights.bin", FileStatus::kBroken, " bytes");
  fs::remove(own / "weights.bin");
  ExpectOnlyFault(Run(own), "weights.bin", FileStatus::kMissing, "");
}

// The table against the texts it states.
TEST_F(Verify, PublishedTextsHaveThePublishedDigests) {
  for (const store::Release& release : store::Releases()) {
    const store::ReleaseFile* file = store::FindReleaseFile(release.size, "params.json");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(Sha256Hex(release.params), file->sha256) << release.size;
    WriteFile(folder_ / "p", release.params);
    const FileDigests digests = DigestsOfFile(folder_ / "p");
    EXPECT_EQ(digests.md5, file->md5) << release.size;
    EXPECT_EQ(digests.sha256, file->sha256) << release.size;
    EXPECT_EQ(static_cast<int64_t>(release.params.size()), file->bytes);
    for (int rank = 0; rank < release.shards; ++rank) {
      EXPECT_NE(store::FindReleaseFile(release.size, fmt::format("consolidated.{:02}.pth", rank)),
                nullptr);
    }
  }
}

}  // namespace
}  // namespace cria
