#!/bin/bash
# Compares cria's tokenizer with SentencePiece on the same text: training time, bytes per token on
# held-out lines, encoding speed on one thread, equality of ids.
#   bench/tokenizer.sh [--text FILE] [--mb 100] [--vocab-size 32000] [--build build/release] [--work DIR]
# Without --text the text comes from Debian packages, fetched and unpacked without being installed.
set -euo pipefail
text="" mb=100 vocab=32000 build=build/release work=${TMPDIR:-/tmp}/cria_bench_tokenizer
while [ $# -gt 0 ]; do
  case $1 in
    --text) text=$2 ;; --mb) mb=$2 ;; --vocab-size) vocab=$2 ;; --build) build=$2 ;; --work) work=$2 ;;
    *) sed -n '2,6s/^# //p' "$0"; exit 2 ;;
  esac
  shift 2
done
build=$(realpath "$build")
[ -z "$text" ] || text=$(realpath "$text")
mkdir -p "$work/packages" && cd "$work"

packages="dict-gcide dict-wn dict-foldoc anarchism fortunes fortunes-ru fortunes-de fortunes-pl
          debian-handbook installation-guide-amd64 dict-freedict-deu-eng"
if [ -z "$text" ]; then
  text=$work/text
  if [ ! -s "$text" ]; then
    for p in $packages; do
      [ -d "packages/$p" ] && continue
      (cd packages && apt-get -q download "$p" && dpkg-deb -x "$p"_*.deb "$p" && rm "$p"_*.deb)
    done
    for p in $packages; do
      find "packages/$p/usr/share" -type f | LC_ALL=C sort | while read -r f; do
        case $f in
          *.dict.dz) zcat < "$f" ;;
          *.html | *.html.*) sed -e 's/<[^>]*>//g' -e '/^[[:space:]]*$/d' "$f" ;;
          *.txt) cat "$f" ;;
          */fortunes/*) case $f in *.dat | *.u8) ;; *) cat "$f" ;; esac ;;
        esac
      done
    done | awk 'length > 0' > "$text.part"
    mv "$text.part" "$text"
  fi
fi
# Every 21st line is held out.
awk 'NR % 21 != 0' "$text" | head -c "${mb}000000" > train.txt || true
awk 'NR % 21 == 0' "$text" | head -c 5000000 > held_out.txt || true
echo "text: $(wc -c < train.txt) bytes for training, $(wc -c < held_out.txt) held out"

seconds() { local start=$EPOCHREALTIME; "$@" > log 2>&1 || { cat log >&2; exit 1; }
            awk "BEGIN { print $EPOCHREALTIME - $start }"; }
ours_s=$(seconds "$build/cria" tokenizer train --input train.txt --vocab-size "$vocab" --out ours.model --force)
key=$(cat train.txt | sha256sum | cut -c1-16)-$vocab
if [ ! -s "theirs-$key.model" ]; then  # minutes; kept for the next run
  seconds spm_train --input=train.txt --vocab_size="$vocab" --model_type=bpe --byte_fallback=true \
    --split_digits=true --normalization_rule_name=identity --remove_extra_whitespaces=false \
    --allow_whitespace_only_pieces=true --character_coverage=0.99995 --num_threads="$(nproc)" \
    --model_prefix=theirs > "theirs-$key.seconds"
  mv theirs.model "theirs-$key.model"
fi
theirs_s=$(cat "theirs-$key.seconds")
awk "BEGIN { printf \"train: cria %.1f s, spm_train %.1f s, ratio %.1f\n\", $ours_s, $theirs_s, $theirs_s / $ours_s }"
tokens() { "$build/cria" tokenizer encode --tokenizer "$1" < held_out.txt | wc -w; }
awk -v b="$(wc -c < held_out.txt)" -v o="$(tokens ours.model)" -v t="$(tokens "theirs-$key.model")" \
  'BEGIN { printf "held-out: cria %.4f bytes/token, spm_train %.4f, difference %.3f %%\n", b / o, b / t, 100 * (t - o) / o }'
pieces() { spm_export_vocab --model="$1" --output_format=vocab | cut -f1; }
echo "pieces with the same text and id: $(paste -d'\n' <(pieces ours.model) <(pieces "theirs-$key.model") |
  awk 'NR % 2 { a = $0; next } a == $0 { n++ } END { print n }') of $vocab"
"$build/bench/tokenizer_bench" ours.model held_out.txt
