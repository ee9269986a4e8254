"""Measure how networks separate classes, layer by layer.

Trains learned scattering networks with the modulus and with a soft threshold, and separation and
concentration networks with and without their concentrations; then measures of each layer the
accuracy of a linear probe, the Fisher ratio, neural collapse, and the effect of small translations
and deformations. The same networks before training, a cascade of phase-collapse operators and
Kymatio's scattering transform are the baselines:

    python examples/separation_study.py
    python examples/separation_study.py --dataset folder --data-dir <cifar10 as JPEG files>

Everything goes to runs/separation_study or --output-dir: a folder for each network, table.md,
figures and results.json. A study that was stopped goes on with the same command. Several processes
may share it, each with its own --shard.
"""

import argparse
import sys
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from kymatio_learned.analysis import (
    LayerSeparation,
    PhaseCollapseCascade,
    changes_by_depth,
    classifier_collapse,
    layer_changes,
    layer_separation,
    random_deformation,
    separation_by_depth,
    translate,
    warp,
)
from kymatio_learned.layers import ScatteringTree
from kymatio_learned.studies import (
    Problem,
    Run,
    build_network,
    mean_and_spread,
    run_study,
    study_parser,
    train_once,
)
from kymatio_learned.studies.problem import normalised
from kymatio_learned.studies.recipes import SHORT_RECIPE
from kymatio_learned.training import ImageSplits, RunFolder, stratified_subset

# Smoothed labels would keep the classes from collapsing.
RECIPE = SHORT_RECIPE | {"label_smoothing": 0.0}
LEARNED: dict[str, dict[str, Any]] = {
    "modulus": {"nonlinearity": "modulus"},
    "soft threshold": {"nonlinearity": "soft_threshold", "learned_nonlinearity": True},
    "modulus, skip": {"nonlinearity": "modulus", "skip": True},
    "soft threshold, skip": {
        "nonlinearity": "soft_threshold",
        "learned_nonlinearity": True,
        "skip": True,
    },
}
CONCENTRATING = ("projection", "concentration")
BASELINES = ("untrained modulus", "untrained soft threshold", "cascade", "kymatio")
CHANGES = {
    "translation by 1 pixel": lambda x: translate(x, (0, 1)),
    "translation by 2 pixels": lambda x: translate(x, (0, 2)),
    "deformation by 10 %": lambda x: warp(x, random_deformation(tuple(x.shape[-2:]), 0.1)),
}


# Of a layer, on test images, but for the classifier: of what comes into it, on training images.
MEASURES = {
    "fisher_ratio": "Fisher ratio",
    "nc1": "NC1",
    "nc2_norms": "NC2 norms",
    "nc2_angles": "NC2 angles",
    "nc3": "NC3",
    "nc4": "NC4",
}


def plan(options: argparse.Namespace) -> list[Run]:
    """Return all networks, one seed after the other; those that learn nothing come once."""
    return [
        Run(f"{name.replace(', ', '-').replace(' ', '-')}/seed{seed}", config(options, name, seed))
        for seed in range(options.seeds)
        for name in (*LEARNED, *CONCENTRATING, *BASELINES)
        if seed == 0 or name not in ("cascade", "kymatio")
    ]


def config(options: argparse.Namespace, name: str, seed: int) -> dict[str, Any]:
    """Return the configuration of one network."""
    J = len(options.channels)
    arguments: dict[str, Any] = {"J": J, "L": options.L, "channels": options.channels}
    kind = "learned_scattering"
    if name in CONCENTRATING:
        kind = "separation_concentration"
        if name == "concentration":
            arguments["widths"] = [options.redundancy * K for K in options.channels]
    elif name in ("cascade", "kymatio"):
        kind = name
        arguments = {"J": min(J, 2), "L": options.L}  # more octaves have too many channels
    else:
        arguments |= {"octave_layers": J, **LEARNED[name.removeprefix("untrained ")]}
    return {
        "network": kind,
        "arguments": arguments,
        "train_samples": options.train_samples,
        "subset_seed": 0,
        "seed": seed,
        "epochs": 0 if name in BASELINES else options.epochs,
        "batch_size": options.batch_size,
        "augment": True,
        "optimisation": RECIPE,
        "probe_samples": options.probe_samples,
    }


def execute(config: Mapping[str, Any], folder: RunFolder, problem: Problem) -> dict[str, Any]:
    """Train a network, unless it is a baseline, and measure its layers."""
    splits = problem.splits(config["train_samples"], seed=config["subset_seed"])
    pl.seed_everything(config["seed"], verbose=False)
    network = build(config, splits)
    results: dict[str, Any] = {"accuracy": None}
    if config["epochs"]:
        results = train_once(config, problem, folder, keep_network=True)
        if results["accuracy"] is None:  # it diverged
            return results
        network.load_state_dict(torch.load(folder.path / "network.pt", weights_only=True))
    return results | measure(network, splits, config)


