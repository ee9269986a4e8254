"""The Triton kernels as operators of PyTorch: with gradients, and kept whole by `torch.compile`."""

from collections.abc import Sequence
from typing import Any

import torch
import triton
from torch import Tensor
from triton import knobs

from ...utils import Geometry
from .analysis import analysis_kernel
from .synthesis import synthesis_kernel
from .tables import angle_groups

# Without a GPU, Triton's interpreter runs the kernels, for tests.
INTERPRETED = bool(knobs.runtime.interpret)


@torch.library.custom_op("kymatio_learned::wavelet_analysis2d", mutates_args=())
def analysis(
    x: Tensor, tables: Sequence[Tensor], stride: int, collapse: bool
) -> tuple[Tensor, Tensor]:
    """Filter planes ``(B, M, N, p, C)``.

    Parameters
    ----------
    x
        Images, of any strides and real dtype.
    tables
        ``taps``, ``rows``, ``columns``, ``analysis_spans``, ``synthesis_spans`` of `triton_tables`.
    stride
        2 to subsample the outputs, else 1.
    collapse
        Whether to return the moduli of the wavelets' coefficients.

    Returns
    -------
    low, high
        float32, ``(B, M', N', p, C)``, and ``(B, M', N', L, C)`` or, without collapse,
        ``(B, M', N', 2, L, C)``.
    """
    low, high = _features(x, tables, stride, collapse)
    _analyze("moduli" if collapse else "wavelets", x, tables, stride, low, high, grad=high)
    return low, high


@analysis.register_fake
def _features(
    x: Tensor, tables: Sequence[Tensor], stride: int, collapse: bool
) -> tuple[Tensor, Tensor]:
    B, *shape, p, C = x.shape
    M, N = _geometry(shape, tables, stride).output
    L = tables[-1].shape[0] - 1
    low = x.new_empty(B, M, N, p, C, dtype=torch.float32)
    return low, low.new_empty(B, M, N, L, C) if collapse else low.new_empty(B, M, N, 2, L, C)


@torch.library.custom_op("kymatio_learned::modulus_slopes2d", mutates_args=())
def slopes(x: Tensor, tables: Sequence[Tensor], stride: int, grad: Tensor) -> Tensor:
    """Return the gradient with respect to the coefficients, from that to their moduli, `grad`."""
    high = _coefficients(x, tables, stride, grad)
    _analyze("slopes", x, tables, stride, high, high, grad=grad.contiguous())
    return high


@slopes.register_fake
def _coefficients(x: Tensor, tables: Sequence[Tensor], stride: int, grad: Tensor) -> Tensor:
    return grad.new_empty(*grad.shape[:3], 2, *grad.shape[3:])


