#!/usr/bin/env bash
# A ladder of small models on one corpus, and the law through their losses:
#   bench/train/ladder.sh SHARDS OUT [CRIA]
# Each run has its own length, batch and learning rate by the program's defaults. Stopped and started
# again it goes on. Hours on two cores; law.html and law.json stand in OUT at the end.
set -euo pipefail
shards=$1 out=$2 cria=${3:-build/release/cria}

# Short runs of every size first, so that a law can be drawn early.
runs=(1M:4M 3M:4M 10M:4M 1M:12M 3M:12M 30M:4M 10M:12M 1M:36M 3M:36M)
finished=()
mkdir -p "$out"
for run in "${runs[@]}"; do
  params=${run%:*} tokens=${run#*:} folder=$out/$params-$tokens
  "$cria" train --resume --data "$shards" --params "$params" --tokens "$tokens" --out "$folder"
  finished+=("$folder")
done
"$cria" plan fit "${finished[@]}" --out "$out/law.html" --force
"$cria" plan fit "${finished[@]}" --json > "$out/law.json"
