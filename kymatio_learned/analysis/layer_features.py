"""What each layer of a network computes for some images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

FloatArray = NDArray[np.floating[Any]]


def layer_names(network: nn.Module, images: Tensor) -> list[str]:
    """Return the names of the layers of a network, in order.

    Parameters
    ----------
    network
        With a method ``layer_outputs``, its layers are ``"layer 0"``, ``"layer 1"`` and so on; of
        any other network they are the modules that it consists of, by their names.
    images
        Images that the network takes, ``(B, C, M, N)``.

    Returns
    -------
    list of str
        What `layer_features` takes.

    Examples
    --------
    >>> from torch import nn
    >>> layer_names(nn.Sequential(nn.Flatten(), nn.Linear(64, 10)), torch.zeros(1, 1, 8, 8))
    ['0', '1']
    """
    if hasattr(network, "layer_outputs"):
        with _evaluating(network):
            return list(_outputs(network, images[:1].to(_device(network, images))))
    return [name for name, _ in network.named_children()]


def layer_features(
    network: nn.Module,
    images: Tensor,
    *,
    layers: Sequence[str] | None = None,
    batch_size: int = 200,
) -> dict[str, FloatArray]:
    """Compute the output of each layer, in evaluation mode.

    Parameters
    ----------
    network
        Any network; it is moved nowhere, and its mode is restored.
    images
        ``(n, C, M, N)``, of the network's dtype; brought to its device batch by batch.
    layers
        Names of layers, as `layer_names` returns them; for a network without ``layer_outputs``
        also any other name of ``network.named_modules()``. By default all that `layer_names` has.
    batch_size
        Images at once.

    Returns
    -------
    dict of str to NDArray
        For each layer ``(n, d)``: channels and space flattened, a complex number as two real ones.

    Raises
    ------
    ValueError
        If there is no such layer.

    Examples
    --------
    >>> from kymatio_learned.models import resnet20
    >>> features = layer_features(resnet20(), torch.zeros(4, 3, 32, 32))
    >>> len(features), features["layer 9"].shape
    (10, (4, 4096))
    """
    known = layer_names(network, images)
    if not hasattr(network, "layer_outputs"):
        known += [name for name, _ in network.named_modules() if name and name not in known]
    names = layer_names(network, images) if layers is None else list(layers)
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"expected layers among {', '.join(known)}, got {', '.join(unknown)}")
    if hasattr(network, "layer_outputs"):
        return _collect(network, images, names, batch_size, partial(_outputs, network))
    with _recorded(network, names) as record:
        return _collect(network, images, names, batch_size, record)


def classifier_features(
    network: nn.Module, images: Tensor, *, batch_size: int = 200
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute what comes into the last linear layer of a network, and return its weights.

    Parameters
    ----------
    network
        Any network whose last `torch.nn.Linear` is its classifier.
    images
        ``(n, C, M, N)``.
    batch_size
        Images at once.

    Returns
    -------
    features : NDArray
        ``(n, d)``.
    weight, bias : NDArray
        ``(n_classes, d)`` and ``(n_classes,)``.

    Raises
    ------
    ValueError
        If the network has no linear layer.

    Examples
    --------
    >>> from kymatio_learned.models import resnet20
    >>> features, weight, bias = classifier_features(resnet20(), torch.zeros(4, 3, 32, 32))
    >>> features.shape, weight.shape, bias.shape
    ((4, 64), (10, 64), (10,))
    """
    linear = [(name, m) for name, m in network.named_modules() if isinstance(m, nn.Linear)]
    if not linear:
        raise ValueError(f"expected a network with a linear layer, got a {type(network).__name__}")
    name, classifier = linear[-1]
    with _recorded(network, [name], inputs=True) as record:
        features = _collect(network, images, [name], batch_size, record)[name]
    weight = classifier.weight.detach()
    bias = weight.new_zeros(len(weight)) if classifier.bias is None else classifier.bias.detach()
    return features, weight.cpu().numpy(), bias.cpu().numpy()


def _outputs(network: Any, images: Tensor) -> dict[str, Tensor]:
    return {f"layer {index}": y for index, y in enumerate(network.layer_outputs(images))}


@contextmanager
def _recorded(
    network: nn.Module, names: Sequence[str], *, inputs: bool = False
) -> Iterator[Callable[[Tensor], dict[str, Tensor]]]:
    """Give a function that runs a network, and returns the output (or input) of some modules."""
    seen: dict[str, Tensor] = {}

    def hook(name: str, module: nn.Module, args: Any, output: Any) -> None:
        seen[name] = args[0] if inputs else output

    modules = dict(network.named_modules())
    handles = [modules[name].register_forward_hook(partial(hook, name)) for name in names]

    def record(images: Tensor) -> dict[str, Tensor]:
        seen.clear()
        network(images)
        if missing := [name for name in names if name not in seen]:
            raise ValueError(f"expected layers that the network calls, got {', '.join(missing)}")
        return seen

    try:
        yield record
    finally:
        for handle in handles:
            handle.remove()


def _collect(
    network: nn.Module,
    images: Tensor,
    names: Sequence[str],
    batch_size: int,
    outputs: Callable[[Tensor], dict[str, Tensor]],
) -> dict[str, FloatArray]:
    if batch_size < 1:
        raise ValueError(f"expected batch_size to be at least 1, got {batch_size}")
    features: dict[str, FloatArray] = {}
    device = _device(network, images)
    with _evaluating(network):
        for start in range(0, len(images), batch_size):
            batch = outputs(images[start : start + batch_size].to(device))
            for name in names:
                y = batch[name]
                y = (torch.view_as_real(y) if y.is_complex() else y).flatten(1).cpu()
                if name not in features:
                    features[name] = y.new_empty(len(images), y.shape[1]).numpy()
                features[name][start : start + len(y)] = y.numpy()
    return features


@contextmanager
def _evaluating(network: nn.Module) -> Iterator[None]:
    """Bring a network to evaluation mode, without gradients, and each module back to its own."""
    modes = {module: module.training for module in network.modules()}
    network.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, training in modes.items():
            module.training = training


def _device(network: nn.Module, images: Tensor) -> torch.device:
    """Return where a network computes."""
    return next((p.device for p in network.parameters()), images.device)
