"""Integers and sizes: what is accepted, what the operator pads to, and what it returns."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from kymatio.scattering2d.utils import compute_padding
from numpy.typing import NDArray


def check_integer(name: str, value: Any, least: int) -> None:
    """Refuse anything but an integer of at least `least`.

    Raises
    ------
    TypeError
        If the value is not an integer.
    ValueError
        If it is too small.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"expected {name} to be an integer, got {value!r}")
    if value < least:
        raise ValueError(f"expected {name} to be at least {least}, got {value}")


def check_shape(shape: Sequence[int]) -> tuple[int, int]:
    """Return the image size ``(M, N)`` as two integers, each at least 2.

    Raises
    ------
    TypeError
        If `shape` is not a pair of integers.
    ValueError
        If a side is below 2: a reflection needs two pixels.
    """
    try:
        M, N = shape
    except (TypeError, ValueError):
        raise TypeError(f"expected shape to be a pair of integers (M, N), got {shape!r}") from None
    for size in (M, N):
        if isinstance(size, bool) or not hasattr(size, "__index__"):
            raise TypeError(f"expected shape to be a pair of integers (M, N), got {shape!r}")
    if min(M, N) < 2:
        raise ValueError(f"expected an image of at least 2 x 2 pixels, got shape=({M}, {N})")
    return int(M), int(N)


def padded_shape(shape: tuple[int, int]) -> tuple[int, int]:
    """Return the even size ``(M_p, N_p)`` that an image is padded to: Kymatio's, for ``J=1``."""
    M, N = compute_padding(*shape, J=1)
    return int(M), int(N)


def cropping(stride: int) -> int:
    """Return the pixels cropped from each side of the output: one if subsampled, else two."""
    return 2 // stride


def output_shape(padded: tuple[int, int], stride: int) -> tuple[int, int]:
    """Return the size of the output for a padded image.

    It is ``floor(M/2)`` if subsampled by 2, and ``2 floor(M/2)`` if not.

    Examples
    --------
    >>> output_shape(padded_shape((7, 32)), stride=1), output_shape(padded_shape((7, 32)), stride=2)
    ((6, 32), (3, 16))
    """
    M, N = (size // stride - 2 * cropping(stride) for size in padded)
    return M, N


class Geometry(NamedTuple):
    """The sizes of images, of padded images, and the step between two output pixels."""

    shape: tuple[int, int]
    padded: tuple[int, int]
    stride: int

    @property
    def output(self) -> tuple[int, int]:
        """Size of the output."""
        return output_shape(self.padded, self.stride)

    @property
    def padding(self) -> list[int]:
        """Pixels added at the top, bottom, left and right."""
        amounts: list[int] = []
        for size, padded in zip(self.shape, self.padded, strict=True):
            amounts += [(padded - size) // 2, (padded - size + 1) // 2]
        return amounts


def padded_pixels(size: int, padded: int, margin: int = 0) -> NDArray[np.int64]:
    """Return which pixel of an image each pixel of the padded image is, along one axis.

    The padding is a reflection. The padded image is periodic, since filters act through the
    Fourier domain: `margin` more pixels on each side come from its other side.

    Examples
    --------
    >>> padded_pixels(4, 8).tolist()
    [2, 1, 0, 1, 2, 3, 2, 1]
    """
    period = 2 * (size - 1)
    pixels = np.arange(-margin, padded + margin) % padded - (padded - size) // 2
    return np.minimum(pixels % period, -pixels % period)
