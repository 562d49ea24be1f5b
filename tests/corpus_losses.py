#!/usr/bin/env python3
"""What the readers lose: corpus_losses.py TEST_DATA MPIRUN COMMAND... (MPIRUN "-": none).

Dumps of every kind, made and real ones, are broken in every way. Each loss is counted under its
reason, has a sample to look at and a fate; a trace says file, part, reason and why; the card shows
it; fates and samples are the same bytes for any threads and ranks; one changed byte of them is found."""
import base64
import gzip
import hashlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

TEST_DATA, MPIRUN, COMMAND = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
STORY = ("The river ran past the old mill, and in the evening the miller sat at the door and counted the "
         "boats that came down from the mountains with timber, wool and salt. ") * 3

SOURCES = {"crawl": ("web", "warc"), "wiki": ("encyclopedia", "mediawiki"),
           "answers": ("questions", "stackexchange"), "papers": ("papers", "arxiv"),
           "code": ("code", "repositories"), "lines": ("other", "auto"), "real": ("web", "warc")}


def record(kind: str, name: str, block: bytes, *more: str) -> bytes:
    head = (f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://example.org/{name}\r\n"
            f"WARC-Record-ID: <urn:uuid:{name}>\r\n" + "".join(f"{line}\r\n" for line in more) +
            f"Content-Length: {len(block)}\r\n\r\n")
    return head.encode() + block + b"\r\n\r\n"


def response(name: str, status: int, mime: str, body: bytes, *more: str) -> bytes:
    http = f"HTTP/1.1 {status} Some\r\nContent-Type: {mime}\r\n\r\n".encode() + body
    return record("response", name, http, "Content-Type: application/http", *more)


def make_crawl(at: pathlib.Path) -> dict[str, str]:
    page = f"<html><body><article><p>{STORY}</p><p>{STORY}</p></article></body></html>".encode()
    wrong = "WARC-Payload-Digest: sha1:" + base64.b32encode(hashlib.sha1(b"other").digest()).decode()
    pieces = [response("good", 200, "text/html", page),
              response("gone", 404, "text/html", page),
              response("picture", 200, "image/png", b"\x89PNG\0\0"),
              response("blank", 200, "text/html", b"<html><body></body></html>"),
              response("forged", 200, "text/html", page, wrong),
              response("squeezed", 200, "text/html\r\nContent-Encoding: br", b"\x0b\x02\x80"),
              response("torn", 200, "text/html", page), b"neither head nor tail\r\n" * 3,
              record("continuation", "piece", b"goes on here"),
              record("conversion", "cut", STORY.encode())[:-200]]
    (at / "a.warc").write_bytes(b"".join(pieces))
    return {"a.warc#gone": "http_status", "a.warc#picture": "not_html", "a.warc#blank": "no_text",
            "a.warc#forged": "digest_mismatch", "a.warc#squeezed": "unknown_coding",
            "a.warc#torn": "damaged_record", "a.warc#piece": "segment", "a.warc#cut": "truncated_file"}


def make_wiki(at: pathlib.Path) -> dict[str, str]:
    def page(number: int, title: str, text: str, ns: int = 0, more: str = "", end: str = "</page>") -> str:
        return (f"<page><title>{title}</title><ns>{ns}</ns><id>{number}</id>{more}<revision><id>1</id>"
                f"<model>{'css' if title == 'Style' else 'wikitext'}</model><text>{text}</text></revision>{end}\n")
    doctype = '<!DOCTYPE mediawiki [<!ELEMENT page ANY> <!-- <!ENTITY none --> ]>\n'
    (at / "en.wiki.xml").write_text(
        '<?xml version="1.0"?>\n' + doctype + '<mediawiki xml:lang="en">\n' + page(1, "Mill", STORY) +
        page(2, "Mills", "", more='<redirect title="Mill" />') + page(3, "Talk:Mill", "a word", ns=1) +
        page(4, "Mill (disambiguation)", "* [[Mill]]") + page(5, "Empty", "{{template}}") +
        page(6, "Style", "a { }") + page(7, "Open", STORY, end="") + page(8, "Last", STORY + "Last.") +
        "</mediawiki>\n")
    bomb = '<!DOCTYPE mediawiki [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><mediawiki>'
    (at / "de.wiki.xml").write_text(bomb + page(1, "Bomb", "&b;&b;") + "</mediawiki>")
    return {"en.wiki.xml#2": "redirect", "en.wiki.xml#3": "other_namespace",
            "en.wiki.xml#4": "disambiguation", "en.wiki.xml#5": "no_text", "en.wiki.xml#6": "not_wikitext",
            "en.wiki.xml#7": "damaged_page", "de.wiki.xml": "entities_declared"}


