#!/usr/bin/env python3
"""A plain LLaMA run by PyTorch on one GPU: the peer of `cria bench prefill`, `decode` and `batch --device cuda`.

Random bf16 weights (7B unless the shape is given), a static bf16 KV cache, greedy choice on the device. A decoding
step is recorded as one CUDA graph, so that nothing waits for the host; what is recorded is tried eager, compiled
layer by layer (torch.compile with coordinate-descent tuning, without which its matrix-vector products are slow)
with attention written out or by scaled_dot_product_attention, and with --whole compiled as a whole. The fastest
counts. The prompt is read eager and compiled, attention by the faster of cuDNN and flash attention.

JSON lines, each printed as soon as it is known: {"part": "machine"}, {"part": "decode"} and {"part": "prefill"} for
each setting, {"part": "failed"}, and last {"part": "result"} with the best of each. decode: bandwidth_share is
bytes_per_step * steps per second / copy_bytes_per_s, and bytes_per_step the weights but the embedding table and the
keys and values that the step reads. prefill: flops_share is 2 * (weights of the layers' matrices) * tokens_per_s /
matrix_flops, as `cria bench prefill` counts operations. After --budget-s the best so far is printed and the program
ends.
"""
import argparse
import os
import statistics
import sys
import time

from pytorch_train import (BF16, DEVICE, F, Layer, RMSNorm, SDPBackend, attend, clean, emit, emit_failure,
                           finish_in_time, measure_machine, nn, rank_attention, rope_tables, sdpa_kernel,
                           seconds_of, synchronize, torch)

COMPILED = {"dynamic": False, "options": {"coordinate_descent_tuning": True}}


