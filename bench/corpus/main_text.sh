#!/bin/bash
# Compares the main text that cria takes from web pages with what people marked (181 news pages of
# github.com/scrapinghub/article-extraction-benchmark) and with what other programs got there: their
# outputs stand in that repository, evaluate.py scores them the same way.
#   bench/corpus/main_text.sh --data FOLDER [--build build/release]
# FOLDER is a checkout of that repository. Nothing of it is kept.
set -euo pipefail
data="" build=build/release
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=$2 ;; --build) build=$2 ;;
    *) sed -n '2,6s/^# //p' "$0"; exit 2 ;;
  esac
  shift 2
done
[ -f "$data/ground-truth.json" ] || { echo "--data must name a checkout of the benchmark" >&2; exit 2; }
echo "cria:"
"$(find "$build" -type f -name main_text_bench | head -n 1)" "$data"
if command -v python3 > /dev/null; then
  echo "others (outputs of the versions that the benchmark ran):"
  (cd "$data" && python3 evaluate.py --n-bootstrap 2)
fi