def make_answers(at: pathlib.Path) -> dict[str, str]:
    body = f"&lt;p&gt;{STORY}&lt;/p&gt;"
    rows = (f'<row Id="1" PostTypeId="1" Title="How?" Body="{body}" />\n'
            f'<row Id="2" PostTypeId="2" ParentId="1" Body="{body}" />\n'
            f'<row Id="2" PostTypeId="2" ParentId="1" Body="again" />\n'
            f'<row Id="3" PostTypeId="2" ParentId="77" Body="to nobody" />\n'
            f'<row Id="4" PostTypeId="5" Body="a tag" />\n'
            f'<row Id="5" PostTypeId="2" ParentId="1" Body="&lt;img/&gt;" />\n'
            f'<row Id="6" PostTypeId="1" Body="open />\n')
    for site, prolog in (("garden", "<!DOCTYPE posts [<!ELEMENT row EMPTY>]>"),
                         ("bomb", '<!DOCTYPE posts [<!ENTITY a "a"><!ENTITY b "&a;&a;">]>')):
        (at / site).mkdir()
        (at / site / "Posts.xml").write_text(f'<?xml version="1.0"?>\n{prolog}\n<posts>\n{rows}</posts>\n')
    return {"garden/Posts.xml#2": "repeated_post", "garden/Posts.xml#3": "orphan_answer",
            "garden/Posts.xml#4": "other_post", "garden/Posts.xml#5": "empty_post",
            "garden/Posts.xml#byte ": "damaged_row", "bomb/Posts.xml": "entities_declared"}


