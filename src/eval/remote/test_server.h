// A small HTTP server on localhost for tests: a thread per connection, and a function that answers.
// With it a known model behind a completions endpoint, which speaks the dialects of real servers.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/utf8.h"

namespace cria::eval {

struct SeenRequest {
  std::string method, path, body;
  std::map<std::string, std::string> fields;  // names in small letters
};

struct SentReply {
  int status = 200;
  std::string body = {};
  std::vector<std::string> fields = {};
  size_t missing_bytes = 0;  // announced, but never sent
  double wait_seconds = 0;
};

class TestServer {
 public:
  using Answer = std::function<SentReply(const SeenRequest&)>;

  explicit TestServer(Answer answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    CRIA_CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    CRIA_CHECK(::listen(listener_, 64) == 0);
    CRIA_CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    accepter_ = std::thread([this] { Accept(); });
  }

  ~TestServer() {
    stopping_.store(true);
    ::shutdown(listener_, SHUT_RDWR);
    accepter_.join();
    {
      const std::lock_guard lock(mutex_);
      for (int socket : open_) ::shutdown(socket, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    ::close(listener_);
  }

  std::string url() const { return fmt::format("http://127.0.0.1:{}/v1", port_); }

  std::vector<SeenRequest> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  void Accept() {
    while (true) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      const std::lock_guard lock(mutex_);
      open_.insert(socket);
      threads_.emplace_back([this, socket] {
        while (Serve(socket)) {
        }
        const std::lock_guard closing(mutex_);
        open_.erase(socket);
        ::close(socket);
      });
    }
  }

  // Bytes until `text` holds `bytes`; false at the end of the connection.
  static bool ReadMore(int socket, std::string* text) {
    char buffer[65536];
    const ssize_t got = ::recv(socket, buffer, sizeof(buffer), 0);
    if (got > 0) text->append(buffer, static_cast<size_t>(got));
    return got > 0;
  }

  bool Serve(int socket) {
    std::string text;
    size_t head_end;
    while ((head_end = text.find("\r\n\r\n")) == std::string::npos) {
      if (!ReadMore(socket, &text)) return false;
    }
    SeenRequest request;
    size_t at = text.find("\r\n");
    const std::string first = text.substr(0, at);
    request.method = first.substr(0, first.find(' '));
    request.path = first.substr(request.method.size() + 1);
    request.path.resize(request.path.find(' '));
    while (at < head_end) {
      const size_t next = text.find("\r\n", at + 2);
      const std::string line = text.substr(at + 2, next - at - 2);
      std::string name = line.substr(0, line.find(':'));
      for (char& c : name) c = static_cast<char>(std::tolower(c));
      request.fields[name] = line.substr(name.size() + 2);
      at = next;
    }
    const size_t length = request.fields.contains("content-length")
                              ? std::stoul(request.fields["content-length"])
                              : 0;
    while (text.size() < head_end + 4 + length) {
      if (!ReadMore(socket, &text)) return false;
    }
    request.body = text.substr(head_end + 4, length);
    {
      const std::lock_guard lock(mutex_);
      seen_.push_back(request);
    }
    return Send(socket, answer_(request));
  }

  bool Send(int socket, const SentReply& reply) {
    for (double waited = 0; waited < reply.wait_seconds && !stopping_.load(); waited += 0.02) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    std::string text = fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\n", reply.status,
                                   reply.body.size() + reply.missing_bytes);
    for (const std::string& field : reply.fields) text += field + "\r\n";
    text += "\r\n" + reply.body;
    for (size_t at = 0; at < text.size();) {
      const ssize_t sent = ::send(socket, text.data() + at, text.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return false;
      at += static_cast<size_t>(sent);
    }
    return reply.missing_bytes == 0;
  }

  const Answer answer_;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread accepter_;
  mutable std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::thread> threads_;
  std::vector<SeenRequest> seen_;
};

/// Words with the blank before them, digits and other characters singly, characters beyond the
/// basic plane byte by byte.
inline std::vector<std::string> WordTokens(std::string_view text) {
  std::vector<std::string> tokens;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    if (text[at] == ' ' && at + 1 < text.size() && text[at + 1] != ' ') ++at;
    const size_t length = static_cast<size_t>(DecodeUtf8(text.substr(at)).length);
    if (length == 4) {
      if (at > begin) tokens.emplace_back(" ");
      for (size_t i = 0; i < 4; ++i) tokens.emplace_back(text.substr(at + i, 1));
      at += 4;
      continue;
    }
    at += length;
    if (is_letter(text[at - 1])) {
      while (at < text.size() && is_letter(text[at])) ++at;
    }
    tokens.emplace_back(text.substr(begin, at - begin));
  }
  return tokens;
}

/// ln p of a token, whatever stands before it.
inline double WordLogprob(std::string_view token) {
  return -0.5 - static_cast<double>(Hash64(token) % 1000) / 128;
}

/// What the model would choose anywhere has this ln p.
inline constexpr double kLikeliestLogprob = -2.5;

struct Dialect {
  enum class Offsets { kCharacters, kBytes, kMissing, kMinusOne } offsets = Offsets::kCharacters;
  enum class Strings {
    kOpenAi,
    kReplaced,
    kHeldBack,
    kPieces,
    kNoBlanks
  } strings = Strings::kOpenAi;
  std::string bos = {};    // printed for the token that the server puts in front
  bool takes_zero = true;  // of max_tokens
  bool takes_lists = true;
  bool first_of_list = false;  // answers to the first prompt of a list alone
  bool reversed = false;       // choices in any order
  size_t context_bytes = SIZE_MAX;
};

/// The completions endpoint of the model of WordLogprob. It writes " yes" for every token asked
/// for.
class WordServer {
 public:
  explicit WordServer(Dialect dialect) : dialect_(std::move(dialect)) {}

