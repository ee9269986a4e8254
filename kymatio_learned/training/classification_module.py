"""Training of a network that classifies images."""

from collections.abc import Mapping
from typing import Any

import pytorch_lightning as pl
from torch import Tensor, nn
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor
from torch.nn import functional as F
from torch.optim import SGD
from torchmetrics import MeanMetric
from torchmetrics.classification import MulticlassAccuracy, MulticlassConfusionMatrix

from ..layers import attach_parseval, parseval_groups
from .data.image_set import Batch
from .non_finite import first_non_finite
from .schedule import SCHEDULES, learning_rate_schedule


class ClassificationModule(pl.LightningModule):
    """Train a classifier by stochastic gradient descent on the cross-entropy.

    The defaults are the recipe of the learned scattering network on CIFAR-10 [1]_: learning rate
    0.01 divided by 10 every 70 epochs, momentum 0.9, weight decay 1e-4 (with batches of 128, 300
    epochs). It is that of separation and concentration networks too [2]_, whose projections and
    frames get no weight decay and end every step with a Parseval step.

    It measures ``train_loss`` and ``train_accuracy``, ``test_loss`` and ``test_accuracy``. Its
    checkpoints hold plain types only, so ``torch.load(path, weights_only=True)`` reads them; a
    network's constructor arguments, where it has them as ``config``, are under
    ``"network_config"``.

    Parameters
    ----------
    network
        Turns images (B, C, M, N) into logits (B, n_classes).
    n_classes
        Number of classes.
    lr
        Largest learning rate.
    momentum
        Momentum of the gradient.
    weight_decay
        Weight of the squared norm of the parameters.
    schedule
        "step", "cosine" or "one_cycle": see :func:`learning_rate_schedule`.
    lr_step
        Epochs between two divisions of the learning rate by 10, for "step".
    label_smoothing
        Share of each target that is spread over all classes, in [0, 1).

    Raises
    ------
    ValueError
        When an argument is out of its range.

    References
    ----------
    .. [1] F. Guth, J. Zarka and S. Mallat, "Phase collapse in neural networks", ICLR 2022.
    .. [2] J. Zarka, F. Guth and S. Mallat, "Separation and concentration in deep networks", ICLR
       2021.

    Examples
    --------
    >>> import torch
    >>> network = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    >>> module = ClassificationModule(network, n_classes=10, lr=0.1, schedule="cosine")
    >>> module(torch.zeros(2, 1, 8, 8)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        n_classes: int,
        lr: float = 0.01,
        momentum: float = 0.9,
        weight_decay: float = 1e-4,
        schedule: str = "step",
        lr_step: int = 70,
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__()
        _check("lr", lr, lr > 0, "a positive number")
        _check("momentum", momentum, 0 <= momentum < 1, "a number in [0, 1)")
        _check("weight_decay", weight_decay, weight_decay >= 0, "a number of at least 0")
        _check("schedule", schedule, schedule in SCHEDULES, f"one of {', '.join(SCHEDULES)}")
        _check("lr_step", lr_step, lr_step >= 1, "a number of epochs of at least 1")
        _check("label_smoothing", label_smoothing, 0 <= label_smoothing < 1, "a number in [0, 1)")
        self.save_hyperparameters(ignore="network", logger=False)
        self.network = network
        self.train_loss, self.test_loss = MeanMetric(), MeanMetric()
        self.train_accuracy, self.test_accuracy = (
            MulticlassAccuracy(n_classes, average="micro") for _ in range(2)
        )
        self.confusion_matrix = MulticlassConfusionMatrix(n_classes)

    def configure_model(self) -> None:
        """Divide the parameters over the devices, where Lightning was asked to (FSDP2)."""
        divided = any(isinstance(parameter, DTensor) for parameter in self.parameters())
        if self.device_mesh is None or divided:
            return
        mesh = self.device_mesh["data_parallel"]
        for layer in getattr(self.network, "layers", ()):
            fully_shard(layer, mesh=mesh)  # gathered when the layer is applied, and let go after
        fully_shard(self.network, mesh=mesh)

    def forward(self, images: Tensor) -> Tensor:
        """Give the network's logits."""
        logits: Tensor = self.network(images)
        return logits

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Give the loss of a batch; FloatingPointError, with the layer, when it is not finite."""
        images, labels = batch
        logits = self(images)
        loss = F.cross_entropy(logits, labels, label_smoothing=self.hparams["label_smoothing"])
        if not loss.isfinite():
            raise FloatingPointError(
                f"the loss is {loss.item()} in epoch {self.current_epoch + 1}, batch "
                f"{batch_idx + 1}: not finite from {first_non_finite(self.network, images)} on"
            )
        self.train_loss.update(loss.detach(), len(labels))
        accuracy = self.train_accuracy(logits.detach(), labels)
        self.log_dict({"loss": loss, "accuracy": accuracy}, prog_bar=True, logger=False)
        return loss

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Score a batch of test images."""
        images, labels = batch
        logits = self(images)
        self.test_loss.update(F.cross_entropy(logits, labels), len(labels))
        self.test_accuracy.update(logits, labels)
        self.confusion_matrix.update(logits, labels)
        scores = {"test_loss": self.test_loss, "test_accuracy": self.test_accuracy}
        self.log_dict(scores, prog_bar=True, logger=False)

    test_step = validation_step

    def on_train_epoch_start(self) -> None:
        """Forget the losses of the last epoch; those of one that goes on are kept."""
        self.train_loss.reset()
        self.train_accuracy.reset()

    def training_scores(self) -> dict[str, float]:
        """Give the mean loss and accuracy of the batches of this epoch, in all processes."""
        return {
            "train_loss": self.train_loss.compute().item(),
            "train_accuracy": self.train_accuracy.compute().item(),
        }

    def on_validation_epoch_start(self) -> None:
        """Forget the confusions of the last test."""
        self.confusion_matrix.reset()

    on_test_epoch_start = on_validation_epoch_start

    def configure_optimizers(self) -> Any:
        """Give the optimizer and its schedule."""
        h = self.hparams
        groups = parseval_groups(self.network, h["weight_decay"])
        optimizer = SGD(groups, h["lr"], h["momentum"])
        attach_parseval(optimizer, self.network)
        total_steps = int(self.trainer.estimated_stepping_batches)
        schedule = learning_rate_schedule(
            optimizer, h["schedule"], lr_step=h["lr_step"], total_steps=total_steps
        )
        return {"optimizer": optimizer, "lr_scheduler": schedule}

    def check_fits(self, state: Mapping[str, Any], source: object) -> None:
        """Make sure that a state is of this module.

        Parameters
        ----------
        state
            From a checkpoint.
        source
            Where it comes from, for the message.

        Raises
        ------
        ValueError
            When it lacks a tensor, has another one, or one has another shape.
        """
        expected = {name: tuple(tensor.shape) for name, tensor in self.state_dict().items()}
        found = {name: tuple(tensor.shape) for name, tensor in state.items()}
        if different := sorted(set(expected.items()) ^ set(found.items())):
            name = different[0][0]
            raise ValueError(
                f"{source} is of another network: expected {name} of shape "
                f"{expected.get(name, 'none')}, got {found.get(name, 'none')}"
            )

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the constructor arguments of a network that gives them."""
        if hasattr(self.network, "config"):
            checkpoint["network_config"] = self.network.config


def _check(name: str, value: object, valid: bool, expected: str) -> None:
    if not valid:
        raise ValueError(f"expected {name} to be {expected}, got {value!r}")
