#!/usr/bin/env python3
"""Questions of a set of one's own, while training and afterwards: ask_questions.py COMMAND..."""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import docs_shards

COMMAND = sys.argv[1:]
TASK = {"title": "Own", "files": ["own.jsonl"], "context": "{question}", "choices_of": "options",
        "choice": " {}", "gold": "{right}", "first_label": 0, "note": "made for a test",
        "paper": {"measure": "characters"}, "harness": {"measure": "likelihood"}}


def cria(*words: object, status: int = 0) -> str:
    run = subprocess.run([*COMMAND, *map(str, words)], capture_output=True, text=True, timeout=240)
    assert run.returncode == status, f"cria {words}: {run.returncode}\n{run.stdout}\n{run.stderr}"
    return run.stdout + run.stderr


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        at = pathlib.Path(name)
        docs_shards.make(COMMAND, at)
        (at / "own.json").write_text(json.dumps(TASK))
        with (at / "own.jsonl").open("w") as out:
            for i in range(40):
                out.write(json.dumps({"question": f"Number {i} of the", "right": i % 2,
                                      "options": ["model", "zqxj"] if i % 2 == 0 else ["zqxj", "model"]}) + "\n")
            out.write(json.dumps({"question": "long " * 300, "options": ["a", "b"], "right": 0}) + "\n")
        words = ["train", "--data", at / "shards", "--dim", 64, "--layers", 2, "--heads", 4, "--seq-len", 64,
                 "--batch", 1024, "--lr", 5e-3, "--quiet", "--steps", 120, "--save-steps", 20, "--tasks",
                 at / "own.json", "--task-data", at]
        cria(*words, "--out", at / "whole")
        lines = [json.loads(line) for line in (at / "whole/tasks.jsonl").read_text().splitlines()]
        assert len(lines) >= 2 and lines[-1]["step"] == 120, lines
        last = lines[-1]["tasks"]["own"]
        assert last["questions"] == 40 and last["left_out"] == 1 and last["chance"] == 0.5, last
        assert last["accuracy"] > 0.9, last  # one of the words was never seen
        page = (at / "whole/tasks.html").read_text()
        assert "Own" in page and "<svg" in page and "made for a test" in page
        # Stopped and resumed, by the command that is printed: the same lines.
        run = subprocess.Popen([*COMMAND, *map(str, [*words, "--out", at / "stopped"])])
        while run.poll() is None and not list((at / "stopped").glob("checkpoints/step-*/manifest.json")):
            time.sleep(0.01)
        run.send_signal(signal.SIGTERM)
        assert run.wait(60) == 130
        cria("train", "--resume", "--out", at / "stopped", "--quiet")
        assert (at / "stopped/tasks.jsonl").read_text() == (at / "whole/tasks.jsonl").read_text()
        # A signal in the middle of many questions: the run is saved all the same.
        with (at / "many.jsonl").open("w") as out:
            for i in range(100000):
                out.write(json.dumps({"question": f"Number {i} of the", "right": 0, "options": ["model", "zqxj"]}) + "\n")
        (at / "many.json").write_text(json.dumps({**TASK, "files": ["many.jsonl"]}))
        run = subprocess.Popen([*COMMAND, *map(str, [*words[:-8], "--steps", 120, "--tasks", at / "many.json", "--task-data",
                                                     at, "--task-limit", 0, "--out", at / "asked"])],
                               stderr=subprocess.PIPE, text=True)
        log, seen = at / "asked/log.jsonl", -1
        while run.poll() is None:  # no step for a while: it asks
            time.sleep(0.3)
            size = log.stat().st_size if log.exists() else 0
            if size > 0 and size == seen:
                break
            seen = size
        run.send_signal(signal.SIGTERM)
        _, complaint = run.communicate(timeout=60)
        assert run.returncode == 130 and list((at / "asked").glob("checkpoints/step-*/manifest.json")), (run.returncode, complaint)
        assert not (at / "asked/tasks.jsonl").exists()
        # A run in its place leaves nothing of it.
        cria(*words[:-8], "--steps", 2, "--force", "--out", at / "asked")
        assert not list((at / "asked").glob("tasks*"))
        # The finished model says of the same questions what it said at its last step.
        result = json.loads(cria("eval", at / "whole", "--tasks", at / "own.json", "--data", at, "--json", "--quiet",
                                 "--samples", at / "samples"))
        entry = result["results"]["own"]
        assert entry["headline"] == last["accuracy"] and entry["acc_norm,none"] == last["accuracy"], entry
        samples = [json.loads(line) for line in (at / "samples/own.jsonl").read_text().splitlines()]
        assert len(samples) == 41 and samples[40]["left_out"] and len(samples[0]["logprobs"]) == 2
        table = cria("eval", at / "whole", "--tasks", at / "own.json", "--data", at, "--quiet", "--profile", "harness")
        assert "1 questions longer than the context left out" in table and "ranked by likelihood." in table, table
        complaint = cria("eval", at / "whole", "--tasks", "piqa", "--data", at, status=1)
        assert "piqa/valid.jsonl" in complaint, complaint
        complaint = cria("eval", at / "whole", "--tasks", "piqa,bpb", "--data", at, status=2)
        assert "two calls" in complaint, complaint
        complaint = cria("eval", at / "whole", "--tasks", at / "own.json", "--data", at, "--window", 9, status=2)
        assert "--window" in complaint, complaint
        complaint = cria("eval", at / "whole", "--tasks", "bpb", "--data", at / "corpus", "--shots", 2, status=2)
        assert "--shots" in complaint, complaint
        complaint = cria(*words, "--out", at / "none", "--tasks", "nothing", status=2)
        assert "cria eval --list" in complaint and not (at / "none").exists(), complaint
        assert "SocialIQA" in cria("eval", "--list")


if __name__ == "__main__":
    main()
