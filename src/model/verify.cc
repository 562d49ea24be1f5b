// Formats told apart as OpenModel does it, but of damaged files too; those without digests.
#include "model/verify.h"

#include <algorithm>

#include "model/checkpoint.h"
#include "model/verify_parts.h"
#include "store/checkpoint.h"
#include "store/gguf.h"
#include "store/hugging_face.h"
#include "store/llama2c.h"
#include "store/manifest.h"
#include "store/release.h"
#include "store/safetensors.h"
#include "store/torch_file.h"
#include "tokenizer/tokenizer.h"

namespace cria {
namespace verify {
namespace {

const char* const kNoDigest = "complete; no published digest";

// What opens is whole: every reader holds the tables against the file.
template <class Open>
FileCheck CheckOpens(const fs::path& folder, const std::string& name, Open open) {
  if (!fs::is_regular_file(folder / name)) return Missing(name, "");
  try {
    open(folder / name);
    return Present(folder, name, FileStatus::kUnknown, kNoDigest);
  } catch (const Error& error) {
    return Present(folder, name, FileStatus::kBroken, Reason(error));
  }
}

void CheckTokenizers(const fs::path& folder, VerifyReport* report) {
  for (const char* name : {"tokenizer.model", "tokenizer.json"}) {
    if (fs::is_regular_file(folder / name)) report->files.push_back(CheckTokenizer(folder, name));
  }
}

// The last word, if no file is broken: every tensor of the model is there in its shape.
void CheckWhole(VerifyReport* report) {
  if (report->faults() > 0) return;
  try {
    const ModelFiles model = OpenModel(report->path);
    for (const ParameterSpec& spec : ListParameters(model.config)) model.Tensor(spec.name);
  } catch (const Error& error) {
    report->files.push_back({"(model)", FileStatus::kBroken, Reason(error), -1, -1, "", ""});
  }
}

// The files that weight_map names, and whether total_size is the sum of their tensors.
void CheckIndex(const fs::path& folder, const std::string& index, bool torch,
                VerifyReport* report) {
  std::map<std::string, std::vector<std::string>> promised;
  int64_t stated = -1;
  const size_t at = report->files.size();
  try {
    const Json json = ReadJson(folder / index);
    promised = store::ReadWeightMap(json, (folder / index).string());
    if (json.contains("metadata")) {
      stated = JsonGetOr<int64_t>(json["metadata"], "total_size", -1, index);
    }
    report->files.push_back(Present(folder, index, FileStatus::kUnknown, kNoDigest));
  } catch (const Error& error) {
    report->files.push_back(Present(folder, index, FileStatus::kBroken, Reason(error)));
    return;
  }
  int64_t total = 0;
  for (const auto& [file, tensors] : promised) {
    FileCheck check = CheckOpens(folder, file, [&](const fs::path& path) {
      const store::TensorSet set =
          torch ? store::OpenTorchFile(path) : store::OpenSafetensors(path);
      for (const store::NamedTensor& tensor : set.tensors()) total += tensor.stored_bytes();
      for (const std::string& name : tensors) set.Get(name);
    });
    if (check.status == FileStatus::kMissing) check.detail = "listed in " + index;
    report->files.push_back(std::move(check));
  }
  if (report->faults() == 0 && stated >= 0 && stated != total) {
    report->files[at].status = FileStatus::kBroken;
    report->files[at].detail =
        fmt::format("total_size is {}, the tensors have {} bytes", stated, total);
  }
}

VerifyReport VerifyHuggingFace(const fs::path& folder) {
  VerifyReport report{folder.string(), "huggingface", "", {}};
  report.files.push_back(CheckOpens(folder, "config.json", [](const fs::path& path) {
    store::HuggingFaceParams(ReadJson(path), path.string());
  }));
  const store::WeightFiles weights = store::FindWeights(folder);
  if (!weights.index.empty()) {
    CheckIndex(folder, weights.index.filename().string(), weights.torch, &report);
  } else if (!weights.single.empty()) {
    report.files.push_back(
        CheckOpens(folder, weights.single.filename().string(), [&](const fs::path& path) {
          weights.torch ? store::OpenTorchFile(path) : store::OpenSafetensors(path);
        }));
  } else {
    report.files.push_back(Missing("model.safetensors", "no weights, and no index of their parts"));
  }
  CheckTokenizers(folder, &report);
  return report;
}

store::TensorSet OpenWhole(const fs::path& path) {
  int64_t rest = 0;
  store::TensorSet set = store::OpenGguf(path, &rest);
  if (rest > 0) {
    throw Error(fmt::format("{} bytes stand behind the last tensor", rest), path.string(),
                "they are no part of it; fetch the file again");
  }
  return set;
}

VerifyReport VerifyGguf(const fs::path& path) {
  const fs::path folder = path.parent_path();
  VerifyReport report{path.string(), "gguf", "", {}};
  int64_t parts = 1;
  report.files.push_back(CheckOpens(folder, path.filename().string(), [&](const fs::path& first) {
    const store::TensorSet set = OpenWhole(first);
    parts = JsonGetOr<int64_t>(set.metadata(), "split.count", 1, first.string());
    if (parts > 1) store::GgufPart(first, 1, parts);
  }));
  if (report.faults() > 0) return report;
  for (int64_t part = 2; part <= std::min<int64_t>(parts, 4096); ++part) {
    const std::string name = store::GgufPart(path, part, parts).filename().string();
    FileCheck check = CheckOpens(folder, name, [](const fs::path& other) { OpenWhole(other); });
    if (check.status == FileStatus::kMissing) {
      check.detail = fmt::format("part {} of {}", part, parts);
    }
    report.files.push_back(std::move(check));
  }
  return report;
}

// Every digest of the manifest, the tensors of one data file in parallel.
class CriaCheck {
 public:
  CriaCheck(const Context& context, const fs::path& folder, const VerifyProgress& progress)
      : context_(context),
        folder_(folder),
        manifest_(store::ReadManifest(folder / store::kManifestName)),
        meter_(progress, TotalBytes()) {}

