"""What the Triton kernels compute; `test_torch_triton_backend` runs this where it can be run.

Without a GPU, Triton's interpreter runs the kernels, one operation of Python at a time: so images
are tiny. The environment selects it before Triton is imported, in a process of its own.
"""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor

from kymatio_learned.models import LearnedScattering2D
from kymatio_learned.numpy import PhaseCollapse2D as NumpyPhaseCollapse2D
from kymatio_learned.scattering2d.backend.torch_backend import TorchBackend2D
from kymatio_learned.scattering2d.filter_bank import filter_bank
from kymatio_learned.scattering2d.utils import Geometry, padded_shape

from ..assertions import FLOAT32, assert_close


class Operator(NamedTuple):
    """A bank for images of a size, with the tables of the backend."""

    geometry: Geometry
    tables: dict[str, Tensor]

    def draw(self, *batch: int, p: int, C: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Draw planes (*batch, M, N, p, C)."""
        return torch.randn(*batch, *self.geometry.shape, p, C, dtype=dtype).to(device())


def device() -> str:
    """Return the device of the tests: a GPU unless the interpreter runs the kernels."""
    from kymatio_learned.scattering2d.backend.triton_kernels.operator import INTERPRETED

    return "cpu" if INTERPRETED else "cuda"


@pytest.fixture(scope="module")
def backend() -> Any:
    from kymatio_learned.scattering2d.backend.torch_triton_backend import backend

    return backend


def build(
    backend: Any,
    shape: tuple[int, int],
    L: int = 4,
    bank: str = "octave",
    full_circle: bool = False,
    pre_pad: bool = False,
) -> Operator:
    padded = padded_shape(shape)
    stride = 1 if bank == "half_octave_first" else 2
    geometry = Geometry(padded if pre_pad else shape, padded, stride)
    tables = backend.tables(*filter_bank(*padded, L, bank=bank, full_circle=full_circle), geometry)
    return Operator(
        geometry, {name: torch.from_numpy(table).to(device()) for name, table in tables.items()}
    )


def in_numpy(planes: Tensor) -> Any:
    """Return planes (B, M, N, p, ...) as images (B, ..., M, N), complex if p is 2."""
    x = planes.detach().cpu().double().numpy()
    images = x[:, :, :, 0] + 1j * x[:, :, :, 1] if x.shape[3] == 2 else x[:, :, :, 0]
    return np.moveaxis(images, (1, 2), (-2, -1))


@pytest.mark.parametrize("p", [1, 2], ids=["real", "complex"])
@pytest.mark.parametrize(
    ("shape", "L", "bank", "full_circle", "pre_pad"),
    [
        ((2, 2), 4, "octave", False, False),
        ((2, 3), 4, "half_octave_first", False, False),
        ((3, 2), 3, "half_octave_second", False, False),
        ((9, 6), 5, "octave", False, False),
        ((7, 10), 8, "half_octave_second", True, False),
        ((4, 5), 4, "half_octave_first", False, True),
    ],
)
def test_features_equal_those_of_the_numpy_frontend(
    backend: Any,
    shape: tuple[int, int],
    L: int,
    bank: str,
    full_circle: bool,
    pre_pad: bool,
    p: int,
) -> None:
    operator = build(backend, shape, L, bank, full_circle, pre_pad)
    x = operator.draw(2, p=p, C=3)
    S = NumpyPhaseCollapse2D(shape, L, bank=bank, full_circle=full_circle, pre_pad=pre_pad)
    phi, psi = S.wavelets(in_numpy(x))  # (B, C, M', N') and (B, C, L, M', N')
    psi = psi.swapaxes(1, 2)

    low, (high,) = backend.wavelets(x, operator.tables, operator.geometry)
    assert low.dtype == high.dtype == torch.float32
    assert_close(in_numpy(low), phi, FLOAT32)
    assert_close(in_numpy(high), psi, FLOAT32)

    low, moduli = backend.collapse(x, operator.tables, operator.geometry)
    assert_close(in_numpy(low), phi, FLOAT32)
    assert_close(in_numpy(moduli[:, :, :, None]), abs(psi), FLOAT32)


def gradient(backend: Any, operator: Operator, x: Tensor, collapse: bool) -> Tensor:
    """Return the gradient of a sum of features with fixed weights."""
    x = x.clone().requires_grad_()
    low, highs = backend.wavelets(x, operator.tables, operator.geometry)
    high = torch.cat(highs, 4)
    if collapse and hasattr(backend, "collapse"):
        low, high = backend.collapse(x, operator.tables, operator.geometry)
    elif collapse:
        high = backend.modulus(high, 3)
    generator = torch.Generator().manual_seed(0)
    weights = [torch.randn(y.shape, generator=generator) for y in (low, high)]
    torch.autograd.backward(
        (low, high), [w.to(y) for w, y in zip(weights, (low, high), strict=True)]
    )
    assert x.grad is not None
    return x.grad


@pytest.mark.parametrize(
    ("shape", "L", "bank", "p", "collapse"),
    [
        ((2, 2), 4, "octave", 1, True),
        ((5, 4), 4, "octave", 2, True),
        ((3, 4), 4, "octave", 2, False),
        ((2, 3), 4, "half_octave_first", 1, True),
        ((4, 2), 2, "half_octave_first", 2, False),
        ((3, 2), 5, "half_octave_second", 1, False),
        ((4, 7), 3, "half_octave_second", 2, True),
    ],
)
def test_gradients_equal_those_through_the_fourier_domain(
    backend: Any, shape: tuple[int, int], L: int, bank: str, p: int, collapse: bool
) -> None:
    operator = build(backend, shape, L, bank)
    x = operator.draw(2, p=p, C=2)
    double = {name: operator.tables[name].double() for name in ("phi", "psi")}
    expected = gradient(TorchBackend2D, operator._replace(tables=double), x.double(), collapse)
    actual = gradient(backend, operator, x, collapse)
    assert actual.dtype == torch.float32
    assert_close(actual.cpu(), expected.cpu(), FLOAT32)


def test_gradient_of_padded_images_equals_that_through_the_fourier_domain(backend: Any) -> None:
    operator = build(backend, (3, 2), pre_pad=True)
    x = operator.draw(1, p=1, C=2)
    double = {name: operator.tables[name].double() for name in ("phi", "psi")}
    expected = gradient(TorchBackend2D, operator._replace(tables=double), x.double(), True)
    assert_close(gradient(backend, operator, x, True).cpu(), expected.cpu(), FLOAT32)


@pytest.mark.parametrize("skip", [False, True], ids=["plain", "skip"])
def test_networks_compute_the_same_with_the_kernels(skip: bool) -> None:
    # The second layer filters complex channels, at the size of its images.
    images = torch.randn(3, 2, 4, 4, device=device())
    results = []
    for name in ("torch", "torch_triton"):
        torch.manual_seed(1)
        net = LearnedScattering2D(
            J=1, shape=(4, 4), L=3, channels=(2, 2), in_channels=2, skip=skip, backend=name
        ).to(images.device)
        x = images.clone().requires_grad_()
        y = torch.view_as_real(net(x))
        (y * torch.linspace(-1, 1, y.numel(), device=y.device).view_as(y)).sum().backward()
        parameters = torch.cat([p.grad.flatten() for p in net.parameters() if p.grad is not None])
        assert x.grad is not None
        results.append([part.cpu() for part in (y, x.grad, parameters)])
    for expected, actual in zip(*results, strict=True):
        assert_close(actual, expected, FLOAT32)


def test_zero_image_has_gradient_zero(backend: Any) -> None:
    # The subgradient of the modulus at 0 is 0, as that of torch.abs for complex numbers.
    operator = build(backend, (4, 4), L=2)
    x = torch.zeros_like(operator.draw(1, p=2, C=1)).requires_grad_()
    _, moduli = backend.collapse(x, operator.tables, operator.geometry)
    moduli.sum().backward()
    assert x.grad is not None
    assert not moduli.any()
    assert not x.grad.any()


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (3, 0, 4, 2, 1), (4, 1, 3, 0, 2)], ids=str)
def test_any_strides_give_the_same_features(backend: Any, order: tuple[int, ...]) -> None:
    operator = build(backend, (2, 3), L=1)
    x = operator.draw(2, p=2, C=3)
    # The same numbers in another order in memory, with gaps.
    memory = torch.stack([x.permute(order)] * 2, -1)[..., 0]
    strided = memory.permute([order.index(axis) for axis in range(5)])
    assert not strided.is_contiguous()
    actual = backend.collapse(strided, operator.tables, operator.geometry)
    expected = backend.collapse(x, operator.tables, operator.geometry)
    assert all(map(torch.equal, actual, expected))


def test_images_in_low_precision_are_filtered_in_single_precision(backend: Any) -> None:
    operator = build(backend, (2, 2), L=1)
    x = operator.draw(1, p=1, C=2).bfloat16()
    actual = backend.collapse(x, operator.tables, operator.geometry)
    expected = backend.collapse(x.float(), operator.tables, operator.geometry)
    assert all(map(torch.equal, actual, expected))
    grad = gradient(backend, operator, x, collapse=True)
    assert grad.dtype == torch.bfloat16
    assert torch.equal(grad, gradient(backend, operator, x.float(), collapse=True).bfloat16())


def test_double_precision_goes_through_the_fourier_domain(backend: Any) -> None:
    operator = build(backend, (4, 5))
    x = operator.draw(1, p=2, C=2, dtype=torch.float64)
    tables = {name: operator.tables[name].double() for name in ("phi", "psi")}
    low, highs = TorchBackend2D.wavelets(x, tables, operator.geometry)
    high = torch.cat(highs, 4)
    actual_low, actual_highs = backend.wavelets(x, tables, operator.geometry)
    assert torch.equal(actual_low, low)
    assert torch.equal(torch.cat(actual_highs, 4), high)
    actual_low, moduli = backend.collapse(x, tables, operator.geometry)
    assert torch.equal(actual_low, low)
    assert torch.equal(moduli, TorchBackend2D.collapse(x, tables, operator.geometry)[1])


@pytest.mark.parametrize(("B", "C"), [(0, 3), (2, 0)])
def test_no_images_give_no_features(backend: Any, B: int, C: int) -> None:
    operator = build(backend, (4, 6))
    x = operator.draw(B, p=2, C=C).requires_grad_()
    low, moduli = backend.collapse(x, operator.tables, operator.geometry)
    assert low.shape == (B, 2, 3, 2, C)
    assert moduli.shape == (B, 2, 3, 4, C)
    (low.sum() + moduli.sum()).backward()
    assert x.grad is not None
    assert x.grad.shape == x.shape


@pytest.mark.parametrize("collapse", [False, True])
def test_operators_keep_what_pytorch_asks_of_them(backend: Any, collapse: bool) -> None:
    # Their schema, their shapes without data, and where their gradients are defined.
    from kymatio_learned.scattering2d.backend.triton_kernels.operator import analysis

    operator = build(backend, (2, 2), L=1)
    x = operator.draw(1, p=1, C=1).requires_grad_()
    tables = [operator.tables[name] for name in backend._NAMES]
    torch.library.opcheck(
        analysis,
        (x, tables, operator.geometry.stride, collapse),
        test_utils=("test_schema", "test_faketensor", "test_autograd_registration"),
    )


def test_compiled_features_and_gradients_are_the_same(backend: Any) -> None:
    operator = build(backend, (2, 2), L=1)

    def features(x: Tensor) -> Tensor:
        low, moduli = backend.collapse(x, operator.tables, operator.geometry)
        return torch.cat([low.flatten(), moduli.flatten()])

    compiled = torch.compile(features, fullgraph=True, backend="aot_eager")
    x = operator.draw(1, p=2, C=2)
    images = [x.clone().requires_grad_() for _ in range(2)]
    actual, expected = compiled(images[0]), features(images[1])
    (actual**2).sum().backward()
    (expected**2).sum().backward()
    assert torch.equal(actual, expected)
    assert images[0].grad is not None
    assert images[1].grad is not None
    assert torch.equal(images[0].grad, images[1].grad)
