#!/usr/bin/env python3
"""A plain LLaMA trained by PyTorch on one GPU at its best settings: the peer of `cria bench train --device cuda`.

A step is what cria does in one: forward, loss, backward, clipping of the global gradient norm, AdamW with weight
decay on matrices; fp32 master weights and fp32 moments, bf16 matrix products and bf16 activations. Two ways to keep
fp32 masters are tried, and the faster counts: "autocast" (the weights are fp32 and cast in each step) and "bf16"
(a bf16 copy of the weights is multiplied, its gradients are widened for the masters). Layers and head are compiled
(torch.compile, each once, since all layers are alike); attention by the faster of cuDNN and flash attention; AdamW
fused.

JSON lines, each printed as soon as it is known: {"part": "machine"}, {"part": "attention"}, {"part": "try"} for
each setting, {"part": "failed"}, and last {"part": "result"}, the best try. flops_share is tokens_per_s *
flops_per_token / matrix_flops (an 8192^3 bf16 product, in this process), and flops_per_token is counted as cria
counts it: 6 * (weights of the layers' matrices and of the head) + 6 * layers * heads * head_dim * seq; work done
again because of --checkpoint is not counted. After --budget-s the best so far is printed and the program ends.
"""
import argparse
import gc
import json
import os
import signal
import statistics
import sys
import threading
import time
import traceback

if __name__ == "__main__":
    for variable in ("PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF"):  # the later and the earlier name
        os.environ.setdefault(variable, "expandable_segments:True")

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.checkpoint import checkpoint

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"  # the CPU only to try the script out
BF16 = torch.bfloat16


def emit(part, **fields):
    print(json.dumps({"part": part, **fields}), flush=True)


def emit_failure(setting, error):
    """Called in the except clause; the message is cut, the whole goes to standard error."""
    emit("failed", setting=setting, error=f"{type(error).__name__}: {error}"[:600])
    traceback.print_exc(limit=-6, file=sys.stderr)


def out_of_memory(error):
    return isinstance(error, torch.cuda.OutOfMemoryError) or "out of memory" in str(error).lower()


def synchronize():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def clean():
    """Gives everything back that no variable holds. Not to be called in an except clause: the traceback holds."""
    if hasattr(torch, "_dynamo"):
        torch._dynamo.reset()
    gc.collect()
    if DEVICE == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def seconds_of(f, calls, groups=6):
    """Seconds of one call: the best of some groups of calls, behind a group that is not counted."""
    best = float("inf")
    for group in range(groups + 1):
        synchronize()
        begin = time.perf_counter()
        for _ in range(calls):
            f()
        synchronize()
        if group > 0:
            best = min(best, (time.perf_counter() - begin) / calls)
    return best


def measure_machine():
    """The two ceilings, by what PyTorch has: a large bf16 product, and a copy (bytes read + written)."""
    n, copied = (8192, 2 << 30) if DEVICE == "cuda" else (256, 1 << 20)
    a, b = (torch.randn(n, n, device=DEVICE).to(BF16) for _ in range(2))
    matrix = 2 * n**3 / seconds_of(lambda: torch.matmul(a, b), 10)
    source = torch.randint(127, (copied,), device=DEVICE, dtype=torch.int8)
    target = torch.empty_like(source)
    copy = 2 * copied / seconds_of(lambda: target.copy_(source), 5)
    name = torch.cuda.get_device_name() if DEVICE == "cuda" else "cpu"
    return {"gpu": name, "torch": torch.__version__, "matrix_flops": matrix, "copy_bytes_per_s": copy}


def repeat_heads(x, times):
    return x[:, :, None].expand(-1, -1, times, -1, -1).flatten(1, 2)


