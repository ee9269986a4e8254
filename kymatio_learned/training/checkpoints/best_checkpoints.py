"""The states with the best test accuracy."""

from pathlib import Path
from typing import Any

from pytorch_lightning.callbacks import ModelCheckpoint


class BestCheckpoints(ModelCheckpoint):
    """Keep the epochs with the best test accuracy.

    Parameters
    ----------
    folder
        Where the files are written.
    filename
        Their name without suffix; Lightning fills in ``{epoch}``.
    top
        How many are kept.
    every_n_epochs
        Epochs from a test to the next.
    """

    def __init__(
        self, folder: Path, filename: str = "best", *, top: int = 1, every_n_epochs: int = 1
    ) -> None:
        super().__init__(
            folder,
            filename,
            monitor="test_accuracy",
            mode="max",
            save_top_k=top,
            every_n_epochs=every_n_epochs,
            # After the test, when the state of everything else is that of the epoch's end.
            save_on_train_epoch_end=True,
            enable_version_counter=False,
            auto_insert_metric_name=False,
        )

    @property
    def state_key(self) -> str:
        """Tell callbacks with other files apart."""
        return f"{type(self).__qualname__}[{self.filename}]"

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the state from a checkpoint, also when the run has moved to another folder."""

        def moved(path: str) -> str:
            return str(Path(str(self.dirpath)) / Path(path).name) if path else path

        state = dict(state_dict)
        for name in ("best_model_path", "kth_best_model_path", "last_model_path"):
            state[name] = moved(state[name])
        state["best_k_models"] = {moved(k): v for k, v in state["best_k_models"].items()}
        super().load_state_dict(state | {"dirpath": self.dirpath})
