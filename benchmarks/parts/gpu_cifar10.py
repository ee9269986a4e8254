"""Two epochs of CIFAR-10 on a GPU, by the package's own training command."""

import csv
import json
import tempfile
from pathlib import Path

from kymatio_learned.training import main

from ..results import Row
from ..session import Session
from ..tables import Table

EPOCHS = 2
OPTIONS = ("--dataset", "cifar10", "--model", "cifar10", "--precision", "bf16-mixed")
QUICK_OPTIONS = ("--smoke", "--channels", *"22222222")


def measure(session: Session) -> list[Row]:
    """Return a row for each epoch, or one that says why there is none."""
    data = session.data
    if data is None:
        return [{"reason": "no folder with CIFAR-10 was given (--data)"}]
    if not (data / "cifar-10-batches-py").is_dir():
        return [{"reason": "there is no CIFAR-10, as torchvision keeps it, in the given folder"}]
    if session.over():
        return [{"reason": "out of time"}]
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        where = ("--data-dir", str(data), "--output-dir", str(run))
        options = (*OPTIONS, "--epochs", str(EPOCHS), *(QUICK_OPTIONS if session.quick else ()))
        main([*options, *where])
        metrics = (run / "metrics.csv").read_text(encoding="utf-8")
        parameters = json.loads((run / "results.json").read_text(encoding="utf-8"))["parameters"]
    numbers = ("epoch", "train_loss", "test_accuracy", "seconds")
    return [
        {"parameters": parameters} | {name: float(epoch[name]) for name in numbers}
        for epoch in csv.DictReader(metrics.splitlines())
    ]


def tables(rows: list[Row]) -> list[Table]:
    """Show time, loss and accuracy of each epoch."""
    lines = [
        ("", row["reason"], "", "")
        if "reason" in row
        else (
            f"{row['epoch']:.0f}",
            f"{row['seconds']:.1f}",
            f"{row['train_loss']:.3f}",
            f"{row['test_accuracy']:.2%}".replace("%", " %"),
        )
        for row in rows
    ]
    columns = ("epoch", "seconds, with its test", "training loss", "test accuracy")
    return [Table("CIFAR-10 preset, the training command, bf16-mixed", columns, lines)]
