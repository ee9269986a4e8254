"""The kernel that filters images."""

# Triton's language has Python's syntax, not its types.
# mypy: ignore-errors

import triton
import triton.language as tl

from .lanes import CONFIGS, program_channels, program_pixels


@triton.autotune(CONFIGS, key=["C", "M", "N", "L", "R", "Q", "STRIDE", "COMPLEX", "OUTPUT"])
@triton.jit
def analysis_kernel(
    x,
    grad,
    taps,
    rows,
    columns,
    spans,
    low,
    high,
    B,
    C,
    M,
    N,
    L,
    stride_b,
    stride_m,
    stride_n,
    stride_p,
    R: tl.constexpr,
    Q: tl.constexpr,
    STRIDE: tl.constexpr,
    COMPLEX: tl.constexpr,
    OUTPUT: tl.constexpr,
    GROUPS: tl.constexpr,
    ANGLES: tl.constexpr,
    TILE_M: tl.constexpr,
    TILE_N: tl.constexpr,
    BLOCK_C: tl.constexpr,
    ELEMENTS: tl.constexpr,
):
    """Filter images ``x`` with phi and a group of wavelets.

    ``OUTPUT`` is ``"wavelets"``, ``"moduli"``, or ``"slopes"``: the gradient with respect to the
    wavelets' coefficients, of the gradient ``grad`` with respect to their moduli.
    """
    group = tl.program_id(0) % GROUPS
    program = tl.program_id(0) // GROUPS
    blocks = (C + BLOCK_C - 1) // BLOCK_C
    c = program_channels(program % blocks, C, BLOCK_C)
    image, m, n = program_pixels(program // blocks, M, N, TILE_M, TILE_N, ELEMENTS // BLOCK_C)
    inside = (image < B) & (m < M) & (n < N)
    image = tl.where(inside, image, 0).to(tl.int64)[:, None]
    m = tl.where(inside, m, 0)
    n = tl.where(inside, n, 0)

    # Where the sources of a pixel are: the first output pixel is the third padded one.
    row = rows + m * STRIDE + 2 + R
    column = columns + n * STRIDE + 2 + Q
    x += image * stride_b + c

    # The tap at the origin, where filters are real.
    FILTERS: tl.constexpr = 1 + GROUPS * ANGLES
    WIDTH: tl.constexpr = 2 * Q + 3
    origin = taps + ((R + 1) * WIDTH + Q + 1) * 2 * FILTERS
    psi = 1 + group * ANGLES
    pixel = x + tl.load(row).to(tl.int64)[:, None] * stride_m + tl.load(column)[:, None] * stride_n
    u = tl.load(pixel).to(tl.float32)
    v = tl.load(pixel + stride_p).to(tl.float32) if COMPLEX else u * 0
    low_re, low_im = tl.load(origin) * u, tl.load(origin) * v
    re, im = (), ()
    for k in tl.static_range(ANGLES):
        re = re + (tl.load(origin + psi + k) * u,)
        im = im + (tl.load(origin + psi + k) * v,)

    # The other taps by pairs of opposite offsets, at which filters are complex conjugates.
    for i in range(0, R + 1):
        above = x + tl.load(row - i).to(tl.int64)[:, None] * stride_m
        below = x + tl.load(row + i).to(tl.int64)[:, None] * stride_m
        span = spans + (group * (R + 1) + i) * 2
        for j in tl.range(tl.load(span), tl.load(span + 1), loop_unroll_factor=2):
            before = above + tl.load(column - j)[:, None] * stride_n
            after = below + tl.load(column + j)[:, None] * stride_n
            u = tl.load(before).to(tl.float32)
            v = tl.load(after).to(tl.float32)
            even, odd = u + v, u - v
            tap = origin + (i * WIDTH + j) * 2 * FILTERS
            low_re += tl.load(tap) * even
            if COMPLEX:
                u = tl.load(before + stride_p).to(tl.float32)
                v = tl.load(after + stride_p).to(tl.float32)
                even_im, odd_im = u + v, u - v
                low_im += tl.load(tap) * even_im
            new_re, new_im = (), ()
            for k in tl.static_range(ANGLES):
                h_re = tl.load(tap + psi + k)
                h_im = tl.load(tap + FILTERS + psi + k)
                re_k = re[k] + h_re * even
                im_k = im[k] + h_im * odd
                if COMPLEX:
                    re_k -= h_im * odd_im
                    im_k += h_re * even_im
                new_re = new_re + (re_k,)
                new_im = new_im + (im_k,)
            re, im = new_re, new_im

    inside = inside[:, None]
    pixel = (image * M + m[:, None]) * N + n[:, None]
    if OUTPUT != "slopes":
        in_low = pixel * (2 * C if COMPLEX else C) + c
        if group == 0:
            tl.store(low + in_low, low_re, mask=inside)
            if COMPLEX:
                tl.store(low + in_low + C, low_im, mask=inside)
    for k in tl.static_range(ANGLES):
        angle = group * ANGLES + k
        mask = inside & (angle < L)
        in_planes = (pixel * 2 * L + angle) * C + c
        in_moduli = (pixel * L + angle) * C + c
        modulus = tl.sqrt(re[k] * re[k] + im[k] * im[k])
        if OUTPUT == "moduli":
            tl.store(high + in_moduli, modulus, mask=mask)
        else:
            re_k, im_k = re[k], im[k]
            if OUTPUT == "slopes":
                # At 0, where re_k and im_k are 0, the gradient is 0 too.
                modulus = tl.where(modulus > 0, modulus, 1.0)
                slope = tl.load(grad + in_moduli, mask=mask, other=0.0) / modulus
                re_k, im_k = slope * re_k, slope * im_k
            tl.store(high + in_planes, re_k, mask=mask)
            tl.store(high + in_planes + L * C, im_k, mask=mask)
