"""The Lightning module."""

import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from kymatio_learned.models import SeparationConcentration2D
from kymatio_learned.training import ClassificationModule

from ..assertions import FLOAT32, assert_close


def test_the_defaults_are_the_recipe_of_the_paper() -> None:
    module = ClassificationModule(nn.Linear(2, 3), n_classes=3)
    assert dict(module.hparams) == {
        "n_classes": 3,
        "lr": 0.01,
        "momentum": 0.9,
        "weight_decay": 1e-4,
        "schedule": "step",
        "lr_step": 70,
        "label_smoothing": 0.0,
    }


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_the_loss_is_the_cross_entropy_with_smoothed_labels(
    smoothing: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ClassificationModule(nn.Identity(), n_classes=3, label_smoothing=smoothing)
    monkeypatch.setattr(module, "log_dict", lambda *args, **kwargs: None)
    logits = torch.tensor([[0.0, 0.0, math.log(2)]])  # probabilities 1/4, 1/4, 1/2
    loss = module.training_step((logits, torch.tensor([2])), 0)
    expected = (1 - smoothing) * math.log(2) + smoothing * (2 * math.log(4) + math.log(2)) / 3
    assert loss.item() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lr", 0.0),
        ("momentum", 1.0),
        ("weight_decay", -1.0),
        ("schedule", "linear"),
        ("lr_step", 0),
        ("label_smoothing", 1.0),
    ],
)
def test_options_out_of_range_are_refused(name: str, value: Any) -> None:
    options: dict[str, Any] = {name: value}
    with pytest.raises(ValueError, match=rf"expected {name} to be .*, got {value!r}"):
        ClassificationModule(nn.Linear(2, 3), n_classes=3, **options)


def test_projections_and_frames_take_parseval_steps_without_weight_decay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = SeparationConcentration2D(
        J=1, shape=(4, 4), L=2, channels=(3,), widths=(5,), in_channels=1, n_classes=2
    )
    P = net.layers[0].projection.weight
    with torch.no_grad():
        P.mul_(0.5)
    before = P.detach().clone()
    module = ClassificationModule(net, n_classes=2, lr=0.1, weight_decay=0.1)
    monkeypatch.setattr(
        ClassificationModule, "trainer", SimpleNamespace(estimated_stepping_batches=10)
    )
    for parameter in net.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer = module.configure_optimizers()["optimizer"]
    optimizer.step()
    # Singular values of 1/2 move by beta / 2 - beta / 8, with beta = 5e-4.
    assert_close(P, before * (1 + 2 * 5e-4 * (1 / 2 - 1 / 8)), FLOAT32)
    assert not torch.equal(P, before)
