"""The rectified phases hold the wavelet coefficients, and average to their modulus."""

import math

import pytest
import torch

from kymatio_learned.layers import PhaseReLUScattering
from kymatio_learned.torch import PhaseCollapse2D

from ..assertions import FLOAT64, assert_close

L = 3


def scattering(in_channels: int = 2) -> PhaseReLUScattering:
    return PhaseReLUScattering(in_channels, PhaseCollapse2D((6, 7), L)).double()


def test_channels_are_what_meta_says() -> None:
    """Each channel is computed again from the complex coefficient that its entry names."""
    layer, x = scattering(), torch.randn(4, 2, 6, 7, dtype=torch.float64)
    phi, psi = layer.wavelets.wavelets(x)
    y, meta = layer(x), layer.meta()
    assert y.shape[1] == len(meta) == layer.out_channels
    assert y.shape[2:] == layer.output_shape
    for channel, m in zip(y.unbind(1), meta, strict=True):
        c = m["input_channel"]
        if m["filter"] == "phi":
            expected = phi[:, c]
        else:
            expected = (psi[:, c, m["theta"]] * complex(math.e) ** (-1j * m["phase"])).real.relu()
            assert m["angle"] == layer.wavelets.meta()[1 + m["theta"]]["angle"]
        assert_close(channel, expected, FLOAT64)


def test_nothing_is_lost() -> None:
    # ReLU(a) - ReLU(-a) = a, so opposite phases give the real and imaginary parts back.
    layer, x = scattering(1), torch.randn(2, 1, 6, 7, dtype=torch.float64)
    re, im, minus_re, minus_im = layer(x)[:, 1:].unflatten(1, (4, L)).unbind(1)
    z = torch.complex(re - minus_re, im - minus_im)
    assert_close(z, layer.wavelets.wavelets(x)[1][:, 0], FLOAT64)


def test_zero_image_gives_finite_gradients() -> None:
    x = torch.zeros(1, 2, 6, 7, dtype=torch.float64, requires_grad=True)
    scattering()(x).sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()


@pytest.mark.parametrize(("number", "error"), [(0, ValueError), (1.0, TypeError)])
def test_wrong_number_of_channels(number: int, error: type[Exception]) -> None:
    with pytest.raises(error, match="expected in_channels"):
        scattering(number)
