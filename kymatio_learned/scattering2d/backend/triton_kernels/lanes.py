"""Which pixels and channels a program of a kernel computes."""

# Triton's language has Python's syntax, not its types.
# mypy: ignore-errors

import triton
import triton.language as tl
from triton import knobs

# How much a program computes: Triton measures which is best at the first call for a size. The
# interpreter, which measures nothing, takes the first one.
CONFIGS = [
    triton.Config({"ELEMENTS": 1024}, num_warps=4),
    triton.Config({"ELEMENTS": 1024}, num_warps=8),
    triton.Config({"ELEMENTS": 2048}, num_warps=4),
][: 1 if knobs.runtime.interpret else None]


@triton.jit
def program_pixels(program, M, N, TILE_M: tl.constexpr, TILE_N: tl.constexpr, PIXELS: tl.constexpr):
    """Return the image, row and column of a program's pixels: tiles of one image, or of several."""
    pixel = program * PIXELS + tl.arange(0, PIXELS)
    tile = pixel // (TILE_M * TILE_N)
    rows, columns = (M + TILE_M - 1) // TILE_M, (N + TILE_N - 1) // TILE_N
    m = tile // columns % rows * TILE_M + pixel // TILE_N % TILE_M
    n = tile % columns * TILE_N + pixel % TILE_N
    return tile // (rows * columns), m, n


@triton.jit
def program_channels(block, C, BLOCK_C: tl.constexpr):
    """Return the channels of a block. The last block ends with the last channel."""
    return tl.minimum(block * BLOCK_C, C - BLOCK_C) + tl.arange(0, BLOCK_C)[None, :]
