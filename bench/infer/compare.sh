#!/bin/bash
# Tokens per second of cria and of llama.cpp's own library (inside the npm package node-llama-cpp) on the
# same files, turn and turn about in one run: models of real shapes with random weights, made here.
#   bench/infer/compare.sh [PARAMS] [TYPE...]     default: 1.1B q4_0 q8_0 q4_k_m bf16
# Reading 512 tokens, writing 32, and writing 24 in 8 and in 16 sequences at once (SEQUENCES), each behind
# 16 tokens; ours samples (greedily), the peer does not.
# ROUNDS (3) turns of each, of which the medians count, and the best of each in brackets: what the
# program reaches when no other load shares the machine. THREADS (all cores); WORK (build/bench) keeps
# the models, the package and the peer. "Of read": decoded bytes as a share of the memory's speed
# measured in the same moment.
set -euo pipefail
cd "$(dirname "$0")/../.."
cria=${CRIA:-build/release/cria} work=${WORK:-build/bench} rounds=${ROUNDS:-3}
threads=${THREADS:-$(nproc)} params=${1:-1.1B}
shift || true
types=${*:-q4_0 q8_0 q4_k_m bf16}
sequences=${SEQUENCES:-8 16}
peer=$(bench/infer/peer.sh "$work")
field() { python3 -c "import json,sys; print(json.load(sys.stdin)['$1'])"; }
row() {  # label, file of lines "ours peer [share]"
  python3 - "$1" "$2" <<'P'
import statistics, sys
rows = [list(map(float, line.split())) for line in open(sys.argv[2])]
ours, peer = ([r[i] for r in rows] for i in (0, 1))
share = f'{statistics.median(r[2] for r in rows):5.0f} % of read' if len(rows[0]) > 2 else ''
a, b = statistics.median(ours), statistics.median(peer)
print(f'{sys.argv[1]:<34} | {a:8.1f} ({max(ours):7.1f}) {b:8.1f} ({max(peer):7.1f}) | {a / b:5.2f} '
      f'({max(ours) / max(peer):5.2f}) {share}', flush=True)
P
}
turns=$(mktemp -d)
trap 'rm -rf "$turns"' EXIT
printf '%-34s | %-18s %-18s | %s\n' "$params" 'cria (best)' 'llama.cpp (best)' 'ratio (of bests)'
for type in $types; do
  file="$work/random-$params-$type.gguf"
  [ -e "$file" ] || "$cria" bench model --params "$params" --type "$type" --out "$file" --quiet
  for _ in $(seq "$rounds"); do
    read=$("$cria" bench prefill "$file" --tokens 512 --rounds 1 --threads "$threads" --json | field tokens_per_s)
    line=$("$cria" bench decode "$file" --tokens 32 --behind 16 --rounds 1 --threads "$threads" --json)
    share=$(python3 -c "import json,sys; r=json.load(sys.stdin); print(100*r['tokens_per_s']*r['bytes_per_token']/r['read_bytes_per_s'])" <<<"$line")
    theirs=$($peer "$file" 512 32 1 "$threads" 1)
    echo "$read $(field prefill <<<"$theirs")" >>"$turns/$type-read"
    echo "$(field tokens_per_s <<<"$line") $(field decode <<<"$theirs") $share" >>"$turns/$type-write"
    for n in $sequences; do
      ours=$("$cria" bench batch "$file" --sequences "$n" --tokens 24 --rounds 1 --threads "$threads" --json |
        python3 -c "import json,sys; print(json.load(sys.stdin)['batches'][0]['tokens_per_s'])")
      echo "$ours $($peer "$file" 16 24 1 "$threads" "$n" | field decode)" >>"$turns/$type-$n"
    done
  done
  row "$type prefill 512" "$turns/$type-read"
  row "$type decode" "$turns/$type-write"
  for n in $sequences; do row "$type decode, $n sequences" "$turns/$type-$n"; done
done
