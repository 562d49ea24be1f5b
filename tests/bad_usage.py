#!/usr/bin/env python3
"""Flags that make no sense are refused before any work: exit status 2, and a message that names the
flag and what it should be."""
import os
import pathlib
import subprocess
import sys
import tempfile

# Arguments, and what the message must hold.
CASES = [
    ("generate X --prompt a --temperature nan", ("--temperature", "from 0 to 100")),
    ("generate X --prompt a --top-p inf", ("--top-p", "from 0 to 1")),
    ("generate X --prompt a --seed 99999999999999999999", ("--seed", "18446744073709551615")),
    ("generate X --prompt a --seed 1.5", ("--seed", "whole number")),
    ("convert X --to gguf --out x.gguf --shards 2", ("--shards", "meta or hf")),
    ("eval --tasks bpb", ()),
    ("eval X --text T --out x.csv", ("--out", ".md")),
    ("quantize X --type q4_0 --out x.gguf --report x.csv", ("--report", ".md")),
    ("plan", ("--params", "--tokens")),
    ("plan --params 65B --tokens 1.4T --devices 8xB9000", ("--devices", "H100")),
    ("plan --params 65B --tokens 1.4T --devices 9000000000000xH100", ("--devices",)),
    ("plan --params 65B --tokens 1.4T --devices 8xH100", ("--devices", "smallest needs")),
    ("plan --params 7B --tokens 1T --devices 2048xH100 --batch 100K", ("--batch", "can")),
    ("plan --params 7B --tokens 1T --batch 999T", ("--batch", "999T", "1T")),
    ("plan --params 7B --tokens 0", ("--tokens",)),
    ("plan --params 7B --tokens 1T --pue 0.1", ("--pue", "from 1")),
    ("plan --params 7B --tokens 1Q", ("--tokens", "1Q")),
    ("train --data S --out R --params 1M --steps 2 --seq-len 9223372036854775807", ("--seq-len", "1048576")),
    ("train --out R --resume --force", ("--resume", "--force", "one of them")),
    ("plan laws", ("--flops", "--loss")),
    ("plan laws --flops 1e300", ("--flops",)),
    ("frobnicate", ("frobnicate", "generate")),
]

# Commands that are not for ranks, as a launcher of MPI programs starts them.
ALONE = ("inspect X", "bench train", "tokenizer train --input T --out t")


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "T").write_text("a text\n")
        for arguments, wanted in CASES:
            run = subprocess.run([program, *arguments.split()], cwd=folder, text=True, capture_output=True)
            output = run.stdout + run.stderr
            missing = [word for word in wanted if word not in output]
            if run.returncode != 2 or missing:
                failures.append(f"cria {arguments}: status {run.returncode}, no {missing} in: {output}")
        ranks = dict(os.environ, OMPI_COMM_WORLD_SIZE="2", OMPI_COMM_WORLD_RANK="0")
        for arguments in ALONE:
            run = subprocess.run([program, *arguments.split()], cwd=folder, text=True, capture_output=True, env=ranks)
            name = " ".join(word for word in arguments.split()[:2] if word != "X")
            if run.returncode == 0 or f"`cria {name}` is for one process" not in run.stderr:
                failures.append(f"{name} as a rank: status {run.returncode}, {run.stderr}")
        left = sorted(p.name for p in pathlib.Path(folder).iterdir())
        if left != ["T"]:
            failures.append(f"files were left: {left}")
    for failure in failures:
        print(failure)
    sys.exit(1 if failures else 0)


main()
