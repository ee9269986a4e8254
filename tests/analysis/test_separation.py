"""Rows hold what the separate measures give, for the images and each layer."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import one_hot

from kymatio_learned.analysis import (
    LayerSeparation,
    class_statistics,
    classifier_collapse,
    fisher_ratio,
    layer_separation,
    linear_probe,
    neural_collapse,
)


class Collapse(nn.Module):
    """Read the class off the brightest pixel, and forget the rest: complete collapse."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return one_hot(x.flatten(1).argmax(1), 16).to(x.dtype)[:, :3]


@pytest.fixture
def images() -> tuple[torch.Tensor, np.ndarray]:
    labels = np.arange(240) % 3
    x = 0.5 * torch.rand(240, 16)
    x[torch.arange(240), torch.from_numpy(labels)] = 1
    return x.view(240, 1, 4, 4), labels


def test_rows_are_the_separate_measures(images: tuple[torch.Tensor, np.ndarray]) -> None:
    x, y = images
    net = nn.Sequential(nn.Flatten(), nn.Linear(16, 5))
    seen: list[LayerSeparation] = []
    rows = layer_separation(net, x[:120], y[:120], x[120:], y[120:], progress=seen.append)
    assert [row.layer for row in rows] == ["input", "0", "1"]
    assert seen == rows
    with torch.no_grad():
        a, b = net(x[:120]).numpy(), net(x[120:]).numpy()
    probe, collapse = linear_probe(a, y[:120], b, y[120:]), neural_collapse(b, y[120:])
    expected = {
        "width": 5,
        "probe_train_accuracy": probe.train_accuracy,
        "probe_accuracy": probe.test_accuracy,
        "fisher_ratio": fisher_ratio(b, y[120:]),
        "nc1": collapse.nc1,
        "nc2_norms": collapse.nc2_norms,
        "nc2_angles": collapse.nc2_angles,
    }
    flat, last = ({k: v for k, v in vars(row).items() if k != "layer"} for row in rows[1:])
    assert last == pytest.approx(expected, rel=1e-4)
    assert flat == {k: v for k, v in vars(rows[0]).items() if k != "layer"}


def test_fisher_ratio_of_wide_layers_is_of_their_first_components(
    images: tuple[torch.Tensor, np.ndarray],
) -> None:
    x, y = images
    (row,) = layer_separation(
        nn.Flatten(), x[:120], y[:120], x[120:], y[120:], layers=[], fisher_features=4
    )
    flat = x.flatten(1).double().numpy()
    variances = flat[:120].var(0)
    z = (flat - flat[:120].mean(0)) / np.sqrt(variances + variances.mean() / 100)
    axes = np.linalg.svd(z[:120], full_matrices=False)[2][:4]
    statistics = class_statistics(z[120:] @ axes.T, y[120:])
    eigenvalues = np.linalg.eigvals(np.linalg.solve(statistics.within, statistics.between))
    assert row.fisher_ratio == pytest.approx(eigenvalues.real.sum() / 3, rel=1e-3)


def test_complete_collapse(images: tuple[torch.Tensor, np.ndarray]) -> None:
    x, y = images
    linear = nn.Linear(3, 3, bias=False)
    with torch.no_grad():
        linear.weight.copy_(2 * torch.eye(3) - 2 / 3)
    net = nn.Sequential(Collapse(), linear)
    collapse = classifier_collapse(net, x, y)
    assert max(abs(v) for v in vars(collapse).values()) < 1e-6
