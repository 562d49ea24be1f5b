#!/usr/bin/env python3
"""`cria corpus fetch` against a server that misbehaves: corpus_fetch.py COMMAND...

Busy, forbidden at first, cut in the middle, deaf to Range, changed between tries, wrong digest,
missing, stalled, endless; the program killed in the middle and started again."""
import collections
import email.utils
import gzip
import hashlib
import http.server
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

COMMAND = sys.argv[1:]
DATED = "Wed, 01 May 2024 10:00:00 GMT"


def content(name: str, size: int = 300_000) -> bytes:
    return random.Random(name).randbytes(size)


class Server(http.server.ThreadingHTTPServer):
    """Serves content(path) below every path; the first component says how."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.log = []  # path, Range, when, If-Range
        self.tries = collections.Counter()
        self.sent = collections.Counter()
        self.files = {}
        self.active = self.most_active = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def handle_error(self, request, client_address):
        pass  # clients that are killed are the point

    def asked(self, path: str) -> list:
        with self.lock:
            return [entry for entry in self.log if entry[0] == path]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path[1:]
        with self.server.lock:
            self.server.log.append((path, self.headers["Range"], time.monotonic(), self.headers["If-Range"]))
            self.server.tries[path] += 1
            self.server.active += 1
            self.server.most_active = max(self.server.most_active, self.server.active)
        try:
            getattr(self, "on_" + path.split("/")[0])(path, self.server.tries[path])
        finally:
            with self.server.lock:
                self.server.active -= 1

    def reply(self, status: int, body: bytes = b"", **fields: str):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send(self, body: bytes, cut: int = -1, ranges: bool = True, etag: str = '"1"', if_range: bool = True,
             dated: str = DATED, stall: bool = False, pause: float = 0):
        """The body from where it is asked for; the connection breaks after `cut` bytes of it."""
        begin = 0
        asked = self.headers["Range"]
        same = self.headers["If-Range"] in (None, etag, dated) or not if_range
        if ranges and asked and same:
            begin = int(asked.removeprefix("bytes=").removesuffix("-"))
        if begin > len(body) or (begin == len(body) and body):
            return self.reply(416, Content_Range=f"bytes */{len(body)}")
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
        if etag:
            self.send_header("ETag", etag)
        if dated:
            self.send_header("Last-Modified", dated)
        self.send_header("Content-Length", str(len(body) - begin))
        self.end_headers()
        end = len(body) if cut < 0 else min(begin + cut, len(body))
        for at in range(begin, end, 16384):
            piece = body[at:min(at + 16384, end)]
            self.wfile.write(piece)
            self.server.sent[self.path[1:]] += len(piece)
            if pause:
                time.sleep(pause)
        if stall:  # until the program has had enough
            self.wfile.flush()
            self.connection.settimeout(60)
            self.connection.recv(1)
        if end < len(body):
            self.close_connection = True
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def on_plain(self, path, _):
        self.send(content(path))

    def on_file(self, path, _):
        self.send(self.server.files[path])

    def on_empty(self, *_):
        self.send(b"")

    def on_busy(self, path, tries):
        if tries <= 2:
            return self.reply(503, b"SlowDown", Retry_After="1")
        self.send(content(path))

    def on_busydate(self, path, tries):
        if tries == 1:  # by a clock that is a day off, as is its Date
            now = time.time() + 86400
            self.send_response_only(429)
            self.send_header("Date", email.utils.formatdate(now, usegmt=True))
            self.send_header("Retry-After", email.utils.formatdate(now + 2, usegmt=True))
            self.send_header("Content-Length", "0")
            return self.end_headers()
        self.send(content(path))

    def on_forbidden(self, path, tries):
        if tries == 1:
            return self.reply(403, b"x" * 3_000_000)  # longer than any error page needs to be
        self.send(content(path))

    def on_overloaded(self, *_):
        self.reply(500)

    def on_cut(self, path, tries):
        self.send(content(path), cut=80_000 if tries <= 3 else -1)

    def on_cutdeaf(self, path, tries):
        self.send(content(path), cut=120_000 if tries <= 2 else -1, ranges=False)

    def on_changed(self, path, tries):
        self.send(content(path + str(min(tries, 2))), cut=120_000 if tries == 1 else -1,
                  etag=f'"{min(tries, 2)}"', dated="", if_range="deaf" not in path)

    def on_silent(self, path, tries):  # changes, and nothing in the head shows it
        self.send(content(path + str(min(tries, 2))), cut=120_000 if tries == 1 else -1, etag="", dated="")

    def on_weak(self, path, tries):
        self.send(content(path), cut=120_000 if tries == 1 else -1, etag='W/"1"')

    def on_unmarked(self, path, tries):  # no validators: cannot be continued
        self.send(content(path), cut=120_000 if tries == 1 else -1, etag="", dated="")

    def on_corrupt(self, path, tries):
        body = bytearray(content(path))
        body[1000] ^= tries == 1
        self.send(bytes(body))

    def on_missing(self, *_):
        self.reply(404, b"<h1>not here</h1>")

    def on_gone(self, *_):
        self.reply(410)

    def on_denied(self, *_):
        self.reply(401)

    def on_stall(self, path, tries):
        self.send(content(path), cut=100_000 if tries == 1 else -1, stall=tries == 1)

    def on_slow(self, path, _):
        self.send(content(path, 3_000_000), pause=0.04)

    def on_lengthless(self, path, tries):  # the end of the connection is the end of the file
        self.send_response(200)
        self.close_connection = True
        self.end_headers()
        self.wfile.write(content(path)[:100_000 if tries == 1 else 300_000])

    def on_endless(self, *_):
        self.send_response(200)
        self.close_connection = True
        self.end_headers()
        while True:
            self.wfile.write(bytes(65536))

    def on_page(self, path, tries):
        if tries == 1:
            return self.reply(200, b"<html>Please log in</html>", Content_Type="text/html; charset=utf-8")
        self.send(gzip.compress(content(path), mtime=0))

    def on_moved(self, path, _):
        self.reply(302, b"elsewhere", Location=self.server.url("plain/target"))

    def on_tofile(self, *_):
        self.reply(302, Location="file:///etc/hostname")

    def on_circle(self, path, _):
        self.reply(302, Location="/" + path)


class Place:
    """A folder to fetch into."""

    def __init__(self, at: pathlib.Path):
        self.out, self.list = at / "out", at / "list.txt"
        at.mkdir()

    def write_list(self, *lines: str) -> None:
        self.list.write_text("# a comment\n\n" + "\n".join(lines) + "\n")

    def start(self, *words: object) -> subprocess.Popen:
        command = [*COMMAND, "corpus", "fetch", *(words or [self.list]), "--out", self.out, "--json", "--wait",
                   0.05, "--timeout", 4]
        environment = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
        return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env=environment)

    def fetch(self, *words: object, status: int = 0) -> dict:
        run = self.start(*words)
        out, err = run.communicate(timeout=120)
        assert run.returncode == status, f"status {run.returncode}\n{out}\n{err}"
        if not out:
            return {"error": err}
        return json.loads(out)

    def reasons(self, report: dict) -> dict:
        return {failure["name"].split("/", 1)[-1]: failure["reason"] for failure in report["failures"]}

    def read(self, name: str) -> bytes:
        return (self.out / name).read_bytes()

    def records(self) -> list[dict]:
        return [json.loads(line) for line in (self.out / "fetched.jsonl").read_text().splitlines()]

    def names(self) -> set[str]:
        return {str(p.relative_to(self.out)) for p in self.out.rglob("*") if p.is_file()}


def misbehaving(place: Place, server: Server) -> None:
    """Everything at once in one list, and what is left of it for a second call."""
    host = f"127.0.0.1_{server.server_port}"
    good = ["plain/a", "empty/a", "busy/a", "busydate/a", "forbidden/a", "cut/a", "cutdeaf/a", "weak/a",
            "unmarked/a", "stall/a", "corrupt/a", "moved/a", "page/a.gz", "lengthless/a", "changed/a",
            "changed/deaf", "silent/a"]
    want = {path: content(path) for path in good}
    want |= {"empty/a": b"", "moved/a": content("plain/target"), "changed/a": content("changed/a2"),
             "changed/deaf": content("changed/deaf2"), "silent/a": content("silent/a2"),
             "page/a.gz": gzip.compress(content("page/a.gz"), mtime=0)}
    extra = {"corrupt/a": "md5:" + hashlib.md5(want["corrupt/a"]).hexdigest(),
             "silent/a": "sha1:" + hashlib.sha1(want["silent/a"]).hexdigest(), "lengthless/a": "300000",
             "plain/a": f"sha256:{hashlib.sha256(want['plain/a']).hexdigest().upper()} size:300000"}
    bad = {"missing/a": "missing", "gone/a": "missing", "denied/a": "refused", "tofile/a": "refused",
           "circle/a": "refused", "plain/digest": "digest", "plain/size": "size", "endless/a": "size",
           "overloaded/a": "unavailable"}
    extra |= {"plain/digest": "md5:" + "0" * 32, "plain/size": "size:299999", "endless/a": "1000"}
    place.write_list(*(f"{server.url(path)} {extra.get(path, '')}" for path in [*good, *bad]))
    report = place.fetch(place.list, "--retries", 4, status=1)
    assert place.reasons(report) == bad, place.reasons(report)
    assert report["fetched"] == len(good) and report["already_there"] == 0, report
    for path in good:
        assert place.read(f"{host}/{path}") == want[path], path
    left = {"fetched.jsonl", ".lock"} | {f"{host}/{path}" for path in good}
    assert place.names() == left, place.names() ^ left
    records = {record["name"]: record for record in place.records()}
    for path in good:
        record = records[f"{host}/{path}"]
        assert record["sha256"] == hashlib.sha256(want[path]).hexdigest() and record["url"] == server.url(path)
        assert record["bytes"] == len(want[path]), record
    assert records[f"{host}/plain/a"]["etag"] == '"1"' and records[f"{host}/corrupt/a"]["md5"]
    manners(server)
    before = len(server.log)
    report = place.fetch(place.list, "--retries", 0, status=1)
    assert report["already_there"] == len(good) and report["fetched"] == 0, report
    asked = {path for path, *_ in server.log[before:]}
    assert asked == set(bad), f"asked again for {asked ^ set(bad)}"


def manners(server: Server) -> None:
    times = [entry[2] for entry in server.asked("busy/a")]
    assert len(times) == 3 and times[1] - times[0] >= 0.99 and times[2] - times[1] >= 0.99, times
    times = [entry[2] for entry in server.asked("busydate/a")]
    assert times[1] - times[0] >= 1.9, "a Retry-After date was not obeyed"
    # Continued, not begun anew: the server sent no byte twice but what the program had not taken in.
    assert server.sent["cut/a"] <= 300_000 + 3 * 80_000 and len(server.asked("cut/a")) == 4
    for path, validator in (("cut/a", '"1"'), ("weak/a", DATED), ("stall/a", '"1"')):
        _, asked, _, if_range = server.asked(path)[1]
        assert asked and asked.startswith("bytes=") and if_range == validator, (path, asked, if_range)
    assert server.asked("unmarked/a")[1][1] is None, "continued a file that may have changed"
    for path, tries in (("missing/a", 1), ("gone/a", 1), ("denied/a", 1), ("plain/size", 1), ("plain/digest", 2),
                        ("overloaded/a", 5), ("endless/a", 1)):
        assert len(server.asked(path)) == tries, (path, server.asked(path))


def killed(place: Place, server: Server) -> None:
    """SIGKILL again and again, at any moment; SIGINT; every start goes on where the last one was."""
    chance = random.Random(5)
    place.write_list(server.url("slow/a") + " name with blanks.bin", server.url("slow/b") + " b.bin")
    note = place.out / "name with blanks.bin.part.json"
    for _ in range(3):
        begin = json.loads(note.read_text())["flushed_bytes"] if note.exists() else 0
        run = place.start()
        for _ in range(3000):
            if note.exists() and json.loads(note.read_text())["flushed_bytes"] > begin:
                break
            assert run.poll() is None, run.communicate()
            time.sleep(0.01)
        time.sleep(chance.random() * 0.2)
        run.send_signal(signal.SIGKILL)
        run.communicate()
        # What a power cut may leave behind the flushed bytes.
        with open(place.out / "name with blanks.bin.part", "ab") as part:
            part.write(bytes(50_000))
    assert note.exists(), "all was there before the last kill"
    before = len(server.log)
    run = place.start()
    while len(server.log) == before:
        assert run.poll() is None, run.communicate()
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=20)
    assert run.returncode == 130 and "Go on with the same command" in err, (run.returncode, err)
    report = place.fetch()
    assert report["fetched"] == 2, report
    for name, path in (("name with blanks.bin", "slow/a"), ("b.bin", "slow/b")):
        assert place.read(name) == content(path, 3_000_000), name
        begins = [int(asked.removeprefix("bytes=")[:-1]) if asked else 0 for _, asked, *_ in server.asked(path)]
        assert begins == sorted(begins) and begins[-1] > 0, begins
    assert place.names() == {"fetched.jsonl", ".lock", "name with blanks.bin", "b.bin"}
    print("begun at", begins)


def crashes_between(place: Place, server: Server) -> None:
    """The file is in its place, but its record is not, or torn."""
    place.write_list(server.url("plain/k") + " k", server.url("plain/l") + " l")
    place.fetch()
    log = place.out / "fetched.jsonl"
    lines = {json.loads(line)["name"]: line for line in log.read_text().splitlines()}
    log.write_text(lines["l"] + "\n" + lines["k"][:40])
    note = {"url": server.url("plain/k"), "flushed_bytes": 300_000, "sha256": json.loads(lines["k"])["sha256"]}
    (place.out / "k.part.json").write_text(json.dumps(note))
    before = len(server.log)
    assert place.fetch()["already_there"] == 2 and len(server.log) == before
    assert {record["name"] for record in place.records()} == {"k", "l"}
    assert place.names() == {"fetched.jsonl", ".lock", "k", "l"}
    log.write_text("{}\n" + log.read_text())
    assert "line 1" in place.fetch(status=1)["error"]


def standing_files(place: Place, server: Server) -> None:
    """Files of others are not touched; damage is found by --verify; a changed list fetches anew."""
    theirs = place.out / "theirs"
    place.out.mkdir()
    theirs.write_bytes(b"mine")
    url = server.url("plain/t")
    place.write_list(url + " theirs")
    assert place.reasons(place.fetch(status=1)) == {"theirs": "foreign_file"} and theirs.read_bytes() == b"mine"
    place.write_list(f"{url} md5:{hashlib.md5(content('plain/t')).hexdigest()} theirs")
    assert place.reasons(place.fetch(status=1)) == {"theirs": "foreign_file"} and theirs.read_bytes() == b"mine"
    theirs.write_bytes(content("plain/t"))
    before = len(server.log)
    assert place.fetch()["already_there"] == 1 and len(server.log) == before
    theirs.write_bytes(b"\0" + content("plain/t")[1:])
    assert place.fetch()["already_there"] == 1, "the size is as recorded"
    assert place.fetch(place.list, "--verify")["fetched"] == 1 and theirs.read_bytes() == content("plain/t")
    assert place.fetch(place.list, "--verify")["already_there"] == 1
    server.files["file/v"] = b"version 1"
    lists = [f"{server.url('file/v')} sha1:{hashlib.sha1(body).hexdigest()} v" for body in (b"version 1", b"version 2")]
    place.write_list(lists[0])
    assert place.fetch()["fetched"] == 1
    server.files["file/v"] = b"version 2"
    assert place.fetch()["already_there"] == 1
    place.write_list(lists[1])
    assert place.fetch()["fetched"] == 1 and place.read("v") == b"version 2"
    place.write_list(server.url("file/w") + " v")
    assert place.reasons(place.fetch(status=1)) == {"v": "foreign_file"}, "another address, the same name"


def lists(place: Place, server: Server) -> None:
    """Lists as Common Crawl, Wikimedia and archive.org publish them, fetched themselves."""
    paths = [f"plain/crawl/{i:05}.warc.wet.gz" for i in range(40)]
    server.files["file/wet.paths.gz"] = gzip.compress("\n".join(paths).encode())
    cc = [server.url("file/wet.paths.gz"), "--base", server.url("")]
    while server.active:  # of killed ones
        time.sleep(0.01)
    server.most_active = 0
    assert place.fetch(*cc, "--first", 30)["fetched"] == 30
    assert server.most_active <= 2, f"{server.most_active} connections at once"
    assert [place.read(path) for path in paths[:30]] == [content(path) for path in paths[:30]]
    samples = []
    for n, seed in ((4, 7), (8, 7), (8, 7), (8, 8)):
        other = Place(place.out.parent / f"sample{len(samples)}")
        assert other.fetch(*cc, "--sample", n, "--seed", seed)["fetched"] == n
        samples.append({record["name"] for record in other.records() if not record["name"].startswith("lists/")})
    assert samples[0] < samples[1] == samples[2] != samples[3], samples
    dump = {f"file/wiki/{name}": content(name, 5000) for name in ("x-pages.xml.bz2", "x-abstract.xml.gz", "ü #1%.sql")}
    server.files |= {path.replace("ü #1%", "%C3%BC%20%231%25"): body for path, body in dump.items()}
    sums = "".join(f"{hashlib.md5(body).hexdigest()}  {path.split('/')[-1]}\n" for path, body in dump.items())
    server.files["file/wiki/x-md5sums.txt"] = sums.encode()
    place.fetch(server.url("file/wiki/x-md5sums.txt"))
    for path, body in dump.items():
        assert place.read(path.split("/")[-1]) == body
    place.write_list(server.url("plain/x-pages.xml.bz2"))
    report = place.fetch(place.list, "--digests", server.url("file/wiki/x-md5sums.txt"), status=1)
    assert list(place.reasons(report).values()) == ["digest"], report
    body = content("cooking", 7000)
    server.files["file/se/cooking.stackexchange.com.7z"] = body
    xml = f"""<?xml version="1.0" encoding="UTF-8"?><files>
      <file name="cooking.stackexchange.com.7z" source="original"><mtime>1</mtime><size>{len(body)}</size>
        <md5>{hashlib.md5(body).hexdigest()}</md5><sha1>{hashlib.sha1(body).hexdigest()}</sha1></file>
      <file name="../up &amp; away" source="original"><size>3</size></file>
      <file name="secret" source="original"><private>true</private></file></files>"""
    server.files["file/se/se_files.xml"] = xml.encode()
    assert place.fetch(server.url("file/se/se_files.xml"), "--accept", "*.7z")["files"] == 1
    assert place.read("cooking.stackexchange.com.7z") == body
    for climbing in ("../../escaped", "/tmp/../../escaped", "a/../../escaped", ".lock", "fetched.jsonl"):
        place.write_list(f"{server.url('plain/e')} {climbing}")
        place.fetch()
    place.write_list(server.url("plain/%2e%2e/%2e%2e%2fescaped2"))
    place.fetch()
    outside = {p.name for p in place.out.parent.rglob("*escaped*") if place.out not in p.parents}
    outside |= {p.name for p in place.out.parent.parent.glob("*escaped*")}
    assert not outside, outside
    place.write_list("wet/a.gz")
    assert "--base" in place.fetch(status=1)["error"]


def limits(place: Place, server: Server, other: Server) -> None:
    place.write_list(server.url("plain/r") + " r")
    begin = time.monotonic()
    place.fetch(place.list, "--rate", "150KB")
    assert time.monotonic() - begin >= 1.5, "faster than --rate"
    place.write_list(*(server.url(f"plain/delayed/{i}") for i in range(4)))
    place.fetch(place.list, "--delay", 0.3)
    times = sorted(entry[2] for entry in server.log if "delayed" in entry[0])
    assert len(times) == 4 and min(b - a for a, b in zip(times, times[1:])) > 0.2, times
    # A server that refuses file after file is left alone: 3 files of 2 tries (and those under way).
    place.write_list(*(other.url(f"overloaded/{i}") for i in range(40)))
    report = place.fetch(place.list, "--retries", 1, "--connections", 1, status=1)
    reasons = collections.Counter(place.reasons(report).values())
    assert reasons == {"unavailable": 3, "host_given_up": 37} and len(other.log) == 6, (reasons, len(other.log))
    place.write_list(server.url("slow/one") + " one")
    run = place.start()
    while not (place.out / "one.part").exists():
        assert run.poll() is None, run.communicate()
        time.sleep(0.01)
    assert "another run" in place.fetch(status=1)["error"]
    run.send_signal(signal.SIGTERM)
    assert run.wait(timeout=20) == 130
    nobody = socket.socket()
    nobody.bind(("127.0.0.1", 0))
    place.write_list(f"http://127.0.0.1:{nobody.getsockname()[1]}/x x")
    assert place.reasons(place.fetch(place.list, "--retries", 2, status=1)) == {"x": "connection"}
    place.write_list(f"{server.url('plain/huge')} size:{1 << 60}")
    assert "disk space" in place.fetch(status=1)["error"]


def certificates(place: Place) -> None:
    """A certificate that nobody vouches for ends it, without another try."""
    if shutil.which("openssl") is None:
        print("no openssl program: certificates were not tested")
        return
    key, certificate = place.list.parent / "key.pem", place.list.parent / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    server = Server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    place.write_list(f"https://localhost:{server.server_port}/plain/a a")
    report = place.fetch(status=1)
    assert place.reasons(report) == {"a": "refused"}, report
    assert "certificate" in report["failures"][0]["detail"] and "tried" not in report["failures"][0]["detail"]
    assert not server.log and not (place.out / "a").exists()


def main() -> None:
    server, other = Server(), Server()
    with tempfile.TemporaryDirectory() as name:
        at = pathlib.Path(name)
        for test, *more in ((misbehaving, server), (killed, server), (crashes_between, server),
                            (standing_files, server), (lists, server), (limits, server, other), (certificates,)):
            begin = time.monotonic()
            test(Place(at / test.__name__), *more)
            print(f"{test.__name__}: {time.monotonic() - begin:.1f} s", flush=True)


if __name__ == "__main__":
    main()
