"""Gradients of every layer equal finite differences, for inputs and parameters, in float64.

In training a layer uses the statistics of the batch and only then updates its running averages, so
that its output does not depend on how often it was called.
"""

from typing import Any

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck

from kymatio_learned.layers import (
    ChannelLayout,
    ChannelMixing,
    ChannelNorm,
    Classifier,
    LearnedScatteringLayer,
    Nonlinearity,
    Standardization,
)
from kymatio_learned.layers.nonlinearity import NONLINEARITIES
from kymatio_learned.torch import PhaseCollapse2D

LAYOUT = ChannelLayout(n_complex=1, n_real=1)


def layer(**kwargs: Any) -> LearnedScatteringLayer:
    return LearnedScatteringLayer(LAYOUT, 2, PhaseCollapse2D((2, 3), 2), **kwargs)


LAYERS = {
    "complex mixing": lambda: ChannelMixing(LAYOUT, 2),
    "real mixing": lambda: ChannelMixing(LAYOUT, 2, complex_weights=False),
    "standardization": lambda: Standardization(LAYOUT),
    "channel norm": ChannelNorm,
    "classifier": lambda: Classifier(LAYOUT, (2, 3), 2),
    "classifier, global pooling": lambda: Classifier(LAYOUT, (2, 3), 2, "global"),
    "layer": layer,
    "layer with skip": lambda: layer(skip=True),
    "layer with real mixing": lambda: layer(skip=True, complex_mixing=False),
    "layer with a learned non-linearity": lambda: layer(
        nonlinearity="sigmoid", learned_nonlinearity=True
    ),
}


def check(module: nn.Module, x: torch.Tensor) -> None:
    """Compare the gradients of inputs and parameters with finite differences."""
    names = [name for name, _ in module.named_parameters()]
    parameters = [parameter.detach().requires_grad_() for parameter in module.parameters()]

    def function(x: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        named = dict(zip(names, values, strict=True))
        output: torch.Tensor = torch.func.functional_call(module, named, (x,))
        return output

    assert gradcheck(function, (x.requires_grad_(), *parameters))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", LAYERS)
def test_gradients_of_a_layer(name: str, training: bool) -> None:
    module = LAYERS[name]().double().train(training)
    check(module, 1 + torch.randn(2, LAYOUT.n_planes, 2, 3, dtype=torch.float64))


@pytest.mark.parametrize("name", NONLINEARITIES)
def test_gradients_of_a_nonlinearity(name: str) -> None:
    rho = Nonlinearity(name, LAYOUT, learned=True).double()
    with torch.no_grad():
        for parameter in rho.parameters():
            parameter.uniform_(0.1, 0.9)
    check(rho, torch.randn(2, LAYOUT.n_planes, 2, 3, dtype=torch.float64))
