// Folders of Meta's release. Three witnesses, the strongest first: digests published for LLaMA 1,
// the folder's own checklist.chk, and the sizes that params.json asks for.
#include <algorithm>
#include <set>

#include "base/json.h"
#include "model/config.h"
#include "model/verify_parts.h"
#include "store/release.h"
#include "store/torch_file.h"
#include "tokenizer/tokenizer.h"

namespace cria::verify {
namespace {

constexpr const char* kParams = "params.json";

struct Checklist {
  bool present = false;
  std::string fault;  // how it is no list; empty: it is one
  std::map<std::string, std::string> md5_of;
};

bool IsHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == text.npos;
}

// Lines of GNU md5sum: 32 digits, blank, blank or '*', name.
Checklist ReadChecklist(const fs::path& path) {
  Checklist list;
  if (!fs::is_regular_file(path)) return list;
  list.present = true;
  const std::string text = ReadFile(path);
  size_t begin = 0;
  while (begin < text.size() && list.fault.empty()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.pop_back();
    begin = end + 1;
    const std::string name = line.size() > 34 ? line.substr(34) : "";
    if (name.empty() || !IsHex(line.substr(0, 32)) || line[32] != ' ' ||
        name.find_first_of("/\\") != name.npos) {
      list.fault =
          line.starts_with('<') ? "an HTML page, not a list of md5sum" : "not lines of md5sum";
    }
    list.md5_of[name] = line.substr(0, 32);
  }
  if (list.md5_of.empty() && list.fault.empty()) list.fault = "empty";
  if (!list.fault.empty()) list.md5_of.clear();
  return list;
}

std::string ShardName(int rank) { return fmt::format("consolidated.{:02}.pth", rank); }
bool IsShard(const std::string& name) {
  return name.starts_with("consolidated.") && name.ends_with(".pth");
}

/// What one shard holds, seen by its own tables.
struct Shard {
  std::string fault;     // empty: it opens
  int64_t elements = 0;  // rotary tables aside
  int64_t element_bytes = 2;
  int ranks = 0;  // of the model, by the rows of wq; 0: not known
  bool has_output = true;
};

Shard OpenShard(const fs::path& path, const Json& params) {
  Shard shard;
  try {
    const store::TensorSet set = store::OpenTorchFile(path);
    for (const store::NamedTensor& tensor : set.tensors()) {
      if (!tensor.name.ends_with("rope.freqs")) shard.elements += tensor.elements();
    }
    shard.element_bytes = BlockBytes(set.Get("norm.weight").type);
    shard.has_output = set.Contains("output.weight");
    const int64_t rows = set.Get("layers.0.attention.wq.weight").shape[0];
    if (rows > 0) shard.ranks = static_cast<int>(JsonGetOr<int>(params, "dim", 0, kParams) / rows);
  } catch (const Error& error) {
    shard.fault = Reason(error);
  }
  return shard;
}

/// Elements of each of `ranks` shards by params.json; 0 if it does not say.
int64_t ShardElements(const Json& params, int64_t vocab_size, int ranks, bool has_output) {
  const auto get = [&](const char* key) { return JsonGetOr<int64_t>(params, key, 0, kParams); };
  ModelConfig c;
  c.dim = get("dim");
  c.n_layers = JsonGetOr<int>(params, "n_layers", 0, kParams);
  c.n_heads = JsonGetOr<int>(params, "n_heads", 0, kParams);
  const int64_t multiple = get("multiple_of");
  if (c.dim <= 0 || c.dim > 1 << 20 || c.n_layers <= 0 || c.n_layers > 4096 || c.n_heads <= 0 ||
      multiple <= 0 || vocab_size <= 0 || vocab_size > 1 << 24 || ranks <= 0) {
    return 0;
  }
  c.n_kv_heads = JsonGetOr<int>(params, "n_kv_heads", c.n_heads, kParams);
  c.head_dim = static_cast<int>(c.dim / c.n_heads);
  c.hidden_dim = HiddenDim(c.dim, multiple, JsonGetOr(params, "ffn_dim_multiplier", 1.0, kParams));
  c.vocab_size = vocab_size;
  c.tied_embeddings = !has_output;
  const int64_t norms = (2 * c.n_layers + 1) * c.dim;  // each rank has them all
  return norms + (ParameterCount(c) - norms) / ranks;
}

class MetaCheck {
 public:
  MetaCheck(const Context& context, fs::path folder, const VerifyProgress& progress)
      : context_(context),
        folder_(std::move(folder)),
        progress_(progress),
        list_(ReadChecklist(folder_ / "checklist.chk")) {}

