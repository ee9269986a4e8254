"""Learn from few images: 100, 500 or 1,000 of CIFAR-10.

The learned scattering network, with and without skip, is compared with a linear classifier of
Kymatio's scattering transform (J = 2, order 2, logistic regression, its strength chosen by
cross-validation) and with ResNet-20, on the same seeded subsets that keep the classes' shares:

    python examples/small_sample.py
    python examples/small_sample.py --dataset folder --data-dir <cifar10 as JPEG files>

The networks see the same number of images, whatever the size of the subset. Everything goes to
runs/small_sample or --output-dir: a folder for each run, table.md, a figure and results.json. A
study that was stopped goes on with the same command. Several processes may share it, each with its
own --shard.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor, nn

from kymatio_learned.analysis import layer_features, linear_probe
from kymatio_learned.analysis.layer_features import FloatArray
from kymatio_learned.layers import ScatteringTree
from kymatio_learned.studies import (
    Problem,
    Run,
    mean_and_spread,
    run_study,
    study_parser,
    train_once,
)
from kymatio_learned.studies.problem import normalised
from kymatio_learned.studies.recipes import SHORT_RECIPE, SHORT_RESNET_RECIPE
from kymatio_learned.training import RunFolder

METHODS = ("plain", "skip", "kymatio", "resnet20")
NAMES = {
    "plain": "learned scattering",
    "skip": "learned scattering, skip",
    "kymatio": "Kymatio scattering + linear",
    "resnet20": "ResNet-20",
}
# Of learned scattering: few images want much regularization.
RECIPE = {"lr": 0.03, "weight_decay": 1e-2}


def plan(options: argparse.Namespace) -> list[Run]:
    """Return all runs, one subset of every size after the other."""
    if min(options.sizes) < 1:
        raise ValueError(f"expected sizes of at least 1 image, got {options.sizes}")
    return [
        Run(f"{method}/{size}/subset{seed}", config(options, method, size, seed))
        for seed in range(options.subsets)
        for size in options.sizes
        for method in options.methods
    ]


def config(options: argparse.Namespace, method: str, size: int, seed: int) -> dict[str, Any]:
    """Return the configuration of one run."""
    if method == "kymatio":
        return {"J": options.kymatio_J, "L": 8, "train_samples": size, "subset_seed": seed}
    arguments: dict[str, Any] = {}
    recipe = SHORT_RESNET_RECIPE | {"weight_decay": 1e-3}
    if method != "resnet20":
        J = len(options.channels)
        arguments = {"J": J, "octave_layers": J, "L": options.L, "channels": options.channels}
        arguments["skip"] = method == "skip"
        recipe = {name: getattr(options, name) for name in RECIPE}
    return {
        "network": "resnet20" if method == "resnet20" else "learned_scattering",
        "arguments": arguments,
        "train_samples": size,
        "subset_seed": seed,
        "seed": seed,
        "epochs": max(1, options.images_seen // size),
        "batch_size": options.batch_size,
        "augment": True,
        "optimisation": SHORT_RECIPE | recipe,
    }


def execute(config: Mapping[str, Any], folder: RunFolder, problem: Problem) -> dict[str, Any]:
    """Do one run."""
    if "network" in config:
        return train_once(config, problem, folder)
    return probe_kymatio(config, problem)


def probe_kymatio(config: Mapping[str, Any], problem: Problem) -> dict[str, Any]:
    """Classify Kymatio's scattering coefficients by logistic regression."""
    splits = problem.splits(config["train_samples"], seed=config["subset_seed"])
    tree = scattering(splits.train.shape, config["J"], config["L"])
    probe = linear_probe(
        features(tree, normalised(splits, splits.train)),
        splits.train.labels,
        test_features(problem, tree),
        splits.test.labels,
        solver="logistic",
    )
    return {"accuracy": probe.test_accuracy, "train_accuracy": probe.train_accuracy}