def tar(members: dict[str, bytes], links: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(info)
    return out.getvalue()


def make_papers(at: pathlib.Path) -> dict[str, str]:
    paper = (r"\documentclass{article}\begin{document}\section{Mills}" + STORY + r"\end{document}").encode()
    bare = rb"\documentclass{article}\begin{document}No section here.\end{document}"
    packed = {"2201/2201.00001.gz": gzip.compress(paper, mtime=0), "2201/2201.00002.pdf": b"%PDF-1.4 page",
              "2201/2201.00003.gz": gzip.compress(bare, mtime=0),
              "2201/2201.00004.gz": gzip.compress(b"%auto-ignore\n\\section{}gone", mtime=0),
              "2201/2201.00005.gz": gzip.compress(tar({"../../evil.tex": b"x", "main.tex": paper + b"%5",
                                                       "unused.tex": b"\\section{never read}"}, ("link.tex",)),
                                                  mtime=0),
              "2201/2201.00006.gz": gzip.compress(tar({"data.csv": b"1,2"}), mtime=0)}
    (at / "arXiv_src_2201_001.tar").write_bytes(tar(packed))
    at_tar = "arXiv_src_2201_001.tar#2201.0000"
    return {at_tar + "2": "pdf_only", at_tar + "3": "no_section", at_tar + "4": "withdrawn",
            at_tar + "5/../../evil.tex": "unsafe_name", at_tar + "5/link.tex": "archive_link",
            at_tar + "6": "no_latex"}


def make_code(at: pathlib.Path) -> dict[str, str]:
    mit = ("MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this "
           "software and associated documentation files (the \"Software\"), to deal in the Software without "
           "restriction, including without limitation the rights to use, copy, modify, merge, publish, "
           "distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the "
           "Software is furnished to do so, subject to the following conditions:\n\nThe above copyright notice "
           "and this permission notice shall be included in all copies or substantial portions of the "
           "Software.\n\nTHE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, "
           "INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE "
           "AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, "
           "DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT "
           "OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.\n")
    program = "".join(f"int Wheel{i}(int water) {{ return water * {i}; }}\n" for i in range(20))
    files = {"mill/LICENSE.md": mit, "mill/a.c": program, "mill/logo.png": "\x89PNG",
             "mill/data.c": "\0\1\2" * 50, "mill/gpl.c": "// SPDX-License-Identifier: GPL-3.0-only\n" + program,
             "free/.git/HEAD": "ref", "free/b.c": program}
    for name, text in files.items():
        (at / "mills" / name).parent.mkdir(parents=True, exist_ok=True)
        (at / "mills" / name).write_text(text)
    return {"mills#mill/LICENSE.md": "licence_file", "mills#mill/logo.png": "suffix_not_listed",
            "mills#mill/data.c": "binary", "mills#mill/gpl.c": "licence_not_allowed",
            "mills#free/b.c": "licence_unknown"}


def make_lines(at: pathlib.Path) -> dict[str, str]:
    (at / "a.jsonl").write_text(json.dumps({"text": STORY + "one"}) + "\nno object\n" +
                                json.dumps({"text": STORY + "two"}) + "\n")
    (at / "what.xyz").write_text("of no known kind")
    (at / "data.txt").write_bytes(b"\0\1\2\xff" * 100)
    (at / "torn.html.gz").write_bytes(gzip.compress(b"<p>" + os.urandom(5000).hex().encode())[:2000])
    return {"a.jsonl#line 2": "damaged_line", "what.xyz": "unknown_format", "data.txt": "binary",
            "torn.html.gz": "damaged_file"}


def make_real(at: pathlib.Path) -> dict[str, str]:
    """A real crawl with a byte of a page changed, a record's length wrong, and its end missing."""
    whole = TEST_DATA / "raw/warc/dolma-sample-0000.warc.gz"
    if not whole.exists():
        print("real crawl: not tried, the test data are not there")
        return {}
    text = gzip.decompress(whole.read_bytes())
    starts = []
    position = 0
    while (position := text.find(b"WARC-Type: response", position)) >= 0:
        starts.append(text.rfind(b"WARC/1.", 0, position))
        position += 1
    def uuid(begin: int) -> str:
        head = text[begin:text.index(b"\r\n\r\n", begin)]
        return head.split(b"urn:uuid:")[1].split(b">")[0].decode()
    broken = bytearray(text)
    flip = text.index(b"</html>", starts[2]) - 40
    broken[flip] ^= 1
    length = text.index(b"Content-Length: ", starts[5]) + len(b"Content-Length: ")
    broken[length:length + 1] = b"9" if broken[length:length + 1] != b"9" else b"8"
    (at / "dolma.warc").write_bytes(bytes(broken[:starts[-1] + 3000]))
    return {"dolma.warc#" + uuid(starts[2]): "digest_mismatch",
            "dolma.warc#" + uuid(starts[5]): "damaged_record",
            "dolma.warc#" + uuid(starts[-1]): "truncated_file"}


def make_inputs(at: pathlib.Path) -> dict[str, dict[str, str]]:
    expected, recipe = {}, 'name = "losses"\n[corpus.holdout]\nshare = 0\nmin_bytes = 0\n'
    makers = {"crawl": make_crawl, "wiki": make_wiki, "answers": make_answers, "papers": make_papers,
              "code": make_code, "lines": make_lines, "real": make_real}
    for name, make in makers.items():
        folder = at / "in" / name
        folder.mkdir(parents=True)
        expected[name] = make(folder)
        if not any(folder.iterdir()):
            del expected[name]
            continue
        kind, reader = SOURCES[name]
        files = 'files = ["**"]\n' if name == "lines" else ""
        recipe += f'[[source]]\nname = "{name}"\nkind = "{kind}"\npath = "in/{name}"\nreader = "{reader}"\n{files}'
    (at / "r.toml").write_text(recipe)
    return expected


class Corpus:
    def __init__(self, at: pathlib.Path, out: str, *launch: str, threads: int):
        self.at = at / out
        words = [*launch, *COMMAND, "corpus", "build", at / "r.toml", "--out", self.at, "--quiet",
                 "--threads", threads]
        run = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=300)
        assert run.returncode == 0, f"{out}: {run.stdout}\n{run.stderr}"

    def digest(self) -> str:
        whole = hashlib.sha256()
        for folder in ("train", "dropped", "fates"):
            for file in sorted((self.at / folder).iterdir()):
                whole.update(file.name.encode() + file.read_bytes())
        whole.update((self.at / "manifest.json").read_bytes())
        return whole.hexdigest()

    def ask(self, verb: str, *words: object, status: int = 0) -> str:
        run = subprocess.run(list(map(str, [*COMMAND, "corpus", verb, self.at, *words])), capture_output=True,
                             text=True)
        assert run.returncode == status, f"{verb} {words}: {run.returncode}\n{run.stdout}\n{run.stderr}"
        return run.stdout

    def manifest(self) -> dict:
        return json.loads((self.at / "manifest.json").read_text())


