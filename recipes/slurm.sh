#!/bin/bash
# One training run on many machines under Slurm, restarted until it is done:
#   sbatch recipes/slurm.sh --recipe recipes/llama-7B.toml --data SHARDS --out RUN
# SHARDS and RUN lie on a file system that all nodes share. One rank per socket is the usual choice;
# ranks are bound to their cores and use all of them. docs/distributed.md says what --zero shares.
#SBATCH --job-name=cria
#SBATCH --nodes=16
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=32
#SBATCH --exclusive
#SBATCH --time=24:00:00
#SBATCH --signal=TERM@300
#SBATCH --requeue
#SBATCH --open-mode=append
set -u

# The batch shell waits for srun and forwards nothing: Slurm signals the ranks itself, 300 s before the
# time is up; they save and exit with status 130, and the job is queued again to go on from there.
for attempt in 1 2 3 4 5; do
  srun --mpi=pmix --kill-on-bad-exit=1 --cpu-bind=cores cria train "$@" --resume
  status=$?
  case $status in
    0) exit 0 ;;
    # Stopped by the signal, some ranks perhaps while others were ending.
    130 | 137 | 143) scontrol requeue "$SLURM_JOB_ID"; exit 0 ;;
    2) exit 2 ;;  # bad usage will not mend itself
  esac
  # A rank died or hung: the others ended with it. (A node that is gone ends the job; --requeue starts it
  # again on others.)
  echo "attempt $attempt ended with status $status; starting again from the last checkpoint" >&2
  sleep 10
done
exit 1
