#!/bin/bash
# KL divergence to the original of cria's quantised files beside that of llama.cpp's own (its library
# inside the npm package node-llama-cpp), both by cria's evaluator on the same text, with and without
# a calibration text, whose importances both are given. The files are widened to fp32 and run in fp32,
# so that the figures are of the weights alone.
#   bench/infer/quality.sh MODEL TEXT CALIBRATION_TEXT [TYPE...]
# WINDOW (512) of llama.cpp's rule; WORK (build/bench) keeps the files and the package.
set -euo pipefail
model=$(realpath "$1") text=$(realpath "$2") calibration=$(realpath "$3")
shift 3
cd "$(dirname "$0")/../.."
types=${*:-q8_0 q6_k q5_k_m q5_1 q5_0 q4_k_m q4_1 q4_0 q3_k_m q2_k}
cria=${CRIA:-build/release/cria} work=${WORK:-build/bench} window=${WINDOW:-512}
mkdir -p "$work/quality"
read -r _ libraries < <(bench/infer/peer.sh "$work")
dir=$work/quality original=$work/quality/original.gguf
"$cria" convert "$model" --to gguf --dtype f32 --out "$original" --force --quiet >/dev/null
kl() {  # file: mean KL, its standard error, same-top share
  "$cria" convert "$1" --to gguf --dtype f32 --out "$dir/wide.gguf" --force --quiet >/dev/null
  "$cria" eval "$dir/wide.gguf" --tasks kl --text "$text" --against "$original" --window "$window" \
    --precision f32 --json --quiet |
    python3 -c "import json,sys; r=json.load(sys.stdin)['kl']; print(r['kl_mean']['value'], r['kl_mean']['standard_error'], r['same_top']['value'])"
}
printf '%-7s %-10s | %-21s %-21s | %6s | %7s %7s | %s\n' type calibrated 'KL cria' 'KL llama.cpp' ratio \
  'top' 'top' 'bytes'
for calibrated in no yes; do
  for type in $types; do
    ours=$dir/cria.gguf theirs=$dir/llama.gguf flags=() imatrix=()
    if [ $calibrated = yes ]; then
      flags=(--calibrate "$calibration" --save-imatrix "$dir/imatrix.gguf")
      imatrix=(--imatrix "$dir/imatrix.gguf")
    fi
    "$cria" quantize "$original" --type "$type" --out "$ours" --force --quiet "${flags[@]}" >/dev/null
    python3 bench/infer/llama_quantize.py "$libraries" "$original" "$theirs" "$type" "${imatrix[@]}"
    python3 - "$type" $calibrated $(kl "$ours") $(kl "$theirs") "$(stat -c %s "$ours")" "$(stat -c %s "$theirs")" <<'P'
import sys
t, c = sys.argv[1:3]
a, ea, ta, b, eb, tb, sa, sb = map(float, sys.argv[3:])
print(f'{t:<7} {c:<10} | {a:.6f} +- {ea:.6f} {b:.6f} +- {eb:.6f} | {a / b if b else 1:6.3f} | '
      f'{100 * ta:6.2f}% {100 * tb:6.2f}% | {sa:.0f} {sb:.0f}', flush=True)
P
  done
done
