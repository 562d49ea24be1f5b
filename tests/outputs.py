#!/usr/bin/env python3
"""What commands write and read: nothing of the user's is lost, two writers are kept apart, pipes are
read, damaged weights and settings that would be ignored are errors: outputs.py COMMAND..."""
import fcntl
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import threading

COMMAND = sys.argv[1:]


def cria(*words: object, status: int = 0, stdin: str | None = None) -> str:
    """What it says on both streams."""
    run = subprocess.run([*COMMAND, *map(str, words)], capture_output=True, text=True, input=stdin, timeout=300)
    said = run.stdout + run.stderr
    assert run.returncode == status, (words, run.returncode, said)
    return said


def write_json_lines(path: pathlib.Path, items: list) -> None:
    path.write_text("".join(json.dumps(item) + "\n" for item in items))


def two_writers(model: pathlib.Path, at: pathlib.Path) -> None:
    mine = at / "q.gguf.tmp"
    mine.write_text("the user's")
    quantize = ("quantize", model, "--type", "q8_0", "--quiet", "--out")
    cria(*quantize, at / "q.gguf")
    # Another writer has begun, and holds its lock.
    for kind, out in (("gguf", at / "r.gguf"), ("hf", at / "r"), ("cria", at / "s")):
        staged = at / f"{out.name}.cria.tmp"
        if kind == "gguf":
            staged.touch()
        else:
            staged.mkdir()
        lock = os.open(staged, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        convert = ("convert", model, "--to", kind, "--quiet", "--out", out)
        assert "another run is writing here" in cria(*convert, status=1)
        assert not out.exists() and staged.exists()
        os.close(lock)  # it was killed: the next one takes what it left
        cria(*convert)
        assert out.exists() and not staged.exists(), kind
    assert mine.read_text() == "the user's"
    (at / "folder").mkdir()
    assert "folder" in cria(*quantize, at / "folder", "--force", status=2)
    assert "two results in one file" in cria(*quantize, at / "x.html", "--report", at / "x.html", status=2)


def what_stands_there(model: pathlib.Path, at: pathlib.Path) -> None:
    """Slashes at the end, links with and without an end, what comes meanwhile, files of the user's in a model."""
    convert = ("convert", model, "--quiet", "--to")
    for kind in ("hf", "meta", "cria"):
        if kind == "meta":
            continue  # no BOS, no LLaMA
        for _ in range(2):
            cria(*convert, kind, "--out", f"{at}/slash_{kind}/", "--force")
        (at / "far").mkdir(exist_ok=True)
        link = at / f"link_{kind}"
        link.symlink_to(at / "far" / kind)
        for _ in range(2):
            cria(*convert, kind, "--out", link, "--force")
        assert link.is_symlink() and (at / "far" / kind).is_dir()
        note = at / "far" / kind / "notes.json"
        note.write_text("mine")
        assert "notes.json" in cria(*convert, kind, "--out", link, "--force", status=1)
        note.unlink()
        (at / "far" / kind / "notes").mkdir()
        cria(*convert, kind, "--out", link, "--force", status=1)
    link = at / "link.gguf"
    link.symlink_to("far/m.gguf")
    cria(*convert, "gguf", "--out", link)
    assert link.is_symlink() and (at / "far" / "m.gguf").is_file()
    link = at / "texts"
    link.symlink_to("far/texts")
    cria("generate", model, "--prompts", at / "absent", "--out", link, status=1)
    cria("generate", model, "--prompt", "a", "--context", 1 << 20, "--out", link, status=2)
    assert link.is_symlink() and not (at / "far" / "texts").exists()
    os.mkfifo(at / "fifo")
    assert "no file" in cria(*convert, "gguf", "--out", at / "fifo", status=2)
    assert "no file" in cria("generate", model, "--prompt", "a", "--json", "--resume", "--out", at / "fifo", status=2)
    prompts = at / "mark.txt"
    prompts.write_bytes(b"\xef\xbb\xbf" + b'{"prompt": "a", "id": 7}\n')
    said = json.loads(cria("generate", model, "--prompts", prompts, "--json", "--quiet", "--max-gen-len", "2"))
    assert said["id"] == 7, said
    draft = at / "draft.gguf"
    draft.write_bytes(model.read_bytes())
    for taken in (draft, at / "far" / "hf" / "generation_config.json"):
        of = model if taken == draft else at / "far" / "hf"
        words = ("generate", of, "--speculate", draft, "--prompt", "a", "--out", taken, "--force")
        assert "is an input" in cria(*words, status=2)


def texts(model: pathlib.Path, at: pathlib.Path) -> None:
    prompts, out, bytes_of_model = at / "prompts.txt", at / "texts.jsonl", model.read_bytes()
    prompts.write_text("Once\nTom\n")
    words = ("generate", model, "--max-gen-len", "4", "--quiet", "--prompts")
    for taken in (model, prompts):
        before = taken.read_bytes()
        assert "is an input" in cria(*words, prompts, "--out", taken, "--force", status=2)
        assert taken.read_bytes() == before
    out.write_text("kept\n")
    cria(*words, at / "absent.txt", "--out", out, "--force", status=1)
    cria(*words, prompts, "--out", out, "--force", "--context", 1 << 20, status=2)
    assert out.read_text() == "kept\n"
    assert model.read_bytes() == bytes_of_model
    cria(*words, at / "absent.txt", "--out", at / "new.jsonl", status=1)
    assert not (at / "new.jsonl").exists()
    # A pipe gives what a file gives.
    pipe = at / "pipe"
    os.mkfifo(pipe)
    feeder = threading.Thread(target=lambda: pipe.write_text(prompts.read_text()), daemon=True)
    feeder.start()
    assert cria(*words, pipe) == cria(*words, prompts)
    feeder.join()
    # A damaged first line does not turn requests into text.
    for name, line in (("bad.jsonl", "{\"promt\": \"x\"}"), ("bad.txt", "{\"prompt\": \"x\""), ("worse.jsonl", "x")):
        (at / name).write_text(line + "\n{\"prompt\": \"y\"}\n")
        assert "line 1" in cria(*words, at / name, status=1)
    # Results of other requests are not gone on from.
    write_json_lines(at / "a.jsonl", [{"prompt": "Once", "id": 1}, {"prompt": "Tom", "id": 2}])
    write_json_lines(at / "b.jsonl", [{"prompt": "Once", "id": 1}, {"prompt": "Tom", "id": 3}])
    cria(*words, at / "a.jsonl", "--json", "--out", out, "--force")
    assert "line 2" in cria(*words, at / "b.jsonl", "--json", "--out", out, "--resume", status=1)
    with out.open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        for flag in ("--resume", "--force"):
            assert "another run" in cria(*words, at / "a.jsonl", "--json", "--out", out, flag, status=1)


def no_numbers(model: pathlib.Path, at: pathlib.Path) -> None:
    """One weight that is no number is an error of every command that computes with it."""
    cria("convert", model, "--to", "hf", "--dtype", "f32", "--out", at / "hf", "--quiet")
    file = at / "hf" / "model.safetensors"
    whole = bytearray(file.read_bytes())
    size = struct.unpack("<Q", whole[:8])[0]
    header = json.loads(whole[8:8 + size])
    at_weight = 8 + size + header["model.layers.0.mlp.down_proj.weight"]["data_offsets"][0] + 40
    whole[at_weight:at_weight + 4] = struct.pack("<f", float("nan"))
    cria("convert", at / "hf", "--to", "hf", "--out", at / "good", "--quiet")
    file.write_bytes(whole)
    text = at / "text.txt"
    text.write_text("Once upon a time there was a text. " * 40)
    for type_name in ("q4_0", "q4_k_m"):
        said = cria("quantize", at / "hf", "--type", type_name, "--out", at / "nan.gguf", "--quiet", status=1)
        assert "w2" in said and "not a number" in said, said
        assert not (at / "nan.gguf").exists()
    evaluate = ("eval", at / "hf", "--text", text, "--window", "32", "--quiet", "--tasks")
    for tasks in (("perplexity",), ("kl", "--against", at / "good")):
        assert "no numbers" in cria(*evaluate, *tasks, status=1)
    other_way = ("eval", at / "good", "--text", text, "--window", "32", "--quiet", "--tasks", "kl", "--against")
    assert "by the original" in cria(*other_way, at / "hf", status=1)
    assert "no numbers" in cria("generate", at / "hf", "--prompt", "Once", "--quiet", status=1)
    assert "no numbers" in cria("score", at / "hf", "--quiet", stdin="{\"text\": \"Once\"}\n", status=1)
    assert "no numbers" in cria("chat", at / "hf", "--quiet", stdin="Hello\n", status=1)


def refused(model: pathlib.Path, at: pathlib.Path) -> None:
    text = at / "text.txt"
    for words in (("perplexity", "--context", "64"), ("perplexity", "--stride", "8"), ("perplexity", "--compare"),
                  ("bpb", "--window", "64")):
        assert words[1] in cria("eval", model, "--text", text, "--tasks", *words, status=2)
    for line in ({"text": "a", "txet": "b"}, {"text": "a", "context": "b"}, {"context": "a"}, [1], {"text": 5}, {}):
        assert "line 1" in cria("score", model, "--quiet", stdin=json.dumps(line) + "\n", status=1)
    scored = json.loads(cria("score", model, "--quiet", stdin="{\"text\": \"a\", \"id\": [7]}\n"))
    assert scored["id"] == [7], scored
    assert "stands there twice" in cria("score", model, stdin='{"text": "a", "text": "b"}\n', status=1)
    assert json.loads(cria("score", model, "--quiet", stdin='{"ids": [5, 6], "bos": false}\n'))["ids"] == [5, 6]
    for ids in ("99999999", "1 99999999999999999999", "2x"):
        said = cria("tokenizer", "decode", "--tokenizer", model, stdin=f"1 2\n{ids}\n", status=1)
        assert "line 2" in said, said
    for words in (("--vocab-size", 100), ("--character-coverage", 2)):
        assert words[0] in cria("tokenizer", "train", "--input", text, *words, "--out", at / "none.model", status=2)
    (at / "card").touch()
    assert "card" in cria("eval", model, "--text", text, "--tasks", "bpb", "--out", at / "card.md", status=2)


def damage(model: pathlib.Path, at: pathlib.Path) -> None:
    """A checkpoint that is damaged is not written anew, with digests of its own; no input is overwritten."""
    cria("convert", model, "--to", "cria", "--out", at / "checkpoint", "--quiet")
    weights = at / "checkpoint" / "weights.bin"
    whole = bytearray(weights.read_bytes())
    whole[len(whole) // 2] ^= 1
    weights.write_bytes(whole)
    for words in (("convert", "--to", "cria"), ("convert", "--to", "gguf"), ("quantize", "--type", "q8_0")):
        said = cria(words[0], at / "checkpoint", *words[1:], "--out", at / "damaged", "--quiet", status=1)
        assert "weights" in said, said
        assert not (at / "damaged").exists()
    before = model.read_bytes()
    for words in (("convert", "--to", "gguf"), ("quantize", "--type", "q4_0")):
        assert "is an input" in cria(words[0], model, *words[1:], "--out", model, "--force", "--quiet", status=2)
    assert model.read_bytes() == before
    text = at / "train.txt"
    text.write_text("a text to learn pieces of\n" * 50)
    assert "is an input" in cria("tokenizer", "train", "--input", text, "--vocab-size", "300", "--out", text, "--force", status=2)
    assert text.read_text().startswith("a text")
    assert "--calibrate" in cria("quantize", model, "--type", "q8_0", "--calibrate-tokens", "100", "--out", at / "ct.gguf", status=2)
    assert "--shards" in cria("convert", model, "--to", "hf", "--shards", 1000, "--out", at / "many", status=2)
    assert not (at / "many").exists()
    longer = at / "longer.gguf"
    longer.write_bytes(before + b"rest")
    assert "4 bytes stand behind the last tensor" in cria("verify", longer, "--quiet", status=1)
    cria("inspect", longer)
    part = at / "cut-00002-of-00002.gguf"  # of a model in two files
    (at / "cut-00001-of-00002.gguf").write_bytes(before)
    part.write_bytes(before)
    assert "is an input" in cria("generate", at / "cut-00001-of-00002.gguf", "--out", part, "--force", status=2)
    cria("quantize", model, "--type", "q4_0", "--out", at / "four.gguf", "--quiet")
    assert "rounded to F16" in cria("convert", at / "four.gguf", "--to", "hf", "--out", at / "four", "--quiet")


def kept_replies(model: pathlib.Path, at: pathlib.Path) -> None:
    """Hours of replies are not thrown away because a setting changed, nor is a file of the user's."""
    write_json_lines(at / "own.jsonl", [{"question": f"Number {i} of", "options": ["a", "b"], "right": 0} for i in range(4)])
    (at / "own.json").write_text(json.dumps(
        {"title": "Own", "files": ["own.jsonl"], "context": "{question}", "choices_of": "options", "choice": " {}",
         "gold": "{right}", "first_label": 0, "paper": {"measure": "likelihood"}}))
    out, kept = at / "own_result.json", at / "own_result.json.requests.jsonl"
    words = ("eval", model, "--tasks", at / "own.json", "--data", at, "--quiet", "--out", out)
    assert "is an input" in cria("eval", model, "--tasks", at / "own.json", "--data", at, "--out", at / "own.json", "--force", status=2)
    assert "is an input" in cria("eval", model, "--tasks", at / "own.json", "--data", at, "--samples", at, "--force", status=2)
    kept.write_text('{"format": 5}\n')
    assert "something else" in cria(*words, status=1)
    kept.write_text("notes\n")
    for more in ((), ("--force",)):
        assert "something else" in cria(*words, *more, status=1)
    assert kept.read_text() == "notes\n"
    write_json_lines(kept, [{"format": "cria requests 1", "identity": "another"}, {"k": "00", "p": -1.0, "g": True, "n": 1}])
    before = kept.read_text()
    assert "1 replies of another model" in cria(*words, status=1)
    assert kept.read_text() == before
    with kept.open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "another run" in cria(*words, "--force", status=1)
    assert "are dropped" in cria(*words, "--force")
    assert out.exists() and not kept.exists()


def conversation(model: pathlib.Path, at: pathlib.Path) -> None:
    """A line for every line, no more context than was asked for, and SIGTERM ends it."""
    assert "--context" in cria("chat", model, "--context", 1 << 20, "--quiet", stdin="", status=2)
    said = cria("chat", model, "--json", "--quiet", "--context", 8, status=1, stdin="A long line\n")
    short = json.loads(said.splitlines()[0])
    assert short["context_tokens"] == 8, short
    run = subprocess.run([*COMMAND, "chat", str(model), "--json", "--quiet", "--max-gen-len", "2"], capture_output=True,
                         text=True, input="word " * 3000 + "\nHi\n", timeout=300)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 1 and len(lines) == 2 and "1 message not sent" in run.stderr, run
    assert lines[0]["stop"] == "context full" and lines[0]["content"] is None, lines
    before, kept = model.read_bytes(), at / "kept.json"
    for taken in (model, at / "prompts.txt"):
        cria("chat", model, "--quiet", status=1, stdin=f"/save {taken}\n")
    assert model.read_bytes() == before
    for _ in range(2):  # over itself it may
        cria("chat", model, "--quiet", stdin=f"/save {kept}\n")
    assert "messages" in json.loads(kept.read_text())
    idle = subprocess.Popen([*COMMAND, "chat", str(model)], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    idle.stderr.readline()  # the model is there
    idle.send_signal(signal.SIGTERM)
    assert idle.wait(timeout=60) == 130


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        at = pathlib.Path(name)
        model = at / "model.gguf"
        cria("bench", "model", "--params", "5M", "--type", "f32", "--out", model, "--quiet")
        two_writers(model, at)
        what_stands_there(model, at)
        texts(model, at)
        no_numbers(model, at)
        refused(model, at)
        kept_replies(model, at)
        damage(model, at)
        conversation(model, at)
    return 0


if __name__ == "__main__":
    sys.exit(main())
