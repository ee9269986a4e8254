"""The operator as matrix products, and its adjoint: dense for small images, else separable.

Padding, filtering, subsampling and cropping are linear, so together they are one matrix. For a
separable filter it is a product of matrices along each axis; any filter is a sum of such.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import ifft2
from torch import Tensor

from ..utils import Geometry, cropping, padded_pixels
from .blocks import blocks
from .numpy_backend import NumpyBackend2D

# Singular values of a filter below this fraction of its largest one are left out.
RANK_TOLERANCE = 1e-6

Array = NDArray[Any]


def dense_tables(phi: Array, psi: Array, geometry: Geometry) -> dict[str, Array]:
    """Return the matrix of all filters, for real images and for complex ones.

    Its rows are those of the low-pass filter, then of the real parts of all wavelets, then of the
    imaginary parts: for each filter one output pixel after the other.
    """
    M, N = geometry.shape
    images = np.eye(M * N, dtype=phi.dtype).reshape(M * N, M, N)
    low, high = NumpyBackend2D.wavelets(images, phi, psi, geometry)
    low, high = low.reshape(M * N, -1).T, high.reshape(M * N, -1).T
    pairs = np.stack([high, 1j * high], -1).reshape(len(high), -1)  # of real and imaginary parts
    low_pairs = np.kron(low, np.eye(2, dtype=low.dtype))
    return {
        "real_matrix": np.concatenate([low, high.real, high.imag]),
        "complex_matrix": np.concatenate([low_pairs, pairs.real, pairs.imag]),
    }


def dense_analysis(
    x: Tensor, tables: Mapping[str, Tensor], geometry: Geometry
) -> tuple[Tensor, ...]:
    """Filter planes ``(B, M, N, p, C)``: ``(B, M', N', p, C)`` and ``(B, M', N', 2, L, C)``."""
    B, _, _, p, C = x.shape
    phi, psi = _dense(tables, p, geometry)
    x = x.reshape(B, -1, C)
    low = _product(phi, x).unflatten(1, (*geometry.output, p))
    high = _product(psi, x).unflatten(1, (2, -1, *geometry.output))
    return low, high.permute(0, 3, 4, 1, 2, 5)


def dense_synthesis(
    low: Tensor, high: Tensor, tables: Mapping[str, Tensor], geometry: Geometry
) -> tuple[Tensor]:
    """Apply the adjoint of `dense_analysis`."""
    B, _, _, p, C = low.shape
    phi, psi = _dense(tables, p, geometry)
    high = high.permute(0, 3, 4, 1, 2, 5)
    x = _product(psi.mT, high.reshape(B, -1, C))
    x += _product(phi.mT, low.reshape(B, -1, C))
    return (x.unflatten(1, (*geometry.shape, p)),)


def separable_tables(phi: Array, psi: Array, geometry: Geometry) -> dict[str, Array]:
    """Return the matrices along rows of each group of filters, and along columns of each filter.

    Filter 0 is the low-pass filter, real. The others have matrices for real and complex images.
    The names tell which filters a matrix is for.
    """
    impulses = [ifft2(filter_.astype(np.float64)) for filter_ in psi]
    rows, columns = factors(ifft2(phi.astype(np.float64)).real[None])
    tables = {"rows0": _row_matrix(rows, geometry)}
    tables["columns0"] = _axis_matrix(columns[0], geometry, 1)[0]
    for group in groups(impulses):
        rows, parts = factors(np.stack([impulses[k] for k in group]))
        tables["rows" + "_".join(str(k + 1) for k in group)] = _row_matrix(rows, geometry)
        for k, columns in zip(group, parts, strict=True):
            re, im = (_axis_matrix(part, geometry, 1) for part in (columns.real, columns.imag))
            real = np.stack([re, im]).transpose(2, 0, 1, 3)  # (N', 2, rank, N)
            turned = np.stack([-im, re]).transpose(2, 0, 1, 3)
            tables[f"columns_real{k + 1}"] = np.ascontiguousarray(real)
            tables[f"columns_complex{k + 1}"] = np.stack([real, turned], -1)
    return {name: table.astype(phi.dtype) for name, table in tables.items()}


def separable_analysis(
    x: Tensor, tables: Mapping[str, Tensor], geometry: Geometry
) -> tuple[Tensor, ...]:
    """Filter planes ``(B, M, N, p, C)``: the low pass, then ``(B, M', N', 2, 1, C)`` an angle."""
    B, M, N, p, C = x.shape
    M_out, N_out = geometry.output
    low = x.new_empty(B, M_out, N_out, p, C)
    wavelets = _wavelets(tables, p)
    highs = [x.new_empty(B, M_out, N_out, 2, 1, C) for _, columns in wavelets for _ in columns]
    for batch in _batches(x, tables):
        z = x[batch].reshape(-1, M, N * p * C)
        y = _multiply(tables["rows0"].flatten(0, 1), z).view(-1, N, p * C)
        _multiply(tables["columns0"], y, out=low[batch].view(-1, N_out, p * C))
        for rows, columns in wavelets:
            y = _multiply(rows.flatten(0, 1), z).view(len(z) * M_out, -1, C)
            for k, matrix in columns.items():
                _multiply(matrix, y, out=highs[k][batch].view(-1, N_out * 2, C))
    return low, *highs


def separable_synthesis(
    low: Tensor, *highs: Tensor, tables: Mapping[str, Tensor], geometry: Geometry
) -> tuple[Tensor]:
    """Apply the adjoint of `separable_analysis`."""
    B, M_out, N_out, p, C = low.shape
    M, N = geometry.shape
    x = low.new_empty(B, M, N, p, C)
    wavelets = _wavelets(tables, p)
    for batch in _batches(x, tables):
        z = x[batch].view(-1, M, N * p * C)
        y = _multiply(tables["columns0"].mT, low[batch].reshape(-1, N_out, p * C))
        _multiply(tables["rows0"].flatten(0, 1).mT, y.view(len(z), M_out, -1), out=z)
        for rows, columns in wavelets:
            (k, matrix), *others = columns.items()
            y = _multiply(matrix.mT, highs[k][batch].reshape(-1, N_out * 2, C))
            for k, matrix in others:
                y.baddbmm_(_batch(matrix.mT, len(y)), highs[k][batch].reshape(-1, N_out * 2, C))
            z.baddbmm_(_batch(rows.flatten(0, 1).mT, len(z)), y.view(len(z), -1, N * p * C))
    return (x,)


def factors(filters: Array) -> tuple[Array, Array]:
    """Write filters ``(K, M, N)`` as ``rows.T @ columns``, with rows that they share.

    There are as few real rows ``(rank, M)`` as `RANK_TOLERANCE` allows. The columns
    ``(K, rank, N)`` are complex if the filters are.
    """
    parts = np.concatenate([*filters.real, *filters.imag], 1)
    U, s, _ = np.linalg.svd(parts, full_matrices=False)
    rows = U[:, s > RANK_TOLERANCE * s[0]].T
    return rows, rows @ filters


def groups(filters: Sequence[Array]) -> list[list[int]]:
    """Return the indices of filters ``(M, N)`` that need no more rows together than alone.

    Such are those of opposite slopes: the waves of one are those of the other, mirrored.
    """
    found: list[list[int]] = []
    for k, filter_ in enumerate(filters):
        alone = len(factors(filter_[None])[0])
        for group in found:
            together = len(factors(np.stack([filters[j] for j in (*group, k)]))[0])
            if together == alone == len(factors(np.stack([filters[j] for j in group]))[0]):
                group.append(k)
                break
        else:
            found.append([k])
    return found


def ranks(psi: Array) -> list[tuple[int, int]]:
    """Return the number of rows and of filters of each group of wavelets, given in Fourier."""
    impulses = [ifft2(filter_.astype(np.float64)) for filter_ in psi]
    return [
        (len(factors(np.stack([impulses[k] for k in group]))[0]), len(group))
        for group in groups(impulses)
    ]


def _wavelets(tables: Mapping[str, Tensor], p: int) -> list[tuple[Tensor, dict[int, Tensor]]]:
    """Return the matrices along rows of each group, and along columns of its wavelets, by index."""
    kind = "columns_real" if p == 1 else "columns_complex"
    wavelets = []
    for name, rows in tables.items():
        if name.startswith("rows") and name != "rows0":
            members = [int(k) for k in name.removeprefix("rows").split("_")]
            columns = {k - 1: tables[f"{kind}{k}"].flatten(2).flatten(0, 1) for k in members}
            wavelets.append((rows, columns))
    return wavelets


def _batches(x: Tensor, tables: Mapping[str, Tensor]) -> list[slice]:
    """Split the images, by the size of what one filter makes of their rows."""
    rank = max(table.shape[1] for name, table in tables.items() if name.startswith("rows"))
    nbytes = len(tables["rows0"]) * rank * x[:1, :1].nbytes
    return [batch for batch, _ in blocks(x, len(x), 1, nbytes)]


def _row_matrix(rows: Array, geometry: Geometry) -> Array:
    """Return the matrices ``(M', rank, M)`` along rows."""
    return np.ascontiguousarray(_axis_matrix(rows, geometry, 0).swapaxes(0, 1))


def _axis_matrix(filters: Array, geometry: Geometry, axis: int) -> Array:
    """Return the matrices ``(rank, M', M)`` of filters ``(rank, M_p)`` along one axis."""
    size, padded = geometry.shape[axis], geometry.padded[axis]
    first = cropping(geometry.stride) * geometry.stride
    outputs = first + geometry.stride * np.arange(geometry.output[axis])
    circulant = filters[:, (outputs[:, None] - np.arange(padded)) % padded]
    return circulant @ np.eye(size)[padded_pixels(size, padded)]


def _batch(matrix: Tensor, n: int) -> Tensor:
    return matrix.expand(n, *matrix.shape)


def _dense(tables: Mapping[str, Tensor], p: int, geometry: Geometry) -> tuple[Tensor, ...]:
    """Return the rows of the low-pass filter, and those of the wavelets."""
    matrix = tables["real_matrix" if p == 1 else "complex_matrix"]
    return matrix.tensor_split([p * math.prod(geometry.output)])


def _product(matrix: Tensor, x: Tensor) -> Tensor:
    """Multiply each of ``(n, ., .)`` from the left.

    The result lies in memory as `x` does: channels last, or one image after the other.
    """
    matrix = _batch(matrix, len(x))
    return torch.bmm(matrix, x) if x.stride(2) == 1 else torch.bmm(x.mT, matrix.mT).mT


def _multiply(matrix: Tensor, x: Tensor, out: Tensor | None = None) -> Tensor:
    """Multiply each of ``(n, ., .)`` from the left."""
    return torch.bmm(_batch(matrix, len(x)), x, out=out)
