"""The effect of a change is its distance, in units of the distance between images."""

from itertools import combinations

import numpy as np
import pytest
import torch
from torch import nn

from kymatio_learned.analysis import PhaseCollapseCascade, layer_changes, translate

IMAGES = torch.randn(6, 2, 8, 8)


def test_equals_a_loop_over_pairs() -> None:
    net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.Tanh())
    table = layer_changes(net, IMAGES, {"halved": lambda x: x / 2})
    for name, f in (("input", nn.Identity()), ("0", net[0]), ("1", net)):
        with torch.no_grad():
            x, y = f(IMAGES), f(IMAGES / 2)
        pairs = [(x[i] - x[j]).square().sum().item() for i, j in combinations(range(6), 2)]
        moved = [(a - b).square().sum().item() for a, b in zip(x, y, strict=True)]
        assert table[name]["halved"] == pytest.approx(
            np.sqrt(np.mean(moved) / np.mean(pairs)), rel=1e-4
        )


def test_no_change_is_0_and_other_images_are_1() -> None:
    images = torch.randn(400, 1, 4, 4)
    table = layer_changes(
        nn.Sequential(nn.Identity()), images, {"none": lambda x: x, "other": lambda x: x.roll(1, 0)}
    )
    assert table["0"]["none"] == 0
    assert table["0"]["other"] == pytest.approx(1, abs=0.05)  # neighbours stand for all pairs


def test_phase_collapse_is_more_stable_than_the_image() -> None:
    smooth = nn.functional.avg_pool2d(torch.randn(8, 1, 48, 48), 5, stride=1, padding=2)
    images = smooth[:, :, 8:40, 8:40]
    cascade = PhaseCollapseCascade(J=3, shape=(32, 32), L=4)
    table = layer_changes(cascade, images, {"1 pixel": lambda x: translate(x, (0, 1))})
    effects = [row["1 pixel"] for row in table.values()]
    assert effects == sorted(effects, reverse=True)


def test_one_image_is_not_enough() -> None:
    with pytest.raises(ValueError, match="expected at least two images, got 1"):
        layer_changes(nn.Flatten(), IMAGES[:1], {})
