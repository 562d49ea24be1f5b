#!/usr/bin/env python3
"""One training run on several ranks of this machine: train_on_ranks.py MPIRUN COMMAND...

The same bits for 1, 2 and 4 ranks and every ZeRO stage; a run saved on 4 goes on on 1 and 2; a rank
that is killed or hangs ends the run with its name in the message; SIGTERM saves. Ranks that share
layers: the same for any number of their groups, and near one rank."""
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import docs_shards

MPIRUN, COMMAND = sys.argv[1], sys.argv[2:]
STEPS = 12


class Runs:
    def __init__(self, at: pathlib.Path):
        self.at, self.shards = at, at / "shards"
        docs_shards.make(COMMAND, at)

    def start(self, name: str, ranks: int, *more: object, steps: int = STEPS,
              micro_rows: int = 2) -> subprocess.Popen:
        launch = [MPIRUN, "--oversubscribe", "--bind-to", "none", "-n", str(ranks)] if ranks else []
        # Seven pieces a step, the last one shorter, so that no number of ranks divides them.
        words = [*launch, *COMMAND, "train", "--data", self.shards, "--out", self.at / name, "--dim",
                 96, "--layers", 8, "--heads", 4, "--seq-len", 64, "--steps", steps, "--batch",
                 64 * 13, "--micro-rows", micro_rows, "--warmup", 4, "--lr", 2e-3, "--threads", 1, "--quiet",
                 *more]
        # A group of its own, so that what is started can be ended with all that it started.
        return subprocess.Popen(list(map(str, words)), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, start_new_session=True)

    def train(self, name: str, ranks: int, *more: object) -> str:
        run = self.start(name, ranks, *more)
        out, err = run.communicate(timeout=240)
        assert run.returncode == 0, f"{name}: status {run.returncode}\n{out}\n{err}"
        return self.digest(name)

    def digest(self, name: str) -> str:
        folder = self.at / name / "checkpoints" / f"step-{STEPS:08}"
        whole = hashlib.sha256()
        for file in ("weights.bin", "adam_m.bin", "adam_v.bin"):
            whole.update((folder / file).read_bytes())
        return whole.hexdigest()

    def checkpoints(self, name: str) -> list[pathlib.Path]:
        return sorted(p.parent for p in (self.at / name).glob("checkpoints/step-????????/manifest.json"))

    def wait_for_checkpoint(self, name: str, run: subprocess.Popen) -> None:
        for _ in range(2000):
            if self.checkpoints(name):
                return
            assert run.poll() is None, run.communicate()
            time.sleep(0.01)
        raise AssertionError(f"{name}: no checkpoint came")


def ranks_below(pid: int) -> list[int]:
    """The processes that a launcher started, in the order of ranks."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(fields[1]) == pid:
            rank = [v for v in environment if v.startswith(b"OMPI_COMM_WORLD_RANK=")]
            if rank:
                found.append((int(rank[0].split(b"=")[1]), int(entry.name)))
    return [process for _, process in sorted(found)]


def same_bits(runs: Runs) -> str:
    alone = runs.train("alone", 0)
    for ranks, zero in ((2, 0), (2, 2), (2, 3), (4, 1), (4, 3)):
        name = f"on-{ranks}-zero-{zero}"
        digest = runs.train(name, ranks, "--zero", zero)
        print(f"{name}: {digest[:16]}")
        assert digest == alone, f"{name} differs from one process: {digest} {alone}"
    return alone


def other_layouts(runs: Runs, alone: str) -> None:
    """Saved on 4 and stopped by SIGTERM, goes on on 2, then alone; killed at random in between."""
    run = runs.start("moved", 4, "--save-every", "0.05s", "--zero", 3)
    runs.wait_for_checkpoint("moved", run)
    for process in ranks_below(run.pid):  # as Slurm does; mpirun itself leaves them 1 s
        os.kill(process, signal.SIGTERM)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130 and err.count("Go on with") == 1, (run.returncode, err)
    assert runs.checkpoints("moved")
    chance = random.Random(7)
    killed = 0
    for attempt in range(6):
        ranks = chance.choice((2, 4))
        run = runs.start("moved", ranks, "--resume", "--save-every", "0.05s")
        time.sleep(0.3 + chance.random())
        victims = ranks_below(run.pid)
        if victims:
            os.kill(chance.choice(victims), signal.SIGKILL)
            killed += 1
        run.communicate(timeout=60)
        if run.returncode == 0:
            break
    assert killed > 0, "every run was over before it was to be killed"
    assert runs.train("moved", 0, "--resume", "--save-every", "0.05s") == alone
    print("saved on 4, killed and moved to 2 and 4, ended alone: the same bits")


def losses(runs: Runs, name: str) -> list[float]:
    summary = json.loads((runs.at / name / "run.json").read_text())["summary"]
    return [summary["loss"], summary["bits_per_byte"]]


def off(runs: Runs, name: str) -> float:
    """How far a run's losses, of the batches and of held-out text, are from those of one rank."""
    worst = max(abs(got / want - 1) for got, want in zip(losses(runs, name), losses(runs, "alone")))
    assert worst < 2e-4, (name, worst)
    return worst


