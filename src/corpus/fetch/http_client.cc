// libcurl's easy interface. Exceptions of the taker wait until libcurl, which is C, has returned.
#include "corpus/fetch/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <exception>
#include <mutex>

#include "base/error.h"

namespace cria::corpus {
namespace {

// An error page is read to its end, so that the connection can be used again, but not for ever.
constexpr int64_t kMaxErrorPageBytes = int64_t{1} << 20;
constexpr size_t kKeptErrorPageBytes = 64 << 10;
constexpr long kBufferBytes = 256 << 10;

void StartLibrary() {
  static std::once_flag once;
  std::call_once(once, [] { CRIA_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
}

HttpEnd EndOf(CURLcode code) {
  switch (code) {
    case CURLE_OK:
      return HttpEnd::kWhole;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return HttpEnd::kRefused;
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_WRITE_ERROR:  // ours: the body is taken by a callback
      return HttpEnd::kStopped;
    default:
      return HttpEnd::kCut;
  }
}

bool IsConnected(CURLcode code) {
  return code != CURLE_COULDNT_CONNECT && code != CURLE_COULDNT_RESOLVE_HOST &&
         code != CURLE_COULDNT_RESOLVE_PROXY;
}

}  // namespace

struct HttpClient::State {
  CURL* curl = nullptr;
  std::function<bool()> stop;
  char message[CURL_ERROR_SIZE] = {};
  // Of the running request:
  HttpBody* body = nullptr;
  HttpHead head;
  bool begun = false;
  int64_t ignored_bytes = 0;
  std::string page;
  std::exception_ptr failure;

  template <class T>
  void Set(CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(curl, option, value);
    CRIA_CHECK(code == CURLE_OK, "curl option {}: {}", static_cast<int>(option),
               curl_easy_strerror(code));
  }

  bool Begin() {
    begun = true;
    return body->Begin(head);
  }

  bool Take(std::string_view bytes) {
    if (!begun && !Begin()) return false;
    if (head.status == 200 || head.status == 206) return body->Take(bytes);
    page += bytes.substr(0, kKeptErrorPageBytes - page.size());
    ignored_bytes += static_cast<int64_t>(bytes.size());
    return ignored_bytes <= kMaxErrorPageBytes;
  }

  static size_t OnBytes(char* bytes, size_t, size_t count, void* user) {
    State* state = static_cast<State*>(user);
    try {
      return state->Take({bytes, count}) ? count : CURL_WRITEFUNC_ERROR;
    } catch (...) {
      state->failure = std::current_exception();
      return CURL_WRITEFUNC_ERROR;
    }
  }

  static size_t OnHeadLine(char* bytes, size_t, size_t count, void* user) {
    State* state = static_cast<State*>(user);
    // Behind the body come trailers, which are none of the fields that matter.
    if (!state->begun) ReadHeadLine({bytes, count}, &state->head);
    return count;
  }

  static int OnProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    State* state = static_cast<State*>(user);
    return state->stop && state->stop() ? 1 : 0;
  }
};

HttpClient::HttpClient(const HttpOptions& options, std::function<bool()> stop)
    : state_(std::make_unique<State>()) {
  StartLibrary();
  State& s = *state_;
  s.curl = curl_easy_init();
  CRIA_CHECK(s.curl != nullptr);
  s.stop = std::move(stop);
  s.Set(CURLOPT_USERAGENT, options.agent.c_str());
  s.Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_seconds * 1000));
  s.Set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  s.Set(CURLOPT_LOW_SPEED_TIME, std::max(1L, static_cast<long>(options.stall_seconds)));
  s.Set(CURLOPT_NOSIGNAL, 1L);
  s.Set(CURLOPT_BUFFERSIZE, kBufferBytes);
  s.Set(CURLOPT_ERRORBUFFER, s.message);
  s.Set(CURLOPT_PROTOCOLS_STR, "http,https");
  s.Set(CURLOPT_MAXREDIRS, 10L);
  s.Set(CURLOPT_SSL_VERIFYPEER, 1L);
  s.Set(CURLOPT_SSL_VERIFYHOST, 2L);
  s.Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // a proxy's reply is not the server's
  s.Set(CURLOPT_WRITEFUNCTION, &State::OnBytes);
  s.Set(CURLOPT_WRITEDATA, &s);
  s.Set(CURLOPT_HEADERFUNCTION, &State::OnHeadLine);
  s.Set(CURLOPT_HEADERDATA, &s);
  s.Set(CURLOPT_NOPROGRESS, 0L);
  s.Set(CURLOPT_XFERINFOFUNCTION, &State::OnProgress);
  s.Set(CURLOPT_XFERINFODATA, &s);
}

