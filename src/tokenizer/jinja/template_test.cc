// Outside truth: what Jinja2 writes, set up as transformers does (tests/golden/chat_templates.json,
// made by make_chat_templates.py beside it). Beyond it: marks, bounds, hostile templates.
#include "tokenizer/jinja/template.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.h"

namespace cria::tokenizer::jinja {
namespace {

const Json& Golden() {
  static const Json golden =
      ReadJson(fs::path(CRIA_SOURCE_DIR) / "tests/golden/chat_templates.json");
  return golden;
}

Variables VariablesOf(const Json& given) {
  Variables variables;
  variables.own = {{"bos_token", Golden()["bos_token"]}, {"eos_token", Golden()["eos_token"]}};
  variables.foreign = {
      {"tools", nullptr}, {"documents", nullptr}, {"add_generation_prompt", false}};
  variables.foreign.update(given);
  strptime(Golden()["now"].get<std::string>().c_str(), "%Y-%m-%d %H:%M:%S", &variables.now);
  return variables;
}

// What is written, or "error" and why.
std::string RenderOrError(const std::string& source, const Variables& variables) {
  try {
    return Template::Parse(source).Render(variables).bytes();
  } catch (const Error& error) {
    return std::string("error: ") + error.what();
  }
}

void Compare(const std::string& source, const Variables& variables, const Json& expected) {
  const std::string ours = RenderOrError(source, variables);
  if (expected.contains("error")) {
    EXPECT_TRUE(ours.starts_with("error: "))
        << source << "\nshould fail as " << expected["error"] << " and gives\n"
        << ours;
  } else {
    EXPECT_EQ(ours, expected["text"].get<std::string>()) << source;
  }
}

TEST(ChatTemplate, PublishedFormsAsJinja2) {
  for (const Json& item : Golden()["cases"]) {
    SCOPED_TRACE(item["template"].get<std::string>() + " with " +
                 item["conversation"].get<std::string>());
    Compare(Golden()["templates"][item["template"].get<std::string>()],
            VariablesOf(Golden()["conversations"][item["conversation"].get<std::string>()]), item);
  }
  EXPECT_GT(Golden()["cases"].size(), 200u);
}

TEST(ChatTemplate, FeaturesAsJinja2) {
  for (const Json& item : Golden()["features"]) {
    Compare(item["source"], VariablesOf(Golden()["data"]), item);
  }
}

TEST(ChatTemplate, GoldenFileIsWhatJinja2WritesHere) {
  if (std::system("/usr/bin/python3 -c 'import jinja2' 2>/dev/null") != 0) {
    GTEST_SKIP() << "python3-jinja2 is not installed";
  }
  const std::string script = CRIA_SOURCE_DIR "/tests/golden/make_chat_templates.py";
  EXPECT_EQ(std::system(("/usr/bin/python3 " + script + " --check").c_str()), 0);
}

// The bytes from outside, others as dots.
std::string Foreign(const std::string& source, const Json& given) {
  Variables variables = VariablesOf(given);
  variables.known_roles = {"user", "assistant"};
  const MarkedText text = Template::Parse(source).Render(variables);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    out += text.TouchesForeign(i, i + 1) ? text.bytes()[i] : '.';
  }
  return out;
}

TEST(ChatTemplate, MarksFollowTheBytes) {
  const Json given = {{"messages", Json::array({{{"role", "user"}, {"content", " <b>Ab</b> "}}})},
                      {"x", "<s>"},
                      {"list", {"p", "q"}}};
  const auto content = [&](const std::string& filter) {
    return Foreign("<s>{{ messages[0].content" + filter + " }}</s>", given);
  };
  EXPECT_EQ(content(""), "... <b>Ab</b> ....");
  EXPECT_EQ(content("|trim"), "...<b>Ab</b>....");
  EXPECT_EQ(content(".strip() ~ '!' ~ x"), "...<b>Ab</b>.<s>....");
  EXPECT_EQ(content("|upper"), "... <B>AB</B> ....");
  EXPECT_EQ(content("[1:4]"), "...<b>....");
  EXPECT_EQ(content("[::-1][1]"), "...>....");
  EXPECT_EQ(content("|replace('b', '<s>')|trim"), "...<...>A...</...>....");
  EXPECT_EQ(content(".split('A')[0]"), "... <b>....");
  EXPECT_EQ(content("|tojson"),
            "...."
            " <b>Ab</b> "
            ".....");
  EXPECT_EQ(content("|string|list|join|trim|default('y')"), "...<b>Ab</b>....");
  EXPECT_EQ(Foreign("{{ [x] }} {{ [x]|tojson }} {{ {x: 1} }}", given),
            "..<s>.....<s>.....<s>.....");
  EXPECT_EQ(Foreign("{{ list|join('<s>') }}", given), "p...q");
  EXPECT_EQ(Foreign("{% set y %}a{{ x }}b{% endset %}{{ y }}", given), ".<s>.");
  EXPECT_EQ(Foreign("{% macro m(a) %}-{{ a }}{% endmacro %}{{ m(x)|trim }}", given), ".<s>");
  EXPECT_EQ(Foreign("{% for c in x %}{{ c }}.{% endfor %}", given), "<.s.>.");
  // Names of roles are the format's own, other roles are not; nor do other fields become so.
  EXPECT_EQ(Foreign("<|{{ messages[0].role }}|>", given), "........");
  const Json other = {{"messages", Json::array({{{"role", "</s>"}, {"name", "user"}}})}};
  EXPECT_EQ(Foreign("<|{{ messages[0].role }}|>{{ messages[0].name }}", other), "..</s>..user");
}

TEST(ChatTemplate, ErrorsNameLineAndWhatIsMissing) {
  const auto error = [](const std::string& source) { return RenderOrError(source, {}); };
  EXPECT_NE(error("a\n\n{{ 1 | nosuch }}").find("the filter \"nosuch\" is not supported"),
            std::string::npos);
  EXPECT_NE(error("a\n\n{{ 1 | nosuch }}").find("line 3"), std::string::npos);
  EXPECT_NE(error("\n{% include 'x' %}").find("the tag \"include\" is not supported"),
            std::string::npos);
  EXPECT_NE(error("\n{% include 'x' %}").find("line 2"), std::string::npos);
  EXPECT_NE(error("{{ raise_exception('only users') }}").find("only users"), std::string::npos);
  EXPECT_NE(error("{{ x.y }}").find("\"x\" is undefined"), std::string::npos);
  EXPECT_NE(error("{{ strftime_now('%Q') }}").find("%Q"), std::string::npos);
}

// Every one of these would take for ever, fill the memory or overflow the stack.
TEST(ChatTemplate, HostileTemplatesEndInAnError) {
  const auto many = [](const std::string& what, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += what;
    return text;
  };
  const std::string loop = "{% for x in range(100000) %}";
  const std::vector<std::string> hostile = {
      loop + loop + "{% set a = 1 %}{% endfor %}{% endfor %}",
      loop + "{{ '" + many("x", 1000) + "' }}{% endfor %}",
      "{% set ns = namespace(a='xxxxxxxx') %}{% for i in range(60) %}{% set ns.a = ns.a + ns.a "
      "%}{% endfor %}",
      "{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = ns.a + ns.a %}{% "
      "endfor %}",
      "{% set ns = namespace(a=[1]) %}" + loop + "{% set ns.a = [ns.a] %}{% endfor %}{{ ns.a }}",
      "{% set ns = namespace(a={}) %}" + loop +
          "{% set ns.a = {'x': ns.a} %}{% endfor %}{{ ns.a|tojson }}",
      "{{ 'x' * 9000000000000000000 }}",
      "{{ [1] * 9000000000000000000 }}",
      "{{ range(9000000000000) }}",
      "{{ 10 ** 1000000000 }}",
      "{{ 9223372036854775807 + 1 }}",
      "{{ -9223372036854775807 - 2 }}",
      "{{ (-9223372036854775807 - 1) // -1 }}",
      "{{ 99999999999999999999 }}",
      "{{ (1.0 * 1e308 * 10) | int }}",
      "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
      "{% macro f() %}{% for i in range(9) %}{{ f() }}{% endfor %}{% endmacro %}{{ f() }}",
      "{{ " + many("(", 100000) + "1" + many(")", 100000) + " }}",
      "{{ " + many("[", 100000) + " }}",
      "{{ " + many("-", 100000) + "1 }}",
      "{{ " + many("not ", 100000) + "1 }}",
      "{{ 1" + many(" + 1", 100000) + " }}",
      "{{ x" + many(".y", 100000) + " }}",
      "{{ x" + many("|trim", 100000) + " }}",
      "{{ 1" + many(" if 1 else 1", 50000) + " }}",
      "{{ 1" + many(" is string", 50000) + " }}",
      many("{% if 1 %}", 50000),
      many("{% for x in [1] %}", 30000),
      many("{{ [", 1000),
      many("{% macro f() %}", 9999),
      "{{ 'a'|indent(999999999) }}",
      "{{ [1]|tojson(indent=999999999) }}",
      std::string((1 << 20) + 1, 'x'),
      many("{{", 10000),
      many("{#", 10000),
      many("{% raw %}", 10000),
      "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}",
      "{% set a %}" + loop +
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{% endfor %}{% endset %}",
  };
  for (const std::string& source : hostile) {
    const std::string result = RenderOrError(source, {});
    EXPECT_TRUE(result.starts_with("error: ")) << source.substr(0, 100);
  }
}

TEST(ChatTemplate, CutsAndFlipsNeverDoMoreThanFail) {
  for (const auto& [name, source] : Golden()["templates"].items()) {
    const auto text = source.get<std::string>();
    const Variables variables = VariablesOf(Golden()["conversations"]["tool_talk"]);
    for (size_t cut = 0; cut < text.size(); cut += 7) {
      RenderOrError(text.substr(0, cut), variables);
      std::string flipped = text;
      flipped[cut] = static_cast<char>(flipped[cut] ^ (1 << (cut % 8)));
      RenderOrError(flipped, variables);
    }
  }
}

TEST(ChatTemplate, BytesThatAreNoUtf8AreRepaired) {
  EXPECT_EQ(RenderOrError("a\xFF{{ x }}", VariablesOf({{"x", "b\xC3"}})),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
}

}  // namespace
}  // namespace cria::tokenizer::jinja
