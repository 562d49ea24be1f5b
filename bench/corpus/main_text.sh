#!/bin/bash
# Compares the main text that cria takes from web pages with what people marked (181 news pages of
# github.com/scrapinghub/article-extraction-benchmark) and with what other programs got there: their
# outputs stand in that repository, evaluate.py scores them the same way.
#   bench/corpus/main_text.sh --data FOLDER [--snippets TESTS] [--build build/release]
# FOLDER is a checkout of that repository, TESTS the folder tests/ of github.com/adbar/trafilatura (990
# pages in many languages with snippets that must be found, and others that must not). Nothing of
# them is kept.
set -euo pipefail
data="" snippets="" build=build/release
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=$2 ;; --snippets) snippets=$2 ;; --build) build=$2 ;;
    *) sed -n '2,8s/^# //p' "$0"; exit 2 ;;
  esac
  shift 2
done
[ -f "$data/ground-truth.json" ] || { echo "--data must name a checkout of the benchmark" >&2; exit 2; }
echo "cria:"
bench=$(find "$build" -type f -name main_text_bench | head -n 1)
"$bench" "$data"
[ -z "$snippets" ] || "$bench" "$snippets"
if command -v python3 > /dev/null; then
  echo "others (outputs of the versions that the benchmark ran):"
  (cd "$data" && python3 evaluate.py --n-bootstrap 2)
fi
