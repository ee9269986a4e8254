"""The operator gives the numbers of the published code, to float32 rounding (see tests/data)."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from kymatio_learned.numpy import PhaseCollapse2D as NumpyPhaseCollapse2D
from kymatio_learned.torch import PhaseCollapse2D

from ..assertions import assert_close
from .backends import BACKENDS

DATA = Path(__file__).parents[1] / "data" / "operator_vectors.npz"
TOLERANCE = 2e-6  # float32 on both sides


def case(k: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arguments and the numbers of a case."""
    with np.load(DATA) as data:
        numbers = {name: data[f"{k}.{name}"] for name in ("x", "phi", "psi", "filters")}
        shape, L, bank = (data[f"{k}.{name}"] for name in ("shape", "L", "bank"))
    return {"shape": tuple(shape.tolist()), "L": int(L), "bank": str(bank)}, numbers


@pytest.mark.parametrize("k", range(7))
@pytest.mark.parametrize("backend", BACKENDS)
def test_torch_equals_the_published_code(k: int, backend: str) -> None:
    arguments, numbers = case(k)
    S = PhaseCollapse2D(**arguments, backend=backend)
    phi, psi = S.wavelets(torch.from_numpy(numbers["x"]))
    assert_close(torch.cat([S.psi, S.phi[None]]), numbers["filters"], TOLERANCE)
    assert_close(phi, numbers["phi"], TOLERANCE)
    assert_close(psi, numbers["psi"], TOLERANCE)
    y = S(torch.from_numpy(numbers["x"]))
    assert_close(y[0], numbers["phi"], TOLERANCE)
    assert_close(y[1:].real, abs(numbers["psi"]), TOLERANCE)


@pytest.mark.parametrize("k", range(7))
def test_numpy_equals_the_published_code(k: int) -> None:
    arguments, numbers = case(k)
    S = NumpyPhaseCollapse2D(**arguments)
    phi, psi = S.wavelets(numbers["x"])
    assert_close(np.concatenate([S.psi, S.phi[None]]), numbers["filters"], TOLERANCE)
    assert_close(phi, numbers["phi"], TOLERANCE)
    assert_close(psi, numbers["psi"], TOLERANCE)
