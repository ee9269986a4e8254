"""What the operator does to a moved, turned or scaled image, each for a reason of algebra.

On pre-padded images the convolutions are periodic, and the filters carry Kymatio's complex64
rounding: where two filters must be equal, the tolerance is theirs, 1e-6.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kymatio_learned.numpy import PhaseCollapse2D
from kymatio_learned.scattering2d.filter_bank import BANKS

from ..assertions import FLOAT64, assert_close

SIZE = 20
OPERATORS = {
    (bank, full_circle): PhaseCollapse2D(
        (16, 16), 8, bank=bank, full_circle=full_circle, pre_pad=True
    )
    for bank in BANKS
    for full_circle in (False, True)
}
operators = st.sampled_from(sorted(OPERATORS))


def draw(seed: int, is_complex: bool = True) -> Any:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((SIZE, SIZE))
    return x + 1j * rng.standard_normal((SIZE, SIZE)) if is_complex else x


def turn(x: Any) -> Any:
    """Turn by a quarter about the origin of a periodic grid: y(u1, u2) = x(u2, -u1)."""
    u = np.arange(x.shape[-1])
    return x[..., u[None, :], -u[:, None] % len(u)]


def turn_cropped(y: Any, crop: int) -> Any:
    """Turn what is left of a periodic grid after cropping; what comes from outside is NaN."""
    full = np.pad(y, [(0, 0)] * (y.ndim - 2) + [(crop, crop)] * 2, constant_values=np.nan)
    return turn(full)[..., crop:-crop, crop:-crop]


@pytest.mark.parametrize("operator", sorted(OPERATORS), ids=str)
@given(st.integers(0, 99), st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_shift_by_the_stride_is_a_shift_by_one(
    operator: tuple[str, bool], seed: int, shift: tuple[int, int]
) -> None:
    # A convolution commutes with shifts, and subsampling by 2 halves those by an even number.
    S, x = OPERATORS[operator], draw(seed)
    moved = np.roll(x, (S.stride * shift[0], S.stride * shift[1]), (0, 1))
    (low, high), (low_moved, high_moved) = S.wavelets(x), S.wavelets(moved)
    M, N = S.output_shape
    inside = (..., slice(0, M - shift[0]), slice(0, N - shift[1]))
    inside_moved = (..., slice(shift[0], M), slice(shift[1], N))
    assert_close(low_moved[inside_moved], low[inside], FLOAT64)
    assert_close(high_moved[inside_moved], high[inside], FLOAT64)


@pytest.mark.parametrize("operator", sorted(OPERATORS), ids=str)
def test_quarter_turn_permutes_the_angles(operator: tuple[str, bool]) -> None:
    # (x turned) * psi_theta is (x * psi_{theta - pi/2}) turned. The angles descend by pi/L, so this
    # is L/2 channels on; for half a circle psi_{theta - pi} is the conjugate of psi_theta, of the
    # same modulus on a real image. Over the full circle the step is 2 pi/L, and the image is free.
    S, full_circle = OPERATORS[operator], operator[1]
    x = draw(0, is_complex=full_circle)
    quarter = S.L // 4 if full_circle else S.L // 2
    (low, high), (low_turned, high_turned) = S.wavelets(x), S.wavelets(turn(x))
    expected = turn_cropped(np.roll(high, -quarter, 0), 2 // S.stride)
    if not full_circle:
        expected, high_turned = abs(expected), abs(high_turned)
    inside = np.isfinite(expected)
    assert inside.mean() > 0.75
    assert_close(high_turned[inside], expected[inside], 1e-6)
    low = turn_cropped(low, 2 // S.stride)
    inside = np.isfinite(low)
    assert_close(low_turned[inside], low[inside], 1e-6)


def test_quarter_turn_does_not_keep_the_angles() -> None:
    # The permutation is needed: without it the comparison above must fail.
    S, x = OPERATORS["half_octave_first", False], draw(0, is_complex=False)
    expected = turn_cropped(S(x), 2)
    inside = np.isfinite(expected[1])
    assert not np.allclose(S(turn(x))[1][inside], expected[1][inside], rtol=0.1)


@given(operators, st.integers(0, 99), st.floats(0, 2 * np.pi))
def test_global_phase_turns_phi_and_leaves_the_moduli(
    operator: tuple[str, bool], seed: int, phase: float
) -> None:
    S, x = OPERATORS[operator], draw(seed)
    before, after = S(x), S(np.exp(1j * phase) * x)
    assert_close(after[0], np.exp(1j * phase) * before[0], FLOAT64)
    assert_close(after[1:], before[1:], FLOAT64)


@given(operators, st.integers(0, 99), st.floats(1e-3, 1e3))
def test_positive_scale_scales_every_channel(
    operator: tuple[str, bool], seed: int, scale: float
) -> None:
    # |t z| = t |z| for t > 0.
    S, x = OPERATORS[operator], draw(seed)
    assert_close(S(scale * x), scale * S(x), FLOAT64)


@given(st.sampled_from(BANKS), st.integers(0, 99))
def test_conjugation_turns_the_full_circle_by_half(bank: str, seed: int) -> None:
    # conj(x) * psi_theta = conj(x * conj(psi_theta)), and conj(psi_theta) = psi_{theta + pi}; phi
    # is its own conjugate.
    S, x = OPERATORS[bank, True], draw(seed)
    (low, high), (low_conj, high_conj) = S.wavelets(x), S.wavelets(x.conj())
    assert_close(low_conj, low.conj(), 1e-6)
    assert_close(high_conj, np.roll(high, S.L // 2, 0).conj(), 1e-6)


@given(operators, st.integers(0, 99), st.integers(0, 99))
def test_wavelets_are_linear(operator: tuple[str, bool], seed: int, other: int) -> None:
    S, x, y = OPERATORS[operator], draw(seed), draw(other)
    for of_sum, of_x, of_y in zip(
        S.wavelets(x - 2j * y), S.wavelets(x), S.wavelets(y), strict=True
    ):
        np.testing.assert_allclose(of_sum, of_x - 2j * of_y, atol=1e-12)
