"""How far the learned matrices are from preserving norms."""

import csv
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.distributed.tensor import DTensor

from ..layers import ChannelMixing
from .run_folder import RunFolder
from .tensorboard import log_row

COLUMNS = ("epoch", "layer", "largest_singular_value", "smallest_singular_value", "norm")


class Diagnostics(pl.Callback):
    """Keep the extreme singular values and the norm of each mixing matrix, at every epoch.

    A matrix whose singular values are all 1 is a Parseval frame, or an isometry: it preserves
    norms. The extreme ones are the square roots of the frame bounds.

    Parameters
    ----------
    run
        Folder that gets ``diagnostics.csv``.

    Attributes
    ----------
    rows : list of dict
        One for each epoch and layer, with the columns of the file.
    """

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.rows: list[dict[str, Any]] = []

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Add the rows of the epoch, and write all rows."""
        epoch = trainer.current_epoch + 1
        for name, module in pl_module.named_modules():
            if isinstance(module, ChannelMixing):
                layer = name.removeprefix("network.").removesuffix(".mixing")
                values = matrix_diagnostics(module.weight, module.complex_weights)
                self.rows.append({"epoch": epoch, "layer": layer, **values})
                tags = {f"{layer}/{quantity}": value for quantity, value in values.items()}
                log_row(trainer, tags, epoch)
        if trainer.is_global_zero:
            with self.run.write("diagnostics.csv") as path, path.open("w", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS)
                writer.writeheader()
                writer.writerows(self.rows)

    def state_dict(self) -> dict[str, Any]:
        """Give the rows to a checkpoint."""
        return {"rows": self.rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the rows from a checkpoint."""
        self.rows = list(state_dict["rows"])


@torch.no_grad()
def matrix_diagnostics(weight: Tensor, is_complex: bool) -> dict[str, float]:
    """Measure a matrix.

    Parameters
    ----------
    weight
        Shape (K, C), or (K, C, 2) with real and imaginary parts.
    is_complex
        Whether it is the latter.

    Returns
    -------
    dict
        "largest_singular_value", "smallest_singular_value" (of min(K, C)) and "norm" (Frobenius).

    Examples
    --------
    >>> matrix_diagnostics(torch.diag(torch.tensor([3.0, 4.0])), False)
    {'largest_singular_value': 4.0, 'smallest_singular_value': 3.0, 'norm': 5.0}
    """
    whole = weight.full_tensor() if isinstance(weight, DTensor) else weight
    whole = whole.detach().double().cpu()
    matrix = torch.view_as_complex(whole) if is_complex else whole
    values = torch.linalg.svdvals(matrix)
    return {
        "largest_singular_value": values.max().item(),
        "smallest_singular_value": values.min().item(),
        "norm": torch.linalg.vector_norm(matrix).item(),
    }
