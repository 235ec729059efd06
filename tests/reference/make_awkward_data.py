"""Writes prediction files that are awkward to measure, as Parquet, into the folder given: <case>-training.parquet and <case>-validation.parquet."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

rng = np.random.default_rng(20261121)


def frame(label, score, **groups):
    n = len(label)
    return pd.DataFrame({"id": [f"r{i}" for i in range(n)], "label": label, "score": score, **groups})


def scored(n, rate=0.3, strength=1.5):
    label = (rng.random(n) < rate).astype(int)
    score = 1 / (1 + np.exp(-(rng.normal(size=n) + strength * label - 1)))
    return label, score


def three_groups(n):
    return rng.choice(["a", "b", "c"], size=n, p=[0.8, 0.17, 0.03])


def ties(n):
    label, score = scored(n)
    return frame(label, np.round(score, 1), group=three_groups(n), other=rng.choice(["x", "y"], size=n))


def bin_edges(n):
    edges = np.concatenate([np.arange(11) / 10, np.linspace(0, 1, 11), [0.1 + 0.2, 0.7 - 1e-16, 0.5, np.nextafter(0.5, 0)]])
    label, _ = scored(n)
    return frame(label, rng.choice(edges, size=n), group=three_groups(n))


def labels_all(value, n):
    _, score = scored(n)
    return frame(np.full(n, value), score, group=rng.choice(["a", "b"], size=n))


def constant(n):
    label, _ = scored(n)
    return frame(label, np.full(n, 0.3), group=rng.choice(["a", "b"], size=n))


def holes(n):
    label, score = scored(n)
    group = pd.Series(rng.choice(["a", "b"], size=n)).astype(object)
    group[rng.random(n) < 0.1] = None
    label = pd.array(label, dtype="Int64")
    label[rng.random(n) < 0.1] = pd.NA
    score = pd.Series(score)
    score[rng.random(n) < 0.1] = None
    return frame(label, score, group=group)


def not_a_number(n):
    """NaN written as a number, not as null."""
    label, score = scored(n)
    label, score = label.astype(float), score.copy()
    label[::7] = np.nan
    score[::5] = np.nan
    return frame(label, score, group=rng.choice(["a", "b"], size=n))


def outside(n):
    label, score = scored(n)
    return frame(label, score * 2.5 - 0.5, group=rng.choice(["a", "b"], size=n))


def imbalanced(n):
    label = np.zeros(n, dtype=int)
    label[rng.choice(n, size=12, replace=False)] = 1
    return frame(label, rng.beta(1, 30, size=n) + 0.2 * label, group=rng.choice(["a", "b"], size=n, p=[0.99, 0.01]))


def extreme(n):
    label, _ = scored(n)
    score = rng.choice([0.0, -0.0, 1.0, 1e-17, 1 - 1e-16, 5e-324, 0.5, 1e-300], size=n)
    return frame(label, score, group=rng.choice(["a", "b"], size=n))


def perfect(n):
    label, _ = scored(n)
    return frame(label, 0.1 + 0.8 * label, group=three_groups(n))


def unequal(n):
    label, score = scored(n)
    group = rng.choice(["a", "b", "c", "d"], size=n)
    score = np.where(group == "d", score * 0.4, score)
    return frame(label, score, group=group)


def typed_groups(n):
    label, score = scored(n)
    return frame(
        label.astype(bool),
        score.astype(np.float32),
        flag=rng.random(n) < 0.4,
        number=rng.integers(0, 3, size=n),
        code=pd.Categorical(rng.choice(["yes", "no"], size=n)),
    )


def shifted(n, by):
    label, score = scored(n)
    return frame(label, np.clip(score**by, 0, 1), group=rng.choice(["a", "b"], size=n))


def regression(n, noise, constant_label=False):
    label = np.full(n, 4.25) if constant_label else rng.normal(50, 12, size=n)
    return frame(label, label + rng.normal(0, noise, size=n), group=rng.choice(["a", "b"], size=n))


cases = {
    "ties": (ties(400), ties(900)),
    "bin_edges": (bin_edges(300), bin_edges(2000)),
    "all_negative": (labels_all(0, 200), labels_all(0, 150)),
    "all_positive": (labels_all(1, 200), labels_all(1, 150)),
    "constant": (constant(120), constant(300)),
    "constant_then_spread": (constant(120), ties(300)),
    "one_row": (frame([1], [0.7], group=["a"]), frame([0], [0.7], group=["b"])),
    "two_rows": (frame([1, 0], [0.7, 0.7], group=["a", "b"]), frame([0, 1], [0.2, 0.9], group=["a", "b"])),
    "three_rows": (frame([1, 0, 1], [0.7, 0.1, 0.05], group=["a", "b", "a"]), frame([0, 1, 1], [0.2, 0.2, 0.9], group=["a", "a", "a"])),
    "no_rows": (frame([1, 0], [0.7, 0.2], group=["a", "b"]), frame(np.array([], dtype=int), np.array([], dtype=float), group=np.array([], dtype=str))),
    "holes": (holes(500), holes(700)),
    "not_a_number": (not_a_number(500), not_a_number(300)),
    "outside": (outside(300), outside(300)),
    "imbalanced": (imbalanced(5000), imbalanced(20000)),
    "extreme": (extreme(300), extreme(500)),
    "perfect": (perfect(300), perfect(600)),
    "unequal": (unequal(800), unequal(1200)),
    "typed_groups": (typed_groups(400), typed_groups(800)),
    "shifted": (shifted(1000, 1), shifted(1000, 1.3)),
    "few_against_many": (shifted(3000, 1), shifted(9, 2)),
    "regression": (regression(400, 3), regression(300, 5)),
    "regression_worse_than_mean": (regression(400, 3), regression(300, 40)),
    "regression_constant": (regression(50, 3), regression(40, 5, constant_label=True)),
}

folder = Path(sys.argv[1])
for name, pair in cases.items():
    for dataset, data in zip(("training", "validation"), pair):
        data.to_parquet(folder / f"{name}-{dataset}.parquet", index=False)
# pandas writes NaN as null; this file keeps it as the number that it is.
import pyarrow as pa
import pyarrow.parquet as pq

for dataset, data in zip(("training", "validation"), cases["not_a_number"]):
    table = pa.table({name: pa.array(column.to_numpy(), from_pandas=False) if column.dtype == float else pa.array(column) for name, column in data.items()})
    assert table.column("score").null_count == 0
    pq.write_table(table, folder / f"not_a_number-{dataset}.parquet")
