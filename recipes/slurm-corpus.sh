#!/bin/bash
# A corpus on a cluster under Slurm: one rank per node, all its cores, one shared disk.
#
#   sbatch recipes/slurm-corpus.sh RECIPE OUT WORK [flags of `cria corpus build`]
#
# OUT and WORK (the stages, about twice the text) lie on the shared disk. A build that was cut off, by a
# dead node or the time limit, goes on from the parts that are whole: sbatch it again, or let it requeue.
#SBATCH --job-name=cria-corpus
#SBATCH --nodes=8
#SBATCH --ntasks-per-node=1
#SBATCH --exclusive
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --signal=TERM@120
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2; }
recipe=$1 out=$2 work=$3
shift 3
srun --mpi=pmix --cpu-bind=none "${CRIA:-build/release/cria}" corpus build "$recipe" --out "$out" \
  --work "$work" --threads "${SLURM_CPUS_ON_NODE:-0}" "$@"
