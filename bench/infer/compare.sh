#!/bin/bash
# Tokens per second of cria and of llama.cpp (inside the npm package node-llama-cpp) on the same
# files, turn and turn about in one run: models of real shapes with random weights, made here.
#   bench/infer/compare.sh [PARAMS] [TYPE...]     default: 1.1B q4_0 q8_0 q4_k_m bf16
# Reading 512 tokens, writing 32, and writing 24 in 8 and in 16 sequences at once (SEQUENCES; the
# peer's through the package's own batching, whose JavaScript between tokens counts too).
# ROUNDS (3) turns of each; THREADS (all cores); WORK (build/bench) keeps the models and the package.
set -euo pipefail
cd "$(dirname "$0")/../.."
cria=${CRIA:-build/release/cria} work=${WORK:-build/bench} rounds=${ROUNDS:-3}
threads=${THREADS:-$(nproc)} params=${1:-1.1B}
shift || true
types=${*:-q4_0 q8_0 q4_k_m bf16}
mkdir -p "$work"
if [ ! -d "$work/node_modules/node-llama-cpp" ]; then
  (cd "$work" && npm install --silent --no-fund --no-audit node-llama-cpp)
fi
cp bench/infer/peer.mjs "$work/"
median() { tr ' ' '\n' | sort -g | awk 'NF{x[n++]=$1} END{print x[int(n/2)]}'; }
field() { python3 -c "import json,sys; print(json.load(sys.stdin)['$1'])"; }
sequences=${SEQUENCES:-8 16}
batched() {  # ours, peer's: medians of the rounds
  local n=$1 ours='' peers=''
  for _ in $(seq "$rounds"); do
    ours+=" $("$cria" bench batch "$file" --sequences "$n" --tokens 24 --rounds 1 --threads "$threads" --json |
      python3 -c "import json,sys; print(json.load(sys.stdin)['batches'][0]['tokens_per_s'])")"
    peers+=" $(cd "$work" && node peer.mjs "$full" 64 24 1 "$threads" "$n" | field decode)"
  done
  python3 - "$n" "$(median <<<"$ours")" "$(median <<<"$peers")" <<'P'
import sys
n, a, b = sys.argv[1], *map(float, sys.argv[2:])
print(f'{"":15} | {n} sequences at once: {a:.1f}, peer {b:.1f}, ratio {a / b:.2f}')
P
}
printf '%-7s %-7s | %9s %9s %6s | %9s %9s %6s %7s\n' model type prefill peer ratio decode peer ratio 'of read'
for type in $types; do
  file="$work/random-$params-$type.gguf"
  [ -e "$file" ] || "$cria" bench model --params "$params" --type "$type" --out "$file" --quiet
  full=$(realpath "$file")
  p='' d='' pp='' pd='' share=''
  for _ in $(seq "$rounds"); do
    p+=" $("$cria" bench prefill "$file" --tokens 512 --rounds 1 --threads "$threads" --json | field tokens_per_s)"
    line=$("$cria" bench decode "$file" --tokens 32 --rounds 1 --threads "$threads" --json)
    d+=" $(field tokens_per_s <<<"$line")"
    share+=" $(python3 -c "import json,sys; r=json.load(sys.stdin); print(100*r['tokens_per_s']*r['bytes_per_token']/r['read_bytes_per_s'])" <<<"$line")"
    line=$(cd "$work" && node peer.mjs "$full" 512 32 1 "$threads")
    pp+=" $(field prefill <<<"$line")" pd+=" $(field decode <<<"$line")"
  done
  python3 - "$params" "$type" "$(median <<<"$p")" "$(median <<<"$pp")" "$(median <<<"$d")" "$(median <<<"$pd")" "$(median <<<"$share")" <<'P'
import sys
m, t = sys.argv[1:3]
p, pp, d, pd, s = map(float, sys.argv[3:])
print(f'{m:<7} {t:<7} | {p:9.1f} {pp:9.1f} {p / pp:6.2f} | {d:9.1f} {pd:9.1f} {d / pd:6.2f} {s:6.0f} %')
P
  for n in $sequences; do batched "$n"; done
done
