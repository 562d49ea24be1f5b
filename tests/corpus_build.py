#!/usr/bin/env python3
"""A corpus of a small crawl and other dumps: corpus_build.py MPIRUN COMMAND... (MPIRUN "-": none).

The same bytes for any threads, memory and number of ranks; killed at random it goes on; SIGTERM ends
it with 130; a full disk ends it with a message and no manifest; damaged files are counted; the corpus
proves itself, and a document can be traced."""
import gzip
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

MPIRUN, COMMAND = sys.argv[1], sys.argv[2:]
WORDS = ("river stone market winter teacher engine garden letter bridge music paper mountain village "
         "window captain silver harvest journey library shadow market doctor animal island").split()

RECIPE = """
name = "small"
[corpus.holdout]
share = 0.05
min_bytes = 2000
max_bytes = 20000
[[source]]
name = "crawl"
kind = "web"
path = "in/crawl"
reader = "warc"
near_duplicates = 0.8
[[source]]
name = "books"
kind = "books"
path = "in/books"
language = "en"
[[source]]
name = "answers"
kind = "questions"
path = "in/stack"
reader = "stackexchange"
[[source]]
name = "lines"
path = "in/lines"
"""


def text(chance: random.Random, sentences: int) -> str:
    lines = []
    for _ in range(sentences):
        words = [chance.choice(WORDS) + str(chance.randrange(300)) for _ in range(12)]
        lines.append(" ".join(words).capitalize() + ".")
    return "\n".join(lines)


def record(number: int, body: str) -> bytes:
    raw = body.encode()
    digest = ""
    head = (f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://example.org/{number}\r\n"
            f"WARC-Date: 2022-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:{number:08}-0000-4000-8000-"
            f"000000000000>\r\nContent-Type: text/plain\r\n{digest}Content-Length: {len(raw)}\r\n\r\n")
    return head.encode() + raw + b"\r\n\r\n"


