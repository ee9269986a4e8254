"""The command line of the training scripts."""

import argparse
from collections.abc import Callable
from typing import Any, NoReturn

from .. import models
from .data.datasets import DATASETS
from .schedule import SCHEDULES

# The recipe of the paper for CIFAR-10, and what is enough for the digits.
PAPER_RECIPE: dict[str, Any] = {
    "lr": 0.01,
    "momentum": 0.9,
    "weight_decay": 1e-4,
    "schedule": "step",
    "lr_step": 70,
    "label_smoothing": 0.0,
    "epochs": 300,
    "batch_size": 128,
}
RECIPES: dict[str, dict[str, Any]] = {
    "digits": {"lr": 0.02, "schedule": "one_cycle", "epochs": 10, "batch_size": 64},
    "imagenet": {"epochs": 150, "lr_step": 45},
}
DEFAULTS: dict[str, Any] = {
    "model": "small",
    "dataset": "digits",
    "augment": True,
    "accumulate": 1,
    "eval_every": 1,
    "keep_best": 1,
    "seed": 0,
    "devices": "auto",
    "num_nodes": 1,
    "strategy": "ddp",
    "precision": "32-true",
    "compile": False,
    "diagnostics": False,
    "smoke": False,
}
PRECISIONS = ("32-true", "64-true", "16-mixed", "bf16-mixed")
STRATEGIES = ("ddp", "fsdp")

# The options by their group, which is also their section in config.json.
GROUPS = {
    "data": (
        "dataset",
        "data_dir",
        "image_size",
        "classes",
        "train_samples",
        "augment",
        "num_workers",
    ),
    "optimisation": ("lr", "momentum", "weight_decay", "schedule", "lr_step", "label_smoothing"),
    "run": (
        "epochs",
        "batch_size",
        "accumulate",
        "eval_every",
        "checkpoint_every_steps",
        "keep_best",
        "freeze",
        "weights",
        "seed",
        "devices",
        "num_nodes",
        "strategy",
        "precision",
        "compile",
        "diagnostics",
        "smoke",
    ),
}
# What may change when a run is continued or scored again; the rest belongs to the run.
CIRCUMSTANCES = {
    "checkpoint_every_steps",
    "compile",
    "data_dir",
    "devices",
    "num_nodes",
    "num_workers",
    "strategy",
}
MODEL_ARGUMENTS = (
    "J",
    "L",
    "channels",
    "octave_layers",
    "full_circle",
    "skip",
    "nonlinearity",
    "bias",
    "gain",
    "learned_nonlinearity",
    "complex_mixing",
    "separate_orders",
    "avg_pool",
    "backend",
)


class ArgumentParser(argparse.ArgumentParser):
    """Say what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Leave with status 2."""
        self.exit(2, f"error: {message}\n")