def look(corpus: Corpus, expected: dict[str, dict[str, str]], folder: str) -> int:
    card = (corpus.at / "card/report.html").read_text()
    sources = {source["name"]: source for source in corpus.manifest()["sources"]}
    for name, losses in expected.items():
        samples = [json.loads(line) for line in
                   corpus.ask("show", "--dropped", "all", "--source", name, "--limit", 50, "--json").splitlines()]
        reasons = {sample["meta"]["reason"] for sample in samples}
        assert reasons == set(sources[name]["drops"]), (name, reasons ^ set(sources[name]["drops"]))
        assert all(sample["source"] == name for sample in samples)
        for origin, reason in losses.items():
            origin = f"{name}/{origin}"
            steps = [json.loads(line) for line in corpus.ask("trace", origin, "--json").splitlines()]
            facts = [step["facts"] for step in steps if step["stage"] == "lost" and step["facts"]["reason"] == reason]
            assert facts, f"{origin} {reason}: {steps}"
            file, _, part = facts[0]["origin"].partition("#")
            assert facts[0]["file"] == file and facts[0].get("part", "") == part, facts
            assert folder not in json.dumps(facts), f"where the files lie is no matter of the corpus: {facts}"
            sample = [s for s in samples if s["id"] == facts[0]["id"] and s["meta"]["reason"] == reason]
            assert sample and sample[0]["meta"]["origin"] == facts[0]["origin"], (origin, reason)
            assert reason in card, reason
            by_id = corpus.ask("trace", facts[0]["id"], "--json")
            assert f'"reason":"{reason}"' in by_id, (origin, by_id)
    return sum(map(len, expected.values()))


def words(corpus: Corpus) -> None:
    """What the samples and traces say, of some."""
    def facts(origin: str) -> dict:
        return json.loads(corpus.ask("trace", origin, "--json", "--limit", 1))["facts"]

    assert "404" in facts("crawl/a.warc#gone")["why"]
    assert "http://example.org/gone" in facts("http://example.org/gone")["why"]  # by its address too
    assert facts("code/mills#mill/gpl.c")["why"].startswith("GPL-3.0")
    assert facts("page \"Mills\"")["reason"] == "redirect"
    assert facts("answers/garden/Posts.xml#3")["why"] == "an answer to 77"
    shown = corpus.ask("show", "--dropped", "binary", "--source", "lines")
    assert "00000000  00 01 02 ff" in shown, shown
    assert STORY[:60] in corpus.ask("show", "--dropped", "digest_mismatch", "--source", "crawl")
    assert "to nobody" in corpus.ask("show", "--dropped", "orphan_answer", "--source", "answers")
    assert "No section here." in corpus.ask("show", "--dropped", "no_section", "--source", "papers")


def tampered(corpus: Corpus) -> None:
    assert "every shard, fate and sample" in corpus.ask("verify")
    for path in ("fates/crawl-00000.jsonl.zst", "dropped/code.jsonl.zst"):
        file = corpus.at / path
        whole = file.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
            said = json.loads(corpus.ask("verify", "--json", status=1))
            assert [fault["path"] for fault in said["faults"]] == [path], said
        file.unlink()
        assert f"{path}: is missing" in corpus.ask("verify", status=1)
        file.write_bytes(whole)
    manifest = corpus.manifest()
    manifest["sources"][0]["drops"]["http_status"]["documents"] += 1
    (corpus.at / "manifest.json").write_text(json.dumps(manifest))
    assert "tell of 1 http_status" in corpus.ask("verify", status=1)
    manifest["sources"][0]["drops"]["http_status"]["documents"] -= 1
    for source in manifest["sources"]:
        del source["fates"], source["dropped"]
    (corpus.at / "manifest.json").write_text(json.dumps(manifest))
    assert "fates/ and dropped/ were not looked at" in corpus.ask("verify")
    assert json.loads(corpus.ask("verify", "--json"))["not_covered"] == ["fates/", "dropped/"]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        at = pathlib.Path(folder)
        expected = make_inputs(at)
        corpus = Corpus(at, "alone", threads=1)
        assert Corpus(at, "four", threads=4).digest() == corpus.digest(), "four threads"
        if MPIRUN != "-":
            launch = [MPIRUN, "--oversubscribe", "--bind-to", "none", "-n", "2"]
            assert Corpus(at, "ranks", *launch, threads=1).digest() == corpus.digest(), "two ranks"
        losses = look(corpus, expected, folder)
        words(corpus)
        tampered(corpus)
        print(f"{losses} losses, each counted, shown and traced; tampering is found")


if __name__ == "__main__":
    main()
