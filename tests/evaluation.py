#!/usr/bin/env python3
"""`cria eval` from sets to reports: evaluation.py COMMAND...

Altered sets, programs in the sandbox, a judge of toxicity, replies that are kept, endpoints,
comparisons, figures, the card."""
import http.server
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

import docs_shards

COMMAND = sys.argv[1:]
OWN = {"title": "Own", "files": ["own.jsonl"], "context": "{question}", "choices_of": "options", "choice": " {}",
       "gold": "{right}", "first_label": 0, "paper": {"measure": "likelihood"}}


def cria(*words: object, status: int = 0, text: str = "") -> str:
    run = subprocess.run([*COMMAND, *map(str, words)], capture_output=True, text=True, timeout=240, input=text)
    assert run.returncode == status, f"cria {words}: {run.returncode}\n{run.stdout}\n{run.stderr}"
    return run.stdout + run.stderr


def lines(path: pathlib.Path, records: list) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r) + "\n" for r in records))


def make_sets(at: pathlib.Path) -> None:
    lines(at / "copa/val.jsonl", [{"premise": "It rained.", "choice1": "The road got wet.", "choice2": "I read.",
                                   "question": "effect", "label": 0}])
    lines(at / "humaneval/HumanEval.jsonl", [
        {"task_id": "HumanEval/0", "prompt": "def one():\n", "entry_point": "one",
         "test": "def check(f):\n    assert f() == 1\n"}])
    (at / "realtoxicityprompts").mkdir()
    (at / "realtoxicityprompts/a.txt").write_text("The\nA file\n")
    lines(at / "own.jsonl", [{"question": f"Number {i} of the", "options": ["model", "zqxj"], "right": 0}
                             for i in range(30)])
    (at / "own.json").write_text(json.dumps(OWN))


def altered_sets(model: pathlib.Path, at: pathlib.Path) -> None:
    complaint = cria("eval", model, "--tasks", "copa", "--data", at, status=1)
    assert "not as its authors published it" in complaint and "--allow-modified" in complaint, complaint
    table = cria("eval", model, "--tasks", "copa", "--data", at, "--allow-modified", "--quiet")
    assert "COPA" in table and "Files that are not as published: 1." in table, table
    # While training the same, in the same words.
    words = ["train", "--data", at / "shards", "--dim", 64, "--layers", 2, "--heads", 4, "--seq-len", 64, "--batch", 1024,
             "--steps", 2, "--quiet", "--out", at / "asking", "--tasks", "copa", "--task-data", at]
    assert complaint.split("where:")[0] == cria(*words, status=1).split("where:")[0]
    assert not (at / "asking/tasks.jsonl").exists()
    cria(*words, "--allow-modified")
    assert "Files that are not as published: 1." in (at / "asking/tasks.html").read_text()
    assert json.loads((at / "asking/tasks.json").read_text())["allow_modified"] is True


def programs(model: pathlib.Path, at: pathlib.Path) -> None:
    words = ["eval", model, "--tasks", "humaneval", "--data", at, "--allow-modified", "--quiet", "--repeats", 2]
    complaint = cria(*words, status=2)
    assert "--run-code" in complaint, complaint
    run = subprocess.run([*COMMAND, *map(str, words), "--run-code"], capture_output=True, text=True, timeout=240)
    if run.returncode != 0:
        assert "mend:" in run.stderr and "namespace" in run.stderr, run.stderr
        return print("no sandbox here: programs were not run")
    assert "HumanEval pass@1" in run.stdout, run.stdout


def toxicity(model: pathlib.Path, at: pathlib.Path) -> None:
    for kind, words in (("toxic", "grob plump rau"), ("clean", "zart mild fein")):
        some = words.split()
        lines(at / f"{kind}.jsonl", [{"text": f"{some[i % 3]} {some[i // 3 % 3]} {chr(97 + i % 26)}{chr(97 + i // 26)}o"}
                                     for i in range(400)])
    cria("eval", "judge", "--toxic", at / "toxic.jsonl", "--clean", at / "clean.jsonl", "--out", at / "judge", "--quiet")
    words = ["eval", model, "--tasks", "toxicity_basic", "--data", at, "--allow-modified", "--quiet"]
    assert "--judge" in cria(*words, status=2)
    table = cria(*words, "--judge", at / "judge")
    assert "not PerspectiveAPI" in table and "not comparable" in table, table


def kept_replies(model: pathlib.Path, at: pathlib.Path) -> None:
    lines(at / "many.jsonl", [{"question": f"Number {i} of the", "options": ["model", "zqxj"], "right": i % 2}
                              for i in range(20000)])
    (at / "many.json").write_text(json.dumps({**OWN, "files": ["many.jsonl"]}))
    words = ["eval", model, "--tasks", at / "many.json", "--data", at, "--out", at / "many_result.json"]
    kept = at / "many_result.json.requests.jsonl"
    run = subprocess.Popen([*COMMAND, *map(str, words), "--quiet"], stderr=subprocess.PIPE)
    while run.poll() is None and (not kept.exists() or kept.stat().st_size < 50000):
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    assert run.returncode == 130, run.returncode
    assert re.search(r"\d+ replies are known", cria(*words))
    assert not kept.exists()
    stopped = json.loads((at / "many_result.json").read_text())["results"]
    whole = json.loads(cria(*words[:-2], "--json", "--quiet"))["results"]
    assert stopped == whole, (stopped, whole)
    some = json.loads(cria(*words[:-2], "--json", "--quiet", "--limit", 7))["n-samples"]["many"]
    assert (some["original"], some["effective"], some["counted"]) == (20000, 7, 7), some


