"""Networks that learn in part, begin with other weights, or know fewer classes."""

from pathlib import Path
from typing import Any

import pytest
import torch

from kymatio_learned.models import LearnedScattering2D
from kymatio_learned.training import RunFolder, load_dataset, train
from kymatio_learned.training.data import ImageSplits, class_subset
from kymatio_learned.training.fine_control import freeze, load_fitting_weights

from .runs import build


@pytest.fixture(scope="module")
def splits() -> ImageSplits:
    return load_dataset("digits", image_size=8, train_samples=100)


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kymatio_learned.training.outcome.write_figures", lambda *args: None)


def network(**options: Any) -> LearnedScattering2D:
    arguments = {"J": 1, "shape": (8, 8), "L": 4, "channels": (6,), "octave_layers": 1}
    return LearnedScattering2D(**{**arguments, "in_channels": 1, "n_classes": 10, **options})


@pytest.mark.parametrize("part", ["0", "classifier"])
def test_a_frozen_part_does_not_learn(part: str, splits: ImageSplits, tmp_path: Path) -> None:
    module, data = build(splits)
    freeze(module.network, [part])  # type: ignore[arg-type]
    before = {name: p.detach().clone() for name, p in module.network.named_parameters()}
    train(module, data, RunFolder(tmp_path), epochs=1)
    for name, parameter in module.network.named_parameters():
        frozen = name.startswith("layers.0" if part == "0" else "classifier")
        assert torch.equal(parameter, before[name]) == frozen


def test_parts_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="among 0, classifier, got 1, head"):
        freeze(network(), ["head", "1"])
    with pytest.raises(ValueError, match="expected a part that learns"):
        freeze(network(), ["0", "classifier"])


def test_what_fits_is_loaded_and_what_does_not_is_listed(
    splits: ImageSplits, tmp_path: Path
) -> None:
    module, data = build(splits)
    train(module, data, RunFolder(tmp_path), epochs=1)
    path = str(tmp_path / "checkpoints" / "last.ckpt")
    other = network(n_classes=3, skip=False)
    report = load_fitting_weights(other, path).splitlines()
    trained = module.network.state_dict()
    assert torch.equal(
        other.state_dict()["layers.0.mixing.weight"], trained["layers.0.mixing.weight"]
    )
    assert report[0] == f"loaded {len(trained) - 2} of {len(trained)} tensors from {path}"
    assert report[2:] == [
        "  classifier.linear.bias: (10,) in the file, (3,) in the network",
        "  classifier.linear.weight: (10, 192) in the file, (3, 192) in the network",
    ]
    same = network()
    assert load_fitting_weights(same, path).count("\n") == 0
    for name, tensor in same.state_dict().items():
        assert torch.equal(tensor, trained[name])
    with pytest.raises(ValueError, match="found none that fits"):
        load_fitting_weights(torch.nn.Linear(2, 2), path)


def test_fewer_classes_are_numbered_anew() -> None:
    digits = load_dataset("digits")
    first, named = class_subset(digits, 3), class_subset(digits, ["9", "4"])
    assert first.classes == ("0", "1", "2")
    assert len(first.train) == int((digits.train.labels < 3).sum())
    nines = digits.test.images(torch.nonzero(digits.test.labels == 9).flatten().tolist())
    kept = named.test.images(torch.nonzero(named.test.labels == 0).flatten().tolist())
    assert torch.equal(kept, nines)


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (11, "at most 10 classes, got 11"),
        (1, "at least 2 classes, got 1"),
        (["1", "ten"], "classes of the data set, got ten"),
        (["1", "1"], "each class once"),
    ],
)
def test_classes_that_do_not_exist_are_refused(classes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        class_subset(load_dataset("digits"), classes)
