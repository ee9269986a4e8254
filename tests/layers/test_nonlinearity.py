"""Each non-linearity equals its formula on complex numbers, and is finite at zero."""

from typing import Any

import numpy as np
import pytest
import torch

from kymatio_learned.layers import ChannelLayout, Nonlinearity
from kymatio_learned.layers.nonlinearity import NONLINEARITIES

from .. import reference
from ..assertions import FLOAT64, assert_close

LAYOUTS = [ChannelLayout(3, 0), ChannelLayout(2, 3), ChannelLayout(0, 2)]
PARAMETERS: dict[str, Any] = {
    "modulus": {},
    "soft_threshold": {"bias": 0.7},
    "sigmoid": {"bias": -0.3, "gain": 1.5},
    "unit_modulus": {},
    "tanh": {},
    "power": {"bias": 0.4, "gain": 0.6},
}


def draw_parameters(rho: Nonlinearity) -> dict[str, Any]:
    """Give each channel its own parameters, and return them as they act on native channels."""
    with torch.no_grad():
        for parameter in rho.parameters():
            parameter.uniform_(0.1, 0.9)
    return {name: value.detach().numpy() for name, value in rho.named_parameters()}


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("name", NONLINEARITIES)
def test_nonlinearity_equals_its_formula(name: str, learned: bool, layout: ChannelLayout) -> None:
    values: dict[str, Any] = dict(PARAMETERS[name])
    rho = Nonlinearity(name, layout, **values, learned=learned).double()
    if learned:
        values = draw_parameters(rho)
    x = torch.randn(2, layout.n_planes, 3, 4, dtype=torch.float64)
    expected = reference.NONLINEARITIES[name](
        layout.to_native(x).numpy(), values.get("bias"), values.get("gain")
    )
    assert_close(rho.out_layout.to_native(rho(x)), expected, FLOAT64)


@pytest.mark.parametrize("name", [name for name in NONLINEARITIES if name != "modulus"])
def test_phases_are_kept(name: str) -> None:
    # The factor of z is real and not negative. On a real channel the phase is the sign.
    layout = ChannelLayout(2, 2)
    rho, x = Nonlinearity(name, layout), torch.randn(2, 6, 3, 3)
    z, y = layout.to_native(x), layout.to_native(rho(x))
    ratio = y / z
    assert ratio.imag.abs().max() < 1e-6
    assert ratio.real.min() >= 0
    assert rho.out_layout == layout


def test_modulus_collapses_phases_and_signs() -> None:
    layout = ChannelLayout(2, 2)
    rho = Nonlinearity("modulus", layout)
    z = layout.to_native(torch.randn(2, 6, 3, 3))
    turned = z * torch.tensor([1j, -1, -1, 1])[:, None, None]
    assert rho.out_layout == ChannelLayout(n_real=4)
    assert_close(rho(layout.to_planar(turned)), z.abs(), 1e-6)


@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("name", NONLINEARITIES)
def test_zero_is_mapped_to_zero_with_finite_gradients(name: str, learned: bool) -> None:
    rho = Nonlinearity(name, ChannelLayout(2, 1), **PARAMETERS[name], learned=learned)
    x = torch.zeros(1, 5, 2, 2, requires_grad=True)
    y = rho(x)
    y.sum().backward()
    assert not y.any()
    assert x.grad is not None
    assert x.grad.isfinite().all()
    for parameter in rho.parameters():
        assert parameter.grad is not None
        assert parameter.grad.isfinite().all()


@pytest.mark.parametrize(("name", "bias", "gain"), [("soft_threshold", 0.1, None), ("power", 0, 1)])
def test_default_parameters(name: str, bias: float, gain: float | None) -> None:
    rho: Any = Nonlinearity(name, ChannelLayout(2))
    assert rho.bias == pytest.approx(bias)
    assert gain is None or rho.gain == gain
    assert hasattr(rho, "gain") == (gain is not None)


@pytest.mark.parametrize("name", NONLINEARITIES)
def test_learned_parameters_are_one_a_channel_and_fixed_ones_are_not_saved(name: str) -> None:
    layout = ChannelLayout(2, 3)
    fixed, learned = Nonlinearity(name, layout), Nonlinearity(name, layout, learned=True)
    assert not fixed.state_dict()
    assert set(learned.state_dict()) == set(PARAMETERS[name])
    for key, value in PARAMETERS[name].items():
        given = Nonlinearity(name, layout, learned=True, **{key: value})
        assert np.allclose(getattr(given, key).detach(), value)
        assert getattr(given, key).shape == (5, 1, 1)


def test_representation_shows_name_and_parameters() -> None:
    assert "'soft_threshold'" in repr(Nonlinearity("soft_threshold", ChannelLayout(2)))
    assert "bias=0.1" in repr(Nonlinearity("soft_threshold", ChannelLayout(2)))
    assert "gain=1 (mean)" in repr(Nonlinearity("power", ChannelLayout(2), learned=True))


def test_unknown_name_is_refused_with_the_valid_ones() -> None:
    with pytest.raises(ValueError, match=f"one of {', '.join(NONLINEARITIES)}, got 'relu'"):
        Nonlinearity("relu", ChannelLayout(2))


@pytest.mark.parametrize(
    ("name", "key"), [("modulus", "bias"), ("tanh", "gain"), ("soft_threshold", "gain")]
)
def test_parameter_that_is_not_taken_is_refused(name: str, key: str) -> None:
    with pytest.raises(ValueError, match=f"no {key} for nonlinearity '{name}', got {key}=0.5"):
        Nonlinearity(name, ChannelLayout(2), **{key: 0.5})  # type: ignore[arg-type]


def test_power_of_large_amplitudes_is_their_phase() -> None:
    # t / (1 + t) tends to 1, also where t itself is beyond the largest float.
    rho = Nonlinearity("power", ChannelLayout(1), gain=3.0)
    x = torch.tensor([3e15, 4e15]).view(1, 2, 1, 1)
    assert_close(rho(x), x / 5e15, 1e-6)
