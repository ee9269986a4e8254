"""A projection to fewer channels."""

from torch import nn

from .channel_layout import ChannelLayout
from .channel_mixing import ChannelMixing


class OrthogonalProjection(ChannelMixing):
    r"""Project the channels onto fewer of them, by a learned matrix with orthonormal rows.

    .. math:: y(u) = P \, x(u), \qquad P P^T = 1

    The rows are orthonormal at first. In training `attach_parseval` keeps them nearly so, or
    `make_orthogonal` exactly.

    Parameters
    ----------
    in_channels, out_channels
        Numbers of real channels; at most as many go out as come in.

    Attributes
    ----------
    weight : torch.nn.Parameter
        ``(out_channels, in_channels)``, real.

    Raises
    ------
    ValueError, TypeError
        If a number is not a positive integer, or if more channels go out than come in.

    References
    ----------
    Zarka, Guth, Mallat, *Separation and concentration in deep networks*, ICLR 2021.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.layers import OrthogonalProjection
    >>> P = OrthogonalProjection(99, 8)
    >>> P(torch.randn(2, 99, 16, 16)).shape
    torch.Size([2, 8, 16, 16])
    >>> torch.allclose(P.weight @ P.weight.T, torch.eye(8), atol=1e-5)
    True
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        layout = ChannelLayout(n_real=in_channels)
        super().__init__(layout, out_channels, complex_weights=False)
        if out_channels > in_channels:
            raise ValueError(
                f"expected a projection to at most the {in_channels} channels that come in, "
                f"got out_channels={out_channels}"
            )

    def reset_parameters(self) -> None:
        """Draw a random matrix with orthonormal rows, by a QR decomposition."""
        nn.init.orthogonal_(self.weight)

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        return f"in_channels={self.layout.n_real}, out_channels={self.out_channels}"