def build_parser(description: str | None = None) -> ArgumentParser:
    """Build the parser; an option that is not given is None.

    Parameters
    ----------
    description
        First paragraph of the help.

    Returns
    -------
    ArgumentParser
        With the groups model, data, optimisation and run.
    """
    parser = ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    digits = RECIPES["digits"]
    paper = {name: f"{value}" for name, value in PAPER_RECIPE.items()}
    for name, value in digits.items():
        paper[name] += f"; {value} for the digits"

    group = parser.add_argument_group(
        "model", "A preset, and constructor arguments of LearnedScattering2D in place of its own."
    )
    add = group.add_argument
    yes: dict[str, Any] = {"action": "store_const", "const": True}
    no: dict[str, Any] = {"action": "store_const", "const": False}
    add(
        "--model", choices=[*models.PRESETS, "custom"], help="(small); custom needs --J, --channels"
    )
    add("--J", type=int, help="octaves: the scale is 2^J")
    add("--L", type=int, help="angles of the wavelets")
    add("--channels", type=int, nargs="+", metavar="K", help="output channels of each layer")
    add("--octave-layers", type=int, metavar="N", help="first octaves that are one layer, not two")
    add("--full-circle", **yes, help="angles over [0, 2 pi)")
    add("--skip", **yes, help="layers keep the linear coefficients too")
    add("--nonlinearity", help="modulus, soft_threshold, sigmoid, ...")
    add("--bias", type=float, help="bias of the non-linearity")
    add("--gain", type=float, help="gain of the non-linearity")
    add("--learned-nonlinearity", **yes, help="its bias and gain are learned")
    add("--real-mixing", **no, dest="complex_mixing", help="real matrices across channels")
    orders = "keep the numbers of moduli apart: block-triangular matrices"
    add("--separate-orders", **yes, help=orders)
    add(
        "--avg-pool",
        type=_int_or("global"),
        metavar="SIZE",
        help="pooling: global, or a kernel size",
    )
    add("--backend", help="how wavelets are computed")

    add = parser.add_argument_group("data").add_argument
    add("--dataset", choices=list(DATASETS), help="(digits)")
    add("--data-dir", metavar="DIR", help="where the data is; else torchvision's is downloaded")
    add("--image-size", type=int, metavar="N", help="bring images to N x N")
    classes = "train on the first N classes, or on those that FILE names, one a line"
    add("--classes", metavar="N|FILE", help=classes)
    add("--train-samples", type=int, metavar="N", help="train on a stratified subset of N images")
    add("--num-workers", type=int, metavar="N", help="processes that read images")
    add("--no-augment", **no, dest="augment", help="no random flips and crops")

    add = parser.add_argument_group(
        "optimisation", "By default the recipe of the paper."
    ).add_argument
    add("--lr", type=float, help=f"largest learning rate ({paper['lr']})")
    add("--momentum", type=float, help=f"({paper['momentum']})")
    add("--weight-decay", type=float, metavar="WEIGHT", help=f"({paper['weight_decay']})")
    add("--schedule", choices=SCHEDULES, help=f"of the learning rate ({paper['schedule']})")
    lr_step = f"epochs between divisions by 10, for step ({paper['lr_step']})"
    add("--lr-step", type=int, metavar="EPOCHS", help=lr_step)
    add("--label-smoothing", type=float, metavar="SHARE", help=f"({paper['label_smoothing']})")

    add = parser.add_argument_group("run").add_argument
    add("--epochs", type=int, help=f"({paper['epochs']})")
    add("--batch-size", type=int, metavar="N", help=f"images a batch ({paper['batch_size']})")
    add("--accumulate", type=int, metavar="N", help="batches a step of the optimizer (1)")
    add("--eval-every", type=int, metavar="EPOCHS", help="test after so many epochs (1)")
    checkpoints = "save the state within epochs too, after so many steps"
    add("--checkpoint-every-steps", type=int, metavar="STEPS", help=checkpoints)
    add("--keep-best", type=int, metavar="N", help="how many of the best epochs are kept (1)")
    freeze = "parts that do not learn: numbers of layers, from 0, and 'classifier'"
    add("--freeze", nargs="+", metavar="PART", help=freeze)
    weights = "begin with the weights of a checkpoint, as far as they fit; says what did not"
    add("--weights", metavar="FILE", help=weights)
    add("--seed", type=int, help="of weights, subset, order and augmentation (0)")
    add("--devices", type=_int_or("auto"), metavar="N", help="devices of each machine (auto)")
    add("--num-nodes", type=int, metavar="N", help="number of machines (1; torchrun tells it)")
    strategy = "several devices: copies of the network (ddp), or its parts on each (fsdp)"
    add("--strategy", choices=STRATEGIES, help=strategy)
    add("--precision", choices=PRECISIONS, help="(32-true)")
    add("--compile", **yes, help="compile the network with torch.compile")
    diagnostics = "write singular values and norms of each layer's matrix to diagnostics.csv"
    add("--diagnostics", **yes, help=diagnostics)
    add("--output-dir", metavar="RUN", help="run folder (runs/<dataset>-<model>-<date>)")
    add("--smoke", **yes, help="two tiny batches, to see that everything works")
    resume = "continue a run; auto: that in --output-dir, or begin it if there is none"
    add("--resume", metavar="RUN|auto", help=resume)
    add("--evaluate", metavar="RUN", help="score a run on its test images")
    return parser


def _int_or(word: str) -> Callable[[str], int | str]:
    def parse(text: str) -> int | str:
        return text if text == word else int(text)

    parse.__name__ = f"number or '{word}'"  # argparse: invalid number or 'auto' value: ...
    return parse
