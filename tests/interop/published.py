"""The networks of the published code in tests/data/phase_collapse."""

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from kymatio_learned.interop import load_phase_collapse_checkpoint
from kymatio_learned.models import LearnedScattering2D

DATA = Path(__file__).parents[1] / "data" / "phase_collapse"
CASES = sorted(folder.name for folder in DATA.iterdir() if folder.is_dir())


def read_vectors(case: str) -> dict[str, Any]:
    return torch.load(DATA / case / "vectors.pt", weights_only=True)


def read_options(case: str) -> dict[str, Any]:
    return json.loads((DATA / case / "args.json").read_text())


def read_state(case: str) -> dict[str, Tensor]:
    return torch.load(DATA / case / "checkpoint.pth.tar", weights_only=True)["state_dict"]


def load(case: str) -> LearnedScattering2D:
    shape = (24, 24) if case == "imagenet_power" else None
    folder = DATA / case
    return load_phase_collapse_checkpoint(
        folder / "checkpoint.pth.tar", folder / "args.json", shape=shape
    )


def save_and_load(
    folder: Path, state: dict[str, Any], options: Any, **arguments: Any
) -> LearnedScattering2D:
    """Write a checkpoint and its options as the published code does, and load them."""
    (folder / "args.json").write_text(json.dumps(options))
    torch.save({"epoch": 1, "state_dict": state}, folder / "checkpoint.pth.tar")
    return load_phase_collapse_checkpoint(
        folder / "checkpoint.pth.tar", folder / "args.json", **arguments
    )
