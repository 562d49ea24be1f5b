#!/usr/bin/env bash
# Does the corpus pipeline make the demo's corpus better? Models of equal training on the demo's corpus
# and on the same text with every rule off that a recipe can turn off, in bits per byte:
#   bench/corpus/better.sh [--minutes 40] [--seeds 2] [--params 1M] [--threads 0] [--out FOLDER]
#                          [--build build/release] [RECIPE.toml ...]
# --minutes is the training of all models together. More recipes are compared with the demo's own; their
# sources must have its names. Stopped and started again it goes on. Needs apt-get, zstd and GNU tools.
set -euo pipefail
export LC_ALL=C
minutes=40 seeds=2 params=1M threads=0 out=better build=build/release
recipes=()
while [ $# -gt 0 ]; do
  case $1 in
    --minutes) minutes=$2; shift 2 ;;
    --seeds) seeds=$2; shift 2 ;;
    --params) params=$2; shift 2 ;;
    --threads) threads=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --build) build=$2; shift 2 ;;
    -*) sed -n '2,8s/^# \?//p' "$0"; exit 2 ;;
    *) recipes+=("$1"); shift ;;
  esac
done
here=$(cd "$(dirname "$0")" && pwd)
demo=${DEMO:-$here/../../recipes/demo.toml}
cria=$(find "$build" -maxdepth 1 -type f -name cria | head -n 1)
[ -n "$cria" ] || { echo "no cria below $build: build it, or give --build" >&2; exit 2; }
mkdir -p "$out"
Cria() { "$cria" "$@" --threads "$threads" --quiet; }

# The demo's recipe without its rules. A source of kind web is judged by encoding alone; code keeps its
# kind, which decides how it is read. What guards the held-out text stays on.
awk '
  /^max_document_bytes/ { print; print "min_document_bytes = 1\nmin_language_confidence = 1"; next }
  /^kind = "code"/ { print; print "duplicates = \"none\""; next }
  /^kind = / { print "kind = \"web\"\nduplicates = \"none\""; next }
  /^(languages|duplicates|near_duplicates|overlap|min_language_confidence|min_document_bytes) = / { next }
  { print }' "$demo" > "$out/plain.toml"
cp "$demo" "$out/demo.toml"
variants=(plain demo)
for recipe in ${recipes[@]+"${recipes[@]}"}; do
  name=$(basename "$recipe" .toml)
  case " ${variants[*]} " in
    *" $name "*) echo "$recipe: the name $name is taken; rename the file" >&2; exit 2 ;;
  esac
  cp "$recipe" "$out/$name.toml"
  variants+=("$name")
done

# Text that no training corpus holds: other packages, in the demo's languages.
cat > "$out/outside.toml" <<'RECIPE'
name = "outside"
[corpus.holdout]
min_bytes = 200_000
max_bytes = 200_000
[corpus.filters]
max_document_bytes = 24_000
[[source]]
name = "handbook"
kind = "documentation"
debian = ["debian-handbook"]
files = ["**/en-US/*.html"]
language = "en"
[[source]]
name = "handbook-other"
kind = "pages"
debian = ["debian-handbook"]
files = ["**/{de-DE,fr-FR,es-ES,it-IT,pt-BR,ru-RU,sv-SE,nl-NL,pl-PL,cs-CZ,ca-ES}/*.html"]
language = "path"
languages = ["ca", "cs", "de", "es", "fr", "it", "nl", "pl", "pt", "ru", "sv"]
[[source]]
name = "quotations"
kind = "books"
debian = ["fortunes"]
files = ["usr/share/games/fortunes/*"]
exclude = ["*.dat", "*.u8"]
reader = "fortune"
language = "en"
[[source]]
name = "git-manual"
kind = "manual"
reader = "man"
language = "en"
debian = ["git-man"]
[[source]]
name = "docutils"
kind = "code"
debian = ["python3-docutils"]
files = ["*.py"]
RECIPE

# One tokenizer for all, learned from the demo's corpus by its proportions.
[ -s "$out/first/report.html" ] ||
  Cria raise "$out/demo.toml" --params "$params" --minutes 0.2 --out "$out/first" > /dev/null
for variant in "${variants[@]}" outside; do
  Cria corpus build "$out/$variant.toml" --out "$out/$variant/corpus" > /dev/null
  [ "$variant" = outside ] ||
    Cria tokenize "$out/$variant/corpus" --tokenizer "$out/first/tokenizer.model" \
      --out "$out/$variant/shards" > /dev/null