@torch.library.custom_op("kymatio_learned::wavelet_synthesis2d", mutates_args=())
def synthesis(
    low: Tensor, high: Tensor, tables: Sequence[Tensor], stride: int, shape: Sequence[int]
) -> Tensor:
    """Apply the adjoint of `analysis` without collapse; `shape` is the size of the images."""
    geometry = _geometry(shape, tables, stride)
    B, M, N, p, C = low.shape
    M_p, N_p = geometry.padded
    padded = low.new_empty(B, M_p, N_p, p, C)
    taps, spans = tables[0], tables[-1]
    _launch(
        synthesis_kernel,
        (low.contiguous(), high.contiguous(), taps, spans, padded),
        (B, C, M, N, M_p, N_p, len(spans) - 1),
        (M_p // 2, N_p // 2),
        taps,
        STRIDE=stride,
        COMPLEX=p == 2,
        FILTERS=taps.shape[-1],
    )
    return _unpad_adjoint(padded, geometry).contiguous()


@synthesis.register_fake
def _images(
    low: Tensor, high: Tensor, tables: Sequence[Tensor], stride: int, shape: Sequence[int]
) -> Tensor:
    return low.new_empty(low.shape[0], *shape, *low.shape[3:])


def _save(ctx: Any, inputs: Any, output: Any) -> None:
    x, tables, ctx.stride, ctx.collapse = inputs
    ctx.shape, ctx.dtype = x.shape[1:3], x.dtype
    # The coefficients are computed again for the gradient of their moduli.
    ctx.save_for_backward(x if ctx.collapse else None, *tables)


def _gradient(ctx: Any, low: Tensor, high: Tensor) -> tuple[Tensor, list[None], None, None]:
    x, *tables = ctx.saved_tensors
    if ctx.collapse:
        high = slopes(x, tables, ctx.stride, high)
    grad = synthesis(low, high, tables, ctx.stride, ctx.shape)
    return grad.to(ctx.dtype), [None] * len(tables), None, None


analysis.register_autograd(_gradient, setup_context=_save)


def _geometry(shape: Sequence[int], tables: Sequence[Tensor], stride: int) -> Geometry:
    """Return the sizes, from that of the images and those of the tables."""
    taps, rows, columns, *_ = tables
    R, Q = _reach(taps)
    return Geometry((shape[0], shape[1]), (len(rows) - 2 * R, len(columns) - 2 * Q), stride)


def _reach(taps: Tensor) -> tuple[int, int]:
    """Return the largest offsets of the taps, in rows and columns."""
    return taps.shape[0] // 2 - 1, taps.shape[1] // 2 - 1


def _analyze(
    output: str,
    x: Tensor,
    tables: Sequence[Tensor],
    stride: int,
    low: Tensor,
    high: Tensor,
    grad: Tensor,
) -> None:
    """Write the features that `analysis_kernel` computes to `low` and `high`."""
    if x.stride(-1) != 1:
        # Channels that are apart in memory are brought together once, not at every tap.
        x = x.contiguous()
    B, _, _, p, C = x.shape
    M, N = high.shape[1:3]
    L = len(tables[-1]) - 1
    groups, angles = angle_groups(L)
    _launch(
        analysis_kernel,
        (x, grad, *tables[:-1], low, high),
        (B, C, M, N, L, *x.stride()[:-1]),
        (M, N),
        tables[0],
        STRIDE=stride,
        COMPLEX=p == 2,
        OUTPUT=output,
        GROUPS=groups,
        ANGLES=angles,
    )


def _launch(
    kernel: Any,
    tensors: Sequence[Tensor],
    sizes: Sequence[int],
    lanes: tuple[int, int],
    taps: Tensor,
    **constants: Any,
) -> None:
    """Run a kernel, with a lane for each channel of each of the `lanes` pixels of an image."""
    B, C, *_ = sizes
    if not B * C:
        return
    tile_m, tile_n = (min(triton.next_power_of_2(lanes[axis]), (4, 8)[axis]) for axis in (0, 1))
    pixels = B * triton.cdiv(lanes[0], tile_m) * tile_m * triton.cdiv(lanes[1], tile_n) * tile_n
    block = min(triton.next_power_of_2(C + 1) // 2, 64)  # at most the channels

    def grid(meta: dict[str, Any]) -> tuple[int]:
        programs = triton.cdiv(pixels, meta["ELEMENTS"] // block) * triton.cdiv(C, block)
        return (programs * meta.get("GROUPS", 1),)

    R, Q = _reach(taps)
    constants |= {"R": R, "Q": Q, "TILE_M": tile_m, "TILE_N": tile_n, "BLOCK_C": block}
    with torch.cuda.device_of(taps):
        kernel[grid](*tensors, *sizes, **constants)


def _unpad_adjoint(x: Tensor, geometry: Geometry) -> Tensor:
    """Add to each pixel of ``(B, M_p, N_p, p, C)`` its reflections, and return the images."""
    top, bottom, left, right = geometry.padding
    for axis, before, after in ((1, top, bottom), (2, left, right)):
        first, last = before, x.shape[axis] - 1 - after
        # From the outside in, since in a small image a reflection of a pixel has its own.
        for distance in range(max(before, after), 0, -1):
            if distance <= before:
                x.select(axis, first + distance).add_(x.select(axis, first - distance))
            if distance <= after:
                x.select(axis, last - distance).add_(x.select(axis, last + distance))
        x = x.narrow(axis, first, last + 1 - first)
    return x