HttpClient::~HttpClient() { curl_easy_cleanup(state_->curl); }

HttpResult HttpClient::Get(const HttpRequest& request, HttpBody* body) {
  state_->Set(CURLOPT_HTTPGET, 1L);
  state_->Set(CURLOPT_FOLLOWLOCATION, 1L);
  return Perform(request, {}, body);
}

HttpResult HttpClient::Post(const HttpRequest& request, HttpBody* body) {
  State& s = *state_;
  s.Set(CURLOPT_POST, 1L);
  s.Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.content.size()));
  s.Set(CURLOPT_POSTFIELDS, request.content.data());
  // Followed, a POST would become a GET or be sent to a place that nobody named.
  s.Set(CURLOPT_FOLLOWLOCATION, 0L);
  // Not every server knows the question "Expect", which libcurl puts before large bodies.
  return Perform(request, {"Content-Type: " + request.content_type, "Expect:"}, body);
}

HttpResult HttpClient::Perform(const HttpRequest& request, std::vector<std::string> further,
                               HttpBody* body) {
  State& s = *state_;
  s.body = body;
  s.head = HttpHead();
  s.begun = false;
  s.ignored_bytes = 0;
  s.page.clear();
  s.failure = nullptr;
  s.message[0] = '\0';
  s.Set(CURLOPT_URL, request.url.c_str());
  s.Set(CURLOPT_REDIR_PROTOCOLS_STR, request.url.starts_with("https:") ? "https" : "http,https");
  // libcurl's own resuming would fail where a server sends the whole file again.
  const std::string range = fmt::format("{}-", request.from_byte);
  s.Set(CURLOPT_RANGE, request.from_byte > 0 ? range.c_str() : nullptr);
  // The bytes as they are published, for they are what digests are of.
  curl_slist* fields = curl_slist_append(nullptr, "Accept-Encoding: identity");
  if (request.from_byte > 0 && !request.if_range.empty()) {
    fields = curl_slist_append(fields, ("If-Range: " + request.if_range).c_str());
  }
  further.insert(further.end(), request.fields.begin(), request.fields.end());
  for (const std::string& field : further) {
    CRIA_CHECK(field.find_first_of("\r\n") == std::string::npos);  // not printed: may be a secret
    fields = curl_slist_append(fields, field.c_str());
  }
  s.Set(CURLOPT_HTTPHEADER, fields);
  const CURLcode code = curl_easy_perform(s.curl);
  s.Set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
  curl_slist_free_all(fields);
  if (s.failure != nullptr) std::rethrow_exception(s.failure);
  HttpResult result{s.head, EndOf(code), "", IsConnected(code), std::move(s.page)};
  if (code != CURLE_OK) result.why = s.message[0] ? s.message : curl_easy_strerror(code);
  if (code == CURLE_UNSUPPORTED_PROTOCOL) result.why += " (a redirect leaves https or http)";
  // No body came, so nobody was told of the head.
  if (code == CURLE_OK && !s.begun && !s.Begin()) result.end = HttpEnd::kStopped;
  return result;
}

std::optional<int64_t> ParseHttpDate(std::string_view text) {
  if (text.empty() || text.size() > 100 || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  const time_t at = curl_getdate(std::string(text).c_str(), nullptr);
  return at == -1 ? std::nullopt : std::optional<int64_t>(at);
}

}  // namespace cria::corpus
