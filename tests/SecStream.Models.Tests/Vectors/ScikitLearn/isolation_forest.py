"""ROC-AUC of scikit-learn's isolation forest on sets of rows, mean of seeds: prints {set: auc} as JSON.

Usage: isolation_forest.py SEEDS FILE.csv...   The last column of a file is the label, 1 is an anomaly; no header.
"""
import json
import os
import sys

import numpy
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score


def auc(rows, labels, seed):
    forest = IsolationForest(n_estimators=100, max_samples=min(256, len(rows)), random_state=seed, n_jobs=1)
    return roc_auc_score(labels, -forest.fit(rows).score_samples(rows))


figures = {}
for path in sys.argv[2:]:
    table = numpy.loadtxt(path, delimiter=",", ndmin=2)
    seeds = range(int(sys.argv[1]))
    figures[os.path.basename(path)] = float(numpy.mean([auc(table[:, :-1], table[:, -1], seed) for seed in seeds]))

json.dump(figures, sys.stdout)
