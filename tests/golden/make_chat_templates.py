#!/usr/bin/python3
"""Makes chat_templates.json: what Jinja2 (Debian's python3-jinja2), set up as transformers sets it up
for chat templates, writes for templates in the published forms and for small ones that try one
feature each. Run: tests/golden/make_chat_templates.py [--check], in any folder."""
import datetime
import json
import pathlib
import sys

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from chat_template_texts import TEMPLATES

NOW = datetime.datetime(2024, 7, 26, 13, 5, 9)


def environment():
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators,
                          sort_keys=sort_keys)

    class Generation(jinja2.ext.Extension):
        tags = {"generation"}

        def parse(self, parser):
            line = next(parser.stream).lineno
            body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
            return jinja2.nodes.CallBlock(self.call_method("_write"), [], [], body).set_lineno(line)

        def _write(self, caller):
            return caller()

    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True,
                                        extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda format: NOW.strftime(format)
    return env


def turns(*contents, system=None):
    roles = ["user", "assistant"]
    messages = [] if system is None else [{"role": "system", "content": system}]
    return messages + [{"role": roles[i % 2], "content": c} for i, c in enumerate(contents)]


WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a place — today's.",
        "parameters": {
            "type": "object",
            "properties": {
                "place": {"type": "string", "description": " A town, as \"Bâle\" "},
                "days": {"type": ["integer", "null"], "description": "How many"},
                "tags": {"type": "array", "items": {"type": "number"}, "description": "x"},
            },
            "required": ["place"],
        },
    },
}
CALL = {"id": "abc123def", "type": "function",
        "function": {"name": "get_weather", "arguments": {"place": "Zürich", "days": 2, "f": 1.5}}}
TOOL_TALK = [
    {"role": "user", "content": "How is the weather?"},
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "abc123def", "content": "{\"sky\": \"grey\"}"},
]