def make_inputs(at: pathlib.Path) -> None:
    chance = random.Random(5)
    shared = text(chance, 3)  # stands in many pages
    crawl = at / "in/crawl"
    crawl.mkdir(parents=True)
    number = 0
    for file in range(8):
        whole = b""
        for _ in range(60):
            body = "Title\n" + text(chance, 10) + ("\n" + shared if number % 5 == 0 else "")
            whole += gzip.compress(record(number, body), mtime=0)
            number += 1
        if file == 3:
            whole = whole[:len(whole) // 2]  # damaged: what follows is lost, and counted
        (crawl / f"{file}.warc.wet.gz").write_bytes(whole)
    books = at / "in/books"
    books.mkdir()
    for book in range(6):
        (books / f"{book}.txt").write_text(text(chance, 400))
    (books / "again.txt").write_text((books / "2.txt").read_text() + "\nThe end of another edition.\n")
    stack = at / "in/stack/garden"
    stack.mkdir(parents=True)
    rows = []
    for question in range(100):
        body = text(chance, 6).replace("\n", " ")
        rows.append(f'<row Id="{2 * question + 1}" PostTypeId="1" Score="3" Title="How {question}?" '
                    f'Body="&lt;p&gt;{body}&lt;/p&gt;" />')
        rows.append(f'<row Id="{2 * question + 2}" PostTypeId="2" ParentId="{2 * question + 1}" '
                    f'Score="{question % 12}" Body="&lt;p&gt;{text(chance, 4)}&lt;/p&gt;" />')
    (stack / "Posts.xml").write_text('<?xml version="1.0"?>\n<posts>\n' + "\n".join(rows) + "\n</posts>\n")
    lines = at / "in/lines"
    lines.mkdir()
    (lines / "a.jsonl").write_text("".join(json.dumps({"text": text(chance, 20)}) + "\n" for _ in range(200)))
    (at / "r.toml").write_text(RECIPE)


class Builds:
    def __init__(self, at: pathlib.Path):
        self.at = at

    def start(self, out: object, ranks: int, *more: object) -> subprocess.Popen:
        launch = [MPIRUN, "--oversubscribe", "--bind-to", "none", "-n", str(ranks)] if ranks else []
        words = [*launch, *COMMAND, "corpus", "build", self.at / "r.toml", "--out", self.at / out,
                 "--quiet", *more]
        return subprocess.Popen(list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, start_new_session=True)

    def build(self, out: object, ranks: int, *more: object) -> str:
        run = self.start(out, ranks, *more)
        printed, err = run.communicate(timeout=300)
        assert run.returncode == 0, f"{out}: status {run.returncode}\n{printed}\n{err}"
        return self.digest(out)

    def digest(self, out: object) -> str:
        whole = hashlib.sha256()
        for part in ("train", "holdout", "dropped", "fates"):
            for file in sorted((self.at / out / part).iterdir()):
                whole.update(file.name.encode() + file.read_bytes())
        whole.update((self.at / out / "manifest.json").read_bytes())
        return whole.hexdigest()


def same_bytes(builds: Builds) -> str:
    alone = builds.build("alone", 0)
    assert builds.build("one-thread", 0, "--threads", 1) == alone
    assert builds.build("little-memory", 0, "--memory", "20KB") == alone
    for ranks in (2, 4) if MPIRUN != "-" else ():
        assert builds.build(f"on-{ranks}", ranks, "--threads", 1) == alone, f"{ranks} ranks"
    print(f"threads, memory, ranks: {alone[:16]}")
    return alone


def killed(builds: Builds, alone: str) -> None:
    chance = random.Random(3)
    started = time.monotonic()
    builds.build("killed", 0, "--threads", 1)
    whole = time.monotonic() - started
    shutil.rmtree(builds.at / "killed")
    kills = 0
    for _ in range(200):
        run = builds.start("killed", 0, "--threads", 1)
        time.sleep(chance.random() * whole)
        if run.poll() is None:
            run.kill()
            kills += 1
        run.communicate()
        if kills == 8:
            break
        if (builds.at / "killed/manifest.json").exists():
            shutil.rmtree(builds.at / "killed")  # it was faster: from the beginning
    assert kills == 8, f"only {kills} builds could be killed"
    assert builds.build("killed", 0) == alone
    run = builds.start("ended", 0, "--threads", 1)
    while run.poll() is None and not (builds.at / "ended/stages/texts").exists():
        time.sleep(0.005)
    run.send_signal(signal.SIGTERM)
    _, err = run.communicate(timeout=60)
    assert run.returncode in (0, 130), (run.returncode, err)  # 0: it was faster
    assert (builds.at / "ended/manifest.json").exists() == (run.returncode == 0)
    assert builds.build("ended", 0) == alone
    print(f"killed {kills} times, ended once: the same bytes")


def full_disk(builds: Builds, alone: str) -> None:
    small = builds.at / "small"
    small.mkdir()
    # No room for more files, though the bytes would do: the same error, at a place that is certain.
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m,nr_inodes=30",
                                            "none", small], capture_output=True).returncode != 0:
        print("full disk: not tried, no file system can be mounted here")
        return
    try:
        run = builds.start("small/out", 0)
        _, err = run.communicate(timeout=60)
        assert run.returncode == 1 and "No space" in err and "mend:" in err, (run.returncode, err)
        assert not (small / "out/manifest.json").exists()
        subprocess.run(["mount", "-o", "remount,nr_inodes=10000", small], check=True)
        assert builds.build("small/out", 0) == alone
        print("full disk: a message, no manifest, and it goes on")
    finally:
        subprocess.run(["umount", small], check=False)


def looks(builds: Builds) -> None:
    def ask(*words: object) -> str:
        done = subprocess.run(list(map(str, [*COMMAND, "corpus", *words])), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    out = builds.at / "alone"
    manifest = json.loads((out / "manifest.json").read_text())
    drops = {s["name"]: s["drops"] for s in manifest["sources"]}
    assert drops["crawl"]["truncated_file"]["documents"] == 1, drops["crawl"]
    assert drops["crawl"]["duplicate_line"]["documents"] > 100
    assert drops["books"]["book_overlap"]["documents"] == 1
    answer = json.loads(ask("show", out, "--source", "answers", "--limit", 1, "--json").splitlines()[0])
    assert answer["text"].startswith("Q: How") and "\nA: " in answer["text"], answer
    assert "as it was written" in ask("verify", out)
    ask("verify", out, "--recipe", builds.at / "r.toml")
    assert "book_overlap" in ask("trace", out, "books/again.txt")
    card = json.loads((out / "card/card.json").read_text())
    assert card["digest"] == manifest["digest"]
    assert "Data card" in (out / "card/report.html").read_text()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        at = pathlib.Path(folder)
        make_inputs(at)
        builds = Builds(at)
        alone = same_bytes(builds)
        looks(builds)
        killed(builds, alone)
        full_disk(builds, alone)


if __name__ == "__main__":
    main()
