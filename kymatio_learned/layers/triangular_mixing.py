"""A learned matrix that keeps orders apart."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .channel_layout import ChannelLayout
from .channel_mixing import ChannelMixing
from .functional import block_matrix, mix_channels


class TriangularMixing(nn.Module):
    r"""Multiply the channels by one learned block-triangular matrix, at every position.

    .. math:: y_k(u) = \sum_{c \,:\, o(c) \leq o(k)} P_{k,c} \, x_c(u)

    where the order :math:`o` of a channel is the largest number of non-linearities that it went
    through: an output of some order sees the inputs of at most that order.

    Parameters
    ----------
    layout
        Input channels.
    orders
        Order of each input channel.
    out_channels
        Number of output channels of each order 0, 1, ..., the largest of `orders`. They follow
        each other in this order.
    complex_weights
        Whether :math:`P` is complex.

    Attributes
    ----------
    blocks : torch.nn.ModuleList of ChannelMixing
        One an order: its rows of :math:`P`, on the channels of at most that order. The zeros of
        :math:`P` are no parameters.

    Raises
    ------
    ValueError, TypeError
        If there is not one order for each channel, the orders are not 0, 1, ..., or there is not
        one positive number of outputs for each.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022, and the code published with
    it (``separate_orders``).

    Examples
    --------
    >>> from kymatio_learned.layers import ChannelLayout, TriangularMixing
    >>> mixing = TriangularMixing(ChannelLayout(n_real=4), [0, 1, 0, 1], out_channels=(2, 3))
    >>> [tuple(block.weight.shape) for block in mixing.blocks]
    [(2, 2, 2), (3, 4, 2)]
    >>> mixing.weight[:2, [1, 3]].any()
    tensor(False)
    """

    blocks: Sequence[ChannelMixing]
    sources: Tensor

    def __init__(
        self,
        layout: ChannelLayout,
        orders: Sequence[int],
        out_channels: Sequence[int],
        *,
        complex_weights: bool = True,
    ) -> None:
        super().__init__()
        if len(orders) != layout.n_channels or set(orders) != set(range(len(out_channels))):
            raise ValueError(
                f"expected the orders 0, ..., {len(out_channels) - 1} of {layout.n_channels} "
                f"channels, got {list(orders)}"
            )
        self.layout = layout
        self.complex_weights = complex_weights
        blocks, sources = [], []
        for order, K in enumerate(out_channels):
            seen = torch.tensor(orders) <= order
            n_complex = int(seen[: layout.n_complex].sum())
            columns = ChannelLayout(n_complex, int(seen.sum()) - n_complex)
            blocks.append(ChannelMixing(columns, K, complex_weights=complex_weights))
            # Where each column of P is in the block; the others are in its last column, of zeros.
            sources.append(torch.where(seen, seen.cumsum(0) - 1, columns.n_channels))
        self.blocks = nn.ModuleList(blocks)  # type: ignore[assignment]
        self.register_buffer("sources", torch.stack(sources), persistent=False)

    @property
    def out_layout(self) -> ChannelLayout:
        """Output channels."""
        K = sum(block.out_channels for block in self.blocks)
        if self.complex_weights or not self.layout.is_real:
            return ChannelLayout(n_complex=K)
        return ChannelLayout(n_real=K)

    @property
    def weight(self) -> Tensor:
        """The whole matrix, real, ``(K, C, 2)`` or ``(K, C)`` as that of `ChannelMixing`."""
        zeros = (0, 0, 0, 1) if self.complex_weights else (0, 1)  # a column of them at the end
        rows = [
            F.pad(block.weight, zeros).index_select(1, columns)
            for block, columns in zip(self.blocks, self.sources, strict=True)
        ]
        return torch.cat(rows)

    def forward(self, x: Tensor) -> Tensor:
        """Mix planes ``(B, n_planes, M, N)``."""
        return mix_channels(x, block_matrix(self.weight, self.layout, self.complex_weights))

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        return f"{self.layout}"
