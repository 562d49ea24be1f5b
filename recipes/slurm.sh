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
#SBATCH --signal=B:TERM@300
#SBATCH --requeue
#SBATCH --open-mode=append
set -u

out= word=
for next in "$@"; do
  [ "$word" = --out ] && out=$next
  case $next in --out=*) out=${next#--out=} ;; esac
  word=$next
done
[ -n "$out" ] || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2; }
newest_checkpoint() { ls "$out/checkpoints" 2>/dev/null | tail -n 1; }

# 300 s before the time is up, or when the job is preempted: the ranks finish their step, save and end,
# and the job is queued again to go on from there.
stopping=
trap 'stopping=yes; scancel --signal=TERM "$SLURM_JOB_ID"' TERM

# A rank that dies or hangs ends the others, and they start again. Five times in a row without a new
# checkpoint are a fault that will not mend itself. (A node that is gone ends the job; --requeue starts
# it again on others.)
fruitless=0
while [ $fruitless -lt 5 ]; do
  before=$(newest_checkpoint)
  srun --mpi=pmix --kill-on-bad-exit=1 --cpu-bind=cores "${CRIA:-cria}" train "$@" --resume &
  wait $!
  status=$?
  while kill -0 $! 2>/dev/null; do  # the signal ended the wait, not the ranks
    wait $!
    status=$?
  done
  case $status in
    0) exit 0 ;;
    2) exit 2 ;;  # bad usage
  esac
  if [ -n "$stopping" ]; then
    scontrol requeue "$SLURM_JOB_ID"
    exit 0
  fi
  if [ "$(newest_checkpoint)" = "$before" ]; then fruitless=$((fruitless + 1)); else fruitless=0; fi
  echo "ended with status $status; going on from $(newest_checkpoint)" >&2
  sleep "${CRIA_RESTART_DELAY:-10}"
done
echo "no checkpoint in $fruitless attempts: giving up" >&2
exit 1