  VerifyReport Run() {
    VerifyReport report{folder_.string(), "cria", "", {}};
    report.files.push_back(
        Present(folder_, store::kManifestName, FileStatus::kOk, "its own digest"));
    for (size_t i = 0; i < manifest_.files.size(); ++i) report.files.push_back(Check(i));
    return report;
  }

 private:
  int64_t TotalBytes() const {
    int64_t total = 0;
    for (const store::ManifestFile& file : manifest_.files) total += file.bytes;
    return total;
  }

  FileCheck Check(size_t index) {
    const store::ManifestFile& entry = manifest_.files[index];
    if (!fs::is_regular_file(folder_ / entry.name)) return Missing(entry.name, "in the manifest");
    FileCheck check = Present(folder_, entry.name, FileStatus::kOk, "digests of the manifest");
    check.expected_bytes = entry.bytes;
    if (check.bytes != entry.bytes) {
      check.status = FileStatus::kBroken;
      check.detail = fmt::format("{} of {} bytes", check.bytes, entry.bytes);
      return check;
    }
    const MappedFile file(folder_ / entry.name);
    const std::string bad = entry.digest ? WholeFile(file, *entry.digest) : BadTensor(file, index);
    if (bad.empty()) return check;
    check.status = FileStatus::kBroken;
    check.detail = bad;
    return check;
  }

  std::string WholeFile(const MappedFile& file, uint64_t digest) {
    meter_.Add(static_cast<int64_t>(file.bytes().size()));
    return Hash64(file.text()) == digest ? "" : "does not match its digest";
  }

  std::string BadTensor(const MappedFile& file, size_t index) {
    std::mutex mutex;
    std::string bad;
    context_.ParallelFor(static_cast<int64_t>(manifest_.tensors.size()), [&](int64_t i) {
      const store::ManifestTensor& tensor = manifest_.tensors[static_cast<size_t>(i)];
      if (tensor.file != index) return;
      const int64_t size = static_cast<int64_t>(file.bytes().size());
      const bool inside = tensor.offset >= 0 && tensor.bytes >= 0 && tensor.offset <= size &&
                          tensor.bytes <= size - tensor.offset;
      bool good = inside;
      if (inside) {
        const auto bytes = file.bytes().subspan(tensor.offset, tensor.bytes);
        good = store::DigestOfBytes(bytes, manifest_.digest_rule()) == tensor.digest;
        file.LetGo(bytes);
        meter_.Add(tensor.bytes);
      }
      const std::lock_guard lock(mutex);
      if (good || (!bad.empty() && bad < tensor.name)) return;
      bad = tensor.name;
    });
    return bad.empty() ? "" : fmt::format("tensor \"{}\" does not match its digest", bad);
  }

