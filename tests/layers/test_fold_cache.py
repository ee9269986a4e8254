"""Evaluation without gradients keeps a folded matrix, and never an old one.

The oracle is a deep copy, whose cache is empty.
"""

import copy
import pickle
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from kymatio_learned.layers import ChannelLayout, ChannelMixing, LearnedScatteringLayer
from kymatio_learned.layers.fold_cache import FoldCache
from kymatio_learned.torch import PhaseCollapse2D

Layer = LearnedScatteringLayer


def build() -> Layer:
    return Layer(ChannelLayout(1, 2), 4, PhaseCollapse2D((6, 5), 3), skip=True)


def draw(dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(3, 4, 6, 5, dtype=dtype)


def value(layer: Layer) -> object:
    """Return what the layer's cache holds."""
    return layer._folded._value


def evaluate(layer: Layer, x: Tensor) -> Tensor:
    """Evaluate a layer, and compare with a copy that has kept nothing."""
    fresh = copy.deepcopy(layer)
    assert value(fresh) is None
    with torch.no_grad():
        y: Tensor = layer(x)
        assert torch.equal(y, fresh(x))
    return y


@pytest.fixture
def layer() -> Layer:
    """Return a layer that has been trained on a batch, evaluated, and has kept its matrix."""
    layer = build()
    layer(draw())
    evaluate(layer.eval(), draw())
    assert value(layer) is not None
    return layer


def step_of_an_optimizer(layer: Layer) -> None:
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
    layer(draw())[:, 0].sum().backward()
    optimizer.step()


def step_without_evaluation(layer: Layer) -> None:
    # As when gradients come from elsewhere: the layer itself does not run.
    layer.mixing.weight.grad = torch.randn_like(layer.mixing.weight)
    torch.optim.SGD(layer.parameters(), lr=0.5).step()


def load_a_state(layer: Layer) -> None:
    layer.load_state_dict(build().state_dict())


def assign_a_state(layer: Layer) -> None:
    layer.load_state_dict(build().state_dict(), assign=True)


def change_a_running_mean(layer: Layer) -> None:
    layer.standardization.running_mean += 1


def change_a_running_variance(layer: Layer) -> None:
    layer.standardization.running_var.mul_(torch.rand(layer.mixing.layout.n_channels))


def replace_a_running_variance(layer: Layer) -> None:
    layer.standardization.running_var = torch.rand(layer.mixing.layout.n_channels)


def replace_the_data(layer: Layer) -> None:
    layer.mixing.weight.data = torch.randn(layer.mixing.weight.shape)


def reset(layer: Layer) -> None:
    assert isinstance(layer.mixing, ChannelMixing)
    layer.mixing.reset_parameters()


def train_on_a_batch(layer: Layer) -> None:
    with torch.no_grad():
        layer.train()(2 + draw())
    layer.eval()


CHANGES = [
    step_of_an_optimizer,
    step_without_evaluation,
    load_a_state,
    assign_a_state,
    change_a_running_mean,
    change_a_running_variance,
    replace_a_running_variance,
    replace_the_data,
    reset,
    train_on_a_batch,
]


@pytest.mark.parametrize("change", CHANGES)
def test_evaluation_follows_changes(layer: Layer, change: Callable[[Layer], None]) -> None:
    x = draw()
    before = evaluate(layer, x)
    change(layer)
    assert (evaluate(layer, x) - before).norm() > 1e-2 * before.norm()


def test_the_matrix_is_kept_between_evaluations(layer: Layer) -> None:
    kept = value(layer)
    evaluate(layer, draw())
    evaluate(layer, draw())
    assert value(layer) is kept


def test_evaluation_in_another_precision(layer: Layer) -> None:
    x = draw()
    single = evaluate(layer, x)
    double = evaluate(layer.double(), x.double())
    assert double.dtype == torch.float64
    assert 0 < (double - single).norm() < 1e-5 * single.norm()
    assert torch.equal(evaluate(layer.float(), x), single)


def test_evaluation_under_autocast(layer: Layer) -> None:
    x = draw()
    single = evaluate(layer, x)
    with torch.autocast("cpu", torch.bfloat16):
        half = evaluate(layer, x)
    assert 0 < (half - single).norm() < 0.02 * single.norm()
    assert torch.equal(evaluate(layer, x), single)


def test_evaluation_in_inference_mode(layer: Layer) -> None:
    x = draw()
    expected = evaluate(layer, x)
    with torch.inference_mode():
        assert torch.equal(layer(x), expected)
    change_a_running_mean(layer)
    expected = evaluate(layer, x)
    with torch.inference_mode():
        assert torch.equal(layer(x), expected)
        # Tensors of this mode do not count their changes: nothing is kept.
        inference = copy.deepcopy(layer)
        assert torch.equal(inference(x), expected)
        change_a_running_mean(inference)
        assert not torch.equal(inference(x), expected)
        assert value(inference) is None


def test_functional_call_with_other_weights(layer: Layer) -> None:
    x = draw()
    before, other = evaluate(layer, x), build().eval()
    with torch.no_grad():
        for _ in range(2):
            y = torch.func.functional_call(layer, other.state_dict(), (x,))
            assert torch.equal(y, evaluate(other, x))
            assert torch.equal(layer(x), before)


def test_evaluation_with_gradients_is_not_from_the_cache(layer: Layer) -> None:
    y = layer(draw())
    assert y.requires_grad
    assert value(layer) is None


def test_copies_and_pickles_hold_nothing(layer: Layer) -> None:
    for copied in (
        copy.copy(layer._folded),
        copy.deepcopy(layer)._folded,
        pickle.loads(pickle.dumps(layer))._folded,
    ):
        assert isinstance(copied, FoldCache)
        assert copied is not layer._folded
        assert copied._value is None
    assert value(layer) is not None


def test_training_frees_the_matrix(layer: Layer) -> None:
    layer.train()(draw())
    assert value(layer) is None


def test_a_tensor_in_the_place_of_a_freed_one_is_another() -> None:
    # Its address, and so its id, may be the same.
    cache: FoldCache[float] = FoldCache()
    for expected in range(20):
        tensor = torch.tensor([float(expected)])
        assert cache.get(tensor.item, [tensor], torch.float32) == expected
        del tensor
