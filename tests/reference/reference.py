"""What the reference implementations say about prediction files.

Reads {"cases": [{"name", "task", "threshold", "columns", "minima", "literally", "files": {"training", "validation"}}]} on standard input and writes
{name: {"metrics": [...], "pairs": [...]}} on standard output. A metric is {name, dataset, segment, value, interval, parameters}; value is
null where Countersign's conventions say that there is none. Nothing here shares code or algorithm with the implementation under test.
"""

import itertools
import json
import math
import sys
import warnings

import numpy as np
import pandas as pd
from fairlearn import metrics as fair
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

warnings.filterwarnings("ignore")


def number(value):
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return float(value)


def wilson(count, of):
    return None if of == 0 else [float(bound) for bound in proportion_confint(count, of, method="wilson")]


def delong(y, s):
    """Straight from the definition: every positive against every negative."""
    positive, negative = s[y == 1], s[y == 0]
    if len(positive) < 2 or len(negative) < 2:
        return None
    wins = (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])
    auc = wins.mean()
    variance = wins.mean(axis=1).var(ddof=1) / len(positive) + wins.mean(axis=0).var(ddof=1) / len(negative)
    half = stats.norm.ppf(0.975) * math.sqrt(variance)
    return [max(0.0, auc - half), min(1.0, auc + half)]


def calibration_error(y, s, strategy):
    truth, predicted = calibration_curve(y, s, n_bins=10, strategy=strategy)
    edges = np.linspace(0, 1, 11) if strategy == "uniform" else np.percentile(s, np.linspace(0, 1, 11) * 100)
    sizes = np.bincount(np.searchsorted(edges[1:-1], s), minlength=10)
    sizes = sizes[sizes > 0]
    return float(np.sum(sizes / len(s) * np.abs(truth - predicted)))


def classification(y, s, threshold):
    names = (
        "accuracy balanced_accuracy precision recall f1 roc_auc average_precision log_loss brier matthews_corrcoef cohen_kappa "
        "expected_calibration_error true_negatives false_positives false_negatives true_positives"
    ).split()
    results = {name: {"value": None} for name in names}
    if len(y) == 0:
        return results
    h = (s >= threshold).astype(int)
    tn, fp, fn, tp = (int(v) for v in sk.confusion_matrix(y, h, labels=[0, 1]).ravel())
    both = 0 < y.sum() < len(y)
    for name, value in zip(names[-4:], (tn, fp, fn, tp)):
        results[name]["value"] = value
    results["accuracy"] = {"value": sk.accuracy_score(y, h), "interval": wilson(tp + tn, len(y))}
    results["precision"] = {"value": sk.precision_score(y, h, zero_division=0), "interval": wilson(tp, tp + fp)}
    results["recall"] = {"value": sk.recall_score(y, h, zero_division=0), "interval": wilson(tp, tp + fn)}
    results["f1"] = {"value": sk.f1_score(y, h, zero_division=0)}
    results["matthews_corrcoef"] = {"value": sk.matthews_corrcoef(y, h)}
    results["cohen_kappa"] = {"value": sk.cohen_kappa_score(y, h)}
    if both:
        results["balanced_accuracy"] = {"value": sk.balanced_accuracy_score(y, h)}
        results["roc_auc"] = {"value": sk.roc_auc_score(y, s), "interval": delong(y, s)}
    if y.sum() > 0:
        results["average_precision"] = {"value": sk.average_precision_score(y, s)}
    if s.min() >= 0 and s.max() <= 1:
        results["log_loss"] = {"value": sk.log_loss(y, s, labels=[0, 1])}
        results["brier"] = {"value": sk.brier_score_loss(y, s, pos_label=1)}
        results["expected_calibration_error"] = {
            "value": calibration_error(y, s, "uniform"),
            "parameters": {"equalMassValue": calibration_error(y, s, "quantile")},
        }
    return results


def regression(y, s):
    if len(y) == 0:
        return {name: {"value": None} for name in ("mse", "rmse", "mae", "r2")}
    return {
        "mse": {"value": sk.mean_squared_error(y, s)},
        "rmse": {"value": sk.root_mean_squared_error(y, s)},
        "mae": {"value": sk.mean_absolute_error(y, s)},
        "r2": {"value": sk.r2_score(y, s) if len(np.unique(y)) > 1 else None},
    }


