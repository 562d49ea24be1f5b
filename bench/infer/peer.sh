#!/bin/bash
# Installs the npm package node-llama-cpp into a folder and builds peer.cc there against the headers
# (in the package's own copy of llama.cpp's sources) and the libraries that it carries.
#   bench/infer/peer.sh FOLDER       prints the command that runs it
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
work=$(realpath "$1")
if [ ! -d "$work/node_modules/node-llama-cpp" ]; then
  (cd "$work" && npm install --silent --no-fund --no-audit node-llama-cpp >&2)
fi
libraries=$work/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64
if [ ! -d "$work/llama.cpp" ]; then
  git -c advice.detachedHead=false clone --quiet "$work/node_modules/node-llama-cpp/llama/gitRelease.bundle" "$work/llama.cpp"
fi
if [ ! "$work/peer" -nt "$here/peer.cc" ] || [ ! "$work/peer" -nt "$libraries" ]; then
  version=$(basename "$libraries"/libllama.*.so)
  version=${version#libllama}
  c++ -std=c++20 -O2 "$here/peer.cc" -I"$work/llama.cpp/include" -I"$work/llama.cpp/ggml/include" \
    "$libraries/libllama$version" "$libraries/libggml$version" "$libraries/libggml-base.so" \
    -Wl,-rpath,"$libraries" -o "$work/peer"
fi
echo "$work/peer $libraries"
