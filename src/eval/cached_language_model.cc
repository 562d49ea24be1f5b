// A line a request: {"k": key, "p": logprob, "g": greedy, "n": tokens} or {"k": key, "t": ids},
// with "c" where something was cut. The first line has the identity.
#include "eval/cached_language_model.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>

#include "base/error.h"
#include "base/hash.h"

namespace cria::eval {
namespace {

constexpr const char* kFormat = "cria requests 1";

// A slow model's replies reach the file one by one; a fast one's need not.
constexpr std::chrono::milliseconds kWritten{500};

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

Json LineOf(const std::string& key, const ContinuationScore& score) {
  return {{"k", key}, {"p", score.logprob}, {"g", score.greedy}, {"n", score.tokens}};
}

Json LineOf(const std::string& key, const WrittenText& text) {
  return {{"k", key}, {"t", text.ids}};
}

// What is no number is not kept: the caller refuses it.
bool IsKept(const ContinuationScore& score) { return std::isfinite(score.logprob); }
bool IsKept(const WrittenText&) { return true; }

}  // namespace

CachedLanguageModel::CachedLanguageModel(LanguageModel* model, fs::path file,
                                         const std::string& identity, bool replace, bool shared)
    : model_(model), file_(std::move(file)) {
  Read(identity, replace, shared);
  known_ = std::ssize(scores_) + std::ssize(texts_);
  out_.open(file_, std::ios::app | std::ios::binary);
}

void CachedLanguageModel::Read(const std::string& identity, bool replace, bool shared) {
  const std::string first = Json{{"format", kFormat}, {"identity", identity}}.dump() + "\n";
  if (file_.has_parent_path()) fs::create_directories(file_.parent_path());
  if (!shared) lock_ = FileLock(file_);
  std::string text = fs::exists(file_) ? ReadFile(file_) : "";
  if (!text.starts_with(first)) {
    if (!first.starts_with(text)) Drop(text, replace);  // its own first line may be torn
    text = first;
    if (!(std::ofstream(file_, std::ios::binary) << first).flush()) {
      throw Error("what the model says cannot be kept", file_.string(),
                  "check the path and the room on the disk");
    }
  }
  size_t at = first.size();
  for (size_t end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    try {
      ReadLine(TryParseJson(std::string_view(text).substr(at, end - at)));
    } catch (const Error&) {
      ++damaged_;  // asked anew
    }
  }
  // Cut off by the end of a process, or still being written by another.
  if (at < text.size() && !shared) fs::resize_file(file_, at);
}

// Replies of another model, or under other settings; never anything else.
void CachedLanguageModel::Drop(const std::string& text, bool replace) {
  const Json head = TryParseJson(text.substr(0, text.find('\n')));
  if (!text.empty() &&
      (!head.is_object() || !head.contains("format") || head["format"] != kFormat)) {
    throw Error("something else than kept replies stands here", file_.string(),
                "move it away, or name another --out or --cache");
  }
  forgotten_ = std::max<int64_t>(0, std::count(text.begin(), text.end(), '\n') - 1);
  if (forgotten_ == 0 || replace) return;
  throw Error(fmt::format("{} replies of another model, or under other settings, are kept here",
                          forgotten_),
              file_.string(),
              "go on with that model and its settings, remove the file, or drop them with --force");
}

void CachedLanguageModel::ReadLine(const Json& line) {
  const std::string where = file_.string();
  const auto key = JsonGet<std::string>(line, "k", where);
  const bool cut = JsonGetOr(line, "c", false, where);
  if (line.contains("t")) {
    texts_[key] = {JsonGet<std::vector<int32_t>>(line, "t", where), cut};
  } else {
    scores_[key] = {JsonGet<double>(line, "p", where), JsonGet<bool>(line, "g", where),
                    JsonGet<int64_t>(line, "n", where), cut};
  }
}

template <class Reply>
void CachedLanguageModel::Keep(const std::string& key, const Reply& reply, Known<Reply>* known) {
  const std::lock_guard lock(mutex_);
  (*known)[key] = reply;
  if (!IsKept(reply)) return;
  Json line = LineOf(key, reply);
  if (reply.cut) line["c"] = true;
  out_ << line.dump() << '\n';
  const auto now = std::chrono::steady_clock::now();
  if (now - written_ < kWritten) return;
  out_.flush();
  written_ = now;
}

// `ask` passes requests on to the model.
template <class Asked, class Ask>
std::vector<typename Asked::Reply> CachedLanguageModel::Answer(std::span<const Asked> requests,
                                                               Known<typename Asked::Reply>* known,
                                                               const Ask& ask) {
  using Reply = typename Asked::Reply;
  std::vector<std::string> keys;
  std::vector<Asked> unknown;
  for (const Asked& request : requests) {
    const std::string& key = keys.emplace_back(KeyOf(request));
    if (const auto found = known->find(key); found != known->end()) {
      if (request.on_end) request.on_end(found->second);
      continue;
    }
    unknown.push_back(request);
    unknown.back().on_end = [this, key, known, tell = request.on_end](const Reply& reply) {
      Keep(key, reply, known);
      if (tell) tell(reply);
    };
  }
  try {
    ask(unknown);
  } catch (...) {
    out_.flush();
    throw;
  }
  if (!out_.flush()) {
    throw Error("what the model said cannot be kept", file_.string(),
                "make room on the disk, or evaluate without it");
  }
  std::vector<Reply> replies;
  for (const std::string& key : keys) replies.push_back(known->at(key));
  return replies;
}

std::vector<ContinuationScore> CachedLanguageModel::Loglikelihood(
    std::span<const Request> requests) {
  return Answer(requests, &scores_, [&](const auto& asked) { model_->Loglikelihood(asked); });
}

std::vector<WrittenText> CachedLanguageModel::GenerateAll(
    std::span<const GenerateRequest> requests) {
  return Answer(requests, &texts_, [&](const auto& asked) { model_->GenerateAll(asked); });
}

}  // namespace cria::eval