def attend(q, k, v, grouped):
    """Causal attention, [batch, heads, seq, head_dim]; without `grouped` each head gets keys of its own."""
    grouped = grouped and k.shape[1] != q.shape[1]
    if not grouped and k.shape[1] != q.shape[1]:
        k, v = repeat_heads(k, q.shape[1] // k.shape[1]), repeat_heads(v, q.shape[1] // v.shape[1])
    return F.scaled_dot_product_attention(q, k, v, is_causal=True, **({"enable_gqa": True} if grouped else {}))


def rank_attention(rows, seq, heads, kv_heads, head_dim, backward):
    """Ways of attention that work here, (backend's name, grouped), the fastest first; measured as they are used."""
    if DEVICE != "cuda":
        return [("MATH", False)]
    qkv = torch.randn(rows, seq, heads + 2 * kv_heads, head_dim, device=DEVICE, dtype=BF16, requires_grad=backward)
    times, errors = {}, {}
    for name in ("CUDNN_ATTENTION", "FLASH_ATTENTION"):
        for grouped in {False, kv_heads != heads}:

            def run():
                q, k, v = (x.transpose(1, 2) for x in qkv.split([heads, kv_heads, kv_heads], 2))
                y = attend(q, k, v, grouped).transpose(1, 2)
                if backward:
                    y.backward(torch.ones_like(y))

            try:
                with sdpa_kernel(getattr(SDPBackend, name)):
                    times[name, grouped] = seconds_of(run, 3, 3)
            except Exception as error:  # whatever a backend says, there is another
                errors[name, grouped] = str(error)[:200]
    ms = {f"{name}{' grouped' if grouped else ''}": 1e3 * s for (name, grouped), s in times.items()}
    emit("attention", ms=ms, errors={str(key): e for key, e in errors.items()})
    return sorted(times, key=times.get) or [("MATH", False)]


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-5, **made):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim, **made))
        self.eps = eps

    def forward(self, x):
        y = x.float()
        return (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight.float()).to(BF16)


def rope_tables(seq, head_dim, theta=10000.0):
    angle = torch.outer(torch.arange(seq), theta ** (-torch.arange(0, head_dim, 2) / head_dim))
    return angle.cos().to(DEVICE), angle.sin().to(DEVICE)  # [seq, head_dim / 2]


def rope(x, cos, sin):
    """[batch, seq, heads, head_dim], pairs half a head apart (the order that compiles best; same work)."""
    a, b = x.float().chunk(2, -1)
    cos, sin = cos[:, None], sin[:, None]
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1).to(x.dtype)


class Layer(nn.Module):
    def __init__(self, a, grouped, **made):
        super().__init__()
        self.heads, self.kv_heads, self.head_dim = a.heads, a.kv_heads, a.dim // a.heads
        self.grouped, self.checkpointed = grouped, a.checkpoint
        self.attention_norm, self.ffn_norm = RMSNorm(a.dim, **made), RMSNorm(a.dim, **made)
        width = (self.heads + 2 * self.kv_heads) * self.head_dim
        self.wqkv = nn.Linear(a.dim, width, bias=False, **made)  # one product instead of three
        self.wo = nn.Linear(self.heads * self.head_dim, a.dim, bias=False, **made)
        self.w13 = nn.Linear(a.dim, 2 * a.hidden, bias=False, **made)
        self.w2 = nn.Linear(a.hidden, a.dim, bias=False, **made)

    def queries_keys_values(self, x, cos, sin):
        b, t, _ = x.shape
        qkv = self.wqkv(self.attention_norm(x)).view(b, t, -1, self.head_dim)
        q, k, v = qkv.split([self.heads, self.kv_heads, self.kv_heads], 2)
        return rope(q, cos, sin).transpose(1, 2), rope(k, cos, sin).transpose(1, 2), v.transpose(1, 2)

    def behind_attention(self, x, y):  # y [batch, heads, seq, head_dim]
        x = x + self.wo(y.transpose(1, 2).flatten(2))
        gate, up = self.w13(self.ffn_norm(x)).chunk(2, -1)
        return x + self.w2(F.silu(gate) * up)

    def whole(self, x, cos, sin):
        q, k, v = self.queries_keys_values(x, cos, sin)
        return self.behind_attention(x, attend(q, k, v, self.grouped))

    def forward(self, x, cos, sin):
        if self.checkpointed:
            return checkpoint(self.whole, x, cos, sin, use_reentrant=False)
        return self.whole(x, cos, sin)


class Head(nn.Module):
    def __init__(self, dim, vocab, **made):
        super().__init__()
        self.norm, self.output = RMSNorm(dim, **made), nn.Linear(dim, vocab, bias=False, **made)

    def forward(self, x, targets):
        return F.cross_entropy(self.output(self.norm(x)).flatten(0, 1).float(), targets.flatten())


