#!/bin/bash
# Stages of the corpus pipeline on one core beside other programs on the same text, by turns in one run:
# fastText's own program, gzip, zstd and what Python has for the rest.
#   bench/corpus/compare.sh [--mb 30] [--rounds 5] [--language MODEL]... [--reference MODEL]
#                           [--articles FOLDER] [--build build/release] [--work FOLDER] [RAW...]
# RAW: files or folders of dumps that recipes read (WET, WARC, dumps of Wikipedia, JSON lines), or one
# recipe (.toml). Default: those of ../shared/data/raw, or else recipes/demo.toml (fetches 80 MB).
# What is less than --mb comes again with changed lines, a third of them the same everywhere.
# --language: a fastText file (lid.176.bin, .ftz); one is trained here besides. --articles: a checkout of
# github.com/scrapinghub/article-extraction-benchmark, for HTML. --work keeps pages and models for
# another run with the same RAW and --mb. Programs: tools/install-packages peer (Python's: PYTHON=/usr/bin/python3).
# Printed: medians, and the best round in brackets: what is reached when no other load is there; the
# ratio is the median of the turns', since the load of a moment slows both sides of a turn.
set -euo pipefail
top=$(realpath "$(dirname "$0")/../..")
mb=30 rounds=5 reference="" articles="" build=$top/build/release work="" models=() raw=()
while [ $# -gt 0 ]; do
  case $1 in
    --mb) mb=$2 ;; --rounds) rounds=$2 ;; --language) models+=("$(realpath "$2")") ;;
    --reference) reference=$(realpath "$2") ;; --articles) articles=$(realpath "$2") ;;
    --build) build=$(realpath "$2") ;; --work) work=$2 ;;
    -*) sed -n '2,13s/^# //p' "$0"; exit 2 ;;
    *) raw+=("$(realpath "$1")"); shift; continue ;;
  esac
  shift 2
done
cria=${CRIA:-$build/cria} peers=$top/bench/corpus python=${PYTHON:-python3}
for program in "$cria" "$python" fasttext zstd gzip; do
  command -v "$program" > /dev/null ||
    { echo "$program is not there: make; tools/install-packages build test peer" >&2; exit 2; }