rates = {
    "selection_rate": lambda y, h: (int(h.sum()), len(h)),
    "true_positive_rate": lambda y, h: (int(h[y == 1].sum()), int((y == 1).sum())),
    "false_positive_rate": lambda y, h: (int(h[y == 0].sum()), int((y == 0).sum())),
}
compared = {
    "demographic_parity_difference": ["selection_rate"],
    "demographic_parity_ratio": ["selection_rate"],
    "equalized_odds_difference": ["true_positive_rate", "false_positive_rate"],
    "equalized_odds_ratio": ["true_positive_rate", "false_positive_rate"],
    "equal_opportunity_difference": ["true_positive_rate"],
}


def fairness(column, group, y, h, minima, literally):
    """With `literally`, by fairlearn's function of each name; else by one frame of its rates, which is how those functions do it, in a fifth of the time."""
    entries, pairs = [], []
    given = group.notna().to_numpy()
    group, y, h = group[given].to_numpy(), y[given], h[given]
    values = sorted(set(group))
    counts = {v: {rate: count(y[group == v], h[group == v]) for rate, count in rates.items()} for v in values}
    for value in values:
        for rate, (count, of) in counts[value].items():
            share = count / of if of else None
            if of and rate == "selection_rate":
                share = fair.selection_rate(y[group == value], h[group == value])
            if of and rate == "true_positive_rate":
                share = fair.true_positive_rate(y[group == value], h[group == value], pos_label=1) if len(set(y[group == value])) > 1 else share
            entries.append({"name": rate, "segment": {"column": column, "value": value}, "value": number(share), "interval": wilson(count, of)})
    included = [v for v in values if (group == v).sum() >= minima["size"] and (y[group == v] == 1).sum() >= minima["positives"]]
    keep = np.isin(group, included)
    by_group = None
    for name, looked_at in compared.items():
        value = None
        defined = len(included) >= 2 and all(counts[v][rate][1] > 0 for v in included for rate in looked_at)
        if defined and name.endswith("ratio"):
            defined = all(max(counts[v][rate][0] for v in included) > 0 for rate in looked_at)
        if defined:
            if by_group is None:
                by_group = fair.MetricFrame(metrics={rate: getattr(fair, rate) for rate in rates}, y_true=y[keep], y_pred=h[keep], sensitive_features=group[keep])
            if literally:
                value = getattr(fair, name)(y[keep], h[keep], sensitive_features=group[keep])
            elif name.endswith("ratio"):
                value = min(by_group.ratio(method="between_groups")[looked_at])
            else:
                value = max(by_group.difference(method="between_groups")[looked_at])
        entries.append({"name": name, "segment": {"column": column}, "value": number(value)})
    for rate in rates:
        for low, high in itertools.permutations(included, 2):
            (a, n), (b, m) = counts[low][rate], counts[high][rate]
            if n == 0 or m == 0 or a * m > b * n:
                continue
            table = [[a, n - a], [b, m - b]]
            pairs.append(
                {
                    "column": column, "rate": rate, "low": low, "high": high,
                    "difference": [float(x) for x in confint_proportions_2indep(b, m, a, n, compare="diff", method="newcomb")],
                    "ratio": None if a == 0 or b == 0 else [float(x) for x in confint_proportions_2indep(a, n, b, m, compare="ratio", method="log")],
                    "fisherP": float(stats.fisher_exact(table).pvalue),
                }
            )  # fmt: skip
    return entries, pairs


def binned(reference, current, reference_missing, current_missing):
    inner = np.unique(np.percentile(reference, np.linspace(0, 1, 11) * 100)[1:-1])
    r = np.bincount(np.searchsorted(inner, reference), minlength=len(inner) + 1).tolist()
    c = np.bincount(np.searchsorted(inner, current), minlength=len(inner) + 1).tolist()
    if reference_missing + current_missing > 0:
        r, c = [*r, reference_missing], [*c, current_missing]
    used = [i for i in range(len(r)) if r[i] + c[i] > 0]
    return np.array([r[i] for i in used], dtype=float), np.array([c[i] for i in used], dtype=float)


