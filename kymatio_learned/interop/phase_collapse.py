"""Reads the checkpoints of the code published with *Phase collapse in neural networks*."""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..layers import LearnedScatteringLayer
from ..models import LearnedScattering2D

_NONLINEARITIES = {
    "mod": "modulus",
    "cst": "soft_threshold",
    "ms": "sigmoid",
    "mc": "unit_modulus",
    "tanh": "tanh",
    "pow": "power",
}
# The parameters that each non-linearity reads; the published code stores both for all.
_PARAMETERS = {"cst": ("bias",), "ms": ("bias", "gain"), "pow": ("bias", "gain")}
_DATASETS = {"cifar10": (3, 32, 10), "cifar100": (3, 32, 100), "mnist": (1, 28, 10)}
# Options that change the network, at the only values that are read here.
_REQUIRED: dict[str, Any] = {
    "scattering_J": 1,
    "scattering_scales_per_octave": 1,
    "scattering_wph": 1,
    "scattering_order2": False,
    "L_kernel_size": 1,
    "remove_L": False,
    "first_arch": [],
    "last_arch": [],
    "phi_arch": [],
    "linear_arch": [],
    "non_linear_arch": [],
    "left_arch": [],
    "right_arch": [],
    "separate_orders": False,
    "separate_freqs": False,
    "separate_angles": False,
    "separate_packets": False,
    "separation_sizes": [],
    "diagonal_analysis": False,
    "mix_input": False,
    "complex": False,
    "classifier_type": "fc",
}


def load_phase_collapse_checkpoint(
    checkpoint: str | os.PathLike[str],
    args: str | os.PathLike[str],
    *,
    shape: tuple[int, int] | None = None,
) -> LearnedScattering2D:
    """Load a network that the published code trained.

    Parameters
    ----------
    checkpoint
        Path of the ``.pth.tar`` file.
    args
        Path of the ``args.json`` file that was written with it.
    shape
        Size ``(M, N)`` of the images that the network was built for; by default that of the
        dataset named in `args`.

    Returns
    -------
    LearnedScattering2D
        The equal network with its classifier, in evaluation mode.

    Raises
    ------
    ValueError
        If the options are of a network that this package does not have, if the files do not
        belong together, or if the checkpoint is not a file of tensors and plain values: it is
        never unpickled.
    FileNotFoundError
        If a file is missing.

    Notes
    -----
    The published ``run.py`` names the networks with and without skip the wrong way round; the
    architecture in `args` decides. The operator is built anew, the filters of the checkpoint
    are not read.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022; the repository
    FlorentinGuth/PhaseCollapse.
    """
    options = _read_options(Path(args))
    state = _StateReader(_read_state(Path(checkpoint)), checkpoint)
    net = LearnedScattering2D(**_arguments(options, shape, state))
    for index, layer in enumerate(net.layers):
        _load_layer(layer, state, f"module.{index + 1}.module")
    _load_classifier(net, state)
    state.check_all_read()
    return net.eval()


def _read_options(path: Path) -> dict[str, Any]:
    """Read ``args.json``."""
    try:
        options = json.loads(path.read_text())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"expected {path} to be a JSON file of options: {error}") from None
    if not isinstance(options, dict) or "n_blocks" not in options:
        raise ValueError(f"expected {path} to hold the options of a network, with n_blocks")
    return options


def _arguments(
    options: dict[str, Any], shape: tuple[int, int] | None, state: "_StateReader"
) -> dict[str, Any]:
    """Translate the published options to the arguments of `LearnedScattering2D`."""
    n_blocks = options["n_blocks"]
    for name, required in _REQUIRED.items():
        if name in options:
            value = _common(options, name)
            if value is not None and value != required:
                raise ValueError(f"expected {name} to be {required!r}, got {options[name]!r}")
    skip, weights = _architecture(options)
    sizes = options.get(f"{weights}_size") or []
    if len(sizes) != n_blocks or not all(re.fullmatch(r"\d+", str(size)) for size in sizes):
        raise ValueError(f"expected {n_blocks} integers in {weights}_size, got {sizes}")
    factorized = options.get("factorize_filters")
    octave_layers = n_blocks if factorized is None else min(int(factorized), n_blocks)
    published = _common(options, "scat_non_linearity")
    if published not in _NONLINEARITIES:
        raise ValueError(
            f"expected scat_non_linearity to be one of {', '.join(_NONLINEARITIES)}, "
            f"got {published!r}"
        )
    values = {
        name: _common(options, f"scat_non_linearity_{name}")
        for name in _PARAMETERS.get(published, ())
    }
    dataset = next((name for name in _DATASETS if options.get(name)), None)
    in_channels, side, n_classes = _DATASETS[dataset] if dataset else (3, 224, 1000)
    if dataset is None and state.n_classes(n_blocks) == options.get("nb_classes"):
        n_classes = options["nb_classes"]  # a subset of the classes of ImageNet
    kernel = options.get("avg_ker_size") or 1
    return {
        "J": octave_layers + (n_blocks - octave_layers) // 2,
        "shape": (side, side) if shape is None else shape,
        "L": _common(options, "scat_angles"),
        "channels": tuple(int(size) for size in sizes),
        "in_channels": 1 if options.get("grayscale") else in_channels,
        "octave_layers": octave_layers,
        "full_circle": bool(_common(options, "scat_full_angles")),
        "skip": skip,
        "nonlinearity": _NONLINEARITIES[published],
        **values,
        "learned_nonlinearity": bool(_common(options, "scat_non_linearity_learned")),
        "complex_mixing": weights == "Pc",
        "avg_pool": "global" if options.get("avgpool") else kernel if kernel > 1 else None,
        "n_classes": n_classes,
    }


