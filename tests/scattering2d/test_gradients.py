"""Gradients of the operator equal finite differences, and stay finite where |z| has none."""

import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from kymatio_learned.layers.functional import modulus
from kymatio_learned.scattering2d.filter_bank import BANKS
from kymatio_learned.torch import PhaseCollapse2D

from ..assertions import FLOAT32, assert_close
from .backends import BACKENDS


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128], ids=str)
@pytest.mark.parametrize("bank", BANKS)
def test_gradients_equal_finite_differences(bank: str, dtype: torch.dtype) -> None:
    S = PhaseCollapse2D((3, 4), 4, bank=bank)
    x = torch.randn(2, 3, 4, dtype=dtype, requires_grad=True)
    assert gradcheck(S, x)
    assert gradcheck(S.wavelets, x)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128], ids=str)
@pytest.mark.parametrize("bank", BANKS)
def test_second_derivatives_equal_finite_differences(bank: str, dtype: torch.dtype) -> None:
    # The gradient of a linear map is its adjoint, whose gradient is the map.
    S = PhaseCollapse2D((2, 3), 3, bank=bank)
    x = torch.randn(2, 3, dtype=dtype, requires_grad=True)
    assert gradgradcheck(S, x)
    assert gradgradcheck(S.wavelets, x)


@pytest.mark.parametrize("backend", BACKENDS)
def test_second_derivatives_of_each_backend(backend: str) -> None:
    # The energy E of the coefficients is quadratic: x . grad E = 2 E, and its Hessian maps x to
    # grad E.
    x = torch.randn(5, 6, requires_grad=True)
    S = PhaseCollapse2D((5, 6), 4, backend=backend)
    low, high = S.wavelets(x)
    energy = low.square().sum() + high.abs().square().sum()
    (gradient,) = torch.autograd.grad(energy, x, create_graph=True)
    (second,) = torch.autograd.grad((gradient * x.detach()).sum(), x)
    assert_close((gradient * x).sum(), 2 * energy, FLOAT32)
    assert_close(second, gradient, FLOAT32)


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64], ids=str)
@pytest.mark.parametrize("bank", BANKS)
def test_backends_have_the_same_gradients(bank: str, dtype: torch.dtype) -> None:
    x = torch.randn(2, 8, 9, dtype=dtype)
    gradients = []
    for backend in BACKENDS:
        image = x.clone().requires_grad_()
        S = PhaseCollapse2D((8, 9), 4, bank=bank, backend=backend)
        (S(image).abs() ** 2).sum().backward()
        gradients.append(image.grad)
    assert_close(gradients[1], gradients[0], FLOAT32)


@pytest.mark.parametrize("backend", BACKENDS)
def test_zero_image_has_finite_gradients(backend: str) -> None:
    x = torch.zeros(2, 8, 8, requires_grad=True)
    PhaseCollapse2D((8, 8), 4, backend=backend)(x).sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()


def test_modulus_has_gradient_zero_at_zero() -> None:
    # The subgradient that torch.abs takes for complex numbers.
    re, im = torch.zeros(5, requires_grad=True), torch.zeros(5, requires_grad=True)
    modulus(re, im).sum().backward()
    assert re.grad is not None
    assert im.grad is not None
    assert not re.grad.any()
    assert not im.grad.any()


def test_modulus_equals_the_absolute_value_of_complex_numbers() -> None:
    z = torch.randn(50, dtype=torch.complex128, requires_grad=True)
    re, im = (part.detach().clone().requires_grad_() for part in (z.real, z.imag))
    weights = torch.randn(50, dtype=torch.float64)
    planar, native = modulus(re, im), z.abs()
    (weights * planar).sum().backward()
    (weights * native).sum().backward()
    assert z.grad is not None
    assert_close(planar, native, 1e-15)
    assert_close(re.grad, z.grad.real, 1e-15)
    assert_close(im.grad, z.grad.imag, 1e-15)


def test_modulus_has_first_and_second_derivatives() -> None:
    parts = [torch.randn(6, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    assert gradcheck(modulus, parts)
    assert gradgradcheck(modulus, parts)
