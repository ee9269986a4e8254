"""How complex and real channels lie in a real tensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor


class Planes(NamedTuple):
    """The planes of a feature map: real and imaginary parts, and real channels.

    Each is a tensor ``(B, channels, M, N)``, possibly with no channel.
    """

    re: Tensor
    im: Tensor
    real: Tensor


@dataclass(frozen=True)
class ChannelLayout:
    """Describe the channels of a planar feature map.

    A feature map with `n_complex` complex and `n_real` real channels is a real tensor
    ``(B, 2 n_complex + n_real, M, N)``: first the real parts of the complex channels, then
    their imaginary parts, then the real channels. So every step of a network is a real matrix
    product, convolution or pointwise map.

    Parameters
    ----------
    n_complex
        Number of complex channels.
    n_real
        Number of real channels.

    Raises
    ------
    ValueError
        If a number is negative, or if there is no channel.

    Examples
    --------
    >>> layout = ChannelLayout(n_complex=2, n_real=1)
    >>> layout.n_channels, layout.n_planes
    (3, 5)
    >>> z = layout.to_native(torch.ones(1, 5, 4, 4))
    >>> z.shape, z.dtype
    (torch.Size([1, 3, 4, 4]), torch.complex64)
    """

    n_complex: int = 0
    n_real: int = 0

    def __post_init__(self) -> None:
        if min(self.n_complex, self.n_real) < 0 or self.n_channels == 0:
            raise ValueError(f"expected at least one channel and no negative number, got {self}")

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return self.n_complex + self.n_real

    @property
    def n_planes(self) -> int:
        """Number of real planes."""
        return 2 * self.n_complex + self.n_real

    @property
    def is_real(self) -> bool:
        """Whether no channel is complex."""
        return self.n_complex == 0

    def split(self, x: Tensor) -> Planes:
        """View a planar tensor as its planes."""
        return Planes(*x.split((self.n_complex, self.n_complex, self.n_real), 1))

    def repeat_per_plane(self, values: Tensor) -> Tensor:
        """Return one value a plane of real numbers ``(n_channels,)``."""
        return torch.cat([values[: self.n_complex], values])

    def to_planes(self, numbers: Tensor) -> Tensor:
        """Return one value a plane of numbers ``(n_channels,)``, or ``(n_channels, 2)`` if complex.

        The imaginary parts of real channels are left out.
        """
        if self.is_real:
            return numbers
        re, im = numbers.unbind(-1)
        a = self.n_complex
        return torch.cat([re[:a], im[:a], re[a:]])

    def from_planes(self, values: Tensor) -> Tensor:
        """Return numbers ``(n_channels,)``, or ``(n_channels, 2)`` if complex, of one a plane."""
        if self.is_real:
            return values
        re, im, real = values.split((self.n_complex, self.n_complex, self.n_real))
        zero = torch.zeros_like(real)
        return torch.stack([torch.cat([re, real]), torch.cat([im, zero])], -1)

    def to_native(self, x: Tensor) -> Tensor:
        """Return a planar tensor as ``(B, n_channels, M, N)``, complex if any channel is."""
        re, im, real = self.split(x)
        if self.is_real:
            return real
        z = torch.complex(re, im)
        return torch.cat([z, real.to(z.dtype)], 1) if self.n_real else z

    def to_planar(self, x: Tensor) -> Tensor:
        """Return native channels, the complex ones first, as a planar tensor.

        Raises
        ------
        ValueError
            If the number of channels is another.
        TypeError
            If `x` is complex and all channels are real, or the reverse.
        """
        if x.shape[1] != self.n_channels:
            raise ValueError(
                f"expected {self.n_channels} channels in {tuple(x.shape)}, got {x.shape[1]}"
            )
        if x.is_complex() == self.is_real:
            expected = "real" if self.is_real else "complex"
            raise TypeError(f"expected a {expected} tensor, got {x.dtype}")
        if self.is_real:
            return x
        z, real = x.split((self.n_complex, self.n_real), 1)
        return torch.cat([z.real, z.imag, real.real], 1)


def concatenate(*tensors: Tensor) -> Tensor:
    """Concatenate across channels, without a copy where only one tensor has any."""
    filled = [tensor for tensor in tensors if tensor.shape[1]] or list(tensors[:1])
    return torch.cat(filled, 1) if len(filled) > 1 else filled[0]


def join(*maps: Planes) -> Tensor:
    """Concatenate feature maps across channels, to one planar tensor."""
    re, im, real = zip(*maps, strict=True)
    return concatenate(*re, *im, *real)
