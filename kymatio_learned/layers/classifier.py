"""The linear classifier on top of a network."""

from collections.abc import Sequence
from typing import Literal

from torch import Tensor, nn

from ..scattering2d.utils import check_integer
from .batch_norm import BatchNorm2d
from .channel_layout import ChannelLayout


class Classifier(nn.Sequential):
    r"""Normalize each plane, flatten, and classify linearly.

    Parameters
    ----------
    layout
        Input channels.
    shape
        Size ``(M, N)`` of the feature maps.
    n_classes
        Number of classes.
    avg_pool
        ``"global"`` for the mean over space, an integer for the side of a sliding mean, or None.

    Raises
    ------
    ValueError
        If the sliding mean does not fit the feature maps, or for any other `avg_pool`.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.layers import ChannelLayout, Classifier
    >>> classifier = Classifier(ChannelLayout(n_complex=8), (2, 2), 10)
    >>> classifier(torch.randn(5, 16, 2, 2)).shape
    torch.Size([5, 10])
    """

    def __init__(
        self,
        layout: ChannelLayout,
        shape: Sequence[int],
        n_classes: int,
        avg_pool: int | Literal["global"] | None = None,
    ) -> None:
        super().__init__()
        check_avg_pool(avg_pool)
        check_integer("n_classes", n_classes, least=1)
        M, N = shape
        self.batch_norm = BatchNorm2d(layout.n_planes)
        if avg_pool == "global":
            M, N = 1, 1
            self.pool: nn.Module = nn.AdaptiveAvgPool2d(1)
        elif avg_pool is not None:
            M, N = M - avg_pool + 1, N - avg_pool + 1
            if min(M, N) < 1:
                raise ValueError(
                    f"expected avg_pool to be at most the feature maps' side, "
                    f"got avg_pool={avg_pool} for {shape[0]}x{shape[1]}"
                )
            self.pool = nn.AvgPool2d(avg_pool, stride=1)
        self.flatten = nn.Flatten()
        self.linear = nn.Linear(layout.n_planes * M * N, n_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Classify planes ``(B, n_planes, M, N)``."""
        return super().forward(x)


def check_avg_pool(avg_pool: int | Literal["global"] | None) -> None:
    """Refuse anything but ``"global"``, a positive integer, or None.

    Raises
    ------
    ValueError
        With the valid values.
    """
    is_side = isinstance(avg_pool, int) and not isinstance(avg_pool, bool) and avg_pool >= 1
    if not (avg_pool is None or avg_pool == "global" or is_side):
        raise ValueError(
            f"expected avg_pool to be 'global', a positive integer or None, got {avg_pool!r}"
        )
