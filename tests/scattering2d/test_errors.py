"""Bad input gets one error, before any work, that says what was expected and what came."""

from typing import Any

import numpy as np
import pytest
import torch

from kymatio_learned.numpy import PhaseCollapse2D as NumpyPhaseCollapse2D
from kymatio_learned.scattering2d.backend.numpy_backend import NumpyBackend2D
from kymatio_learned.scattering2d.backend.torch_backend import TorchBackend2D
from kymatio_learned.scattering2d.filter_bank import filter_bank, wavelet_parameters
from kymatio_learned.torch import PhaseCollapse2D

FRONTENDS = [PhaseCollapse2D, NumpyPhaseCollapse2D]
BANK_NAMES = "octave, half_octave_first, half_octave_second"

CONSTRUCTOR_ERRORS: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"shape": (1, 8)}, ValueError, r"at least 2 x 2 pixels, got shape=\(1, 8\)"),
    ({"shape": (8, 1)}, ValueError, r"at least 2 x 2 pixels, got shape=\(8, 1\)"),
    ({"shape": (8, 0)}, ValueError, r"got shape=\(8, 0\)"),
    ({"shape": (-4, 8)}, ValueError, r"got shape=\(-4, 8\)"),
    ({"shape": (8, 8, 8)}, TypeError, r"pair of integers \(M, N\), got \(8, 8, 8\)"),
    ({"shape": 8}, TypeError, r"pair of integers \(M, N\), got 8"),
    ({"shape": (8.0, 8)}, TypeError, r"pair of integers \(M, N\), got \(8.0, 8\)"),
    ({"shape": (True, 8)}, TypeError, r"pair of integers \(M, N\), got \(True, 8\)"),
    ({"L": 0}, ValueError, "L to be at least 1, got 0"),
    ({"L": -3}, ValueError, "L to be at least 1, got -3"),
    ({"L": 4.0}, TypeError, "L to be an integer, got 4.0"),
    ({"L": True}, TypeError, "L to be an integer, got True"),
    ({"bank": "haar"}, ValueError, f"one of {BANK_NAMES}, got 'haar'"),
    ({"bank": "half_octave_second", "L": 2}, ValueError, "L >= 3 .* got L=2"),
    (
        {"bank": "half_octave_second", "L": 4, "full_circle": True},
        ValueError,
        "L >= 5 .* got L=4",
    ),
    ({"out_type": "dict"}, ValueError, "'array' or 'list', got 'dict'"),
    ({"backend": "tensorflow"}, ValueError, "backend to be one of .*, got 'tensorflow'"),
    ({"backend": 3}, ValueError, "expected a backend of the frontend .*, got 3"),
]


@pytest.mark.parametrize("frontend", FRONTENDS)
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    CONSTRUCTOR_ERRORS,
    ids=[str(e[0]) for e in CONSTRUCTOR_ERRORS],
)
def test_constructor_refuses(
    frontend: Any, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        frontend(**({"shape": (8, 8)} | arguments))


def test_unknown_backend_error_lists_the_backends() -> None:
    with pytest.raises(ValueError, match="one of torch, torch_matmul, torch_triton, got 'numpy'"):
        PhaseCollapse2D((8, 8), backend="numpy")
    with pytest.raises(ValueError, match="one of numpy, got 'torch'"):
        NumpyPhaseCollapse2D((8, 8), backend="torch")


def test_backend_of_the_other_frontend_is_refused() -> None:
    with pytest.raises(ValueError, match=r"frontend 'torch' \(torch, torch_matmul, torch_triton\)"):
        PhaseCollapse2D((8, 8), backend=NumpyBackend2D)
    with pytest.raises(ValueError, match=r"frontend 'numpy' \(numpy\)"):
        NumpyPhaseCollapse2D((8, 8), backend=TorchBackend2D)


def test_least_number_of_angles_is_accepted() -> None:
    # One below, the constructor refuses: see above.
    PhaseCollapse2D((8, 8), 3, bank="half_octave_second")
    PhaseCollapse2D((8, 8), 5, bank="half_octave_second", full_circle=True)
    PhaseCollapse2D((2, 2), 1)


@pytest.mark.parametrize("build", [filter_bank, wavelet_parameters])
def test_functions_of_the_bank_refuse_what_the_constructors_do(build: Any) -> None:
    arguments = {"L": 2, "bank": "half_octave_second", "full_circle": False}
    size = {"M": 8, "N": 8} if build is filter_bank else {}
    with pytest.raises(ValueError, match="L >= 3"):
        build(**size, **arguments)


@pytest.mark.parametrize("method", ["wavelets", "scattering", "__call__"])
@pytest.mark.parametrize("shape", [(28, 28), (2, 32, 31), (32,), ()], ids=str)
def test_images_of_another_size_are_refused(method: str, shape: tuple[int, ...]) -> None:
    received = str(shape).replace("(", r"\(").replace(")", r"\)")
    message = rf"expected images of shape \(\.\.\., 32, 32\), got {received}"
    for S, x in (
        (PhaseCollapse2D((32, 32), 4), torch.zeros(shape)),
        (NumpyPhaseCollapse2D((32, 32), 4), np.zeros(shape)),
    ):
        with pytest.raises(ValueError, match=message):
            getattr(S, method)(x)


@pytest.mark.parametrize("frontend", FRONTENDS)
def test_images_that_are_not_padded_are_refused_with_pre_pad(frontend: Any) -> None:
    S = frontend((32, 32), 4, pre_pad=True)
    x = torch.zeros(32, 32) if frontend is PhaseCollapse2D else np.zeros((32, 32))
    with pytest.raises(ValueError, match=r"padded images of shape \(\.\.\., 36, 36\), got \(32, "):
        S(x)


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool", "float16"])
def test_images_of_another_dtype_are_refused(dtype: str) -> None:
    message = f"dtype float32, float64, complex64 or complex128, got (torch.)?{dtype}"
    with pytest.raises(TypeError, match=message):
        PhaseCollapse2D((8, 8), 4)(torch.zeros(8, 8, dtype=getattr(torch, dtype)))
    with pytest.raises(TypeError, match=message):
        NumpyPhaseCollapse2D((8, 8), 4)(np.zeros((8, 8), dtype))


@pytest.mark.parametrize("method", ["wavelets", "scattering"])
def test_images_of_the_other_library_are_refused(method: str) -> None:
    with pytest.raises(TypeError, match="expected a tensor, got ndarray"):
        getattr(PhaseCollapse2D((8, 8), 4), method)(np.zeros((8, 8)))
    with pytest.raises(TypeError, match="expected a NumPy array, got Tensor"):
        getattr(NumpyPhaseCollapse2D((8, 8), 4), method)(torch.zeros(8, 8))
