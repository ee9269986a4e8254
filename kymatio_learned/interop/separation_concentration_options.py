"""Reads the options of the published separation and concentration networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NONLINEARITIES = {"softshrink": "soft_threshold", "relu": "relu", "absolute": "modulus"}
# The published command line, by architecture: whether it has projections and frames.
_ARCHITECTURES = {
    "analysis": (False, True),
    "scatnet": (True, False),
    "scatnetblock": (True, False),
    "scatnetblockanalysis": (True, True),
}


@dataclass(frozen=True)
class Options:
    """What a network of the published code is made of.

    ``channels`` and ``widths`` have one entry a layer; ``widths`` is None without frames.
    ``patch_size`` is 0 unless the network is the two-layer one.
    """

    channels: tuple[int, ...]
    widths: tuple[int, ...] | None
    nonlinearity: str
    J: int
    L: int
    tree: bool
    patch_size: int
    patch_stride: int
    avg_pool: int | None


def read_options(config: Mapping[str, Any]) -> Options:
    """Read a config, or the options of the published command line.

    Raises
    ------
    ValueError
        If they are of a network that this package does not have.
    """
    if "arch" in config:
        config = _from_command_line(config)
    channels = _integers(config, "projection_sizes")
    widths = _integers(config, "frame_widths") or None
    if not channels and (widths is None or len(widths) != 1):
        raise ValueError(
            "expected projection_sizes, or one frame width for the two-layer network, "
            f"got projection_sizes={list(channels)} and frame_widths={widths}"
        )
    if channels and widths and len(widths) != len(channels):
        raise ValueError(f"expected {len(channels)} frame_widths, one a layer, got {len(widths)}")
    published = config.get("non_linearity") if widths else "relu"
    if published not in _NONLINEARITIES:
        raise ValueError(
            f"expected non_linearity to be one of {', '.join(_NONLINEARITIES)}, got {published!r}"
        )
    tree, kernel = config.get("scattering_J") is not None, _integer(config, "frame_kernel_size", 1)
    if channels and kernel != 1:
        raise ValueError(f"expected frame_kernel_size 1 beside projections, got {kernel}")
    average = _integer(config, "avg_ker_size", 1)
    return Options(
        channels=channels,
        widths=widths,
        nonlinearity=_NONLINEARITIES[published],
        J=_integer(config, "scattering_J", len(channels)),
        L=_integer(config, "L", 8),
        tree=tree,
        patch_size=0 if channels else kernel,
        patch_stride=_integer(config, "frame_stride", 1),
        avg_pool=average if average > 1 else None,
    )


def _from_command_line(args: Mapping[str, Any]) -> dict[str, Any]:
    """Translate ``args.json``, whose lists may be longer than the network."""
    arch = args["arch"]
    if arch not in _ARCHITECTURES:
        raise ValueError(f"expected arch to be one of {', '.join(_ARCHITECTURES)}, got {arch!r}")
    if args.get("classifier_type", "fc") != "fc":
        raise ValueError(f"expected classifier_type 'fc', got {args['classifier_type']!r}")
    has_projections, has_frames = _ARCHITECTURES[arch]
    n = 1 if arch in ("analysis", "scatnet") else _integer(args, "n_blocks", 4)

    def first(name: str, default: int) -> list[Any]:
        value = args.get(name, default)
        return (list(value) if isinstance(value, (list, tuple)) else [value] * n)[:n]

    for name in ("P_kernel_size", *(("frame_kernel_size",) if has_projections else ())):
        if any(value != 1 for value in first(name, 1)):
            raise ValueError(f"expected {name} to be 1, got {args[name]}")
    angles = first("scat_angles", 8)
    if len(set(angles)) != 1:
        raise ValueError(f"expected one number of angles for all blocks, got {angles}")
    return {
        "projection_sizes": first("P_proj_size", 256) if has_projections else [],
        "frame_widths": first("frame_width", 2048) if has_frames else [],
        "L": angles[0],
        "non_linearity": args.get("non_linearity", "relu"),
        "scattering_J": args.get("scattering_J", 4) if arch == "scatnet" else None,
        "frame_kernel_size": first("frame_kernel_size", 1)[0],
        "frame_stride": first("frame_stride", 1)[0],
        "avg_ker_size": args.get("avg_ker_size", 1),
    }


def _integers(config: Mapping[str, Any], name: str) -> tuple[int, ...]:
    values = config.get(name) or []
    if isinstance(values, (list, tuple)) and not any(values):
        return ()  # none at all, or one None a layer
    if not isinstance(values, (list, tuple)) or not all(_is_positive(value) for value in values):
        raise ValueError(f"expected {name} to be a list of positive integers, got {values!r}")
    return tuple(values)


def _integer(config: Mapping[str, Any], name: str, default: int) -> int:
    value = config.get(name)
    if value is None:
        return default
    if not _is_positive(value):
        raise ValueError(f"expected {name} to be a positive integer, got {value!r}")
    return int(value)


def _is_positive(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
