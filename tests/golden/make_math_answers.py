#!/usr/bin/env python3
"""Makes math_answers.json: final answers of MATH and GSM8K by other code than the program's, Minerva's
rules (Lewkowycz et al. 2022, appendix D) as regular expressions and numbers as fractions:
make_math_answers.py DATA > tests/golden/math_answers.json

DATA has eval/math and eval/gsm8k. Digests are SHA-256 of one answer a line."""
import fractions
import hashlib
import json
import pathlib
import random
import re
import sys

SETS = pathlib.Path(sys.argv[1]) / "eval"
NUMBER = r"(?:\d{1,3}(?:,\d{3}(?!\d))+|\d+)(?:\.\d+)?|\.\d+"

REPLACED = [("an ", ""), ("a ", ""), (".$", "$"), ("\\$", ""), ("\\ ", ""), (" ", ""), ("mbox", "text"),
            (",\\text{and}", ","), ("\\text{and}", ","), ("\\text{m}", "\\text{}")]
REMOVED = ("square ways integers dollars mph inches ft hours km units \\ldots sue points feet minutes "
           "digits cents degrees cm gm pounds meters meals edges students childrentickets multiples "
           "\\text{s} \\text{.} \\text{\ns} \\text{}^2 \\text{}^3 \\text{\n} \\text{} \\mathrm{th} "
           "^\\circ ^{\\circ} \\; ,\\! {,} \" \\dots").split(" ")
EXPRESSIONS = [(r"[^$\n]*(\$[^$\n]*\$).*", r"\1"), (r"\\text\{([^}\n]*)\}", r"\1"),
               (r"\\textbf\{([^}\n]*)\}", r"\1"), (r"\\overline\{([^}\n]*)\}", r"\1"),
               (r"\\boxed\{(.*)\}", r"\1"), (r"frac([^{])(.)", r"frac{\1}{\2}"),
               (r"sqrt([^{])", r"sqrt{\1}"), (r"\$", "")]


def normal(answer: str) -> str:
    text = answer[answer.rfind("=") + 1:]
    for before, after in REPLACED + [(removed, "") for removed in REMOVED]:
        text = after.join(text.split(before))
    for pattern, by in EXPRESSIONS:
        text = re.sub(pattern, by, text)
    return text.replace(",", "") if re.fullmatch("[0-9,]*[0-9][0-9,]*", text) else text


def boxed(solution: str) -> str:
    """The balanced group behind the last \\boxed: braces peeled from the inside outwards."""
    tail = solution[solution.rindex("\\boxed{") + len("\\boxed"):]
    flat = tail
    while True:  # inner groups become runs of one sign, so that the outermost can be matched
        peeled = re.sub(r"(?<=.)\{[^{}]*\}", lambda m: "x" * len(m[0]), flat, flags=re.S)
        if peeled == flat:
            return tail[1:re.match(r"\{[^{}]*\}", flat).end() - 1]
        flat = peeled


def plain(value: fractions.Fraction) -> str:
    """A decimal where it ends, else p/q."""
    for places in range(64):
        scaled = value * 10**places
        if scaled.denominator == 1:
            digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
            whole, rest = digits[:len(digits) - places], digits[len(digits) - places:]
            return ("-" if value < 0 else "") + whole + ("." + rest if rest else "")
    return f"{value.numerator}/{value.denominator}"


def exact(answer: str) -> str:
    """The value of an answer that is one number, else an empty string."""
    if re.search(r"[+-].*=", answer):  # an equation, not a value with its name
        return ""
    units = "|".join(word for word in REMOVED if word.isalpha())
    text = re.sub(r",\\!", "", answer[answer.rfind("=") + 1:])
    text = re.sub(r"\\(?:left|right|[!,;: ])|[\s$]|\{,\}|\^\{?\\circ\}?", "", text)
    text = re.sub(rf"\\(?:text|mbox)\{{(?:m|s|(?:{units})*)\.?\}}(?:\^[23])?|{units}", "", text)
    text = re.sub(r"\\text\{(\d+)\}", r"\1", text)
    text = re.sub(r"\\(?:d|t)?frac *(\d)", r"\\frac{\1}", re.sub(r"\\[dt]frac", r"\\frac", text))
    text = re.sub(r"(\\frac\{[^{}]*\})(\d)", r"\1{\2}", text).replace("\\%", "%").replace("\\", "")
    m = re.fullmatch(rf"([+-]?)({NUMBER})?(?:/({NUMBER})|frac\{{(-?\d+)\}}\{{(-?\d+)\}})?\.?(%?)", text)
    if not m or not (m[2] or m[4]) or (m[3] and not m[2]) or re.match(r"0\d", m[2] or ""):
        return ""
    number = lambda s: fractions.Fraction(s.replace(",", ""))
    value = number(m[2] or "0")
    if m[3]:
        value /= number(m[3])
    if m[4]:
        value += fractions.Fraction(int(m[4]), int(m[5]))
    return plain((-value if m[1] == "-" else value) / (100 if m[6] else 1))


