// JSON in and out.
#include "eval/remote/completion_call.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cria::eval {
namespace {

std::string Quoted(std::string_view text) { return std::string(text.substr(0, 200)); }

CompletionCall CallOf(size_t prompts, int64_t max_tokens = 0) {
  return {.model = "m", .prompts = std::vector<std::string>(prompts), .max_tokens = max_tokens};
}

// The choices, or the error's words.
std::string Fault(const std::string& reply, size_t prompts = 1) {
  try {
    ParseCompletion(reply, CallOf(prompts), "http://h/v1", Quoted);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string Choice(const std::string& logprobs) {
  return R"({"choices":[{"text":"a b","index":0,"logprobs":)" + logprobs + "}]}";
}

TEST(CompletionCall, Bodies) {
  CompletionCall call{.model = "m", .prompts = {"a \"b\"\n"}, .echo = true, .seed = 7};
  EXPECT_EQ(call.Body(), R"({"model":"m","prompt":"a \"b\"\n","max_tokens":0,"temperature":0.0,)"
                         R"("echo":true,"logprobs":1})");
  call = {.model = "m",
          .prompts = {"\xC3\xA9", "x"},
          .max_tokens = 5,
          .temperature = 0.5,
          .top_p = 0.75,
          .seed = 7,
          .stop = {"\n"}};
  EXPECT_EQ(call.Body(),
            "{\"model\":\"m\",\"prompt\":[\"\xC3\xA9\",\"x\"],\"max_tokens\":5,"
            R"("temperature":0.5,"top_p":0.75,"seed":7,"stop":["\n"]})");
}

TEST(CompletionCall, ReadsChoicesInOrder) {
  const auto choices = ParseCompletion(
      R"({"choices":[{"text":"two","index":1,"logprobs":null},
          {"text":"one","index":0,"logprobs":{"tokens":["o","ne"],"token_logprobs":[null,-1.5],
           "top_logprobs":[null,{"x":-3,"ne":-1.5,"y":-0.25}],"text_offset":[0,1]}}]})",
      CallOf(2), "", Quoted);
  ASSERT_EQ(choices.size(), 2);
  EXPECT_EQ(choices[1].text, "two");
  EXPECT_TRUE(choices[1].tokens.empty());
  ASSERT_EQ(choices[0].tokens.size(), 2);
  EXPECT_FALSE(choices[0].tokens[0].logprob);
  EXPECT_FALSE(choices[0].tokens[0].likeliest_logprob);
  EXPECT_EQ(choices[0].tokens[1].text, "ne");
  EXPECT_EQ(choices[0].tokens[1].logprob, -1.5);
  EXPECT_EQ(choices[0].tokens[1].likeliest_logprob, -0.25);
  EXPECT_EQ(choices[0].tokens[1].offset, 1);
  // Without numbers of their own they stand as they come; lists may be absent, offsets odd.
  const auto plain = ParseCompletion(
      R"({"choices":[{"text":"a"},{"text":"b","logprobs":{"tokens":["b"],"token_logprobs":[-1],
          "text_offset":[-1]}}]})",
      CallOf(2), "", Quoted);
  EXPECT_EQ(plain[0].text, "a");
  EXPECT_EQ(plain[1].tokens[0].offset, -1);
  EXPECT_FALSE(plain[1].tokens[0].likeliest_logprob);
}

TEST(CompletionCall, KnowsARepliesEndAtTheContext) {
  const auto ran_out = [](const std::string& reason, const std::string& written) {
    return ParseCompletion(R"({"choices":[{"text":"a","finish_reason":)" + reason +
                               R"(}],"usage":{"completion_tokens":)" + written + "}}",
                           CallOf(1, 10), "", Quoted)[0]
        .ran_out;
  };
  EXPECT_TRUE(ran_out("\"length\"", "9"));
  EXPECT_FALSE(ran_out("\"length\"", "10"));
  EXPECT_FALSE(ran_out("\"length\"", "1e87"));
  EXPECT_FALSE(ran_out("\"length\"", "null"));
  EXPECT_FALSE(ran_out("\"stop\"", "9"));
  EXPECT_FALSE(ran_out("7", "9"));
  // Of a list only the sum is known.
  const auto two = ParseCompletion(
      R"({"choices":[{"text":"a","finish_reason":"length"},{"text":"b","finish_reason":"length"}],
          "usage":{"completion_tokens":2}})",
      CallOf(2, 10), "", Quoted);
  EXPECT_FALSE(two[0].ran_out || two[1].ran_out);
}