  VerifyReport Run() {
    ReadParams();
    OpenShards();
    const std::set<std::string> names = Names();
    digests_ = HashFiles(context_, folder_, {names.begin(), names.end()}, progress_);
    FindRelease();
    VerifyReport report{folder_.string(), "meta", release_text_, {}};
    for (const std::string& name : names) report.files.push_back(Check(name));
    if (list_.present) report.files.push_back(CheckList());
    return report;
  }

 private:
  void ReadParams() {
    if (!fs::is_regular_file(folder_ / kParams)) {
      params_fault_ = "missing";
      return;
    }
    try {
      params_ = ReadJson(folder_ / kParams);
      JsonGet<int64_t>(params_, "dim", kParams);
      for (const char* key : {"multiple_of", "n_heads", "n_kv_heads", "n_layers", "vocab_size"}) {
        JsonGetOr<int64_t>(params_, key, 0, kParams);
      }
      for (const char* key : {"norm_eps", "ffn_dim_multiplier"}) {
        JsonGetOr(params_, key, 0.0, kParams);
      }
    } catch (const Error& error) {
      params_fault_ = Reason(error);
      params_ = Json::object();
    }
  }

  void OpenShards() {
    for (const auto& entry : fs::directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      if (IsShard(name)) shards_[name] = OpenShard(entry.path(), params_);
    }
    for (const auto& [name, shard] : shards_) {
      if (shard.fault.empty()) intact_ = &shard;
    }
  }

  // What is there, what the checklist names, and the ranks that must exist.
  std::set<std::string> Names() {
    std::set<std::string> names = {kParams};
    for (const auto& [name, shard] : shards_) names.insert(name);
    for (const auto& [name, md5] : list_.md5_of) names.insert(name);
    const store::Release* shape = ReleaseOfShape();
    ranks_ = intact_ != nullptr ? intact_->ranks : 0;
    if (ranks_ == 0 && shape != nullptr) ranks_ = shape->shards;
    for (int rank = 0; rank < std::min(ranks_, 100); ++rank) names.insert(ShardName(rank));
    if (names.size() == 1) names.insert(ShardName(0));
    if (ranks_ == 0) {
      ranks_ = static_cast<int>(std::count_if(names.begin(), names.end(), IsShard));
    }
    if (fs::is_regular_file(folder_ / "tokenizer.model")) names.insert("tokenizer.model");
    return names;
  }

  // The size of LLaMA 1 whose shape params.json states; null if none.
  const store::Release* ReleaseOfShape() const {
    for (const char* later : {"n_kv_heads", "ffn_dim_multiplier", "rope_theta"}) {
      if (params_.contains(later)) return nullptr;
    }
    for (const store::Release& release : store::Releases()) {
      const Json known = ParseJson(release.params, "release");
      bool same = true;
      for (const char* key : {"dim", "multiple_of", "n_heads", "n_layers"}) {
        same = same && params_.contains(key) && params_[key] == known[key];
      }
      if (same) return &release;
    }
    return nullptr;
  }

  bool IsPublished(const store::ReleaseFile& file, const std::string& name) const {
    const auto it = digests_.find(name);
    return it != digests_.end() && it->second.sha256 == file.sha256 && it->second.md5 == file.md5;
  }