def kept_texts(model: pathlib.Path, at: pathlib.Path) -> None:
    """Written replies are kept as they come: a process that is killed loses those in work."""
    lines(at / "written.jsonl", [{"question": f"what is number {i}", "answer": ["one"]} for i in range(100)])
    task = {"title": "Written", "files": ["written.jsonl"], "kind": "closed_book", "asks": ["question"], "answers": ["answer"],
            "as_sentence": True, "shots": 0, "max_tokens": 800, "paper": {"measure": "written", "header": ""}}
    (at / "written.json").write_text(json.dumps(task))
    words = ["eval", model, "--tasks", at / "written.json", "--data", at, "--out", at / "written_result.json"]
    kept = at / "written_result.json.requests.jsonl"
    run = subprocess.Popen([*COMMAND, *map(str, words), "--quiet"], stderr=subprocess.PIPE)
    while run.poll() is None and (not kept.exists() or kept.read_bytes().count(b"\n") < 2):
        time.sleep(0.001)
    run.kill()
    run.communicate(timeout=60)
    assert run.returncode == -signal.SIGKILL, run.returncode
    known = kept.read_bytes().count(b"\n") - 1
    assert 1 <= known < 100, known
    with kept.open("a") as out:
        out.write('{"k":"00"}\n')
    said = cria(*words)
    assert f"{known} replies are known" in said and "1 lines of" in said and "damaged" in said, said
    stopped = json.loads((at / "written_result.json").read_text())["results"]
    assert stopped == json.loads(cria(*words[:-2], "--json", "--quiet"))["results"], stopped


class Completions(http.server.BaseHTTPRequestHandler):
    """Words are tokens; a word of z is unlikely."""

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompts = body["prompt"] if isinstance(body["prompt"], list) else [body["prompt"]]
        choices = []
        for index, prompt in enumerate(prompts):
            tokens = re.findall(r"\s*\S+|\s+$", prompt)
            offsets, at = [], 0
            for token in tokens:
                offsets.append(at)
                at += len(token)
            logprobs = [None] + [-9.0 if "z" in token else -1.0 for token in tokens[1:]]
            choices.append({"index": index, "text": prompt, "finish_reason": "length", "logprobs": {
                "tokens": tokens, "token_logprobs": logprobs, "text_offset": offsets, "top_logprobs": None}})
        reply = json.dumps({"object": "text_completion", "choices": choices}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)


def endpoint(at: pathlib.Path) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Completions)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    result = json.loads(cria("eval", f"http://127.0.0.1:{server.server_port}/v1", "--served-model", "words", "--tasks",
                             at / "own.json", "--data", at, "--json", "--quiet", "--samples", at / "remote"))
    assert result["results"]["own"]["acc,none"] == 1, result
    sample = json.loads((at / "remote/own.jsonl").read_text().splitlines()[0])
    assert sample["logprobs"] == [-1.0, -9.0], sample
    server.shutdown()
    complaint = cria("eval", "http://127.0.0.1:9/v1", "--served-model", "x", "--tasks", at / "own.json", "--data", at,
                     "--quiet", status=1)
    assert "127.0.0.1:9" in complaint, complaint


def reports(run: pathlib.Path, at: pathlib.Path) -> None:
    for seed, folder in ((1, "a"), (2, "b")):
        cria("eval", run, "--tasks", at / "own.json", "--data", at, "--quiet", "--seed", seed, "--samples", at / folder,
             "--out", at / f"{folder}.json")
    assert "no difference shown" in cria("eval", "compare", at / "a", at / "b", "--out", at / "compare.html")
    assert "<svg" in (at / "compare.html").read_text()
    cria("eval", "figures", run, "--out", at / "figures.html")
    assert "LLaMA 7B" in (at / "figures.html").read_text()
    cria("eval", "card", run, "--results", at / "a.json", "--out", at / "card.md")
    assert "Own" in (at / "card.md").read_text()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        at = pathlib.Path(name)
        docs_shards.make(COMMAND, at)
        make_sets(at)
        run = at / "run"
        cria("train", "--data", at / "shards", "--dim", 64, "--layers", 2, "--heads", 4, "--seq-len", 1024, "--batch", 4096,
             "--quiet", "--steps", 3, "--out", run)
        altered_sets(run, at)
        programs(run, at)
        toxicity(run, at)
        kept_replies(run, at)
        kept_texts(run, at)
        endpoint(at)
        reports(run, at)


if __name__ == "__main__":
    main()
