"""Networks that keep apart how many non-linearities a channel went through."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from kymatio_learned.layers import TriangularMixing
from kymatio_learned.models import LearnedScattering2D
from kymatio_learned.models.channel_orders import layer_channels

from ..assertions import FLOAT64, assert_close

VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "skip": {"skip": True},
    "soft threshold": {"nonlinearity": "soft_threshold", "learned_nonlinearity": True},
    "real mixing": {"complex_mixing": False},
}
variants = pytest.mark.parametrize("variant", VARIANTS)


def build(variant: str, **options: Any) -> LearnedScattering2D:
    """Build a network whose running averages are not those of the start."""
    arguments: dict[str, Any] = {"J": 2, "octave_layers": 2, "shape": (12, 12), "L": 3}
    arguments |= {"channels": ((2, 3), (3, 2, 4)), "separate_orders": True}
    net = LearnedScattering2D(**(arguments | VARIANTS[variant] | options)).double()
    net(images())
    return net


def images() -> Tensor:
    return 1 + torch.randn(3, 3, 12, 12, dtype=torch.float64)


def channels(planes: Tensor, K: int) -> Tensor:
    """Return planes ``(B, parts * K, M, N)`` as ``(B, parts, K, M, N)``."""
    return planes.unflatten(1, (-1, K))


@pytest.mark.parametrize("training", [True, False])
@variants
def test_higher_orders_do_not_change_lower_ones(variant: str, training: bool) -> None:
    net = build(variant).train(training)
    layer = net.layers[1]
    x = net.layers[0](images())
    y = channels(layer(x), 9)
    changed = x.clone()
    channels(changed, 5)[:, :, 2:] += torch.randn(3, 1, 3, 6, 6, dtype=torch.float64)
    z = channels(layer(changed), 9)
    assert_close(z[:, :, :3], y[:, :, :3], FLOAT64)
    for part in (slice(3, 5), slice(5, 9)):
        assert (z - y)[:, :, part].abs().mean() > 1e-2


@variants
def test_gradients_do_not_reach_higher_orders(variant: str) -> None:
    net = build(variant)
    features = net.layers[1](net.layers[0](images()))
    channels(features, 9)[:, :, 0].sum().backward()
    for layer in net.layers:
        gradients = [p.grad for p in layer.mixing.parameters()]
        lowest, *higher = (0.0 if g is None else g.abs().max().item() for g in gradients)
        assert lowest > 1e-2
        assert max(higher) < 1e-10


def test_order_zero_is_a_cascade_of_means_alone() -> None:
    """It goes through phi, standardization and matrices, and the norm of its own channels."""
    net, x = build("plain").eval(), images()
    expected = x
    for layer in net.layers:
        phi, _ = layer.wavelets.wavelets(expected)
        std, low = layer.standardization, [m["order"] == 0 for m in layer.meta()]
        mean, var = std.running_mean[low], std.running_var[low][:, None, None]
        mean = mean if mean.dim() == 1 else torch.view_as_complex(mean)
        phi = (phi - mean[:, None, None]) / (var + std.eps).sqrt()
        assert isinstance(layer.mixing, TriangularMixing)
        P = torch.view_as_complex(layer.mixing.blocks[0].weight)
        expected = torch.einsum("kc,bcmn->bkmn", P, phi.to(P.dtype))
        expected = expected / expected.abs().square().sum(1, keepdim=True).sqrt()
    assert_close(net.layer_outputs(x)[-1][:, :3], expected, FLOAT64)


@variants
def test_meta_tells_the_order_of_each_channel(variant: str) -> None:
    net = build(variant)
    for index, layer in enumerate(net.layers):
        given = [0] * 3 if index == 0 else [0, 0, 1, 1, 1]
        for channel in layer.meta():
            more = channel["nonlinearity"] is not None
            assert channel["order"] == given[channel["input_channel"]] + more
    assert [layer.out_orders for layer in net.layers] == [(2, 3), (3, 2, 4)]
    assert {channel["order"] for channel in net.meta()} == {0, 1, 2}
    mixed = LearnedScattering2D(J=1, shape=(8, 8), octave_layers=1, channels=(4,))
    assert {channel["order"] for channel in mixed.meta()} == {None}


@pytest.mark.parametrize(
    ("channels", "expected"),
    [
        ([8, 16], [(4, 4), (4, 8, 4)]),
        ([(1, 2), 8], [(1, 2), (2, 4, 2)]),
        ([2, 3, 4], [(1, 1), (1, 1, 1), (1, 1, 1, 1)]),
        ([5, 6], [(3, 2), (2, 2, 2)]),
    ],
)
def test_a_total_is_shared_by_the_binomial_law(
    channels: Sequence[int | Sequence[int]], expected: list[tuple[int, ...]]
) -> None:
    sizes = layer_channels(channels, separate_orders=True)
    assert sizes == expected
    for total, size in zip(channels, sizes, strict=True):
        assert isinstance(size, tuple)
        assert sum(size) == (total if isinstance(total, int) else sum(total))


@pytest.mark.parametrize(
    ("channels", "separate", "error", "match"),
    [
        ([4, (1, 2)], False, TypeError, r"channels\[1\] to be an integer, got \(1, 2\): only"),
        ([4, (1, 2)], True, ValueError, r"channels\[1\] to be 3 numbers, for each order"),
        ([(0, 1), 4], True, ValueError, r"channels\[0\] to be at least 1, got 0"),
        ([(1, 1.5), 4], True, TypeError, r"channels\[0\] to be an integer, got 1.5"),
        ([4, 2], True, ValueError, r"channels\[1\] to be at least 3, got 2"),
        ([4, 0], False, ValueError, r"channels\[1\] to be at least 1, got 0"),
    ],
)
def test_numbers_of_channels_that_do_not_fit(
    channels: Any, separate: bool, error: type[Exception], match: str
) -> None:
    with pytest.raises(error, match=match):
        LearnedScattering2D(J=1, shape=(8, 8), L=4, channels=channels, separate_orders=separate)
