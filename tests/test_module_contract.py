"""What every module of the package survives: copies, pickle, another dtype, a state_dict."""

import copy
import io
import pickle
from collections.abc import Callable

import pytest
import torch
from torch import nn

from kymatio_learned import layers, models
from kymatio_learned.layers import (
    ChannelLayout,
    ChannelMixing,
    ChannelNorm,
    Classifier,
    FrameConcentration,
    LearnedScatteringLayer,
    Nonlinearity,
    OrthogonalProjection,
    PhaseReLUScattering,
    ReLUPart,
    ScatteringTree,
    SeparationConcentrationLayer,
    Standardization,
    TriangularMixing,
)
from kymatio_learned.models import (
    CifarResNet,
    LearnedScattering2D,
    PatchConcentration2D,
    SeparationConcentration2D,
)
from kymatio_learned.torch import PhaseCollapse2D

from .assertions import FLOAT32, assert_close

LAYOUT = ChannelLayout(n_complex=2, n_real=1)


def operator() -> PhaseCollapse2D:
    return PhaseCollapse2D((4, 5), 3)


def network() -> LearnedScattering2D:
    return LearnedScattering2D(
        J=1,
        shape=(4, 5),
        L=3,
        channels=(2, 3),
        in_channels=5,
        n_classes=2,
        skip=True,
        nonlinearity="power",
        learned_nonlinearity=True,
    )


def concentrating_network() -> SeparationConcentration2D:
    return SeparationConcentration2D(
        J=2, shape=(4, 5), L=3, channels=(4, 3), widths=(7, 8), in_channels=5, n_classes=2
    )


def patch_network() -> PatchConcentration2D:
    return PatchConcentration2D(
        (4, 5), patch_size=2, stride=1, width=30, in_channels=5, n_classes=2
    )


MODULES: dict[str, Callable[[], nn.Module]] = {
    "PhaseCollapse2D": operator,
    "ChannelMixing": lambda: ChannelMixing(LAYOUT, 3),
    "ChannelNorm": ChannelNorm,
    "Classifier": lambda: Classifier(LAYOUT, (4, 5), 2, "global"),
    "FrameConcentration": lambda: FrameConcentration(5, 8),
    "LearnedScatteringLayer": lambda: LearnedScatteringLayer(LAYOUT, 3, operator(), skip=True),
    "Nonlinearity": lambda: Nonlinearity("sigmoid", LAYOUT, learned=True),
    "OrthogonalProjection": lambda: OrthogonalProjection(5, 3),
    "PhaseReLUScattering": lambda: PhaseReLUScattering(5, operator()),
    "ReLUPart": lambda: ReLUPart("odd", LAYOUT, threshold=0.1, learned=True),
    "ScatteringTree": lambda: ScatteringTree(5, (4, 5), J=1, L=3),
    "SeparationConcentrationLayer": lambda: SeparationConcentrationLayer(
        PhaseReLUScattering(5, operator()), 3, width=8
    ),
    "Standardization": lambda: Standardization(LAYOUT),
    "TriangularMixing": lambda: TriangularMixing(LAYOUT, (1, 0, 0), (2, 3)),
    "CifarResNet": lambda: CifarResNet(
        (1, 1), (3, 6), in_channels=5, n_classes=2, nonlinearity="dead_zone_abs"
    ),
    "LearnedScattering2D": network,
    "PatchConcentration2D": patch_network,
    "SeparationConcentration2D": concentrating_network,
}


def call(module: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Apply a module to a planar tensor, in evaluation."""
    module.eval()
    y: torch.Tensor = module(x)
    return y


def draw(dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(2, LAYOUT.n_planes, 4, 5, dtype=dtype)


@pytest.fixture(params=MODULES)
def module(request: pytest.FixtureRequest) -> nn.Module:
    """Build a module that has seen a batch, so that its state is not that of the start."""
    module = MODULES[request.param]()
    module.train()
    module(draw())
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(0.1 * torch.rand_like(parameter))
    return module


def test_contract_is_for_every_public_module() -> None:
    public = [getattr(package, name) for package in (layers, models) for name in package.__all__]
    classes = {c.__name__ for c in public if isinstance(c, type) and issubclass(c, nn.Module)}
    assert set(MODULES) == classes | {"PhaseCollapse2D"}


def test_copies_compute_the_same(module: nn.Module) -> None:
    x, buffer = draw(), io.BytesIO()
    torch.save(module, buffer)
    buffer.seek(0)
    expected = call(module, x)
    for other in (
        copy.deepcopy(module),
        pickle.loads(pickle.dumps(module)),
        torch.load(buffer, weights_only=False),
    ):
        assert torch.equal(call(other, x), expected)
        assert repr(other) == repr(module)


def test_copies_share_nothing(module: nn.Module) -> None:
    other = copy.deepcopy(module)
    with torch.no_grad():
        for tensor in (*other.parameters(), *other.buffers()):
            tensor.zero_()
    for tensor in (*module.parameters(), *module.buffers()):
        assert tensor.any() or tensor.dtype == torch.int64


def test_state_dict_restores_a_new_module(
    module: nn.Module, request: pytest.FixtureRequest
) -> None:
    name, buffer, x = request.node.callspec.params["module"], io.BytesIO(), draw()
    torch.save(module.state_dict(), buffer)
    buffer.seek(0)
    other = MODULES[name]()
    other.load_state_dict(torch.load(buffer, weights_only=True))
    assert torch.equal(call(other, x), call(module, x))


def test_double_precision_gives_the_same_result(module: nn.Module) -> None:
    x = draw()
    expected = call(module, x)
    double = copy.deepcopy(module).double()
    y = call(double, x.double())
    assert y.dtype == torch.float64
    assert_close(y, expected, FLOAT32)
    assert torch.equal(call(double.to(torch.float32), x), expected)


def test_parameters_and_buffers_are_real(module: nn.Module) -> None:
    for tensor in (*module.parameters(), *module.buffers()):
        assert not tensor.is_complex()


def test_state_holds_no_filters(module: nn.Module) -> None:
    assert not any(key.split(".")[-1].startswith(("phi", "psi")) for key in module.state_dict())
