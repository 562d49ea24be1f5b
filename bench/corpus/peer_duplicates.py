"""CCNet's search for duplicate lines, plainly: SHA-1 of normalised lines in a set, those of more than
one page removed (the rule of `duplicates = "lines"`). Times that, and writes what is left for other
peers.

peer_duplicates.py WET.gz... [--out FOLDER]  prints bytes, seconds, bytes left. FOLDER gets
kept.jsonl, short.jsonl (cut into pieces of at most 2000 bytes) and both as lines: *.lines (a document a
line), *.prepared (as cria's own language models want them)."""
import argparse
import gzip
import hashlib
import json
import pathlib
import re
import time
import unicodedata

from peer_documents import pieces

SHORT_BYTES = 2000
WHITE = " \t\r\f\v"
DELETED = dict.fromkeys(map(ord, "，。、„”“«»１」「《》´∶：？！（）；–—．～’…━〈〉【】％►"))
DELETED.update(dict.fromkeys([*range(32), *range(127, 160)]))
DIGIT = re.compile(r"\d")
NO_LETTER = re.compile(rb"[\x00-\x40\x5b-\x60\x7b-\x7f]+")


def read(path: str) -> list[str]:
    """The texts of the conversion records of a WET file, without their first lines, the titles."""
    texts = []
    with gzip.open(path, "rb") as file:
        while line := file.readline():
            if line.startswith(b"Content-Length:"):
                length = int(line.split(b":")[1])
                while file.readline() not in (b"\r\n", b"\n", b""):
                    pass
                texts.append(file.read(length).decode().partition("\n")[2])
    return texts


def key(line: str) -> bytes:
    line = line.strip(WHITE).lower()
    if not line.isascii() and DIGIT.search(line):
        line = "".join("0" if unicodedata.category(c) == "Nd" else c for c in line)
    line = DIGIT.sub("0", line).translate(DELETED)
    return hashlib.sha1(line.encode()).digest()[:8]


def left(lines: list[str], keys: list[bytes | None], gone: set[bytes]) -> str:
    own: set[bytes] = set()
    stay: list[str] = []
    for line, k in zip(lines, keys):
        if k is not None and (k in gone or k in own):
            continue
        if k is not None:
            own.add(k)
        if line or (stay and stay[-1]):
            stay.append(line)
    return "\n".join(stay).rstrip("\n")


def without_duplicates(texts: list[str]) -> list[str]:
    seen: set[bytes] = set()
    gone: set[bytes] = set()
    whole: set[bytes] = set()
    cut = []
    for text in texts:
        lines = text.split("\n")
        keys = [key(line) if line.strip(WHITE) else None for line in lines]
        own = set(keys) - {None}
        gone |= own & seen
        seen |= own
        cut.append((lines, keys))
    kept = []
    for text, (lines, keys) in zip(texts, cut):
        digest = hashlib.sha1(text.encode()).digest()[:8]
        if digest in whole:
            continue
        whole.add(digest)
        if remains := left(lines, keys, gone):
            kept.append(remains)
    return kept


def prepared(text: str) -> bytes:
    """The line that a language model trained by cria sees: letters, in lower case where ASCII."""
    return NO_LETTER.sub(b" ", text.encode()).lstrip(b" ").lower()


def write(folder: pathlib.Path, name: str, texts: list[str]) -> None:
    with open(folder / f"{name}.jsonl", "w") as file:
        file.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    with open(folder / f"{name}.lines", "w") as file:
        file.writelines(text.replace("\n", " ") + "\n" for text in texts)
    with open(folder / f"{name}.prepared", "wb") as file:
        file.writelines(prepared(text) + b"\n" for text in texts)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("files", nargs="+")
    arguments.add_argument("--out", type=pathlib.Path)
    options = arguments.parse_args()
    texts = [text for file in options.files for text in read(file)]
    start = time.perf_counter()
    kept = without_duplicates(texts)
    seconds = time.perf_counter() - start
    if options.out:
        write(options.out, "kept", kept)
        write(options.out, "short", [piece for text in kept for piece in pieces(text.split("\n"), SHORT_BYTES)])
    size, size_left = (sum(len(text.encode()) for text in some) for some in (texts, kept))
    print(f"{size} {seconds:.6f} {size_left}")


if __name__ == "__main__":
    main()