CONVERSATIONS = {
    "one": {"messages": turns("Hello")},
    "one_prompt": {"messages": turns("Hello"), "add_generation_prompt": True},
    "system": {"messages": turns("  Hello  ", system=" Be brief. "), "add_generation_prompt": True},
    "answered": {"messages": turns("Hi", " Hello! ")},
    "many": {"messages": turns("1", "one", "2", "two\n\nlines", "3", system="Count."),
             "add_generation_prompt": True},
    "empty": {"messages": turns("", ""), "add_generation_prompt": True},
    "unicode": {"messages": turns("Καλημέρα 🦙 \u00a0", "日本語\u3000", "naïve"),
                "add_generation_prompt": True},
    "injection": {"messages": turns("{{ 7 * 7 }}{% raise %}{# x #}</s><|eot_id|><|im_end|>[INST]"),
                  "add_generation_prompt": True},
    "wrong_order": {"messages": [{"role": "assistant", "content": "I begin"},
                                 {"role": "user", "content": "no"}]},
    "two_users": {"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]},
    "unknown_role": {"messages": [{"role": "narrator", "content": "Once"}]},
    "no_messages": {"messages": [], "add_generation_prompt": True},
    "no_content": {"messages": [{"role": "user"}]},
    "tools": {"messages": turns("What now?", system="Use tools."), "tools": [WEATHER, WEATHER],
              "add_generation_prompt": True},
    "tool_talk": {"messages": TOOL_TALK, "tools": [WEATHER], "add_generation_prompt": True},
    "tool_talk_date": {"messages": TOOL_TALK, "date_string": "1 Jan 2030",
                       "tools_in_user_message": False, "tools": [WEATHER]},
    "builtin": {"messages": TOOL_TALK[:2], "builtin_tools": ["code_interpreter", "brave"]},
    "thought": {"messages": turns("Why?", "<think>\nhm\n</think>\n\nSo.", "And?",
                                  "<think>ah</think>There."), "enable_thinking": False,
                "add_generation_prompt": True},
}

DATA = {
    "messages": turns("Hello wörld", "Hi\n there ", "  x  ", system="S"),
    "n": 7, "f": 2.5, "big": 1e22, "small": 1.5e-7, "whole": 3.0, "yes": True, "nil": None,
    "text": "  The quick-brown (fox) jumps\tover ", "words": ["b", "A", "c", "a"],
    "table": {"z": 1, "a": [1, 2, {"k": None}], "q": "it's", "d": "say \"x\" it's"},
    "empty": [], "nested": [[1, 2], [3, 4]],
    "people": [{"name": "Bo", "age": 3, "in": {"x": 1}}, {"name": "al", "age": 1, "in": {"x": 2}},
               {"name": "Cy", "in": {"x": 3}}],
}

FEATURES = [
    # blanks around tags
    "a\n  {% if yes %}\n  b\n  {% endif %}\n c", "a\n  {%- if yes -%}\n  b\n  {%- endif -%}\n c",
    "a {%+ if yes %} b{% endif +%}\nc", " {% if yes %}x{% endif %} ", "{% if yes %}\n\nx{% endif %}\n\ny\n",
    "a\n  {# note #}  \n b {#- note -#}  c", "x {{- ' y ' -}} z", "x\n {{ 1 }}\n y\n\n",
    "{% raw %}{{ not }} {% this %}{% endraw %}\n!", "a\r\nb\rc\r\n", "  {%- raw -%}  {{ a }}  {%- endraw %}  b",
    "a\n\t{% set x = 1 %}\nb{{ x }}", "{#\n#}  {% if yes %}z{% endif %}", "a{{ '}}' }}b{{ {'a': {'b': 1}} }}",
    # literals
    "{{ 'a\\n\\t\\x41\\u00e9\\'\\q' }}{{ \"x\" 'y' }}", "{{ 1_000 }} {{ 0x1F }} {{ 0b11 }} {{ 1.5 }} {{ 1e3 }} {{ 2.0 }}",
    "{{ [1, 'a', none, true, 1.0] }} {{ (1,) }} {{ (1, 2) }} {{ () }} {{ {'a': 1, 2: [3]} }}",
    "{{ True }} {{ False }} {{ None }} {{ none }}", "{{ 1, 2 }}", "{{ \"it's\" }} {{ [\"it's\", 'a\"b', 'c\\n\\\\'] }}",
    "{{ big }} {{ small }} {{ whole }} {{ f }} {{ 1e16 }} {{ 123456789012345.0 }} {{ 0.0001 }} {{ 1e-5 }}",
    # arithmetic
    "{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ -2 ** 2 }} {{ 2 ** -1 }}",
    "{{ 1 + 2 * 3 - 4 }} {{ (1 + 2) * 3 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ true + 1 }}",
    "{{ 'ab' * 3 }} {{ [1] * 2 }} {{ 2 * 'x' }} {{ [1] + [2] }}", "{{ 'a' ~ 1 ~ none ~ true ~ 1.5 ~ undefd }}",
    "{{ 1 / 0 }}", "{{ 'a' + 1 }}", "{{ 1 - 'a' }}", "{{ +n }} {{ -n }} {{ --n }} {{ n|abs }} {{ -n|abs }}",
    # comparison and logic
    "{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 1 == 1.0 }} {{ 'a' == 'a' }} {{ 'a' < 'b' }} {{ [1,2] < [1,3] }}",
    "{{ 1 in [1] }} {{ 2 not in [1] }} {{ 'a' in 'cat' }} {{ 'k' in {'k': 1} }} {{ not 1 in [2] }}",
    "{{ 1 and 0 }} {{ 1 or 0 }} {{ '' or 'x' }} {{ not '' }} {{ none or [] }} {{ yes and 'b' }}",
    "{{ 'a' if yes else 'b' }} {{ 'a' if nil else 'b' }} {{ 'a' if nil }}! {{ 1 if nil else 2 if nil else 3 }}",
    "{{ 1 < 'a' }}", "{{ undefd == undefd2 }} {{ undefd == none }} {{ true == 1 }} {{ [] == () }}", "{{ 1 in 'a' }}",
    "{{ 'x' in undefd }}", "{{ nil < 1 }}", "{{ {'a': 1} == {'a': 1.0} }}",
    # undefined
    "[{{ undefd }}] [{{ table.none_such }}] [{{ table['no'] }}] [{{ words[9] }}]", "{{ undefd.x }}", "{{ undefd['x'] }}",
    "{{ undefd + 1 }}", "{{ undefd | length }} {{ undefd | trim }}| {{ undefd | default('d') }} {{ '' | default('d', true) }}",
    "{% for x in undefd %}x{% else %}none{% endfor %}", "{{ undefd() }}", "{{ nil | default('d') }} {{ d | d }}|",
    "{{ undefd is defined }} {{ n is defined }} {{ n is not defined }} {{ undefd is undefined }}", "{{ undefd | tojson }}",
    "{{ undefd | join(',') }}|{{ undefd | list }}|{{ undefd | upper }}|{{ undefd | int }}", "{{ nil.x }}|{{ n.x }}|{{ text.x }}",
    # access
    "{{ words[0] }} {{ words[-1] }} {{ words[1:3] }} {{ words[::-1] }} {{ words[:-1] }} {{ words.0 }} {{ words[5:] }}",
    "{{ messages[1]['content'][6:8] }} {{ messages[1].content[::-1] }} {{ 'wörld'[1] }} {{ 'wörld'[-1] }} {{ 'abcdef'[1:5:2] }}",
    "{{ table.a[2].k }} {{ table['a'][0] }} {{ table.items() | list }} {{ table.keys() | list }}", "{{ table.values() | list }}",
    "{{ table.get('z') }} {{ table.get('no') }} {{ table.get('no', 5) }} {{ nested[1][0] }}", "{{ 5[0] }}", "{{ 'abc'[::0] }}",
    # statements
    "{% for x in words %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }} {% endfor %}",
    "{% for x in words %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {{ loop.cycle('o', 'e') }};{% endfor %}",
    "{% for x in words if x != 'c' %}{{ loop.index }}{{ x }}{{ loop.last }} {% else %}none{% endfor %}",
    "{% for x in empty %}x{% else %}none{% endfor %} {% for x in words if x == 'q' %}x{% else %}none{% endfor %}",
    "{% for k, v in table.items() %}{{ k }}={{ v }};{% endfor %} {% for a, b in nested %}{{ a + b }} {% endfor %}",
    "{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x > 5 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in range(3) %}{% for y in range(x) %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}",
    "{% for c in 'añb' %}[{{ c }}]{% endfor %} {% for k in table %}{{ k }}{% endfor %}", "{% for x in 5 %}{% endfor %}", "{% for x in none %}{% endfor %}",
    "{% set x = 1 %}{% for i in range(3) %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}",
    "{% set ns = namespace(a=1, b='q') %}{% for i in range(3) %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ ns.b }}{{ ns.c }}",
    "{% set x = 1 %}{% if yes %}{% set x = 2 %}{% endif %}{{ x }}", "{% set a, b = [1, 2] %}{{ a }}{{ b }}{% set c = 1, 2 %}{{ c }}", "{% set n.x = 1 %}",
    "{% set x %}a{{ n }} {% endset %}[{{ x }}]{% set y | upper | trim %} ab {% endset %}[{{ y }}]", "{% set a, b = [1, 2, 3] %}",
    "{% filter upper | replace('B', 'x') %}a{{ 'b' }}{% endfilter %}", "{% with a = 1, b = n %}{{ a + b }}{% endwith %}[{{ a }}]",
    "{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }};{% endmacro %}{{ m(1) }}{{ m(1, c=3) }}{{ m(b=5, a=4) }}{{ m() }}{{ m(1)|upper }}",
    "{% macro f(x) %}{% if x > 0 %}{{ x }}{{ f(x - 1) }}{% endif %}{% endmacro %}{{ f(5) }}", "{% macro g() %}{{ q }}{% endmacro %}{% set q = 3 %}{{ g() }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(z=2) }}", "{% generation %}x{% endgeneration %}",
    "{% if n == 1 %}a{% elif n == 7 %}b{% else %}c{% endif %}{% if nil %}{% elif n %}d{% endif %}", "{% if not yes %}{% endif %}{{ loop }}",
    # tests
    "{{ 1 is number }} {{ 1.0 is float }} {{ 1 is integer }} {{ true is integer }} {{ true is boolean }} {{ true is number }} {{ 'a' is string }}",
    "{{ table is mapping }} {{ words is mapping }} {{ words is iterable }} {{ 'a' is iterable }} {{ 1 is iterable }} {{ words is sequence }} {{ table is sequence }} {{ nil is none }}",
    "{{ 1 is true }} {{ true is true }} {{ false is false }} {{ 4 is even }} {{ 3 is odd }} {{ 6 is divisibleby 3 }} {{ 6 is divisibleby(4) }}",
    "{{ 1 is equalto 1 }} {{ 1 is eq(2) }} {{ 2 is gt 1 }} {{ 2 is lt(1) }} {{ 'a' is in ['a'] }} {{ 1 is ne 1 }} {{ 'ab' is lower }} {{ 'AB' is upper }}",
    "{{ undefd is iterable }} {{ undefd is none }} {{ 1 is not string }} {{ none is none and 1 is number }} {{ range is callable }} {{ 'x' if n is string else 'y' }}",
    # filters
    "[{{ text | trim }}] {{ text | upper }} {{ text | lower }} {{ text | title }} [{{ text | trim | capitalize }}] {{ 'xxaxx' | trim('x') }}",
    "{{ words | join }} {{ words | join(', ') }} {{ people | join('-', attribute='name') }} {{ [1, none, 'a'] | join('|') }}",
    "{{ words | first }} {{ words | last }} {{ words | length }} {{ words | count }} {{ 'añ' | length }} {{ table | length }} [{{ empty | first }}]",
    "{{ words | sort }} {{ words | sort(reverse=true) }} {{ words | sort(case_sensitive=true) }} {{ people | sort(attribute='in.x', reverse=true) | map(attribute='name') | list }}",
    "{{ words | reverse | list }} {{ 'abc' | reverse }} {{ words | unique | list }} {{ [3, 1, 2] | sum }} {{ [3, 1, 2] | min }} {{ [3, 1, 2] | max }}",
    "{{ table | dictsort }} {{ {'b': 1, 'A': 2} | dictsort }} {{ {'b': 1, 'A': 2} | dictsort(by='value', reverse=true) }} {{ {'b': 1, 'A': 2} | dictsort(true) }}",
    "{{ people | map(attribute='age') | list }} {{ people | map(attribute='age', default=0) | list }} {{ words | map('upper') | list }} {{ people | map(attribute='in.x') | sum }}",
    "{{ words | select('equalto', 'a') | list }} {{ words | reject('in', ['a', 'b']) | list }} {{ [0, 1, ''] | select | list }} {{ [0, 1] | reject | list }}",
    "{{ people | selectattr('age') | map(attribute='name') | list }} {{ people | selectattr('age', 'defined') | list | length }} {{ people | rejectattr('name', '==', 'Bo') | map(attribute='name') | join(' ') }}",
    "{{ people | selectattr('age', 'equalto', 3) | list }}", "{{ table | items | list }} {{ undefd | items | list }}", "{{ words | items | list }}",
    "{{ table | tojson }} {{ words | tojson(indent=2) }} {{ 'é\"\\n</s>' | tojson }} {{ 1.0 | tojson }} {{ empty | tojson(indent=2) }} {{ {} | tojson }}",
    "{{ table | tojson(indent=4) }} {{ table | tojson(sort_keys=true) }} {{ table | tojson(separators=(',', ':')) }} {{ {1: 2, none: 3, true: 4} | tojson }}", "{{ big | tojson }} {{ small | tojson }}",
    "{{ 'a-b-c' | replace('-', '+') }} {{ 'a-b-c' | replace('-', '+', 1) }} {{ 5 | string }} {{ '42' | int }} {{ '42.9' | int }} {{ 'x' | int }} {{ 'x' | int(7) }} {{ 3.9 | int }} {{ ' 5 ' | int }}",
    "{{ '1.5' | float }} {{ 'x' | float }} {{ 2 | float }} {{ 2.567 | round(2) }} {{ 2.5 | round }} {{ 3.5 | round }} {{ 2 | round }} {{ -3.2 | abs }}",
    "{{ 'a\nb\n\nc' | indent }}|{{ 'a\nb' | indent(2, true) }}|{{ 'a\n\nb' | indent(2, blank=true) }}|{{ 'a\nb' | indent('> ') }}|{{ 'a\n' | indent }}",
    "{{ 'abc' | list }} {{ table | list }} {{ words | string }} {{ none | string }} {{ 'a b  c' | wordcount }} {{ 'x' | safe }} {{ '<a & \"b\">' | e }}",
    "{{ 'Ünï SS' | upper }} {{ 'ÀÉ' | lower }} {{ 'éa' | capitalize }}", "{{ words | nosuch }}", "{{ 1 is nosuch }}", "{{ 5 | first }}", "{{ 1 | length }}",
    # methods
    "[{{ text.strip() }}] [{{ text.lstrip() }}] [{{ text.rstrip() }}] {{ 'xyax'.strip('xy') }} {{ 'xxa'.lstrip('x') }} {{ 'a\\n\\n'.rstrip('\\n') }}|",
    "{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a b c'.split(none, 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ ''.split(',') }} {{ ''.split() }}",
    "{{ 'abc'.startswith('a') }} {{ 'abc'.endswith('c') }} {{ 'abc'.startswith(('x', 'a')) }} {{ 'abc'.find('c') }} {{ 'abc'.find('z') }} {{ 'ñbc'.find('c') }} {{ 'aXa'.count('a') }} {{ 'abca'.rfind('a') }}",
    "{{ 'aBc'.upper() }} {{ 'aBc'.lower() }} {{ 'aBc d'.capitalize() }} {{ 'a.b'.replace('.', '-') }} {{ 'aaa'.replace('a', 'b', 2) }} {{ '-'.join(words) }}",
    "{{ 'a\\nb\\n'.splitlines() }} {{ '12'.isdigit() }} {{ ' '.isspace() }} {{ ''.isdigit() }}", "{{ 'a'.nosuch() }}", "{{ words.append(1) }}", "{{ ''.split('') }}", "{{ '-'.join([1]) }}",
    # functions
    "{{ range(3) | list }} {{ range(1, 4) | list }} {{ range(5, 0, -2) | list }} {{ dict(a=1, b=2) }} {{ dict({'a': 1}, b=3) }}", "{{ range(1, 2, 0) }}", "{{ raise_exception('no ' ~ n) }}",
    "{{ strftime_now('%d %b %Y') }} {{ strftime_now('%Y-%m-%d %H:%M:%S') }} {{ strftime_now('%A, %B %d, %Y') }}{{ strftime_now('') }} {{ strftime_now('%-d %y %j %%') }}", "{{ nosuch(1) }}",
    # syntax errors
    "{% if yes %}", "{{ 1 +", "{% for %}{% endfor %}", "{% endif %}", "{{ 'a }}", "{# x", "{% raw %}x", "{{ (1 }}", "{% break %}", "{{ }}", "{% if %}{% endif %}", "{% nosuch %}", "{{ 1 $ }}", "{% set 1 = 2 %}", "{{ x is is y }}", "{% set true = 1 %}",
    "{{ (n }}", "{{ a.1.b }}", "{{ [1, }}", "{{ {1 2} }}", "{% macro %}{% endmacro %}", "{{ f(a=1, 2) }}", "{% else %}", "{% if yes %}a{% endfor %}",
]


def render(source, variables):
    try:
        text = environment().from_string(source).render(
            bos_token="<s>", eos_token="</s>",
            **{"tools": None, "documents": None, "add_generation_prompt": False, **variables})
    except Exception as error:  # whatever Jinja2 or Python says: ours must refuse too
        return {"error": f"{type(error).__name__}: {error}"[:200]}
    return {"text": text}


def make():
    cases = []
    for template in TEMPLATES:
        for conversation in CONVERSATIONS:
            cases.append({"template": template, "conversation": conversation,
                          **render(TEMPLATES[template], CONVERSATIONS[conversation])})
    features = [{"source": source, **render(source, DATA)} for source in FEATURES]
    return {"made_by": f"tests/golden/make_chat_templates.py with Jinja2 {jinja2.__version__}",
            "now": NOW.strftime("%Y-%m-%d %H:%M:%S"), "bos_token": "<s>", "eos_token": "</s>",
            "templates": TEMPLATES, "conversations": CONVERSATIONS, "cases": cases,
            "data": DATA, "features": features}


def main():
    path = pathlib.Path(__file__).with_name("chat_templates.json")
    text = json.dumps(make(), ensure_ascii=False, indent=1) + "\n"
    if "--check" in sys.argv:
        sys.exit(0 if path.read_text() == text else f"{path} is not what Jinja2 writes today")
    path.write_text(text)


if __name__ == "__main__":
    main()