class Llama(nn.Module):
    def __init__(self, a, grouped):
        super().__init__()
        self.embedding = nn.Embedding(a.vocab, a.dim, device=DEVICE)
        self.layers = nn.ModuleList(Layer(a, grouped, device=DEVICE) for _ in range(a.layers))
        self.head = Head(a.dim, a.vocab, device=DEVICE)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, std=0.02)
        self.tables = rope_tables(a.seq, a.dim // a.heads)

    def forward(self, tokens, targets):
        x = self.embedding(tokens).to(BF16)
        for layer in self.layers:
            x = layer(x, *self.tables)
        return self.head(x, targets)


def flops_per_token(a):
    q, kv = a.heads * (a.dim // a.heads), a.kv_heads * (a.dim // a.heads)
    layer = a.dim * (q + 2 * kv) + q * a.dim + 3 * a.dim * a.hidden
    return 6 * (a.layers * layer + a.dim * a.vocab) + 6 * a.layers * q * a.seq


class Trainer:
    def __init__(self, a, mode, rows, grouped, compiled):
        self.a, self.mode, self.rows = a, mode, rows
        self.model = Llama(a, grouped)
        self.working = list(self.model.parameters())
        self.masters = self.working
        if mode == "bf16":
            self.masters = [nn.Parameter(p.detach().clone()) for p in self.working]
            for master in self.masters:
                master.grad = torch.empty_like(master)
            self.model.to(BF16)
        groups = [{"params": [p for p in self.masters if p.dim() > 1], "weight_decay": 0.1},
                  {"params": [p for p in self.masters if p.dim() == 1], "weight_decay": 0.0}]
        fused = {"fused": True} if DEVICE == "cuda" else {}
        self.optimizer = torch.optim.AdamW(groups, lr=1e-4, betas=(0.9, 0.95), eps=1e-8, **fused)
        if compiled == "layer":
            for module in [*self.model.layers, self.model.head]:
                module.compile(dynamic=False)
        elif compiled == "model":
            self.model.compile(dynamic=False)

    def widen(self, first):
        grads = [p.grad for p in self.working]
        if first:
            torch._foreach_copy_([m.grad for m in self.masters], grads)
        else:
            for master, grad in zip(self.masters, grads):
                master.grad.add_(grad)
        for p in self.working:
            p.grad = None

    def step(self):
        for number in range(self.a.passes):
            ids = torch.randint(self.a.vocab, (self.rows, self.a.seq + 1), device=DEVICE)
            with torch.autocast(DEVICE, BF16, enabled=self.mode == "autocast"):
                loss = self.model(ids[:, :-1].contiguous(), ids[:, 1:].contiguous()) / self.a.passes
            loss.backward()
            if self.mode == "bf16":
                self.widen(number == 0)
        nn.utils.clip_grad_norm_(self.masters, 1.0)
        self.optimizer.step()
        if self.mode == "bf16":
            with torch.no_grad():
                torch._foreach_copy_([p.data for p in self.working], [m.data for m in self.masters])
        else:
            self.optimizer.zero_grad(set_to_none=True)
        return loss.detach() * self.a.passes


def measure(a, machine, way, mode, rows, compiled, ends):
    """One setting from scratch: the fields of its JSON line."""
    name, grouped = way
    with sdpa_kernel(getattr(SDPBackend, name)):
        begin = time.perf_counter()
        trainer = Trainer(a, mode, rows, grouped, compiled)
        for _ in range(3):
            loss = trainer.step()
        synchronize()
        first = time.perf_counter() - begin
        steps, begin = [], time.perf_counter()
        while len(steps) < 3 or (time.perf_counter() - begin < a.seconds and time.monotonic() < ends):
            synchronize()
            t = time.perf_counter()
            loss = trainer.step()
            synchronize()
            steps.append(time.perf_counter() - t)
    speed = a.passes * rows * a.seq / statistics.median(steps)
    return {"setting": label(way, mode, rows, compiled, a), "mode": mode, "rows": rows,
            "tokens_per_s": speed, "step_ms": 1e3 * statistics.median(steps), "steps": len(steps), "loss": float(loss),
            "flops_per_token": flops_per_token(a), "flops": speed * flops_per_token(a),
            "flops_share": speed * flops_per_token(a) / machine["matrix_flops"], "until_warm_s": first,
            "memory_peak_bytes": torch.cuda.max_memory_allocated() if DEVICE == "cuda" else 0}


def label(way, mode, rows, compiled, a):
    how = {"layer": "compiled by layer", "model": "compiled as a whole", "none": "eager"}
    parts = [mode, how[compiled],
             way[0].split("_")[0].lower() + (" attention, grouped" if way[1] else " attention"),
             f"{a.passes} x {rows} sequences"]
    return ", ".join(parts + (["checkpointed"] if a.checkpoint else []))


def finish_in_time(budget_s, finish):
    """Calls finish, which ends the program, when the time is over, whatever is being compiled or waited for."""
    timer = threading.Timer(budget_s, finish)
    timer.daemon = True
    timer.start()
    signal.signal(signal.SIGTERM, finish)


class Search:
    """Tries settings within the budget and knows the best."""

    def __init__(self, a, machine, ends):
        self.a, self.machine, self.ends = a, machine, ends
        self.best, self.longest, self.ways = None, 0.0, None
        finish_in_time(a.budget_s, self.finish)

    def finish(self, *_):
        emit("result", **(self.best or {"tokens_per_s": 0, "flops_share": 0}), **self.machine)
        sys.stdout.flush()
        os._exit(0 if self.best else 1)  # compilers' threads and processes are not waited for

    def rank(self, rows):
        heads = self.a.heads
        try:
            self.ways = rank_attention(rows, self.a.seq, heads, self.a.kv_heads, self.a.dim // heads, True)
        except Exception as error:
            emit_failure("attention", error)
            self.ways = [("FLASH_ATTENTION", False), ("MATH", False)]

    def attempt(self, mode, rows, compiled):
        """'fits', 'memory' (out of it), 'failed' or 'time' (none is left for it)."""
        for last in (False, True):
            begin = time.monotonic()
            if self.best and begin + self.longest > self.ends:
                return "time"
            outcome = "fits"
            clean()
            try:
                fields = measure(self.a, self.machine, self.ways[0], mode, rows, compiled, self.ends)
                emit("try", **fields)
                if not self.best or fields["tokens_per_s"] > self.best["tokens_per_s"]:
                    self.best = fields
            except Exception as error:
                emit_failure(label(self.ways[0], mode, rows, compiled, self.a), error)
                outcome = "memory" if out_of_memory(error) else "failed"
            self.longest = max(self.longest, time.monotonic() - begin)
            if last or outcome != "failed" or len(self.ways) == 1:
                return outcome
            self.ways.pop(0)  # it may have been the way of attention


def parse():
    p = argparse.ArgumentParser(description="PyTorch's training throughput on one GPU")
    for name, value in dict(dim=2048, layers=22, heads=32, kv_heads=0, hidden=5632, vocab=32000, seq=2048,
                            passes=1).items():
        p.add_argument("--" + name.replace("_", "-"), type=int, default=value)
    p.add_argument("--rows", default="4,8,16", help="sequences per pass; each is tried, the best counts")
    p.add_argument("--seconds", type=float, default=6, help="per measurement")
    p.add_argument("--budget-s", type=float, default=180, help="for everything, compiling included")
    p.add_argument("--mode", choices=["best", "autocast", "bf16"], default="best")
    p.add_argument("--compile", choices=["layer", "model", "both", "none"], default="layer",
                   help="both: the best setting once more, compiled as a whole (a minute or more)")
    p.add_argument("--checkpoint", action="store_true", help="compute activations again in the backward pass")
    a = p.parse_args()
    a.rows = sorted(int(x) for x in a.rows.split(","))
    a.kv_heads = a.kv_heads or a.heads
    return a


def main():
    a = parse()
    ends = time.monotonic() + a.budget_s
    torch.manual_seed(1)
    torch.set_float32_matmul_precision("high")
    search = Search(a, {}, ends)
    search.machine.update(measure_machine())
    emit("machine", **search.machine)
    clean()
    search.rank(a.rows[0])
    modes = ["autocast", "bf16"] if a.mode == "best" else [a.mode]
    compiled = "layer" if a.compile == "both" else a.compile
    for rows in a.rows:
        if search.attempt(modes[0], rows, compiled) != "fits":
            break
    if not search.best:
        search.attempt(modes[0], a.rows[0], "none")
    for mode in modes[1:]:
        best = search.best["rows"] if search.best else a.rows[0]
        for rows in [r for r in reversed(a.rows) if r <= best]:
            if search.attempt(mode, rows, compiled) != "memory":
                break
    if search.best and a.compile == "both":
        search.attempt(search.best["mode"], search.best["rows"], "model")
    search.finish()


if __name__ == "__main__":
    main()
