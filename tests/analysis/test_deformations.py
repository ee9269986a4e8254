"""Images move as their displacement says."""

import pytest
import torch

from kymatio_learned.analysis import random_deformation, translate, warp

from ..assertions import FLOAT32, assert_close


@pytest.mark.parametrize("shift", [(1, 0), (0, -2), (2, 3)])
def test_whole_pixels_are_moved_exactly(shift: tuple[int, int]) -> None:
    x = torch.randn(2, 3, 12, 10)
    inside = (..., slice(3, -3), slice(3, -3))
    moved = translate(x, shift)
    assert_close(moved[inside], x.roll(shift, (-2, -1))[inside], FLOAT32)


@pytest.mark.parametrize("strength", [0.0, 0.1])
def test_a_ramp_moves_by_its_displacement(strength: float) -> None:
    """Away from the reflected border; PyTorch's bicubic kernel is nearly exact on a ramp."""
    u = torch.arange(20.0)[:, None] + 3 * torch.arange(24.0)
    tau = random_deformation((20, 24), strength, scale=3) + torch.tensor([0.3, -0.6]).view(2, 1, 1)
    moved = warp(u[None, None], tau)[0, 0]
    inside = (slice(4, -4), slice(4, -4))
    assert_close(moved[inside], (u - tau[0] - 3 * tau[1])[inside], 3e-3)


def test_borders_are_reflected() -> None:
    x = torch.arange(6.0).view(1, 1, 1, 6).expand(1, 1, 6, 6)
    assert_close(translate(x, (0, 2))[0, 0, 0], torch.tensor([1.0, 0, 0, 1, 2, 3]), FLOAT32)


@pytest.mark.parametrize("scale", [2.0, 8.0])
def test_deformation_has_its_strength_and_no_mean(scale: float) -> None:
    tau = random_deformation((32, 24), 0.2, scale=scale, seed=3)
    slopes = [(tau.roll(-1, axis) - tau).abs().max() for axis in (-2, -1)]
    assert max(slopes).item() == pytest.approx(0.2, rel=1e-5)
    assert tau.mean((1, 2)).abs().max() < 1e-6
    assert torch.equal(tau, random_deformation((32, 24), 0.2, scale=scale, seed=3))
    assert not torch.equal(tau, random_deformation((32, 24), 0.2, scale=scale, seed=4))


def test_wrong_shapes() -> None:
    with pytest.raises(ValueError, match=r"displacement \(2, M, N\) or \(2, 1, 1\), got \(1, 1, 4"):
        warp(torch.zeros(1, 1, 4, 4), torch.zeros(2, 4, 5))
    with pytest.raises(ValueError, match=r"expected images \(B, C, M, N\)"):
        translate(torch.zeros(1, 4, 4), (0, 1))
