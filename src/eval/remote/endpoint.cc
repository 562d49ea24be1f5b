// Which replies are final, which are worth another try, and what to tell the user.
#include "eval/remote/endpoint.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/units.h"
#include "base/utf8.h"
#include "corpus/fetch/url.h"
#include "eval/remote/completion_call.h"

namespace cria::eval {
namespace {

constexpr size_t kQuotedBytes = 200;

// Collects a body up to a bound.
class BoundedBody : public corpus::HttpBody {
 public:
  explicit BoundedBody(size_t max_bytes) : max_bytes_(max_bytes) {}
  bool Begin(const corpus::HttpHead&) override { return true; }
  bool Take(std::string_view bytes) override {
    too_long = bytes.size() > max_bytes_ - text.size();
    if (!too_long) text += bytes;
    return !too_long;
  }
  std::string text;
  bool too_long = false;

 private:
  const size_t max_bytes_;
};

std::string BaseOf(std::string url) {
  const std::string where = "the address " + url.substr(0, kQuotedBytes);
  const std::string remedy = "give one such as http://localhost:8000/v1";
  const auto parsed = corpus::ParseUrl(url);
  if (!parsed) {
    throw Error("this is no http or https address", "the address of the model",
                remedy + "; a key goes into its own place, not into the address");
  }
  url = parsed->text();
  if (url.find('?') != std::string::npos) throw Error("an address with a query", where, remedy);
  const auto drop = [&](std::string_view ending) {
    if (url.ends_with(ending)) url.resize(url.size() - ending.size());
  };
  drop("/");
  if (url.ends_with("/chat/completions")) {
    throw Error("a chat endpoint gives no log-probabilities of a text that it is sent", where,
                "give the address of a completions endpoint, " + remedy.substr(5));
  }
  drop("/completions");
  if (url.find('/', url.find("://") + 3) == std::string::npos) url += "/v1";
  return url;
}

bool IsBusy(int status) { return status != 403 && corpus::IsWorthRetrying(status); }

}  // namespace

// How one try ended: with a final reply, or with a fault to be waited out.
struct Endpoint::Try {
  std::optional<Reply> reply;
  std::string fault = {};
  double asked_seconds = 0;
  bool pauses_all = false;
};

Endpoint::Endpoint(EndpointOptions options, int slots, std::function<bool()> stop)
    : options_(std::move(options)),
      url_(BaseOf(options_.url)),
      stop_(std::move(stop)),
      hosts_(0, stop_) {
  const std::string& key = options_.key;
  if (!std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7f; })) {
    throw Error("the API key has blanks, line ends or bytes that no header field can hold",
                "the API key", "give it alone, without a line end behind");
  }
  const corpus::HttpOptions http{.agent = "cria", .stall_seconds = options_.seconds};
  for (int i = 0; i < slots; ++i) {
    clients_.push_back(std::make_unique<corpus::HttpClient>(http, stop_));
  }
}

Endpoint::Reply Endpoint::Post(int slot, const std::string& path, const std::string& json,
                               size_t max_bytes) {
  return Call(slot, path, &json, max_bytes);
}

Endpoint::Reply Endpoint::Get(int slot, const std::string& path, size_t max_bytes) {
  return Call(slot, path, nullptr, max_bytes);
}

std::string Endpoint::Quote(std::string_view text) const {
  std::string quoted(text);
  const std::string& key = options_.key;
  for (size_t at = 0; !key.empty() && (at = quoted.find(key, at)) != std::string::npos; ++at) {
    quoted.replace(at, key.size(), "*");
  }
  quoted = RepairUtf8(quoted);
  if (quoted.size() > kQuotedBytes) {
    quoted.resize(CompleteUtf8Prefix(std::string_view(quoted).substr(0, kQuotedBytes)));
    quoted += "...";
  }
  for (char& c : quoted) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return quoted;
}

std::string Endpoint::Describe(const Reply& reply) const {
  return fmt::format("the server says {}: {}", reply.status, Quote(ErrorMessage(reply.body)));
}

Endpoint::Reply Endpoint::Call(int slot, const std::string& path, const std::string* json,
                               size_t max_bytes) {
  corpus::HttpRequest request{.url = url_ + path, .if_range = ""};
  if (!options_.key.empty()) request.fields.push_back("Authorization: Bearer " + options_.key);
  if (json != nullptr) {
    request.content = *json;
    request.content_type = "application/json";
  }
  for (int tries = 1;; ++tries) {
    if (!hosts_.Enter(url_)) throw Interrupted();
    Try one = Once(slot, request, json != nullptr, max_bytes);
    if (one.reply) return std::move(*one.reply);
    if (tries >= options_.tries) {
      throw Error(fmt::format("{}; tried {} times", one.fault, tries), request.url,
                  "see that the server runs and is not overloaded, ask it fewer things at once, "
                  "or give it more seconds to answer");
    }
    const double seconds = options_.back_off.Seconds(
        request.url, tries, static_cast<uint64_t>(slot), one.asked_seconds);
    if (options_.log) {
      options_.log(
          fmt::format("{}: {}; again in {}", request.url, one.fault, FormatSeconds(seconds)));
    }
    if (one.pauses_all) {
      hosts_.Pause(url_, seconds);  // Enter waits
    } else if (!corpus::SleepUnless(seconds, stop_)) {
      throw Interrupted();
    }
  }
}

Endpoint::Try Endpoint::Once(int slot, const corpus::HttpRequest& request, bool post,
                             size_t max_bytes) {
  BoundedBody body(max_bytes);
  corpus::HttpClient& client = *clients_[static_cast<size_t>(slot)];
  const corpus::HttpResult result = post ? client.Post(request, &body) : client.Get(request, &body);
  if (stop_()) throw Interrupted();
  if (body.too_long) {
    throw Error(fmt::format("the server's reply is longer than {}", FormatBytes(max_bytes)),
                request.url, "this is no reply to what was asked; check the address");
  }
  const corpus::HttpHead& head = result.head;
  if (head.status != 0) reached_.store(true);
  if (IsBusy(head.status)) {
    const double asked = corpus::RetryAfterSeconds(head.retry_after, head.date, time(nullptr));
    return {std::nullopt, Describe({head.status, result.page}), asked,
            head.status == 429 || head.status == 503 || asked > 0};
  }
  if (result.end == corpus::HttpEnd::kRefused) {
    throw Error("the server is refused: " + Quote(result.why), request.url,
                "check the address and the server's certificate");
  }
  if (!result.connected && !reached_.load()) {
    throw Error("no server answers: " + Quote(result.why), request.url,
                "start it, or give the address where it listens");
  }
  if (result.end == corpus::HttpEnd::kCut) return {std::nullopt, Quote(result.why)};
  const Reply reply{head.status, head.status == 200 ? std::move(body.text) : result.page};
  if (head.status == 401 || head.status == 403) {
    throw Error(Describe(reply), request.url,
                options_.key.empty() ? "give the API key that this server wants (OPENAI_API_KEY)"
                                     : "give a valid API key that may use this model");
  }
  if (head.status >= 300 && head.status < 400) {
    throw Error(fmt::format("the server says {}: it is elsewhere", head.status), request.url,
                "give the address that it has moved to (https in place of http, perhaps)");
  }
  return {reply};
}

}  // namespace cria::eval
