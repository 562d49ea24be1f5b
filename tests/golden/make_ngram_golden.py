#!/usr/bin/env python3
"""Makes ngram_golden.json: interpolated modified Kneser-Ney straight from the equations of Chen & Goodman
(1999) and Heafield et al. (2013), with exact fractions and no sorting, sharing no line with the program:
make_ngram_golden.py TEXT > tests/golden/ngram_golden.json

TEXT is any text; its first lines are trained on, the next are scored (tinyshakespeare.txt was used).
A word that starts a sentence has <s> before it and nothing before that; the count of an n-gram that
nothing can stand before is how often it occurs."""
import collections
import fractions
import functools
import json
import math
import re
import sys

F = fractions.Fraction
FALLBACK = (F(1, 2), F(1), F(3, 2))


class KneserNey:
    def __init__(self, sentences, order, prune):
        self.order = order
        self.prune = (prune + prune[-1:] * order)[:order] if prune else [0] * order
        occurs = collections.Counter()  # every n-gram that does not end in <s>
        before = collections.defaultdict(set)  # the words seen before it
        for sentence in sentences:
            words = ["<s>"] + sentence + ["</s>"]
            for end in range(1, len(words)):
                for start in range(max(0, end - order + 1), end + 1):
                    gram = tuple(words[start:end + 1])
                    occurs[gram] += 1
                    if start > 0:
                        before[gram].add(words[start - 1])
        self.adjusted = {g: occurs[g] if len(g) == order or g[0] == "<s>" else len(before[g]) for g in occurs}
        self.kept = {g for g in occurs if occurs[g] > self.prune[len(g) - 1] or g == ("</s>",)}
        self.words = sorted(g[0] for g in self.kept if len(g) == 1)
        self.followers = collections.defaultdict(list)
        for g in occurs:
            self.followers[g[:-1]].append(g)
        self.discounts = [self.discount_of(n) for n in range(1, order + 1)]
        self.counts = [sum(len(g) == n for g in self.kept) + (2 if n == 1 else 0) for n in range(1, order + 1)]

    def discount_of(self, n):
        t = [sum(1 for g, a in self.adjusted.items() if len(g) == n and a == k) for k in range(5)]
        if 0 in t[1:4]:
            return FALLBACK
        y = F(t[1], t[1] + 2 * t[2])
        found = tuple(k - (k + 1) * y * F(t[k + 1], t[k]) for k in (1, 2, 3))
        return found if all(0 <= d <= k for k, d in enumerate(found, 1)) else FALLBACK

    def discount(self, gram):
        return self.discounts[len(gram) - 1][min(self.adjusted[gram], 3) - 1]

    @functools.lru_cache(maxsize=None)
    def backoff(self, context):
        """What the context leaves to the shorter one; 1 if nothing kept begins with it."""
        grams = self.followers.get(context, ())
        if not any(g in self.kept for g in grams):
            return F(1)
        left = sum(self.discount(g) if g in self.kept else self.adjusted[g] for g in grams)
        return F(left) / sum(self.adjusted[g] for g in grams)

    @functools.lru_cache(maxsize=None)
    def probability(self, word, context):
        gram = context + (word,)
        own = F(0)
        if gram in self.kept:
            own = (self.adjusted[gram] - self.discount(gram)) / sum(self.adjusted[g] for g in self.followers[context])
        if not context:
            return own + self.backoff(()) * F(1, len(self.words) + 1)  # and <unk>; <s> is no outcome
        return own + self.backoff(context) * self.probability(word, context[1:])

    def score(self, sentence):
        words = ["<s>"] + [w if w in self.words else "<unk>" for w in sentence] + ["</s>"]
        scores = []
        for i in range(1, len(words)):
            p = self.probability(words[i], tuple(words[max(0, i - self.order + 1):i]))
            scores.append(round(math.log10(p.numerator) - math.log10(p.denominator), 9))
        return scores


def main():
    lines = [re.findall(r"[a-z']+|[.,;:?!]", line.lower()) for line in open(sys.argv[1], encoding="utf-8")]
    lines = [line for line in lines if line]
    train, held_out = lines[:150], lines[150:162]
    # The same again makes counts of counts of every kind.
    train = train + train[:40] + train[:12] + train[:5]
    models = []
    for order, prune in [(1, []), (2, []), (3, []), (4, []), (5, []), (6, []), (3, [0, 1]), (5, [0, 0, 1]),
                         (5, [0, 0, 1, 1, 2]), (2, [1, 1])]:
        model = KneserNey(train, order, prune)
        for context in [(), ("<s>",), ("<s>", "we"), ("you", "are"), ("the",), ("no", "such", "words")]:
            context = context[:order - 1]
            total = sum(model.probability(w, context) for w in model.words + ["<unk>"])
            assert total == 1, (order, prune, context, total)
        models.append({
            "order": order, "prune": prune, "kept": model.counts,
            "discounts": [[float(d) for d in three] for three in model.discounts],
            "scores": [model.score(sentence) for sentence in held_out],
        })
    print('{"train": [')
    print(",\n".join(json.dumps(" ".join(s)) for s in train))
    print('],\n"held_out": [')
    print(",\n".join(json.dumps(" ".join(s)) for s in held_out))
    print('],\n"models": [')
    print(",\n".join(json.dumps(m) for m in models))
    print("]}")


main()
