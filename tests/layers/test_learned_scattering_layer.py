"""A whole layer equals its definition on complex channels, filters convolved in space."""

import itertools
from typing import Any

import pytest
import torch

from kymatio_learned.layers import (
    ChannelLayout,
    LearnedScatteringLayer,
    learned_scattering_layer,
)
from kymatio_learned.layers.nonlinearity import NONLINEARITIES
from kymatio_learned.scattering2d.filter_bank import BANKS
from kymatio_learned.torch import PhaseCollapse2D

from .. import reference
from ..assertions import FLOAT64, assert_close

LAYOUTS = [ChannelLayout(0, 2), ChannelLayout(2, 0), ChannelLayout(1, 2)]


def build(
    layout: ChannelLayout, *, bank: str = "octave", L: int = 3, **kwargs: Any
) -> LearnedScatteringLayer:
    """Build a layer in double precision; if it learns a non-linearity, one a channel."""
    layer = LearnedScatteringLayer(layout, 4, PhaseCollapse2D((4, 5), L, bank=bank), **kwargs)
    with torch.no_grad():
        for parameter in layer.nonlinearity.parameters():
            parameter.uniform_(0.1, 0.9)
    return layer.double()


def draw(layout: ChannelLayout) -> torch.Tensor:
    return 1 + torch.randn(3, layout.n_planes, 4, 5, dtype=torch.float64)


def check(layer: LearnedScatteringLayer, training: bool) -> None:
    """Compare a layer with its twin, in one mode."""
    x = draw(layer.layout)
    layer(draw(layer.layout))  # running averages that are not those of the start
    layer.train(training)
    expected = reference.scattering_layer(layer, layer.layout.to_native(x).numpy())
    y = layer.out_layout.to_native(layer(x))
    assert y.shape == (3, 4, *layer.wavelets.output_shape)
    assert_close(y, expected, FLOAT64)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("complex_mixing", [True, False])
@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_layer_equals_its_definition(
    layout: ChannelLayout, complex_mixing: bool, skip: bool, training: bool
) -> None:
    check(build(layout, skip=skip, complex_mixing=complex_mixing), training)


@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("name", NONLINEARITIES)
def test_layer_equals_its_definition_with_each_nonlinearity(
    name: str, skip: bool, learned: bool
) -> None:
    layer = build(ChannelLayout(1, 2), skip=skip, nonlinearity=name, learned_nonlinearity=learned)
    check(layer, training=True)


@pytest.mark.parametrize("bank", BANKS)
def test_layer_equals_its_definition_with_each_bank(bank: str) -> None:
    check(build(ChannelLayout(1, 1), bank=bank, skip=True), training=True)


@pytest.mark.parametrize("n_images", [1, 2])
def test_images_are_evaluated_a_few_at_a_time(
    n_images: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = build(ChannelLayout(1, 2), bank="half_octave_first")  # 3 images
    features: list[int] = []
    gather = layer._gather

    def counted(x: torch.Tensor) -> torch.Tensor:
        y = gather(x)
        features.append(len(y))
        return y

    a_few = n_images * layer.features(draw(layer.layout))[0].numel()
    monkeypatch.setattr(learned_scattering_layer, "_EVALUATED", a_few)
    monkeypatch.setattr(layer, "_gather", counted)
    with torch.no_grad():
        check(layer, training=False)
    assert max(features[1:]) == n_images  # the first is of the training


def test_running_mean_of_a_real_channel_may_be_complex() -> None:
    # Checkpoints of the published code cast real channels to complex, with their running means.
    layer = build(ChannelLayout(1, 1), skip=True).eval()
    layer.standardization.running_mean.normal_()
    x = draw(layer.layout)
    expected = reference.scattering_layer(layer, layer.layout.to_native(x).numpy())
    assert_close(layer.out_layout.to_native(layer(x)), expected, FLOAT64)


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("name", ["modulus", "tanh"])
@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_meta_tells_what_each_feature_is(layout: ChannelLayout, name: str, skip: bool) -> None:
    # The twin computes each feature from its entry alone.
    layer = build(layout, skip=skip, nonlinearity=name)
    x = draw(layout)
    features, meta = layer.features(x), layer.meta()
    columns = layer.mixing.layout
    expected = reference.features(layer, layout.to_native(x).numpy())
    assert_close(columns.to_native(features), expected, FLOAT64)
    assert len(meta) == columns.n_channels == layer.mixing.weight.shape[1]
    assert [m["is_complex"] for m in meta] == [k < columns.n_complex for k in range(len(meta))]


def test_meta_lists_every_feature_once() -> None:
    layer, L, C = build(ChannelLayout(1, 2), skip=True), 3, 3
    seen = [(m["input_channel"], m["filter"], m["theta"], m["nonlinearity"]) for m in layer.meta()]
    filters = [("phi", None), *(("psi", theta) for theta in range(L))]
    product = itertools.product(range(C), filters, [None, "modulus"])
    every = [(c, *filter_, rho) for c, filter_, rho in product]
    assert len(seen) == len(every)
    assert set(seen) == set(every)


def test_meta_puts_complex_channels_first_and_the_angle_fastest() -> None:
    # Spelled out for two real input channels: without skip, phi then the moduli of psi; with skip,
    # the complex x * psi come first.
    wavelets = PhaseCollapse2D((4, 4), 2)
    layout = ChannelLayout(n_real=2)
    low = [(0, "phi", None), (1, "phi", None)]
    high = [(c, "psi", theta) for c in (0, 1) for theta in (0, 1)]
    for skip, expected in ((False, low + high), (True, high + low + high + low)):
        layer = LearnedScatteringLayer(layout, 4, wavelets, skip=skip)
        order = [(m["input_channel"], m["filter"], m["theta"]) for m in layer.meta()]
        assert order == expected


def test_running_averages_are_those_of_the_features() -> None:
    layer = build(ChannelLayout(1, 1), skip=True)
    x = draw(layer.layout)
    layer(x)
    native = layer.mixing.layout.to_native(layer.features(x))
    mean = torch.view_as_complex(layer.standardization.running_mean)
    assert_close(mean, 0.1 * native.mean((0, 2, 3)), FLOAT64)


def test_zero_images_give_zero_with_finite_gradients() -> None:
    layer = build(ChannelLayout(1, 1), skip=True)
    x = torch.zeros_like(draw(layer.layout), requires_grad=True)
    y = layer(x)
    y.sum().backward()
    assert not y.any()
    assert x.grad is not None
    assert x.grad.isfinite().all()
    assert layer.mixing.weight.grad is not None
    assert layer.mixing.weight.grad.isfinite().all()
