"""Unit norm across channels."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .functional import normalize_channels


class ChannelNorm(nn.Module):
    r"""Divide by the Euclidean norm across channels, at every position.

    .. math:: y_c(u) = x_c(u) \, / \left( \sum_{c'} |x_{c'}(u)|^2 \right)^{1/2}

    and 0, with gradient 0, where the norm is at most `eps`.

    Parameters
    ----------
    eps
        Norm below which a position counts as empty.
    sizes
        Numbers of successive channels that have a norm of their own. By default all have one.

    Examples
    --------
    >>> import torch
    >>> y = ChannelNorm()(torch.tensor([3.0, 4.0]).view(1, 2, 1, 1))
    >>> y.flatten().tolist()
    [0.6000000238418579, 0.800000011920929]
    """

    def __init__(self, eps: float = 1e-12, sizes: Sequence[int] | None = None) -> None:
        super().__init__()
        self.eps = eps
        self.sizes = None if sizes is None else tuple(sizes)

    def forward(self, x: Tensor) -> Tensor:
        """Normalize planes ``(B, n_planes, M, N)``; with `sizes`, all of them complex or real."""
        if self.sizes is None:
            return normalize_channels(x, self.eps)
        channels = x.unflatten(1, (-1, sum(self.sizes)))  # (B, 1 or 2 parts, K, M, N)
        parts = [
            normalize_channels(part.flatten(1, 2), self.eps).view(part.shape)
            for part in channels.split(self.sizes, 2)
        ]
        return torch.cat(parts, 2).flatten(1, 2)

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        return f"eps={self.eps}" if self.sizes is None else f"eps={self.eps}, sizes={self.sizes}"