  // One shard with a published digest, in the file or on the list, settles it. Else the shape
  // speaks: 30B and 65B are LLaMA 1's alone, 7B and 13B are LLaMA 2's as well, but for norm_eps.
  void FindRelease() {
    for (const store::ReleaseFile& file : store::ReleaseFiles()) {
      if (!IsShard(std::string(file.name))) continue;
      const auto listed = list_.md5_of.find(std::string(file.name));
      const bool on_list = listed != list_.md5_of.end() && listed->second == file.md5;
      if (on_list || IsPublished(file, std::string(file.name))) {
        release_ = store::FindRelease(file.size);
        settled_ = true;
      }
    }
    if (settled_) {
      release_text_ = fmt::format("LLaMA {} (Meta, February 2023)", release_->size);
      return;
    }
    release_ = ReleaseOfShape();
    if (release_ == nullptr) return;
    release_text_ = fmt::format("shape of LLaMA {}, by params.json", release_->size);
    const bool shared = release_->size == "7B" || release_->size == "13B";
    if (shared && JsonGetOr(params_, "norm_eps", 0.0, kParams) == 1e-5) {
      release_text_ =
          fmt::format("shape of LLaMA {0} and LLaMA 2 {0}; norm_eps is LLaMA 2's", release_->size);
      release_ = nullptr;
    }
  }

  FileCheck Check(const std::string& name) {
    if (!fs::is_regular_file(folder_ / name)) {
      return Missing(name, list_.md5_of.contains(name) ? "listed in checklist.chk"
                           : IsShard(name) ? fmt::format("the model has {} shards", ranks_)
                                           : "");
    }
    FileCheck check = Present(folder_, name, FileStatus::kUnknown, "no published digest");
    check.md5 = digests_.at(name).md5;
    check.sha256 = digests_.at(name).sha256;
    const store::ReleaseFile* published =
        name == "tokenizer.model" ? store::FindReleaseFile("", name)
        : release_ != nullptr     ? store::FindReleaseFile(release_->size, name)
                                  : nullptr;
    if (published != nullptr && IsPublished(*published, name)) {
      check.status = FileStatus::kOk;
      check.detail = "md5 and sha256 as published";
      return check;
    }
    if (name == kParams) CheckParams(&check);
    if (IsShard(name)) CheckShard(shards_.at(name), &check);
    if (check.status != FileStatus::kBroken) CheckListed(&check);
    if (name == "tokenizer.model" && check.status == FileStatus::kUnknown) {
      check = CheckTokenizer(folder_, name);
    }
    // The list may have been made for these very files; only Meta's own list settles the release.
    if (settled_ && published != nullptr && check.status == FileStatus::kUnknown) {
      check.status = FileStatus::kBroken;
      check.detail = fmt::format("sha256 differs from LLaMA {}'s", release_->size);
    }
    return check;
  }

  void CheckListed(FileCheck* check) const {
    const auto listed = list_.md5_of.find(check->name);
    if (listed == list_.md5_of.end()) return;
    const bool same = listed->second == check->md5;
    // params.json written anew with the published values is as good as the original.
    if (!same && check->status == FileStatus::kOk) return;
    check->status = same ? FileStatus::kOk : FileStatus::kBroken;
    check->detail =
        same ? "md5 of checklist.chk"
             : fmt::format("md5 is {}, checklist.chk says {}", check->md5, listed->second);
  }

  void CheckParams(FileCheck* check) const {
    if (!params_fault_.empty()) {
      check->status = FileStatus::kBroken;
      check->detail = params_fault_;
      return;
    }
    if (release_ == nullptr) return;
    const Json known = ParseJson(release_->params, "release");
    std::string differing;
    for (const auto& [key, value] : known.items()) {
      const bool absent = !params_.contains(key);
      const bool same = !absent && params_[key] == value;
      const bool counted = key == "vocab_size" && !absent && params_[key] == 32000;
      if (same || counted) continue;
      differing +=
          fmt::format("{}{} is {}, LLaMA {} has {}", differing.empty() ? "" : "; ", key,
                      absent ? "absent" : params_[key].dump(), release_->size, value.dump());
    }
    check->status = differing.empty() ? FileStatus::kOk : FileStatus::kBroken;
    check->detail = differing.empty() ? "the published values, written anew" : differing;
  }

