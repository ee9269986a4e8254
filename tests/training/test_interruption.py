"""A run that is interrupted anywhere ends where the uninterrupted one does, bit for bit."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytorch_lightning.utilities.exceptions import SIGTERMException

from kymatio_learned.training import ClassificationModule, History, RunFolder, load_dataset, train
from kymatio_learned.training.checkpoints import LastCheckpoint, read_checkpoint
from kymatio_learned.training.data import ImageSplits

from .runs import age, assert_same_run, build, rows

EPOCHS, BATCHES = 2, 5


@pytest.fixture(scope="module")
def splits() -> ImageSplits:
    return load_dataset("digits", image_size=8, train_samples=100)


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    # They take longer than these runs.
    monkeypatch.setattr("kymatio_learned.training.outcome.write_figures", lambda *args: None)


@pytest.fixture(scope="module")
def whole(splits: ImageSplits, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of an uninterrupted run; how often it saves does not matter."""
    path = tmp_path_factory.mktemp("whole")
    run(splits, path, checkpoint_every_steps=2)
    return path


def run(splits: ImageSplits, path: Path, **options: Any) -> dict[str, Any]:
    module = build(splits, schedule="one_cycle")
    return train(*module, RunFolder(path), **{"epochs": EPOCHS, **options})


def after(calls: int, action: Callable[[], None], method: Callable[..., Any]) -> Callable[..., Any]:
    """Act before the given call of a method, counted from 0."""
    count = -1

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal count
        count += 1
        if count == calls:
            action()
        return method(*args, **kwargs)

    return wrapped


def interrupted(
    splits: ImageSplits, path: Path, error: type[BaseException], **options: Any
) -> None:
    """Run until it is interrupted, and let time pass."""
    with pytest.raises(error):
        run(splits, path, **options)
    age(path)


def crash() -> None:
    raise KeyboardInterrupt


def terminate() -> None:
    signal.raise_signal(signal.SIGTERM)


# Class, method, at which call, and steps between checkpoints: in a step; in the test after an
# epoch, with and without the last step's state saved; between the row of an epoch and its
# checkpoint; in the test at the end.
PLACES: list[tuple[Any, str, int, int | None]] = [
    (ClassificationModule, "training_step", 0, 1),
    (ClassificationModule, "training_step", 3, 2),
    (ClassificationModule, "training_step", 4, 1),
    (ClassificationModule, "training_step", 8, 1),
    (ClassificationModule, "training_step", 8, None),
    (ClassificationModule, "validation_step", 0, 1),
    (ClassificationModule, "validation_step", 20, 2),
    (ClassificationModule, "test_step", 3, 1),
    (LastCheckpoint, "on_train_epoch_end", 0, 1),
    (LastCheckpoint, "on_train_epoch_end", 1, None),
]
IDS = [f"{method}-{call}-{every}" for _, method, call, every in PLACES]


