"""What cannot be loaded is refused with one line, and nothing in it runs."""

import pickle
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from kymatio_learned.interop import load_phase_collapse_checkpoint

from .published import DATA, read_options, read_state, save_and_load

CHECKPOINT = DATA / "cifar_lscat" / "checkpoint.pth.tar"
OPTIONS = DATA / "cifar_lscat" / "args.json"


@contextmanager
def refused(message: str, error: type[Exception] = ValueError) -> Iterator[None]:
    """Expect an error of one line with a given message in it."""
    with pytest.raises(error, match=re.escape(message)) as caught:
        yield
    assert str(caught.value).startswith("expected ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_blocks": "4"}, "n_blocks to be an integer"),
        ({"n_blocks": 5}, "5 integers in Pc_size"),
        ({"n_blocks": 3}, "module.5.bn.weight"),
        ({"arch": ["Fw", "mod", "Std", "Pc", "N"]}, "arch Fw Std Pc N"),
        ({"arch": ["Fw", "Std", "P", "N"]}, "arch Fw Std Pc N"),
        ({"arch": None}, "arch Fw Std Pc N"),
        ({"psi_arch": []}, "psi_arch mod"),
        ({"arch": ["Fw", "rho", "Std", "Pc", "N"], "psi_arch": []}, "module.1.module.4"),
        ({"first_arch": ["Fw", "Std", "Pc", "N"]}, "first_arch to be empty"),
        ({"phi_arch": ["mod"]}, "phi_arch to be empty"),
        ({"separation_sizes": ["{(0,0,0):1}"]}, "separation_sizes to be empty"),
        ({"separate_orders": True}, "expected 4 lists of integers in Pc_size, got ['8', "),
        ({"diagonal_orders": True}, "diagonal_orders to be False"),
        ({"separate_freqs": True}, "separate_freqs to be False"),
        ({"mix_input": True}, "mix_input to be False"),
        ({"remove_L": [True] * 4}, "remove_L to be False"),
        ({"L_kernel_size": [3] * 4}, "L_kernel_size to be 1"),
        ({"scattering_scales_per_octave": 2}, "scattering_scales_per_octave to be 1"),
        ({"scattering_wph": [0] * 4}, "scattering_wph to be True"),
        ({"classifier_type": "gmm"}, "classifier_type to be 'fc'"),
        ({"scat_non_linearity": ["relu"] * 4}, "mod, cst, ms, mc, tanh, pow, got 'relu'"),
        ({"scat_non_linearity": ["mod", "cst"] * 2}, "one value of scat_non_linearity for all"),
        ({"scat_non_linearity": None}, "mod, cst, ms, mc, tanh, pow, got None"),
        (
            {"scat_non_linearity": ["ms"] * 4, "scat_non_linearity_gain": [None] * 4},
            "scat_non_linearity_gain to be a number",
        ),
        ({"scat_angles": [4, 4, 8, 4]}, "one value of scat_angles for all blocks"),
        ({"scat_angles": None}, "scat_angles to be an integer"),
        ({"scat_angles": [6] * 4}, "module.1.module.0.psis of shape (6, 36, 36)"),
        ({"scat_angles": [2] * 4}, "L >= 3"),
        ({"scat_full_angles": [1] * 4}, "L >= 5"),
        ({"scat_full_angles": [0, 0, 0, 1]}, "one value of scat_full_angles for all"),
        ({"factorize_filters": -1}, "factorize_filters to be an integer"),
        ({"factorize_filters": None}, "module.1.module.0.phis in"),
        ({"factorize_filters": 1}, "module.1.module.0.phis in"),
        ({"Pc_size": ["8", "12", "16", "id"]}, "4 integers in Pc_size"),
        ({"Pc_size": None}, "4 integers in Pc_size"),
        ({"Pc_size": ["8", "12", "16", "17"]}, "of shape (17, 80, 1, 1, 2)"),
        ({"scat_non_linearity": ["tanh"] * 4}, "module.1.module.2.module.mean of shape (15, 2)"),
        ({"grayscale": True}, "module.1.module.2.module.mean of shape (5,)"),
        ({"avgpool": True}, "module.6.classifier.weight of shape (10, 32)"),
        ({"avg_ker_size": 3}, "module.6.classifier.weight of shape"),
        ({"avg_ker_size": 9}, "avg_pool to be at most"),
        ({"cifar10": False}, "module.1.module.0.phis of shape (228, 228)"),
        ({"cifar10": False, "cifar100": True}, "of shape (100, 2048)"),
    ],
)
def test_options(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    options = read_options("cifar_lscat") | changes
    with refused(message):
        save_and_load(tmp_path, read_state("cifar_lscat"), options)


@pytest.mark.parametrize("options", [{}, [], {"arch": ["Fw", "Std", "Pc", "N"]}])
def test_options_of_no_network(tmp_path: Path, options: Any) -> None:
    with refused("with n_blocks"):
        save_and_load(tmp_path, read_state("cifar_lscat"), options)


@pytest.mark.parametrize("content", [b"", b"n_blocks: 4", b"\xff\xfe\x00"])
def test_options_that_are_not_json(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "args.json"
    path.write_bytes(content)
    with refused("to be a JSON file"):
        load_phase_collapse_checkpoint(CHECKPOINT, path)


def test_missing_files(tmp_path: Path) -> None:
    for paths in [(tmp_path / "none", OPTIONS), (CHECKPOINT, tmp_path / "none")]:
        with refused("none", FileNotFoundError):
            load_phase_collapse_checkpoint(*paths)


def test_filters_of_other_arguments(tmp_path: Path) -> None:
    """All shapes agree: the filters alone tell that the options are of another network."""
    options = read_options("cifar100_real") | {"scat_full_angles": [1] * 3}
    with refused("to be the filters of"):
        save_and_load(tmp_path, read_state("cifar100_real"), options)


def test_shape() -> None:
    with refused("module.1.module.0.phis of shape (44, 44)"):
        load_phase_collapse_checkpoint(CHECKPOINT, OPTIONS, shape=(40, 40))


WEIGHT = "module.2.module.3.submodules.dict.(0, 0).param"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({WEIGHT: None}, f"expected {WEIGHT} in"),
        ({"module.6.bn.running_var": None}, "expected module.6.bn.running_var in"),
        ({"module.6.classifier.weight": None}, "expected module.6.classifier.weight in"),
        ({"module.3.module.0.phis": None}, "expected module.3.module.0.phis in"),
        ({WEIGHT: torch.zeros(12, 40, 1, 1)}, "of shape (12, 40, 1, 1, 2)"),
        ({"module.2.module.2.module.mean": torch.zeros(40)}, "of shape (40, 2)"),
        ({"module.6.classifier.bias": torch.zeros(11)}, "of shape (10,)"),
        ({"module.3.module.0.phis": torch.zeros(20, 20)}, "module.3.module.0.phis in"),
        ({"module.7.bias": torch.zeros(1)}, "got also module.7.bias"),
        ({"module.1.module.1.submodules.dict.psi.gain": torch.zeros(12, 1, 1)}, "got also"),
        ({WEIGHT: [1.0]}, "a state_dict of tensors"),
    ],
)
def test_state(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    state = read_state("cifar_lscat") | changes
    state = {name: value for name, value in state.items() if value is not None}
    with refused(message):
        save_and_load(tmp_path, state, read_options("cifar_lscat"))


def test_learned_nonlinearity_without_its_parameters(tmp_path: Path) -> None:
    state, options = read_state("mnist_sigmoid_skip"), read_options("mnist_sigmoid_skip")
    del state["module.2.module.2.non_lin.gain"]
    with refused("expected module.2.module.2.non_lin.gain"):
        save_and_load(tmp_path, state, options)


@pytest.mark.parametrize("content", [{"epoch": 3}, [1, 2], torch.zeros(2), {"state_dict": 3}])
def test_file_without_state(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "checkpoint.pth.tar"
    torch.save(content, path)
    with refused("with a state_dict of tensors"):
        load_phase_collapse_checkpoint(path, OPTIONS)


@pytest.mark.parametrize(
    "content", [b"", b"not a checkpoint", CHECKPOINT.read_bytes()[:-1000]], ids=len
)
def test_damaged_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "checkpoint.pth.tar"
    path.write_bytes(content)
    with refused("to be a checkpoint of tensors"):
        load_phase_collapse_checkpoint(path, OPTIONS)


class MakesFolder:
    """An object that makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.mkdir, (self.path,)


@pytest.mark.parametrize("zipped", [True, False])
def test_pickled_object_is_refused_and_does_not_run(tmp_path: Path, zipped: bool) -> None:
    path, folder = tmp_path / "checkpoint.pth.tar", tmp_path / "made"
    content = {"state_dict": {}, "best_acc1": MakesFolder(folder)}
    if zipped:
        torch.save(content, path)
    else:
        path.write_bytes(pickle.dumps(content, protocol=2))
    with refused("got other objects"):
        load_phase_collapse_checkpoint(path, OPTIONS)
    assert not folder.exists()
    torch.load(path, weights_only=False) if zipped else pickle.loads(path.read_bytes())
    assert folder.exists()  # it would have run
