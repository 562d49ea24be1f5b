#!/bin/bash
# Training throughput of cria beside PyTorch at its best settings, at the two shapes that the docs quote.
#   bench/train/compare.sh [build/release]
# Needs python3-torch and libtcmalloc-minimal4. About ten minutes; nothing else should run meanwhile.
set -euo pipefail
cd "$(dirname "$0")/../.."
cria=$(realpath "${1:-build/release}")/cria
peer=bench/train/pytorch_train.py
"$cria" bench train --dim 288 --layers 6 --heads 6 --seq 256 --vocab 4096 --rows 4,8,16 --seconds 4 --peer $peer
"$cria" bench train --dim 768 --layers 12 --heads 12 --seq 512 --vocab 32000 --rows 2,4,8 --seconds 8 --peer $peer
