"""Unit norm across channels."""

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

    Examples
    --------
    >>> import torch
    >>> y = ChannelNorm()(torch.tensor([3.0, 4.0]).view(1, 2, 1, 1))
    >>> y.flatten().tolist()
    [0.6000000238418579, 0.800000011920929]
    """

    def __init__(self, eps: float = 1e-12) -> None:
        super().__init__()
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Normalize planes ``(B, n_planes, M, N)``."""
        return normalize_channels(x, self.eps)

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        return f"eps={self.eps}"
