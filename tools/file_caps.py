#!/usr/bin/env python3
"""Counts lines of every source file in the repository: above 500 it warns, above 1000 it fails."""
import pathlib
import subprocess
import sys

SOFT_LINES, HARD_LINES = 500, 1000
SUFFIXES = {".h", ".cc", ".cu", ".py", ".ts", ".tsx", ".cmake", ".sh"}


def main() -> int:
    root = pathlib.Path(__file__).resolve().parent.parent
    names = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True)
    too_long = 0
    lengths = []
    for name in names.stdout.decode().split("\0"):
        path = root / name
        if path.suffix not in SUFFIXES or not path.is_file():
            continue
        lines = path.read_bytes().count(b"\n")
        lengths.append(lines)
        if lines > HARD_LINES:
            print(f"{name}: {lines} lines, above the hard cap of {HARD_LINES}", file=sys.stderr)
            too_long += 1
        elif lines > SOFT_LINES:
            print(f"{name}: {lines} lines, above the soft cap of {SOFT_LINES}", file=sys.stderr)
    lengths.sort()
    median = lengths[len(lengths) // 2] if lengths else 0
    print(f"file caps: {len(lengths)} files, median {median} lines, longest {max(lengths, default=0)}")
    return 1 if too_long else 0


if __name__ == "__main__":
    sys.exit(main())
