"""The operator through the Fourier domain, and its adjoint: images of any size, any filters."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import pad

from ..utils import Geometry, cropping, padded_pixels
from .blocks import blocks

# Of images that are transformed together: less memory, where caches are no concern.
_BLOCK_BYTES = 32_000_000


def analysis(x: Tensor, filters: Tensor, geometry: Geometry) -> tuple[Tensor, Tensor]:
    """Filter images.

    Parameters
    ----------
    x
        Planes ``(B, M, N, p, C)``, with ``p = 1`` for real images and 2 for complex ones.
    filters
        ``(1 + L, G, 2 H)``, see `paired`, on the grid of the padded image, or on a larger one if
        it has a margin of the filters' radius on each side of the output.
    geometry
        Sizes.

    Returns
    -------
    low, high
        Views ``(B, M', N', p, C)`` and ``(B, M', N', 2, L, C)`` of one tensor that holds an image
        after the other.
    """
    B, _, _, p, C = x.shape
    grid = _grid(filters)
    images = x.permute(0, 4, 1, 2, 3).contiguous()
    images = torch.view_as_complex(images) if p == 2 else images[..., 0]
    images = _padded(images, geometry, grid)
    h, w = (size // geometry.stride for size in grid)
    y: Tensor | None = None
    for block in blocks(x, B, C, len(filters) * h * w * 2 * x.element_size(), _BLOCK_BYTES):
        part = images[block]
        spectrum = torch.fft.fft2(part.flatten(0, 1), s=grid)
        folded = _multiply(torch.view_as_real(spectrum), filters, geometry.stride)
        maps = torch.view_as_real(torch.fft.ifft2(torch.view_as_complex(folded)))
        maps = _crop(maps, geometry, grid).unflatten(0, part.shape[:2])
        if maps.shape[:2] == (B, C):  # the only block
            y = maps
        else:
            y = x.new_empty(B, C, *maps.shape[2:]) if y is None else y
            y[block] = maps
    assert y is not None
    low, high = y[:, :, 0, ..., :p], y[:, :, 1:]
    return low.permute(0, 2, 3, 4, 1), high.permute(0, 3, 4, 5, 2, 1)


def synthesis(low: Tensor, high: Tensor, filters: Tensor, geometry: Geometry) -> tuple[Tensor]:
    """Apply the adjoint of `analysis`, whose arguments it takes, to what that returns."""
    B, _, _, p, C = low.shape
    grid = _grid(filters)
    h, w = (size // geometry.stride for size in grid)
    low, high = low.permute(0, 4, 1, 2, 3), high.permute(0, 5, 4, 1, 2, 3)
    rows, columns = (len(pixels) for pixels in _pixels(geometry, grid))
    images = low.new_empty(B, C, rows, columns, p)
    image_bytes = len(filters) * h * w * 2 * low.element_size()
    for block in blocks(low, B, C, image_bytes, _BLOCK_BYTES):
        y = low.new_zeros(*images[block].shape[:2], len(filters), h, w, 2)
        inside = _crop(y, geometry, grid)
        inside[:, :, 0, ..., :p] = low[block]
        inside[:, :, 1:] = high[block]
        spectrum = torch.fft.fft2(torch.view_as_complex(y.flatten(0, 1)))
        summed = _multiply_adjoint(torch.view_as_real(spectrum), filters, geometry.stride)
        # The adjoint of fft2 is the inverse without its factor; that of ifft2 lacks its own too.
        z = torch.fft.ifft2(torch.view_as_complex(summed)) * geometry.stride**2
        z = torch.view_as_real(z)[:, :rows, :columns, :p]
        images[block] = z.unflatten(0, images[block].shape[:2])
    return (_padded_adjoint(images, geometry, grid).permute(0, 2, 3, 4, 1),)


def paired(filters: Tensor, stride: int) -> Tensor:
    """Return Fourier filters ``(K, G, H)`` with each value twice: ``(K, G, 2 H)``.

    So they multiply real and imaginary parts, which lie side by side.
    """
    # Subsampling by 2 in space is a mean of aliases in frequency.
    return (filters / stride**2).repeat_interleave(2, -1)


def _grid(filters: Tensor) -> tuple[int, int]:
    return filters.shape[1], filters.shape[2] // 2


def _multiply(spectrum: Tensor, filters: Tensor, stride: int) -> Tensor:
    """Multiply (n, G, H, 2) by each filter and sum over aliases, to (n, K, G', H', 2)."""
    spectrum, filters = _aliases(spectrum.flatten(-2), stride), _aliases(filters, stride)
    y: Tensor | None = None
    for i in range(stride):
        for j in range(stride):
            factors = spectrum[:, None, i, :, j], filters[:, i, :, j]
            y = factors[0] * factors[1] if y is None else y.addcmul_(*factors)
    assert y is not None
    return y.unflatten(-1, (-1, 2))


def _multiply_adjoint(spectrum: Tensor, filters: Tensor, stride: int) -> Tensor:
    """Apply the adjoint of `_multiply`: (n, K, G', H', 2) to (n, G, H, 2)."""
    spectrum, filters = spectrum.flatten(-2), _aliases(filters, stride)
    n, K, h, w = spectrum.shape
    y = spectrum.new_zeros(n, stride, h, stride, w)
    for i in range(stride):
        for j in range(stride):
            for k in range(K):
                y[:, i, :, j].addcmul_(spectrum[:, k], filters[k, i, :, j])
    return y.view(n, stride * h, -1, 2)


def _aliases(x: Tensor, stride: int) -> Tensor:
    """View the last two axes (G, H) as (stride, G / stride, stride, H / stride)."""
    return x.unflatten(-1, (stride, -1)).unflatten(-3, (stride, -1))


def _margins(geometry: Geometry, grid: Sequence[int]) -> list[int]:
    """Return what the padded image is continued by on each side, even to keep the subsampling."""
    return [(G - P) // 4 * 2 for G, P in zip(grid, geometry.padded, strict=True)]


def _crop(y: Tensor, geometry: Geometry, grid: Sequence[int]) -> Tensor:
    """View the output within (..., G', H', 2)."""
    for axis, margin in enumerate(_margins(geometry, grid)):
        first = cropping(geometry.stride) + margin // geometry.stride
        y = y.narrow(axis - 3, first, geometry.output[axis])
    return y


def _pixels(geometry: Geometry, grid: Sequence[int]) -> list[NDArray[np.int64]]:
    """Return the pixel that each pixel of the continued image comes from, along each axis."""
    sizes = zip(geometry.shape, geometry.padded, _margins(geometry, grid), strict=True)
    return [padded_pixels(*size) for size in sizes]


def _padded(images: Tensor, geometry: Geometry, grid: Sequence[int]) -> Tensor:
    """Pad (B, C, M, N) by reflection, then by periodicity."""
    top, bottom, left, right = geometry.padding
    amounts = [left, right, top, bottom]
    # An image of two pixels is reflected twice: at once it goes no further than its other edge.
    while any(amounts):
        axes = zip(amounts, (3, 3, 2, 2), strict=True)
        steps = [min(amount, images.shape[axis] - 1) for amount, axis in axes]
        images = pad(images, steps, mode="reflect")
        amounts = [amount - step for amount, step in zip(amounts, steps, strict=True)]
    for axis, margin in enumerate(_margins(geometry, grid)):
        if margin:
            size = geometry.padded[axis]
            pixels = torch.arange(-margin, size + margin, device=images.device) % size
            images = images.index_select(2 + axis, pixels)
    return images


def _padded_adjoint(padded: Tensor, geometry: Geometry, grid: Sequence[int]) -> Tensor:
    """Add the pixels that `_padded` copies to those that they come from."""
    for axis, pixels in enumerate(_pixels(geometry, grid)):
        size = geometry.shape[axis]
        first = _margins(geometry, grid)[axis] + (geometry.padded[axis] - size) // 2
        copies = np.concatenate([np.arange(first), np.arange(first + size, len(pixels))])
        images = padded.narrow(2 + axis, first, size).contiguous()
        to, from_ = (torch.from_numpy(i).to(padded.device) for i in (pixels[copies], copies))
        padded = images.index_add_(2 + axis, to, padded.index_select(2 + axis, from_))
    return padded