done

# Held-out documents that every variant holds out, as the demo's recipe leaves them.
Ids() { zstdcat "$1"/*.zst | grep -o '^{"id":"[0-9a-f]*"' | sort; }
Ids "$out/demo/corpus/holdout" > "$out/common"
for variant in "${variants[@]}"; do
  Ids "$out/$variant/corpus/holdout" | comm -12 - "$out/common" > "$out/common.next"
  mv "$out/common.next" "$out/common"
done
for variant in "${variants[@]}"; do
  if [ -n "$(Ids "$out/$variant/corpus/train" | comm -12 - "$out/common")" ]; then
    echo "$variant trains on held-out documents" >&2
    exit 1
  fi
done
rm -rf "$out/held-out"
mkdir "$out/held-out"
for shards in "$out"/demo/corpus/holdout/*-00000.jsonl.zst; do
  source=$(basename "$shards" -00000.jsonl.zst)
  zstdcat "$out/demo/corpus/holdout/$source"-[0-9]*.zst |
    awk 'NR == FNR { common[$0]; next } match($0, /^\{"id":"[0-9a-f]*"/) &&
         (substr($0, 1, RLENGTH) in common)' "$out/common" - > "$out/held-out/$source.jsonl"
done

# As many tokens as fit into the minutes at the speed of the first model, the same for every model.
if [ ! -s "$out/tokens" ]; then
  speed=$(grep -o '"tokens_per_s":[0-9.]*' "$out/first/train/log.jsonl" | tail -n 1 | cut -d: -f2)
  awk -v s="$speed" -v m="$minutes" -v r=$((seeds * ${#variants[@]})) \
    'BEGIN { printf "%d\n", s * 60 * m / r }' > "$out/tokens"
fi
tokens=$(cat "$out/tokens")
for seed in $(seq "$seeds"); do
  for variant in "${variants[@]}"; do
    run=$out/$variant/$seed
    [ -s "$run.outside.json" ] && [ -s "$run.held-out.json" ] && continue
    Cria train --resume --data "$out/$variant/shards" --params "$params" --tokens "$tokens" \
      --seed "$seed" --out "$run" > /dev/null
    Cria eval "$run" --tasks bpb --text "$out"/held-out/*.jsonl --json > "$run.held-out.json"
    Cria eval "$run" --tasks bpb --data "$out/outside/corpus" --json > "$run.outside.json"
  done
done

# One line a source: means over the seeds, differences from plain seed by seed.
echo "$params parameters, $tokens tokens, bits per byte: mean of $seeds seeds; in brackets the change"
echo "against plain in percent, mean and least to most over the seeds"
for set in held-out outside; do
  for variant in "${variants[@]}"; do
    for seed in $(seq "$seeds"); do
      sed 's/"by_language":.*//' "$out/$variant/$seed.$set.json" |
        grep -o '"total":{[^}]*}\|"[^"]*":{"documents":[^}]*}' |
        sed -E 's/^"([^".]*)[^"]*":.*"bits_per_byte":([0-9.]*).*/\1 \2/' |
        awk -v v="$variant" -v s="$seed" '{ print $1 == "total" ? "~all" : $1, v, s, $2 }'
    done
  done | awk -v set=$set -v variants="${variants[*]}" -v seeds="$seeds" '
    { bits[$1, $2, $3] = $4; sources[$1] }
    END {
      n = split(variants, names, " ")
      printf "%-16s", set
      for (v = 1; v <= n; ++v) printf v == 1 ? "%8s" : "%32s", names[v]
      print ""
      for (source in sources) {
        row = sprintf("%-16s", source == "~all" ? "all" : source)
        for (v = 1; v <= n; ++v) {
          mean = change = 0; least = 1e9; most = -1e9
          for (s = 1; s <= seeds; ++s) {
            b = bits[source, names[v], s]
            d = 100 * (b / bits[source, names[1], s] - 1)
            mean += b / seeds; change += d / seeds
            if (d < least) least = d
            if (d > most) most = d
          }
          row = row sprintf("%8.3f", mean)
          if (v > 1) row = row sprintf(" (%+5.2f, %+5.2f to %+5.2f)", change, least, most)
        }
        print source "\t" row
      }
    }' | awk 'NR == 1 { print; next } { print | "sort" }' | cut -f2
done
