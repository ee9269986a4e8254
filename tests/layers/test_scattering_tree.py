"""The scattering tree is Kymatio's transform, with its channels named."""

from typing import Any

import pytest
import torch
from kymatio.scattering2d.frontend.torch_frontend import ScatteringTorch2D

from kymatio_learned.layers import ScatteringTree

from ..assertions import FLOAT32, assert_close


def test_equals_kymatio_channel_by_channel() -> None:
    """Kymatio's list output says for each coefficient its scales and angles."""
    tree = ScatteringTree(2, (16, 12), J=2, L=3)
    kymatio = ScatteringTorch2D(J=2, shape=(16, 12), L=3, out_type="list")
    x = torch.randn(4, 2, 16, 12)
    y = tree(x)
    assert y.shape == (4, tree.out_channels, *tree.output_shape)
    expected = [
        ({"input_channel": c, "j": s["j"], "theta": s["theta"]}, s["coef"][:, c])
        for c in range(2)
        for s in kymatio(x)
    ]
    assert [m for m, _ in expected] == tree.meta()
    assert_close(y, torch.stack([coefficient for _, coefficient in expected], 1), FLOAT32)


def test_any_memory_format_and_precision() -> None:
    tree, x = ScatteringTree(2, (8, 8), J=1, L=2), torch.randn(3, 2, 8, 8)
    expected = tree(x)
    assert torch.equal(tree(x.to(memory_format=torch.channels_last)), expected)
    assert_close(tree.double()(x.double()), expected, FLOAT32)


def test_state_holds_no_filters() -> None:
    assert not ScatteringTree(1, (8, 8), J=1, L=2).state_dict()


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"J": 4}, ValueError, "expected images of at least 16x16 for J=4, got 8x9"),
        ({"J": 0}, ValueError, "expected J to be at least 1, got 0"),
        ({"J": 1.0}, TypeError, "expected J to be an integer, got 1.0"),
        ({"J": 1, "L": 0}, ValueError, "expected L to be at least 1, got 0"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        ScatteringTree(1, (8, 9), **arguments)
