"""Properties of the filters in the Fourier domain."""

import numpy as np
import pytest

from kymatio_learned.scattering2d.filter_bank import BANKS, angles, filter_bank, wavelet_parameters

# Lower and upper frame bounds on a 36x36 grid, for real images, then for complex ones. Half a
# circle of wavelets sees the other half of the spectrum only if it is the mirror image: that of a
# real image. So the operator is almost non-expansive for real images alone.
FRAME_BOUNDS = {
    ("octave", 4): ((0.132, 1.0001), (0.0265, 1.193)),
    ("octave", 8): ((0.123, 1.0001), (0.0018, 1.257)),
    ("half_octave_first", 4): ((0.160, 1.015), (0.0797, 1.425)),
    ("half_octave_first", 8): ((0.151, 1.015), (0.0520, 1.509)),
    ("half_octave_second", 4): ((0.0466, 1.015), (0.0371, 1.406)),
    ("half_octave_second", 8): ((0.0464, 1.015), (0.0356, 1.370)),
}


def littlewood_paley(phi: np.ndarray, psi: np.ndarray, real_images: bool) -> np.ndarray:
    """Return the energy gain |phi|^2 + sum |psi|^2 of each frequency, mirrored for real images."""
    gain = (psi.astype(float) ** 2).sum(0)
    if real_images:
        gain = (gain + np.roll(gain[::-1, ::-1], 1, (0, 1))) / 2
    total: np.ndarray = phi.astype(float) ** 2 + gain
    return total


@pytest.mark.parametrize(("bank", "L"), FRAME_BOUNDS)
def test_littlewood_paley_sum_is_within_its_bounds(bank: str, L: int) -> None:
    phi, psi = filter_bank(36, 36, L, bank=bank)
    for real_images, (lower, upper) in zip((True, False), FRAME_BOUNDS[bank, L], strict=True):
        total = littlewood_paley(phi, psi, real_images)
        assert lower <= total.min() <= lower * 1.05
        assert upper * 0.999 <= total.max() <= upper


@pytest.mark.parametrize("bank", BANKS)
def test_wavelets_have_zero_mean(bank: str) -> None:
    # The Morlet correction subtracts as much of the envelope as the mean needs.
    _, psi = filter_bank(20, 24, 8, bank=bank)
    assert abs(psi[:, 0, 0]).max() < 1e-6


@pytest.mark.parametrize(("bank", "sigma"), [("octave", 0.8), ("half_octave_first", 0.8 / 2**0.5)])
def test_low_pass_gain_at_zero_shows_kymatios_pi(bank: str, sigma: float) -> None:
    # Kymatio divides the Gaussian by 2 * 3.1415 sigma^2; by Poisson's formula the sum of its
    # samples is 2 pi sigma^2 times that of its transform over the frequencies 2 pi Z^2.
    phi, _ = filter_bank(36, 36, 4, bank=bank)
    poisson = (1 + 2 * np.exp(-2 * np.pi**2 * sigma**2)) ** 2
    assert phi[0, 0] == pytest.approx(np.pi / 3.1415 * poisson, abs=1e-6)


@pytest.mark.parametrize("full_circle", [False, True])
@pytest.mark.parametrize("bank", BANKS)
def test_each_wavelet_is_centred_on_its_angle(bank: str, full_circle: bool) -> None:
    # Its peak is the centre xi of the Gaussian, up to the grid and to the Morlet correction.
    size, L = 128, 8
    _, psi = filter_bank(size, size, L, bank=bank, full_circle=full_circle)
    xi = wavelet_parameters(bank, L, full_circle)["xi"]
    frequencies = 2 * np.pi * np.fft.fftfreq(size)
    for filter_, angle in zip(psi, angles(L, full_circle), strict=True):
        peak = frequencies[list(np.unravel_index(filter_.argmax(), filter_.shape))]
        assert np.hypot(*(peak - xi * np.array([np.cos(angle), np.sin(angle)]))) < 0.12


@pytest.mark.parametrize("L", [1, 2, 3, 4, 8])
def test_angles_descend_in_equal_steps(L: int) -> None:
    half, full = angles(L), angles(L, full_circle=True)
    assert half.shape == full.shape == (L,)
    np.testing.assert_allclose(np.diff(half), -np.pi / L)
    np.testing.assert_allclose(np.diff(full), -2 * np.pi / L)


def test_full_circle_holds_each_wavelet_and_its_conjugate() -> None:
    # psi turned by pi is its complex conjugate, whose Fourier transform is mirrored.
    _, psi = filter_bank(16, 20, 8, full_circle=True)
    mirrored = np.roll(psi[:, ::-1, ::-1], 1, (1, 2))
    np.testing.assert_allclose(psi[4:], mirrored[:4], atol=1e-6)