@cache
def scattering(shape: tuple[int, int, int], J: int, L: int) -> nn.Module:
    """Return Kymatio's transform."""
    channels, *size = shape
    return nn.Sequential(ScatteringTree(channels, size, J=J, L=L))


@cache
def test_features(problem: Problem, tree: nn.Module) -> FloatArray:
    """Return the coefficients of the test images, computed once."""
    splits = problem.splits()
    return features(tree, normalised(splits, splits.test))


def features(tree: nn.Module, images: Tensor) -> FloatArray:
    """Return the coefficients of images, ``(n, d)``."""
    return layer_features(tree, images)["0"]


def report(
    options: argparse.Namespace, results: dict[str, dict[str, Any]]
) -> tuple[list[dict[str, object]], dict[str, Figure]]:
    """Return the table and the figure."""
    accuracies: dict[str, dict[int, list[float | None]]] = {}
    for name, result in results.items():
        method, size, _ = name.split("/")
        accuracies.setdefault(method, {}).setdefault(int(size), []).append(result["accuracy"])
    rows: list[dict[str, object]] = [
        {
            "method": NAMES[method],
            **{f"{n} images (%)": mean_and_spread(sizes.get(n, [])) for n in options.sizes},
            "subsets": least_to_most([len(values) for values in sizes.values()]),
        }
        for method, sizes in accuracies.items()
    ]
    return rows, {"accuracies": draw(accuracies)}


def least_to_most(counts: Sequence[int]) -> str:
    """Return one number where all are the same, else the least and the most: "2 to 3"."""
    return " to ".join(dict.fromkeys(str(bound(counts)) for bound in (min, max)))


def draw(accuracies: dict[str, dict[int, list[float | None]]]) -> Figure:
    """Draw the mean accuracy against the number of images, with one standard deviation."""
    figure = Figure(figsize=(5, 3.6), layout="constrained")
    axes = figure.subplots()
    for method, sizes in accuracies.items():
        kept = {n: [100 * a for a in values if a is not None] for n, values in sizes.items()}
        numbers = sorted(n for n, values in kept.items() if values)
        means = [float(np.mean(kept[n])) for n in numbers]
        deviations = [float(np.std(kept[n], ddof=1)) if len(kept[n]) > 1 else 0.0 for n in numbers]
        axes.errorbar(numbers, means, deviations, fmt="o-", capsize=3, label=NAMES[method])
    axes.set(xlabel="training images", ylabel="test accuracy (%)", xscale="log")
    ticks = sorted({n for sizes in accuracies.values() for n in sizes})
    axes.set_xticks(ticks, [f"{n:,}" for n in ticks])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize=8)
    return figure


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = study_parser("small_sample", __doc__)
    add = parser.add_argument
    add("--sizes", type=int, nargs="+", metavar="N", default=[100, 500, 1000])
    add("--subsets", type=int, metavar="N", default=10, help="subsets of each size (10)")
    add("--methods", nargs="+", choices=METHODS, default=list(METHODS), help="(all)")
    add(
        "--images-seen",
        type=int,
        metavar="N",
        default=32_000,
        help="epochs times images of each training (32000)",
    )
    add("--batch-size", type=int, metavar="N", default=50, help="(50)")
    add("--channels", type=int, nargs="+", metavar="K", default=[64, 128, 256])
    add("--L", type=int, default=8, help="angles of the wavelets (8)")
    add("--kymatio-J", type=int, default=2, help="octaves of Kymatio's transform (2)")
    for name, value in RECIPE.items():
        option = f"--{name.replace('_', '-')}"
        add(option, type=float, metavar="X", default=value, help=f"of learned scattering ({value})")
    return run_study(
        parser,
        parser.parse_args(argv),
        plan=plan,
        execute=execute,
        report=report,
        smoke={
            "sizes": [40],
            "subsets": 1,
            "images_seen": 40,
            "batch_size": 10,
            "channels": [4],
            "L": 2,
        },
    )


if __name__ == "__main__":
    sys.exit(main())
