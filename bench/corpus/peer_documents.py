"""Raw pages for comparisons, of raw dumps: documents of `cria corpus build`.

peer_documents.py --cria CRIA --work WORK --mb N [--files N] [RAW...]: WORK/documents, the corpus of the
raw files or of one recipe, and WORK/pages/, N MB of it in pages of at most 8 KB, as WET files like
CommonCrawl's (a gzip member a record, with digests). What is there stays. Fewer documents than that
come again: two lines in three are then given a word of their own, the third are equal in all copies.
Without RAW: ../shared/data/raw beside the tree where it is there, else recipes/demo.toml."""
import argparse
import base64
import gzip
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import zlib

DEFAULT_RAW = ("warc", "cc_net_jsonl", "wikipedia", "wikipedia_other")
PAGE_BYTES, LINE_BYTES = 8000, 1900


def short_lines(text: str) -> list[str]:
    """The lines of a text; of longer ones parts, cut between characters."""
    lines: list[str] = []
    for line in text.split("\n"):
        while len(line.encode()) > LINE_BYTES:
            part = line.encode()[:LINE_BYTES].decode(errors="ignore")
            lines.append(part.strip())
            line = line[len(part):]
        lines.append(line.strip())
    return lines


def pieces(lines: list[str], most: int) -> list[str]:
    """Texts of at most `most` bytes, of whole lines."""
    cut: list[str] = []
    own: list[str] = []
    size = 0
    for line in lines:
        length = len(line.encode()) + 1
        if size + length > most + 1:
            cut.append("\n".join(own).strip("\n"))
            own, size = [], 0
        own.append(line)
        size += length
    cut.append("\n".join(own).strip("\n"))
    return [piece for piece in cut if piece]


def word(number: int) -> str:
    """Letters only: digits are all the same to CCNet's comparison of lines."""
    letters = ""
    for byte in hashlib.sha1(str(number).encode()).digest()[:6]:
        letters += chr(ord("a") + byte // 16) + chr(ord("a") + byte % 16)
    return letters


def another(text: str, copy: int) -> str:
    own = word(copy)
    return "\n".join(line if zlib.crc32(line.encode()) % 3 == 0 else f"{line} {own}"
                     for line in text.split("\n"))


def record(number: int, text: str) -> bytes:
    body = f"Page {number}\n{text}".encode()  # the title: CCNet takes the first line for it
    digest = base64.b32encode(hashlib.sha1(body).digest()).decode()
    head = (f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://example.org/{number}\r\n"
            f"WARC-Date: 2022-01-01T00:00:00Z\r\n"
            f"WARC-Record-ID: <urn:uuid:{number:08x}-0000-4000-8000-000000000000>\r\n"
            f"WARC-Block-Digest: sha1:{digest}\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\n\r\n")
    return gzip.compress(head.encode() + body + b"\r\n\r\n", 6, mtime=0)


def build(cria: str, raw: list[pathlib.Path], work: pathlib.Path) -> pathlib.Path:
    """The documents of the raw files, duplicates and all."""
    out = work / "documents"
    if (out / "manifest.json").exists():
        return out
    recipe = work / "documents.toml"
    if len(raw) == 1 and raw[0].suffix == ".toml":
        recipe = raw[0]
    else:
        sources = "".join(f'[[source]]\nname = "raw{i}"\nkind = "web"\npath = "{path}"\nduplicates = "none"\n'
                          for i, path in enumerate(raw))
        recipe.write_text('name = "raw"\n[corpus.holdout]\nshare = 0\nmin_bytes = 0\n' + sources)
    subprocess.run([cria, "corpus", "build", recipe, "--out", out, "--quiet"], check=True,
                   stdout=subprocess.DEVNULL)
    return out


def texts(corpus: pathlib.Path) -> list[str]:
    done = subprocess.run(["zstd", "-dcq", *sorted((corpus / "train").glob("*.zst"))], check=True,
                          stdout=subprocess.PIPE)
    return [json.loads(line)["text"] for line in done.stdout.splitlines()]


def write_pages(found: list[str], folder: pathlib.Path, mb: float, count: int) -> None:
    pages = [page for text in found for page in pieces(short_lines(text), PAGE_BYTES)]
    if not pages:
        sys.exit("peer_documents.py: no documents in these files: name others")
    folder.mkdir(parents=True)
    files = [open(folder / f"{i:05}.warc.wet.gz", "wb") for i in range(count)]
    written, number = 0, 0
    while written < mb * 1e6:
        copy, page = divmod(number, len(pages))
        text = another(pages[page], copy) if copy > 0 else pages[page]
        files[number % count].write(record(number, text))
        written += len(text.encode())
        number += 1
    for file in files:
        file.close()
    print(f"{number} pages, {written / 1e6:.1f} MB of text: {len(pages)} pages of the files named"
          + (f", {number / len(pages):.1f} times" if number > len(pages) else ""))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("raw", nargs="*", type=pathlib.Path)
    arguments.add_argument("--cria", required=True)
    arguments.add_argument("--mb", type=float, required=True)
    arguments.add_argument("--files", type=int, default=1)
    arguments.add_argument("--work", type=pathlib.Path, required=True)
    options = arguments.parse_args()
    top = pathlib.Path(__file__).resolve().parents[2]
    given = [top.parent / "shared/data/raw" / name for name in DEFAULT_RAW]
    raw = options.raw or [path for path in given if path.exists()] or [top / "recipes/demo.toml"]
    corpus = build(options.cria, [path.resolve() for path in raw], options.work)
    pages = options.work / "pages"
    if not pages.exists():
        part = options.work / "pages.part"
        shutil.rmtree(part, ignore_errors=True)
        write_pages(texts(corpus), part, options.mb, options.files)
        part.rename(pages)


if __name__ == "__main__":
    main()
