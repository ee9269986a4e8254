"""The command of the training scripts: train, continue, or score again."""

import shlex
import sys
import time
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.utilities import rank_zero_only

from ..models import LearnedScattering2D
from .arguments import DEFAULTS, GROUPS, MODEL_ARGUMENTS, PAPER_RECIPE, RECIPES, build_parser
from .classification_module import ClassificationModule
from .data.image_data_module import ImageDataModule
from .evaluate import evaluate
from .experiment import Config, build_data, new_network
from .freed_memory import keep_freed_memory
from .run_folder import RunFolder
from .train import train

# What may change when a run is continued or scored again; the rest belongs to the run.
CIRCUMSTANCES = {"data_dir", "num_workers", "devices"}
INTERRUPTED = 130  # the shell's status after Ctrl-C

say = rank_zero_only(print)


def main(argv: Sequence[str] | None = None, description: str | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv
        The arguments; by default those of the process.
    description
        First paragraph of the help.

    Returns
    -------
    int
        0, or 130 after Ctrl-C.

    Raises
    ------
    SystemExit
        With status 2 and one line on the error stream, when what is asked for cannot be done.
    """
    parser = build_parser(description)
    given = {name: v for name, v in vars(parser.parse_args(argv)).items() if v is not None}
    keep_freed_memory()
    try:
        if "evaluate" in given:
            _evaluate(given)
        elif "resume" in given:
            _resume(given)
        else:
            _begin(given)
    except (ValueError, TypeError, OSError) as error:
        parser.error(" ".join(str(error).split()))
    except KeyboardInterrupt:
        say("\nStopped.", file=sys.stderr)
        return INTERRUPTED
    return 0


def new_config(given: dict[str, Any]) -> Config:
    """Fill in what was not given: from the data set's recipe, else from the paper's.

    Parameters
    ----------
    given
        Options of the command line, by name.

    Returns
    -------
    dict
        Sections "data", "optimisation" and "run"; a data folder is there in full, so that the run
        can be continued from anywhere.
    """
    dataset = given.get("dataset", DEFAULTS["dataset"])
    options = DEFAULTS | PAPER_RECIPE | RECIPES.get(dataset, {}) | given
    if "data_dir" in given:
        options["data_dir"] = str(Path(given["data_dir"]).expanduser().absolute())
    return {group: {name: options.get(name) for name in names} for group, names in GROUPS.items()}


def _begin(given: dict[str, Any]) -> None:
    config = new_config(given)
    model = given.get("model", DEFAULTS["model"])
    date = time.strftime("%Y%m%d-%H%M%S")
    run = RunFolder(given.get("output_dir", f"runs/{config['data']['dataset']}-{model}-{date}"))
    rank_zero_only(run.check_unused)()
    data = build_data(config["data"], config["run"])
    arguments = {name: given[name] for name in MODEL_ARGUMENTS if name in given}
    pl.seed_everything(config["run"]["seed"], verbose=False)
    network = new_network(model, arguments, data.splits)
    config["model"] = network.config
    config["run"]["command"] = shlex.join(sys.argv)
    _train(run, config, data, network)


def _resume(given: dict[str, Any]) -> None:
    run, config = _existing("resume", given, also={"epochs"})
    planned, schedule = config["run"]["epochs"], config["optimisation"]["schedule"]
    epochs = given.get("epochs", planned)
    if epochs < planned or (epochs > planned and schedule != "step"):
        raise ValueError(
            f"a {schedule} run of {planned} epochs cannot be continued as one of {epochs}: "
            f"a run may only get longer, and only where the schedule is step"
        )
    config["run"]["epochs"] = epochs
    data = build_data(config["data"], config["run"])
    pl.seed_everything(config["run"]["seed"], verbose=False)
    _train(run, config, data, LearnedScattering2D(**config["model"]))


def _evaluate(given: dict[str, Any]) -> None:
    run, config = _existing("evaluate", given)
    data = build_data(config["data"], config["run"])
    module = _module(config, data, LearnedScattering2D(**config["model"]))
    options = {name: config["run"][name] for name in ("devices", "precision", "smoke")}
    _report(evaluate(module, data, run, **options))


def _existing(
    action: str, given: dict[str, Any], also: Set[str] = frozenset()
) -> tuple[RunFolder, Config]:
    """Read the configuration of a run, with the circumstances that are given now."""
    run = RunFolder(given[action])
    run.check_begun()
    config: Config = run.read_json("config.json")
    allowed = CIRCUMSTANCES | also
    if refused := sorted(given.keys() - allowed - {action}):
        raise ValueError(
            f"a run keeps its options: beside --{action} expected only {sorted(allowed)}, "
            f"got {refused}"
        )
    for section in config.values():
        section.update(
            {name: given[name] for name in section.keys() & given.keys() & CIRCUMSTANCES}
        )
    return run, config


def _module(
    config: Config, data: ImageDataModule, network: LearnedScattering2D
) -> ClassificationModule:
    n_classes = len(data.splits.classes)
    return ClassificationModule(network, n_classes=n_classes, **config["optimisation"])


def _train(
    run: RunFolder, config: Config, data: ImageDataModule, network: LearnedScattering2D
) -> None:
    module = _module(config, data, network)
    names = ("epochs", "eval_every", "devices", "precision", "smoke")
    options = {name: config["run"][name] for name in names}
    try:
        results = train(module, data, run, config=config, **options)
    except KeyboardInterrupt:
        say(f"\nFinished epochs are kept: --resume {run.path} goes on.", file=sys.stderr)
        raise
    _report(results)
    say(f"figures in {run.figures}, numbers in {run.path / 'results.json'}")


def _report(scores: Mapping[str, Any]) -> None:
    say(f"test accuracy {scores['accuracy']:.2%}, test loss {scores['loss']:.4f}")
