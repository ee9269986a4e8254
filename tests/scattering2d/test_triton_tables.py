"""The taps of the Triton kernels are the filters, cut off where single precision ends."""

from typing import Any

import numpy as np
import pytest
from scipy.fft import fft2

from kymatio_learned.scattering2d.backend.triton_kernels.tables import triton_tables
from kymatio_learned.scattering2d.filter_bank import BANKS, filter_bank
from kymatio_learned.scattering2d.utils import Geometry, padded_shape

from ..assertions import assert_close

CUT_OFF = 2e-7  # a tail below 2^-24 of the maximum, and the rounding of the taps


def tables(shape: tuple[int, int], L: int, bank: str) -> tuple[Any, Any, dict[str, Any]]:
    padded = padded_shape(shape)
    phi, psi = filter_bank(*padded, L, bank=bank)
    geometry = Geometry(shape, padded, 1 if bank == "half_octave_first" else 2)
    return phi, psi, triton_tables(phi, psi, geometry)


@pytest.mark.parametrize("L", [4, 5, 8])
@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("shape", [(2, 2), (3, 16), (40, 33)], ids=str)
def test_taps_have_the_fourier_transform_of_the_filters(
    shape: tuple[int, int], bank: str, L: int
) -> None:
    phi, psi, t = tables(shape, L, bank)
    taps = t["taps"][:, :, 0, : 1 + L] + 1j * t["taps"][:, :, 1, : 1 + L]
    middle = [size // 2 for size in taps.shape[:2]]
    periodic = np.zeros((*phi.shape, 1 + L), complex)
    for i, j in np.ndindex(*taps.shape[:2]):  # half a period before and after is the same pixel
        periodic[(i - middle[0]) % phi.shape[0], (j - middle[1]) % phi.shape[1]] += taps[i, j]
    assert_close(fft2(periodic, axes=(0, 1)).transpose(2, 0, 1), [phi, *psi], CUT_OFF)


def test_taps_of_a_large_image_are_those_of_a_small_one() -> None:
    _, _, small = tables((40, 40), 8, "octave")
    _, _, large = tables((150, 150), 8, "octave")
    assert small["taps"].shape == (2 * 9 + 3, 2 * 9 + 3, 2, 1 + 8)  # 9 pixels around the origin
    assert_close(large["taps"], small["taps"], CUT_OFF)
