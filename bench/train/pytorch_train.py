#!/usr/bin/python3
"""A plain LLaMA trained by PyTorch at its best settings on a CPU: the peer of `cria bench train`.

One run, one JSON line: {"tokens_per_s": [...], ...}, one figure per timed step. A step is what cria does
in one: forward, loss, backward, clipping of the global gradient norm, AdamW with weight decay on matrices.
The caller (bench/train/compare.sh, `cria bench train --peer`) sets ATEN_CPU_CAPABILITY=avx512 and preloads
tcmalloc, which about doubles the speed of this PyTorch.
"""
import argparse
import json
import math
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def rope(x, cos, sin):  # [batch, seq, heads, head_dim], adjacent pairs
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)


class Layer(nn.Module):
    def __init__(self, dim, heads, hidden):
        super().__init__()
        self.heads, self.head_dim = heads, dim // heads
        self.attention_norm, self.ffn_norm = RMSNorm(dim), RMSNorm(dim)
        self.wqkv = nn.Linear(dim, 3 * dim, bias=False)  # one product instead of three
        self.wo = nn.Linear(dim, dim, bias=False)
        self.w13 = nn.Linear(dim, 2 * hidden, bias=False)
        self.w2 = nn.Linear(hidden, dim, bias=False)

    def forward(self, x, cos, sin, mask):
        b, t, c = x.shape
        q, k, v = self.wqkv(self.attention_norm(x)).view(b, t, 3, self.heads, self.head_dim).unbind(2)
        q, k = rope(q, cos, sin), rope(k, cos, sin)
        q, k, v = (y.transpose(1, 2).reshape(b * self.heads, t, self.head_dim) for y in (q, k, v))
        scores = torch.baddbmm(mask.to(q.dtype), q, k.transpose(1, 2), alpha=self.head_dim ** -0.5)
        y = torch.bmm(F.softmax(scores, -1).to(v.dtype), v)
        x = x + self.wo(y.view(b, self.heads, t, self.head_dim).transpose(1, 2).reshape(b, t, c))
        gate, up = self.w13(self.ffn_norm(x)).chunk(2, -1)
        return x + self.w2(F.silu(gate) * up)


class Llama(nn.Module):
    def __init__(self, dim, layers, heads, hidden, vocab, seq):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.layers = nn.ModuleList(Layer(dim, heads, hidden) for _ in range(layers))
        self.norm = RMSNorm(dim)
        self.output = nn.Linear(dim, vocab, bias=False)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, std=0.02)
        head_dim = dim // heads
        angle = torch.outer(torch.arange(seq), 10000.0 ** (-torch.arange(0, head_dim, 2) / head_dim))
        self.register_buffer("cos", angle.cos()[None, :, None])
        self.register_buffer("sin", angle.sin()[None, :, None])
        self.register_buffer("mask", torch.full((seq, seq), -math.inf).triu(1)[None])

    def forward(self, tokens, targets):
        x = self.embedding(tokens)
        cos, sin = self.cos.to(x.dtype), self.sin.to(x.dtype)
        for layer in self.layers:
            x = layer(x, cos, sin, self.mask)
        logits = self.output(self.norm(x))
        return F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten())


def main():
    p = argparse.ArgumentParser()
    for name, value in dict(dim=768, layers=12, heads=12, hidden=2048, vocab=32000, seq=512, rows=8,
                            threads=2).items():
        p.add_argument("--" + name, type=int, default=value)
    p.add_argument("--seconds", type=float, default=10)
    p.add_argument("--mode", choices=["autocast", "bf16", "fp32"], default="autocast")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    model = Llama(a.dim, a.layers, a.heads, a.hidden, a.vocab, a.seq)
    working = [q for q in model.parameters()]
    masters = working
    if a.mode == "bf16":  # bf16 weights for the products, fp32 masters for the optimizer
        masters = [nn.Parameter(q.detach().clone()) for q in working]
        model.bfloat16()
    optimizer = torch.optim.AdamW(
        [{"params": [q for q in masters if q.dim() > 1], "weight_decay": 0.1},
         {"params": [q for q in masters if q.dim() == 1], "weight_decay": 0.0}],
        lr=1e-4, betas=(0.9, 0.95), eps=1e-8, foreach=True)

    def step():
        ids = torch.randint(a.vocab, (a.rows, a.seq + 1))
        with torch.autocast("cpu", torch.bfloat16, enabled=a.mode == "autocast"):
            loss = model(ids[:, :-1], ids[:, 1:])
        loss.backward()
        if a.mode == "bf16":
            for master, q in zip(masters, working):
                master.grad = q.grad.float()
                q.grad = None
        # nn.utils.clip_grad_norm_ with the foreach kernels
        grads = [q.grad for q in masters]
        norm = torch.norm(torch.stack(torch._foreach_norm(grads)))
        torch._foreach_mul_(grads, min(1.0, 1.0 / (float(norm) + 1e-6)))
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if a.mode == "bf16":
            with torch.no_grad():
                for master, q in zip(masters, working):
                    q.copy_(master)
        return float(loss)

    step()
    speeds, begin = [], time.perf_counter()
    while len(speeds) < 3 or time.perf_counter() - begin < a.seconds:
        t = time.perf_counter()
        loss = step()
        speeds.append(a.rows * a.seq / (time.perf_counter() - t))
    print(json.dumps({"tokens_per_s": speeds, "loss": loss, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
