#!/bin/bash
# One corpus built by 1, 2 and 4 ranks of this machine, one thread each, by turns: wall time, time of
# the processors, bytes that the ranks send each other, and whether the outcome has the same digest.
#   bench/corpus/ranks.sh [--mb 40] [--rounds 3] [--ranks "1 2 4"] [--files 16] [--language MODEL]
#                         [--perplexity FOLDER] [--reference MODEL] [--build build/release]
#                         [--work FOLDER] [RAW...]
# RAW as in compare.sh; the pages are made of it the same way, a third of their lines duplicates. Models
# that are not named are learned before the clock runs, from the same documents. --work keeps pages and
# models for another run with the same RAW, --mb and --files. Programs: tools/install-packages peer.
# As root mpirun wants OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1, which are yours to set.
# Efficiency is of the cores that the ranks can have: T1 / (TR x min(R, cores)). On a busy machine look
# at the processors' time instead: what more ranks add to it is what they cost, waiting included.
set -euo pipefail
top=$(realpath "$(dirname "$0")/../..")
mb=40 rounds=3 ranks="1 2 4" files=16 build=$top/build/release work="" raw=()
language="" perplexity="" reference=""
while [ $# -gt 0 ]; do
  case $1 in
    --mb) mb=$2 ;; --rounds) rounds=$2 ;; --ranks) ranks=$2 ;; --files) files=$2 ;;
    --language) language=$(realpath "$2") ;; --perplexity) perplexity=$(realpath "$2") ;;
    --reference) reference=$(realpath "$2") ;;
    --build) build=$(realpath "$2") ;; --work) work=$2 ;;
    -*) sed -n '2,13s/^# //p' "$0"; exit 2 ;;
    *) raw+=("$(realpath "$1")"); shift; continue ;;
  esac
  shift 2
done
cria=${CRIA:-$build/cria} python=${PYTHON:-python3}
for program in "$cria" "$python" mpirun zstd; do
  command -v "$program" > /dev/null ||
    { echo "$program is not there: make; tools/install-packages build test peer" >&2; exit 2; }
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
work=$(realpath -m "${work:-$scratch/work}")
mkdir -p "$work"
launch=(mpirun --oversubscribe --bind-to none)
"${launch[@]}" -n 1 true ||
  { echo "mpirun does not start a program here (as root: see the head of this file)" >&2; exit 2; }

"$python" "$top/bench/corpus/peer_documents.py" --cria "$cria" --work "$work" --mb "$mb" --files "$files" "${raw[@]}"
learn() {  # target, kind of model, flags...
  local out=$1
  shift
  [ -e "$out" ] || "$cria" corpus model "$@" --out "$out" --quiet > "$scratch/log"
}
if [ -z "$language" ]; then
  language=$work/languages.bin
  learn "$language" language "$work/documents" ||
    { echo "these documents do not say their language: name a fastText file with --language" >&2; exit 2; }
fi
if [ -z "$perplexity" ]; then
  perplexity=$work/perplexity
  learn "$perplexity/en" perplexity "$work/documents" --language en --vocab-size 4000
fi
if [ -z "$reference" ]; then
  # Documents by turns: what such a model says means nothing, what it costs does.
  reference=$work/reference.bin
  zstd -dcq "$work"/documents/train/*.zst > "$scratch/all.jsonl"
  awk 'NR % 2' "$scratch/all.jsonl" > "$scratch/cited.jsonl"
  awk 'NR % 2 == 0' "$scratch/all.jsonl" > "$scratch/others.jsonl"
  learn "$reference" reference --cited "$scratch/cited.jsonl" --others "$scratch/others.jsonl"
fi
cat > "$scratch/recipe.toml" <<R
name = "ranks"
[corpus.holdout]
share = 0.01
min_bytes = 20_000
max_bytes = 400_000
[corpus.models]
language = "$language"
perplexity = "$perplexity"
reference = "$reference"
[[source]]
name = "crawl"
kind = "web"
path = "$work/pages"
files = ["*.warc.wet.gz"]
reader = "warc"
near_duplicates = 0.8
R

# build RANKS [flags of mpirun]: wall and processor seconds in $scratch/times.
build() {
  local n=$1 TIMEFORMAT='%R %U %S'
  shift
  rm -rf "$scratch/out"
  { time "${launch[@]}" "$@" -n "$n" "$cria" corpus build "$scratch/recipe.toml" --out "$scratch/out" --threads 1 \
    --quiet > "$scratch/log" 2> "$scratch/errors"; } 2> "$scratch/times" ||
    { cat "$scratch/errors" >&2; exit 1; }
}
digest() {
  (cd "$scratch/out" && find train holdout dropped fates manifest.json -type f | LC_ALL=C sort |
    xargs sha256sum | sha256sum | cut -c1-16)
}
# Open MPI's own count of what is sent between two ranks: "E <from> <to> <bytes> bytes ...".
sent() {
  local n=$1
  if [ "$n" = 1 ]; then echo 0; return; fi
  ompi_info 2> /dev/null | grep -q 'pml: monitoring' || { echo -; return; }
  build "$n" --mca pml_monitoring_enable 2 --mca pml_monitoring_enable_output 3 \
    --mca pml_monitoring_filename "$scratch/sent"
  awk '$1 == "E" || $1 == "I" { sum += $4 } END { if (NR > 0) print sum; else print "-" }' "$scratch"/sent.*.prof
  rm -f "$scratch"/sent.*.prof
}

echo "load before: $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores"
for _ in $(seq "$rounds"); do
  for n in $ranks; do
    build "$n"
    echo "$n $(cat "$scratch/times") $(digest)" >> "$scratch/runs"
  done
done
echo "load after:  $(cut -d' ' -f1-3 /proc/loadavg)"
for n in $ranks; do echo "$n $(sent "$n")" >> "$scratch/traffic"; done
"$python" - "$scratch/runs" "$scratch/traffic" "$(nproc)" <<'P'
import statistics, sys
runs, traffic, cores = {}, {}, int(sys.argv[3])
for line in open(sys.argv[1]):
    n, wall, user, system, digest = line.split()
    runs.setdefault(int(n), []).append((float(wall), float(user) + float(system), digest))
for line in open(sys.argv[2]):
    n, sent = line.split()
    traffic[int(n)] = sent if sent == "-" else f"{int(sent) / 1e6:.2f} MB"
def median(n, i):
    return statistics.median(run[i] for run in runs[n])
first = min(runs)
print(f"{'ranks':>5} {'wall s (best)':>18} {'processors s (best)':>20} {'times ' + str(first):>8} {'sent':>10} "
      f"{'efficiency (of bests)':>22}  digest")
for n, rows in sorted(runs.items()):
    (wall, cpu), (best, best_cpu) = ([of(row[i] for row in rows) for i in (0, 1)] for of in (statistics.median, min))
    share = 100 * min(first, cores) / min(n, cores)
    print(f"{n:>5} {wall:9.2f} ({best:6.2f}) {cpu:11.2f} ({best_cpu:6.2f}) {cpu / median(first, 1):8.2f} "
          f"{traffic[n]:>10} {share * median(first, 0) / wall:10.0f} % "
          f"({share * min(row[0] for row in runs[first]) / best:4.0f} %)  {' '.join(sorted({row[2] for row in rows}))}")
digests = {row[2] for rows in runs.values() for row in rows}
print("the same corpus every time" if len(digests) == 1 else "THE CORPORA DIFFER")
sys.exit(len(digests) != 1)
P
