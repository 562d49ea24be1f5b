#!/bin/bash
# cria beside PyTorch on one GPU, one after the other in one run: matrix product and copy, training at
# the shape of a 1.1B model and of some layers of a 7B model (fp32 master weights and moments of all 32
# do not fit into 80 GB), and a 7B model's prompts and decoding in bf16. Prints a table of ratios.
#
#   bench/cuda/compare.sh [CRIA [PART...]]
#
# CRIA (build/cuda/cria) is the program, or words that run it such as "build/cuda/bundle/run cria"
# (tools/cuda-bundle), as seen from the top of the tree. PARTS: machine train-1.1B train-7B infer (all).
# What fails is told, and the rest goes on; the table is of what WORK holds, so that parts may be run
# apart. The environment may set
#   WORK=build/bench/cuda  where results and logs are kept      PYTHON=python3  one that has torch
#   MEASURE_S=6  seconds of each measurement                    BUDGET_S=150    of each run of PyTorch,
#                                                               compiling included; best so far counts
#   CRIA_S=120   limit of each run of cria                      LAYERS_7B=16
#   ROWS_1B=4,8,16  ROWS_7B=1,2,4  sequences of 2048 tokens per step; the best that fits counts
#   CONTEXT=512  tokens behind which is decoded                 SEQUENCES=1,64  at once
#   MODEL=$WORK/7B-bf16.gguf       made when it is not there (13.5 GB)
#   TRAIN_FLAGS, INFER_FLAGS       more flags for the PyTorch scripts, such as --checkpoint or --whole
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
read -ra cria <<<"${1:-build/cuda/cria}"
shift || true
parts=${*:-machine train-1.1B train-7B infer}
work=${WORK:-build/bench/cuda} python=${PYTHON:-python3}
measure_s=${MEASURE_S:-6} budget_s=${BUDGET_S:-150} cria_s=${CRIA_S:-120}
context=${CONTEXT:-512} sequences=${SEQUENCES:-1,64} layers_7b=${LAYERS_7B:-16}
read -ra train_flags <<<"${TRAIN_FLAGS:-}"
read -ra infer_flags <<<"${INFER_FLAGS:-}"
model=${MODEL:-$work/7B-bf16.gguf}
mkdir -p "$work"

# own NAME ARGS...: cria's JSON to NAME.json. False if it failed.
own() {
  local name=$1 begin=$SECONDS
  shift
  rm -f "$work/$name.json"
  if ! timeout -k 10 "$cria_s" "${cria[@]}" "$@" >"$work/$name.json" 2>"$work/$name.log"; then
    echo "$name: failed after $((SECONDS - begin)) s: ${cria[*]} $*"
    tail -n 5 "$work/$name.log"
    mv "$work/$name.json" "$work/$name.failed" 2>/dev/null
    return 1
  fi
  echo "$name: $((SECONDS - begin)) s"
}

# peer NAME SCRIPT ARGS...: PyTorch's JSON lines to NAME.jsonl, and what failed of it shown.
peer() {
  local name=$1 begin=$SECONDS
  shift
  timeout -k 10 $((budget_s + 20)) "$python" "$@" --budget-s "$budget_s" >"$work/$name.jsonl" 2>"$work/$name.log" ||
    { echo "$name: ended early"; tail -n 5 "$work/$name.log"; }
  grep -a '"part": "failed"' "$work/$name.jsonl" | cut -c1-400
  echo "$name: $((SECONDS - begin)) s"
}

train() {  # name, rows, shape's flags...
  local name=$1 rows=$2
  shift 2
  local flags=("$@" --vocab 32000 --seq 2048 --passes 1 --seconds "$measure_s")
  own "cria-$name" bench train --device cuda "${flags[@]}" --rows "$rows" --rounds 1 --json ||
    own "cria-$name" bench train --device cuda "${flags[@]}" --rows "${rows%%,*}" --rounds 1 --json
  peer "pytorch-$name" bench/cuda/pytorch_train.py "${flags[@]}" --rows "$rows" "${train_flags[@]}"
}

