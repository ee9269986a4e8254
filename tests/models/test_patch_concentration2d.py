"""The two-layer network averages concentrated patches."""

from typing import Any

import numpy as np
import pytest
import torch

from kymatio_learned.layers import FrameConcentration
from kymatio_learned.models import PatchConcentration2D

from ..assertions import FLOAT64, assert_close

BASE: dict[str, Any] = {
    "shape": (9, 6),
    "patch_size": 3,
    "stride": 3,
    "width": 40,
    "in_channels": 2,
    "n_classes": 4,
}


@pytest.mark.parametrize("stride", [1, 3])
def test_equals_a_loop_over_patches(stride: int) -> None:
    net = PatchConcentration2D(**(BASE | {"stride": stride})).double().eval()
    x = torch.randn(2, 2, 9, 6, dtype=torch.float64)
    F, t = net.concentration.frame().detach().numpy(), net.concentration.threshold
    total, count = np.zeros(x.shape), np.zeros((9, 6))
    for u in range(0, 7, stride):
        for v in range(0, 4, stride):
            window = (..., slice(u, u + 3), slice(v, v + 3))
            patch = x.numpy()[window].reshape(2, -1)
            patch = patch / np.linalg.norm(patch, axis=1, keepdims=True)
            total[window] += (np.maximum(patch @ F.T - t, 0) @ F).reshape(2, 2, 3, 3)
            count[window[-2:]] += 1
    assert_close(net.layer_outputs(x)[0], total / count, FLOAT64)


def test_patches_without_overlap_are_the_layer_on_them() -> None:
    net = PatchConcentration2D(**(BASE | {"n_classes": None, "shape": (3, 3)})).eval()
    x = torch.randn(5, 2, 3, 3)
    layer: FrameConcentration = net.concentration
    patch = torch.nn.functional.normalize(x.flatten(1), dim=1)[:, :, None, None]
    assert torch.allclose(net(x), layer(patch).view(x.shape), atol=1e-6)


def test_config_builds_the_same_network() -> None:
    net = PatchConcentration2D(**BASE).eval()
    other = PatchConcentration2D(**net.config)
    other.load_state_dict(net.state_dict())
    x = torch.randn(2, 2, 9, 6)
    assert torch.equal(other.eval()(x), net(x))


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"stride": 2}, ValueError, "expected patches that cover the 9x6 image, got patch_size=3"),
        ({"stride": 4, "shape": (7, 7)}, ValueError, "expected patches that cover the 7x7 image"),
        ({"patch_size": 7}, ValueError, "expected patches that cover the 9x6 image"),
        ({"patch_size": 0}, ValueError, "expected patch_size to be at least 1, got 0"),
        ({"stride": 1.0}, TypeError, "expected stride to be an integer, got 1.0"),
        ({"in_channels": 0}, ValueError, "expected in_channels to be at least 1, got 0"),
        ({"avg_pool": "all"}, ValueError, "expected avg_pool"),
    ],
)
def test_wrong_arguments(change: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        PatchConcentration2D(**(BASE | change))
