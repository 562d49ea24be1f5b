// Against a server in this process: a known model in the dialects of real servers, and servers that
// fail in every way.
#include "eval/remote/remote_language_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "base/interrupt.h"
#include "eval/remote/test_server.h"
#include "eval/test_model.h"

namespace cria::eval {
namespace {

constexpr const char* kKey = "sk-secret/+=0123456789";

// Proxies of the environment are not for this machine's own servers.
const bool kDirect = ::setenv("no_proxy", "127.0.0.1", 1) == 0;

RemoteModelOptions OptionsFor(const std::string& url) {
  RemoteModelOptions options;
  options.server.url = url;
  options.server.key = kKey;
  options.server.tries = 3;
  options.server.back_off.first_seconds = 0.01;
  options.model = "words";
  return options;
}

Request MakeRequest(const std::string& context, const std::string& continuation) {
  const TextCodec codec = RemoteCodec();
  std::vector<int32_t> ids = codec.encode(continuation);
  ids.erase(ids.begin());
  return {codec.encode(context), ids};
}

// The same model in this process, over bytes: the tokens that hold a byte of the continuation.
class WordModel : public TestModel {
  ContinuationScore Score(const Request& request) override {
    const TextCodec codec = RemoteCodec();
    const std::string context = codec.decode(request.context);
    ContinuationScore score{.logprob = 0, .greedy = true};
    size_t end = 0;
    for (const std::string& token : WordTokens(context + codec.decode(request.continuation))) {
      end += token.size();
      if (end <= context.size()) continue;
      score.logprob += WordLogprob(token);
      score.greedy = score.greedy && WordLogprob(token) >= kLikeliestLogprob;
    }
    return score;
  }
};

// The words of the Error that `f` throws; empty if it throws none.
std::string ErrorOf(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// What comes of one request to a server that answers so.
std::string ErrorFrom(TestServer::Answer answer, RemoteModelOptions options = OptionsFor("")) {
  TestServer server(std::move(answer));
  options.server.url = server.url();
  std::string logged;
  options.server.log = [&](const std::string& line) { logged += line; };
  const std::string error = ErrorOf([&] {
    RemoteLanguageModel model(options);
    const Request request = MakeRequest("One", " two");
    model.Loglikelihood({&request, 1});
  });
  EXPECT_EQ((error + logged).find(kKey), std::string::npos) << error << logged;
  return error;
}

#define EXPECT_SAYS(text, words) EXPECT_NE((text).find(words), std::string::npos) << (text)

std::vector<Request> ManyRequests() {
  std::vector<Request> requests = {
      MakeRequest("The cat", " sat on the mat."),
      MakeRequest("The ca", "t sat"),  // a token straddles the border
      MakeRequest("Na\xC3\xAFve caf\xC3\xA9 \xE2\x80\x93", " d\xC3\xA9j\xC3\xA0 vu"),
      MakeRequest("caf\xC3", "\xA9 au lait"),  // so does a character
      MakeRequest("\xE4\xB8\xAD\xE6\x96\x87", "\xE5\xAD\x97 x"),
      MakeRequest("smile \xF0\x9F\x99\x82", " and \xF0\x9F\x98\x80 go"),
      MakeRequest("smile", " \xF0\x9F\x99\x82"),
      MakeRequest("a  b", "  c\n\nd"),
      MakeRequest("x", ""),
      MakeRequest("Question: 12 + 30 = ?\nAnswer:", " 42"),
  };
  for (int i = 0; i < 60; ++i) {
    const std::string word(static_cast<size_t>(1 + i % 7), static_cast<char>('a' + i % 26));
    requests.push_back(MakeRequest("Number " + std::to_string(i) + ":", " " + word + " " + word));
  }
  return requests;
}

void ExpectSameScores(LanguageModel* model, const std::string& what) {
  const std::vector<Request> requests = ManyRequests();
  const auto wanted = WordModel().Loglikelihood(requests);
  const auto got = model->Loglikelihood(requests);
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_DOUBLE_EQ(got[i].logprob, wanted[i].logprob) << what << ", request " << i;
    EXPECT_EQ(got[i].greedy, wanted[i].greedy) << what << ", request " << i;
  }
}

TEST(RemoteLanguageModel, ScoresLikeTheSameModelHere) {
  using Offsets = Dialect::Offsets;
  using Strings = Dialect::Strings;
  const std::vector<std::pair<std::string, Dialect>> dialects = {
      {"plain", {}},
      {"bytes", {.offsets = Offsets::kBytes, .bos = "<s>"}},
      {"no offsets", {.offsets = Offsets::kMissing, .takes_lists = false}},
      {"no zero", {.takes_zero = false, .reversed = true}},
      {"held back", {.offsets = Offsets::kMinusOne, .strings = Strings::kHeldBack}},
      {"pieces", {.strings = Strings::kPieces, .bos = "<s>"}},
      {"replaced", {.strings = Strings::kReplaced, .first_of_list = true}},
      {"no blanks", {.offsets = Offsets::kMinusOne, .strings = Strings::kNoBlanks, .bos = "</s>"}},
  };
  for (const auto& [what, dialect] : dialects) {
    TestServer server{WordServer(dialect)};
    for (int parallel : {1, 5}) {
      RemoteModelOptions options = OptionsFor(server.url());
      options.parallel = parallel;
      options.prompts_at_once = parallel == 1 ? 7 : 16;
      RemoteLanguageModel model(options);
      ExpectSameScores(&model, what);
    }
  }
}

TEST(RemoteLanguageModel, SaysWhatItSends) {
  TestServer server(WordServer({.takes_zero = false}));
  RemoteModelOptions options = OptionsFor(server.url());
  options.prompts_at_once = 2;
  RemoteLanguageModel model(options);
  const std::vector<Request> requests = {MakeRequest("a", " b"), MakeRequest("c", " d"),
                                         MakeRequest("e", " f")};
  model.Loglikelihood(requests);
  model.Loglikelihood(requests);
  const std::vector<SeenRequest> seen = server.seen();
  ASSERT_EQ(seen.size(), 2 + 2 * 2);  // found out once: 0, then 1
  EXPECT_EQ(ParseJson(seen[0].body, "")["max_tokens"], 0);
  std::multiset<std::string> prompts;
  for (size_t i = 1; i < seen.size(); ++i) {
    const Json body = ParseJson(seen[i].body, "");
    EXPECT_EQ(body["max_tokens"], 1);
    EXPECT_EQ(body["model"], "words");
    EXPECT_EQ(seen[i].path, "/v1/completions");
    EXPECT_EQ(seen[i].fields.at("authorization"), std::string("Bearer ") + kKey);
    EXPECT_EQ(seen[i].fields.at("content-type"), "application/json");
    EXPECT_FALSE(seen[i].fields.contains("expect"));
    if (i > 1) prompts.insert(body["prompt"].dump());
  }
  EXPECT_EQ(prompts, (std::multiset<std::string>{R"(["a b","c d"])", R"(["a b","c d"])", R"("e f")",
                                                 R"("e f")"}));
  EXPECT_EQ(model.vocab_size(), 257);
  EXPECT_EQ(model.context_length(), 2048 * 3);
}

TEST(RemoteLanguageModel, BeginningsOfTexts) {
  const Request request = MakeRequest("", "Hello there");
  const double whole = WordLogprob("Hello") + WordLogprob(" there");
  TestServer with_bos(WordServer({.bos = "<|begin|>"}));
  RemoteLanguageModel model(OptionsFor(with_bos.url()));
  EXPECT_DOUBLE_EQ(model.Loglikelihood({&request, 1})[0].logprob, whole);
  TestServer without(WordServer(Dialect{}));
  RemoteModelOptions options = OptionsFor(without.url());
  RemoteLanguageModel bare(options);
  EXPECT_SAYS(ErrorOf([&] { bare.Loglikelihood({&request, 1}); }), "the first token");
  options.bos_text = "#";
  RemoteLanguageModel told(options);
  EXPECT_DOUBLE_EQ(told.Loglikelihood({&request, 1})[0].logprob, whole);
}

// Windows that cut "é" in two: each character is counted once.
TEST(RemoteLanguageModel, WindowsOfBytes) {
  TestServer server(WordServer({.bos = "<s>"}));
  RemoteLanguageModel model(OptionsFor(server.url()));
  const std::vector<int32_t> ids = RemoteCodec().encode("x \xC3\xA9 y");
  const std::span<const int32_t> all(ids);
  const std::vector<Window> windows = {{all.first(4), 1},    // BOS x _ C3
                                       {all.subspan(1), 3},  // x _ C3 | A9 _ y
                                       {all.subspan(4), 1},  // A9 | _ y
                                       {all.first(4), 3}};   // BOS x _ | C3
  const std::vector<double> sums = model.RollingLoglikelihood(windows);
  EXPECT_DOUBLE_EQ(sums[0], WordLogprob("x") + WordLogprob(" "));
  EXPECT_DOUBLE_EQ(sums[1], WordLogprob(" \xC3\xA9") + WordLogprob(" y"));
  EXPECT_DOUBLE_EQ(sums[2], WordLogprob(" y"));
  EXPECT_EQ(sums[3], 0);
  EXPECT_SAYS(ErrorOf([&] { model.NewReader(4); }), "not offered by a remote model");
  const Request bad = MakeRequest("a\xFF", " b");
  EXPECT_SAYS(ErrorOf([&] { model.Loglikelihood({&bad, 1}); }), "no UTF-8");
}

TEST(RemoteLanguageModel, CutsWhatIsTooLong) {
  TestServer server(WordServer({.context_bytes = 100}));
  RemoteModelOptions options = OptionsFor(server.url());
  RemoteLanguageModel model(options);
  std::string context;
  for (int i = 0; i < 60; ++i) context += "\xC3\xA9 ";
  const std::vector<Request> requests = {MakeRequest("a", " b"), MakeRequest(context, " yes"),
                                         MakeRequest("c", " d")};
  EXPECT_DOUBLE_EQ(model.Loglikelihood(requests)[1].logprob, WordLogprob(" yes"));
  EXPECT_GT(model.cuts(), 0);
  const Request endless = MakeRequest("a", std::string(200, 'b'));
  EXPECT_SAYS(ErrorOf([&] { model.Loglikelihood({&endless, 1}); }), "true context length");
  // By the length that was told: 24 ids and one that is only predicted; the cut falls into "é".
  options.context_tokens = 8;
  RemoteLanguageModel told(options);
  const Request longer = MakeRequest(
      "aaaa bbbb \xC3\xA9"
      "ccccc dddd eeee eee",
      " ffff");
  EXPECT_DOUBLE_EQ(told.Loglikelihood({&longer, 1})[0].logprob, WordLogprob(" ffff"));
  EXPECT_EQ(ParseJson(server.seen().back().body, "")["prompt"], "ccccc dddd eeee eee ffff");
  EXPECT_SAYS(ErrorOf([&] { told.Loglikelihood({&endless, 1}); }), "a continuation of 200 bytes");
}

TEST(RemoteLanguageModel, WritesTexts) {
  TestServer server([](const SeenRequest& request) {
    const Json call = ParseJson(request.body, "");
    const std::vector<std::string> prompts = call["prompt"].is_string()
                                                 ? std::vector<std::string>{call["prompt"]}
                                                 : call["prompt"].get<std::vector<std::string>>();
    Json choices = Json::array();
    for (const std::string& prompt : prompts) {
      choices.push_back(
          {{"text", " after " + prompt + "\nmore \xC3\xA9"}, {"index", choices.size()}});
    }
    return SentReply{200, Json{{"choices", choices}}.dump()};
  });
  RemoteLanguageModel model(OptionsFor(server.url()));
  const TextCodec codec = RemoteCodec();
  std::vector<GenerateRequest> requests;
  for (int i = 0; i < 20; ++i) {
    requests.push_back({.prompt = codec.encode("p" + std::to_string(i)), .max_new_tokens = 9});
    if (i % 2 == 0) requests.back().stop = {'\n' + 1};
  }
  requests.push_back({.prompt = codec.encode("drawn"),
                      .max_new_tokens = 9,
                      .temperature = 0.5,
                      .top_p = 0.9,
                      .seed = 3,
                      .sequence = 1,
                      .stop_texts = {"a", "b", "c", "d", "e"}});
  requests.push_back(requests.back());
  requests.back().sequence = 2;
  const auto written = model.GenerateAll(requests);
  ASSERT_EQ(written.size(), 22);
  for (int i = 0; i < 20; ++i) {
    const std::string head = " after p" + std::to_string(i);
    EXPECT_EQ(codec.decode(written[static_cast<size_t>(i)].ids),
              i % 2 == 0 ? head : head + "\nmore \xC3\xA9");
  }
  std::set<int64_t> seeds;
  for (const SeenRequest& seen : server.seen()) {
    const Json body = ParseJson(seen.body, "");
    EXPECT_EQ(body["max_tokens"], 9);
    EXPECT_FALSE(body.contains("echo"));
    EXPECT_EQ(body.contains("seed"), body["prompt"] == "drawn");
    if (!body.contains("seed")) continue;
    EXPECT_EQ(body["temperature"], 0.5);
    EXPECT_EQ(body["top_p"], 0.9);
    EXPECT_EQ(body["stop"].dump(), R"(["a","b","c","d"])");
    seeds.insert(body["seed"].get<int64_t>());
  }
  EXPECT_EQ(seeds.size(), 2);
  EXPECT_LT(*seeds.rbegin(), int64_t{1} << 31);
}

// Replies without room for all that was asked for, as a local model's would be counted.
TEST(RemoteLanguageModel, SaysWhichTextsWereCut) {
  constexpr size_t kContext = 40;  // a token is a byte
  TestServer server([](const SeenRequest& request) {
    const Json call = ParseJson(request.body, "");
    const std::string prompt = call["prompt"];
    if (prompt.size() > kContext) {
      return SentReply{400, R"({"error":{"message":"longer than the context window"}})"};
    }
    const int64_t wanted = call["max_tokens"];
    const auto written = std::min(wanted, static_cast<int64_t>(kContext - prompt.size()));
    const bool stops = prompt.starts_with("stop");
    return SentReply{200, Json{{"choices",
                                {{{"text", std::string(static_cast<size_t>(written), 'x')},
                                  {"index", 0},
                                  {"finish_reason", stops ? "stop" : "length"}}}},
                               {"usage", {{"completion_tokens", written}}}}
                              .dump()};
  });
  RemoteLanguageModel model(OptionsFor(server.url()));
  const TextCodec codec = RemoteCodec();
  std::vector<GenerateRequest> requests;
  std::vector<WrittenText> told(4);
  for (const std::string& prompt : {std::string("short"), std::string(35, 'r'),
                                    std::string(45, 'l'), "stop" + std::string(31, 's')}) {
    requests.push_back({.prompt = codec.encode(prompt), .max_new_tokens = 10, .temperature = 1});
    requests.back().on_end = [&told, i = requests.size() - 1](const WrittenText& text) {
      told[i] = text;
    };
  }
  const std::vector<WrittenText> written = model.GenerateAll(requests);
  EXPECT_EQ(written, told);
  EXPECT_FALSE(written[0].cut);
  EXPECT_TRUE(written[1].cut) << "the reply had 5 of 10 tokens";
  EXPECT_TRUE(written[2].cut) << "the prompt lost its beginning";
  EXPECT_FALSE(written[3].cut) << "it ended by itself";
}

TEST(RemoteLanguageModel, TriesAgain) {
  std::atomic<int> asked{0};
  const WordServer words{Dialect{}};
  TestServer server([&](const SeenRequest& request) {
    switch (asked++ % 6) {
      case 0:
        return SentReply{429, "slow down", {"Retry-After: 0"}};
      case 1:
        return SentReply{503, ""};
      case 3:
        return SentReply{500, "out of memory"};
      case 4: {
        SentReply reply = words(request);
        reply.missing_bytes = 10;
        return reply;
      }
      default:
        return words(request);
    }
  });
  RemoteModelOptions options = OptionsFor(server.url());
  std::mutex mutex;
  std::string logged;
  options.server.log = [&](const std::string& line) {
    const std::lock_guard lock(mutex);
    logged += line + "\n";
  };
  options.parallel = 1;
  RemoteLanguageModel model(options);
  ExpectSameScores(&model, "a bad line");
  EXPECT_SAYS(logged, "the server says 429: slow down; again in ");
  EXPECT_SAYS(logged, "the server says 500: out of memory");
  EXPECT_EQ(logged.find(kKey), std::string::npos);
}

TEST(RemoteLanguageModel, SaysWhyItFails) {
  const auto always = [](SentReply reply) { return [reply](const SeenRequest&) { return reply; }; };
  // The server sends the key back, as some do.
  const std::string echoed = fmt::format(R"({{"error":{{"message":"bad key {}\u0007"}}}})", kKey);
  std::string error = ErrorFrom(always({401, echoed}));
  EXPECT_SAYS(error, "the server says 401: bad key * ");
  EXPECT_SAYS(error, "valid API key");
  RemoteModelOptions keyless = OptionsFor("");
  keyless.server.key.clear();
  EXPECT_SAYS(ErrorFrom(always({401, "{}"}), keyless), "give the API key");
  EXPECT_SAYS(ErrorFrom(always({403, "{}"})), "valid API key");
  EXPECT_SAYS(ErrorFrom(always({500, echoed})), "the server says 500: bad key * ; tried 3 times");
  EXPECT_SAYS(ErrorFrom(always({400, echoed})), "bad key *");
  EXPECT_SAYS(ErrorFrom(always({200, std::string("<html>") + kKey})), "is no JSON");
  EXPECT_SAYS(ErrorFrom(always({200, "{}"})), "no list of choices");
  EXPECT_SAYS(ErrorFrom(always({307, "", {"Location: http://127.0.0.1:1/v1/completions"}})),
              "elsewhere");
  EXPECT_SAYS(ErrorFrom(always({.body = "{\"choices\":", .missing_bytes = 9})), "tried 3 times");
  EXPECT_SAYS(ErrorFrom(always({200, std::string(5 << 20, ' ')})), "longer than");
  EXPECT_SAYS(ErrorFrom(always({404, std::string(3 << 20, 'x')})), "the server says 404: xxx");
  EXPECT_SAYS(ErrorFrom(always({200, R"({"choices":[{"text":" yes","logprobs":null}]})"})),
              "echo is not supported");
  // Of what it writes alone, as some servers do.
  error = ErrorFrom(always({200, R"({"choices":[{"text":" yes","logprobs":{"tokens":[" yes"],
                                     "token_logprobs":[-0.5]}}]})"}));
  EXPECT_SAYS(error, "endpoints for chat alone cannot");
  RemoteModelOptions impatient = OptionsFor("");
  impatient.server.seconds = 1;
  impatient.server.tries = 1;
  EXPECT_SAYS(ErrorFrom(always({.body = "{}", .wait_seconds = 30}), impatient), "more seconds");
}