TEST(CompletionCall, SaysWhatIsWrong) {
  const auto says = [](const std::string& reply, const std::string& words, size_t prompts = 1) {
    EXPECT_NE(Fault(reply, prompts).find(words), std::string::npos) << Fault(reply, prompts);
  };
  says("<html>busy</html>", "is no JSON (cut short, or nested too deep?): <html>busy");
  says(R"({"choices":[{"text":"a)", "is no JSON");
  says("", "of 0 bytes is no JSON");
  says(std::string(100000, '[') + std::string(100000, ']'), "is no JSON");
  says(std::string("{\"choices\":\xff\xfe}"), "is no JSON");
  says("[]", "no list of choices");
  says("null", "no list of choices");
  says(R"({"object":"error"})", R"(no list of choices: {"object")");
  says(R"({"choices":[{"text":"a"}]})", "1 choices for 2 prompts", 2);
  says(R"({"choices":[]})", "0 choices for 1 prompts");
  says(R"({"choices":[{"message":{"content":"a"}}]})", "without a text");
  says(R"({"choices":[7]})", "without a text");
  says(R"({"choices":[{"text":"a","index":0},{"text":"b","index":0}]})", "not numbered", 2);
  says(R"({"choices":[{"text":"a","index":1}]})", "not numbered");
  says(R"({"choices":[{"text":"a","index":-1}]})", "not numbered");
  says(R"({"choices":[{"text":"a","index":18446744073709551615}]})", "not numbered");
  says(Choice(R"({"tokens":["a"],"token_logprobs":[-1,-2]})"), "do not stand beside its 1 tokens");
  says(Choice(R"({"tokens":["a"],"token_logprobs":7})"), "do not stand beside");
  says(Choice(R"({"tokens":["a"],"token_logprobs":[-1],"text_offset":[]})"), "\"text_offset\"");
  says(Choice(R"({"tokens":[7],"token_logprobs":[-1]})"), "a token that is no text");
  says(Choice(R"({"tokens":{},"token_logprobs":[]})"), "no list");
  says(Choice(R"({"tokens":["a"],"token_logprobs":["-1"]})"), "no finite number");
  says(Choice(R"({"tokens":["a"],"token_logprobs":[2.5]})"), "of 2.5, above 0");
  // Beyond double, and words that are no JSON though Python writes them.
  says(Choice(R"({"tokens":["a"],"token_logprobs":[-1e999]})"), "no JSON");
  says(Choice(R"({"tokens":["a"],"token_logprobs":[-Infinity]})"), "no JSON");
  EXPECT_EQ(Fault(Choice(R"({"tokens":["a"],"token_logprobs":[-1]})")), "");
  EXPECT_EQ(Fault(Choice(R"({"content":[{"token":"a","logprob":-1}]})")), "");  // none, then
}

TEST(CompletionCall, ErrorsAndModelNames) {
  EXPECT_EQ(ErrorMessage(R"({"error":{"message":"no such model","code":404}})"), "no such model");
  EXPECT_EQ(ErrorMessage(R"({"error":"busy"})"), "busy");
  EXPECT_EQ(ErrorMessage(R"({"object":"error","message":"too long"})"), "too long");
  EXPECT_EQ(ErrorMessage(R"({"detail":[{"loc":["body"],"msg":"bad"}]})"),
            R"([{"loc":["body"],"msg":"bad"}])");
  EXPECT_EQ(ErrorMessage("<html>"), "<html>");
  EXPECT_EQ(ErrorMessage("[1]"), "[1]");
  EXPECT_EQ(ErrorMessage(""), "");
  EXPECT_EQ(ParseModelNames(R"({"data":[{"id":"a"},{"id":7},3,{"id":"b"}]})"),
            (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(ParseModelNames("x").empty());
  EXPECT_TRUE(ParseModelNames(R"({"data":{"id":"a"}})").empty());
}

}  // namespace
}  // namespace cria::eval
