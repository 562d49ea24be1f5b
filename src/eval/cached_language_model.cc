// A line a request: {"k": key, "p": logprob, "g": greedy, "n": tokens} or {"k": key, "t": ids}. The
// first line has the identity.
#include "eval/cached_language_model.h"

#include <bit>
#include <cmath>
#include <fstream>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"

namespace cria::eval {
namespace {

constexpr const char* kFormat = "cria requests 1";

class Key {
 public:
  explicit Key(char kind) { bytes_ += kind; }
  Key& operator<<(const std::vector<int32_t>& ids) {
    *this << static_cast<uint64_t>(ids.size());
    bytes_.append(reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(int32_t));
    return *this;
  }
  Key& operator<<(uint64_t number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
    return *this;
  }
  Key& operator<<(double number) { return *this << std::bit_cast<uint64_t>(number); }
  Key& operator<<(const std::string& text) {
    *this << static_cast<uint64_t>(text.size());
    bytes_ += text;
    return *this;
  }
  std::string Hex() const {
    return fmt::format("{:016x}{:016x}", Hash64(bytes_), Hash64(bytes_, 1));
  }

 private:
  std::string bytes_;
};

std::string KeyOf(const Request& r) { return (Key('s') << r.context << r.continuation).Hex(); }

std::string KeyOf(const GenerateRequest& r) {
  Key key('t');
  key << r.prompt << r.stop << static_cast<uint64_t>(r.max_new_tokens) << r.temperature << r.top_p;
  // A greedy text has no seed.
  if (r.temperature > 0) key << r.seed << r.sequence;
  for (const std::string& text : r.stop_texts) key << text;
  return key.Hex();
}

}  // namespace

CachedLanguageModel::CachedLanguageModel(LanguageModel* model, fs::path file,
                                         const std::string& identity)
    : model_(model), file_(std::move(file)) {
  Read(identity);
  known_ = std::ssize(scores_) + std::ssize(texts_);
}

void CachedLanguageModel::Read(const std::string& identity) {
  const std::string first = Json{{"format", kFormat}, {"identity", identity}}.dump() + "\n";
  if (file_.has_parent_path()) fs::create_directories(file_.parent_path());
  const std::string text = fs::exists(file_) ? ReadFile(file_) : "";
  if (!text.starts_with(first)) return WriteFile(file_, first);
  size_t at = first.size();
  for (size_t end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    const Json line = TryParseJson(std::string_view(text).substr(at, end - at));
    if (!line.is_object() || !line.contains("k")) continue;  // damaged: asked anew
    const auto key = JsonGet<std::string>(line, "k", file_.string());
    if (line.contains("t")) {
      texts_[key] = JsonGet<std::vector<int32_t>>(line, "t", file_.string());
    } else {
      scores_[key] = {JsonGet<double>(line, "p", file_.string()),
                      JsonGet<bool>(line, "g", file_.string()),
                      JsonGet<int64_t>(line, "n", file_.string()),
                      JsonGetOr<bool>(line, "c", false, file_.string())};
    }
  }
  if (at < text.size()) fs::resize_file(file_, at);  // cut off by the end of the process
}

void CachedLanguageModel::Append(const std::string& lines) const {
  std::ofstream out(file_, std::ios::app | std::ios::binary);
  out << lines << std::flush;
  if (!out) {
    throw Error("what the model said cannot be kept", file_.string(),
                "make room on the disk, or evaluate without it");
  }
}

std::vector<ContinuationScore> CachedLanguageModel::Loglikelihood(
    std::span<const Request> requests) {
  std::vector<std::string> keys;
  std::vector<Request> unknown;
  std::vector<size_t> at;
  for (size_t i = 0; i < requests.size(); ++i) {
    keys.push_back(KeyOf(requests[i]));
    if (scores_.contains(keys[i])) continue;
    unknown.push_back(requests[i]);
    at.push_back(i);
  }
  const std::vector<ContinuationScore> fresh = model_->Loglikelihood(unknown);
  std::string lines;
  for (size_t i = 0; i < fresh.size(); ++i) {
    scores_[keys[at[i]]] = fresh[i];
    // What is no number is not kept: the caller refuses it.
    if (!std::isfinite(fresh[i].logprob)) continue;
    Json line = {{"k", keys[at[i]]},
                 {"p", fresh[i].logprob},
                 {"g", fresh[i].greedy},
                 {"n", fresh[i].tokens}};
    if (fresh[i].cut) line["c"] = true;
    lines += line.dump() + "\n";
  }
  if (!lines.empty()) Append(lines);
  std::vector<ContinuationScore> scores;
  for (const std::string& key : keys) scores.push_back(scores_.at(key));
  return scores;
}

std::vector<std::vector<int32_t>> CachedLanguageModel::GenerateAll(
    std::span<const GenerateRequest> requests) {
  std::vector<std::string> keys;
  std::vector<GenerateRequest> unknown;
  std::vector<size_t> at;
  for (size_t i = 0; i < requests.size(); ++i) {
    keys.push_back(KeyOf(requests[i]));
    if (texts_.contains(keys[i])) continue;
    unknown.push_back(requests[i]);
    at.push_back(i);
  }
  const std::vector<std::vector<int32_t>> fresh = model_->GenerateAll(unknown);
  std::string lines;
  for (size_t i = 0; i < fresh.size(); ++i) {
    texts_[keys[at[i]]] = fresh[i];
    lines += Json{{"k", keys[at[i]]}, {"t", fresh[i]}}.dump() + "\n";
  }
  if (!lines.empty()) Append(lines);
  std::vector<std::vector<int32_t>> texts;
  for (const std::string& key : keys) texts.push_back(texts_.at(key));
  return texts;
}

}  // namespace cria::eval
