"""The learned part of a layer."""

import torch
from torch import Tensor, nn

from ..scattering2d.utils import check_integer
from .channel_layout import ChannelLayout
from .functional import block_matrix, mix_channels


class ChannelMixing(nn.Module):
    r"""Multiply the channels by one learned matrix, at every position.

    .. math:: y_k(u) = \sum_c P_{k,c} \, x_c(u)

    A 1 x 1 convolution without bias, complex or real.

    Parameters
    ----------
    layout
        Input channels.
    out_channels
        Number of output channels :math:`K`, complex unless weights and inputs are real.
    complex_weights
        Whether :math:`P` is complex.

    Attributes
    ----------
    weight : torch.nn.Parameter
        Real: ``(K, C, 2)``, the real and imaginary parts of complex weights, or ``(K, C)``. Its
        columns follow `layout`: complex channels first. Initialised to rows (or columns) of a
        random unitary (orthogonal) matrix, uniformly distributed.

    Raises
    ------
    ValueError, TypeError
        If `out_channels` is not a positive integer.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.layers import ChannelLayout, ChannelMixing
    >>> mixing = ChannelMixing(ChannelLayout(n_complex=3, n_real=4), out_channels=5)
    >>> mixing.out_layout
    ChannelLayout(n_complex=5, n_real=0)
    >>> mixing(torch.randn(2, 10, 8, 8)).shape
    torch.Size([2, 10, 8, 8])
    """

    def __init__(
        self, layout: ChannelLayout, out_channels: int, *, complex_weights: bool = True
    ) -> None:
        super().__init__()
        check_integer("out_channels", out_channels, least=1)
        self.layout = layout
        self.out_channels = out_channels
        self.complex_weights = complex_weights
        shape = (out_channels, layout.n_channels)
        self.weight = nn.Parameter(torch.empty((*shape, 2) if complex_weights else shape))
        self.reset_parameters()

    @property
    def out_layout(self) -> ChannelLayout:
        """Output channels."""
        if self.complex_weights or not self.layout.is_real:
            return ChannelLayout(n_complex=self.out_channels)
        return ChannelLayout(n_real=self.out_channels)

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """Draw a random unitary matrix, of the QR decomposition of a Gaussian one."""
        shape = (self.out_channels, self.layout.n_channels)
        dtype = torch.complex64 if self.complex_weights else torch.float32
        # In place from here on: memory that is freed between weights mostly stays with the process.
        Q, R = torch.linalg.qr(torch.randn(max(shape), min(shape), dtype=dtype))
        Q *= R.diagonal().sgn()  # with this factor it is uniformly distributed
        P = Q if shape[0] >= shape[1] else Q.conj_physical_().mT
        self.weight.copy_(torch.view_as_real(P) if self.complex_weights else P)

    def matrix(self) -> Tensor:
        """Return the real matrix that acts on planes; see `functional.block_matrix`."""
        return block_matrix(self.weight, self.layout, self.complex_weights)

    def forward(self, x: Tensor) -> Tensor:
        """Mix planes ``(B, n_planes, M, N)``."""
        return mix_channels(x, self.matrix())

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        return (
            f"{self.layout}, out_channels={self.out_channels}, "
            f"complex_weights={self.complex_weights}"
        )
