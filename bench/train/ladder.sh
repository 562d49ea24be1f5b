#!/usr/bin/env bash
# A ladder of small models on one corpus, and the law through their losses:
#   bench/train/ladder.sh SHARDS OUT [CRIA]
# Each run has its own length, batch and learning rate by the program's defaults; two runs of one thread go
# side by side. Stopped and started again it goes on. Hours on two cores; law.html and law.json stand in OUT
# at the end.
set -euo pipefail
shards=$1 out=$2 cria=${3:-build/release/cria}

# Short runs of every size first, so that a law can be drawn early.
runs=(1M:4M 3M:4M 10M:4M 1M:12M 3M:12M 30M:4M 1M:36M 10M:8M 3M:36M 10M:24M 30M:12M)
mkdir -p "$out"
train() {
  "$cria" train --resume --threads 1 --quiet --data "$1" --params "${3%:*}" --tokens "${3#*:}" \
    --out "$2/${3%:*}-${3#*:}" --json
}
export -f train
export cria
printf '%s\n' "${runs[@]}" | xargs -P 2 -I RUN bash -c 'train "$@"' _ "$shards" "$out" RUN
finished=()
for run in "${runs[@]}"; do finished+=("$out/${run%:*}-${run#*:}"); done
"$cria" plan fit "${finished[@]}" --out "$out/law.html" --force
"$cria" plan fit "${finished[@]}" --json > "$out/law.json"