TEST(RemoteLanguageModel, UnknownModels) {
  const auto with_models = [](const std::string& models) {
    return [models](const SeenRequest& request) {
      if (request.method == "GET" && request.path == "/v1/models") return SentReply{200, models};
      return SentReply{404, R"({"error":{"message":"not here"}})"};
    };
  };
  std::string error = ErrorFrom(with_models(R"({"data":[{"id":"llama"},{"id":"gpt\n2"}]})"));
  EXPECT_SAYS(error, "does not know the model \"words\"; the server says 404: not here");
  EXPECT_SAYS(error, "name one that it has: llama, gpt 2");
  error = ErrorFrom(with_models(R"({"data":[{"id":"words"}]})"));
  EXPECT_SAYS(error, "but not for completions");
  EXPECT_SAYS(ErrorFrom(with_models("<html>")), "usually ends in /v1");
}

TEST(RemoteLanguageModel, AddressesAndKeys) {
  const auto fault = [](const std::string& url, const std::string& key) {
    RemoteModelOptions options = OptionsFor(url);
    options.server.key = key;
    return ErrorOf([&] { RemoteLanguageModel model(options); });
  };
  EXPECT_SAYS(fault("localhost:8000", "k"), "no http or https address");
  EXPECT_SAYS(fault("http://user:secret@h/v1", "k"), "no http or https address");
  EXPECT_EQ(fault("http://user:secret@h/v1", "k").find("secret"), std::string::npos);
  EXPECT_SAYS(fault("http://h/v1/chat/completions", "k"), "a chat endpoint");
  EXPECT_SAYS(fault("http://h/v1?x=1", "k"), "a query");
  EXPECT_SAYS(fault("http://h/v1", "sk-secret\n"), "the API key");
  EXPECT_EQ(fault("http://h/v1", "sk-secret\n").find("sk-secret"), std::string::npos);
  for (const char* url : {"http://h", "http://h/", "http://h/v1", "http://h/v1/",
                          "http://h/v1/completions", "http://h/v1/completions/"}) {
    const Endpoint endpoint({.url = url}, 1, InterruptRequested);
    EXPECT_EQ(endpoint.url(), "http://h/v1") << url;
  }
  std::string refusing;
  {
    TestServer gone(WordServer(Dialect{}));
    refusing = gone.url();
  }
  RemoteLanguageModel model(OptionsFor(refusing));
  const Request request = MakeRequest("a", " b");
  EXPECT_SAYS(ErrorOf([&] { model.Loglikelihood({&request, 1}); }), "no server answers");
}