done
if [ -z "$work" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work"
work=$(realpath "$work")
"$python" "$peers/peer_documents.py" --cria "$cria" --work "$work" --mb "$mb" "${raw[@]}"
[ -s "$work/languages.bin" ] ||
  "$cria" corpus model language "$work/documents" --out "$work/languages.bin" --quiet > "$work/log" ||
  echo "no model of languages from these documents, which do not say theirs: those of --language count" >&2
[ ! -s "$work/languages.bin" ] || models=("$work/languages.bin" "${models[@]}")
[ ${#models[@]} -gt 0 ] || { echo "name a fastText file of languages with --language" >&2; exit 2; }
wet=$work/pages/00000.warc.wet.gz
[ -s "$work/pages/kept.jsonl" ] || "$python" "$peers/peer_duplicates.py" "$wet" --out "$work/pages" > "$work/log"
if [ -z "$reference" ]; then
  # The pages by turns: what such a model says means nothing, what it costs does.
  reference=$work/reference.bin
  awk 'NR % 2' "$work/pages/kept.jsonl" > "$work/cited.jsonl"
  awk 'NR % 2 == 0' "$work/pages/kept.jsonl" > "$work/others.jsonl"
  [ -s "$reference" ] || "$cria" corpus model reference --cited "$work/cited.jsonl" --others "$work/others.jsonl" \
    --out "$reference" --quiet > "$work/log"
fi

results=$work/results
: > "$results"
note() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >> "$results"; }  # row, who, MB/s
rate() { awk -v bytes="$1" -v s="$2" 'BEGIN { print bytes / (s > 1e-6 ? s : 1e-6) / 1e6 }'; }
seconds() {  # of a command; its output to a file
  local out=$1 start=$EPOCHREALTIME
  shift
  "$@" > "$out"
  awk "BEGIN { print $EPOCHREALTIME - $start }"
}
# own FILE MODEL: the stages, as lines "stage MB/s bytes".
own() {
  "$cria" bench corpus "$1" --language "$2" --reference "$reference" --rounds 1 --scratch "$work" --json |
    "$python" -c 'import json, sys
for s in json.load(sys.stdin)["stages"]: print(s["stage"], s["mb_per_s"], s["bytes"])' > "$work/own"
}
stage() { awk -v stage="$1" -v field="$2" '$1 == stage { print $field }' "$work/own"; }
# fast_text MODEL LINES TIMES: seconds of the program for the lines, less what it takes to read the
# model. Quick models get them several times, or that difference would be noise.
fast_text() {
  local model=$1 lines=$2 times=$3 i load
  for i in $(seq "$times"); do cat "$lines"; done > "$work/lines"
  load=$(seconds /dev/null fasttext predict "$model" /dev/null)
  awk -v all="$(seconds "$work/labels" fasttext predict "$model" "$work/lines")" -v load="$load" -v times="$times" \
    'BEGIN { print (all - load) / times }'
}
# Our own language models see letters only, which is done here before the clock runs.
form_of() {
  if fasttext dump "$1" dict 2> /dev/null | grep -q '^__label__cria '; then echo prepared; else echo lines; fi
}

language_turn() {  # model: whole documents, then the same in pieces that cria reads whole
  local model=$1 name form bytes
  name=$(basename "$model")
  form=$(form_of "$model")
  for size in kept short; do
    own "$work/pages/$size.jsonl" "$model"
    bytes=$(stage language 3)
    note "language, $name, $size" cria "$(stage language 2)"
    note "language, $name, $size" fasttext "$(rate "$bytes" "$(fast_text "$model" "$work/pages/$size.$form" 1)")"
  done
}

turn() {
  own "$wet" "${models[0]}"
  for stage in unpack read clean duplicates reference; do note "$stage" cria "$(stage $stage 2)"; done
  local kept bytes taken left
  kept=$(stage reference 3)
  # What is written is what duplicates left.
  note write cria "$(awk -v kept="$kept" '$1 == "write" { print $2 * kept / $3 }' "$work/own")"
  note unpack "gzip -dc" "$(rate "$(stage unpack 3)" "$(seconds /dev/null gzip -dc "$wet")")"
  note unpack "Python gzip, lines" "$("$python" - "$wet" <<'P'
import gzip, sys, time
start, size = time.perf_counter(), 0
with gzip.open(sys.argv[1], "rb") as file:
    for line in file:
        size += len(line)
print(size / (time.perf_counter() - start) / 1e6)
P
)"
  "$python" "$peers/peer_duplicates.py" "$wet" > "$work/theirs"
  read -r bytes taken left < "$work/theirs"
  note duplicates "Python sha1, set" "$(rate "$bytes" "$taken")"
  echo "$kept $left" > "$work/left"
  note reference fasttext "$(rate "$kept" "$(fast_text "$reference" "$work/pages/kept.lines" 5)")"
  note write "zstd -6 alone" "$(rate "$kept" \
    "$(seconds /dev/null zstd -q -6 --single-thread -c "$work/pages/kept.jsonl")")"
  for model in "${models[@]}"; do language_turn "$model"; done
}

# main_text_bench: "pages N  F1 X  precision ...  M MB, R MB/s".
html_turn() {
  local tool found words
  read -ra words < <("$(find "$build" -type f -name main_text_bench | head -n 1)" "$articles")
  note HTML "cria, F1 ${words[3]}" "${words[-2]}"
  for tool in readability html2text bs4 lxml; do
    found=$("$python" "$peers/peer_html.py" "$articles" "$tool") || continue
    read -ra words <<< "$found"
    note HTML "$tool, F1 ${words[1]}" "${words[0]}"
  done
}

# Whether both programs say the same of the short pieces.
same_labels() {
  local model=$1 form
  form=$(form_of "$model")
  cat > "$work/labels.toml" <<R
name = "labels"
[corpus.holdout]
share = 0
min_bytes = 0
[corpus.filters]
min_document_bytes = 1
min_language_confidence = 0
[corpus.models]
language = "$model"
[[source]]
name = "short"
kind = "web"
path = "$work/pages/short.jsonl"
duplicates = "none"
R
  rm -rf "$work/labelled"
  "$cria" corpus build "$work/labels.toml" --out "$work/labelled" --quiet > "$work/log"
  fasttext predict "$model" "$work/pages/short.$form" > "$work/labels"
  zstd -dcq "$work"/labelled/train/*.zst | "$python" -c 'import json, sys
ours = {d["text"]: d["language"] for d in map(json.loads, sys.stdin)}
texts = (json.loads(line)["text"] for line in open(sys.argv[1]))
labels = (line.strip()[len("__label__"):] for line in open(sys.argv[2]))
both = [(ours[text], label) for text, label in zip(texts, labels) if text in ours]
print(f"{sys.argv[3]}: both programs say the same of {sum(a == b for a, b in both)} of {len(both)} pieces")' \
    "$work/pages/short.jsonl" "$work/labels" "$(basename "$model")"
}

echo "load before: $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores"
for i in $(seq "$rounds"); do
  turn
  if [ -n "$articles" ] && [ "$i" -le 3 ]; then html_turn; fi  # Python needs minutes for it
done
echo "load after:  $(cut -d' ' -f1-3 /proc/loadavg)"
[ -n "$articles" ] || echo "HTML: not compared, --articles names no folder"
awk '{ printf "duplicates: cria leaves %d bytes, Python %d\n", $1, $2 }' "$work/left"
for model in "${models[@]}"; do same_labels "$model"; done
"$python" - "$results" <<'P'
import statistics, sys
rows = {}
for line in open(sys.argv[1]):
    row, who, rate = line.rstrip("\n").split("\t")
    rows.setdefault(row, {}).setdefault(who, []).append(float(rate))
print(f"{'stage':<34} {'cria MB/s (best)':>18}   {'peer':<24} {'MB/s (best)':>18} {'ratio (of bests)':>18}")
for row, who in rows.items():
    own = next(name for name in who if name.startswith("cria"))
    ours = who.pop(own)
    name = (row + own[len("cria"):]).replace(", kept", ", pages").replace(", short", ", pieces")
    shown = f"{name:<34} {statistics.median(ours):9.1f} ({max(ours):6.1f})"
    if not who:
        print(shown)
    for peer, theirs in who.items():
        ratio = statistics.median(a / b for a, b in zip(ours, theirs))
        print(f"{shown}   {peer:<24} {statistics.median(theirs):9.2f} ({max(theirs):6.2f}) {ratio:9.2f} "
              f"({max(ours) / max(theirs):6.2f})")
P
