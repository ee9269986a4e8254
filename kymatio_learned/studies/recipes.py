"""How the networks of the studies are trained: arguments of `ClassificationModule`."""

from typing import Any

# Of both papers, for CIFAR-10, with 300 epochs and batches of 128.
PAPER_RECIPE: dict[str, Any] = {
    "lr": 0.01,
    "momentum": 0.9,
    "weight_decay": 1e-4,
    "schedule": "step",
    "lr_step": 70,
    "label_smoothing": 0.0,
}
# In few epochs, with batches of 64. With larger rates the loss of the scattering networks rises at
# first.
SHORT_RECIPE: dict[str, Any] = {
    "lr": 0.02,
    "momentum": 0.9,
    "weight_decay": 1e-3,
    "schedule": "one_cycle",
    "label_smoothing": 0.1,
}
SHORT_RESNET_RECIPE = SHORT_RECIPE | {"lr": 0.1, "weight_decay": 5e-4}