  void CheckShard(const Shard& shard, FileCheck* check) const {
    const int64_t elements = ShardElements(
        params_, VocabSize(), ranks_, intact_ == nullptr ? shard.has_output : intact_->has_output);
    const int64_t size = intact_ == nullptr ? 2 : intact_->element_bytes;
    if (elements > 0) check->expected_bytes = elements * size;
    if (!shard.fault.empty()) {
      check->status = FileStatus::kBroken;
      check->detail = ShardFault(shard, *check);
    } else if (elements > 0 && shard.elements != elements) {
      check->status = FileStatus::kBroken;
      check->detail = fmt::format("holds {} parameters where params.json asks for {}",
                                  shard.elements, elements);
    } else if (elements > 0 && check->bytes > check->expected_bytes + OverheadBytes()) {
      check->detail = fmt::format("{} bytes more than its tensors; no published digest",
                                  check->bytes - check->expected_bytes);
    }
  }

  std::string ShardFault(const Shard& shard, const FileCheck& check) const {
    if (check.bytes == 0) return "empty";
    const MappedFile file(folder_ / check.name);
    if (file.text().starts_with("<")) return "an HTML or XML page, not weights";
    if (check.expected_bytes > check.bytes) {
      return fmt::format("cut short: {} bytes of at least {}", check.bytes, check.expected_bytes);
    }
    return shard.fault;
  }

  // Table entries, padding and rotary tables of one file: about 370 bytes a tensor in the 7B of
  // the release, 1 KB is the bound.
  int64_t OverheadBytes() const {
    return (12 * JsonGetOr<int64_t>(params_, "n_layers", 0, kParams) + 16) * 1024;
  }

  int64_t VocabSize() const {
    const int64_t stated = JsonGetOr<int64_t>(params_, "vocab_size", -1, kParams);
    if (stated > 0) return stated;
    for (const fs::path& path : {folder_ / "tokenizer.model", folder_ / "../tokenizer.model"}) {
      try {
        if (fs::is_regular_file(path)) return tokenizer::Tokenizer::Load(path).vocab_size();
      } catch (const Error&) {
        continue;  // broken: said elsewhere
      }
    }
    return ReleaseOfShape() != nullptr ? 32000 : 0;
  }

  FileCheck CheckList() const {
    const bool good = list_.fault.empty();
    return Present(folder_, "checklist.chk", good ? FileStatus::kUnknown : FileStatus::kBroken,
                   good ? fmt::format("{} files", list_.md5_of.size()) : list_.fault);
  }

  const Context& context_;
  fs::path folder_;
  const VerifyProgress& progress_;
  Checklist list_;
  Json params_ = Json::object();
  std::string params_fault_;
  std::map<std::string, Shard> shards_;
  const Shard* intact_ = nullptr;
  int ranks_ = 0;
  std::map<std::string, FileDigests> digests_;
  const store::Release* release_ = nullptr;
  bool settled_ = false;
  std::string release_text_;
};

}  // namespace

VerifyReport VerifyMetaFolder(const Context& context, const fs::path& folder,
                              const VerifyProgress& progress) {
  return MetaCheck(context, folder, progress).Run();
}

VerifyReport VerifyMetaRoot(const Context& context, const fs::path& root) {
  VerifyReport report{root.string(), "meta root", "", {}};
  const Checklist list = ReadChecklist(root / "tokenizer_checklist.chk");
  std::set<std::string> names = {"tokenizer.model"};
  for (const auto& [name, md5] : list.md5_of) names.insert(name);
  const auto digests = HashFiles(context, root, {names.begin(), names.end()}, nullptr);
  for (const std::string& name : names) {
    if (!digests.contains(name)) {
      report.files.push_back(Missing(name, ""));
      continue;
    }
    FileCheck check = CheckTokenizer(root, name);
    const auto listed = list.md5_of.find(name);
    if (listed != list.md5_of.end() && check.status != FileStatus::kBroken) {
      const bool same = listed->second == check.md5;
      if (!same || check.status == FileStatus::kUnknown) {
        check.status = same ? FileStatus::kOk : FileStatus::kBroken;
        check.detail = same ? "md5 of tokenizer_checklist.chk"
                            : fmt::format("md5 is {}, tokenizer_checklist.chk says {}", check.md5,
                                          listed->second);
      }
    }
    report.files.push_back(std::move(check));
  }
  if (list.present) {
    report.files.push_back(Present(root, "tokenizer_checklist.chk",
                                   list.fault.empty() ? FileStatus::kUnknown : FileStatus::kBroken,
                                   list.fault.empty() ? "1 file" : list.fault));
  }
  return report;
}

}  // namespace cria::verify
