"""Networks saved to folders, and loaded again."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from kymatio_learned.layers import ChannelLayout
from kymatio_learned.models import CifarResNet, LearnedScattering2D, SeparationConcentration2D
from kymatio_learned.models.pretrained import Pretrained


def network(**options: Any) -> LearnedScattering2D:
    arguments = {"J": 1, "shape": (8, 8), "L": 4, "channels": (3,), "octave_layers": 1}
    return LearnedScattering2D(**{**arguments, "n_classes": 2, **options})


NETWORKS: dict[str, Callable[[], Any]] = {
    "plain": network,
    "skip, features": lambda: network(skip=True, n_classes=None),
    "complex input": lambda: network(in_channels=ChannelLayout(n_complex=2)),
    "orders": lambda: network(channels=((2, 3),), separate_orders=True),
    "double": lambda: network().double(),
    "separation": lambda: SeparationConcentration2D(1, (16, 16), 4, channels=(4,), n_classes=2),
    "residual": lambda: CifarResNet(n_classes=2),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_saved_network_comes_back(name: str, tmp_path: Path) -> None:
    saved = NETWORKS[name]()
    with torch.no_grad():
        for tensor in (*saved.parameters(), *saved.buffers()):
            if tensor.is_floating_point():
                tensor.add_(0.1 * torch.rand_like(tensor))
    saved.save_pretrained(tmp_path)
    loaded = type(saved).from_pretrained(tmp_path)
    assert loaded.config == saved.config
    assert not loaded.training
    state, expected = loaded.state_dict(), saved.state_dict()
    assert state.keys() == expected.keys()
    for key, tensor in expected.items():
        assert state[key].dtype == tensor.dtype
        assert torch.equal(state[key], tensor)


def test_the_files_are_readable_and_run_no_code(tmp_path: Path) -> None:
    network().save_pretrained(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "config.json",
        "model.safetensors",
        "README.md",
    }
    config = json.loads((tmp_path / "config.json").read_text())
    assert (config["class"], config["format"]) == ("LearnedScattering2D", 1)
    assert config["arguments"]["channels"] == [3]


def change(**values: Any) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return write


def cut_off(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-10])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda folder: (folder / "config.json").unlink(),
            "expected config.json in",
        ),
        (lambda folder: (folder / "model.safetensors").unlink(), "expected model.safetensors in"),
        (cut_off, "model.safetensors in .* is damaged"),
        (change(format=2), "has format 2, of a newer kymatio_learned"),
        (change(format=None), "is not of a network of kymatio_learned"),
        (change(**{"class": "Transformer"}), "expected a network among .*, got Transformer"),
        (change(arguments={**network(channels=(4,)).config}), "is of another network"),
    ],
    ids=["no config", "no weights", "cut off", "newer", "other tool", "other class", "other form"],
)
def test_what_cannot_be_loaded_is_refused(
    damage: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    network().save_pretrained(tmp_path)
    damage(tmp_path)
    with pytest.raises(ValueError, match=message):
        LearnedScattering2D.from_pretrained(tmp_path)


def test_another_class_is_refused(tmp_path: Path) -> None:
    network().save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"a CifarResNet in .*, got a LearnedScattering2D"):
        CifarResNet.from_pretrained(tmp_path)


def test_networks_without_the_extra_work_and_say_what_is_missing() -> None:
    # None in sys.modules makes an import fail, as if the package were not installed.
    code = """
import sys
sys.modules["huggingface_hub"] = None
from kymatio_learned.torch import LearnedScattering2D
network = LearnedScattering2D(J=1, shape=(8, 8), L=4, channels=(3,), octave_layers=1)
try:
    network.save_pretrained("nowhere")
except ImportError as error:
    print(error)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "need the extra 'hub'" in result.stdout, result.stderr


def test_every_network_with_arguments_can_be_saved() -> None:
    import kymatio_learned.models as models

    classes = [c for c in vars(models).values() if isinstance(c, type) and issubclass(c, nn.Module)]
    assert all(issubclass(c, Pretrained) for c in classes)
