#!/bin/bash
# Training on 1, 2, ... ranks of this machine, one thread each: tokens/s, share of the time spent
# waiting, bytes sent per step beside what the layout says. With a rate, each rank is put into a
# network namespace of its own, joined by links shaped to it (needs root and iproute2).
#   bench/train/scaling.sh SHARDS [RATE [build/release]]     e.g.  ... shards 1gbit
# Few cores: more ranks than cores share them, so read efficiency up to the number of cores.
set -euo pipefail
shards=$(realpath "$1")
rate=${2:-}
cria=$(realpath "${3:-build/release}")/cria
most=$(nproc)
work=$(mktemp -d)
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
names=()
cleanup() {
  for name in "${names[@]:-}"; do [ -n "$name" ] && ip netns del "$name"; done
  if [ -n "$rate" ]; then ip link del cria-bridge 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

launch=(--oversubscribe --bind-to none)
if [ -n "$rate" ]; then
  ip link add cria-bridge type bridge
  ip addr add 10.77.0.254/24 dev cria-bridge
  ip link set cria-bridge up
  for i in $(seq 1 "$most"); do
    ip netns add "cria-$i"
    names+=("cria-$i")
    ip link add "cria-v$i" type veth peer name eth0 netns "cria-$i"
    ip link set "cria-v$i" master cria-bridge up
    ip -n "cria-$i" addr add "10.77.0.$i/24" dev eth0
    ip -n "cria-$i" link set eth0 up
    ip -n "cria-$i" link set lo up
    # Both directions of the link.
    tc -n "cria-$i" qdisc add dev eth0 root tbf rate "$rate" burst 256kb latency 50ms
    tc qdisc add dev "cria-v$i" root tbf rate "$rate" burst 256kb latency 50ms
  done
  # mpirun reaches a "machine" by entering its namespace.
  cat > "$work/enter" <<'AGENT'
#!/bin/sh
host=$1; shift
exec ip netns exec "cria-${host##*.}" sh -c "$*"
AGENT
  chmod +x "$work/enter"
fi

for ranks in $(seq 1 "$most"); do
  # ZeRO 2 and 3 among all ranks; all of them sharing every layer.
  for way in "2 1" "3 1" "2 $ranks"; do
    read -r zero tensor <<<"$way"
    if [ "$ranks" = 1 ] && [ "$way" != "2 1" ]; then continue; fi
    if [ $((8 % tensor)) != 0 ]; then continue; fi  # heads, hidden units, vocabulary
    if [ "$ranks" = 1 ] && [ -f "$work/one" ]; then continue; fi
    where=("${launch[@]}" -n "$ranks")
    if [ -n "$rate" ]; then
      hosts=$(seq -s, -f "10.77.0.%g:1" 1 "$ranks")
      where+=(--host "$hosts" --mca plm_rsh_agent "$work/enter" --mca btl tcp,self
              --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24)
    fi
    mpirun "${where[@]}" "$cria" train --data "$shards" --dim 384 --layers 8 --heads 8 --seq-len 256 --batch 32768 \
      --micro-rows 16 --steps 12 --warmup 2 --lr 1e-3 --threads 1 --zero "$zero" --tensor "$tensor" --quiet \
      --json --out "$work/run-$ranks-$zero-$tensor" >"$work/out"
    python3 - "$work/out" "$ranks" "$zero" "$tensor" "${rate:-memory}" "$work/one" <<'REPORT'
import json, pathlib, sys
path, ranks, zero, tensor, rate, one = sys.argv[1:]
way = f"ZeRO {zero}" if tensor == "1" else "layers shared"
run = json.loads(pathlib.Path(path).read_text())
speed = run["tokens_per_s"]
if ranks == "1":
    pathlib.Path(one).write_text(str(speed))
alone = float(pathlib.Path(one).read_text())
print(f"{ranks} ranks, {way:>13}, {rate:>8}: {speed:8.0f} tokens/s, efficiency "
      f"{100 * speed / alone / int(ranks):5.1f} %, waiting {100 * run['waited_share']:4.1f} %, sent "
      f"{run['sent_bytes'] / 1e6:7.1f} MB a step (by the layout {run['planned_sent_bytes'] / 1e6:7.1f})")
REPORT
  done
done
