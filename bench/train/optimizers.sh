#!/usr/bin/env bash
# AdamW and Muon in equal time on one corpus:
#   bench/train/optimizers.sh SHARDS OUT [MINUTES=10] [PARAMS=3M] [CRIA]
# Two runs of one thread side by side, each on a core of its own; then the cores change, and the seed.
# Prints bits per byte of held-out text. Takes twice the minutes.
set -euo pipefail
shards=$1 out=$2 minutes=${3:-10} params=${4:-3M} cria=${5:-build/release/cria}
mkdir -p "$out"

run() {  # optimizer core seed
  taskset -c "$2" "$cria" train --threads 1 --quiet --force --data "$shards" --params "$params" \
    --minutes "$minutes" --optimizer "$1" --seed "$3" --out "$out/$1-$3" --json > "$out/$1-$3.json"
}
number() { sed -n "s/.*\"$2\": *\([0-9.]*\).*/\1/p" "$out/$1.json"; }

printf '%-7s %4s %9s %9s %14s\n' "" seed steps tokens/s "bits per byte"
for seed in 1 2; do
  run adamw $((seed - 1)) "$seed" &
  run muon $((2 - seed)) "$seed" &
  wait -n; wait -n
  for optimizer in adamw muon; do
    name=$optimizer-$seed
    printf '%-7s %4d %9d %9.0f %14.4f\n' $optimizer $seed "$(number $name steps)" \
      "$(number $name tokens_per_s)" "$(number $name bits_per_byte)"
  done
done
for optimizer in adamw muon; do
  for seed in 1 2; do echo "$optimizer $(number $optimizer-$seed bits_per_byte)"; done
done | awk '{ sum[$1] += $2 } END { printf "muon: %+.2f %% bits per byte\n", 100 * (sum["muon"] / sum["adamw"] - 1) }'
