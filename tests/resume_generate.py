#!/usr/bin/env python3
"""An interrupted `cria generate --prompts` goes on: resume_generate.py DATA COMMAND...

DATA is the folder of the test data, COMMAND how `cria` is called. Exit status 77 when the data is not
there."""
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77


def main() -> int:
    models, command = pathlib.Path(sys.argv[1]) / "models/stories260K", sys.argv[2:]
    if not models.is_dir():
        print(f"skipped: test data not present: {models}")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prompts, out = folder / "prompts.txt", folder / "out.jsonl"
        prompts.write_text("".join(f"{who} went\n" for who in ("Tom", "Lily", "Tim", "Sue", "Ben")))

        def generate(*flags: str) -> subprocess.CompletedProcess:
            return subprocess.run(
                [*command, "generate", str(models / "stories260K.bin"), "--tokenizer",
                 str(models / "tok512.bin"), "--prompts", str(prompts), "--json", "--out", str(out),
                 "--max-gen-len", "20", *flags], capture_output=True, text=True)

        first = generate()
        assert first.returncode == 0, first.stderr
        lines = out.read_text().splitlines(keepends=True)
        assert len(lines) == 5, lines
        # The third result is missing, the fifth torn.
        out.write_text(lines[0] + lines[1] + lines[3] + lines[4][:30])
        again = generate("--resume")
        assert again.returncode == 0, again.stderr
        resumed = out.read_text().splitlines(keepends=True)
        assert resumed == [lines[i] for i in (0, 1, 3, 2, 4)], resumed
        assert "3 of 5 texts are there already" in again.stderr, again.stderr
        # Of other prompts nothing is resumed, and nothing is lost.
        prompts.write_text("Once\n")
        other = generate("--resume")
        assert other.returncode != 0 and "line 1 is no result" in other.stderr, other.stderr
        assert out.read_text() == "".join(resumed)
        for text in ("notes without an end", "1\n2"):
            out.write_text(text)
            assert generate("--resume").returncode != 0 and out.read_text() == text, text
        out.write_text('{"ind')  # a torn first result
        assert generate("--resume").returncode == 0 and len(out.read_text().splitlines()) == 1
        out.write_text("mine\n")
        assert generate().returncode != 0 and out.read_text() == "mine\n", "a file was replaced"
    return 0


if __name__ == "__main__":
    sys.exit(main())
