"""Networks with a batch of images."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import torch
from kymatio.scattering2d.frontend.torch_frontend import ScatteringTorch2D
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock

from kymatio_learned.models import LearnedScattering2D

from ..baseline import baseline_network


class Network:
    """A network, with a batch of images and labels.

    Parameters
    ----------
    net
        Maps images to logits.
    shape
        Shape of the batch, ``(B, C, M, N)``.
    n_classes
        Number of classes.
    device
        Where it computes.
    autocast
        Precision of its products under autocast, or None for none.
    float32_matmul
        Precision of the products of float32, see `torch.set_float32_matmul_precision`.
    """

    def __init__(
        self,
        net: nn.Module,
        shape: Sequence[int],
        n_classes: int,
        *,
        device: str = "cpu",
        autocast: torch.dtype | None = None,
        float32_matmul: str = "highest",
    ) -> None:
        torch.set_float32_matmul_precision(float32_matmul)
        self.net = net.to(device)
        self.images = torch.randn(*shape, device=device)
        self.labels = torch.randint(n_classes, shape[:1], device=device)
        self.device, self.autocast = device, autocast
        parameters = [*net.parameters(), torch.zeros((), device=device)]  # some nets have none
        self.optimizer = torch.optim.SGD(parameters, lr=0.01, momentum=0.9, weight_decay=1e-4)

    def evaluate(self) -> None:
        """Compute logits."""
        self.net.eval()
        with torch.no_grad(), self._precision():
            self.net(self.images)

    def train(self) -> None:
        """Compute gradients: a training step without the optimizer's part."""
        self.net.train()
        self.net.zero_grad()
        with self._precision():
            loss = nn.functional.cross_entropy(self.net(self.images), self.labels)
        loss.backward()

    def update(self) -> None:
        """Train, and take the optimizer's step."""
        self.train()
        self.optimizer.step()

    def logit_error(self, dtype: torch.dtype, passes: int) -> float:
        """Return the relative error of the logits under autocast, after some passes in training."""
        with torch.no_grad():
            self.net.train()
            for _ in range(passes):  # so that the running averages are those of images
                self.net(torch.randn_like(self.images))
            self.net.eval()
            exact: Tensor = self.net(self.images)
            with torch.autocast(self.device, dtype):
                rounded: Tensor = self.net(self.images)
            return float((rounded.float() - exact).norm() / exact.norm())

    def _precision(self) -> Any:
        if self.autocast is None:
            return nullcontext()
        return torch.autocast(self.device, self.autocast)


def learned_scattering(
    config: dict[str, Any], batch: int, *, compiled: bool = False, **options: Any
) -> Network:
    """Build the package's network of a configuration; see `Network` for the options."""
    net: nn.Module = LearnedScattering2D(**config)
    if compiled:
        net.compile(fullgraph=True)
    return _network(net, config, batch, options)


def baseline(config: dict[str, Any], batch: int, **options: Any) -> Network:
    """Build the baseline's network of a configuration; see `Network` for the options."""
    return _network(baseline_network(**config), config, batch, options)


def _network(
    net: nn.Module, config: dict[str, Any], batch: int, options: dict[str, Any]
) -> Network:
    shape = (batch, config["in_channels"], *config["shape"])
    return Network(net, shape, config["n_classes"], **options)


def kymatio_scattering(shape: tuple[int, int, int, int]) -> Network:
    """Build Kymatio's transform, J = 2, L = 8, of second order: nothing to train."""
    return Network(ScatteringTorch2D(J=2, shape=shape[2:], L=8), shape, n_classes=1)


def resnet20(shape: tuple[int, int, int, int], n_classes: int) -> Network:
    """Build the residual network of 20 layers for 32x32 images (He et al., CVPR 2016)."""
    steps: list[nn.Module] = [
        nn.Conv2d(shape[1], 16, 3, padding=1, bias=False),
        nn.BatchNorm2d(16),
        nn.ReLU(),
    ]
    for channels, out_channels in ((16, 16), (16, 32), (32, 64)):
        steps += [
            _residual_block(channels, out_channels),
            BasicBlock(out_channels, out_channels),
            BasicBlock(out_channels, out_channels),
        ]
    steps += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, n_classes)]
    return Network(nn.Sequential(*steps), shape, n_classes)


def _residual_block(channels: int, out_channels: int) -> BasicBlock:
    if channels == out_channels:
        return BasicBlock(channels, channels)
    shortcut = nn.Sequential(
        nn.Conv2d(channels, out_channels, 1, stride=2, bias=False), nn.BatchNorm2d(out_channels)
    )
    return BasicBlock(channels, out_channels, 2, shortcut)
