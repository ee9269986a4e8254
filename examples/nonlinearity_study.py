"""Compare the modulus with non-linearities that keep the phase.

The learned scattering network, with and without skip, and a residual network are trained with each
non-linearity, on the same images and by the same recipe, several times:

    python examples/nonlinearity_study.py --train-samples 10000 --seeds 3
    python examples/nonlinearity_study.py --dataset folder --data-dir <cifar10 as JPEG files>

Everything goes to runs/nonlinearity_study or --output-dir: a folder for each training, table.md, a
figure and results.json. A study that was stopped goes on with the same command. Several processes
may share it, each with its own --shard.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from kymatio_learned.layers.nonlinearity import NONLINEARITIES
from kymatio_learned.models.activations import ACTIVATIONS
from kymatio_learned.studies import Run, mean_and_spread, run_study, study_parser, train_once
from kymatio_learned.studies.recipes import SHORT_RECIPE, SHORT_RESNET_RECIPE

# Non-linearities whose bias and gain are learned, as in the published study, from its first values.
LEARNED = ("soft_threshold", "sigmoid", "power")
# What becomes of the phase, or of the sign of real channels. The rectifier is the sum of an even
# part, the modulus, and of an odd part, which keeps the sign.
PHASES = {
    "modulus": "collapses",
    "abs": "collapses",
    "dead_zone_abs": "collapses",
    "relu": "collapses in half",
}
COLOURS = {"collapses": "C0", "collapses in half": "C4", "is kept": "C3"}
NETWORKS = ("plain", "skip", "resnet20", "resnet20 without biases")


def plan(options: argparse.Namespace) -> list[Run]:
    """Return all trainings, one seed of every network after the other."""
    runs = []
    for seed in range(options.seeds):
        for network in options.networks:
            for nonlinearity in ACTIVATIONS if "resnet" in network else NONLINEARITIES:
                name = f"{network.replace(' ', '-')}/{nonlinearity}/seed{seed}"
                runs.append(Run(name, config(options, network, nonlinearity, seed)))
    return runs


def config(
    options: argparse.Namespace, network: str, nonlinearity: str, seed: int
) -> dict[str, Any]:
    """Return the configuration of one training."""
    arguments: dict[str, Any] = {"nonlinearity": nonlinearity}
    if "resnet" in network:
        arguments["bias"] = "without" not in network
    else:
        arguments |= {
            "J": len(options.channels),
            "octave_layers": len(options.channels),
            "L": options.L,
            "channels": options.channels,
            "skip": network == "skip",
            "learned_nonlinearity": nonlinearity in LEARNED,
        }
    return {
        "network": "resnet20" if "resnet" in network else "learned_scattering",
        "arguments": arguments,
        "train_samples": options.train_samples,
        "subset_seed": 0,
        "seed": seed,
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "augment": True,
        "optimisation": SHORT_RESNET_RECIPE if "resnet" in network else SHORT_RECIPE,
    }


def report(
    options: argparse.Namespace, results: dict[str, dict[str, Any]]
) -> tuple[list[dict[str, object]], dict[str, Figure]]:
    """Return the table and the figure."""
    accuracies: dict[tuple[str, str], list[float | None]] = {}
    for run in plan(options):
        if run.name in results:
            network, nonlinearity, _ = run.name.split("/")
            key = (network.replace("-", " "), nonlinearity)
            accuracies.setdefault(key, []).append(results[run.name]["accuracy"])
    rows: list[dict[str, object]] = [
        {
            "network": network,
            "non-linearity": nonlinearity,
            "phase or sign": phase(nonlinearity),
            "test accuracy (%)": mean_and_spread(values),
            "runs": len(values),
        }
        for (network, nonlinearity), values in accuracies.items()
    ]
    return rows, {"accuracies": draw(accuracies)}


def draw(accuracies: dict[tuple[str, str], list[float | None]]) -> Figure:
    """Draw each accuracy as a point, a panel a network."""
    networks = list(dict.fromkeys(network for network, _ in accuracies))
    figure = Figure(figsize=(3.2 * len(networks) + 1, 3.2), layout="constrained")
    panels = figure.subplots(1, len(networks), sharex=True, squeeze=False)[0] if networks else []
    for axes, network in zip(panels, networks, strict=True):
        names = [name for other, name in accuracies if other == network]
        for height, name in enumerate(reversed(names)):
            kept = [100 * a for a in accuracies[network, name] if a is not None]
            axes.plot(kept, [height] * len(kept), "o", color=COLOURS[phase(name)], alpha=0.6)
        axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in reversed(names)])
        axes.set(title=network, xlabel="test accuracy (%)")
        axes.grid(alpha=0.3, axis="x")
    shown = {phase(name) for _, name in accuracies}
    colours = {text: colour for text, colour in COLOURS.items() if text in shown}
    markers = [Line2D([], [], color=c, marker="o", linestyle="") for c in colours.values()]
    labels = [f"phase or sign {text}" for text in colours]
    figure.legend(markers, labels, loc="outside upper center", ncols=3, frameon=False, fontsize=9)
    return figure


def phase(nonlinearity: str) -> str:
    """Return what becomes of the phase."""
    return PHASES.get(nonlinearity, "is kept")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = study_parser("nonlinearity_study", __doc__, train_samples=10_000, epochs=16, seeds=3)
    add = parser.add_argument
    add("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS), help="(all)")
    add("--channels", type=int, nargs="+", metavar="K", default=[32, 64, 128, 256])
    add("--L", type=int, default=8, help="angles of the wavelets (8)")
    add("--batch-size", type=int, metavar="N", default=64, help="(64)")
    return run_study(
        parser,
        parser.parse_args(argv),
        plan=plan,
        execute=lambda config, folder, problem: train_once(config, problem, folder),
        report=report,
        smoke={
            "only": "*/[ma]*/*",
            "train_samples": 20,
            "epochs": 1,
            "seeds": 1,
            "channels": [4],
            "L": 2,
            "batch_size": 10,
        },
    )


if __name__ == "__main__":
    sys.exit(main())