TEST(RemoteLanguageModel, StopsWhenInterrupted) {
  const WordServer words{Dialect{}};
  TestServer server([&](const SeenRequest& request) {
    const bool first = request.body.find("One two three") != std::string::npos;
    if (!first) SetInterruptRequested(true);
    SentReply reply = words(request);
    reply.wait_seconds = first ? 0 : 60;
    return reply;
  });
  RemoteLanguageModel model(OptionsFor(server.url()));
  EXPECT_THROW(model.Loglikelihood(ManyRequests()), Interrupted);
  SetInterruptRequested(false);
}

// One thread's fault ends the others' waits, and is the one that is told.
TEST(RemoteLanguageModel, OneFaultEndsAll) {
  const WordServer words{Dialect{}};
  TestServer server([&](const SeenRequest& request) {
    SentReply reply = words(request);
    if (request.body.find("Number 30:") != std::string::npos) return SentReply{401, "no"};
    if (request.body.find("One two") == std::string::npos) reply.wait_seconds = 60;
    return reply;
  });
  RemoteLanguageModel model(OptionsFor(server.url()));
  EXPECT_SAYS(ErrorOf([&] { model.Loglikelihood(ManyRequests()); }), "the server says 401");
}

// The client that GET shares with POST.
TEST(HttpClient, PostsAndGetsInTurn) {
  TestServer server([](const SeenRequest& request) {
    if (request.path == "/v1/moved") return SentReply{301, "moved", {"Location: /v1/there"}};
    if (request.path == "/v1/bad") return SentReply{500, std::string(100000, 'x')};
    return SentReply{200, request.method + " " + request.path + " " + request.body};
  });
  struct Body : corpus::HttpBody {
    bool Begin(const corpus::HttpHead&) override { return true; }
    bool Take(std::string_view bytes) override {
      text += bytes;
      return true;
    }
    std::string text;
  };
  corpus::HttpClient client({.agent = "test"}, [] { return false; });
  const auto call = [&](const std::string& path, const std::string* content) {
    corpus::HttpRequest request{.url = server.url() + path, .if_range = ""};
    if (content != nullptr) request.content = *content;
    request.content_type = "text/plain";
    Body body;
    const auto result =
        content == nullptr ? client.Get(request, &body) : client.Post(request, &body);
    return fmt::format("{} {}", result.head.status, body.text + std::to_string(result.page.size()));
  };
  const std::string big(3 << 20, 'y'), none, small = "z";
  EXPECT_EQ(call("/a", &small), "200 POST /v1/a z0");
  EXPECT_EQ(call("/a", nullptr), "200 GET /v1/a 0");
  EXPECT_EQ(call("/moved", nullptr), "200 GET /v1/there 0");
  EXPECT_EQ(call("/moved", &small), "301 5");
  EXPECT_EQ(call("/b", &big), "200 POST /v1/b " + big + "0");
  EXPECT_EQ(call("/b", &none), "200 POST /v1/b 0");
  EXPECT_EQ(call("/bad", &small), "500 65536");
  EXPECT_EQ(call("/c", nullptr), "200 GET /v1/c 0");
}

}  // namespace
}  // namespace cria::eval
