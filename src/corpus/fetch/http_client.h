// One GET or POST request over http or https at a time, on a connection that is kept for the next.
// Retries, files and digests are not its business. The only place that knows libcurl.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/fetch/http_head.h"

namespace cria::corpus {

struct HttpRequest {
  std::string url;
  int64_t from_byte = 0;  ///< above 0: only the rest is asked for
  std::string if_range;   ///< the rest only if the file still has this ETag or date; may be empty
  std::vector<std::string> fields = {};         ///< further ones, "Name: value", without line ends
  std::string content = {}, content_type = {};  ///< what Post sends
};

/// Takes the reply. Both may throw; Get or Post ends the transfer and lets it pass.
class HttpBody {
 public:
  virtual ~HttpBody() = default;
  /// Called once, before the first byte, when redirects are over. False ends the transfer.
  virtual bool Begin(const HttpHead& head) = 0;
  /// Only for replies of status 200 and 206. False ends the transfer.
  virtual bool Take(std::string_view bytes) = 0;
};

enum class HttpEnd {
  kWhole,    ///< the reply came to its end, whatever its status
  kCut,      ///< no connection, a timeout, a short read: worth another try
  kRefused,  ///< a bad certificate, a redirect out of http(s) or in a circle: no use to try again
  kStopped,  ///< by HttpBody or by `stop`
};

struct HttpResult {
  HttpHead head;
  HttpEnd end = HttpEnd::kWhole;
  std::string why;        ///< the fault in words, if the end is not kWhole
  bool connected = true;  ///< false: no server was reached
  std::string page = {};  ///< the first 64 KiB of a reply that is neither 200 nor 206
};

struct HttpOptions {
  std::string agent;            ///< the User-Agent field
  double connect_seconds = 30;  ///< until a connection stands
  double stall_seconds = 60;    ///< without a byte
};

/// Not for two threads at once; several clients may run side by side. Certificates are checked.
/// Redirects are followed, up to 10, to http and https, but from https only to https.
class HttpClient {
 public:
  /// `stop` is asked at least once a second, and ends a transfer.
  HttpClient(const HttpOptions& options, std::function<bool()> stop);
  ~HttpClient();
  HttpResult Get(const HttpRequest& request, HttpBody* body);
  /// Sends `content`. Redirects are not followed: they are the reply.
  HttpResult Post(const HttpRequest& request, HttpBody* body);

 private:
  struct State;
  HttpResult Perform(const HttpRequest& request, std::vector<std::string> further, HttpBody* body);
  std::unique_ptr<State> state_;
};

/// The seconds since the Unix epoch of a date as HTTP writes it; nothing if it is none.
std::optional<int64_t> ParseHttpDate(std::string_view text);

}  // namespace cria::corpus