  const Context& context_;
  fs::path folder_;
  store::Manifest manifest_;
  Meter meter_;
};

bool IsMetaFolder(const fs::path& folder) {
  if (fs::is_regular_file(folder / "params.json")) return true;
  return fs::is_regular_file(folder / "checklist.chk") ||
         fs::is_regular_file(folder / "consolidated.00.pth");
}

// Folders of sizes below a root of the release.
std::vector<fs::path> MetaSizes(const fs::path& root) {
  std::vector<fs::path> sizes;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (entry.is_directory() && IsMetaFolder(entry.path())) sizes.push_back(entry.path());
  }
  std::sort(sizes.begin(), sizes.end());
  return sizes;
}

std::vector<VerifyReport> VerifyFolder(const Context& context, const fs::path& path,
                                       const VerifyProgress& progress) {
  for (const fs::path& folder :
       {path, store::LatestCheckpoint(path), store::LatestCheckpoint(path / "train")}) {
    if (!folder.empty() && store::IsCheckpoint(folder)) {
      return {CriaCheck(context, folder, progress).Run()};
    }
  }
  if (IsMetaFolder(path)) return {VerifyMetaFolder(context, path, progress)};
  if (fs::is_regular_file(path / "config.json")) return {VerifyHuggingFace(path)};
  const std::vector<fs::path> sizes = MetaSizes(path);
  if (sizes.empty()) {
    throw Error("no model in this folder", path.string(),
                "name a folder of Meta's release, a Hugging Face folder or a checkpoint of cria");
  }
  std::vector<VerifyReport> reports = {VerifyMetaRoot(context, path)};
  for (const fs::path& size : sizes) reports.push_back(VerifyMetaFolder(context, size, progress));
  return reports;
}

}  // namespace

std::string Reason(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

void Meter::Add(int64_t bytes) {
  const std::lock_guard lock(mutex_);
  done_ += bytes;
  if (progress_) progress_(done_, total_);
}

std::map<std::string, FileDigests> HashFiles(const Context& context, const fs::path& folder,
                                             const std::vector<std::string>& names,
                                             const VerifyProgress& progress) {
  std::vector<std::pair<int64_t, std::string>> files;
  int64_t total = 0;
  for (const std::string& name : names) {
    if (!fs::is_regular_file(folder / name)) continue;
    files.emplace_back(static_cast<int64_t>(fs::file_size(folder / name)), name);
    total += files.back().first;
  }
  std::sort(files.rbegin(), files.rend());
  Meter meter(progress, total);
  std::vector<FileDigests> digests(files.size());
  context.ParallelFor(static_cast<int64_t>(files.size()), [&](int64_t i) {
    digests[static_cast<size_t>(i)] = DigestsOfFile(folder / files[static_cast<size_t>(i)].second,
                                                    [&meter](int64_t bytes) { meter.Add(bytes); });
  });
  std::map<std::string, FileDigests> found;
  for (size_t i = 0; i < files.size(); ++i) found[files[i].second] = digests[i];
  return found;
}

FileCheck Missing(std::string name, std::string detail) {
  return {std::move(name), FileStatus::kMissing, std::move(detail), -1, -1, "", ""};
}

FileCheck Present(const fs::path& folder, std::string name, FileStatus status, std::string detail) {
  const auto bytes = static_cast<int64_t>(fs::file_size(folder / name));
  return {std::move(name), status, std::move(detail), bytes, -1, "", ""};
}

FileCheck CheckTokenizer(const fs::path& folder, const std::string& name) {
  FileCheck check = Present(folder, name, FileStatus::kUnknown, "");
  const FileDigests digests = DigestsOfFile(folder / name);
  check.md5 = digests.md5;
  check.sha256 = digests.sha256;
  const store::ReleaseFile* published = store::FindReleaseFile("", name);
  if (published != nullptr && digests.sha256 == published->sha256) {
    check.status = FileStatus::kOk;
    check.detail = "as published with LLaMA 1 and 2";
    return check;
  }
  try {
    check.detail = fmt::format("{} pieces; no published digest",
                               tokenizer::Tokenizer::Load(folder / name).vocab_size());
  } catch (const Error& error) {
    check.status = FileStatus::kBroken;
    check.detail = Reason(error);
  }
  return check;
}

}  // namespace verify

const char* FileStatusName(FileStatus status) {
  switch (status) {
    case FileStatus::kOk:
      return "ok";
    case FileStatus::kUnknown:
      return "unknown";
    case FileStatus::kBroken:
      return "broken";
    case FileStatus::kMissing:
      return "missing";
  }
  return "";
}

int VerifyReport::faults() const {
  return static_cast<int>(std::count_if(files.begin(), files.end(), [](const FileCheck& file) {
    return file.status == FileStatus::kBroken || file.status == FileStatus::kMissing;
  }));
}

std::vector<VerifyReport> VerifyModel(const Context& context, const fs::path& path,
                                      const VerifyProgress& progress) {
  if (!fs::exists(path)) {
    throw Error("there is no such model", path.string(), "check the path of MODEL");
  }
  std::vector<VerifyReport> reports;
  if (fs::is_directory(path)) {
    reports = verify::VerifyFolder(context, path, progress);
  } else if (store::IsGguf(path)) {
    reports = {verify::VerifyGguf(path)};
  } else if (store::IsLlama2c(path)) {
    reports = {{path.string(),
                "llama2.c",
                "",
                {verify::CheckOpens(path.parent_path(), path.filename().string(),
                                    [](const fs::path& file) { store::OpenLlama2c(file); })}}};
  } else {
    throw Error("not a model file this program knows", path.string(),
                "name a cria run, a Meta or Hugging Face folder, a .gguf or a llama2.c .bin file");
  }
  for (VerifyReport& report : reports) {
    if (report.format != "meta root") verify::CheckWhole(&report);
  }
  return reports;
}

}  // namespace cria
