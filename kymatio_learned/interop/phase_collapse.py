"""Reads the checkpoints of the code published with *Phase collapse in neural networks*."""

import os
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..layers import ChannelMixing, LearnedScatteringLayer
from ..models import LearnedScattering2D
from .phase_collapse_options import network_arguments, read_options

# Filters of the same form differ by less than this: rounding, in a maximum of about one.
_FILTER_TOLERANCE = 1e-5


def load_phase_collapse_checkpoint(
    checkpoint: str | os.PathLike[str],
    args: str | os.PathLike[str],
    *,
    shape: Sequence[int] | None = None,
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
        belong together, or if the checkpoint is not a file of tensors and plain values: no
        other object is unpickled.
    FileNotFoundError
        If a file is missing.

    Notes
    -----
    The published ``run.py`` names the networks with and without skip the wrong way round; the
    architecture in `args` decides.

    The network filters with the stored wavelets. They equal the operator's own up to rounding,
    which a new network with this one's ``config`` and ``state_dict`` has.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022; the repository
    FlorentinGuth/PhaseCollapse.
    """
    options = read_options(Path(args))
    state = _StateReader(_read_state(Path(checkpoint)), checkpoint)
    net = LearnedScattering2D(**network_arguments(options, shape, state.n_classes()))
    for index, layer in enumerate(net.layers):
        _load_layer(layer, state, f"module.{index + 1}.module")
    _load_classifier(net, state)
    state.check_all_read()
    return net.eval()


def _read_state(path: Path) -> dict[str, Tensor]:
    """Read the ``state_dict`` of a checkpoint, without running any code of it."""
    if not path.is_file():
        raise FileNotFoundError(f"expected a checkpoint at {path}")
    expected = f"expected {path} to be a checkpoint of tensors and plain values"
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise ValueError(f"{expected}, got other objects, or no checkpoint") from None
    except Exception as error:  # torch raises a different type for each way to be damaged
        raise ValueError(f"{expected}, got a damaged file ({type(error).__name__})") from None
    state = content.get("state_dict") if isinstance(content, dict) else None
    if not isinstance(state, dict) or not all(map(torch.is_tensor, state.values())):
        raise ValueError(f"{expected}, with a state_dict of tensors")
    return state


class _StateReader:
    """Hands out the tensors of a state_dict, checking their shapes."""

    def __init__(self, state: dict[str, Tensor], origin: str | os.PathLike[str]) -> None:
        self.state = state
        self.origin = origin
        self.unread = set(state)

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

    def ignore(self, name: str) -> None:
        """Accept a tensor that has no effect."""
        self.unread.discard(name)

    def n_classes(self) -> int | None:
        """Return the number of outputs of the classifier."""
        biases = (self.state[name] for name in self.state if name.endswith("classifier.bias"))
        return next((bias.numel() for bias in biases), None)

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
    _load_wavelets(layer, state, f"{prefix}.0")
    order, rho_order = _published_orders(layer)
    # The steps of a block: with skip, two of them are empty and none is on psi alone.
    rho, std, proj = ("2.non_lin", 4, 5) if layer.skip else ("1.submodules.dict.psi", 2, 3)
    for name in ("bias", "gain"):
        if layer.nonlinearity.learned and hasattr(layer.nonlinearity, name):
            value = state(f"{prefix}.{rho}.{name}", (len(rho_order), 1, 1))
            getattr(layer.nonlinearity, name).copy_(value[rho_order])
        elif layer.nonlinearity.learned:
            state.ignore(f"{prefix}.{rho}.{name}")  # stored for every non-linearity
    mean, var = layer.standardization.running_mean, layer.standardization.running_var
    mean.copy_(state(f"{prefix}.{std}.module.mean", mean.shape)[order])
    var.copy_(state(f"{prefix}.{std}.module.var", var.shape)[order])
    orders = [channel["order"] or 0 for channel in layer.meta()]
    mixing = layer.mixing
    for m, block in enumerate([mixing] if isinstance(mixing, ChannelMixing) else mixing.blocks):
        # Its columns are the channels of at most its order, which come first as published.
        columns = [index for index, o in zip(order, orders, strict=True) if o <= m]
        shape = (*block.weight.shape[:2], 1, 1, *block.weight.shape[2:])
        published = state(f"{prefix}.{proj}.submodules.dict.(0, {m}).param", shape)
        block.weight.copy_(published[:, columns, 0, 0])


def _load_wavelets(layer: LearnedScatteringLayer, state: _StateReader, prefix: str) -> None:
    """Take the stored filters.

    Where a non-linearity keeps the phases of small coefficients, even their rounding shows.
    """
    wavelets = layer.wavelets
    for name in ("phi", "psi"):
        own = getattr(wavelets, name)
        stored = state(f"{prefix}.{name}s", own.shape).to(own.dtype)
        if not torch.allclose(stored, own, rtol=0, atol=_FILTER_TOLERANCE):
            raise ValueError(
                f"expected {prefix}.{name}s in {state.origin} to be the filters of {wavelets}: "
                "the checkpoint does not match its arguments"
            )
        delattr(wavelets, name)
        setattr(wavelets, name, stored.numpy())
    wavelets.register_filters()


def _published_orders(layer: LearnedScatteringLayer) -> tuple[list[int], list[int]]:
    """Return the published index of each channel of the mixing, and of the non-linearity.

    Published: lower orders first; in an order, what is linear, then what is not; of each, phi, then
    psi with the input channel slow and the angle fast.
    """

    def place(channel: dict[str, Any]) -> tuple[int, ...]:
        theta = -1 if channel["theta"] is None else channel["theta"]
        low, linear = theta < 0, channel["nonlinearity"] is None
        return channel["order"] or 0, not linear, not low, channel["input_channel"], theta

    channels = layer.meta()
    mapped = [channel for channel in channels if channel["nonlinearity"] is not None]
    return _ranks([place(channel) for channel in channels]), _ranks(list(map(place, mapped)))


def _ranks(values: Sequence[tuple[int, ...]]) -> list[int]:
    """Return the index of each value among the sorted ones."""
    index = {value: rank for rank, value in enumerate(sorted(values))}
    return [index[value] for value in values]


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
