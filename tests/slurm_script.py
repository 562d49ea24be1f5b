#!/usr/bin/env python3
"""recipes/slurm.sh with stand-ins for Slurm's commands: what it does when ranks die, with and without a
new checkpoint, when the time is up, when the run is done, and when a flag is wrong."""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

# One word of $FOLDER/script for each start: whether a checkpoint is left, then how the ranks end.
SRUN = """#!/bin/bash
step=$(sed -n 1p "$FOLDER/script")
sed -i 1d "$FOLDER/script"
echo "$step $*" >> "$FOLDER/srun.log"
case $step in save*) mkdir -p "$FOLDER/run/checkpoints/step-$(wc -l < "$FOLDER/srun.log")" ;; esac
case $step in
  *wait)
    trap 'kill $!; exit 130' TERM
    echo $$ > "$FOLDER/srun.pid"
    sleep 60 & wait ;;
  *-*) exit ${step#*-} ;;
esac
"""
SCANCEL = """#!/bin/bash
echo "$*" >> "$FOLDER/scancel.log"
kill -TERM "$(cat "$FOLDER/srun.pid")"
"""
SCONTROL = """#!/bin/bash
echo "$*" >> "$FOLDER/scontrol.log"
"""

# What the starts do, the script's status, how often ranks were started, whether it is queued again.
CASES = [
    ("done at once", ["none-0"], 0, 1, False),
    ("two ranks die, then it is done", ["save-137", "none-137", "save-0"], 0, 3, False),
    ("no checkpoint in five attempts", ["none-137"] * 9, 1, 5, False),
    ("a checkpoint starts the count anew", ["none-1"] * 4 + ["save-1"] + ["none-1"] * 9, 1, 10, False),
    ("a wrong flag", ["none-2"], 2, 1, False),
    ("the time is up", ["save-137", "save-wait"], 0, 2, True),
]


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


def run(script, arguments, steps):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for command, text in (("srun", SRUN), ("scancel", SCANCEL), ("scontrol", SCONTROL)):
            (folder / command).write_text(text)
            (folder / command).chmod(0o755)
        (folder / "script").write_text("".join(step + "\n" for step in steps))
        environment = dict(os.environ, FOLDER=name, SLURM_JOB_ID="7", CRIA_RESTART_DELAY="0",
                           PATH=f"{name}:{os.environ['PATH']}")
        job = subprocess.Popen(["bash", script] + [a.replace("FOLDER", name) for a in arguments],
                               env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if any(step.endswith("wait") for step in steps):
            end = time.monotonic() + 30
            while not lines(folder / "srun.pid") and time.monotonic() < end:
                time.sleep(0.02)
            job.send_signal(signal.SIGTERM)  # as --signal=B:TERM@300 does
        output = job.communicate(timeout=50)[0].decode()
        return (job.returncode, lines(folder / "srun.log"), lines(folder / "scontrol.log"),
                lines(folder / "scancel.log"), output)


def main():
    script = sys.argv[1]
    failures = []
    for name, steps, status, starts, queued in CASES:
        for flag in (["--out", "FOLDER/run"], ["--out=FOLDER/run"]):
            code, started, scontrol, scancel, output = run(script, ["--data", "S"] + flag, steps)
            if (code, len(started), bool(scontrol), bool(scancel)) != (status, starts, queued, queued):
                failures.append(f"{name}: status {code}, {len(started)} starts, scontrol {scontrol}, "
                                f"scancel {scancel}\n{output}")
            if not all(" train --data S " in s and s.endswith("--resume") for s in started):
                failures.append(f"{name}: started as {started}")
            if scontrol not in ([], ["requeue 7"]) or scancel not in ([], ["--signal=TERM 7"]):
                failures.append(f"{name}: {scontrol} {scancel}")
    code, started, _, _, output = run(script, ["--data", "S"], [])
    if code != 2 or started or "sbatch recipes/slurm.sh" not in output:
        failures.append(f"without --out: status {code}, {output}")
    print("\n".join(failures) or f"{2 * len(CASES) + 1} cases passed")
    return 1 if failures else 0


sys.exit(main())
