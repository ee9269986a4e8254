"""How well each layer of a network separates classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike
from torch import Tensor, nn

from .fisher_ratio import fisher_ratio
from .layer_features import FloatArray, classifier_features, layer_features, layer_names
from .linear_probe import fit_reduction, linear_probe
from .neural_collapse import NeuralCollapse, neural_collapse


@dataclass(frozen=True)
class LayerSeparation:
    """How well one layer separates classes, measured on test images.

    Attributes
    ----------
    layer
        Name of the layer; ``"input"`` for the images themselves.
    width
        Number of real features.
    probe_train_accuracy, probe_accuracy
        Accuracies of a linear classifier of the features, on training and test images.
    fisher_ratio
        `fisher_ratio` of the features after `fit_reduction`.
    nc1, nc2_norms, nc2_angles
        See `NeuralCollapse`.
    """

    layer: str
    width: int
    probe_train_accuracy: float
    probe_accuracy: float
    fisher_ratio: float
    nc1: float
    nc2_norms: float
    nc2_angles: float


def layer_separation(
    network: nn.Module,
    train_images: Tensor,
    train_labels: ArrayLike,
    test_images: Tensor,
    test_labels: ArrayLike,
    *,
    layers: Sequence[str] | None = None,
    solver: str = "ridge",
    max_features: int = 1000,
    fisher_features: int = 200,
    batch_size: int = 200,
    seed: int = 0,
    progress: Callable[[LayerSeparation], None] = lambda row: None,
) -> list[LayerSeparation]:
    """Measure the separation of classes by each layer of a network, and by the images themselves.

    One layer is held in memory at a time, so that images pass through the network once a layer.

    Parameters
    ----------
    network
        Any network.
    train_images, train_labels
        Images that the probes are trained on, ``(n, C, M, N)`` and ``(n,)``.
    test_images, test_labels
        Images that everything is measured on.
    layers, batch_size
        See `layer_features`.
    solver, max_features, seed
        See `linear_probe`.
    fisher_features
        Number of principal components of the training features that the Fisher ratio is of, where
        there are more features; at most a quarter of the number of test images.
    progress
        Called with each row.

    Returns
    -------
    list of LayerSeparation
        The images themselves, then each layer.

    Raises
    ------
    ValueError
        If there is no such layer, or the shapes do not fit.

    Examples
    --------
    >>> import torch
    >>> from sklearn.datasets import load_digits
    >>> from kymatio_learned.analysis import PhaseCollapseCascade
    >>> x, y = load_digits(return_X_y=True)
    >>> x = torch.from_numpy(x).view(-1, 1, 8, 8)
    >>> cascade = PhaseCollapseCascade(J=2, shape=(8, 8), L=4)
    >>> rows = layer_separation(cascade, x[:900], y[:900], x[900:], y[900:])
    >>> [row.layer for row in rows]
    ['input', 'layer 0', 'layer 1']
    >>> rows[1].probe_accuracy > rows[0].probe_accuracy
    True
    """
    names = layer_names(network, test_images) if layers is None else list(layers)
    rows = []
    for name in ["input", *names]:

        def features(images: Tensor, name: str = name) -> FloatArray:
            if name == "input":
                return images.flatten(1).cpu().numpy()
            return layer_features(network, images, layers=[name], batch_size=batch_size)[name]

        train, test = features(train_images), features(test_images)
        probe = linear_probe(
            train,
            train_labels,
            test,
            test_labels,
            solver=solver,
            max_features=max_features,
            seed=seed,
        )
        kept = min(fisher_features, len(test) // 4)
        reduced = fit_reduction(train, kept, seed=seed).transform(test)
        collapse = neural_collapse(test, test_labels)
        row = LayerSeparation(
            layer=name,
            width=test.shape[1],
            probe_train_accuracy=probe.train_accuracy,
            probe_accuracy=probe.test_accuracy,
            fisher_ratio=fisher_ratio(_without_constants(reduced), test_labels),
            **{k: v for k, v in asdict(collapse).items() if k not in ("nc3", "nc4")},
        )
        rows.append(row)
        progress(row)
    return rows


def classifier_collapse(
    network: nn.Module, images: Tensor, labels: ArrayLike, *, batch_size: int = 200
) -> NeuralCollapse:
    """Measure neural collapse of what comes into the last linear layer of a network.

    Parameters
    ----------
    network
        Any network whose last `torch.nn.Linear` is its classifier.
    images, labels
        ``(n, C, M, N)`` and ``(n,)``.
    batch_size
        Images at once.

    Returns
    -------
    NeuralCollapse
        All measures.

    Raises
    ------
    ValueError
        If the network has no linear layer, or the shapes do not fit.
    """
    features, weight, bias = classifier_features(network, images, batch_size=batch_size)
    return neural_collapse(features, labels, weight, bias)


def _without_constants(features: FloatArray) -> FloatArray:
    """Leave features out that are the same for all images: they tell nothing."""
    return features[:, np.ptp(features, axis=0) > 0]
