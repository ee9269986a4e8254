"""Kymatio's life cycle, named buffers, and what a module of PyTorch survives."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from kymatio.frontend.base_frontend import ScatteringBase
from torch import nn

from kymatio_learned.numpy import PhaseCollapse2D as NumpyPhaseCollapse2D
from kymatio_learned.scattering2d.backend.numpy_backend import NumpyBackend2D
from kymatio_learned.scattering2d.backend.torch_backend import TorchBackend2D
from kymatio_learned.torch import PhaseCollapse2D

from ..assertions import FLOAT64, assert_close
from .backends import BACKENDS


def test_operator_has_kymatios_life_cycle() -> None:
    for S in (PhaseCollapse2D((8, 8), 4), NumpyPhaseCollapse2D((8, 8), 4)):
        assert isinstance(S, ScatteringBase)
        for step in ("build", "create_filters", "scattering"):
            assert callable(getattr(S, step))
    assert callable(PhaseCollapse2D((8, 8), 4).register_filters)


def test_calling_is_scattering() -> None:
    S, S_numpy, x = PhaseCollapse2D((8, 8), 4), NumpyPhaseCollapse2D((8, 8), 4), torch.randn(8, 8)
    assert torch.equal(S(x), S.scattering(x))
    np.testing.assert_array_equal(S_numpy(x.numpy()), S_numpy.scattering(x.numpy()))


def test_backend_is_given_by_name_or_as_an_object() -> None:
    assert PhaseCollapse2D((8, 8), 4, backend=TorchBackend2D).backend is TorchBackend2D
    assert PhaseCollapse2D((8, 8), 4, backend="torch").backend is TorchBackend2D
    assert NumpyPhaseCollapse2D((8, 8), 4, backend=NumpyBackend2D).backend is NumpyBackend2D


@pytest.mark.parametrize("backend", BACKENDS)
def test_filters_are_named_buffers_that_checkpoints_do_not_hold(backend: str) -> None:
    S = PhaseCollapse2D((8, 12), 4, backend=backend)
    buffers = dict(S.named_buffers())
    assert buffers["phi"].shape == (12, 16)
    assert buffers["psi"].shape == (4, 12, 16)
    assert not any(buffer.is_complex() for buffer in buffers.values())
    assert not list(S.parameters())
    assert not S.state_dict()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("pre_pad", [False, True])
def test_copies_compute_the_same(backend: str, pre_pad: bool, tmp_path: object) -> None:
    S = PhaseCollapse2D((8, 12), 4, pre_pad=pre_pad, backend=backend)
    x = torch.randn(2, *S.input_shape)
    torch.save(S, f"{tmp_path}/operator.pt")
    copies: list[nn.Module] = [
        copy.deepcopy(S),
        pickle.loads(pickle.dumps(S)),
        torch.load(f"{tmp_path}/operator.pt", weights_only=False),
    ]
    for other in copies:
        assert torch.equal(other(x), S(x))
        assert repr(other) == repr(S)


def test_copies_of_the_numpy_frontend_compute_the_same() -> None:
    S, x = NumpyPhaseCollapse2D((8, 12), 4), np.random.default_rng(0).standard_normal((8, 12))
    for other in (copy.deepcopy(S), pickle.loads(pickle.dumps(S))):
        np.testing.assert_array_equal(other(x), S(x))


@pytest.mark.parametrize("backend", BACKENDS)
def test_double_changes_the_filters_and_not_the_result(backend: str) -> None:
    # The filters follow the images, so a double precision image needs no conversion.
    S, x = PhaseCollapse2D((8, 12), 4, backend=backend), torch.randn(8, 12, dtype=torch.float64)
    y = S(x)
    S.double()
    assert S.phi.dtype == S.psi.dtype == torch.float64
    assert_close(S(x), y, FLOAT64)
    assert S(x.float()).dtype == torch.float32


@pytest.mark.parametrize("backend", BACKENDS)
def test_operator_moves_to_another_device(backend: str) -> None:
    # What it computes with are buffers, which `.to(device)` moves.
    S = PhaseCollapse2D((8, 8), 4, backend=backend)
    tensors = [value for value in vars(S).values() if isinstance(value, torch.Tensor)]
    assert not tensors
    assert {buffer.device.type for buffer in S.to("meta").buffers()} == {"meta"}


def test_importing_does_not_load_what_recent_scipy_cannot() -> None:
    # `kymatio.torch` and `kymatio.numpy` import 3-D code that needs a function SciPy removed.
    program = (
        "import sys, kymatio_learned.numpy, kymatio_learned.torch, kymatio_learned.models\n"
        "refused = {'kymatio.torch', 'kymatio.numpy', 'kymatio.scattering3d.filter_bank'}\n"
        "sys.exit(f'loaded {refused & set(sys.modules)}' if refused & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_importing_the_package_loads_neither_torch_nor_kymatio() -> None:
    program = "import sys, kymatio_learned; sys.exit(bool({'torch', 'kymatio'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", program], check=True)
