"""What the Triton kernels read: the filters in space, where they are not negligible."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import ifft2

from ...utils import Geometry, padded_pixels

# A filter is cut off where it is below half a unit in the last place of its maximum, in float32.
_NEGLIGIBLE = 2.0**-24

# Angles filtered together: their accumulators have to stay in registers.
_ANGLES_TOGETHER = 4


def angle_groups(L: int) -> tuple[int, int]:
    """Return how many groups the angles are filtered in, and the number of angles of each.

    Examples
    --------
    >>> angle_groups(4), angle_groups(6), angle_groups(8)
    ((1, 4), (2, 3), (2, 4))
    """
    groups = -(-L // _ANGLES_TOGETHER)
    return groups, -(-L // groups)


def triton_tables(
    phi: NDArray[Any], psi: NDArray[Any], geometry: Geometry
) -> dict[str, NDArray[Any]]:
    """Return the tables of the kernels, by name.

    Parameters
    ----------
    phi, psi
        Fourier filters ``(M_p, N_p)`` and ``(L, M_p, N_p)``, real.
    geometry
        Sizes.

    Returns
    -------
    dict
        With `R` and `Q` the largest offsets, in rows and columns, where a filter is not cut off:

        - ``taps``, ``(2 R + 3, 2 Q + 3, 2, F)``, float32: real and imaginary parts of phi, then
          psi by angle, then zeros up to whole groups of angles, at the offsets from
          ``(-R - 1, -Q - 1)`` on; the outermost ones are zero;
        - ``rows``, ``(M_p + 2 R,)``, and ``columns``, ``(N_p + 2 Q,)``, int32: which pixel of the
          image each pixel of the periodic padded image is, from pixels ``-R`` and ``-Q`` on;
        - ``analysis_spans``, ``(groups, R + 1, 2)``, int32: for each group of angles, and each
          row offset from 0 on, the range of the column offsets of the taps. Taps come in pairs of
          opposite offsets, and one of each pair is counted; the origin is not;
        - ``synthesis_spans``, ``(1 + L, D, 2)``, int32: for each filter, and each row offset from
          ``-((R + 1) // stride)`` on, in steps of `stride` pixels, the same for the steps within
          which there are taps.
    """
    taps = _impulse_responses([phi, *psi])
    present = taps != 0
    R, Q = (size // 2 - 1 for size in taps.shape[1:])
    groups, together = angle_groups(len(psi))

    members = [[0, *range(1, len(taps))[together * g :][:together]] for g in range(groups)]
    grouped = np.stack([present[filters].any(0) for filters in members])[:, R + 1 : -1]
    grouped[:, 0, : Q + 2] = False

    rows, columns = (_steps(reach, geometry.stride) for reach in (R, Q))
    within = present[:, rows][:, :, :, columns].any((2, 4))

    padding = ((0, 0), (0, groups * together - len(psi)), (0, 0), (0, 0))
    parts = np.pad(np.stack([taps.real, taps.imag]), padding)
    (M, N), (M_p, N_p) = geometry.shape, geometry.padded
    return {
        "taps": np.ascontiguousarray(parts.transpose(2, 3, 0, 1), np.float32),
        "rows": padded_pixels(M, M_p, R).astype(np.int32),
        "columns": padded_pixels(N, N_p, Q).astype(np.int32),
        "analysis_spans": _spans(grouped, -Q - 1),
        "synthesis_spans": _spans(within, -((Q + 1) // geometry.stride)),
    }


def _impulse_responses(filters: list[NDArray[Any]]) -> NDArray[Any]:
    """Return the filters in space around the origin, cut off, inside a border of zeros."""
    responses = [_impulse_response(filter_) for filter_ in filters]
    shape = np.max([response.shape for response in responses], 0) + 2
    margins = [(shape - response.shape) // 2 for response in responses]
    return np.stack(
        [np.pad(h, [(m, m) for m in margin]) for h, margin in zip(responses, margins, strict=True)]
    )


def _impulse_response(filter_: NDArray[Any]) -> NDArray[Any]:
    """Return a filter in space, of odd sizes with the origin in the middle, cut off."""
    h = ifft2(filter_.astype(np.float64))
    for axis, size in enumerate(h.shape):
        # On a periodic grid, half a period before the origin and after it is the same pixel.
        h = h.take(np.arange(-(size // 2), size // 2 + 1), axis, mode="wrap")
        h.swapaxes(0, axis)[[0, -1]] /= 2
    present = abs(h) > _NEGLIGIBLE * abs(h).max()
    h = np.where(present | present[::-1, ::-1], h, 0)
    for axis in (0, 1):
        cut = np.flatnonzero(h.any(1 - axis))[0]
        h = h.take(np.arange(cut, h.shape[axis] - cut), axis)
    return h


def _steps(reach: int, stride: int) -> NDArray[np.int64]:
    """Return the indices (steps, 2) of the two taps that each step of `stride` pixels starts with.

    They count from the offset ``-reach - 1`` on.
    """
    steps = np.arange(-((reach + 1) // stride), reach // stride + 1)
    return stride * steps[:, None] + np.arange(2) + reach + 1


def _spans(present: NDArray[np.bool_], start: int) -> NDArray[np.int32]:
    """Return the range of what is present in each row, (..., 2), columns counted from `start`."""
    some = present.any(-1)
    first = present.argmax(-1) + start
    last = start + present.shape[-1] - present[..., ::-1].argmax(-1)
    return np.stack([first * some, last * some], -1).astype(np.int32)
