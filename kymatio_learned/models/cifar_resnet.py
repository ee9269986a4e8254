"""Residual networks for small images, with any non-linearity."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..scattering2d.utils import check_integer
from .activations import activation
from .pretrained import Pretrained


class ResidualBlock(nn.Module):
    """Add two convolutions to the identity; a non-linearity follows each.

    Where the channels grow, the identity is subsampled by 2 and the new channels get zeros, so
    that it learns nothing.
    """

    def __init__(
        self, in_channels: int, out_channels: int, *, stride: int, nonlinearity: str, bias: bool
    ) -> None:
        super().__init__()
        self.stride = stride
        self.new_channels = out_channels - in_channels
        self.conv1 = _conv(in_channels, out_channels, stride)
        self.norm1 = nn.BatchNorm2d(out_channels, affine=bias)
        self.activation1 = activation(nonlinearity, out_channels)
        self.conv2 = _conv(out_channels, out_channels, 1)
        self.norm2 = nn.BatchNorm2d(out_channels, affine=bias)
        self.activation2 = activation(nonlinearity, out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(B, in_channels, M, N)`` to ``(B, out_channels, M', N')``."""
        y = self.activation1(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        identity = x[:, :, :: self.stride, :: self.stride]
        identity = F.pad(identity, (0, 0, 0, 0, 0, self.new_channels))
        z: Tensor = self.activation2(y + identity)
        return z


class CifarResNet(Pretrained, nn.Module):
    """Classify small images by a residual network, with any non-linearity.

    Parameters
    ----------
    blocks
        Number of residual blocks of each stage.
    widths
        Number of channels of each stage. Every stage but the first subsamples by 2.
    in_channels
        Number of channels of the images.
    n_classes
        Number of classes.
    nonlinearity
        A name of `activation`.
    bias
        False takes the learned offsets and factors out of the batch normalizations; the linear
        classifier keeps its offsets. The convolutions have none.

    Attributes
    ----------
    config : dict
        The arguments, in plain types: ``CifarResNet(**net.config)`` is a new network of the same
        form.

    Raises
    ------
    ValueError
        If an argument is not one of the above.
    TypeError
        If an integer argument is not one.

    References
    ----------
    He, Zhang, Ren, Sun, *Deep residual learning for image recognition*, CVPR 2016, section 4.2
    (with shortcuts A); for other non-linearities, Guth, Zarka, Mallat, *Phase collapse in neural
    networks*, ICLR 2022.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.models import CifarResNet
    >>> net = CifarResNet(blocks=(1, 1), widths=(8, 16), n_classes=10, nonlinearity="abs")
    >>> net(torch.randn(5, 3, 32, 32)).shape
    torch.Size([5, 10])
    """

    blocks: Sequence[ResidualBlock]

    def __init__(
        self,
        blocks: Sequence[int] = (3, 3, 3),
        widths: Sequence[int] = (16, 32, 64),
        *,
        in_channels: int = 3,
        n_classes: int = 10,
        nonlinearity: str = "relu",
        bias: bool = True,
    ) -> None:
        super().__init__()
        if len(blocks) != len(widths) or not blocks:
            raise ValueError(
                f"expected as many blocks as widths, got {len(blocks)} and {len(widths)}"
            )
        for name, values in (("blocks", blocks), ("widths", widths)):
            for index, value in enumerate(values):
                check_integer(f"{name}[{index}]", value, least=1)
        if list(widths) != sorted(widths):
            raise ValueError(f"expected widths that do not decrease, got {list(widths)}")
        check_integer("in_channels", in_channels, least=1)
        check_integer("n_classes", n_classes, least=1)
        self.config: dict[str, Any] = {
            "blocks": tuple(blocks),
            "widths": tuple(widths),
            "in_channels": in_channels,
            "n_classes": n_classes,
            "nonlinearity": nonlinearity,
            "bias": bias,
        }
        self.stem = nn.Sequential(
            _conv(in_channels, widths[0], 1),
            nn.BatchNorm2d(widths[0], affine=bias),
            activation(nonlinearity, widths[0]),
        )
        layers = []
        channels = widths[0]
        for stage, (n, width) in enumerate(zip(blocks, widths, strict=True)):
            for index in range(n):
                stride = 2 if stage > 0 and index == 0 else 1
                layers.append(
                    ResidualBlock(
                        channels, width, stride=stride, nonlinearity=nonlinearity, bias=bias
                    )
                )
                channels = width
        self.blocks = nn.ModuleList(layers)  # type: ignore[assignment]
        self.linear = nn.Linear(channels, n_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        self.to(memory_format=torch.channels_last)  # in which PyTorch's convolutions are fastest

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits ``(B, n_classes)`` of images ``(B, in_channels, M, N)``."""
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        logits: Tensor = self.linear(x.mean((2, 3)))
        return logits

    def layer_outputs(self, x: Tensor) -> list[Tensor]:
        """Return the output of the first layer and of each block, for probes and plots.

        Parameters
        ----------
        x
            Images, as `forward` takes them.

        Returns
        -------
        list of torch.Tensor
            ``(B, K, M', N')`` for each.
        """
        outputs = [self.stem(x)]
        for block in self.blocks:
            outputs.append(block(outputs[-1]))
        return outputs


def resnet20(
    *,
    nonlinearity: str = "relu",
    bias: bool = True,
    in_channels: int = 3,
    n_classes: int = 10,
) -> CifarResNet:
    """Build ResNet-20 for 32 x 32 images, with any non-linearity.

    Parameters
    ----------
    nonlinearity, bias, in_channels, n_classes
        See `CifarResNet`.

    Returns
    -------
    CifarResNet
        With three stages of three blocks, of 16, 32 and 64 channels.

    Raises
    ------
    ValueError
        If the non-linearity is unknown.

    References
    ----------
    He, Zhang, Ren, Sun, *Deep residual learning for image recognition*, CVPR 2016.

    Examples
    --------
    >>> sum(p.numel() for p in resnet20().parameters())
    269722
    """
    return CifarResNet(
        in_channels=in_channels, n_classes=n_classes, nonlinearity=nonlinearity, bias=bias
    )


def _conv(in_channels: int, out_channels: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