def shared_layers(runs: Runs) -> None:
    """Ranks that share layers: bits of their own, the same for any number of such groups; a run goes
    on on another number of them, or without."""
    pair = runs.train("pair", 2, "--tensor", 2)
    for ranks, zero in ((4, 2), (4, 3)):
        name = f"pairs-on-{ranks}-zero-{zero}"
        digest = runs.train(name, ranks, "--tensor", 2, "--zero", zero)
        print(f"{name}: {digest[:16]}")
        assert digest == pair, f"{name} differs from one pair: {digest} {pair}"
    runs.train("four", 4, "--tensor", 4)
    for name in ("pair", "four"):
        print(f"{name}: losses off by {off(runs, name):.1e} from one rank")
    # The first steps on two pairs, more on one, the last on two again: the same bits.
    stopped(runs, "pairs-moved", 4, "--tensor", 2, "--save-steps", 2)
    stopped(runs, "pairs-moved", 2, "--tensor", 2, "--resume", "--save-steps", 2)
    assert runs.train("pairs-moved", 4, "--tensor", 2, "--resume", "--save-steps", 2) == pair
    # What pairs saved goes on on one rank, and on four that share layers.
    stopped(runs, "let-go", 4, "--tensor", 2, "--save-steps", 2)
    for ranks, tensor in ((0, 1), (4, 4)):
        name = f"let-go-to-{tensor}"
        shutil.copytree(runs.at / "let-go", runs.at / name)
        runs.train(name, ranks, "--resume", "--tensor", tensor, "--save-steps", 2)
        off(runs, name)
    print("saved by pairs, went on on other numbers of them, on one rank, and on four that share")


def stopped(runs: Runs, name: str, *words: object) -> None:
    """Starts or resumes a run and stops it behind its next checkpoint; again if it was at its end by then."""
    folder, before = runs.at / name, runs.at / "before"
    for _ in range(8):
        shutil.rmtree(before, ignore_errors=True)
        if folder.exists():
            shutil.copytree(folder, before)
        seen = runs.checkpoints(name)
        run = runs.start(name, *words)
        while runs.checkpoints(name) == seen and run.poll() is None:
            time.sleep(0.005)
        for process in ranks_below(run.pid):
            os.kill(process, signal.SIGTERM)
        _, err = run.communicate(timeout=60)
        if run.returncode == 130:
            return
        assert run.returncode == 0, (run.returncode, err)
        shutil.rmtree(folder)
        if before.exists():
            shutil.copytree(before, folder)
    raise AssertionError(f"{name} was always at its end")


def dead_and_hung(runs: Runs) -> None:
    run = runs.start("dead", 3, steps=100000)
    time.sleep(2)
    victims = ranks_below(run.pid)
    assert len(victims) == 3, victims
    begin = time.monotonic()
    os.kill(victims[1], signal.SIGKILL)
    _, err = run.communicate(timeout=30)
    assert run.returncode != 0 and "rank 1" in err, err
    print(f"a killed rank ends the run within {time.monotonic() - begin:.1f} s")
    run = runs.start("hung", 3, "--rank-timeout", "2s", steps=100000)
    time.sleep(2)
    victims = ranks_below(run.pid)
    begin = time.monotonic()
    os.kill(victims[2], signal.SIGSTOP)
    _, err = run.communicate(timeout=30)
    assert run.returncode != 0 and "no word from rank 2 for 2 s" in err, err
    print(f"a hung rank ends the run within {time.monotonic() - begin:.1f} s")


def refusals(runs: Runs) -> None:
    run = runs.start("idle", 4, micro_rows=5)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 1 and "has no work for 4 ranks" in err, err
    assert not (runs.at / "idle").exists()
    mixed = subprocess.run([MPIRUN, "--oversubscribe", "--bind-to", "none",
                            *" : ".join(f"-n 1 {' '.join(COMMAND)} train --data {runs.shards} --out "
                                        f"{runs.at / 'mixed'} --dim 32 --layers 1 --heads 1 --seq-len 64 "
                                        f"--steps 2 --batch 256 --micro-rows 1 --quiet --seed {seed}"
                                        for seed in (1, 2)).split()], capture_output=True, text=True)
    assert mixed.returncode == 1 and "other settings or data than rank 0" in mixed.stderr, mixed.stderr
    for ranks, tensor, complaint in ((3, 2, "3 ranks are not groups of 2"),
                                     (3, 3, "4 attention heads cannot be divided among 3 ranks")):
        run = runs.start("undivided", ranks, "--tensor", tensor)
        _, err = run.communicate(timeout=60)
        assert run.returncode == 2 and complaint in err, err
        assert not (runs.at / "undivided").exists()
    run = runs.start("alone", 2)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 1 and "a run stands here" in err and "rank 0 of 2" in err, err


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        runs = Runs(pathlib.Path(name))
        alone = same_bits(runs)
        other_layouts(runs, alone)
        shared_layers(runs)
        dead_and_hung(runs)
        refusals(runs)


if __name__ == "__main__":
    main()