def _architecture(options: dict[str, Any]) -> tuple[bool, str]:
    """Return whether the network has skip, and the name of its mixing weights."""
    arch, psi_arch = options.get("arch"), options.get("psi_arch") or []
    for weights in ("Pc", "Pr"):
        if arch == ["Fw", "Std", weights, "N"] and psi_arch == ["mod"]:
            return False, weights
        if arch == ["Fw", "rho", "Std", weights, "N"] and psi_arch == []:
            return True, weights
    raise ValueError(
        "expected arch Fw Std Pc N with psi_arch mod, or Fw rho Std Pc N (Pc or Pr), "
        f"got arch={arch} and psi_arch={psi_arch}"
    )


def _common(options: dict[str, Any], name: str) -> Any:
    """Return the value of an option given once a block, if it is the same for all."""
    value = options.get(name)
    if not isinstance(value, list):
        return value
    if any(other != value[0] for other in value):
        raise ValueError(f"expected one value of {name} for all blocks, got {value}")
    return value[0] if value else None


def _read_state(path: Path) -> dict[str, Tensor]:
    """Read the ``state_dict`` of a checkpoint, without running any code of it."""
    if not path.is_file():
        raise FileNotFoundError(f"expected a checkpoint at {path}")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises a different type for each way to be broken
        raise ValueError(f"expected {path} to be a checkpoint of tensors: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("state_dict"), dict):
        raise ValueError(f"expected {path} to hold a dict with a state_dict")
    return content["state_dict"]


class _StateReader:
    """Hands out the tensors of a state_dict, checking their shapes."""

    def __init__(self, state: dict[str, Tensor], origin: str | os.PathLike[str]) -> None:
        self.state = state
        self.origin = origin
        # The wavelets follow from the arguments.
        self.unread = {name for name in state if not name.endswith((".phis", ".psis"))}

    def __call__(self, name: str, shape: Sequence[int]) -> Tensor:
        if name not in self.state:
            raise ValueError(f"expected {name} in {self.origin}: it does not match its arguments")
        value = self.state[name]
        if tuple(value.shape) != tuple(shape):
            raise ValueError(
                f"expected {name} of shape {tuple(shape)} in {self.origin}, "
                f"got {tuple(value.shape)}: the checkpoint does not match its arguments"
            )
        self.unread.discard(name)
        return value

    def n_classes(self, n_blocks: int) -> int | None:
        """Return the number of rows of the classifier."""
        weight = self.state.get(f"module.{n_blocks + 2}.classifier.weight")
        return None if weight is None else weight.shape[0]

    def check_all_read(self) -> None:
        """Refuse a checkpoint that holds more than its arguments say."""
        if self.unread:
            raise ValueError(
                f"expected only what the arguments describe in {self.origin}, "
                f"got also {', '.join(sorted(self.unread))}"
            )


@torch.no_grad()
def _load_layer(layer: LearnedScatteringLayer, state: _StateReader, prefix: str) -> None:
    """Copy what a layer learned, its channels brought to the planar order."""
    order, rho_order = _published_orders(layer)
    # The steps of a block: with skip, two of them are empty and none is on psi alone.
    rho, std, mixing = ("2.non_lin", 4, 5) if layer.skip else ("1.submodules.dict.psi", 2, 3)
    nonlinearity = layer.nonlinearity
    if nonlinearity.learned:
        for name in ("bias", "gain"):
            value = state(f"{prefix}.{rho}.{name}", (len(rho_order), 1, 1))
            if hasattr(nonlinearity, name):
                getattr(nonlinearity, name).copy_(value[rho_order])
    mean, var = layer.standardization.running_mean, layer.standardization.running_var
    mean.copy_(state(f"{prefix}.{std}.module.mean", mean.shape)[order])
    var.copy_(state(f"{prefix}.{std}.module.var", var.shape)[order])
    weight = layer.mixing.weight
    shape = (*weight.shape[:2], 1, 1, *weight.shape[2:])
    published = state(f"{prefix}.{mixing}.submodules.dict.(0, 0).param", shape)
    weight.copy_(published[:, order, 0, 0])


def _published_orders(layer: LearnedScatteringLayer) -> tuple[list[int], list[int]]:
    """Return the published index of each channel of the mixing, and of the non-linearity.

    Published: phi, then psi with the input channel slow and the angle fast; with skip, their
    images by the non-linearity after all of them.
    """
    C, L = layer.layout.n_channels, layer.wavelets.L
    order, linear = [], []
    for channel in layer.meta():
        c, theta = channel["input_channel"], channel["theta"]
        index = c if theta is None else C + c * L + theta
        if channel["nonlinearity"] is None:
            linear.append(index)
        elif layer.skip:
            index += C * (1 + L)
        order.append(index)
    return order, linear if layer.skip else list(range(C * L))


@torch.no_grad()
def _load_classifier(net: LearnedScattering2D, state: _StateReader) -> None:
    """Copy the classifier, whose planes are published as (c0 re, c0 im, c1 re, ...)."""
    prefix = f"module.{len(net.layers) + 2}"
    layout, classifier = net.out_layout, net.classifier
    assert classifier is not None
    K = layout.n_channels
    order = list(range(K)) if layout.is_real else [*range(0, 2 * K, 2), *range(1, 2 * K, 2)]
    for name, tensor in classifier.batch_norm.state_dict().items():
        value = state(f"{prefix}.bn.{name}", tensor.shape)
        tensor.copy_(value[order] if value.dim() else value)
    linear = classifier.linear
    weight = state(f"{prefix}.classifier.weight", linear.weight.shape)
    planes = weight.unflatten(1, (layout.n_planes, -1))
    linear.weight.copy_(planes[:, order].flatten(1))
    linear.bias.copy_(state(f"{prefix}.classifier.bias", linear.bias.shape))
