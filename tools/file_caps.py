#!/usr/bin/env python3
"""Counts lines of every source file in the repository: above 500 it warns, above 1000 it fails. A C++
file that does not open with what it is for fails too."""
import pathlib
import subprocess
import sys

SOFT_LINES, HARD_LINES = 500, 1000
SUFFIXES = {".h", ".cc", ".cu", ".py", ".ts", ".tsx", ".cmake", ".sh"}


def main() -> int:
    root = pathlib.Path(__file__).resolve().parent.parent
    names = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True)
    faults = 0
    lengths = []
    for name in names.stdout.decode().split("\0"):
        path = root / name
        if path.suffix not in SUFFIXES or not path.is_file():
            continue
        if path.suffix in (".h", ".cc", ".cu") and not path.read_bytes().startswith(b"//"):
            print(f"{name}: open it with a line that says what it is for", file=sys.stderr)
            faults += 1
        lines = path.read_bytes().count(b"\n")
        lengths.append(lines)
        if lines > HARD_LINES:
            print(f"{name}: {lines} lines, above the hard cap of {HARD_LINES}", file=sys.stderr)
            faults += 1
        elif lines > SOFT_LINES:
            print(f"{name}: {lines} lines, above the soft cap of {SOFT_LINES}", file=sys.stderr)
    lengths.sort()
    median = lengths[len(lengths) // 2] if lengths else 0
    print(f"file caps: {len(lengths)} files, median {median} lines, longest {max(lengths, default=0)}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
