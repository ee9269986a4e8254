"""How much each layer of a network changes when an image does."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from torch import Tensor, nn

from .layer_features import layer_features


def layer_changes(
    network: nn.Module,
    images: Tensor,
    changes: Mapping[str, Callable[[Tensor], Tensor]],
    *,
    layers: Sequence[str] | None = None,
    batch_size: int = 200,
) -> dict[str, dict[str, float]]:
    r"""Measure the effect of small changes of the images on each layer.

    .. math:: \left( \frac{\mathbb{E} \|\Phi(Tx) - \Phi(x)\|^2}
                          {\mathbb{E} \|\Phi(x) - \Phi(x')\|^2} \right)^{1/2}

    where :math:`\Phi` is a layer's output and :math:`x'` another image: 1 means that changing an
    image moves it as far as replacing it by another one.

    Parameters
    ----------
    network
        Any network.
    images
        ``(n, C, M, N)``, at least two.
    changes
        Functions :math:`T` of a batch of images, by their names, such as
        ``lambda x: translate(x, (0, 1))``.
    layers, batch_size
        See `layer_features`.

    Returns
    -------
    dict of str to dict of str to float
        For each layer, the effect of each change; the images themselves are the layer ``"input"``.

    Raises
    ------
    ValueError
        If there are fewer than two images, or no such layer.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.analysis import layer_changes, translate
    >>> from kymatio_learned.models import resnet20
    >>> images = torch.randn(8, 3, 32, 32)
    >>> table = layer_changes(resnet20(), images, {"1 pixel": lambda x: translate(x, (0, 1))})
    >>> list(table)[:2], list(table["input"])
    (['input', 'layer 0'], ['1 pixel'])
    """
    if len(images) < 2:
        raise ValueError(f"expected at least two images, got {len(images)}")

    def features(x: Tensor) -> dict[str, np.ndarray]:
        pixels = {"input": x.flatten(1).cpu().numpy()}
        return pixels | layer_features(network, x, layers=layers, batch_size=batch_size)

    before = features(images)
    # The mean squared distance of two different images is 2 n / (n - 1) times the variance.
    n = len(images)
    scales = {
        name: np.sqrt(2 * n / (n - 1) * np.square(x - x.mean(0)).sum(1).mean())
        for name, x in before.items()
    }
    table: dict[str, dict[str, float]] = {name: {} for name in before}
    for change, function in changes.items():
        for name, after in features(function(images)).items():
            distance = np.sqrt(np.square(after - before[name]).sum(1).mean())
            table[name][change] = float(distance / scales[name])
    return table
