"""Reproduce the tables of the papers, at full scale or at a small one.

Guth, Zarka, Mallat, "Phase collapse in neural networks", ICLR 2022:

    --table 1              a scattering tree, learned scattering without and with skip, a ResNet
    --table 2              learned scattering with each non-linearity, without and with skip
    --table 3              a ResNet without biases, with each non-linearity

Zarka, Guth, Mallat, "Separation and concentration in deep networks", ICLR 2021:

    --table two-layer      concentrations of patches, each non-linearity, and a scattering tree
    --table concentration  a scattering tree, learned projections, without and with concentrations,
                           and a ResNet

With --full they have the sizes and the recipes of the published code, on CIFAR-10 or, with
--dataset, on MNIST (two-layer) or ImageNet (1, concentration; always for 3). That is work for GPUs:

    python examples/reproduce.py --table 1 --full
    python examples/reproduce.py --table 1 --full --dataset imagenet --data-dir <imagenet>

Without it, small networks learn 2,000 images in 30 epochs, ResNet-20 in the place of ResNet-18:
minutes on a CPU for each training. Small runs show the method, not the numbers of the papers.

Everything goes to a folder of the table in runs/reproduce or --output-dir: a folder for each
training, table.md, a figure and results.json. What was stopped goes on with the same command.
Several processes may share it, each with its own --shard and GPU.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from kymatio_learned.studies import Run, mean_and_spread, run_study, study_parser, train_once
from kymatio_learned.studies.recipes import PAPER_RECIPE, SHORT_RECIPE, SHORT_RESNET_RECIPE

TABLES = ("1", "2", "3", "two-layer", "concentration")
# The non-linearities of table 2, with the first values of what they learn, and of table 3.
TABLE_2: dict[str, dict[str, Any]] = {
    "modulus": {},
    "soft_threshold": {"bias": 0.1, "learned_nonlinearity": True},
    "sigmoid": {"gain": 1.0, "bias": 0.0, "learned_nonlinearity": True},
    "unit_modulus": {},
    "tanh": {},
}
TABLE_3 = ("relu", "abs", "soft_threshold", "tanh", "softsign")
# Those of frames.
CONCENTRATIONS = ("relu", "soft_threshold", "modulus")
VARIANTS = ("tree", "projection", "concentration")

# Epochs, batch size and what differs from PAPER_RECIPE, at full scale: on ImageNet and elsewhere.
FULL_IMAGENET: dict[str, tuple[int, int, dict[str, Any]]] = {
    "resnet18": (90, 256, {"lr": 0.1, "lr_step": 30}),
    "learned_scattering": (150, 128, {"lr_step": 45}),
    **dict.fromkeys(VARIANTS, (200, 128, {"lr_step": 60})),
}
FULL: dict[str, tuple[int, int, dict[str, Any]]] = {
    "resnet20": (300, 128, {"lr": 0.1, "lr_step": 100}),
    **dict.fromkeys(("learned_scattering", "patches", *VARIANTS), (300, 128, {})),
}
# At the small scale.
SMALL_ARGUMENTS: dict[str, dict[str, Any]] = {
    "projection": {"channels": [32, 64, 128, 256]},
    "concentration": {"channels": [32, 64, 128, 256], "widths": [128, 256, 512, 1024]},
    "patches": {"width": 1024},
}

Row = tuple[str, dict[str, Any]]


def plan(options: argparse.Namespace) -> list[Run]:
    """Return all trainings, one seed of every row after the other."""
    data = options.dataset if options.dataset in ("mnist", "imagenet") else "cifar10"
    if data == "imagenet" and (options.table == "two-layer" or not options.full):
        raise ValueError("expected other data: ImageNet comes with --full, but for two layers")
    return [
        Run(f"{name}/seed{seed}", config(options, data, kind, arguments, seed))
        for seed in range(options.seeds)
        for name, (kind, arguments) in rows(options, data).items()
    ]


def rows(options: argparse.Namespace, data: str) -> dict[str, Row]:
    """Return the networks of a table: their kinds and arguments, by the names of the rows."""
    resnet = "resnet18" if data == "imagenet" else "resnet20"
    if options.table == "1":
        return {
            "scattering-tree": ("tree", {}),
            "learned-scattering": ("learned_scattering", {}),
            "learned-scattering-skip": ("learned_scattering", {"skip": True}),
            resnet: (resnet, {}),
        }
    if options.table == "2":
        return {
            f"{name}{'-skip' if skip else ''}": (
                "learned_scattering",
                {"nonlinearity": name, "skip": skip, **arguments},
            )
            for skip in (False, True)
            for name, arguments in TABLE_2.items()
        }
    if options.table == "3":
        return {name: (resnet, {"nonlinearity": name, "bias": False}) for name in TABLE_3}
    tree: dict[str, Row] = {"scattering-tree": ("tree", {})}
    if options.table == "two-layer":
        return {
            f"patches-{name}": ("patches", {"nonlinearity": name}) for name in CONCENTRATIONS
        } | tree
    concentrations: dict[str, Row] = {
        f"concentration-{name}": ("concentration", {"nonlinearity": name})
        for name in CONCENTRATIONS[:2]
    }
    return tree | {"projection": ("projection", {})} | concentrations | {resnet: (resnet, {})}


def config(
    options: argparse.Namespace, data: str, kind: str, arguments: dict[str, Any], seed: int
) -> dict[str, Any]:
    """Return the configuration of one training."""
    network, preset = kind, "imagenet" if data == "imagenet" else "cifar10"
    if kind == "learned_scattering":
        network = f"learned_scattering_{preset if options.full else 'small'}"
    elif kind == "patches":
        network = f"patch_concentration_{data}"
    elif kind in VARIANTS:
        network, arguments = f"separation_concentration_{preset}", {"variant": kind, **arguments}
    if options.full:
        epochs, batch_size, changes = (FULL_IMAGENET if data == "imagenet" else FULL)[kind]
        recipe = PAPER_RECIPE | changes
    else:
        epochs, batch_size = options.epochs, 64
        recipe = SHORT_RESNET_RECIPE if kind.startswith("resnet") else SHORT_RECIPE
        arguments = arguments | SMALL_ARGUMENTS.get(kind, {})
    return {
        "network": network,
        "arguments": arguments,
        "train_samples": None if options.full else options.train_samples,
        "subset_seed": 0,
        "seed": seed,
        "epochs": epochs,
        "batch_size": batch_size,
        "augment": True,
        "optimisation": recipe,
    }


def report(
    options: argparse.Namespace, results: dict[str, dict[str, Any]]
) -> tuple[list[dict[str, object]], dict[str, Figure]]:
    """Return the table and the figure."""
    errors: dict[str, list[float | None]] = {}
    for name, result in results.items():
        accuracy = result["accuracy"]
        errors.setdefault(name.split("/")[0], []).append(None if accuracy is None else 1 - accuracy)
    table: list[dict[str, object]] = [
        {"network": name, "test error (%)": mean_and_spread(values), "runs": len(values)}
        for name, values in errors.items()
    ]
    figure = Figure(figsize=(5, 0.4 * len(errors) + 1.2), layout="constrained")
    axes = figure.subplots()
    for height, values in enumerate(reversed(errors.values())):
        kept = [100 * value for value in values if value is not None]
        axes.plot(kept, [height] * len(kept), "o", color="C0", alpha=0.6)
    axes.set_yticks(range(len(errors)), [name.replace("-", " ") for name in reversed(errors)])
    axes.set(xlabel="test error (%)")
    axes.grid(alpha=0.3, axis="x")
    return table, {"errors": figure}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = study_parser("reproduce", __doc__, train_samples=2000, epochs=30, seeds=1)
    parser.add_argument("--table", choices=TABLES, required=True)
    parser.add_argument("--full", action="store_true", help="the scale of the papers, for GPUs")
    options = parser.parse_args(argv)
    options.output_dir = f"{options.output_dir}/table-{options.table}"
    if options.full and options.table == "3":
        options.dataset = "imagenet"
    return run_study(
        parser,
        options,
        plan=plan,
        execute=lambda config, folder, problem: train_once(config, problem, folder),
        report=report,
        smoke={"train_samples": 20, "epochs": 1, "full": False},
    )


if __name__ == "__main__":
    sys.exit(main())
