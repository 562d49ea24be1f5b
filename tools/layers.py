#!/usr/bin/env python3
"""Walks the includes and enforces the floors of docs/ARCHITECTURE.md.

A room includes only from lower floors; rooms on one floor do not know each other. Exits 1 and names
file, line and include for every breach.
"""
import pathlib
import re
import sys

FLOORS = {
    "base": 0,
    "tensor": 1, "comm": 1,
    "kernels": 2, "store": 2, "tokenizer": 2, "corpus": 2,
    "model": 3, "data": 3,
    "train": 4, "infer": 4, "plan": 4,
    "serve": 5, "eval": 5,
}
# Border types: plain structs that cross between rooms of one floor, without code behind them.
BORDERS = {"data/batch.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def breaches(root: pathlib.Path):
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".h", ".cc", ".cu"):
            continue
        relative = path.relative_to(root / "src")
        room = relative.parts[0]
        if room not in FLOORS:
            yield f"src/{relative}: room '{room}' has no floor (tools/layers.py)"
            continue
        is_test = path.stem.endswith("_test")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = match.group(1)
            if is_test and target in ("test_data.h", "test_context.h"):
                continue
            if target == "device_words.h" and relative.parts[:2] == ("kernels", "cuda"):
                continue  # of target/ or emulated/, by include directory
            where = f"src/{relative}:{number}: includes \"{target}\""
            other = target.split("/")[0]
            if "/" not in target or other not in FLOORS:
                yield f"{where}: write it as \"room/file.h\""
            elif not (root / "src" / target).exists():
                yield f"{where}: no such file"
            elif other != room and target not in BORDERS and FLOORS[other] >= FLOORS[room]:
                yield (f"{where}: {room} is on floor {FLOORS[room]}, {other} on floor "
                       f"{FLOORS[other]}")


def main() -> int:
    found = list(breaches(pathlib.Path(__file__).resolve().parent.parent))
    for line in found:
        print(line, file=sys.stderr)
    print("layers: " + (f"{len(found)} breaches" if found else "the floors hold"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
