"""Learning-rate schedules against their formulas."""

import math

import pytest
import torch
from torch.optim import SGD

from kymatio_learned.training import learning_rate_schedule

LR, TOTAL = 0.2, 40


def rates(name: str, lr_step: int = 70) -> tuple[list[float], str]:
    """Give the rate of each step, and the interval between steps of the schedule."""
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=LR, momentum=0.9)
    schedule = learning_rate_schedule(optimizer, name, lr_step=lr_step, total_steps=TOTAL)
    values = []
    for step in range(TOTAL):
        values.append(optimizer.param_groups[0]["lr"])
        assert optimizer.param_groups[0]["momentum"] == 0.9
        optimizer.step()
        if step + 1 < TOTAL:
            schedule["scheduler"].step()
    return values, schedule["interval"]


def test_step_divides_by_ten_every_so_many_epochs() -> None:
    values, interval = rates("step", lr_step=7)
    assert interval == "epoch"
    assert values == pytest.approx([LR * 10.0 ** -(epoch // 7) for epoch in range(TOTAL)])


def test_cosine_goes_down_by_half_a_period() -> None:
    values, interval = rates("cosine")
    assert interval == "step"
    expected = [LR * (1 + math.cos(math.pi * t / TOTAL)) / 2 for t in range(TOTAL)]
    assert values == pytest.approx(expected)


def test_one_cycle_goes_up_and_down() -> None:
    values, interval = rates("one_cycle")
    assert interval == "step"
    top = 0.3 * TOTAL - 1

    def between(start: float, end: float, share: float) -> float:
        return end + (start - end) * (1 + math.cos(math.pi * share)) / 2

    expected = [
        between(LR / 25, LR, t / top)
        if t <= top
        else between(LR, LR / 25 / 1e4, (t - top) / (TOTAL - 1 - top))
        for t in range(TOTAL)
    ]
    assert values == pytest.approx(expected)


def test_an_unknown_schedule_is_refused() -> None:
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=LR)
    with pytest.raises(ValueError, match="among step, cosine, one_cycle, got 'linear'"):
        learning_rate_schedule(optimizer, "linear", lr_step=1, total_steps=1)