def merge_until_enough(r, c):
    """Neighbouring bins are merged, the emptiest first, until 80 % of the cells expect 5 rows."""
    table = np.array([r, c])
    while table.shape[1] > 1:
        expected = stats.contingency.expected_freq(table)
        if (expected >= 5).mean() >= 0.8:
            break
        sizes = table.sum(axis=0)
        i = int(np.argmin(sizes))
        left = sizes[i - 1] if i > 0 else np.inf
        right = sizes[i + 1] if i + 1 < len(sizes) else np.inf
        j = i - 1 if left <= right else i + 1
        first = min(i, j)
        table[:, first] += table[:, first + 1]
        table = np.delete(table, first + 1, axis=1)
    return table


def drift(reference, current, reference_missing, current_missing):
    names = ("psi", "ks", "wasserstein", "jensen_shannon", "chi2")
    if len(reference) == 0 or len(current) == 0:
        return {name: {"value": None} for name in names}
    r, c = binned(reference, current, reference_missing, current_missing)
    p, q = r / r.sum(), c / c.sum()
    p_floor, q_floor = np.where(p == 0, 1e-4, p), np.where(q == 0, 1e-4, q)
    table = merge_until_enough(r, c)
    if table.shape[1] > 1:
        test = stats.chi2_contingency(table, correction=False)
        chi2 = {
            "value": test.statistic,
            "parameters": {
                "pValue": float(test.pvalue),
                "degreesOfFreedom": int(test.dof),
                "cramersV": float(stats.contingency.association(table.astype(int), method="cramer")),
            },
        }
    else:
        chi2 = {"value": None}
    distance = stats.wasserstein_distance(reference, current)
    spread = np.std(reference) if reference.min() < reference.max() else 0
    return {
        "psi": {"value": float(np.sum((q_floor - p_floor) * np.log(q_floor / p_floor)))},
        "ks": {"value": stats.ks_2samp(reference, current).statistic},
        "wasserstein": {"value": distance, "parameters": {"normalisedByReferenceStandardDeviation": distance / spread if spread > 0 else None}},
        "jensen_shannon": {"value": jensenshannon(p, q)},
        "chi2": chi2,
    }


def spell(value):
    """Group values as text, as they stand in the file."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    return str(value)


def run(case):
    columns, minima, threshold = case["columns"], case["minima"], case["threshold"]
    entries, pairs, scores, missing = [], [], {}, {}
    for dataset, path in case["files"].items():
        data = pd.read_parquet(path)
        score = pd.to_numeric(data[columns["score"]]).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        label = data[columns["label"]].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        scores[dataset], missing[dataset] = score[~np.isnan(score)], int(np.isnan(score).sum())
        usable = ~np.isnan(score) & ~np.isnan(label)
        y, s = label[usable], score[usable]
        measured = regression(y, s) if case["task"] == "regression" else classification(y.astype(int), s, threshold)
        entries += [{"name": name, "dataset": dataset, "segment": None, **result} for name, result in measured.items()]
        if case["task"] == "regression":
            continue
        y, h = y.astype(int), (s >= threshold).astype(int)
        groups = {column: data[column][usable].astype(object).map(spell) for column in columns["protected"]}
        for left, right in itertools.combinations(columns["protected"], 2):
            crossed = groups[left] + " × " + groups[right]
            groups[f"{left} × {right}"] = crossed
        for column, group in groups.items():
            if group.notna().sum() == 0:
                continue
            found, between = fairness(column, group, y, h, minima, case["literally"])
            entries += [{"dataset": dataset, **entry} for entry in found]
            pairs += [{"dataset": dataset, **pair} for pair in between]
    measured = drift(scores["training"], scores["validation"], missing["training"], missing["validation"])
    entries += [{"name": name, "dataset": "validation", "segment": None, **result} for name, result in measured.items()]
    for entry in entries:
        entry["value"] = number(entry["value"])
    return {"metrics": entries, "pairs": pairs}


json.dump({case["name"]: run(case) for case in json.load(sys.stdin)["cases"]}, sys.stdout, allow_nan=False)
