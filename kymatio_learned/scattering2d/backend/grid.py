"""A larger grid for the Fourier transform, where that of the padded image is a slow one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft2, ifft2, next_fast_len

from ..utils import Geometry, cropping

# Largest prime factor of sizes whose transform is not slow.
_LARGEST_PRIME = 13

# The filters' impulse responses below this fraction of the largest value are left out.
_TOLERANCE = 1e-7


def on_fast_grid(filters: NDArray[Any], geometry: Geometry) -> NDArray[Any]:
    """Return Fourier filters ``(K, M_p, N_p)`` on a larger grid, if it is a faster one.

    A Fourier transform is slow where its size has a large prime factor, as 116 = 4 * 29, the
    padded size of 112. The filters are local: the output is the same on any grid that holds its
    pixels, and around them a margin of the filters' radius, filled by the image's periodicity.
    """
    if all(_largest_prime(size) <= _LARGEST_PRIME for size in geometry.padded):
        return filters
    impulses = ifft2(filters.astype(np.float64))
    amplitude = abs(impulses).max(0)
    radius = _radius(amplitude)
    if min(geometry.padded) <= 2 * radius:
        return filters
    margin = radius - geometry.stride * cropping(geometry.stride)  # beyond the padded image
    margin += margin % 2  # the margin is even, so that subsampling keeps the same pixels
    M, N = (2 * next_fast_len(size // 2 + margin, real=True) for size in geometry.padded)
    around = np.arange(-radius, radius + 1)
    larger = np.zeros((len(impulses), M, N), complex)
    larger[:, around[:, None], around] = impulses[:, around[:, None], around]
    return fft2(larger).real.astype(filters.dtype)


def _radius(amplitude: NDArray[Any]) -> int:
    """Return the distance from the origin, along an axis, beyond which a response vanishes."""
    radius = 0
    for axis, size in enumerate(amplitude.shape):
        profile = amplitude.max(1 - axis)
        distance = np.minimum(np.arange(size), size - np.arange(size))
        radius = max(radius, int(distance[profile > _TOLERANCE * profile.max()].max()))
    return radius


def _largest_prime(size: int) -> int:
    """Return the largest prime factor of a size above 1."""
    factor = 2
    while size > factor:
        if size % factor:
            factor += 1
        else:
            size //= factor
    return factor