table() {
  echo
  python3 - "$work" "$layers_7b" "$context" <<'P'
import json, os, sys

work, layers, context = sys.argv[1:]


def own(name):
    try:
        text = open(os.path.join(work, f"cria-{name}.json"), errors="replace").read()
        return json.loads(text[text.index("{"):text.rindex("}") + 1])
    except (OSError, ValueError):
        return {}


def peer(name):
    """Lines by their part, the last of each; tries are kept by their speed."""
    parts = {}
    try:
        for line in open(os.path.join(work, f"pytorch-{name}.jsonl"), errors="replace"):
            try:
                fields = json.loads(line)
            except ValueError:
                continue
            key = (fields.get("part"), fields.get("batch"))
            if fields.get("tokens_per_s", 0) >= parts.get(key, {}).get("tokens_per_s", 0):
                parts[key] = fields
    except OSError:
        pass
    return parts


def number(x, format):
    return format.format(x) if isinstance(x, (int, float)) and x else "-"


def row(what, unit, ours, theirs, our_share=None, their_share=None, setting=""):
    ratio = ours / theirs if ours and theirs else None
    if ours or theirs:
        print(f"{what:<38}{number(ours, '{:12.1f}'):>12}{number(theirs, '{:12.1f}'):>12} {unit:<9}"
              f"{number(ratio, '{:5.2f}'):>6}{number(our_share, '{:8.1%}'):>9}{number(their_share, '{:8.1%}'):>9}"
              f"  {setting}", flush=True)


def scaled(x, by):
    return x / by if x else None


def share(flops):
    return scaled(flops, ceilings["matrix_flops"]) if ceilings["matrix_flops"] else None


train = {name: (own(f"train-{name}"), peer(f"train-{name}")) for name in ("1.1B", "7B")}
infer, machine = peer("infer"), own("machine")
ceilings = {}
for parts in [train["1.1B"][1], train["7B"][1], infer, peer("machine")]:
    for key in ("matrix_flops", "copy_bytes_per_s"):
        ceilings[key] = max(ceilings.get(key, 0), parts.get(("machine", None), {}).get(key, 0))
    for field in ("gpu", "torch"):
        if ("machine", None) in parts:
            ceilings[field] = parts["machine", None][field]
print(f"{ceilings.get('gpu', 'no GPU seen by PyTorch')}, PyTorch {ceilings.get('torch', '-')}; shares are of the "
      "product (training, prefill) or copy (decoding) that PyTorch reaches")
print(f"{'':<38}{'cria':>12}{'PyTorch':>12} {'':<9}{'ratio':>6}{'share':>9}{'share':>9}")
row("bf16 product (PyTorch: 8192^3)", "TFLOP/s", scaled(machine.get("product_ceiling_flops"), 1e12),
    scaled(ceilings["matrix_flops"], 1e12))
row("copy, read + written", "GB/s", scaled(machine.get("copy_bytes_per_s"), 1e9),
    scaled(ceilings["copy_bytes_per_s"], 1e9))
for name, (ours, theirs) in train.items():
    best = theirs.get(("try", None), {})
    what = f"train {name}" + (f", {layers} layers" if name == "7B" else "")
    settings = f"{ours.get('setting', '-')} | {best.get('setting', '-')}"
    row(what, "tokens/s", ours.get("tokens_per_s"), best.get("tokens_per_s"), share(ours.get("flops")),
        share(best.get("flops")), settings)
prompt = infer.get(("prefill", 1), {})
ours = own("prefill")
row("prefill 7B, 2048 tokens", "tokens/s", ours.get("tokens_per_s"), prompt.get("tokens_per_s"),
    share(ours.get("operations_per_s")), share(prompt.get("flops")), prompt.get("setting", ""))
decoded = {batch: fields for (part, batch), fields in infer.items() if part == "decode"}
batches = {entry["sequences"]: entry["tokens_per_s"] for entry in own("batch").get("batches", [])}
single = own("decode").get("tokens_per_s")


def share_of(speed, batch):
    per_step = decoded.get(batch, {}).get("bytes_per_step")
    return speed / batch * per_step / (ceilings["copy_bytes_per_s"] or 1) if speed and per_step else None


theirs = decoded.get(1, {})
row(f"decode 7B behind {context}, one sequence", "tokens/s", single, theirs.get("tokens_per_s"),
    share_of(single, 1), share_of(theirs.get("tokens_per_s"), 1), theirs.get("setting", ""))
for batch in sorted({*batches, *decoded}):
    theirs, speed = decoded.get(batch, {}), batches.get(batch)
    row(f"  the engine, {batch} at once", "tokens/s", speed, theirs.get("tokens_per_s"),
        share_of(speed, batch), share_of(theirs.get("tokens_per_s"), batch), theirs.get("setting", ""))
P
}
trap table EXIT
trap 'exit 143' TERM INT

for part in $parts; do
  echo "== $part =="
  case "$part" in
    machine)
      own cria-machine bench machine --device cuda --json
      timeout -k 10 60 "$python" -c 'import sys; sys.path.insert(0, "bench/cuda")
from pytorch_train import emit, measure_machine
emit("machine", **measure_machine())' >"$work/pytorch-machine.jsonl" 2>"$work/pytorch-machine.log" ||
        tail -n 5 "$work/pytorch-machine.log"
      ;;
    train-1.1B)
      train train-1.1B "${ROWS_1B:-4,8,16}" --dim 2048 --layers 22 --heads 32 --kv-heads 4 --hidden 5632
      ;;
    train-7B)
      train train-7B "${ROWS_7B:-1,2,4}" --dim 4096 --layers "$layers_7b" --heads 32 --hidden 11008
      ;;
    infer)
      peer pytorch-infer bench/cuda/pytorch_infer.py --context "$context" --batches "$sequences" "${infer_flags[@]}"
      if [ ! -e "$model" ]; then
        own cria-model bench model --params 7B --type bf16 --out "$model" --quiet || continue
      fi
      own cria-prefill bench prefill "$model" --device cuda --tokens 2048 --json
      own cria-decode bench decode "$model" --device cuda --tokens 64 --behind "$context" --json
      own cria-batch bench batch "$model" --device cuda --sequences "$sequences" --tokens 64 --behind "$context" --json
      ;;
    *)
      echo "compare.sh: unknown part '$part'" >&2
      exit 2
      ;;
  esac
done
