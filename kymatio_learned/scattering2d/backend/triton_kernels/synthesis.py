"""The kernel of the adjoint."""

# Triton's language has Python's syntax, not its types.
# mypy: ignore-errors

import triton
import triton.language as tl

from .lanes import CONFIGS, program_channels, program_pixels


@triton.jit
def _add_filter(
    re,
    im,
    planes,
    step,
    part,
    taps,
    spans,
    row,
    column,
    M,
    N,
    H,
    W,
    R: tl.constexpr,
    Q: tl.constexpr,
    STRIDE: tl.constexpr,
    COMPLEX: tl.constexpr,
    ANALYTIC: tl.constexpr,
    FILTERS: tl.constexpr,
):
    """Add to the sums of 2 x 2 pixels what comes from one filter.

    ``planes`` are its outputs, ``step`` from pixel to pixel and ``part`` from real to imaginary
    part; ``(M, N)`` of them are kept of the ``(H, W)`` of the periodic grid.
    """
    BEFORE: tl.constexpr = (R + 1) // STRIDE
    WIDTH: tl.constexpr = 2 * Q + 3
    for i in range(-BEFORE, R // STRIDE + 1):
        m = row - i
        m = tl.where(m < 0, m + H, tl.where(m < H, m, m - H)) - 2 // STRIDE
        line = planes + m.to(tl.int64)[:, None] * N * step
        line_inside = (m >= 0) & (m < M)
        span = spans + (i + BEFORE) * 2
        for j in range(tl.load(span), tl.load(span + 1)):
            n = column - j
            n = tl.where(n < 0, n + W, tl.where(n < W, n, n - W)) - 2 // STRIDE
            inside = (line_inside & (n >= 0) & (n < N))[:, None]
            pixel = line + n[:, None] * step
            y_re = tl.load(pixel, mask=inside, other=0.0)
            if COMPLEX or ANALYTIC:
                y_im = tl.load(pixel + part, mask=inside, other=0.0)
            first = taps + ((STRIDE * i + R + 1) * WIDTH + STRIDE * j + Q + 1) * 2 * FILTERS
            new_re, new_im = (), ()
            for a in tl.static_range(4):
                tap = first + (a // 2 * WIDTH + a % 2) * 2 * FILTERS
                h_re = tl.load(tap)
                re_a, im_a = re[a] + h_re * y_re, im[a]
                if COMPLEX:
                    im_a += h_re * y_im
                if ANALYTIC:
                    h_im = tl.load(tap + FILTERS)
                    re_a -= h_im * y_im
                    if COMPLEX:
                        im_a += h_im * y_re
                new_re = new_re + (re_a,)
                new_im = new_im + (im_a,)
            re, im = new_re, new_im
    return re, im


@triton.autotune(CONFIGS, key=["C", "M", "N", "L", "R", "Q", "STRIDE", "COMPLEX"])
@triton.jit
def synthesis_kernel(
    low,
    high,
    taps,
    spans,
    x,
    B,
    C,
    M,
    N,
    M_p,
    N_p,
    L,
    R: tl.constexpr,
    Q: tl.constexpr,
    STRIDE: tl.constexpr,
    COMPLEX: tl.constexpr,
    FILTERS: tl.constexpr,
    TILE_M: tl.constexpr,
    TILE_N: tl.constexpr,
    BLOCK_C: tl.constexpr,
    ELEMENTS: tl.constexpr,
):
    """Apply the adjoint of the wavelets, but for the padding: ``x`` are padded images.

    The filters are real in the Fourier domain, so that each convolution is its own adjoint. A lane
    computes 2 x 2 pixels, so that each value that it loads serves four sums.
    """
    blocks = (C + BLOCK_C - 1) // BLOCK_C
    PIXELS: tl.constexpr = ELEMENTS // BLOCK_C
    c = program_channels(tl.program_id(0) % blocks, C, BLOCK_C)
    squares = tl.program_id(0) // blocks
    image, m, n = program_pixels(squares, M_p // 2, N_p // 2, TILE_M, TILE_N, PIXELS)
    inside = (image < B) & (m < M_p // 2) & (n < N_p // 2)
    image = tl.where(inside, image, 0).to(tl.int64)[:, None]
    m = tl.where(inside, m, 0)
    n = tl.where(inside, n, 0)
    row, column = m * (2 // STRIDE), n * (2 // STRIDE)
    H, W = M_p // STRIDE, N_p // STRIDE

    zero = tl.full((PIXELS, BLOCK_C), 0.0, tl.float32)
    re, im = (zero, zero, zero, zero), (zero, zero, zero, zero)
    PARTS: tl.constexpr = 2 if COMPLEX else 1
    planes = low + image * M * N * PARTS * C + c
    re, im = _add_filter(
        re, im, planes, PARTS * C, C, taps, spans, row, column, M, N, H, W,
        R, Q, STRIDE, COMPLEX, False, FILTERS,
    )  # fmt: skip
    planes = high + image * M * N * 2 * L * C + c
    ROWS: tl.constexpr = (R + 1) // STRIDE + R // STRIDE + 1
    for angle in range(0, L):
        taps += 1
        spans += 2 * ROWS
        re, im = _add_filter(
            re, im, planes + angle * C, 2 * L * C, L * C, taps, spans, row, column, M, N, H, W,
            R, Q, STRIDE, COMPLEX, True, FILTERS,
        )  # fmt: skip
    for a in tl.static_range(4):
        pixel = (image * M_p + (2 * m + a // 2)[:, None]) * N_p + (2 * n + a % 2)[:, None]
        tl.store(x + pixel * PARTS * C + c, re[a], mask=inside[:, None])
        if COMPLEX:
            tl.store(x + pixel * PARTS * C + C + c, im[a], mask=inside[:, None])
