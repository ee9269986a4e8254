"""Reads what the code published with *Separation and concentration in deep networks* wrote."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ..layers import FrameConcentration, PhaseReLUScattering, SeparationConcentrationLayer
from ..layers.phase_relu_scattering import N_PHASES
from ..models import PatchConcentration2D, SeparationConcentration2D
from .separation_concentration_options import Options, read_options

_STANDARDIZATION, _PROJECTION = "standardization.running_mean", "proj.weight"
_FRAME, _BATCH_NORM, _LINEAR = "frame_weight", "bn.weight", "classifier.weight"
# Filters of the scattering, and the factor of overlapping patches: they follow from the options.
_DERIVED = re.compile(r"(.*\.)?(phis|psis|tensor\d+|factor)")
# Sides of the images of the data sets of the published code.
_SIDES = (32, 28, 224)


def load_separation_concentration(
    state_dict: Mapping[str, Tensor],
    config: Mapping[str, Any],
    *,
    shape: Sequence[int] | None = None,
) -> SeparationConcentration2D | PatchConcentration2D:
    """Build the network that the published code trained.

    Parameters
    ----------
    state_dict
        Its parameters and running statistics, by the published names; a prefix of a name, such as
        ``0.module.``, only says which layer it belongs to.
    config
        ``projection_sizes`` and ``frame_widths`` (one a layer; no widths, None or an empty list
        for projections only), ``L`` (angles), ``non_linearity`` (``"softshrink"``, ``"relu"`` or
        ``"absolute"``), and optionally ``scattering_J`` (a scattering tree), ``avg_ker_size``,
        ``frame_kernel_size`` and ``frame_stride`` (the two-layer network); or the options that
        the published code writes to ``args.json``.
    shape
        Size ``(M, N)`` of the images that the network was built for; by default that of the
        published data set which fits the classifier.

    Returns
    -------
    SeparationConcentration2D or PatchConcentration2D
        The equal network with its classifier, in evaluation mode.

    Raises
    ------
    ValueError
        If the options are of a network that this package does not have, or if the tensors do not
        belong to them.

    References
    ----------
    Zarka, Guth, Mallat, *Separation and concentration in deep networks*, ICLR 2021; the repository
    j-zarka/separation_concentration_deepnets.
    """
    options = read_options(config)
    state = _State(state_dict)
    net = (
        _patch_network(options, state, shape)
        if options.patch_size
        else _network(options, state, shape)
    )
    state.check_all_read()
    return net.eval()


class _State:
    """Hands out the tensors of a state_dict by the ends of their names, layer by layer."""

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        bad = [name for name, value in state.items() if not torch.is_tensor(value)]
        if bad:
            raise ValueError(f"expected a state_dict of tensors, got {bad[0]} of another type")
        self.tensors = {name: state[name] for name in state if not _DERIVED.fullmatch(name)}
        self.unread = set(self.tensors)

    def prefixes(self, ending: str) -> list[str]:
        """Return what comes before an ending, in the order of the layers."""
        found = [n.removesuffix(ending) for n in self.tensors if f".{n}".endswith(f".{ending}")]
        return sorted(found, key=lambda p: [int(part) for part in re.findall(r"\d+", p)])

    def __call__(self, prefixes: Sequence[str], index: int, name: str) -> Tensor:
        """Return a tensor of a layer."""
        if index >= len(prefixes) or prefixes[index] + name not in self.tensors:
            raise ValueError(
                f"expected {name} of layer {index} in the state_dict: it does not match the config"
            )
        self.unread.discard(prefixes[index] + name)
        return self.tensors[prefixes[index] + name]

    def check_all_read(self) -> None:
        """Refuse a state_dict that holds more than its config says."""
        if self.unread:
            raise ValueError(
                "expected a state_dict with only what the config describes, "
                f"got also {', '.join(sorted(self.unread))}"
            )


def _network(
    options: Options, state: _State, shape: Sequence[int] | None
) -> SeparationConcentration2D:
    linear = state(state.prefixes(_LINEAR), 0, _LINEAR)
    C = state(state.prefixes(_STANDARDIZATION), 0, _STANDARDIZATION).numel()
    J, L = options.J, options.L
    multiple = 1 + L * J + L**2 * J * (J - 1) // 2 if options.tree else 1 + N_PHASES * L
    if C % multiple:
        raise ValueError(f"expected {_STANDARDIZATION} of {multiple} a channel for L={L}, got {C}")
    if shape is None:
        shape = _image_shape(linear, options.channels[-1], J, options.avg_pool)
    net = SeparationConcentration2D(
        J=J,
        shape=shape,
        L=L,
        channels=options.channels,
        widths=options.widths,
        in_channels=C // multiple,
        nonlinearity=options.nonlinearity,
        threshold=_threshold(options, state),
        tree=options.tree,
        avg_pool=options.avg_pool,
        n_classes=linear.shape[0],
    )
    for index, layer in enumerate(net.layers):
        _load_layer(layer, state, index)
    _load_classifier(net, state)
    return net


def _patch_network(
    options: Options, state: _State, shape: Sequence[int] | None
) -> PatchConcentration2D:
    linear = state(state.prefixes(_LINEAR), 0, _LINEAR)
    C = state(state.prefixes(_BATCH_NORM), 0, _BATCH_NORM).numel()
    if shape is None:
        shape = _image_shape(linear, C, 0, options.avg_pool)
    net = PatchConcentration2D(
        shape,
        patch_size=options.patch_size,
        stride=options.patch_stride,
        width=options.widths[0] if options.widths else 0,
        in_channels=C,
        nonlinearity=options.nonlinearity,
        threshold=_threshold(options, state),
        avg_pool=options.avg_pool,
        n_classes=linear.shape[0],
    )
    _load_frame(net.concentration, state, 0)
    _load_classifier(net, state)
    return net


def _image_shape(linear: Tensor, channels: int, J: int, avg_pool: int | None) -> tuple[int, int]:
    """Return the size of the square images that end in the classifier's inputs."""
    side = math.isqrt(linear.shape[1] // channels)
    if linear.shape[1] != channels * side**2:
        raise ValueError(
            f"expected {_LINEAR} of {channels} channels of square feature maps, "
            f"got {tuple(linear.shape)}: the state_dict does not match the config"
        )
    side += (avg_pool or 1) - 1
    fitting = [size for size in _SIDES if size >> J == side]
    size = fitting[0] if fitting else side << J
    return size, size


def _threshold(options: Options, state: _State) -> float | None:
    """Return the threshold in units of width^(-1/2), or None for the default."""
    thresholds, frames = state.prefixes("lambda_"), state.prefixes(_FRAME)
    values = [
        state(thresholds, index, "lambda_").item() * math.sqrt(len(state(frames, index, _FRAME)))
        for index in range(len(options.widths or ()))
    ]
    if not values or options.nonlinearity == "modulus":
        return None
    if any(not math.isclose(value, values[0], rel_tol=1e-5) for value in values):
        raise ValueError(f"expected lambda_ to be one multiple of 1/sqrt(width), got {values}")
    return round(values[0], 5)  # stored in single precision


@torch.no_grad()
def _load_layer(layer: SeparationConcentrationLayer, state: _State, index: int) -> None:
    """Copy what a layer learned, its channels brought to our order."""
    prefixes = state.prefixes(_STANDARDIZATION)
    order = _published_order(layer)
    for name in ("running_mean", "running_var"):
        buffer = getattr(layer.standardization, name)
        buffer.copy_(_checked(state(prefixes, index, f"standardization.{name}"), buffer)[order])
    state(prefixes, index, "standardization.num_batches_tracked")
    weight = layer.projection.weight
    stored = state(state.prefixes(_PROJECTION), index, _PROJECTION)
    weight.copy_(_checked(stored, weight)[:, order])
    if isinstance(layer.concentration, FrameConcentration):
        _load_frame(layer.concentration, state, index)


def _published_order(layer: SeparationConcentrationLayer) -> list[int]:
    """Return the published index of each channel: the angle slow and the phase fast."""
    scattering = layer.scattering
    if not isinstance(scattering, PhaseReLUScattering):
        return list(range(scattering.out_channels))  # Kymatio's
    L = scattering.wavelets.L
    one = [0, *(1 + N_PHASES * theta + phase for phase in range(N_PHASES) for theta in range(L))]
    return [c * len(one) + k for c in range(scattering.in_channels) for k in one]


@torch.no_grad()
def _load_frame(concentration: FrameConcentration, state: _State, index: int) -> None:
    stored = state(state.prefixes(_FRAME), index, _FRAME)
    concentration.weight.copy_(_checked(stored, concentration.weight))


@torch.no_grad()
def _load_classifier(net: nn.Module, state: _State) -> None:
    classifier: Any = net.classifier
    for module, ending in ((classifier.batch_norm, _BATCH_NORM), (classifier.linear, _LINEAR)):
        prefixes = state.prefixes(ending)
        parent = ending.removesuffix("weight")
        for name, tensor in module.state_dict().items():
            tensor.copy_(_checked(state(prefixes, 0, parent + name), tensor))


def _checked(stored: Tensor, own: Tensor) -> Tensor:
    """Return a stored tensor in the shape of our own: matrices were 1 x 1 convolutions."""
    if own.dim() == 2 and stored.dim() == 4:
        stored = stored.flatten(1)
    if stored.shape != own.shape:
        raise ValueError(
            f"expected a tensor of shape {tuple(own.shape)}, got {tuple(stored.shape)}: "
            "the state_dict does not match the config"
        )
    return stored
