#!/usr/bin/env python3
"""The whole stream once, from text to a model that talks: whole_stream.py COMMAND...

COMMAND is how `cria` is called. The text is this repository's own documentation."""
import json
import pathlib
import subprocess
import sys
import tempfile

import docs_shards

RAISE = docs_shards.RECIPE.replace("min_bytes = 4000", "min_bytes = 20000").replace(
    "max_document_bytes = 3000", "max_document_bytes = 2000") + """
[tokenizer]
vocab_size = 512
[model]
params = "100K"
seq_len = 256
[train]
steps = 4
batch_tokens = 512
[evaluation]
questions = {questions}
"""


def talk(cria, model: pathlib.Path) -> None:
    """Guesses change nothing of a reply, one that is asked for again is another, and a stop text ends it."""

    def replies(lines: str, *words: object) -> list[str]:
        said = cria("chat", model, "--json", "--quiet", "--max-gen-len", 24, *words, text=lines)
        return [json.loads(line)["content"] for line in said.splitlines()]

    plain = replies("Hello\nAnd?\n", "--temperature", 0)
    assert plain[0] and replies("Hello\nAnd?\n", "--temperature", 0, "--speculate", "lookup") == plain, plain
    assert plain[0] == plain[0].lstrip(), plain  # a template ends where a blank is due
    first, again = replies("Hello\n/regen\n", "--top-k", 100, "--kv-type", "q8_0")
    assert first != again, first
    stop = plain[0][2:5]
    assert replies("Hello\n", "--temperature", 0, "--stop", stop)[0] == plain[0][:plain[0].index(stop)], stop


def raise_with_questions(cria, at: pathlib.Path) -> None:
    """All stages in one command; another number of questions redoes the evaluation alone."""

    def evaluation(questions: int) -> tuple[dict, set[str], str]:
        (at / "raise.toml").write_text(RAISE.format(questions=questions))
        said = json.loads(cria("raise", at / "raise.toml", "--out", at / "raised", "--json", "--quiet"))
        done = {stage["stage"] for stage in said["stages"] if not stage["skipped"]}
        return said["evaluation"], done, (at / "raised" / "report.md").read_text()

    seen, done, report = evaluation(6)
    assert "corpus" in done and "Tasks at small scale" in report, (done, report)
    assert [task["name"] for task in seen["tasks"]] == ["which_continuation", "last_word"], seen
    for task in seen["tasks"]:
        total = task["total"]
        assert task["chance"] == 0.25 and 0 <= total["right"] <= total["questions"] <= 6, task
        assert task["by_source"]["docs"] == total and f"](report/{task['name']}.svg)" in report, task
        assert f"| **{total['questions']}** | **{100 * total['accuracy']:.1f}** |" in report, report
    seen, done, report = evaluation(0)
    assert done == {"evaluation"}, done
    assert "tasks" not in seen and "Tasks at small scale" not in report, seen


def raise_without_held_out(command: list[str], at: pathlib.Path) -> None:
    """Nothing is trained that could not be measured."""
    text = RAISE.format(questions=0).replace("min_bytes = 20000", "share = 0")
    (at / "whole.toml").write_text(text)
    run = subprocess.run([*command, "raise", str(at / "whole.toml"), "--out", str(at / "whole"), "--quiet"],
                         capture_output=True, text=True)
    assert run.returncode == 1 and "max_document_bytes = " in run.stderr, run
    assert not (at / "whole" / "train").exists()


def main() -> None:
    command = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        at = pathlib.Path(name)

        def cria(*args: object, text: str = "") -> str:
            run = subprocess.run([*command, *map(str, args)], input=text, capture_output=True, text=True)
            assert run.returncode == 0, f"cria {' '.join(map(str, args))}\n{run.stdout}\n{run.stderr}"
            return run.stdout

        docs_shards.make(command, at)
        cria("train", "--data", at / "shards", "--out", at / "run", "--dim", 256, "--layers", 2, "--heads",
             4, "--kv-heads", 2, "--hidden", 256, "--seq-len", 64, "--steps", 4, "--batch", 256, "--quiet")
        cria("eval", at / "run", "--tasks", "bpb", "--data", at / "corpus", "--limit", 1, "--quiet")

        plan = json.loads(cria("plan", "check", at / "run", "--json"))["runs"][0]
        assert plan["memory_bytes"] <= plan["planned_memory_bytes"] and plan["planned_tokens_per_s"] > 0, plan

        # From format to format and back: the same bytes.
        def convert(model: str, out: str, *args: object) -> None:
            cria("convert", at / model, "--out", at / out, "--quiet", *args)

        convert("run", "first.gguf", "--to", "gguf", "--dtype", "bf16", "--name", "m")
        convert("first.gguf", "hf", "--to", "hf", "--shards", 2)
        convert("hf", "meta", "--to", "meta", "--shards", 2)
        convert("meta", "own", "--to", "cria")
        convert("own", "last.gguf", "--to", "gguf", "--name", "m")
        assert (at / "first.gguf").read_bytes() == (at / "last.gguf").read_bytes()
        prompt = ("--prompt", "The ", "--temperature", 0, "--max-gen-len", 8, "--quiet")
        original = (at / "tokenizer.model").read_bytes()
        assert all((at / f / "tokenizer.model").read_bytes()[:1] == original[:1] for f in ("hf", "meta"))
        (at / "hf" / "thesis.txt").write_text("mine")
        refused = subprocess.run([*command, "convert", str(at / "own"), "--to", "hf", "--out",
                                  str(at / "hf"), "--force"], capture_output=True, text=True)
        assert refused.returncode != 0 and "thesis.txt" in refused.stderr, refused.stderr
        (at / "hf" / "thesis.txt").unlink()
        said = cria("generate", at / "first.gguf", *prompt)
        for model in ("first.gguf", "hf", "meta", "own", "last.gguf"):
            seen = json.loads(cria("inspect", at / model, "--json"))
            assert seen["config"]["dim"] == 256 and len(seen["tensors"]) == 21, model
            assert "parameters" in cria("inspect", at / model)
            cria("verify", at / model, "--quiet")
            assert cria("generate", at / model, *prompt) == said, model

        cria("quantize", at / "hf", "--type", "q4_k_m", "--out", at / "q.gguf", "--quiet", "--calibrate",
             docs_shards.TEXTS[0], "--save-imatrix", at / "imatrix.gguf")
        kl = json.loads(cria("eval", at / "q.gguf", "--tasks", "perplexity,kl", "--text", docs_shards.TEXTS[0],
                             "--against", at / "hf", "--window", 32, "--json", "--quiet"))["kl"]
        assert 0 <= kl["kl_mean"]["value"] < 0.1, kl
        line = json.loads(cria("score", at / "q.gguf", "--quiet", text='{"text": "The model"}\n'))
        assert line["logprobs"], line
        talk(cria, at / "q.gguf")
        assert "tokens/s" in cria("bench", "decode", at / "q.gguf", "--tokens", 2, "--rounds", 1)
        assert "tokens/s" in cria("bench", "prefill", at / "q.gguf", "--tokens", 8, "--rounds", 1)
        raise_with_questions(cria, at)
        raise_without_held_out(command, at)
        cria("bench", "batch", at / "q.gguf", "--tokens", 2, "--behind", 4, "--rounds", 1, "--sequences", 2)


if __name__ == "__main__":
    main()