def written_out(q, keys, values, visible):
    """Attention of one position: q [batch, heads, 1, head_dim], keys [batch, kv_heads, length, head_dim]."""
    b, heads, _, head_dim = q.shape
    q = q.reshape(b, keys.shape[1], heads // keys.shape[1], head_dim)
    scores = (q @ keys.transpose(-1, -2)).float() * head_dim**-0.5
    p = scores.masked_fill(~visible, float("-inf")).softmax(-1).to(q.dtype)
    return (p @ values).reshape(b, heads, 1, head_dim)


def by_sdpa(q, keys, values, visible):
    b, heads, _, head_dim = q.shape
    q = q.reshape(b, keys.shape[1], heads // keys.shape[1], head_dim)  # a group's heads as so many queries
    mask = visible.expand(1, 1, q.shape[2], -1)
    return F.scaled_dot_product_attention(q, keys, values, attn_mask=mask).reshape(b, heads, 1, head_dim)


class CachedLayer(Layer):
    def forward(self, x, cos, sin, position, visible, keys, values, attention):
        q, k, v = self.queries_keys_values(x, cos, sin)
        keys[:, :, position] = k
        values[:, :, position] = v
        y = attend(q, k, v, self.grouped) if attention is None else attention(q, keys, values, visible)
        return self.behind_attention(x, y)


class Last(nn.Module):
    """The head, for the last position: the next token."""

    def __init__(self, dim, vocab, **made):
        super().__init__()
        self.norm, self.output = RMSNorm(dim, **made), nn.Linear(dim, vocab, bias=False, **made)

    def forward(self, x):
        return self.output(self.norm(x[:, -1])).argmax(-1, keepdim=True)


class Llama(nn.Module):
    def __init__(self, a, length):
        super().__init__()
        made = dict(device=DEVICE, dtype=BF16)
        self.embedding = nn.Embedding(a.vocab, a.dim, **made)
        self.layers = nn.ModuleList(CachedLayer(a, False, **made) for _ in range(a.layers))
        self.last = Last(a.dim, a.vocab, **made)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, std=0.02)
        self.cos, self.sin = rope_tables(length, a.dim // a.heads)
        self.cache_shape = (a.kv_heads, a.dim // a.heads)
        self.eager()

    def eager(self):
        self.call_layers, self.call_last = list(self.layers), self.last

    def compile_layers(self):
        self.call_layers = [torch.compile(layer, **COMPILED) for layer in self.layers]
        self.call_last = torch.compile(self.last, **COMPILED)

    def make_cache(self, batch, length):
        heads, head_dim = self.cache_shape
        return [[torch.randn(batch, heads, length, head_dim, device=DEVICE, dtype=BF16) for _ in range(2)]
                for _ in self.layers]

    def forward(self, tokens, position, cache, attention):
        """tokens [batch, n] at position [n] -> the next token [batch, 1]; attention None: nothing lies before."""
        x = self.embedding(tokens)
        cos, sin = self.cos[position], self.sin[position]
        visible = torch.arange(cache[0][0].shape[2], device=DEVICE) <= position[-1]
        for layer, (keys, values) in zip(self.call_layers, cache):
            x = layer(x, cos, sin, position, visible, keys, values, attention)
        return self.call_last(x)


def record(step):
    """The step as one graph; its first runs, which compile, are not part of it."""
    if DEVICE != "cuda":
        step()
        return step
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(aside)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def rank_masked(a, batch, length):
    """Backends of scaled_dot_product_attention that take a mask, the fastest first."""
    if DEVICE != "cuda":
        return ["MATH"]
    q = torch.randn(batch, a.heads, 1, a.dim // a.heads, device=DEVICE, dtype=BF16)
    kv = torch.randn(2, batch, a.kv_heads, length, a.dim // a.heads, device=DEVICE, dtype=BF16)
    visible, times = torch.arange(length, device=DEVICE) <= length // 2, {}
    for name in ("EFFICIENT_ATTENTION", "CUDNN_ATTENTION", "MATH"):
        try:
            with sdpa_kernel(getattr(SDPBackend, name)):
                replay = record(lambda: by_sdpa(q, kv[0], kv[1], visible))
            times[name] = seconds_of(replay, 20, 3)
        except Exception as error:
            emit_failure(f"{name} with a mask", error)
            synchronize()
    emit("attention", batch=batch, ms={name: 1e3 * s for name, s in times.items()})
    return sorted(times, key=times.get) or ["MATH"]


class Bench:
    def __init__(self, a):
        self.a, self.ends = a, time.monotonic() + a.budget_s
        self.best, self.machine, self.longest = {}, {}, {}
        finish_in_time(a.budget_s, self.finish)

    def finish(self, *_):
        fields = dict(self.machine)
        decode = {key[1]: best for key, best in list(self.best.items()) if key[0] == "decode"}
        fields["decode_tokens_per_s"] = {str(batch): best["tokens_per_s"] for batch, best in decode.items()}
        fields["decode_bandwidth_share"] = {str(batch): best["bandwidth_share"] for batch, best in decode.items()}
        prefill = self.best.get(("prefill", 1), {})
        fields["prefill_tokens_per_s"] = prefill.get("tokens_per_s", 0)
        fields["prefill_flops_share"] = prefill.get("flops_share", 0)
        fields["settings"] = {f"{part} {batch}": best["setting"] for (part, batch), best in list(self.best.items())}
        emit("result", **fields)
        sys.stdout.flush()
        os._exit(0 if self.best else 1)  # compilers' threads and processes are not waited for

    def note(self, part, batch, fields):
        emit(part, batch=batch, **fields)
        if fields["tokens_per_s"] > self.best.get((part, batch), {}).get("tokens_per_s", 0):
            self.best[part, batch] = fields

    def attempt(self, kind, setting, f):
        """Runs f unless the kind's last took longer than what is left; what fails is told."""
        begin = time.monotonic()
        if begin + self.longest.get(kind, 0) > self.ends:
            emit("failed", setting=setting, error="no time left for it")
            return
        clean()
        try:
            f()
        except Exception as error:
            emit_failure(setting, error)
        self.longest[kind] = time.monotonic() - begin

    def make_model(self):
        a = self.a
        length = max(a.context + a.tokens, a.prompt)
        self.length = (a.context + a.tokens + 15) // 16 * 16
        self.model = Llama(a, max(length, self.length)).requires_grad_(False)
        numbers = sum(p.numel() for p in self.model.parameters())
        self.weight_bytes = 2 * (numbers - a.vocab * a.dim)
        self.layer_weights = sum(p.numel() for p in self.model.layers.parameters() if p.dim() > 1)

    def decode(self, batch, setting, backend, attention, whole=False):
        a, model = self.a, self.model
        cache = model.make_cache(batch, self.length)
        token = torch.randint(a.vocab, (batch, 1), device=DEVICE)
        position = torch.full((1,), a.context, device=DEVICE)
        call = torch.compile(model, **COMPILED) if whole else model

        def step():
            token.copy_(call(token, position, cache, attention))
            position.add_(1)

        begin, speeds = time.perf_counter(), []
        with sdpa_kernel(getattr(SDPBackend, backend)):
            replay = record(step)
        prepared = time.perf_counter() - begin
        for _ in range(a.rounds + 1):
            position.fill_(a.context)
            synchronize()
            begin = time.perf_counter()
            for _ in range(a.tokens):
                replay()
            synchronize()
            speeds.append(batch * a.tokens / (time.perf_counter() - begin))
        speed = statistics.median(speeds[1:])
        kv_bytes = 4 * a.layers * a.kv_heads * (a.dim // a.heads)  # of one position, K and V
        step_bytes = self.weight_bytes + batch * (a.context + a.tokens / 2) * kv_bytes
        self.note("decode", batch, {
            "setting": setting, "tokens_per_s": speed, "bytes_per_step": step_bytes, "prepared_s": prepared,
            "bandwidth_share": speed / batch * step_bytes / self.machine["copy_bytes_per_s"]})

    def prefill(self, setting, backend):
        a, model = self.a, self.model
        cache = model.make_cache(1, a.prompt)
        tokens = torch.randint(a.vocab, (1, a.prompt), device=DEVICE)
        position = torch.arange(a.prompt, device=DEVICE)
        speeds = []
        with sdpa_kernel(getattr(SDPBackend, backend)):
            for _ in range(a.rounds + 2):
                synchronize()
                begin = time.perf_counter()
                model(tokens, position, cache, None)
                synchronize()
                speeds.append(a.prompt / (time.perf_counter() - begin))
        speed = statistics.median(speeds[2:])
        flops = 2 * self.layer_weights * speed
        self.note("prefill", 1, {"setting": setting, "tokens_per_s": speed, "flops": flops,
                                 "flops_share": flops / self.machine["matrix_flops"]})

    def run(self):
        a = self.a
        self.machine.update(measure_machine())
        emit("machine", **self.machine)
        clean()
        self.make_model()
        masked, causal = {}, ["FLASH_ATTENTION"]

        def rank():
            for batch in a.batches:
                masked[batch] = rank_masked(a, batch, self.length)
            causal[:] = [way[0] for way in rank_attention(1, a.prompt, a.heads, a.kv_heads, a.dim // a.heads, False)]

        self.attempt("rank", "attention", rank)
        backend = {batch: masked.get(batch, ["MATH"])[0] for batch in a.batches}
        # What is sure comes first, so that there is a figure of everything before something is compiled.
        for batch in a.batches:
            setting = f"eager, recorded, {backend[batch]}"
            self.attempt("eager", setting, lambda: self.decode(batch, setting, backend[batch], by_sdpa))
        self.attempt("eager", "prefill eager", lambda: self.prefill(f"eager, {causal[0]}", causal[0]))
        self.model.compile_layers()
        for attention in (written_out, by_sdpa):
            for batch in a.batches:
                by = "written out" if attention is written_out else backend[batch]
                setting = f"compiled by layer, recorded, {by}"
                self.attempt("layer", setting, lambda: self.decode(batch, setting, backend[batch], attention))
            if attention is written_out:
                setting = f"compiled by layer, {causal[0]}"
                self.attempt("layer", "prefill " + setting, lambda: self.prefill(setting, causal[0]))
        self.model.eager()
        for batch in a.batches if a.whole else []:
            setting = "compiled as a whole, recorded, written out"
            self.attempt("whole", setting, lambda: self.decode(batch, setting, "MATH", written_out, whole=True))


def parse():
    p = argparse.ArgumentParser(description="PyTorch's speed of running a model on one GPU")
    for name, value in dict(dim=4096, layers=32, heads=32, kv_heads=0, hidden=11008, vocab=32000, context=512,
                            tokens=64, prompt=2048, rounds=5).items():
        p.add_argument("--" + name.replace("_", "-"), type=int, default=value)
    p.add_argument("--batches", default="1,64", help="sequences at once when decoding")
    p.add_argument("--budget-s", type=float, default=180, help="for everything, compiling included")
    p.add_argument("--whole", action="store_true", help="try a step compiled as a whole too (a minute or more)")
    a = p.parse_args()
    a.batches = [int(x) for x in a.batches.split(",")]
    a.kv_heads = a.kv_heads or a.heads
    a.checkpoint = False
    return a


def main():
    bench = Bench(parse())
    torch.manual_seed(1)
    torch.set_float32_matmul_precision("high")
    try:
        with torch.no_grad():
            bench.run()
    except Exception as error:
        emit_failure("the bench", error)
    bench.finish()


if __name__ == "__main__":
    main()
