#!/usr/bin/env python3
"""Makes task_scores.json: ln p of every choice of some questions of each task, by a model and a reader
of sets that share no line with the program: make_task_scores.py DATA > tests/golden/task_scores.json

DATA has models/stories260K and eval. The model is float64 NumPy, the tokenizer SentencePiece."""
import csv
import json
import pathlib
import re
import struct
import sys

import numpy as np
import sentencepiece

DATA = pathlib.Path(sys.argv[1])
MODEL = DATA / "models/stories260K"
SETS = DATA / "eval"
QUESTIONS, CONTEXT = 8, 512


class Llama:
    def __init__(self):
        raw = (MODEL / "hf_mha_fp32/model.safetensors").read_bytes()
        size = struct.unpack("<Q", raw[:8])[0]
        self.w = {}
        for name, t in json.loads(raw[8:8 + size]).items():
            if name != "__metadata__":
                first, end = t["data_offsets"]
                values = np.frombuffer(raw[8 + size + first:8 + size + end], "<f4")
                self.w[name] = values.reshape(t["shape"]).astype(np.float64)

    def logprobs(self, ids: list[int]) -> np.ndarray:
        """ln p(next id) behind each id, [n, vocabulary]."""
        w, n, heads, size = self.w, len(ids), 8, 8

        def norm(x, gain):
            return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) * gain

        angle = np.outer(np.arange(n), 10000.0 ** (-np.arange(0, size, 2) / size))
        cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]

        def rotate(x):  # Hugging Face's layout: the halves of a head are a pair
            a, b = x[..., :size // 2], x[..., size // 2:]
            return np.concatenate([a * cos - b * sin, b * cos + a * sin], -1)

        x = w["model.embed_tokens.weight"][ids]
        mask = np.triu(np.full((n, n), -np.inf), 1)
        for layer in range(5):
            p = f"model.layers.{layer}."
            h = norm(x, w[p + "input_layernorm.weight"])
            q, k, v = ((h @ w[p + f"self_attn.{m}_proj.weight"].T).reshape(n, heads, size) for m in "qkv")
            s = np.einsum("ihd,jhd->hij", rotate(q), rotate(k)) / np.sqrt(size) + mask
            s = np.exp(s - s.max(-1, keepdims=True))
            s /= s.sum(-1, keepdims=True)
            x = x + np.einsum("hij,jhd->ihd", s, v).reshape(n, -1) @ w[p + "self_attn.o_proj.weight"].T
            h = norm(x, w[p + "post_attention_layernorm.weight"])
            g = h @ w[p + "mlp.gate_proj.weight"].T
            x = x + (g / (1 + np.exp(-g)) * (h @ w[p + "mlp.up_proj.weight"].T)) @ w[p + "mlp.down_proj.weight"].T
        y = norm(x, w["model.norm.weight"]) @ w["lm_head.weight"].T
        y -= y.max(-1, keepdims=True)
        return y - np.log(np.exp(y).sum(-1, keepdims=True))


def lines(name: str):
    return [json.loads(line) for line in (SETS / name).read_text().splitlines() if line.strip()]


def labels(name: str, first: int):
    return [int(line) - first for line in (SETS / name).read_text().split()]


def clean(text: str) -> str:
    text = text.strip().replace(" [title]", ". ")
    return re.sub("\\[.*?\\]", "", text).replace("  ", " ")


# Each yields (contexts, choices, right one).
def boolq():
    for r in lines("boolq/dev.jsonl"):
        yield [f"{r['passage']}\nQuestion: {r['question']}?\nAnswer:"], [" yes", " no"], 0 if r["answer"] else 1


def piqa():
    for r, gold in zip(lines("piqa/valid.jsonl"), labels("piqa/valid-labels.lst", 0)):
        yield [f"Question: {r['goal']}\nAnswer:"], [" " + r["sol1"], " " + r["sol2"]], gold


def siqa():
    for r, gold in zip(lines("siqa/dev.jsonl"), labels("siqa/dev-labels.lst", 1)):
        yield [f"Q: {r['context']} {r['question']}\nA:"], [" " + r["answer" + a] for a in "ABC"], gold


def hellaswag():
    for r in lines("hellaswag/hellaswag_val_1000.jsonl"):
        context = clean(f"{r['activity_label']}: {r['ctx_a']} {r['ctx_b'].capitalize()}")
        yield [context], [" " + clean(e) for e in r["endings"]], int(r["label"])


def winogrande():
    for r in lines("winogrande/dev.jsonl"):
        at = r["sentence"].index("_")
        rest = " " + r["sentence"][at + 1:].strip()
        yield [r["sentence"][:at] + r[o] for o in ("option1", "option2")], [rest, rest], int(r["answer"]) - 1


def ai2(name: str, ending: str):
    for r in lines(name):
        choices = r["question"]["choices"]
        yield ([ending.format(r["question"]["stem"])], [" " + c["text"] for c in choices],
               [c["label"] for c in choices].index(r["answerKey"]))


def race_middle():
    before = {}
    for r in lines("race/race_middle_test.jsonl"):
        asked, gold = r["question"], ord(r["answer"]) - ord("A")
        said = before.setdefault(r["example_id"], "")
        yield ([f"Article: {r['article']}\n\n{said}{asked}"],
               [" " + o for o in r["options"]], gold)
        answer = r["options"][gold]
        if "  _  " in asked:
            solved = asked.replace("  _  ", f"  {answer}  ", 1) + "\n"
        elif "_" in asked:
            solved = asked.replace("_", answer, 1) + "\n"
        else:
            solved = f"Question: {asked}\nAnswer: {answer}\n"
        before[r["example_id"]] += solved


def mmlu():
    def text(row):
        return row[0] + "".join(f"\n{c}. {t}" for c, t in zip("ABCD", row[1:5])) + "\nAnswer:"

    for path in sorted((SETS / "mmlu/test").glob("*_test.csv")):
        subject = path.name.removesuffix("_test.csv")
        head = ("The following are multiple choice questions (with answers) about  "
                + subject.replace("_", " ") + ".\n\n")
        dev = list(csv.reader((SETS / f"mmlu/dev/{subject}_dev.csv").open(newline="")))
        shots = [f"{text(row)} {row[5]}\n\n" for row in dev[:5]]
        for row in csv.reader(path.open(newline="")):
            # The first that fits, from all shots down.
            yield ([head + "".join(shots[:n]) + text(row) for n in range(len(shots), -1, -1)],
                   [" " + c for c in "ABCD"], ord(row[5]) - ord("A"))


def main() -> None:
    model = Llama()
    tokens = sentencepiece.SentencePieceProcessor(model_file=str(MODEL / "tok512_reconstructed.model"))

    def score(context: str, choice: str):
        kept = len(context.rstrip())
        context, choice = context[:kept], context[kept:] + choice
        start = [1] + tokens.encode(context)
        whole = [1] + tokens.encode(context + choice)
        cut = min(len(start), len(whole) - 1)
        if len(whole) > CONTEXT + 1:
            return None
        said = model.logprobs(whole[:-1])
        return float(sum(said[i - 1, whole[i]] for i in range(cut, len(whole))))

    tasks = {"boolq": boolq(), "piqa": piqa(), "siqa": siqa(), "hellaswag": hellaswag(),
             "winogrande": winogrande(), "arc_easy": ai2("arc/ARC-Easy-Dev.jsonl", "Question: {}\nAnswer:"),
             "arc_challenge": ai2("arc/ARC-Challenge-Test.jsonl", "Question: {}\nAnswer:"),
             "openbookqa": ai2("openbookqa/dev.jsonl", "Question: {}\nAnswer:"),
             "race_middle": race_middle(), "mmlu": mmlu()}
    result = {"model": "models/stories260K/stories260K.f32.gguf", "tasks": {}}
    for name, questions in tasks.items():
        kept = result["tasks"][name] = []
        for index, (contexts, choices, gold) in enumerate(questions):
            if name == "mmlu":
                contexts = next(([c] for c in contexts if all(score(c, x) is not None for x in choices)), None)
                if contexts is None:
                    continue
            said = [score(contexts[c if len(contexts) > 1 else 0], x) for c, x in enumerate(choices)]
            if None in said:
                continue
            entry = {"question": index, "gold": gold, "logprobs": [round(s, 9) for s in said]}
            if name in ("boolq", "openbookqa"):
                entry["answer_logprobs"] = [round(score("Answer:", x), 9) for x in choices]
            ranks = said
            if "answer_logprobs" in entry:
                ranks = [a - b for a, b in zip(said, entry["answer_logprobs"])]
            elif name != "mmlu":
                ranks = [s / len(x[1:]) for s, x in zip(said, choices)]
            entry["picked"] = ranks.index(max(ranks))
            kept.append(entry)
            if len(kept) == QUESTIONS:
                break
    json.dump(result, sys.stdout, indent=1)


main()
