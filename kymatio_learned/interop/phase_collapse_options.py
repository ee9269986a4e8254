"""Translates the options of the published code to the arguments of `LearnedScattering2D`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_NONLINEARITIES = {
    "mod": "modulus",
    "cst": "soft_threshold",
    "ms": "sigmoid",
    "mc": "unit_modulus",
    "tanh": "tanh",
    "pow": "power",
}
# The parameters that each non-linearity reads; the published code takes both for all.
_PARAMETERS = {"cst": ("bias",), "ms": ("bias", "gain"), "pow": ("bias", "gain")}
# Channels and side of the images, and number of classes; the code asks in this order.
_DATASETS = {"cifar10": (3, 32, 10), "cifar100": (3, 32, 100), "mnist": (1, 28, 10)}
_IMAGENET = (3, 224, 1000)
# Architectures that are inserted in the network; only empty ones are read here.
_INSERTED = ("first", "last", "phi", "linear", "non_linear", "left", "right")
# Other options that change the network, at the only values that are read here.
_REQUIRED: dict[str, Any] = {
    "scattering_J": 1,
    "scattering_scales_per_octave": 1,
    "scattering_wph": True,
    "scattering_order2": False,
    "L_kernel_size": 1,
    "remove_L": False,
    "diagonal_orders": False,
    "separate_freqs": False,
    "separate_angles": False,
    "separate_packets": False,
    "diagonal_analysis": False,
    "mix_input": False,
    "complex": False,
    "classifier_type": "fc",
}


def read_options(path: Path) -> dict[str, Any]:
    """Read ``args.json``.

    Raises
    ------
    ValueError
        If it does not hold the options of a network.
    FileNotFoundError
        If it is missing.
    """
    if not path.is_file():
        raise FileNotFoundError(f"expected the options of the network at {path}")
    try:
        options = json.loads(path.read_text())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"expected {path} to be a JSON file of options: {error}") from None
    if not isinstance(options, dict) or "n_blocks" not in options:
        raise ValueError(f"expected {path} to hold the options of a network, with n_blocks")
    return options


def network_arguments(
    options: dict[str, Any], shape: Sequence[int] | None, stored_classes: int | None
) -> dict[str, Any]:
    """Return the arguments of `LearnedScattering2D`.

    Parameters
    ----------
    options
        What `read_options` returns.
    shape
        Size of the images, or None for that of the dataset.
    stored_classes
        Number of outputs of the stored classifier, if there is one.

    Raises
    ------
    ValueError
        If the options are of a network that this package does not have.
    """
    n_blocks = _integer(options, "n_blocks")
    _refuse_other_networks(options)
    skip, weights = _architecture(options)
    octave_layers = n_blocks
    if options.get("factorize_filters") is not None:
        octave_layers = min(_integer(options, "factorize_filters"), n_blocks)
    dataset = next((name for name in _DATASETS if options.get(name)), None)
    in_channels, side, n_classes = _DATASETS[dataset] if dataset else _IMAGENET
    subset = options.get("nb_classes")
    if dataset is None and subset is not None and subset == stored_classes:
        n_classes = subset  # of the classes of ImageNet
    kernel = options.get("avg_ker_size") or 1
    return {
        "J": octave_layers + (n_blocks - octave_layers) // 2,
        "shape": (side, side) if shape is None else shape,
        "L": _integer(options, "scat_angles"),
        "channels": _sizes(options, f"{weights}_size"),
        "in_channels": 1 if options.get("grayscale") else in_channels,
        "octave_layers": octave_layers,
        "full_circle": bool(_common(options, "scat_full_angles")),
        "skip": skip,
        **_nonlinearity(options),
        "complex_mixing": weights == "Pc",
        "separate_orders": bool(options.get("separate_orders")),
        "avg_pool": "global" if options.get("avgpool") else kernel if kernel > 1 else None,
        "n_classes": n_classes,
    }


def _refuse_other_networks(options: dict[str, Any]) -> None:
    for name, required in _REQUIRED.items():
        if name in options and _common(options, name) not in (required, None):
            raise ValueError(f"expected {name} to be {required!r}, got {options[name]!r}")
    for name in (*(f"{part}_arch" for part in _INSERTED), "separation_sizes"):
        if options.get(name):
            raise ValueError(f"expected {name} to be empty, got {options[name]!r}")


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


def _nonlinearity(options: dict[str, Any]) -> dict[str, Any]:
    """Return the non-linearity, and the values of its parameters unless they are learned."""
    published = _common(options, "scat_non_linearity")
    if published not in _NONLINEARITIES:
        raise ValueError(
            f"expected scat_non_linearity to be one of {', '.join(_NONLINEARITIES)}, "
            f"got {published!r}"
        )
    learned = bool(_common(options, "scat_non_linearity_learned"))
    values = {}
    for name in () if learned else _PARAMETERS.get(published, ()):
        values[name] = _common(options, f"scat_non_linearity_{name}")
        if not isinstance(values[name], (int, float)):
            raise ValueError(
                f"expected scat_non_linearity_{name} to be a number for {published!r}, "
                f"got {values[name]!r}"
            )
    return {
        "nonlinearity": _NONLINEARITIES[published],
        "learned_nonlinearity": learned,
        **values,
    }


def _sizes(options: dict[str, Any], name: str) -> tuple[int | list[int], ...]:
    """Return the number of output channels of each block, or a list of them, for each order."""
    n_blocks, sizes = options["n_blocks"], options.get(name)
    given = sizes[:n_blocks] if isinstance(sizes, list) else []
    one = r"\d+" if not options.get("separate_orders") else r"\[\s*\d+(\s*,\s*\d+)*\s*\]"
    if len(given) < n_blocks or not all(re.fullmatch(one, str(size)) for size in given):
        kind = "lists of integers" if options.get("separate_orders") else "integers"
        raise ValueError(f"expected {n_blocks} {kind} in {name}, got {sizes}")
    return tuple(json.loads(str(size)) for size in given)


def _integer(options: dict[str, Any], name: str) -> int:
    value = _common(options, name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"expected {name} to be an integer, at least 0, got {value!r}")
    return value


def _common(options: dict[str, Any], name: str) -> Any:
    """Return the value of an option given once a block, if it is the same for all."""
    value = options.get(name)
    if not isinstance(value, list):
        return value
    used = value[: options["n_blocks"]]  # as in the published code, which reads one by one
    if not used or any(other != used[0] for other in used):
        raise ValueError(f"expected one value of {name} for all blocks, got {value}")
    return used[0]
