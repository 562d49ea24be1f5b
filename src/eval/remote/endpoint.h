// Calls to a server that may be busy: keys, retries, waits, and faults in words. Used by several
// threads at once. What is said in the calls is not its business.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/fetch/back_off.h"
#include "corpus/fetch/hosts.h"
#include "corpus/fetch/http_client.h"

namespace cria::eval {

struct EndpointOptions {
  std::string url;  ///< of the service, up to "/v1"; that, or "/completions" behind, may be left
  std::string key = {};  ///< sent as a bearer token; never shown. Empty: none
  double seconds = 600;  ///< without a byte from the server, until a try counts as failed
  int tries = 6;         ///< of each call
  corpus::BackOff back_off = {};
  std::function<void(const std::string&)> log = nullptr;  ///< of failed tries, from any thread
};

class Endpoint {
 public:
  struct Reply {
    int status = 0;  ///< 200, or a final one: 400, 404, 413, 422, ...
    std::string body;
  };

  /// `slots`: calls that may run at once. `stop`, asked often, ends all of them with Interrupted.
  /// Throws Error on a bad address or key.
  Endpoint(EndpointOptions options, int slots, std::function<bool()> stop);

  /// The base, such as http://localhost:8000/v1.
  const std::string& url() const { return url_; }

  /// POST of JSON to url() + `path`. `slot`: one call at a time on each. A reply of more than
  /// `max_bytes` is refused. Throws Error when all tries failed, on a certificate, an address or a
  /// key that is refused and on redirects; Interrupted. 429 and 5xx are tried again, as late as
  /// Retry-After says; before the first reply of all, a server that cannot be reached is not.
  Reply Post(int slot, const std::string& path, const std::string& json, size_t max_bytes);
  /// The same with GET.
  Reply Get(int slot, const std::string& path, size_t max_bytes);

  /// Words of the server, fit to be shown: short, without control bytes and without the key.
  std::string Quote(std::string_view text) const;
  /// "the server says 404: message".
  std::string Describe(const Reply& reply) const;

 private:
  struct Try;
  Reply Call(int slot, const std::string& path, const std::string* json, size_t max_bytes);
  Try Once(int slot, const corpus::HttpRequest& request, bool post, size_t max_bytes);

  const EndpointOptions options_;
  std::string url_;
  const std::function<bool()> stop_;
  corpus::Hosts hosts_;
  std::atomic<bool> reached_{false};
  std::vector<std::unique_ptr<corpus::HttpClient>> clients_;
};

}  // namespace cria::eval
