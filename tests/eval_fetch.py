#!/usr/bin/env python3
"""`cria eval fetch` against a mirror on this machine: eval_fetch.py COMMAND...

Whole originals (from CRIA_TEST_DATA, if set), altered files, members of archives, archives without
them, sets for which people must do something, files that stand there already."""
import hashlib
import http.server
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import threading
import zipfile

COMMAND = sys.argv[1:]
DATA = pathlib.Path(os.environ.get("CRIA_TEST_DATA") or "/nowhere") / "eval"


class Server(http.server.ThreadingHTTPServer):
    """Serves `files`, by path; counts what is asked for. `busy`: how often a path is refused with 503."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.asked, self.busy = {}, [], {}
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path[1:]
        self.server.asked.append(path)
        body = self.server.files.get(path)
        refusals = self.server.busy.get(path, 0)
        if refusals > 0:
            self.server.busy[path], body = refusals - 1, b""
        self.send_response(503 if refusals > 0 else 404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")


def run(*arguments: str, code: int = 0) -> str:
    done = subprocess.run([*COMMAND, "eval", "fetch", *arguments], capture_output=True, text=True)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stdout + done.stderr


def tar_gz(members: dict) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, body in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return out.getvalue()


def zipped(members: dict) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def place_of(entry: dict) -> str:
    return entry["url"].split("://")[1]


def files_below(folder: pathlib.Path) -> set:
    return {str(p.relative_to(folder)) for p in folder.rglob("*")
            if p.is_file() and p.name not in (".lock", "fetched.jsonl")}


def check_list(entries: list):
    by_path = {entry["path"]: entry for entry in entries}
    assert len(by_path) == len(entries) > 200
    for entry in entries:
        assert entry["licence"] and entry["source"].startswith("http"), entry
        assert entry["sha256"] or entry["recorded_sha256"] or entry["note"], entry
    text = run("--list")
    for name in {entry["set"] for entry in entries}:
        assert f"\n{name}: " in "\n" + text, name
    assert by_path["gsm8k/test.jsonl"]["sha256"] in text
    assert "mmlu/test/" not in text and run("--list", "mmlu").count("mmlu/test/") == 57
    assert "no evaluation set" in run("gsm9k", "--out", "x", code=2)
    run(code=2)
    run("piqa", code=2)


def check_archives(server: Server, by_path: dict, out: pathlib.Path, mirror: list):
    prompts = b'{"prompt": {"text": "So"}}\n' * 99442  # no digest is known, the number is
    path = "realtoxicityprompts/prompts.jsonl"
    server.files[place_of(by_path[path])] = tar_gz({
        "realtoxicityprompts-data/README": b"x", "realtoxicityprompts-data/prompts.jsonl": prompts})
    run("realtoxicityprompts", *mirror)
    assert (out / path).read_bytes() == prompts
    assert files_below(out) == {path}  # the archive has gone
    line = json.loads((out / "fetched.jsonl").read_text().splitlines()[-1])
    assert line["name"] == path and line["sha256"] == hashlib.sha256(prompts).hexdigest()
    asked = len(server.asked)
    run("realtoxicityprompts", *mirror)
    assert len(server.asked) == asked

    server.files[place_of(by_path["copa/val.jsonl"])] = zipped({"COPA/val.jsonl": b"{}\n"})
    assert "not the original" in run("copa", *mirror, code=1)
    server.files[place_of(by_path["copa/val.jsonl"])] = zipped({"COPA/train.jsonl": b"{}\n"})
    assert "no member" in run("copa", *mirror, code=1)
    server.files[place_of(by_path["copa/val.jsonl"])] = b"no archive"
    run("copa", *mirror, code=1)
    # Its size is known.
    server.files[place_of(by_path["mmlu/dev/anatomy_dev.csv"])] = tar_gz({"data/dev/anatomy_dev.csv": b"x"})
    run("mmlu", *mirror, code=1)
    assert files_below(out) == {path}
    # Two files of one member.
    server.files[place_of(by_path["boolq/val.jsonl"])] = zipped({"BoolQ/val.jsonl": b"{}\n" * 3269})
    assert "not the original" in run("boolq/val.jsonl", "boolq/superglue_val.jsonl", *mirror, code=1)
    assert files_below(out) == {path}
    server.files[place_of(by_path["boolq/val.jsonl"])] = zipped({"BoolQ/val.jsonl": b"{}\n" * 3270})
    run("boolq/val.jsonl", "boolq/superglue_val.jsonl", *mirror)
    assert files_below(out) == {path, "boolq/val.jsonl", "boolq/superglue_val.jsonl"}


def check_busy(server: Server, by_path: dict, out: pathlib.Path, mirror: list):
    """What a server that is busy makes it do is said, and what it comes to in the end."""
    path = "boolq/val.jsonl"
    place = place_of(by_path[path])
    server.files[place] = zipped({"BoolQ/val.jsonl": b"{}\n" * 3270})
    server.busy[place] = 2

    def fetch(*words: str, wait: str = "0.01"):
        command = [*COMMAND, "eval", "fetch", path, *mirror[:-1], wait, *words]
        return subprocess.run(command, capture_output=True, text=True)

    (out / path).unlink()
    done = fetch(wait="0.8")
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if "the server says 503; again in" in line]
    assert len(said) == 2 and place in said[0], done.stderr
    (out / path).unlink()
    server.busy[place] = 99
    done = fetch("--retries", "1", "--quiet")
    assert done.returncode == 1 and "again in" not in done.stderr, done.stderr
    for part in ("1 of 1 files are not there", path, "the server says 503, tried 2 times", place,
                 f"by hand: fetch {by_path[path]['url']}, take BoolQ/val.jsonl out of it and put it at {out / path}"):
        assert part in done.stderr, (part, done.stderr)
    failed = json.loads(fetch("--retries", "0", "--json").stdout)[0]
    assert failed["result"] == "failed" and failed["url"].endswith(place), failed
    server.busy.clear()
    assert fetch().returncode == 0


def check_plain(server: Server, by_path: dict, out: pathlib.Path, mirror: list):
    server.files[place_of(by_path["piqa/valid-labels.lst"])] = b"0\n1\n"
    report = run("piqa", "--retries", "0", *mirror, code=1)
    assert "valid-labels.lst" in report and "valid.jsonl" in report
    assert not {name for name in files_below(out) if name.startswith("piqa/")}
    assert "terms" in run("race", *mirror, code=1)

    (out / "gsm8k").mkdir()
    (out / "gsm8k/test.jsonl").write_text("{}\n")
    asked = len(server.asked)
    assert "move it away" in run("gsm8k/test.jsonl", *mirror, code=1)
    assert len(server.asked) == asked and (out / "gsm8k/test.jsonl").read_text() == "{}\n"
    states = {e["path"]: e["state"] for e in json.loads(run("--list", "--json", "--out", str(out)))}
    assert states["gsm8k/test.jsonl"] == "altered" and states["arc/ARC-Easy-Dev.jsonl"] == "absent"

    path = "winogender/occupations-stats.tsv"
    if not (DATA / path).exists():
        return print("the whole originals are not at hand")
    server.files[place_of(by_path[path])] = (DATA / path).read_bytes()
    for result in ("fetched", "there"):
        assert json.loads(run(path, "--json", *mirror)) == [{"path": path, "result": result}]
    assert (out / path).read_bytes() == (DATA / path).read_bytes()
    assert server.asked.count(place_of(by_path[path])) == 1


def main():
    entries = json.loads(run("--list", "--json"))
    by_path = {entry["path"]: entry for entry in entries}
    check_list(entries)
    server = Server()
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "sets"
        mirror = ["--out", str(out), "--mirror", f"http://127.0.0.1:{server.server_port}", "--wait", "0.01"]
        check_archives(server, by_path, out, mirror)
        check_busy(server, by_path, out, mirror)
        check_plain(server, by_path, out, mirror)
    print("eval fetch: ok")


if __name__ == "__main__":
    main()
