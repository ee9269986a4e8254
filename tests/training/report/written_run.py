"""The files of a run, written without a training."""

import json
from pathlib import Path


def write_run(path: Path, lr: float, accuracy: float | None, epochs: int = 4) -> Path:
    """Write the files of a run with curves that are easy to tell apart."""
    path.mkdir(parents=True)
    config = {
        "data": {"dataset": "digits"},
        "optimisation": {"lr": lr},
        "run": {"epochs": epochs, "command": f"train --lr {lr}"},
        "model": {"channels": [2, 3]},
        "given": {"lr": lr},
    }
    (path / "config.json").write_text(json.dumps(config))
    names = "epoch,learning_rate,train_loss,train_accuracy,test_loss,test_accuracy,seconds"
    lines = [
        f"{e},{lr},{1 / e},{0.5 + lr},{2 / e},{'' if e == 2 else lr},1.5"
        for e in range(1, epochs + 1)
    ]
    (path / "metrics.csv").write_text("\n".join([names, *lines]) + "\n")
    if accuracy is not None:
        results = {
            "accuracy": accuracy,
            "loss": 0.25,
            "best_accuracy": accuracy,
            "best_epoch": 3,
            "parameters": 1234,
            "device": "1 x cpu",
        }
        (path / "results.json").write_text(json.dumps(results))
    return path