def last_number(text: str) -> str:
    """The last number of a running text, which may be a quotient of integers."""
    found = [m for m in re.finditer(rf"(?<![\w.])\.\d+|(?:{NUMBER})", text) if m[0][0] != "."
             or not re.match(r"[\w.]", text[m.start() - 1:m.start()])]
    values, skip = [], -1
    for m in found:
        if m.start() < skip:
            continue
        value = fractions.Fraction(m[0].replace(",", ""))
        divisor = re.compile(r"/(\d+)(?!\d|/)").match(text, m.end())
        if divisor and not re.search(r"\d/$", text[:m.start()]) and int(divisor[1]):
            value /= int(divisor[1])
            skip = divisor.end()
        front = re.sub(r"\\?\$$", "", text[:m.start()])
        values.append(-value if re.search(r"(?:^|[^\w.)\]}%-])[-\u2212]$", front) else value)
    return plain(values[-1])


def digest(answers: list[str]) -> str:
    return hashlib.sha256("".join(a + "\n" for a in answers).encode()).hexdigest()


def random_answers(count: int) -> list[str]:
    """What nobody writes: the rules against each other, line breaks, cut groups, wide characters."""
    parts = ["\\text{", "\\textbf{", "\\overline{", "\\boxed{", "\\mbox{", "{", "}", "}", "}", "$", "$", ".$",
             "\\$", "\n", " ", "\\ ", "a ", "an ", "and", "=", "frac", "\\frac", "sqrt", "\\sqrt", "\u00e9",
             "\u03c0", "1", "2", "37", ",", ".", "{,}", ",\\!", "\\text{m}", "\\text{}", "^2", "^\\circ", "^{",
             "\\circ", "sq", "uare", "\\left(", "cm", "c", "m", "\"", "\\dots", "s", ","]
    rng = random.Random(20220629)
    return ["".join(rng.choice(parts) for _ in range(rng.randint(1, 14))) for _ in range(count)]


def main():
    golden = {"math": {}, "gsm8k": {}, "changed": [], "random": []}
    changed = {}
    for path in sorted((SETS / "math").glob("*.jsonl")):
        golds = [boxed(json.loads(line)["solution"]) for line in path.open()]
        forms = [normal(g) for g in golds]
        golden["math"][path.name] = {
            "count": len(golds), "distinct": len(set(forms)), "boxed": digest(golds), "normal": digest(forms),
            "numbers": sum(bool(exact(g)) for g in golds), "exact": digest([exact(g) for g in golds])}
        for g, form in zip(golds, forms):  # one of each pattern of signs
            if g.replace(" ", "") != form:
                changed.setdefault(re.sub(r"[0-9]+", "0", g), [g, form])
    for path in sorted((SETS / "gsm8k").glob("*.jsonl")):
        texts = [json.loads(line)["answer"].split("\n#### ") for line in path.open()]
        golden["gsm8k"][path.name] = {
            "count": len(texts), "gold": digest([t[1].replace(",", "") for t in texts]),
            "last": digest([last_number(t[0]) for t in texts])}
    golden["changed"] = list(changed.values())
    golden["random"] = [[a, normal(a)] for a in random_answers(250)]
    print("{" + ",\n".join(f'"{key}": ' + (json.dumps(value, indent=1) if isinstance(value, dict) else
          "[\n" + ",\n".join(json.dumps(v) for v in value) + "]") for key, value in golden.items()) + "}")


if __name__ == "__main__":
    main()