  SentReply operator()(const SeenRequest& request) const {
    if (request.path != "/v1/completions" || request.method != "POST") return {404, "{}"};
    const Json call = ParseJson(request.body, "request");
    std::vector<std::string> prompts;
    if (call["prompt"].is_string()) {
      prompts.push_back(call["prompt"]);
    } else {
      prompts = call["prompt"].get<std::vector<std::string>>();
      if (!dialect_.takes_lists) return Refuse("prompt must be a string");
    }
    const int64_t max_tokens = call["max_tokens"];
    if (max_tokens == 0 && !dialect_.takes_zero) return Refuse("max_tokens must be at least 1");
    Json choices = Json::array();
    for (size_t i = 0; i < prompts.size(); ++i) {
      if (prompts[i].size() > dialect_.context_bytes) {
        return Refuse("This model's maximum context length is less than that");
      }
      choices.push_back(Choice(prompts[i], max_tokens, call.value("echo", false)));
      choices.back()["index"] = i;
    }
    if (dialect_.first_of_list) choices = Json::array({choices[0]});
    if (dialect_.reversed) std::reverse(choices.begin(), choices.end());
    return {200, Json{{"object", "text_completion"}, {"choices", choices}}.dump()};
  }

 private:
  static SentReply Refuse(const std::string& message) {
    return {400, Json{{"error", {{"message", message}}}}.dump()};
  }

  Json Choice(const std::string& prompt, int64_t max_tokens, bool echo) const {
    std::string written;
    for (int64_t i = 0; i < max_tokens; ++i) written += " yes";
    if (!echo) return {{"text", written}, {"logprobs", nullptr}};
    Json texts = Json::array(), logprobs = Json::array(), top = Json::array(),
         offsets = Json::array();
    const auto add = [&](const std::string& text, const Json& logprob, size_t offset) {
      texts.push_back(text);
      logprobs.push_back(logprob);
      const bool none = logprob.is_null();
      top.push_back(none ? Json() : Json{{text, logprob}, {" the", kLikeliestLogprob}});
      offsets.push_back(offset);
    };
    if (!dialect_.bos.empty()) add(dialect_.bos, nullptr, 0);
    const std::string all = prompt + written;
    size_t at = 0;
    for (const std::string& token : WordTokens(all)) {
      const Json logprob = texts.empty() ? Json() : Json(WordLogprob(token));
      add(Printed(all, at, token), logprob, Offset(all, at));
      at += token.size();
    }
    Json described = {{"tokens", texts}, {"token_logprobs", logprobs}, {"top_logprobs", top}};
    using Offsets = Dialect::Offsets;
    if (dialect_.offsets == Offsets::kMinusOne) {
      for (Json& offset : offsets) offset = -1;
    }
    if (dialect_.offsets != Offsets::kMissing) described["text_offset"] = offsets;
    return {{"text", all}, {"logprobs", described}};
  }

  size_t Offset(const std::string& text, size_t at) const {
    if (dialect_.offsets == Dialect::Offsets::kBytes) return at;
    size_t characters = 0;
    for (size_t i = 0; i < at; ++i) characters += (text[i] & 0xC0) != 0x80;
    // Within a character: where it begins.
    return at < text.size() && (text[at] & 0xC0) == 0x80 ? characters - 1 : characters;
  }

  std::string Printed(const std::string& text, size_t at, const std::string& token) const {
    using Strings = Dialect::Strings;
    const bool part = !IsValidUtf8(token);
    const int byte = static_cast<unsigned char>(token[0]);
    switch (dialect_.strings) {
      case Strings::kOpenAi:
        return part ? fmt::format("bytes:\\x{:02x}", byte) : token;
      case Strings::kReplaced:
        return part ? "\xEF\xBF\xBD" : token;
      case Strings::kHeldBack: {  // the whole character with its last byte
        const bool last = at + 1 == text.size() || (text[at + 1] & 0xC0) != 0x80;
        return !part ? token : last ? text.substr(at - 3, 4) : "";
      }
      case Strings::kPieces: {
        if (part) return fmt::format("<0x{:02X}>", byte);
        const bool blank = token.starts_with(' ');
        const std::string_view rest = std::string_view(token).substr(blank ? 1 : 0);
        return (blank || at == 0 ? "\xE2\x96\x81" : "") + std::string(rest);
      }
      case Strings::kNoBlanks:
        return part                                         ? "\xEF\xBF\xBD"
               : token.starts_with(' ') && token.size() > 1 ? token.substr(1)
                                                            : token;
    }
    return token;
  }

  const Dialect dialect_;
};

}  // namespace cria::eval
