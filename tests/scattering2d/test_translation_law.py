r"""A small translation multiplies x * psi by a phase: the law that phase collapse rests on.

With (tau . x)(u) = x(u - tau), the error e = (tau . x) * psi - e^{-i xi . tau} (x * psi) has the
Fourier transform (e^{-i w . tau} - e^{-i xi . tau}) psi^(w) x^(w), and
|e^{-i w . tau} - e^{-i xi . tau}| <= |w - xi| |tau|. With sigma the bandwidth of psi, the inverse
of the width of its envelope:

- ||e|| <= sup_w |w - xi| |psi^(w)| |tau| ||x||, and |w - xi| e^{-|w - xi|^2 / (2 sigma^2)} is at
  most e^{-1/2} sigma. (The narrow side of a slanted envelope is smaller still; the Morlet
  correction only takes something off where it matters.)
- ||e|| <= r |tau| ||x * psi||, with r the root mean square of |w - xi| over the spectrum of
  x * psi. Where x has a flat spectrum, that is |psi^|^2, and r is about sigma.

Translations by a part of a pixel are exact for periodic images with no frequency near Nyquist's,
where aliased copies of psi^ would be felt: here |w_i| <= pi/2. Subsampling and cropping only take
terms away from ||e||.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kymatio_learned.numpy import PhaseCollapse2D
from kymatio_learned.scattering2d.filter_bank import BANKS, angles, wavelet_parameters

SIZE = 36
FREQUENCIES = np.stack(np.meshgrid(*[2 * np.pi * np.fft.fftfreq(SIZE)] * 2, indexing="ij"))
BAND = abs(FREQUENCIES).max(0) <= np.pi / 2
OPERATORS = {
    (bank, L): PhaseCollapse2D((32, 32), L, bank=bank, pre_pad=True)
    for bank in BANKS
    for L in (4, 8)
}

operators = st.sampled_from(sorted(OPERATORS))
seeds = st.integers(0, 2**32 - 1)
lengths = st.floats(0.01, 1)
directions = st.floats(0, 2 * np.pi)


def draw_image(seed: int, is_complex: bool) -> Any:
    """Draw an image with a flat spectrum inside the band, and nothing outside."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((SIZE, SIZE)) + 1j * rng.standard_normal((SIZE, SIZE))
    x = np.fft.ifft2(np.fft.fft2(noise) * BAND)
    return x if is_complex else x.real


def translate(x: Any, tau: Any) -> Any:
    """Return x(u - tau), for tau in parts of a pixel."""
    phases = np.exp(-1j * np.tensordot(tau, FREQUENCIES, 1))
    moved = np.fft.ifft2(np.fft.fft2(x) * phases)
    return moved if np.iscomplexobj(x) else moved.real


def centres(bank: str, L: int) -> Any:
    """Return the central frequencies xi of the wavelets, (L, 2)."""
    theta, xi = angles(L), wavelet_parameters(bank, L, False)["xi"]
    return xi * np.stack([np.cos(theta), np.sin(theta)], 1)


def law_errors(bank: str, L: int, x: Any, tau: Any, xi: Any) -> tuple[Any, Any]:
    """Return ||e|| over ||x||, and over ||x * psi||, of each angle, in units of sigma |tau|."""
    S = OPERATORS[bank, L]
    (_, before), (_, after) = S.wavelets(x), S.wavelets(translate(x, tau))
    error = after - np.exp(-1j * xi @ tau)[:, None, None] * before
    norms = np.linalg.norm(error, axis=(1, 2))
    unit = np.hypot(*tau) / wavelet_parameters(bank, L, False)["sigma"]
    relative = norms / np.linalg.norm(before, axis=(1, 2))
    return norms / np.linalg.norm(x) / unit, relative / unit


def tau_of(length: float, direction: float) -> Any:
    return length * np.array([np.cos(direction), np.sin(direction)])


@given(operators, seeds, lengths, directions, st.booleans())
def test_translation_multiplies_wavelet_coefficients_by_a_phase(
    operator: tuple[str, int], seed: int, length: float, direction: float, is_complex: bool
) -> None:
    x, tau = draw_image(seed, is_complex), tau_of(length, direction)
    of_image, of_coefficients = law_errors(*operator, x, tau, centres(*operator))
    assert of_image.max() <= np.exp(-0.5)
    # r is at most 1.17 sigma for the flat spectrum; the rest is for the draw of the image.
    assert of_coefficients.max() <= 1.4


@pytest.mark.parametrize("operator", sorted(OPERATORS), ids=str)
def test_law_fails_for_another_frequency(operator: tuple[str, int]) -> None:
    # Else the law would say nothing. With -xi the phase is wrong by 2 xi . tau, about 4 sigma |tau|
    # along xi.
    xi = centres(*operator)
    for n, direction in enumerate(angles(operator[1])):
        tau = tau_of(0.1, direction)
        wrong = xi.copy()
        wrong[n] = -xi[n]
        _, right_errors = law_errors(*operator, draw_image(0, True), tau, xi)
        _, wrong_errors = law_errors(*operator, draw_image(0, True), tau, wrong)
        assert wrong_errors[n] > 2 > right_errors[n]


@pytest.mark.parametrize("bank", BANKS)
def test_bound_is_reached_up_to_a_constant(bank: str) -> None:
    # A wave of frequency w has the error |w - xi| |psi^(w)| |tau|, to first order in |tau|.
    L, S = 4, OPERATORS[bank, 4]
    for n, xi in enumerate(centres(bank, L)):
        distance = np.hypot(*(FREQUENCIES - xi[:, None, None]))
        worst = np.unravel_index((distance * abs(S.psi[n]) * BAND).argmax(), BAND.shape)
        w = FREQUENCIES[:, worst[0], worst[1]]
        u = np.arange(SIZE)
        x = np.exp(1j * (w[0] * u[:, None] + w[1] * u[None, :]))
        # In the direction of w - xi, where the change of phase is largest.
        tau = 0.01 * (w - xi) / np.hypot(*(w - xi))
        of_image, _ = law_errors(bank, L, x, tau, centres(bank, L))
        # Subsampling by 2 keeps a quarter of the squared norm, and cropping most of it.
        assert of_image[n] * S.stride >= 0.75 * np.exp(-0.5)


@given(operators, seeds, lengths, directions)
def test_moduli_move_less_than_the_law_allows(
    operator: tuple[str, int], seed: int, length: float, direction: float
) -> None:
    # ||a| - |b|| <= |a - e^{i phase} b|: the modulus removes the phase, and leaves the error.
    S, x, tau = OPERATORS[operator], draw_image(seed, True), tau_of(length, direction)
    change = np.linalg.norm(S(translate(x, tau))[1:].real - S(x)[1:].real, axis=(1, 2))
    sigma = 1 / wavelet_parameters(*operator, False)["sigma"]
    assert change.max() <= np.exp(-0.5) * sigma * length * np.linalg.norm(x)
