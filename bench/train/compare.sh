#!/bin/bash
# Training throughput at the shapes that the docs quote, as a share of the product ceiling, two of
# them beside PyTorch at its best settings.
#   bench/train/compare.sh [build/release]
# Needs python3-torch and libtcmalloc-minimal4; the last shape (1.1B parameters) 23 GB of free memory.
# About 25 minutes; nothing else should run meanwhile.
set -euo pipefail
cd "$(dirname "$0")/../.."
cria=$(realpath "${1:-build/release}")/cria
peer=bench/train/pytorch_train.py
"$cria" bench train --dim 288 --layers 6 --heads 6 --seq 256 --vocab 4096 --rows 4,8,16 --seconds 4 --peer $peer
"$cria" bench train --dim 768 --layers 12 --heads 12 --seq 512 --vocab 32000 --rows 4,8,16 --seconds 8 --peer $peer
"$cria" bench train --dim 768 --layers 12 --heads 12 --seq 2048 --vocab 32000 --rows 2,4 --seconds 10
"$cria" bench train --dim 2048 --layers 22 --heads 32 --kv-heads 4 --hidden 5632 --vocab 32000 --seq 512 \
  --rows 8 --passes 4 --seconds 30 --rounds 1 --memory 22GB