def build(config: Mapping[str, Any], splits: ImageSplits) -> nn.Module:
    """Build a network for the images."""
    channels, *size = splits.train.shape
    if config["network"] == "cascade":
        return PhaseCollapseCascade(shape=size, **config["arguments"])
    if config["network"] == "kymatio":
        tree = ScatteringTree(channels, size, **config["arguments"])
        return nn.Sequential(OrderedDict(transform=tree))
    return build_network(config["network"], config["arguments"], splits)


def measure(network: nn.Module, splits: ImageSplits, config: Mapping[str, Any]) -> dict[str, Any]:
    """Measure the layers of a network on training and test images."""
    (train, train_labels), (test, test_labels) = (
        subset(splits, images, config["probe_samples"]) for images in (splits.train, splits.test)
    )
    rows = layer_separation(
        network,
        train,
        train_labels,
        test,
        test_labels,
        progress=lambda row: print(f"    {row.layer}: probe {row.probe_accuracy:.2%}", flush=True),
    )
    measures: dict[str, Any] = {
        "layers": [asdict(row) for row in rows],
        "changes": layer_changes(network, test[:500], CHANGES),
    }
    if any(isinstance(module, nn.Linear) for module in network.modules()):
        for name, images, labels in (("train", train, train_labels), ("test", test, test_labels)):
            measures[f"{name}_collapse"] = asdict(classifier_collapse(network, images, labels))
    return measures


def subset(splits: ImageSplits, images: Any, n: int) -> tuple[Tensor, Tensor]:
    """Return some images as a network sees them, and their labels."""
    chosen = images.select(stratified_subset(images.labels, min(n, len(images))).tolist())
    return normalised(splits, chosen), chosen.labels


def report(
    options: argparse.Namespace, results: dict[str, dict[str, Any]]
) -> tuple[list[dict[str, object]], dict[str, Figure]]:
    """Return the table and the figures."""
    runs: dict[str, list[dict[str, Any]]] = {}
    for name, result in results.items():
        runs.setdefault(name.split("/")[0].replace("-", " "), []).append(result)
    rows = [row for name, group in runs.items() for row in table_rows(name, group)]
    # All networks have the same images, which come once.
    images = [row for row in rows if row["layer"] == "input"][:1]
    rows = images + [row for row in rows if row["layer"] != "input"]
    measured = {name: [run for run in group if "layers" in run] for name, group in runs.items()}
    measured = {name: group for name, group in measured.items() if group}
    if not measured:
        return rows, {}
    lists = {
        name: [[LayerSeparation(**row) for row in run["layers"]] for run in group]
        for name, group in measured.items()
    }
    changes = {name: group[0]["changes"] for name, group in measured.items()}
    return rows, {"separation": separation_by_depth(lists), "changes": changes_by_depth(changes)}


def table_rows(name: str, runs: Sequence[dict[str, Any]]) -> list[dict[str, object]]:
    """Return a row for each layer of a network, and one for what comes into its classifier."""
    measured = [run for run in runs if "layers" in run]  # the others diverged
    layers = [list(layer) for layer in zip(*(run["layers"] for run in measured), strict=True)]
    rows = [
        {"network": name if layer[0]["layer"] != "input" else "", "layer": layer[0]["layer"]}
        | {"accuracy (%)": mean_and_spread([row["probe_accuracy"] for row in layer])}
        | {label: mean(layer, key) for key, label in MEASURES.items()}
        for layer in layers
    ]
    if any("loss" in run or "diverged" in run for run in runs):  # it was trained
        collapse = [run["train_collapse"] for run in measured]
        rows.append(
            {"network": name, "layer": "classifier"}
            | {"accuracy (%)": mean_and_spread([run["accuracy"] for run in runs])}
            | {label: mean(collapse, key) for key, label in MEASURES.items()}
        )
    return [row | {"runs": len(runs)} for row in rows]


def mean(measures: Sequence[Mapping[str, float]], key: str) -> str:
    """Return the mean of a measure, or nothing where it was not taken."""
    values = [row[key] for row in measures if key in row]
    return f"{np.mean(values):.3g}" if values else ""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = study_parser("separation_study", __doc__, train_samples=10_000, epochs=16, seeds=1)
    add = parser.add_argument
    add("--channels", type=int, nargs="+", metavar="K", default=[32, 64, 128, 256])
    add("--redundancy", type=int, metavar="N", default=4, help="vectors of a frame by channel (4)")
    add("--L", type=int, default=8, help="angles of the wavelets (8)")
    add("--batch-size", type=int, metavar="N", default=64, help="(64)")
    add(
        "--probe-samples",
        type=int,
        metavar="N",
        default=4000,
        help="images to train the probes on, and to test them (4000)",
    )
    return run_study(
        parser,
        parser.parse_args(argv),
        plan=plan,
        execute=execute,
        report=report,
        smoke={
            "only": "[mcku]*",
            "train_samples": 60,
            "epochs": 1,
            "seeds": 1,
            "channels": [4],
            "L": 2,
            "batch_size": 20,
            "probe_samples": 60,
        },
    )


if __name__ == "__main__":
    sys.exit(main())
