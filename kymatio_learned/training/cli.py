"""The command of the training scripts: train, continue, or score again."""

import shlex
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.utilities import rank_zero_only
from pytorch_lightning.utilities.exceptions import SIGTERMException
from pytorch_lightning.utilities.memory import is_oom_error

from ..freed_memory import keep_freed_memory
from ..models import LearnedScattering2D
from .arguments import DEFAULTS, MODEL_ARGUMENTS, build_parser
from .checkpoints import checkpoint_files
from .classification_module import ClassificationModule
from .configuration import Config, existing_config, new_config, same_config
from .data.image_data_module import ImageDataModule
from .evaluate import evaluate
from .experiment import build_data, new_network
from .fine_control import freeze, load_fitting_weights
from .run_folder import RunFolder
from .train import train

INTERRUPTED = 128 + signal.SIGINT  # the shell's status after Ctrl-C
TERMINATED = 128 + signal.SIGTERM
FAILED = 1

say = rank_zero_only(print)


def main(
    argv: Sequence[str] | None = None,
    description: str | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> int:
    """Run the command line.

    Parameters
    ----------
    argv
        The arguments; by default those of the process.
    description
        First paragraph of the help.
    defaults
        Options that this script has another default for, by name.

    Returns
    -------
    int
        0; 1 where the training came to an end by itself (values that are not finite); 130 after
        Ctrl-C; 143 after SIGTERM, when the state is saved and ``--resume`` goes on.

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
        elif given.get("resume") == "auto":
            _resume_or_begin({**(defaults or {}), **given})
        elif "resume" in given:
            _resume(given)
        else:
            _begin({**(defaults or {}), **given})
    except FloatingPointError as error:
        print(f"error: {_one_line(error)}", file=sys.stderr)  # it may be of one process only
        return FAILED
    except (ValueError, TypeError, OSError) as error:
        parser.error(_one_line(error))
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not is_oom_error(error):
            raise
        parser.error(f"not enough memory: {_one_line(error)}")
    except KeyboardInterrupt:
        say("\nStopped.", file=sys.stderr)
        return INTERRUPTED
    except SIGTERMException:
        say("Stopped by SIGTERM; the state is saved.", file=sys.stderr)
        return TERMINATED
    return 0


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
    if config["run"]["weights"] is not None:
        say(load_fitting_weights(network, config["run"]["weights"]))
    config["model"] = network.config
    config["run"]["command"] = shlex.join(sys.argv)
    _train(run, config, data, network)


def _resume(given: dict[str, Any]) -> None:
    run = RunFolder(given["resume"])
    config = existing_config(run, "resume", given, also={"epochs"})
    planned, schedule = config["run"]["epochs"], config["optimisation"]["schedule"]
    epochs = given.get("epochs", planned)
    if epochs < planned or (epochs > planned and schedule != "step"):
        raise ValueError(
            f"a {schedule} run of {planned} epochs cannot be continued as one of {epochs}: "
            f"a run may only get longer, and only where the schedule is step"
        )
    config["run"]["epochs"] = epochs
    _go_on(run, config)


def _resume_or_begin(given: dict[str, Any]) -> None:
    if "output_dir" not in given:
        raise ValueError("--resume auto needs the run's folder: --output-dir RUN")
    run = RunFolder(given["output_dir"])
    if run.is_begun:
        _go_on(run, same_config(run, given))
    else:
        _begin(given)


def _go_on(run: RunFolder, config: Config) -> None:
    data = build_data(config["data"], config["run"])
    pl.seed_everything(config["run"]["seed"], verbose=False)
    network = LearnedScattering2D(**config["model"])
    if config["run"]["weights"] is not None and not checkpoint_files(run.checkpoints):
        say(load_fitting_weights(network, config["run"]["weights"]))
    _train(run, config, data, network)


def _evaluate(given: dict[str, Any]) -> None:
    run = RunFolder(given["evaluate"])
    config = existing_config(run, "evaluate", given)
    data = build_data(config["data"], config["run"])
    module = _module(config, data, LearnedScattering2D(**config["model"]))
    names = ("devices", "num_nodes", "strategy", "precision", "smoke")
    options = {name: config["run"][name] for name in names}
    _report(evaluate(module, data, run, **options))


def _module(
    config: Config, data: ImageDataModule, network: LearnedScattering2D
) -> ClassificationModule:
    n_classes = len(data.splits.classes)
    module = ClassificationModule(network, n_classes=n_classes, **config["optimisation"])
    freeze(network, config["run"]["freeze"] or ())
    if config["run"]["compile"]:
        network.compile()
    return module


def _train(
    run: RunFolder, config: Config, data: ImageDataModule, network: LearnedScattering2D
) -> None:
    module = _module(config, data, network)
    other = {"batch_size", "seed", "freeze", "weights", "compile", "command"}
    options = {name: value for name, value in config["run"].items() if name not in other}
    try:
        results = train(module, data, run, config=config, **options)
    except KeyboardInterrupt:
        say(f"\nFinished epochs are kept: --resume {run.path} goes on.", file=sys.stderr)
        raise
    except SIGTERMException:
        say(f"\n--resume {run.path} goes on.", file=sys.stderr)
        raise
    _report(results)
    say(f"figures in {run.figures}, numbers in {run.path / 'results.json'}")


def _report(scores: Mapping[str, Any]) -> None:
    say(f"test accuracy {scores['accuracy']:.2%}, test loss {scores['loss']:.4f}")


def _one_line(error: Exception) -> str:
    """Give the message; that of a worker process comes with a traceback, of which it is the end."""
    text = str(error)
    if "Original Traceback" in text:
        text = text.strip().splitlines()[-1].partition(": ")[2]
    return " ".join(text.split())