@pytest.mark.parametrize(("place", "method", "call", "every"), PLACES, ids=IDS)
def test_a_crashed_run_goes_on(
    place: Any,
    method: str,
    call: int,
    every: int | None,
    whole: Path,
    splits: ImageSplits,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(place, method, after(call, crash, getattr(place, method)))
        interrupted(splits, tmp_path, KeyboardInterrupt, checkpoint_every_steps=every)
    run(splits, tmp_path, checkpoint_every_steps=every)
    assert_same_run(whole, tmp_path)


@pytest.mark.parametrize(
    ("place", "method", "call", "saved"),
    [
        (ClassificationModule, "training_step", 2, 3),  # the end of this step
        (ClassificationModule, "training_step", BATCHES - 1, BATCHES),
        (ClassificationModule, "validation_step", 4, BATCHES),
        (History, "on_train_epoch_end", 0, BATCHES),
    ],
)
def test_on_sigterm_the_state_is_saved_at_the_next_step(
    place: Any,
    method: str,
    call: int,
    saved: int,
    whole: Path,
    splits: ImageSplits,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    with monkeypatch.context() as patch:
        patch.setattr(place, method, after(call, terminate, getattr(place, method)))
        interrupted(splits, tmp_path, SIGTERMException)
    assert signal.getsignal(signal.SIGTERM) is handler
    assert read_checkpoint(tmp_path / "checkpoints" / "last.ckpt")["global_step"] == saved
    run(splits, tmp_path)
    assert_same_run(whole, tmp_path)


def test_gradients_are_accumulated_on(
    splits: ImageSplits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 5 batches, 2 a step: three steps an epoch, the last one of one batch.
    options = {"accumulate": 2, "checkpoint_every_steps": 1}
    run(splits, tmp_path / "whole", **options)
    step = after(3, crash, ClassificationModule.training_step)
    with monkeypatch.context() as patch:
        patch.setattr(ClassificationModule, "training_step", step)
        interrupted(splits, tmp_path / "parts", KeyboardInterrupt, **options)
    last = read_checkpoint(tmp_path / "parts" / "checkpoints" / "last.ckpt")
    assert last["global_step"] == 1
    run(splits, tmp_path / "parts", **options)
    assert_same_run(tmp_path / "whole", tmp_path / "parts")


# From Python 3.12, a fork of a process that has threads warns; PyTorch's workers are such forks.
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_workers_go_on(
    whole: Path, splits: ImageSplits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = after(8, crash, ClassificationModule.training_step)

    def with_worker() -> None:
        module, data = build(splits, schedule="one_cycle")
        data.num_workers = 1
        train(module, data, RunFolder(tmp_path), epochs=EPOCHS, checkpoint_every_steps=1)

    with monkeypatch.context() as patch:
        patch.setattr(ClassificationModule, "training_step", step)
        with pytest.raises(KeyboardInterrupt):
            with_worker()
    age(tmp_path)
    with_worker()
    assert_same_run(whole, tmp_path)


def test_a_damaged_last_checkpoint_costs_one_interval_and_no_more(
    whole: Path,
    splits: ImageSplits,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    step = after(8, crash, ClassificationModule.training_step)
    with monkeypatch.context() as patch:
        patch.setattr(ClassificationModule, "training_step", step)
        interrupted(splits, tmp_path, KeyboardInterrupt, checkpoint_every_steps=1)
    last, previous = (tmp_path / "checkpoints" / f"{name}.ckpt" for name in ("last", "previous"))
    last.write_bytes(last.read_bytes()[:-1])

    # Also when the next attempt is interrupted before it has saved twice.
    with monkeypatch.context() as patch:
        patch.setattr(
            ClassificationModule,
            "training_step",
            after(1, crash, ClassificationModule.training_step),
        )
        interrupted(splits, tmp_path, KeyboardInterrupt, checkpoint_every_steps=1)
    assert "last.ckpt is damaged" in capsys.readouterr().err
    read_checkpoint(last)
    read_checkpoint(previous)
    run(splits, tmp_path, checkpoint_every_steps=1)
    assert_same_run(whole, tmp_path)


def test_a_run_that_was_moved_keeps_its_best(
    whole: Path, splits: ImageSplits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, now = tmp_path / "before", tmp_path / "now"
    step = after(BATCHES, crash, ClassificationModule.training_step)
    with monkeypatch.context() as patch:
        patch.setattr(ClassificationModule, "training_step", step)
        interrupted(splits, before, KeyboardInterrupt)
    before.rename(now)
    run(splits, now)
    assert_same_run(whole, now)


def test_the_best_epochs_are_kept(splits: ImageSplits, tmp_path: Path) -> None:
    run(splits, tmp_path, epochs=4, keep_best=2)
    scores = [float(row["test_accuracy"]) for row in rows(tmp_path)]
    names = {path.name for path in (tmp_path / "checkpoints").iterdir()}
    kept = sorted(range(4), key=lambda epoch: (-scores[epoch], epoch))[:2]
    expected = {"last.ckpt", "previous.ckpt", "best.ckpt"}
    assert names == expected | {f"best-{epoch:04d}.ckpt" for epoch in kept}
