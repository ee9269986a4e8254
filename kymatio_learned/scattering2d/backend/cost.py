"""What each way to compute the operator costs, as measured on a processor in single precision."""

import math
from collections.abc import Sequence

from ..utils import Geometry

Ranks = Sequence[tuple[int, int]]  # rows and wavelets of each group, see `products.groups`

# Nanoseconds for a complex image, forward and backward, on two cores of processors with AVX-512:
# between those of an AMD EPYC and of an Intel Xeon, which differ by a factor of two. For each
# multiply-add of a dense matrix, of separable ones, and for the calls that these take.
_DENSE = 0.028
_SEPARABLE = 0.049
_SEPARABLE_CALLS = 200.0


def fastest_backend(L: int, ranks: Ranks, geometry: Geometry) -> str:
    """Return the name of the backend that is expected to be the fastest one for a size."""
    products = min(dense_cost(L, geometry), separable_cost(ranks, geometry))
    return "torch_matmul" if products <= fourier_cost(L, geometry) else "torch"


def dense_cost(L: int, geometry: Geometry) -> float:
    """Return the cost of one matrix."""
    return _DENSE * math.prod(geometry.shape) * math.prod(geometry.output) * (2 + 4 * L)


def separable_cost(ranks: Ranks, geometry: Geometry) -> float:
    """Return the cost of matrices along each axis, for groups of so many rows and wavelets."""
    (M, N), (M_out, N_out) = geometry.shape, geometry.output
    rows = 2 * M * N * M_out * (1 + sum(rank for rank, _ in ranks))
    columns = 2 * N * M_out * N_out * (1 + 2 * sum(rank * n for rank, n in ranks))
    return _SEPARABLE_CALLS + _SEPARABLE * (rows + columns)


def fourier_cost(L: int, geometry: Geometry) -> float:
    """Return the cost through the Fourier domain: for each pixel, and for each filter there."""
    filters = (1 + L) * (5.6 + 5.4 / geometry.stride**2)
    return math.prod(geometry.padded) * (8.0 + filters)
